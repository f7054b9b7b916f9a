/* What people do on the pages, from a link to every screen. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Crowd, LAPTOP, Palabre, WORDS, challenge } from './pages.js';

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

const ideas = (...titles) => titles.map((title) => ({ title }));
const three = ideas('Un banc devant la caisse', 'Un parking à vélos', 'Des chariots plus petits');

test('a link leads into the consultation, with a name and without one', async () => {
  const session = await server.session({ title: 'Notre magasin', challenges: [challenge('c1', { ideas: three })] });
  const ana = await crowd.person(server, session, 'Ana');
  assert.match(await ana.at('you').innerText(), /Ana/);
  const other = await crowd.person(server, session);
  assert.equal(await other.at('you').innerText(), WORDS.fr.you);
  await ana.sees('people', '[data-people="2"]');
  await ana.page.reload();
  await ana.sees('question');
  assert.match(await ana.at('you').innerText(), /Ana/);
});

test('a proposal is on the other phone and on the wall, and what is alike is shown while it is being typed', async () => {
  const session = await server.session({ challenges: [challenge('c1', { noun: 'idée', ideas: three })] });
  const ana = await crowd.person(server, session, 'Ana');
  const bob = await crowd.person(server, session, 'Bob');
  const wall = await crowd.wall(server, session);
  await ana.press('compose');
  await ana.at('compose-title').fill('un parking a velo');
  await ana.at('similar').getByText('Un parking à vélos').waitFor();
  await ana.at('compose-title').fill('Une fontaine à eau');
  await ana.press('compose-publish');
  await ana.says(WORDS.fr.published);
  await ana.says('Une fontaine à eau');
  await bob.press('arrivals');
  await bob.says('Une fontaine à eau');
  await bob.says('par Ana');
  await wall.says('Une fontaine à eau');
});

test('a proposal without a title is refused in plain words, and what was typed stays', async () => {
  const session = await server.session();
  const ana = await crowd.person(server, session);
  await ana.press('compose');
  await ana.at('compose-body').fill('seulement des détails');
  await ana.press('compose-publish');
  assert.equal(await ana.at('compose-error').innerText(), WORDS.fr.title_required);
  await ana.page.keyboard.press('Escape');
  await ana.seesNot('dialog-compose');
  await ana.press('compose');
  assert.equal(await ana.at('compose-body').inputValue(), 'seulement des détails');
});

test('what one proposed can be edited and taken back, on every screen', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const ana = await crowd.person(server, session, 'Ana');
  const wall = await crowd.wall(server, session);
  const idea = await ana.propose('Une fontaine a eau', 'Près de l’entrée');
  await wall.says('Une fontaine a eau');
  await ana.on(idea, 'edit-idea').click();
  await ana.at('edit-title').fill('Une fontaine à eau fraîche');
  await ana.press('edit-save');
  await wall.says('Une fontaine à eau fraîche');
  await ana.on(idea, 'edit-idea').click();
  await ana.press('withdraw');
  await ana.press('withdraw-yes');
  await ana.says(WORDS.fr.withdrawn_done);
  await wall.seesNot('row', `[data-idea="${idea}"]`);
  await ana.press('you');
  await ana.sees('own-idea', '[data-state="withdrawn"]');
});

test('what a moderator hides on the wall leaves the phones, the voter is told, and it counts again when it is back', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const moderator = await crowd.wall(server, session, { token: await server.staff(session) });
  assert.doesNotMatch(moderator.page.url(), /#t=/, 'the token leaves the address at once');
  const ana = await crowd.person(server, session, 'Ana');
  const bob = await crowd.person(server, session, 'Bob');
  await ana.on('i2', 'vote').click();
  await bob.counts('i2', 1);
  await moderator.page.locator('[data-test="row"][data-idea="i2"] [data-test="hide"]').click();
  await moderator.at('hide-reason').fill('Déjà proposé');
  await moderator.press('hide-yes');
  await moderator.seesNot('row', '[data-idea="i2"]');
  await ana.sees('parked');
  for (const phone of [ana, bob])
    await phone.page.locator('[data-test="idea"][data-idea="i2"]', { hasText: WORDS.fr.idea_gone }).waitFor();
  const late = await crowd.person(server, session);
  assert.deepEqual((await late.ideas()).sort(), ['i1', 'i3']);
  await moderator.page.locator('summary').click();
  await moderator.press('show');
  await moderator.rowCounts('i2', 1);
  await ana.seesNot('parked');
  await ana.counts('i2', 1);
  await bob.counts('i2', 1);
});

test('a pause on the wall stops every phone at once, and they go on where they were', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const moderator = await crowd.wall(server, session, { token: await server.staff(session) });
  const ana = await crowd.person(server, session);
  await moderator.press('freeze');
  await ana.sees('frozen');
  await moderator.sees('frozen');
  assert.ok(await ana.on('i1', 'vote').isDisabled());
  await ana.seesNot('compose');
  await moderator.press('freeze', '[data-frozen="true"]');
  await ana.seesNot('frozen');
  await ana.on('i1', 'vote').click();
  await moderator.rowCounts('i1', 1);
});

test('an announcement is on every screen, and goes', async () => {
  const session = await server.session();
  const token = await server.staff(session);
  const ana = await crowd.person(server, session);
  const wall = await crowd.wall(server, session);
  await server.call(session, token, 'session_announce', { text: 'Résultats à 18 h, salle du fond' });
  for (const screen of [ana, wall]) await screen.at('announcement').getByText('Résultats à 18 h, salle du fond').waitFor();
  await server.call(session, token, 'session_announce', { text: '' });
  for (const screen of [ana, wall]) await screen.seesNot('announcement');
});

test('a feed starts on what this person has not voted on', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const ana = await crowd.person(server, session);
  await ana.sees('feed', '[data-view="discover"]');
  await ana.on('i1', 'vote').click();
  await ana.counts('i1', 1);
  await ana.page.reload();
  await ana.sees('idea');
  assert.deepEqual((await ana.ideas()).sort(), ['i2', 'i3']);
  await ana.press('tab-top');
  await ana.sees('idea', '[data-idea="i1"]');
  assert.equal((await ana.ideas())[0], 'i1');
  await ana.press('tab-new');
  await ana.sees('feed', '[data-view="new"]');
  await ana.sees('idea', '[data-idea="i3"]');
  assert.deepEqual(await ana.ideas(), ['i3', 'i2', 'i1']);
});

test('the order of a list does not move under its reader, whatever others do', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const ana = await crowd.person(server, session);
  const first = await server.person(session);
  await first.call('vote_cast', { idea: 'i1', value: 1 });
  await ana.press('tab-top');
  await ana.counts('i1', 1);
  await ana.page.mouse.move(100, 100);
  const before = await ana.ideas();
  for (const person of [await server.person(session), await server.person(session)])
    await person.call('vote_cast', { idea: 'i3', value: 1 });
  await ana.counts('i3', 2);
  assert.deepEqual(await ana.ideas(), before);
  await ana.press('resort');
  assert.equal((await ana.ideas())[0], 'i3');
});

test('the pages speak French and English, at once and at the next visit', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const ana = await crowd.person(server, session, 'Ana');
  assert.equal(await ana.page.locator('html').getAttribute('lang'), 'fr');
  await ana.says(WORDS.fr.add_plain);
  await ana.press('you');
  await ana.at('languages').getByText('English').click();
  await ana.says(WORDS.en.you_title);
  await ana.page.keyboard.press('Escape');
  await ana.page.reload();
  await ana.says(WORDS.en.add_plain);
  assert.equal(await ana.page.locator('html').getAttribute('lang'), 'en');
});

test('someone may watch without taking part, and then take part', async () => {
  const session = await server.session({ challenges: [challenge('c1', { ideas: three })] });
  const ana = await crowd.device(`${server.url}/${session}`, { viewport: LAPTOP });
  await ana.press('watch');
  await ana.sees('idea');
  assert.equal(await ana.at('vote').count(), 0);
  await ana.press('enter');
  await ana.press('join');
  await ana.sees('vote');
});

test('an address that leads nowhere says so', async () => {
  const lost = await crowd.device(`${server.url}/nulle-part`, { refused: true });
  await lost.says(WORDS.fr.missing_title);
});
