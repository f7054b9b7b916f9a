/* Votes, from a tap to every screen, with each ballot; and what stays secret. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Crowd, Palabre, WORDS, challenge } from './pages.js';

let server, crowd;
before(async () => {
  server = await Palabre.start();
  crowd = await Crowd.gather();
});
after(async () => {
  await crowd?.leave();
  await server?.stop();
});
afterEach(() => crowd.rest());

const two = [{ title: 'La première chose' }, { title: 'La deuxième chose' }];

/** Three screens on one question; the two votes of the first phone are given by `vote`. */
async function screens(more, name) {
  const session = await server.session({ challenges: [challenge('c1', { ideas: two, ...more })] });
  return [await crowd.person(server, session, name), await crowd.person(server, session), await crowd.wall(server, session), session];
}

async function counted(screens, idea, score) {
  const [ana, bob, wall] = screens;
  await ana.counts(idea, score);
  await bob.counts(idea, score);
  await wall.rowCounts(idea, score);
}

test('a like counts on the other phone and on the wall, and can be taken back', async () => {
  const all = await screens({ ballot: 'approval' });
  await all[0].on('i1', 'vote').click();
  await counted(all, 'i1', 1);
  await all[0].on('i1', 'vote').click();
  await counted(all, 'i1', 0);
});

test('where one chooses so many, what is left is said and the limit is kept', async () => {
  const all = await screens({ ballot: 'approval', choose: 1 });
  await all[0].sees('left', '[data-left="1"]');
  await all[0].on('i1', 'vote').click();
  await all[0].sees('left', '[data-left="0"]');
  await counted(all, 'i1', 1);
  await all[0].on('i2', 'vote').click();
  await all[0].on('i2', 'vote-error').getByText(WORDS.fr.error_choose_limit).waitFor();
  await counted(all, 'i1', 1);
});

test('for and against count on every screen, and one replaces the other', async () => {
  const all = await screens({ ballot: 'updown' });
  await all[0].on('i1', 'vote-for').click();
  await counted(all, 'i1', 1);
  await all[0].on('i1', 'vote-against').click();
  await counted(all, 'i1', -1);
  await all[1].on('i1', 'vote-for').click();
  await counted(all, 'i1', 0);
});

test('a single choice moves when another is made', async () => {
  const all = await screens({ ballot: 'single', proposals: 'brand' });
  await all[0].sees('left', '[data-left="1"]');
  await all[0].on('i1', 'vote').click();
  await counted(all, 'i1', 1);
  await all[0].sees('left', '[data-left="0"]');
  await all[0].on('i2', 'vote').click();
  await counted(all, 'i2', 1);
  await counted(all, 'i1', 0);
});

test('dots are shared out one at a time, what is left follows, and no more can be given than there are', async () => {
  const all = await screens({ ballot: 'budget', budget: { dots: 4, per_idea: 3 } });
  const [ana] = all;
  await ana.sees('left', '[data-left="4"]');
  for (let given = 1; given <= 3; given++) {
    await ana.on('i1', 'dots-more').click();
    await ana.on('i1', 'dots-value', `[data-value="${given}"]`).waitFor();
  }
  await counted(all, 'i1', 3);
  await ana.sees('left', '[data-left="1"]');
  assert.equal(await ana.on('i1', 'dots-more').getAttribute('aria-disabled'), 'true');
  await ana.on('i2', 'dots-more').click();
  await counted(all, 'i2', 1);
  await ana.sees('left', '[data-left="0"]');
  await ana.on('i1', 'dots-less').click();
  await counted(all, 'i1', 2);
  await ana.sees('left', '[data-left="1"]');
});

test('stars count on every screen, and can be taken back', async () => {
  const all = await screens({ ballot: 'stars' });
  const [ana, bob, wall] = all;
  await ana.page.locator('[data-idea="i1"] label').nth(3).click();
  await ana.on('i1', 'stars', '[data-value="4"]').waitFor();
  for (const phone of [ana, bob]) await phone.on('i1', 'tally').getByText('4,0 sur 5 · 1 note').waitFor();
  await wall.page.locator('[data-test="row"][data-idea="i1"]').getByText('4,0').first().waitFor();
  await ana.press('stars-clear');
  await bob.on('i1', 'tally').getByText('Pas encore de note').waitFor();
});

