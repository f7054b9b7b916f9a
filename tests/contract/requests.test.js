import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands, examples, limits, params } from './tables.js';
import { isRequest } from './schema.js';

/* A value of each type that is wrong everywhere. */
const WRONG = {
  ID: ['C1', '1c', '', 'c_1', 'c'.repeat(33), 7],
  LINE: [7, ['x'], { text: 'x' }],
  TEXT: [7, false],
  INTEGER: ['1', 1.5, true],
  BOOLEAN: ['true', 0, 1],
  DATE: ['2024-11-29', '2024-11-29T18:00:00', 1732268400000],
  TOPIC: ['ideas', 'ideas:c1', 'ideas:c1:old', 'ideas:C1:top', 'session:c1', 'me:', 3],
  TOKEN: [7, 'v'.repeat(limits.TOKEN + 1)],
  CHOICE: ['other', '', 1],
  MEDIA: ['picture.png', [7], ['not a hash']],
  LINE_WORDS: [7, ['x'], { text: 'x' }, { fr: 7 }],
  TEXT_WORDS: [7, ['x'], { French: 'x' }],
  ROLE: ['king', '', 7],
  ELECTORATE: [7, [], { age: [1] }, { roles: 'expert' }, { levels: ['sure'] }, { groups: { status: [] } }],
  OUTCOME_RULE: [7, [], { counts: ['sure'] }, { winners: 0 }, { winners: limits.WINNERS + 1 }, { quorum: 0 }],
  GROUPS: ['status=client', [], { status: 7 }, { Status: 'client' }, { status: 'Client' }],
  IDS: ['i4', ['I4'], [7]],
  BUDGET: [10, {}, { per_idea: 2 }, { dots: 10, more: 1 }, { dots: limits.DOTS + 1 }],
};
const RIGHT = {
  ID: 'c1', LINE: 'Un titre', TEXT: 'Un texte', INTEGER: 1, BOOLEAN: true, DATE: '2024-11-29T18:00:00+01:00', TOPIC: 'session',
  LINE_WORDS: { fr: 'Un titre', en: 'A title' }, TEXT_WORDS: { 'pt-BR': 'Um texto' }, ROLE: 'expert',
  ELECTORATE: { roles: ['expert'], levels: ['code'], groups: { status: ['client'] } },
  OUTCOME_RULE: { counts: ['verified'], winners: 3, quorum: 10 }, GROUPS: { status: 'client' }, IDS: ['i4', 'i7'],
  TOKEN: 'v4.public.x', MEDIA: ['0'.repeat(64)], BUDGET: { dots: 10 },
};

const request = Object.fromEntries(examples('commands').map(([name, example]) => [name, example.request]));
const changed = (command, field, value) => {
  const call = structuredClone(request[command]);
  if (value === undefined) delete call.params[field];
  else call.params[field] = value;
  return call;
};

for (const { name, effect } of commands) {
  const own = params.filter((param) => param.command === name);
  test(`${name} is refused with any one parameter wrong`, () => {
    assert.ok(isRequest(request[name]));
    for (const param of own) {
      for (const wrong of [...WRONG[param.type], null]) {
        assert.ok(!isRequest(changed(name, param.name, wrong)), `${param.name} = ${JSON.stringify(wrong)}`);
      }
      if (RIGHT[param.type] !== undefined)
        assert.ok(isRequest(changed(name, param.name, RIGHT[param.type])), `${param.name} = ${RIGHT[param.type]}`);
    }
  });
  test(`${name} is refused without a required parameter or with one that has no row`, () => {
    for (const param of own)
      assert.equal(isRequest(changed(name, param.name)), param.presence === 'OPTIONAL', `without ${param.name}`);
    assert.ok(!isRequest(changed(name, 'surprise', 1)));
  });
  test(`${name} is held to its limits`, () => {
    for (const param of own.filter(({ limit, type }) => limit !== '0' && !['MEDIA', 'IDS'].includes(type))) {
      const limit = limits[param.limit.replace('LIMIT_', '')] ?? Number(param.limit);
      const at = param.type === 'INTEGER' ? [limit, limit + 1] : ['é'.repeat(limit), 'é'.repeat(limit + 1)];
      assert.ok(isRequest(changed(name, param.name, at[0])), `${param.name} at ${limit}`);
      /* Beyond the largest sequence number, JavaScript cannot count. */
      if (Number.isSafeInteger(at[1]) || param.type !== 'INTEGER')
        assert.ok(!isRequest(changed(name, param.name, at[1])), `${param.name} beyond ${limit}`);
    }
  });
  test(`${name} takes a key ${effect === 'WRITE' ? 'of at most 64 characters' : 'never'}`, () => {
    assert.equal(isRequest(changed(name, 'key', 'k'.repeat(64))), effect === 'WRITE');
    assert.ok(!isRequest(changed(name, 'key', 'k'.repeat(65))));
  });
}

test('a request of another version, or of no command, is refused', () => {
  assert.ok(!isRequest({ ...request.vote_cast, jsonrpc: '1.0' }));
  assert.ok(!isRequest({ ...request.vote_cast, method: 'vote_uncast' }));
  assert.ok(!isRequest({ ...request.vote_cast, params: ['i4', 1] }));
  assert.ok(!isRequest({ ...request.vote_cast, id: { a: 1 } }));
  assert.ok(!isRequest(null));
});

test('an integer below its smallest value is refused', () => {
  for (const { command, name, limit, type } of params.filter((param) => param.type === 'INTEGER')) {
    const least = limits[`${limit.replace('LIMIT_', '')}_LEAST`] ?? 0;
    assert.ok(isRequest(changed(command, name, least)), `${command}.${name} = ${least} (${type})`);
    assert.ok(!isRequest(changed(command, name, least - 1)), `${command}.${name} = ${least - 1}`);
  }
});

test('a key is never empty', () => {
  assert.ok(!isRequest(changed('vote_cast', 'key', '')));
});
