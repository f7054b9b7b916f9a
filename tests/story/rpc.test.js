/* The WebSocket door speaks JSON-RPC 2.0, asks who is there before anything else, and keeps its limits. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, Palabre, challenge, sleep } from './palabre.js';
import { connect } from 'node:net';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';

let palabre, session, token;
before(async () => {
  palabre = await Palabre.start();
  session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] })] });
  token = (await palabre.join(session, 'Ana')).token;
});
after(() => palabre.stop());

const list = (id, more = {}) => ({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method: 'idea_list', params: { challenge: 'c1', order: 'new' }, ...more });
const failed = (message) => message.error.data.name;

describe('JSON-RPC 2.0', () => {
  let ana;
  before(async () => { ana = await palabre.greet(session, token); });

  test('an answer carries the id of its call, of every kind that an id may be', async () => {
    for (const id of [0, 7, -3, 1.5, 9007199254740991, '', 'a', 'é"\\\u0001', '1', null]) {
      const answer = await ana.ask(list(id));
      assert.deepEqual(answer.id, id);
      assert.ok(answer.result, JSON.stringify(answer));
    }
  });

  test('what is no id is an invalid request, answered with the id null', async () => {
    for (const id of [true, [1], { a: 1 }]) {
      const answer = await ana.ask(list(id));
      assert.equal(answer.id, null);
      assert.equal(answer.error.code, -32600);
    }
  });

  test('a notification is carried out and not answered', async () => {
    ana.taken = ana.frames.length;
    ana.send({ jsonrpc: '2.0', method: 'name_set', params: { name: 'Anna' } });
    ana.send({ jsonrpc: '2.0', method: 'no_such_method' });
    ana.send({ jsonrpc: '2.0', method: 'idea_list', params: { challenge: 'nope' } });
    await ana.see('me', (me) => me.participant.name === 'Anna');
    assert.ok(!ana.frames.slice(ana.taken).some((frame) => 'error' in frame));
  });

  test('what is not JSON is a parse error with the id null', async () => {
    for (const text of ['', '{', 'nul', '{"jsonrpc":"2.0","id":1,"method":"idea_list","params":', '[1,', '\u0000', '{"a":1,"a":2}', '{}x', '"\\u0000"']) {
      const answer = await ana.ask(text);
      assert.equal(answer.error.code, -32700, JSON.stringify(text));
      assert.equal(answer.id, null);
    }
  });

  test('JSON deeper than eight levels is a parse error, and the connection lives', async () => {
    const answer = await ana.ask(`{"jsonrpc":"2.0","id":5,"method":"idea_list","params":${'['.repeat(20)}${']'.repeat(20)}}`);
    assert.ok([-32700, -32600].includes(answer.error.code));
    assert.ok((await ana.ask(list(6))).result);
  });

  test('JSON that is no request is an invalid request', async () => {
    for (const message of ['1', '"a"', 'null', 'true', '{}', '{"jsonrpc":"2.0"}', '{"jsonrpc":"1.0","id":1,"method":"idea_list"}', '{"id":1,"method":"idea_list"}',
                           '{"jsonrpc":"2.0","id":1,"method":7}']) {
      const answer = await ana.ask(message);
      assert.equal(answer.error.code, -32600, message);
    }
  });

  test('a method that does not exist is not found, whatever its params', async () => {
    for (const method of ['nope', '', 'HELLO', 'hello ', 'session_create', 'rpc.discover']) {
      const answer = await ana.ask({ jsonrpc: '2.0', id: 1, method, params: {} });
      assert.equal(answer.error.code, -32601, method);
    }
  });

  test('params that are wrong are named, with what was expected', async () => {
    const wrong = [
      [{}, 'challenge'], [{ challenge: 'c1' }, 'order'], [{ challenge: 1, order: 'new' }, 'challenge'], [{ challenge: 'C1', order: 'new' }, 'challenge'],
      [{ challenge: 'c1', order: 'old' }, 'order'], [{ challenge: 'c1', order: 'new', limit: 0 }, 'limit'], [{ challenge: 'c1', order: 'new', limit: 101 }, 'limit'],
      [{ challenge: 'c1', order: 'new', limit: 1.5 }, 'limit'], [{ challenge: 'c1', order: 'new', limit: '5' }, 'limit'],
      [{ challenge: 'c1', order: 'new', more: 1 }, 'more'], [{ challenge: null, order: 'new' }, 'challenge'],
      [{ challenge: 'a'.repeat(33), order: 'new' }, 'challenge'],
    ];
    for (const [params, field] of wrong) {
      const answer = await ana.ask({ jsonrpc: '2.0', id: 1, method: 'idea_list', params });
      assert.equal(answer.error.code, -32602, JSON.stringify(params));
      assert.equal(answer.error.data.field, field, JSON.stringify(params));
      assert.ok(answer.error.data.expected, JSON.stringify(params));
    }
  });

  test('params by position are refused: all of ours have names', async () => {
    for (const params of [['c1', 'new'], [], 3, 'c1', null, true])
      assert.equal((await ana.ask({ jsonrpc: '2.0', id: 1, method: 'idea_list', params })).error.code, -32602);
  });

  test('a batch is answered by one message, each call by its id', async () => {
    const answers = await ana.ask([list('a'), { jsonrpc: '2.0', id: 'b', method: 'vote_cast', params: { idea: 'i1', value: 1 } },
                                   { jsonrpc: '2.0', method: 'vote_cast', params: { idea: 'i2', value: 1 } }, 1, list('c', { method: 'nope' }), {}]);
    assert.equal(answers.length, 5);
    const by = Object.fromEntries(answers.filter((one) => one.id !== null).map((one) => [one.id, one]));
    assert.ok(by.a.result.ideas);
    assert.equal(by.b.result.value, 1);
    assert.equal(failed(by.c), 'method_not_found');
    assert.equal(answers.filter((one) => one.id === null && failed(one) === 'invalid_request').length, 2);
    await ana.see('me', (me) => me.ballots.c1?.votes.i2 === 1);
  });

  test('an empty batch is one invalid request, not a batch', async () => {
    const answer = await ana.ask('[]');
    assert.ok(!Array.isArray(answer));
    assert.equal(failed(answer), 'invalid_request');
  });

  test('a batch of notifications is answered with nothing at all', async () => {
    ana.taken = ana.frames.length;
    ana.send([list(), list(undefined, { method: 'nope' })]);
    const answer = await ana.ask(list('behind them'));
    assert.equal(answer.id, 'behind them');
  });

  test('a batch of one is answered by a batch of one', async () => {
    assert.equal((await ana.ask([list(1)])).length, 1);
  });

  test('a batch of more than 16 is refused as a whole and none of it is done', async () => {
    const calls = Array.from({ length: 17 }, (_, i) => ({ jsonrpc: '2.0', id: i, method: 'name_set', params: { name: 'Autre' } }));
    const answer = await ana.ask(calls);
    assert.ok(!Array.isArray(answer));
    assert.ok(['invalid_request', 'too_large'].includes(failed(answer)));
    assert.equal(answer.error.data.limit, 16);
    assert.equal((await palabre.state(session, 'me', token)).participant.name, 'Anna');
    assert.equal((await ana.ask(calls.slice(1).map((call) => list(call.id)))).length, 16);
  });
});

describe('hello', () => {
  const helloWith = async (params) => (await palabre.connect()).refused('hello', params);

  test('a call before hello is told to say hello first', async () => {
    const client = await palabre.connect();
    assert.equal((await client.refused('idea_list', { challenge: 'c1', order: 'new' })).name, 'hello_first');
    assert.equal((await client.refused('topic_open', { topic: 'session' })).name, 'hello_first');
    assert.ok(await client.hello(session, token), 'and may say it then');
  });

  test('a second hello is refused and changes nothing', async () => {
    const client = await palabre.greet(session, token);
    assert.equal((await client.refused('hello', { session })).name, 'hello_again');
    await client.call('name_set', { name: 'Anna' });
  });

  test('topics may be opened right behind hello: they are as soon as it is answered', async () => {
    const fresh = await palabre.session();
    const client = await palabre.connect();
    const [me, own, ideas] = await Promise.all([client.hello(fresh), client.open('session'), client.open('ideas:c1:new')]);
    assert.deepEqual([me.session, own.state.title, ideas.state.totals.ideas], [fresh, 'Une session', 0]);
  });

  test('a topic behind hello shares its refusal; what is in one batch with it, and all that is no topic, must wait for its answer', async () => {
    const open = ['topic_open', { topic: 'session' }], list = ['idea_list', { challenge: 'c1', order: 'new' }];
    const lost = await palabre.connect();
    const refused = await Promise.all([lost.refused('hello', { session: 'nowhere' }), lost.refused(...open), lost.refused(...open)]);
    assert.deepEqual(refused.map(({ name }) => name), ['session_unknown', 'hello_first', 'hello_first']);
    const batch = [['hello', { session: await palabre.session() }], open, list].map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
    const answers = await (await palabre.connect()).ask(batch);
    assert.deepEqual(answers.sort((x, y) => x.id - y.id).map(({ error }) => error?.data.name), [undefined, 'hello_first', 'hello_first']);
  });

  test('a connection that says nothing for five seconds is closed with 4001', async () => {
    const client = await palabre.connect();
    const { code } = await client.closed;
    assert.equal(code, 4001);
  });

  test('hello tells who one is, where the session is, and the limits', async () => {
    const client = await palabre.greet(session, token);
    assert.equal(client.me.session, session);
    assert.deepEqual([client.me.participant.role, client.me.participant.level], ['participant', 'open']);
    assert.deepEqual(client.me.limits, { title: 140, body: 2000, name: 40, message: 8192 });
    const staff = await palabre.greet(session, await palabre.staff(session));
    assert.equal(staff.me.limits.message, 65536);
    assert.equal(staff.me.participant.role, 'moderator');
  });

  test('without a token one is an observer, who has no id and sees', async () => {
    const client = await palabre.greet(session);
    assert.equal(client.me.participant.role, 'observer');
    assert.equal(client.me.participant.id, undefined);
    assert.equal((await client.open('ideas:c1:top')).state.totals.ideas, 2);
    assert.equal((await client.refused('topic_open', { topic: 'me' })).name, 'token_required');
  });

  test('an admin\'s token is good in every session, anybody else\'s in theirs alone', async () => {
    const other = await palabre.session();
    assert.equal((await palabre.greet(other, await palabre.admin())).me.participant.role, 'admin');
    assert.equal((await helloWith({ session: other, token })).name, 'token_invalid');
    assert.equal((await helloWith({ session: other, token: await palabre.staff(session) })).name, 'token_invalid');
  });

  test('a token that is not ours, cut, changed or empty is invalid', async () => {
    const other = await Palabre.start();
    const foreign = await other.admin();
    await other.stop();
    const flipped = token.slice(0, 60) + (token[60] === 'A' ? 'B' : 'A') + token.slice(61);
    for (const wrong of [foreign, flipped, token.slice(0, -1), `${token}A`, 'v4.public.', 'v4.local.abc', 'x', token.replace('v4', 'v3'), `${token}=`])
      assert.equal((await helloWith({ session, token: wrong })).name, 'token_invalid', wrong);
    const refusal = await helloWith({ session, token: '' });
    assert.ok(['token_invalid', 'invalid_params'].includes(refusal.name));
    assert.equal((await helloWith({ session, token: 'v4.public.'.padEnd(5000, 'A') })).name, 'invalid_params');
  });

  test('an expired token is told so', async () => {
    const short = await palabre.token(session, 'participant', '--ttl', '1s');
    await sleep(2100);
    assert.equal((await helloWith({ session, token: short })).name, 'token_expired');
    assert.equal((await palabre.refused(session, short, 'name_set', { name: 'Trop tard' })).name, 'token_expired');
  });

  test('in the last third of its life a token is answered with a new one', async () => {
    const short = await palabre.token(session, 'participant', '--ttl', '18s');
    const early = await palabre.greet(session, short);
    assert.equal(early.me.token, undefined);
    await sleep(12500);
    const late = await palabre.greet(session, short);
    assert.ok(late.me.token);
    const again = await palabre.greet(session, late.me.token);
    assert.deepEqual(again.me.participant, early.me.participant);
    assert.equal(again.me.token, undefined);
  });

  test('a session that does not exist is unknown, and the connection may try another', async () => {
    const client = await palabre.connect();
    assert.equal((await client.refused('hello', { session: 'nowhere' })).name, 'session_unknown');
    assert.equal((await client.refused('hello', { session: 'No Where' })).name, 'invalid_params');
    await client.hello(session, token);
  });

  test('the sixth connection of a participant is refused and closed with 4004, and one that leaves makes room', async () => {
    const { token: own } = await palabre.join(session);
    const five = [];
    for (let i = 0; i < 5; i++) five.push(await palabre.greet(session, own));
    const sixth = await palabre.connect();
    const refusal = await sixth.refused('hello', { session, token: own });
    assert.equal(refusal.name, 'too_many_sockets');
    assert.equal(refusal.data.limit, 5);
    assert.equal((await sixth.closed).code, 4004);
    await five[0].leave();
    for (;;) {
      const next = await palabre.connect();
      const name = await next.call('hello', { session, token: own }).then(() => 'welcome', (error) => error.name);
      if (name === 'welcome') break;
      assert.equal(name, 'too_many_sockets'); /* the server has not heard of the leaving yet */
      await sleep(50);
    }
  });
});

