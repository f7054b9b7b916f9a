/* The five ballots, who sees their counts and when, and what becomes of votes when an idea goes; on every screen, for
 * every audience, through live changes. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge } from './palabre.js';

let palabre;
before(async () => { palabre = await Palabre.start(); });
after(() => palabre.stop());

const IDEAS = [{ title: 'Une' }, { title: 'Deux' }, { title: 'Trois' }, { title: 'Quatre' }];

/** A session of one challenge with four ideas; people, and one screen for each audience, with all topics open. */
async function story(rules, { people = 3 } = {}) {
  const session = await palabre.session({ challenges: [challenge('c1', { ideas: IDEAS, ...rules })] });
  const voters = [];
  for (let i = 0; i < people; i++) voters.push(await palabre.person(session, `Personne ${i + 1}`));
  const screens = { observer: await palabre.greet(session) };
  for (const role of ['expert', 'moderator', 'brand']) screens[role] = await palabre.greet(session, await palabre.token(session, role));
  const all = [...voters, ...Object.values(screens)];
  for (const client of all) for (const topic of ['session', 'ideas:c1:top', 'ideas:c1:new', 'idea:i1', 'results:c1', 'leaders']) await client.open(topic);
  for (const voter of voters) await voter.open('me');
  return { session, voters, screens, all, vote: (who, idea, value) => voters[who].call('vote_cast', { idea, value }) };
}

/* Those who do not see what is hidden or withdrawn. */
const shared = ({ voters, screens }) => [...voters, screens.observer, screens.expert];
const everywhere = (clients, topic, look) => Promise.all(clients.map((client) => client.see(topic, look)));
const ranked = (state) => Object.entries(state.ideas).sort(([, a], [, b]) => b.tally.score - a.tally.score || a.n - b.n).map(([id]) => id);

