/* A listener is a version number: who was away, slow or somewhere else comes to the same document as everyone, and is
 * sent what it missed. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge, same, sleep } from './palabre.js';

let palabre;
before(async () => { palabre = await Palabre.start(); });
after(() => palabre.stop());

const TOPICS = ['session', 'ideas:c1:top', 'ideas:c1:new', 'idea:i1', 'results:c1', 'leaders'];
const fresh = () => palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] })] });
/** What a client holds of a topic, as it would keep it. */
const kept = (client, topic) => { const { state, v, epoch } = client.held.get(topic); return structuredClone({ state, v, epoch }); };

describe('coming back', () => {
  test('who reconnects with what they hold is sent what they missed and no snapshot', async () => {
    const session = await fresh();
    const ana = await palabre.person(session), ben = await palabre.person(session, 'Ben');
    for (const topic of [...TOPICS, 'me']) await ana.open(topic);
    await ben.call('vote_cast', { idea: 'i2', value: 1 });
    await ana.see('ideas:c1:top', ({ ideas }) => ideas.i2.tally.votes === 1);
    await palabre.agree(ana);
    const notes = Object.fromEntries([...TOPICS, 'me'].map((topic) => [topic, kept(ana, topic)]));
    await ana.leave();
    const { idea } = await ben.call('idea_add', { challenge: 'c1', title: 'Pendant ce temps' });
    await ben.call('vote_cast', { idea: 'i1', value: 1 });
    await ben.call('vote_cast', { idea: 'i2', value: 0 });
    const back = await palabre.greet(session, ana.token);
    for (const topic of [...TOPICS, 'me']) await back.open(topic, notes[topic]);
    await back.see('ideas:c1:top', ({ ideas }) => ideas[idea] && ideas.i1.tally.votes === 1 && ideas.i2.tally.votes === 0);
    await palabre.agree(back);
    for (const topic of TOPICS) assert.equal(back.held.get(topic).snapshots, 0, topic); /* one's own is loaded anew for who was away */
  });

  test('who missed nothing is sent nothing but the answer', async () => {
    const session = await fresh();
    const ana = await palabre.person(session);
    for (const topic of TOPICS) await ana.open(topic);
    const notes = Object.fromEntries(TOPICS.map((topic) => [topic, kept(ana, topic)]));
    const other = await palabre.greet(session, ana.token);
    const count = other.frames.length;
    for (const topic of TOPICS.slice(1)) await other.open(topic, notes[topic]);
    await other.call('idea_list', { challenge: 'c1', order: 'top' });
    assert.deepEqual(other.frames.slice(count).filter(({ method }) => method && method !== 'heartbeat'), []);
  });

  test('an epoch that is not this one, or is somebody else\'s view, is answered by a snapshot', async () => {
    const session = await fresh();
    const ana = await palabre.person(session), moderator = await palabre.greet(session, await palabre.staff(session));
    const staff = await moderator.open('ideas:c1:top');
    const mine = await ana.open('ideas:c1:top');
    assert.notEqual(staff.epoch, mine.epoch);
    for (const epoch of ['ffffffffffff.public.1', staff.epoch, 'nonsense', '', `${mine.epoch}9`]) {
      const held = await ana.open('ideas:c1:top', { ...kept(ana, 'ideas:c1:top'), epoch });
      await ana.until('a snapshot', () => held.snapshots === 1);
      assert.equal(held.epoch, mine.epoch);
    }
    await palabre.agree(ana);
  });

  test('a version without an epoch is a version of nothing', async () => {
    const session = await fresh();
    const ana = await palabre.person(session);
    const { v } = await ana.open('leaders');
    const held = await ana.open('session');
    await ana.call('topic_open', { topic: 'session', since: v });
    await ana.until('another snapshot', () => held.snapshots === 2);
  });

  test('who asks for a version that is to come waits until it is there', async () => {
    const session = await fresh();
    const ana = await palabre.person(session), ben = await palabre.person(session);
    await ana.open('ideas:c1:new');
    const { v } = await ben.call('idea_add', { challenge: 'c1', title: 'Tout juste' });
    const page = await palabre.topic(session, 'ideas:c1:new', ana.token, `${ana.held.get('ideas:c1:new').epoch}:${v}`);
    assert.ok(page.v >= v);
  });

  test('connections that vanish in the middle of anything trouble nobody else', async () => {
    const large = Array.from({ length: 100 }, (_, i) => ({ title: `Idée ${i + 1}`, body: 'Long. '.repeat(300) }));
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: large, tally: 'after_vote' })] });
    const ana = await palabre.person(session);
    for (const topic of [...TOPICS, 'me']) await ana.open(topic);
    const tokens = await Promise.all(Array.from({ length: 8 }, () => palabre.join(session)));
    await Promise.all(tokens.map(async ({ token }, n) => {
      for (let round = 0; round < 8; round++) {
        const client = await palabre.connect();
        let id = 0;
        const say = (method, params) => client.socket.readyState === 1 && client.send({ jsonrpc: '2.0', id: `v${++id}`, method, params });
        client.hearNotification = () => {}; /* nobody holds what this one is sent */
        const steps = [() => say('hello', { session, token }), () => { for (const topic of [...TOPICS, 'me']) say('topic_open', { topic }); },
                       () => say('vote_cast', { idea: `i${round + 1}`, value: 1 }), () => say('topic_close', { topic: 'ideas:c1:top' }), () => say('idea_list', { challenge: 'c1', order: 'top' })];
        for (const step of steps.slice(0, 1 + (n + round) % steps.length)) {
          step();
          if ((n * 7 + round * 3) % 4) await sleep((n * 5 + round * 11) % 30);
        }
        if (round % 2) client.socket.terminate();
        else client.socket.close();
      }
    }));
    await ana.call('vote_cast', { idea: 'i9', value: 1 });
    await ana.see('ideas:c1:top', ({ ideas }) => ideas.i9.tally?.votes >= 1);
    await palabre.agree(ana);
  });

  test('two connections of one person, and one of another, hold the same document after many changes', async () => {
    const session = await fresh();
    const ana = await palabre.person(session, 'Ana'), twin = await palabre.greet(session, ana.token), ben = await palabre.person(session);
    for (const client of [ana, twin, ben]) for (const topic of TOPICS) await client.open(topic);
    for (const client of [ana, twin]) await client.open('me');
    const moderator = await palabre.greet(session, await palabre.staff(session));
    for (let i = 0; i < 20; i++) {
      await (i % 2 ? ana : ben).call('vote_cast', { idea: i % 3 ? 'i1' : 'i2', value: i % 4 ? 1 : 0 }).catch(({ name }) => assert.equal(name, 'idea_hidden'));
      if (i % 5 === 0) await moderator.call('idea_moderate', { idea: 'i2', action: i % 10 ? 'publish' : 'hide', reason: 'Voir' });
      if (i % 7 === 0) await ana.call('idea_add', { challenge: 'c1', title: `Idée ${i}` });
      if (i === 11) { const note = kept(twin, 'ideas:c1:top'); await twin.close('ideas:c1:top'); await twin.open('ideas:c1:top', note); }
    }
    await palabre.agree(ana, twin, ben);
    assert.deepEqual(twin.state('me'), ana.state('me'));
    for (const topic of TOPICS) assert.deepEqual(twin.state(topic), ana.state(topic));
  });
});