describe('topics', () => {
  let ana;
  before(async () => { ana = await palabre.person(session, 'Ana'); });

  test('a topic is opened, told and closed, and says nothing after that', async () => {
    await ana.open('session');
    assert.deepEqual(await ana.close('session'), { topic: 'session' });
    const moderator = await palabre.greet(session, await palabre.staff(session));
    const count = ana.frames.length;
    await moderator.call('session_announce', { text: 'Fermé' });
    await moderator.see('session', (state) => state.announcement?.text === 'Fermé');
    await ana.call('idea_list', { challenge: 'c1', order: 'top' });
    assert.ok(!ana.frames.slice(count).some((frame) => frame.params?.topic === 'session'));
  });

  test('a topic that is not open cannot be closed', async () => {
    assert.equal((await ana.refused('topic_close', { topic: 'leaders' })).name, 'topic_not_open');
    assert.ok(['topic_unknown', 'topic_not_open'].includes((await ana.refused('topic_close', { topic: 'ideas:nope:top' })).name));
  });

  test('a topic that does not exist is unknown', async () => {
    for (const topic of ['ideas:nope:top', 'idea:i999', 'results:nope', 'ideas:c1:old', 'ideas:c1', 'ideas', 'sessions', 'me:p1', 'session:c1', 'chat', 'ideas:c1:top:x', 'idea:']) {
      const refusal = await ana.refused('topic_open', { topic });
      assert.ok(['topic_unknown', 'invalid_params'].includes(refusal.name), `${topic}: ${refusal.name}`);
    }
    assert.equal((await ana.refused('topic_open', { topic: 'ideas:nope:top' })).name, 'topic_unknown');
  });

  test('the seventeenth topic of a connection is one too many; closing one makes room', async () => {
    const many = await palabre.session({ challenges: Array.from({ length: 9 }, (_, i) => challenge(`c${i + 1}`)) });
    const client = await palabre.person(many);
    for (let i = 1; i <= 8; i++) for (const order of ['top', 'new']) await client.open(`ideas:c${i}:${order}`);
    const refusal = await client.refused('topic_open', { topic: 'session' });
    assert.equal(refusal.name, 'too_many_topics');
    assert.equal(refusal.data.limit, 16);
    await client.open('ideas:c1:top', client.held.get('ideas:c1:top'));
    await client.close('ideas:c1:top');
    await client.open('session');
  });

  test('opening a topic again without a version sends it whole again', async () => {
    const held = await ana.open('ideas:c1:new');
    const again = await ana.open('ideas:c1:new');
    assert.deepEqual(again.state, held.state);
    assert.equal(again.snapshots, 1);
  });
});

