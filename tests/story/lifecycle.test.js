/* The life of a session: a rehearsal that opens once, an end, a second opening, an archive; the outcome of a question. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge, dateIn } from './palabre.js';

let palabre, admin;
before(async () => {
  palabre = await Palabre.start();
  admin = await palabre.admin();
});
after(() => palabre.stop());

const QUESTION = (more) => challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }, { title: 'Trois' }], ...more });
const direct = (session, command, params) => palabre.call(session, admin, command, params);
const vote = (session, token, idea = 'i1', value = 1) => palabre.call(session, token, 'vote_cast', { idea, value });
/** A topic as everybody sees it, once `look` is true of it. */
const seen = async (session, topic, look) => (await palabre.greet(session)).see(topic, look);
const outcome = async (session) => (await seen(session, 'results:c1', (state) => state.outcome)).outcome;

describe('a rehearsal', () => {
  test('works in everything, says so, and is discarded once, visibly, when the session opens', async () => {
    const session = await palabre.session({ state: 'draft', join: ['open', 'code'], challenges: [QUESTION()] });
    const [code] = await palabre.codes(session);
    const [wallCode] = await palabre.codes(session, { role: 'observer', uses: 0 });
    const rehearsing = await palabre.enter(session, { code, name: 'Ana' });
    const client = await palabre.greet(session, rehearsing.token), wall = await palabre.greet(session);
    assert.equal((await wall.open('session')).state.state, 'draft');
    await vote(session, rehearsing.token);
    await palabre.call(session, rehearsing.token, 'idea_add', { challenge: 'c1', title: 'Une répétition' });
    await wall.see('ideas:c1:top', ({ ideas }) => ideas.i1.tally.votes === 1 && ideas.i4);
    await direct(session, 'session_open');
    const { rehearsal } = await wall.see('session', ({ state }) => state === 'open');
    assert.deepEqual([rehearsal.people >= 1, rehearsal.ideas, rehearsal.votes], [true, 1, 1]);
    const { ideas, totals } = await wall.see('ideas:c1:top', (state) => !state.ideas.i4 && state.totals.voters === 0);
    assert.deepEqual([Object.keys(ideas).sort(), totals], [['i1', 'i2', 'i3'], { ideas: 3, voters: 0 }]);
    assert.deepEqual(Object.values(ideas).map(({ tally }) => tally.votes), [0, 0, 0]);
    /* The same printed code opens the session itself. */
    const real = await palabre.enter(session, { code, name: 'Ana' });
    await vote(session, real.token, 'i2');
    await wall.see('ideas:c1:top', (state) => state.ideas.i2.tally.votes === 1);
    await palabre.enter(session, { code: wallCode });
    await client.closed;
    assert.ok(['token_retired', 'participant_unknown'].includes((await palabre.refused(session, rehearsing.token, 'vote_cast', { idea: 'i1', value: 1 })).name));
    await direct(session, 'session_open'); /* again: nothing more is discarded */
    assert.equal((await palabre.state(session, 'ideas:c1:top')).ideas.i2.tally.votes, 1);
    await palabre.agree(wall);
  });

  test('does not close, and opens by a moderator\'s hand for nobody', async () => {
    const session = await palabre.session({ state: 'draft' });
    assert.equal((await palabre.refused(session, admin, 'session_close')).name, 'session_state');
    for (const command of ['session_open', 'session_close', 'session_archive'])
      assert.equal((await palabre.refused(session, await palabre.staff(session), command)).name, 'forbidden');
  });

  test('is opened by the command line too', async () => {
    const session = await palabre.session({ state: 'draft' });
    await palabre.cli('session', 'open', session);
    assert.equal(JSON.parse(await palabre.cli('session', 'show', session)).state.state, 'open');
    const archived = await palabre.run(['session', 'archive', session]);
    assert.deepEqual([archived.code, /session_state/.test(archived.stderr)], [1, true]);
    await palabre.cli('session', 'close', session);
    await palabre.cli('session', 'archive', session);
    assert.equal(JSON.parse(await palabre.cli('session', 'show', session)).state.state, 'archived');
  });
});

