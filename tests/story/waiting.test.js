/* What waits: for Redis, for a version, for a person's ballots; and what becomes of it when what it waits for does not come. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Palabre, challenge, sleep } from './palabre.js';

let palabre;
before(async () => { palabre = await Palabre.start(); });
after(() => palabre.stop());

const redis = (server, ...words) => execFileSync('redis-cli', ['-s', join(server.data, 'redis.sock'), ...words], { encoding: 'utf8' }).trim();

test('a server that is told to end while calls are under way answers them and ends well', async () => {
  const server = await Palabre.start();
  const session = await server.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une caisse calme' }] })] });
  const ana = await server.person(session, 'Ana');
  const { token } = await server.join(session, 'Ben');
  redis(server, 'CLIENT', 'PAUSE', '1200', 'ALL');
  ana.send({ jsonrpc: '2.0', id: 900, method: 'vote_cast', params: { idea: 'i1', value: 1 } });
  ana.send({ jsonrpc: '2.0', id: 901, method: 'idea_add', params: { challenge: 'c1', title: 'Des bancs' } });
  const gone = () => {};
  const asked = [server.post(`/api/v1/sessions/${session}/vote_cast`, { idea: 'i1', value: 1 }, token).catch(gone),
                 server.post(`/api/v1/sessions/${session}/join`, {}).catch(gone),
                 server.get(`/api/v1/sessions/${session}/topics/me`, token).catch(gone),
                 server.get(`/api/v1/sessions/other/topics/session`).catch(gone)];
  await sleep(100);
  await server.stop(); /* asserts its status */
  await Promise.all(asked);
});

test('a position of another epoch is no reason to wait', async () => {
  const session = await palabre.session();
  const { json, status } = await palabre.get(`/api/v1/sessions/${session}/topics/session?since=000000000000.public.1:900000`);
  assert.equal(status, 200);
  assert.equal(json.state.title, 'Une session');
  const client = await palabre.greet(session);
  client.held.clear();
  const held = await client.open('session');
  await client.close('session');
  await client.call('topic_open', { topic: 'session', since: held.v + 100000, epoch: `000000000000.public.1` });
});

test('a token of someone who is not there is refused at once', async () => {
  const session = await palabre.session();
  const { token } = await palabre.join(session, 'Ana');
  redis(palabre, 'DEL', `palabre:{${session}}:people:0`);
  const { status, json } = await palabre.get(`/api/v1/sessions/${session}/topics/me`, token);
  assert.equal(status, 401);
  assert.equal(json.name, 'token_invalid');
});

test('no more topics wait to be opened than may be open', async () => {
  const session = await palabre.session();
  const client = await palabre.greet(session);
  const { epoch, v } = await client.open('session');
  for (let i = 0; i < 16; i++)
    client.send({ jsonrpc: '2.0', id: 1000 + i, method: 'topic_open', params: { topic: 'session', since: v + 1000, epoch } });
  assert.equal((await client.refused('topic_open', { topic: 'leaders', since: v + 1000, epoch })).name, 'too_many_topics');
});

test('guessing tokens on one connection is slowed down', async () => {
  const session = await palabre.session();
  const client = await palabre.connect();
  const names = await Promise.all(Array.from({ length: 400 }, (_, i) => client.refused('hello', { session, token: `v4.public.${i}` }).then(({ name }) => name)));
  assert.deepEqual(new Set(names), new Set(['token_invalid', 'rate_limited']));
});

test('all sockets of a person open topics at the rate of one', async () => {
  const session = await palabre.session();
  const { token } = await palabre.join(session, 'Ana');
  const clients = [await palabre.greet(session, token), await palabre.greet(session, token)];
  const refusals = new Set();
  /* As many as one connection may: both together draw them from one bucket. */
  await Promise.all(Array.from({ length: 230 }, (_, i) => clients[i % 2].call('topic_close', { topic: 'session' }).catch(({ name }) => refusals.add(name))));
  assert.deepEqual(refusals, new Set(['topic_not_open', 'rate_limited']));
});