describe('messages', () => {
  const room = (bytes) => {
    const call = JSON.stringify(list(1, { method: 'idea_similar', params: { challenge: 'c1', text: '' } }));
    return call.replace('"text":""', `"text":""${' '.repeat(bytes - call.length)}`);
  };

  test('a participant\'s message of 8192 bytes is read, one more byte closes with 4002', async () => {
    const client = await palabre.person(session);
    const limit = await client.ask(room(8192));
    assert.ok('id' in limit);
    client.send(room(8193));
    assert.equal((await client.closed).code, 4002);
  });

  test('staff\'s message may have 65536 bytes', async () => {
    const client = await palabre.greet(session, await palabre.staff(session));
    assert.equal((await client.ask(room(65536))).id, 1);
    client.send(room(65537));
    assert.equal((await client.closed).code, 4002);
  });

  test('a message in 16 fragments is read, in 17 closes with 4002', async () => {
    const client = await palabre.person(session);
    const text = JSON.stringify(list(3));
    const inPieces = (count) => {
      for (let i = 0; i < count; i++)
        client.socket.send(text.slice(Math.floor(i * text.length / count), Math.floor((i + 1) * text.length / count)), { fin: i === count - 1 });
    };
    client.taken = client.frames.length;
    inPieces(16);
    assert.equal((await client.next()).id, 3);
    inPieces(17);
    assert.equal((await client.closed).code, 4002);
  });

  test('a binary frame closes with 4000', async () => {
    const client = await palabre.person(session);
    client.socket.send(Buffer.from(JSON.stringify(list(1))), { binary: true });
    assert.equal((await client.closed).code, 4000);
  });

  test('text that is not UTF-8 closes the connection', async () => {
    const client = await palabre.person(session);
    client.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    await client.closed;
    assert.ok(await palabre.person(session), 'and no other');
  });

  test('a connection without the subprotocol, or with another, is refused', async () => {
    for (const protocol of [[], 'palabre.v2', 'chat'])
      await assert.rejects(Client.open(palabre.url, { protocol }), /Unexpected server response|subprotocol/);
  });

  test('bytes that are no WebSocket frames close that connection and no other', async () => {
    const ana = await palabre.person(session);
    const { hostname, port } = new URL(palabre.url);
    for (const garbage of [Buffer.alloc(64, 0xff), randomBytes(200), Buffer.from([0x81, 0x05, 0x48, 0x65])]) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.on('error', () => {});
      socket.write(`GET /ws HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
                   `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: palabre.v1\r\n\r\n`);
      await once(socket, 'data');
      socket.write(garbage);
      socket.resume();
      await once(socket, 'close'); /* at the latest when hello was due */
    }
    assert.ok((await ana.ask(list(1))).result);
  });
});
