/* From a tap on a phone to every screen: the shortest story, and that all screens hold one truth at its end. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Palabre, challenge } from './palabre.js';

let palabre;
before(async () => { palabre = await Palabre.start(); });
after(() => palabre.stop());

test('a vote on one phone moves every screen', async () => {
  const session = await palabre.session({ challenges: [challenge('c1', { ballot: 'updown', ideas: [{ title: 'Une caisse calme' }] })] });
  const ana = await palabre.person(session, 'Ana');
  const ben = await palabre.person(session, 'Ben');
  const wall = await palabre.greet(session);
  for (const client of [ana, ben, wall])
    for (const topic of ['session', 'ideas:c1:top', 'ideas:c1:new', 'idea:i1', 'leaders', 'results:c1'])
      await client.open(topic);
  await ana.open('me');
  const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'Des bancs' });
  for (const client of [ana, ben, wall]) await client.see('ideas:c1:new', (state) => state.ideas[idea]?.name === 'Ana');
  await ben.call('vote_cast', { idea, value: 1 });
  await ana.call('vote_cast', { idea: 'i1', value: -1 });
  for (const client of [ana, ben, wall]) {
    await client.see('ideas:c1:top', (state) => state.ideas[idea].tally.up === 1 && state.ideas.i1.tally.down === 1);
    await client.see('results:c1', (state) => state.totals.votes === 2);
    await client.see('session', (state) => state.challenges.c1.voters === 2 && state.people === 2);
  }
  await palabre.agree(ana, ben, wall);
  assert.deepEqual(ana.state('me').ballots.c1, { votes: { i1: -1 }, parked: {}, given_up: {} });
});