test('who has voted reads the tallies by every door, and resumes without a snapshot', async () => {
  const session = await palabre.session({ challenges: [challenge('c1', { tally: 'after_vote', ideas: [{ title: 'Une' }, { title: 'Deux' }] })] });
  const { token } = await palabre.join(session, 'Ana');
  const ana = await palabre.greet(session, token);
  await ana.open('ideas:c1:top');
  await ana.call('vote_cast', { idea: 'i1', value: 1 });
  await ana.see('ideas:c1:top', (state) => state.ideas.i1.tally);
  const held = { ...ana.held.get('ideas:c1:top') };
  await ana.leave();
  const { ideas } = await palabre.call(session, token, 'idea_list', { challenge: 'c1', order: 'top' });
  assert.ok(ideas[0].tally);
  const back = await palabre.greet(session, token);
  const again = await back.open('ideas:c1:top', held);
  await back.call('vote_cast', { idea: 'i2', value: 1 });
  await back.see('ideas:c1:top', (state) => state.ideas.i2.tally?.votes === 1 || state.ideas.i2.tally);
  assert.equal(again.snapshots, 0);
});

test('hello greets by the name that one has now', async () => {
  const session = await palabre.session();
  const { token } = await palabre.join(session, 'Ana');
  const ana = await palabre.greet(session, token);
  await ana.open('me');
  await ana.call('name_set', { name: 'Anne' });
  await ana.see('me', (state) => state.participant.name === 'Anne');
  const again = await palabre.greet(session, token);
  assert.equal(again.me.participant.name, 'Anne');
});

test('a session that was asked for too early is there as soon as it is made', async () => {
  const early = await palabre.connect();
  assert.equal((await early.refused('hello', { session: 'early' })).name, 'session_unknown');
  await palabre.session({ id: 'early' });
  assert.equal((await early.hello('early')).session, 'early');
});

test('an ETag is known among others and when it was weakened, and a wrong method is told the right one', async () => {
  const session = await palabre.session();
  const path = `/api/v1/sessions/${session}/topics/session`;
  const client = await palabre.greet(session);
  await client.see('session', (state) => state.challenges.c1.rules); /* the last thing that happens by itself */
  const { headers } = await palabre.get(path);
  for (const held of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`, '*'])
    assert.equal((await palabre.get(path, undefined, { 'if-none-match': held })).status, 304, held);
  assert.equal((await palabre.get(path, undefined, { 'if-none-match': '"other"' })).status, 200);
  for (const [method, where, allow] of [['GET', '/api/v1/sessions', 'POST'], ['POST', '/healthz', 'GET, HEAD'],
                                        ['POST', path, 'GET, HEAD'], ['DELETE', `/media/${session}/x`, 'GET, HEAD'], ['PUT', `/api/v1/sessions/${session}/join`, 'POST']]) {
    const answer = await palabre.request(method, where, { body: '{}' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, allow, where);
  }
});

test('one who asks without a token uses up their own calls, not those of others', async () => {
  const session = await palabre.session();
  const { token } = await palabre.join(session, 'Ana');
  const list = { challenge: 'c1', order: 'top' };
  const asked = await Promise.all(Array.from({ length: 300 }, () => palabre.call(session, undefined, 'idea_list', list).catch(({ name }) => name)));
  assert.ok(asked.includes('rate_limited'));
  await palabre.call(session, token, 'idea_list', list);
  await palabre.call(session, await palabre.staff(session), 'idea_list', list);
});

test('who reads topics over HTTP without a pause is told to slow down, and nobody else is', async () => {
  const session = await palabre.session();
  const { token } = await palabre.join(session, 'Ana'), { token: other } = await palabre.join(session, 'Ben');
  const path = `/api/v1/sessions/${session}/topics/session`;
  const answers = [];
  while (answers.length < 20_000 && !answers.some(({ status }) => status === 429))
    answers.push(...await Promise.all(Array.from({ length: 100 }, () => palabre.get(path, token))));
  const refused = answers.find(({ status }) => status === 429);
  assert.ok(answers.indexOf(refused) >= 1500, 'a poll in any reasonable rhythm never meets it');
  assert.deepEqual([refused.json.name, refused.json.retry_ms > 0, Number(refused.headers['retry-after'])], ['rate_limited', true, 1]);
  assert.equal((await palabre.get(path, other)).status, 200);
});