describe('ballots', () => {
  test('approval counts who approves; a vote sets, and zero takes it back', async () => {
    const { all, voters, vote } = await story({ choose: 2 });
    assert.deepEqual(await vote(0, 'i1', 1), { idea: 'i1', value: 1, left: 1 });
    assert.deepEqual(await vote(0, 'i1', 1), { idea: 'i1', value: 1, left: 1 });
    assert.equal((await vote(0, 'i2', 1)).left, 0);
    assert.equal((await voters[0].refused('vote_cast', { idea: 'i3', value: 1 })).name, 'choose_limit');
    assert.equal((await vote(0, 'i1', 0)).left, 1);
    await vote(0, 'i3', 1);
    await vote(1, 'i3', 1);
    for (const value of [2, -1]) assert.equal((await voters[2].refused('vote_cast', { idea: 'i1', value })).name, 'value_invalid');
    await everywhere(all, 'ideas:c1:top', (state) => state.ideas.i3.tally.votes === 2 && state.ideas.i2.tally.votes === 1 && state.ideas.i1.tally.votes === 0);
    const [state] = await everywhere(all, 'results:c1', ({ totals }) => totals.votes === 3 && totals.voters === 2);
    assert.deepEqual(state.ideas.i3, { votes: 2, score: 2 });
    assert.deepEqual(state.by.level.open.i3, { votes: 2, score: 2 });
    assert.deepEqual(state.by.level.verified.i3 ?? { votes: 0, score: 0 }, { votes: 0, score: 0 });
    assert.equal(Object.values(state.minutes).reduce((sum, { open }) => sum + open, 0) >= 3, true);
    assert.deepEqual(ranked(all[0].state('ideas:c1:top')), ['i3', 'i2', 'i1', 'i4']);
    assert.deepEqual(voters[0].state('me').ballots.c1, { votes: { i2: 1, i3: 1 }, parked: {}, given_up: {}, left: 0 });
    await palabre.agree(...all);
  });

  test('updown counts for and against', async () => {
    const { all, voters, vote } = await story({ ballot: 'updown' });
    await vote(0, 'i1', 1);
    await vote(1, 'i1', -1);
    await vote(2, 'i1', -1);
    await vote(0, 'i2', -1);
    await vote(0, 'i2', 1);
    assert.equal((await voters[0].refused('vote_cast', { idea: 'i1', value: 2 })).data.expected, '-1 to 1');
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1.tally.down === 2 && ideas.i2.tally.up === 1);
    assert.deepEqual(all[0].state('ideas:c1:top').ideas.i1.tally, { up: 1, down: 2, score: -1 });
    assert.deepEqual(ranked(all[0].state('ideas:c1:top')), ['i2', 'i3', 'i4', 'i1']);
    await palabre.agree(...all);
  });

  test('single is one idea, and choosing another moves the vote', async () => {
    const { all, voters, vote } = await story({ ballot: 'single' });
    assert.equal((await vote(0, 'i1', 1)).left, 0);
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1.tally.votes === 1);
    await vote(0, 'i2', 1);
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1.tally.votes === 0 && ideas.i2.tally.votes === 1);
    await voters[0].see('me', (me) => me.ballots.c1.votes.i2 === 1 && me.ballots.c1.votes.i1 === undefined);
    assert.equal((await vote(0, 'i2', 0)).left, 1);
    await everywhere(all, 'results:c1', ({ totals }) => totals.votes === 0 && totals.voters === 1);
    await palabre.agree(...all);
  });

  test('a budget is spent in dots, at most so many on one idea', async () => {
    const { all, voters, vote } = await story({ ballot: 'budget', budget: { dots: 5, per_idea: 3 } });
    assert.equal((await vote(0, 'i1', 3)).left, 2);
    assert.equal((await voters[0].refused('vote_cast', { idea: 'i2', value: 4 })).data.expected, '0 to 3');
    assert.equal((await voters[0].refused('vote_cast', { idea: 'i2', value: 3 })).data.left, 2);
    assert.equal((await vote(0, 'i2', 2)).left, 0);
    assert.equal((await vote(0, 'i1', 1)).left, 2);
    await vote(1, 'i1', 2);
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1.tally.dots === 3 && ideas.i1.tally.voters === 2 && ideas.i2.tally.dots === 2);
    assert.deepEqual(all[0].state('ideas:c1:top').ideas.i1.tally, { dots: 3, voters: 2, score: 3 });
    assert.deepEqual(voters[0].state('me').ballots.c1, { votes: { i1: 1, i2: 2 }, parked: {}, given_up: {}, left: 2 });
    await palabre.agree(...all);
  });

  test('stars score a mean that starts from five votes of three', async () => {
    const { all, voters, vote } = await story({ ballot: 'stars' });
    await vote(0, 'i1', 5);
    await vote(1, 'i1', 4);
    await vote(0, 'i2', 1);
    assert.equal((await voters[0].refused('vote_cast', { idea: 'i1', value: 6 })).data.expected, '0 to 5');
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1.tally.sum === 9 && ideas.i2.tally.sum === 1);
    const { ideas } = all[0].state('ideas:c1:top');
    assert.deepEqual(ideas.i1.tally, { sum: 9, voters: 2, score: Math.floor(1000 * 24 / 7) });
    assert.deepEqual(ideas.i2.tally, { sum: 1, voters: 1, score: Math.floor(1000 * 16 / 6) });
    assert.deepEqual(ideas.i3.tally, { sum: 0, voters: 0, score: 3000 });
    await palabre.agree(...all);
  });

  test('a final vote is not changed nor taken back, in every ballot', async () => {
    for (const [rules, first, second] of [[{}, 1, 0], [{ ballot: 'updown' }, 1, -1], [{ ballot: 'stars' }, 3, 4], [{ ballot: 'budget', budget: { dots: 4 } }, 2, 3]]) {
      const session = await palabre.session({ challenges: [challenge('c1', { ideas: IDEAS, final: true, ...rules })] });
      const ana = await palabre.person(session);
      await ana.call('vote_cast', { idea: 'i1', value: first });
      await ana.call('vote_cast', { idea: 'i1', value: first });
      for (const value of [second, 0]) assert.equal((await ana.refused('vote_cast', { idea: 'i1', value })).name, 'vote_final');
    }
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: IDEAS, final: true, ballot: 'single' })] });
    const ana = await palabre.person(session);
    await ana.call('vote_cast', { idea: 'i1', value: 1 });
    assert.equal((await ana.refused('vote_cast', { idea: 'i2', value: 1 })).name, 'vote_final');
  });

  test('votes over both doors by many people add up exactly', async () => {
    const { session, all } = await story({ ballot: 'updown' }, { people: 1 });
    const crowd = await Promise.all(Array.from({ length: 30 }, () => palabre.join(session)));
    let up = 0, down = 0;
    await Promise.all(crowd.map(async ({ token }, i) => {
      const value = i % 3 === 0 ? -1 : 1;
      if (value > 0) up++; else down++;
      if (i % 2) return palabre.call(session, token, 'vote_cast', { idea: 'i1', value });
      const client = await palabre.greet(session, token);
      await client.call('vote_cast', { idea: 'i1', value: -value });
      return client.call('vote_cast', { idea: 'i1', value });
    }));
    await everywhere(all, 'idea:i1', ({ idea }) => idea.tally.up === up && idea.tally.down === down);
    await everywhere(all, 'session', ({ challenges }) => challenges.c1.voters === 30);
    await palabre.agree(...all);
  });
});