test('a vote that is final is asked about first, and then stays', async () => {
  const all = await screens({ ballot: 'single', proposals: 'brand', final: true });
  const [ana, bob] = all;
  await ana.sees('final');
  await ana.on('i1', 'vote').click();
  await ana.press('final-no');
  await ana.seesNot('dialog-final');
  assert.equal(await ana.on('i1', 'vote').getAttribute('aria-pressed'), 'false');
  await ana.on('i1', 'vote').click();
  await ana.press('final-yes');
  await counted(all, 'i1', 1);
  assert.ok(await ana.on('i1', 'vote').isDisabled());
  await ana.says(WORDS.fr.vote_settled);
  assert.equal(await bob.on('i1', 'vote').getAttribute('aria-pressed'), 'false');
});

test('a secret vote shows no result anywhere until it closes, and then all of it', async () => {
  const [ana, bob, wall, session] = await screens({ ballot: 'single', proposals: 'brand', tally: 'sealed' });
  const team = await crowd.wall(server, session, { token: await server.staff(session) });
  await ana.says(WORDS.fr.results_sealed);
  await wall.says(WORDS.fr.wall_sealed);
  await ana.on('i2', 'vote').click();
  for (const screen of [wall, team]) await screen.sees('turnout', '[data-voters="1"]');
  await bob.sees('voters', '[data-voters="1"]');
  await ana.sees('left', '[data-left="0"]');
  for (const screen of [ana, bob, wall, team]) {
    assert.equal(await screen.page.locator('[data-score]').count(), 0);
    assert.equal(await screen.page.locator('.bar').count(), 0);
  }
  await server.call(session, await server.staff(session), 'challenge_close', { challenge: 'c1' });
  for (const phone of [ana, bob]) {
    await phone.sees('question', '[data-state="closed"]');
    await phone.counts('i2', 1);
    await phone.counts('i1', 0);
    assert.equal((await phone.ideas())[0], 'i2');
  }
  for (const screen of [wall, team]) await screen.rowCounts('i2', 1);
});

test('where results appear after one’s vote, they appear to who has voted and to nobody else', async () => {
  const [ana, bob, wall] = await screens({ ballot: 'updown', tally: 'after_vote' });
  await ana.says(WORDS.fr.results_after);
  assert.equal(await ana.at('tally').count(), 0);
  await ana.on('i1', 'vote-for').click();
  await ana.counts('i1', 1);
  await ana.counts('i2', 0);
  await bob.sees('voters', '[data-voters="1"]');
  await wall.sees('turnout', '[data-voters="1"]');
  assert.equal(await bob.at('tally').count(), 0);
  assert.equal(await wall.at('figure').count(), 0);
});

test('a brand’s options are shuffled for each person, and the same at each visit', async () => {
  const options = 'Vanille Citron Café Mangue Pistache Rose Coco Fraise'.split(' ').map((title) => ({ title }));
  const session = await server.session({ challenges: [challenge('c1', { ballot: 'single', proposals: 'brand', ideas: options })] });
  const people = [];
  for (let i = 0; i < 3; i++) people.push(await crowd.person(server, session));
  const orders = await Promise.all(people.map((each) => each.ideas()));
  assert.ok(new Set(orders.map(String)).size > 1, 'three people see three shuffles');
  for (const order of orders) assert.equal(order.length, options.length);
  for (const [i, person] of people.entries()) {
    await person.page.reload();
    await person.sees('idea');
    assert.deepEqual(await person.ideas(), orders[i]);
  }
});

test('several questions are chosen between, and each keeps its own votes', async () => {
  const session = await server.session({ challenges: [
    challenge('c1', { title: 'Quel banc ?', ideas: two }), challenge('c2', { title: 'Quel parking ?', ballot: 'updown', ideas: two })] });
  const ana = await crowd.person(server, session);
  const wall = await crowd.wall(server, session);
  await ana.on('i1', 'vote').click();
  await wall.rowCounts('i1', 1);
  await ana.press('select-question', '[data-question="c2"]');
  await ana.on('i3', 'vote-against').click();
  await wall.press('next');
  await wall.rowCounts('i3', -1);
  await ana.press('select-question', '[data-question="c1"]');
  await ana.press('tab-top');
  await ana.on('i1', 'vote', '[aria-pressed="true"]').waitFor();
});