describe('large documents', () => {
  const text = 'Une idée qui demande quelques mots pour être bien comprise de chacun. '.repeat(27);

  test('a hundred large ideas come in parts, none of them large, and are whole at the end', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: Array.from({ length: 120 }, (_, i) => ({ title: `Idée ${i + 1}`, body: text })) })] });
    const ana = await palabre.person(session);
    const sizes = [];
    ana.socket.on('message', (data) => sizes.push(data.length));
    const held = await ana.open('ideas:c1:new');
    assert.ok(held.parts > 3, `${held.parts} parts`);
    assert.ok(Math.max(...sizes) <= 65536, `a message of ${Math.max(...sizes)} bytes`);
    assert.equal(Object.keys(held.state.ideas).length, 100);
    await palabre.agree(ana);
  });

  test('what changes while the parts are on their way is in the document at its end', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: Array.from({ length: 110 }, (_, i) => ({ title: `Idée ${i + 1}`, body: text })) })] });
    const ben = await palabre.person(session), moderator = await palabre.greet(session, await palabre.staff(session));
    const clients = [];
    for (let i = 0; i < 5; i++) {
      const client = await palabre.person(session);
      clients.push(client);
      const opening = client.open('ideas:c1:top');
      await ben.call('vote_cast', { idea: `i${i + 1}`, value: 1 });
      await moderator.call('idea_moderate', { idea: `i${i + 50}`, action: 'hide', reason: 'Non' });
      await opening;
    }
    await palabre.agree(...clients);
  });

  test('who does not read is sent one frame for all it missed, not one for each change', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: Array.from({ length: 116 }, (_, i) => ({ title: `Idée ${i + 1}`, body: '🙂'.repeat(1900) })) })] });
    const slow = await palabre.person(session), quick = await palabre.person(session);
    for (const client of [slow, quick]) await client.open('ideas:c1:new');
    const before = [slow, quick].map((client) => client.held.get('ideas:c1:new').deltas);
    slow.socket.pause();
    /* Sixteen ideas leave the window and others enter it, or the other way around: some 120 KiB each time, so that what the
     * kernel takes for who does not read is soon used up. */
    const ideas = Array.from({ length: 16 }, (_, i) => `i${116 - i}`);
    let hidden = false;
    for (let staff = 0; staff < 8; staff++) {
      const moderator = await palabre.greet(session, await palabre.token(session, 'moderator'));
      for (let batch = 0; batch < 7; batch++) {
        hidden = !hidden;
        const calls = ideas.map((idea, id) => ({ jsonrpc: '2.0', id: `b${id}`, method: 'idea_moderate', params: { idea, action: hidden ? 'hide' : 'publish', reason: 'Voir' } }));
        for (const { error } of await moderator.ask(calls)) assert.equal(error, undefined);
        await quick.see('ideas:c1:new', (state) => ideas.every((idea) => (idea in state.ideas) !== hidden));
      }
    }
    slow.socket.resume();
    await palabre.agree(slow, quick);
    const [few, many] = [slow, quick].map((client, i) => client.held.get('ideas:c1:new').deltas - before[i]);
    assert.ok(many >= 56, `the quick one was sent ${many}`);
    assert.ok(few <= many - 8, `the slow one was sent ${few} of ${many}`);
  });
});