describe('who sees the count', () => {
  test('after_vote: one\'s first vote opens the tallies to oneself, by a delta with a new epoch, and to nobody else', async () => {
    const { voters: [ana, ben], screens, all, vote } = await story({ tally: 'after_vote' });
    const outside = [ben, screens.observer, screens.expert];
    await vote(0, 'i1', 1);
    for (const topic of ['ideas:c1:top', 'ideas:c1:new', 'idea:i1', 'results:c1']) {
      const held = ana.held.get(topic), { epoch, snapshots } = held;
      await ana.see(topic, (state) => (topic === 'results:c1' ? state.ideas.i1 : topic === 'idea:i1' ? state.idea.tally : state.ideas.i1.tally)?.votes === 1);
      assert.equal(held.snapshots, snapshots, `${topic} came by a delta`);
      assert.deepEqual(held.epochs.length, 2, topic);
      assert.ok(epoch !== held.epoch || held.epochs[0] !== held.epochs[1]);
    }
    await everywhere(outside, 'session', ({ challenges }) => challenges.c1.voters === 1);
    for (const client of outside) {
      for (const topic of ['ideas:c1:top', 'ideas:c1:new']) for (const idea of Object.values(client.state(topic).ideas)) assert.equal(idea.tally, undefined);
      assert.deepEqual(client.state('results:c1').ideas, {});
    }
    for (const client of [screens.moderator, screens.brand]) await client.see('ideas:c1:top', ({ ideas }) => ideas.i1.tally.votes === 1);
    await vote(0, 'i1', 0);
    await vote(2, 'i2', 1);
    await ana.see('ideas:c1:top', ({ ideas }) => ideas.i1.tally.votes === 0 && ideas.i2.tally.votes === 1);
    await palabre.agree(...all);
    const again = await palabre.greet(ana.session, ana.token);
    assert.equal((await again.open('ideas:c1:top')).state.ideas.i2.tally.votes, 1, 'who has ever voted sees it from the start');
    await again.open('ideas:c1:new', ana.held.get('ideas:c1:new'));
    await palabre.agree(again);
  });

  test('after_vote: closing reveals the tallies to everyone', async () => {
    const { screens, all, vote } = await story({ tally: 'after_vote' });
    await vote(0, 'i2', 1);
    await screens.moderator.call('challenge_close', { challenge: 'c1' });
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i2.tally?.votes === 1);
    await everywhere(all, 'results:c1', ({ ideas }) => ideas.i2?.votes === 1);
    await palabre.agree(...all);
  });

  test('sealed: nobody sees a number but the number of voters, until it closes; then everyone sees all', async () => {
    const { voters, screens, all, vote } = await story({ tally: 'sealed', ballot: 'updown' });
    await vote(0, 'i1', -1);
    await vote(1, 'i2', 1);
    await vote(1, 'i1', 1);
    await everywhere(all, 'session', ({ challenges }) => challenges.c1.voters === 2);
    await everywhere(all, 'ideas:c1:top', ({ totals }) => totals.voters === 2);
    for (const client of all) {
      for (const topic of ['ideas:c1:top', 'ideas:c1:new']) assert.ok(!JSON.stringify(client.state(topic)).includes('"tally"'));
      assert.deepEqual(client.state('results:c1'), { totals: { voters: 2 }, ideas: {}, by: { level: { open: {}, code: {}, verified: {} } }, minutes: {} });
      assert.equal(client.state('idea:i1').idea.tally, undefined);
    }
    assert.deepEqual((await voters[1].see('me', (me) => me.ballots.c1?.votes.i1 === 1)).ballots.c1.votes, { i1: 1, i2: 1 });
    const deltas = all.map((client) => client.held.get('ideas:c1:top').snapshots);
    await screens.brand.call('challenge_close', { challenge: 'c1' });
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1.tally?.up === 1 && ideas.i1.tally.down === 1 && ideas.i2.tally?.score === 1);
    await everywhere(all, 'results:c1', ({ totals, minutes }) => totals.votes === 3 && Object.keys(minutes).length > 0);
    assert.deepEqual(all.map((client) => client.held.get('ideas:c1:top').snapshots), deltas, 'the reveal is a delta');
    assert.equal((await voters[0].refused('vote_cast', { idea: 'i1', value: 1 })).name, 'challenge_closed');
    assert.equal((await screens.brand.refused('challenge_open', { challenge: 'c1' })).name, 'challenge_sealed');
    await palabre.agree(...all);
  });

  test('sealed: more votes by who has voted already move no screen but their own', async () => {
    const { voters, screens, vote } = await story({ tally: 'sealed' });
    await vote(0, 'i1', 1);
    await screens.observer.see('session', ({ challenges }) => challenges.c1.voters === 1);
    await palabre.agree(screens.observer, screens.brand);
    const counts = () => [screens.observer, screens.brand].map((client) => client.frames.filter(({ method, params }) => method !== 'heartbeat' && params?.topic !== 'session').length);
    const before = counts();
    for (const [idea, value] of [['i2', 1], ['i3', 1], ['i1', 0], ['i4', 1]]) await vote(0, idea, value);
    await voters[0].see('me', (me) => me.ballots.c1.votes.i4 === 1);
    await palabre.agree(screens.observer, screens.brand);
    assert.deepEqual(counts(), before);
  });
});

