/* A connection that goes: what is on screen stays, what was done meanwhile is kept and sent, and nothing reloads. */

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

const three = ['Un banc', 'Un parking à vélos', 'Des chariots'].map((title) => ({ title }));
const questions = [challenge('c1', { ideas: three })];

const mark = (device) => device.page.evaluate(() => { window.marked = true; });
const kept = async (device) => assert.ok(await device.page.evaluate(() => window.marked === true), 'the page was not reloaded');

test('a server that dies and comes back finds every screen as it was, and is told what was voted meanwhile', async () => {
  const session = await server.session({ challenges: questions });
  const ana = await crowd.person(server, session, 'Ana', { cut: true });
  const bob = await crowd.person(server, session, 'Bob', { cut: true });
  const wall = await crowd.wall(server, session, { cut: true });
  for (const screen of [ana, bob, wall]) await mark(screen);
  await ana.on('i1', 'vote').click();
  await wall.rowCounts('i1', 1);

  const { listen } = server;
  await server.signal('SIGKILL');
  await ana.says(WORDS.fr.link_waiting);
  assert.equal((await ana.ideas()).length, 3);
  await ana.on('i2', 'vote').click();
  await ana.on('i2', 'vote', '[aria-pressed="true"]').waitFor();
  await ana.says(WORDS.fr.vote_kept);
  await wall.says(WORDS.fr.link_waiting);
  await wall.rowCounts('i1', 1);

  await server.serve(listen);
  for (const screen of [ana, bob, wall]) await screen.link('online');
  await bob.counts('i2', 1);
  await bob.counts('i1', 1);
  await wall.rowCounts('i2', 1);
  await ana.on('i2', 'vote', '[aria-pressed="true"]').waitFor();
  assert.equal(await ana.page.getByText(WORDS.fr.vote_kept).count(), 0);
  for (const screen of [ana, bob, wall]) await kept(screen);
});

test('a proposal made while the server is away is published once when it is back', async () => {
  const session = await server.session({ challenges: questions });
  const ana = await crowd.person(server, session, 'Ana', { cut: true });
  const bob = await crowd.person(server, session, 'Bob', { cut: true });
  const { listen } = server;
  await server.signal('SIGKILL');
  await ana.says(WORDS.fr.link_waiting);
  await ana.press('compose');
  await ana.at('compose-title').fill('Une fontaine à eau');
  await ana.press('compose-publish');
  await ana.says(WORDS.fr.publish_kept);
  await server.serve(listen);
  await ana.says(WORDS.fr.published);
  await bob.press('arrivals');
  await bob.says('Une fontaine à eau');
  const { ideas } = await server.state(session, 'ideas:c1:new', await server.staff(session));
  assert.equal(Object.values(ideas).filter(({ title }) => title === 'Une fontaine à eau').length, 1);
});

test('a phone out of reach keeps its view and its vote, and catches up with what it missed', async () => {
  const session = await server.session({ challenges: questions });
  const ana = await crowd.person(server, session, 'Ana', { cut: true });
  const bob = await server.person(session, 'Bob');
  await mark(ana);
  await ana.page.context().setOffline(true);
  await ana.on('i3', 'vote').click();
  await ana.on('i3', 'vote', '[aria-pressed="true"]').waitFor();
  await bob.call('vote_cast', { idea: 'i1', value: 1 });
  assert.equal((await ana.ideas()).length, 3);
  await ana.page.context().setOffline(false);
  await ana.counts('i1', 1);
  await ana.counts('i3', 1);
  const { ideas } = await server.state(session, 'ideas:c1:top', bob.token);
  assert.equal(ideas.i3.tally.votes, 1);
  await kept(ana);
});

test('access that is no longer good leads back to the door, with a word about it', async () => {
  const session = await server.session({ challenges: questions });
  const ana = await crowd.person(server, session, 'Ana');
  await ana.page.evaluate((key) => localStorage.setItem(key, `${localStorage.getItem(key).slice(0, 60)}AAAA`), `palabre.token.${session}`);
  await ana.page.reload();
  await ana.says(WORDS.fr.join_again);
  await ana.enter('Ana');
  await ana.sees('vote');
});