describe('heartbeats', () => {
  test('every ten seconds a quiet connection hears that all it holds is true now', async () => {
    const session = await fresh();
    const ana = await palabre.person(session), ben = await palabre.person(session);
    const leaders = await ana.open('leaders');
    await ben.open('ideas:c1:new');
    const held = leaders.v;
    await ben.call('name_set', { name: 'Ben' }); /* changes no document of Ana's */
    const { v, stale, now } = await ana.heartbeat();
    assert.ok(v > held);
    assert.equal(leaders.v, v);
    assert.equal(stale, false);
    assert.ok(now > 1.7e12);
    const other = await palabre.greet(session, ana.token);
    await other.open('leaders', kept(ana, 'leaders'));
    await palabre.agree(other);
    assert.ok(same(other.state('leaders'), ana.state('leaders')));
  });
});

describe('rates', () => {
  test('each class of command has a burst of its own, and says when it is worth trying again', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }] })] });
    for (const [burst, method, params] of [[10, 'name_set', { name: 'A' }], [60, 'vote_cast', { idea: 'i1', value: 1 }], [30, 'idea_similar', { challenge: 'c1', text: 'une' }], [120, 'idea_list', { challenge: 'c1', order: 'top' }]]) {
      const client = await palabre.person(session);
      const outcomes = await Promise.all(Array.from({ length: burst + 40 }, () => client.call(method, params).then(() => null, (error) => error)));
      const refusals = outcomes.filter(Boolean);
      assert.ok(outcomes.length - refusals.length >= burst, method);
      assert.ok(refusals.length > 0, method);
      for (const refusal of refusals) assert.deepEqual([refusal.name, refusal.data.retry_ms > 0, refusal.data.limit > 0], ['rate_limited', true, true]);
      assert.equal((await palabre.refused(session, client.token, method, params).catch(() => ({ name: 'rate_limited' }))).name, 'rate_limited', 'both doors draw from one bucket');
      await sleep(refusals.at(-1).data.retry_ms + 50);
      await client.call(method, params);
    }
  });

  test('a rate refused over HTTP says Retry-After', async () => {
    const session = await fresh();
    const { token } = await palabre.join(session);
    for (;;) {
      const { status, json, headers } = await palabre.post(`/api/v1/sessions/${session}/name_set`, { name: 'A' }, token);
      if (status === 200) continue;
      assert.equal(status, 429);
      assert.equal(Number(headers['retry-after']), Math.ceil(json.retry_ms / 1000));
      break;
    }
  });
});
