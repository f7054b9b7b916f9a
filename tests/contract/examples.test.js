import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands, errors, examples, notifications, results, topics } from './tables.js';
import { ContractError, isRequest, mergePatch, validate, validateFrame, validateProblem, validateResponse, validateTopic } from './schema.js';

const OPTIONAL = new Set(['time_zone', 'simulated', 'announcement', 'terms', 'opened_at', 'ends_at', 'closed_at', 'rehearsal']);

const names = (rows) => rows.map((row) => row.name ?? row).sort();
const exchanges = (example) => [example, ...(example.also ?? [])];

test('every command has an example and every example of a command has a row', () => {
  assert.deepEqual(examples('commands').map(([name]) => name), names(commands));
});
test('every topic has an example and every example of a topic has a row', () => {
  assert.deepEqual(examples('topics').map(([name]) => name), names(topics));
});
test('every error has an example and every example of an error has a row', () => {
  assert.deepEqual(examples('errors').map(([name]) => name), names(errors));
});
test('every notification has an example and every example of a notification has a row', () => {
  assert.deepEqual(examples('notifications').map(([name]) => name), names(notifications));
});
test('the results stand in the order of the commands', () => {
  assert.deepEqual(results, commands.map((command) => command.name));
});

for (const [name, example] of examples('commands')) {
  test(`the example of ${name} is what its command takes and answers`, () => {
    for (const { summary, request, response } of exchanges(example)) {
      assert.ok(summary);
      assert.equal(request.method, name);
      assert.equal(request.id, response.id);
      assert.equal(isRequest(request), response.error?.data.name !== 'invalid_params', summary);
      validateResponse(name, response);
      validateFrame(JSON.stringify(response));
      if (response.result) validateResponse(name, response.result);
    }
    assert.ok(example.response.result, 'the first exchange is one that succeeds');
  });
}

for (const [name, example] of examples('topics')) {
  test(`the example of topic ${name} merges into the document it states`, () => {
    const { topic, state, v } = example.snapshot.params;
    validateFrame(JSON.stringify(example.snapshot));
    validateTopic(topic, state);
    for (const { delta, merged } of exchanges(example)) {
      validateFrame(JSON.stringify(delta));
      assert.equal(delta.params.topic, topic);
      assert.ok(delta.params.from <= v && delta.params.v > v);
      assert.deepEqual(mergePatch(state, delta.params.patch), merged);
      validateTopic(topic, merged);
      assert.ok(!JSON.stringify(merged).includes('null'), 'documents contain no null');
    }
  });
}

for (const [name, example] of examples('notifications')) {
  test(`the example of notification ${name} is one`, () => {
    for (const { message } of exchanges(example)) {
      assert.equal(message.method, name);
      validateFrame(JSON.stringify(message));
    }
  });
}

for (const [name, example] of examples('errors')) {
  const row = errors.find((error) => error.name === name);
  test(`the example of ${name} says the same through both doors`, () => {
    validate(`error_${name}`, example.error);
    validateProblem(example.problem);
    const { type, title, status, code, ...data } = example.problem;
    assert.deepEqual({ code, message: title, data }, example.error);
    assert.equal(type, `urn:palabre:error:${name}`);
    assert.equal(status, row.status);
    assert.equal(code, row.code);
  });
}

test('an error that must say when to try again is refused without it', () => {
  for (const name of ['rate_limited', 'store_unavailable', 'behind']) {
    const example = structuredClone(examples('errors').find(([which]) => which === name)[1]);
    delete example.error.data.retry_ms;
    delete example.problem.retry_ms;
    assert.throws(() => validateFrame(JSON.stringify({ jsonrpc: '2.0', id: 1, error: example.error })), ContractError);
    assert.throws(() => validateProblem(example.problem), ContractError);
  }
});

test('a document with a null, a member without a row or a member missing is refused', () => {
  for (const [, { snapshot: { params: { topic, state } } }] of examples('topics')) {
    for (const member of Object.keys(state)) {
      assert.throws(() => validateTopic(topic, { ...state, [member]: null }), ContractError);
      if (OPTIONAL.has(member)) continue;
      const { [member]: gone, ...rest } = state;
      assert.throws(() => validateTopic(topic, rest), ContractError, `${topic} without ${member}`);
    }
    assert.throws(() => validateTopic(topic, { ...state, more: 1 }), ContractError);
  }
});

test('a frame is refused whose document belongs to another topic', () => {
  const [, { snapshot }] = examples('topics').find(([name]) => name === 'leaders');
  const wrong = { ...snapshot, params: { ...snapshot.params, topic: 'results:c1' } };
  assert.throws(() => validateFrame(JSON.stringify(wrong)), ContractError);
  assert.throws(() => validateFrame('{"jsonrpc":"2.0","method":"gossip","params":{}}'), ContractError);
  assert.throws(() => validateFrame('{"jsonrpc":"2.0","id":1,"result":{"surprise":1}}'), ContractError);
});

test('a method that is no command is answered by an error alone', () => {
  const [, { error }] = examples('errors').find(([name]) => name === 'method_not_found');
  validateResponse('vote_uncast', { jsonrpc: '2.0', id: 1, error });
  assert.throws(() => validateResponse('vote_uncast', { jsonrpc: '2.0', id: 1, result: {} }), ContractError);
  assert.throws(() => validateResponse('vote_cast', { jsonrpc: '2.0', id: 1, result: {} }), ContractError);
});
