/* Who may be here no longer: shut out by a moderator, on another device, by a code that is revoked, or of a rehearsal. And
 * that all others notice nothing. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge } from './palabre.js';

let palabre, session, moderator;
const CODES = { join: ['open', 'code'] };
const path = (command) => `/api/v1/sessions/${session}/${command}`;

before(async () => {
  palabre = await Palabre.start({ workers: 2 });
  session = await palabre.session({ ...CODES, challenges: [challenge('c1', { ideas: [{ title: 'Une' }] })] });
  moderator = await palabre.staff(session);
});
after(() => palabre.stop());

/** Joins with what is given. */
async function enter(params, at = session) {
  const { status, json } = await palabre.post(`/api/v1/sessions/${at}/join`, params);
  assert.equal(status, 201, JSON.stringify(json));
  return json;
}

/** As many connections as any two workers share with near certainty, each with something open. */
async function connections(token, count = 5) {
  const clients = [];
  for (let i = 0; i < count; i++) {
    const client = await palabre.greet(session, token);
    await client.open('session');
    clients.push(client);
  }
  return clients;
}

async function ended(clients, reason) {
  for (const client of clients) {
    await client.closed;
    assert.equal(client.bye?.reason, reason);
  }
}

/** What each door says to this token. */
async function refusedAs(token, name) {
  const client = await palabre.connect();
  await assert.rejects(client.hello(session, token), { name });
  assert.equal((await palabre.refused(session, token, 'vote_cast', { idea: 'i1', value: 1 })).name, name);
  assert.equal((await palabre.refused(session, token, 'idea_list', { challenge: 'c1', order: 'top' })).name, name);
  for (const topic of ['me', 'session'])
    await assert.rejects(palabre.topic(session, topic, token), { name });
}

describe('connections of those who may be here no longer', () => {
  test('a ban ends all of a person\'s connections on every worker, and nobody else\'s', async () => {
    const ana = await palabre.join(session, 'Ana'), ben = await palabre.person(session, 'Ben');
    const hers = await connections(ana.token);
    assert.equal((await palabre.call(session, ana.token, 'vote_cast', { idea: 'i1', value: 1 })).value, 1);
    await palabre.call(session, moderator, 'participant_ban', { participant: ana.participant.id, reason: 'insultes' });
    await ended(hers, 'unauthorized');
    await refusedAs(ana.token, 'banned');
    assert.equal(ben.bye, undefined);
    assert.equal((await ben.call('vote_cast', { idea: 'i1', value: 1 })).value, 1);
    await palabre.call(session, moderator, 'participant_unban', { participant: ana.participant.id, reason: 'erreur' });
    const again = await palabre.greet(session, ana.token);
    const me = await again.open('me');
    assert.deepEqual(me.state.ballots.c1.votes, { i1: 1 });
  });

  test('a code for one person that is presented again ends the connections of the older place', async () => {
    const { codes } = await palabre.call(session, moderator, 'code_make', {});
    const first = await enter({ code: codes[0].secret });
    const old = await connections(first.token);
    const second = await enter({ code: codes[0].secret.toLowerCase() });
    assert.equal(second.participant.id, first.participant.id);
    await ended(old, 'replaced');
    await refusedAs(first.token, 'token_retired');
    await palabre.greet(session, second.token);
  });

  test('a code that is revoked, or its batch, ends the connections of who came with it', async () => {
    const { batch, codes } = await palabre.call(session, moderator, 'code_make', { count: 2 });
    const one = await enter({ code: codes[0].secret }), two = await enter({ code: codes[1].secret });
    const of = [await connections(one.token), await connections(two.token)];
    await palabre.call(session, moderator, 'code_revoke', { code: codes[0].code });
    await ended(of[0], 'unauthorized');
    await refusedAs(one.token, 'code_revoked');
    assert.ok(of[1].every((client) => client.bye === undefined));
    await palabre.call(session, moderator, 'code_revoke', { code: batch });
    await ended(of[1], 'unauthorized');
    await refusedAs(two.token, 'code_revoked');
  });
});