describe('what becomes of votes when an idea goes', () => {
  test('hiding parks them, tells their owners, frees what they cost; the idea\'s return brings them back', async () => {
    const told = await story({ ballot: 'budget', budget: { dots: 3 } });
    const { voters: [ana, ben], screens, all, vote } = told;
    await vote(0, 'i1', 2);
    await vote(1, 'i1', 1);
    await vote(0, 'i2', 1);
    await everywhere(all, 'results:c1', ({ totals }) => totals.votes === 3);
    await screens.moderator.call('idea_moderate', { idea: 'i1', action: 'hide', reason: 'Doublon' });
    assert.deepEqual((await ana.see('me', (me) => me.ballots.c1.parked.i1)).ballots.c1, { votes: { i2: 1 }, parked: { i1: 2 }, given_up: {}, left: 2 });
    await everywhere(all, 'results:c1', ({ totals }) => totals.votes === 1 && totals.voters === 2);
    await everywhere(shared(told), 'results:c1', ({ ideas }) => !ideas.i1);
    await everywhere(shared(told), 'ideas:c1:top', ({ ideas }) => !ideas.i1);
    await screens.brand.see('ideas:c1:top', ({ ideas }) => ideas.i1.state === 'hidden');
    assert.equal((await ben.refused('vote_cast', { idea: 'i1', value: 2 })).name, 'idea_hidden');
    await screens.moderator.call('idea_moderate', { idea: 'i1', action: 'publish', reason: 'Remis' });
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1?.state === 'published' && ideas.i1.tally.dots === 3);
    await everywhere(all, 'results:c1', ({ totals }) => totals.votes === 3);
    assert.deepEqual((await ana.see('me', (me) => me.ballots.c1.votes.i1)).ballots.c1, { votes: { i1: 2, i2: 1 }, parked: {}, given_up: {}, left: 0 });
    await palabre.agree(...all);
  });

  test('a later vote that needs what is parked gives it up, and it does not come back', async () => {
    const { voters: [ana], screens, all, vote } = await story({ ballot: 'budget', budget: { dots: 3 } });
    await vote(0, 'i1', 2);
    await vote(1, 'i1', 3);
    await screens.moderator.call('idea_moderate', { idea: 'i1', action: 'hide', reason: 'À revoir' });
    assert.equal((await vote(0, 'i2', 3)).left, 0);
    assert.deepEqual((await ana.see('me', (me) => me.ballots.c1.given_up.i1)).ballots.c1, { votes: { i2: 3 }, parked: {}, given_up: { i1: 2 }, left: 0 });
    await screens.moderator.call('idea_moderate', { idea: 'i1', action: 'publish', reason: 'Revu' });
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas.i1?.tally.dots === 3 && ideas.i1.tally.voters === 1);
    await palabre.agree(...all);
  });

  test('withdrawing one\'s idea parks its votes for good and takes it from every screen', async () => {
    const told = await story({ choose: 1 });
    const { voters: [ana, ben], screens, all, vote } = told;
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'À reprendre' });
    await ben.call('vote_cast', { idea, value: 1 });
    await everywhere(all, 'ideas:c1:top', ({ ideas }) => ideas[idea]?.tally.votes === 1);
    assert.equal((await ben.refused('idea_withdraw', { idea })).name, 'not_yours');
    assert.equal((await ana.call('idea_withdraw', { idea })).withdrawn, true);
    await everywhere(shared(told), 'ideas:c1:top', ({ ideas, totals }) => !ideas[idea] && totals.ideas === 4);
    await everywhere(all, 'results:c1', ({ totals }) => totals.votes === 0);
    assert.equal((await screens.moderator.refused('idea_moderate', { idea, action: 'publish', reason: 'Reviens' })).name, 'idea_unknown');
    assert.equal((await ana.see('me', (me) => me.ideas[idea]?.state === 'withdrawn')).ideas[idea].signed, true);
    assert.deepEqual((await ben.see('me', (me) => me.ballots.c1.parked[idea] === 1)).ballots.c1.left, 1);
    assert.equal((await ben.refused('vote_cast', { idea, value: 1 })).name, 'idea_unknown');
    await vote(1, 'i1', 1);
    await palabre.agree(...all);
  });
});