describe('an end', () => {
  test('closes every question that is open, and the door to newcomers; who was there still reads', async () => {
    const session = await palabre.session({ join: ['open', 'code'], challenges: [QUESTION(), challenge('c2')] });
    const [code] = await palabre.codes(session);
    const known = await palabre.enter(session, { code });
    await vote(session, known.token, 'i2');
    await direct(session, 'session_close');
    const { challenges, closed_at } = await seen(session, 'session', ({ state }) => state === 'closed');
    assert.deepEqual([challenges.c1.state, challenges.c2.state, closed_at > 0], ['closed', 'closed', true]);
    assert.equal((await palabre.refused(session, known.token, 'vote_cast', { idea: 'i1', value: 1 })).name, 'session_closed');
    assert.equal((await palabre.turned(session, {})).name, 'session_closed');
    assert.equal((await palabre.enter(session, { code })).participant.id, known.participant.id);
    assert.deepEqual((await outcome(session)).winners, ['i2']);
  });

  test('comes by itself at its date, on every screen', async () => {
    const session = await palabre.session({ ends_at: dateIn(2500), challenges: [QUESTION()] });
    const ana = await palabre.person(session);
    await ana.call('vote_cast', { idea: 'i1', value: 1 });
    const { ends_at, closed_at, challenges } = await ana.see('session', ({ state }) => state === 'closed');
    assert.deepEqual([closed_at, challenges.c1.closed_at], [ends_at, ends_at]);
    await palabre.agree(ana);
  });

  test('may be moved, and a closed session opened again with its questions as they are', async () => {
    const session = await palabre.session({ challenges: [QUESTION()] });
    const ends_at = '2040-01-01T00:00:00Z';
    await direct(session, 'session_edit', { ends_at });
    await seen(session, 'session', (state) => state.ends_at === Date.parse(ends_at));
    await direct(session, 'session_close');
    await direct(session, 'session_open');
    const { challenges } = await seen(session, 'session', (state) => state.state === 'open' && state.closed_at);
    assert.equal(challenges.c1.state, 'closed');
    await direct(session, 'challenge_open', { challenge: 'c1' });
    await vote(session, (await palabre.join(session)).token);
  });

  test('is final once the session is archived: nobody writes, nobody joins, everyone reads', async () => {
    const session = await palabre.session({ challenges: [QUESTION()] });
    const { token } = await palabre.join(session);
    assert.equal((await palabre.refused(session, admin, 'session_archive')).name, 'session_state');
    await direct(session, 'session_close');
    await direct(session, 'session_archive');
    for (const [who, command, params] of [[token, 'name_set', { name: 'x' }], [admin, 'session_edit', { title: 'x' }], [admin, 'session_open', {}], [admin, 'code_make', {}]])
      assert.equal((await palabre.refused(session, who, command, params)).name, 'session_archived', command);
    assert.equal((await palabre.turned(session, {})).name, 'session_archived');
    await seen(session, 'session', ({ state }) => state === 'archived');
  });
});

describe('an outcome', () => {
  test('is written at closing and is the same whatever is hidden or whoever is banned or erased afterwards', async () => {
    const session = await palabre.session({ challenges: [QUESTION({ outcome: { winners: 1, quorum: 2 } })] });
    const people = [];
    for (let i = 0; i < 3; i++) people.push(await palabre.join(session, `Personne ${i}`));
    await vote(session, people[0].token, 'i1');
    await vote(session, people[1].token, 'i1');
    await vote(session, people[2].token, 'i2');
    await direct(session, 'challenge_close', { challenge: 'c1' });
    const written = await outcome(session);
    assert.deepEqual([written.kind, written.winners, written.quorum, written.quorum_met, written.tie], ['closing', ['i1'], 2, true, undefined]);
    assert.deepEqual(written.turnout, { open: 3, code: 0, verified: 0 });
    await direct(session, 'idea_moderate', { idea: 'i1', action: 'hide', reason: 'Après coup' });
    await direct(session, 'participant_ban', { participant: people[0].participant.id, reason: 'Après coup' });
    await palabre.call(session, people[1].token, 'me_erase');
    await seen(session, 'ideas:c1:new', ({ ideas }) => !ideas.i1);
    assert.deepEqual(await outcome(session), written);
  });

  test('of equal votes is a tie on every screen, which the brand breaks with a public reason, beside it', async () => {
    const session = await palabre.session({ challenges: [QUESTION()] });
    const ana = await palabre.person(session), ben = await palabre.person(session), wall = await palabre.greet(session);
    await ana.call('vote_cast', { idea: 'i1', value: 1 });
    await ben.call('vote_cast', { idea: 'i2', value: 1 });
    await direct(session, 'challenge_close', { challenge: 'c1' });
    for (const client of [ana, ben, wall]) {
      const { outcome: written } = await client.see('results:c1', (state) => state.outcome);
      assert.deepEqual([written.winners, [...written.tie].sort(), written.tied], [[], ['i1', 'i2'], 2]);
    }
    const wrong = await palabre.refused(session, admin, 'outcome_override', { challenge: 'c1', kind: 'tie', winners: ['i3'], reason: 'Le troisième' });
    assert.equal(wrong.name, 'invalid_params');
    await direct(session, 'outcome_override', { challenge: 'c1', kind: 'tie', winners: ['i2'], reason: 'Il se fabrique déjà' });
    const { outcome: first, corrections } = await wall.see('results:c1', (state) => state.corrections?.length === 1);
    assert.deepEqual([first.winners, corrections[0].winners, corrections[0].kind, corrections[0].reason], [[], ['i2'], 'tie', 'Il se fabrique déjà']);
    await palabre.agree(ana, ben, wall);
  });

  test('of a quorum that was missed says so, and of levels that do not count leaves them out', async () => {
    const session = await palabre.session({ join: ['open', 'code'], challenges: [QUESTION({ outcome: { counts: ['code'], quorum: 2 } })] });
    const [code] = await palabre.codes(session);
    await vote(session, (await palabre.enter(session, { code })).token, 'i1');
    for (let i = 0; i < 3; i++) await vote(session, (await palabre.join(session)).token, 'i2');
    await direct(session, 'challenge_close', { challenge: 'c1' });
    const { winners, quorum_met, counts, ranking, turnout } = await outcome(session);
    assert.deepEqual([winners, quorum_met, counts], [[], false, ['code']]);
    assert.deepEqual(turnout, { open: 3, code: 1, verified: 0 });
    assert.deepEqual([ranking[0].idea, ranking[0].votes], ['i1', 1]);
  });
});