describe('a rehearsal', () => {
  test('opening a draft sends participants back to the door, and shows everyone else a session without them', async () => {
    session = await palabre.session({ ...CODES, state: 'draft', challenges: [challenge('c1', { ideas: [{ title: 'Une' }] })] });
    const brand = await palabre.staff(session, 'brand'), ana = await palabre.join(session, 'Ana');
    const watcher = await palabre.greet(session), hers = await connections(ana.token);
    const held = await watcher.open('session'), results = await watcher.open('results:c1');
    assert.equal(held.state.state, 'draft');
    await palabre.call(session, ana.token, 'vote_cast', { idea: 'i1', value: 1 });
    await watcher.until('the vote', () => results.state.totals.voters === 1);
    const epoch = held.epoch;
    await palabre.call(session, brand, 'session_open', {});
    await watcher.until('the session itself', () => held.state.state === 'open' && results.state.totals.voters === 0);
    assert.notEqual(held.epoch, epoch);
    assert.equal(held.state.rehearsal.people, 1);
    assert.deepEqual(results.state.ideas, { i1: { votes: 0, score: 0 } });
    await ended(hers, 'unauthorized');
    assert.equal((await palabre.refused(session, ana.token, 'vote_cast', { idea: 'i1', value: 1 })).name, 'participant_unknown');
    await assert.rejects(palabre.topic(session, 'me', ana.token), { name: 'token_invalid' });
    assert.notEqual((await palabre.join(session, 'Ana')).participant.id, ana.participant.id);
  });
});

describe('an archived session', () => {
  test('is read by everyone as before, and takes nobody and nothing', async () => {
    session = await palabre.session({ ...CODES, challenges: [challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] })] });
    const brand = await palabre.staff(session, 'brand'), ana = await palabre.person(session, 'Ana');
    const watcher = await palabre.greet(session), held = await watcher.open('session'), results = await watcher.open('results:c1');
    const me = await ana.open('me');
    await ana.call('vote_cast', { idea: 'i2', value: 1 });
    await watcher.until('the hash of the rules', () => held.state.challenges.c1.rules);
    await palabre.call(session, brand, 'session_close', {});
    await watcher.until('the outcome', () => results.state.outcome);
    assert.deepEqual(results.state.outcome.winners, ['i2']);
    assert.equal(results.state.outcome.rules, held.state.challenges.c1.rules);
    await palabre.call(session, brand, 'session_archive', {});
    await watcher.until('the end', () => held.state.state === 'archived');
    for (const client of [ana, watcher]) assert.equal(client.bye, undefined);
    assert.deepEqual(me.state.ballots.c1.votes, { i2: 1 });
    const again = await palabre.greet(session, ana.token);
    assert.deepEqual((await again.open('me')).state, me.state);
    assert.equal((await again.call('idea_list', { challenge: 'c1', order: 'top' })).ideas[0].id, 'i2');
    await assert.rejects(again.call('vote_cast', { idea: 'i1', value: 1 }), { name: 'session_archived' });
    const { status, json } = await palabre.post(path('join'), {});
    assert.deepEqual([status, json.name], [409, 'session_archived']);
    await palabre.agree(watcher, ana);
  });
});

describe('groups', () => {
  const groups = { status: { title: 'Vous êtes', values: { client: 'Client', staff: 'Équipe', jury: 'Jury' }, from: ['ask'] } };

  test('a value stands by itself from five voters on, and fewer are added up', async () => {
    session = await palabre.session({ groups, challenges: [challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] })] });
    const watcher = await palabre.greet(session), held = await watcher.open('results:c1');
    assert.deepEqual(held.state.by.status, {});
    const vote = async (status, idea) => {
      const { token, participant } = await enter({ groups: { status } });
      assert.deepEqual(participant.groups, { status });
      await palabre.call(session, token, 'vote_cast', { idea, value: 1 });
    };
    for (const idea of ['i1', 'i1', 'i1', 'i2']) await vote('client', idea);
    await vote('jury', 'i2');
    const tally = (votes) => ({ votes, score: votes });
    await watcher.until('five together', () => held.state.by.status.other?.i2.votes === 2);
    assert.deepEqual(held.state.by.status, { other: { i1: tally(3), i2: tally(2) } });
    for (let i = 0; i < 4; i++) await vote('staff', 'i2');
    await vote('client', 'i2');
    await watcher.until('clients by themselves', () => held.state.by.status.client?.i2.votes === 2);
    await watcher.until('what is left', () => held.state.by.status.other.i1.votes === 0);
    assert.deepEqual(held.state.by.status, { client: { i1: tally(3), i2: tally(2) }, other: { i1: tally(0), i2: tally(5) } });
    await palabre.agree(watcher);
  });
});