describe('leaders', () => {
  test('ideas, first votes and supports earn points by the published rule, and hiding takes them back', async () => {
    const { voters: [ana, ben, eve], screens, all } = await story({ ballot: 'stars' });
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'La mienne' });
    await ben.call('vote_cast', { idea, value: 5 });
    await eve.call('vote_cast', { idea, value: 3 }); /* no support */
    await ana.call('vote_cast', { idea, value: 5 }); /* nobody supports themselves */
    const points = (n) => ({ [ana.id]: 10 + 2 + n, [ben.id]: 2, [eve.id]: 2 });
    const are = (expected) => ({ people }) => Object.entries(expected).every(([id, count]) => people[id]?.points === count);
    await everywhere(all, 'leaders', are(points(1)));
    assert.equal(all[0].state('leaders').people[ana.id].name, 'Personne 1');
    await eve.call('vote_cast', { idea, value: 4 });
    await everywhere(all, 'leaders', are(points(2)));
    assert.equal((await ana.see('me', (me) => me.points === 14)).points, 14);
    await screens.moderator.call('idea_moderate', { idea, action: 'hide', reason: 'Non' });
    await everywhere(all, 'leaders', are({ [ana.id]: 2, [ben.id]: 2 }));
    await screens.moderator.call('idea_moderate', { idea, action: 'publish', reason: 'Si' });
    await everywhere(all, 'leaders', are(points(2)));
    await palabre.agree(...all);
  });

  test('under a seal supports earn nothing that shows before it opens', async () => {
    const { voters: [ana, ben], screens, all } = await story({ tally: 'sealed' });
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'La mienne' });
    await ben.call('vote_cast', { idea, value: 1 });
    await everywhere(all, 'leaders', ({ people }) => people[ben.id]?.points === 2 && people[ana.id]?.points === 10);
    await screens.moderator.call('challenge_close', { challenge: 'c1' });
    await everywhere(all, 'leaders', ({ people }) => people[ana.id].points === 11);
    await palabre.agree(...all);
  });
});
