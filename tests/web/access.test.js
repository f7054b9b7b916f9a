/* For everyone: no axe violation of WCAG 2.2 AA, everything by keyboard, targets of 44 px, legible at 200 %, and no word
 * of the protocol on any page. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { LONG, assertFits, assertGood } from './everyone.js';
import { BIG, Crowd, LAPTOP, PHONE, Palabre, WORDS, challenge } from './pages.js';

let server, crowd, session, people;

const two = [{ title: 'La première chose', body: 'Ce qu’elle est, en quelques mots. '.repeat(12) }, { title: `Une chose ${LONG}` }];
const questions = [
  challenge('c1', { title: 'Que faut-il aimer ?', brief: 'Pourquoi cette question est posée. '.repeat(8), ideas: two }),
  challenge('c2', { title: 'Pour ou contre ?', ballot: 'updown', ideas: two }),
  challenge('c3', { title: 'Une seule ?', ballot: 'single', proposals: 'brand', final: true, ideas: two }),
  challenge('c4', { title: `Combien de gommettes, ${LONG} ?`, ballot: 'budget', budget: { dots: 5 }, ideas: two }),
  challenge('c5', { title: 'Combien d’étoiles ?', ballot: 'stars', noun: 'témoignage', ideas: two }),
  challenge('c6', { title: 'Un secret ?', tally: 'sealed', ideas: two }),
  challenge('c7', { title: 'Rien encore ?' }),
];

before(async () => {
  server = await Palabre.start({ args: ['--public-url', 'http://vote.example.org'] });
  crowd = await Crowd.gather();
  session = await server.session({ title: 'Notre magasin', mandate: 'La marque appliquera la première proposition.', challenges: questions });
  people = await Promise.all(['Ana', 'Bob', LONG.slice(0, 40)].map((name) => server.person(session, name)));
  const votes = [['i1', 1], ['i3', 1], ['i4', -1], ['i6', 1], ['i7', 3], ['i9', 4], ['i11', 1]];
  for (const person of people) for (const [idea, value] of votes) await person.call('vote_cast', { idea, value });
  await people[0].call('idea_add', { challenge: 'c1', title: 'Une fontaine à eau' });
});
after(async () => {
  await crowd?.leave();
  await server?.stop();
});
afterEach(() => crowd.rest());

for (const scheme of ['light', 'dark'])
  for (const [name, viewport] of [['a phone', PHONE], ['a laptop', LAPTOP]])
    test(`every question and dialog is for everyone, on ${name}, ${scheme}`, async () => {
      const options = { scheme, viewport, locale: scheme === 'dark' ? 'en-GB' : 'fr-FR' };
      const home = await crowd.device(`${server.url}/`, options);
      await home.page.locator('h1').waitFor();
      await assertGood(home, 'the home page');
      const ana = await crowd.device(`${server.url}/${session}`, options);
      await ana.sees('join');
      await assertGood(ana, 'the door');
      await ana.enter('Ana');
      for (const { id } of questions) {
        await ana.press('select-question', `[data-question="${id}"]`);
        await ana.sees('question', `[data-question="${id}"]`);
        await ana.page.locator('[data-test="feed"] :is([data-test="idea"], [data-test="empty"])').first().waitFor();
        await assertGood(ana, `question ${id}`);
      }
      await ana.press('select-question', '[data-question="c1"]');
      await ana.on('i1', 'vote').click();
      await ana.press('compose');
      await ana.at('compose-title').fill('une fontaine a eau');
      await ana.sees('similar');
      await assertGood(ana, 'proposing');
      await ana.page.keyboard.press('Escape');
      const own = await ana.propose(`Des fruits ${scheme} ${name}`);
      await ana.on(own, 'edit-idea').click();
      await ana.press('withdraw');
      await assertGood(ana, 'editing');
      await ana.page.keyboard.press('Escape');
      await ana.press('you');
      await assertGood(ana, 'one’s own part');
      await ana.page.keyboard.press('Escape');
      await ana.press('select-question', '[data-question="c3"]');
      await ana.on('i5', 'vote').click();
      await assertGood(ana, 'a final vote');
    });

for (const scheme of ['light', 'dark'])
  test(`the wall and the team’s wall are for everyone, ${scheme}`, async () => {
    const wall = await crowd.wall(server, session, { scheme });
    const team = await crowd.wall(server, session, { scheme, token: await server.staff(session) });
    for (const { id } of questions) {
      for (const screen of [wall, team]) {
        await screen.sees('board', `[data-question="${id}"]`);
        await screen.page.locator('[data-test="board"] :is([data-test="row"], [data-test="empty"], [data-test="turnout"])').first().waitFor();
        await assertGood(screen, `the wall on ${id}`);
        if (id !== 'c7') await screen.press('next');
      }
    }
    await team.press('next');
    await team.press('hide');
    await assertGood(team, 'hiding');
  });

test('everything is legible at 200 %: nothing leaves the page sideways, by zoom or by larger text', async () => {
  const half = { width: PHONE.width / 2, height: PHONE.height / 2 };
  const zoomed = await crowd.person(server, session, 'Ana', { viewport: half });
  const large = await crowd.person(server, session, 'Bob');
  await large.page.evaluate(() => { document.documentElement.style.fontSize = '212.5%'; });
  for (const device of [zoomed, large])
    for (const { id } of questions) {
      await device.at('select-question', `[data-question="${id}"]`).first().click();
      await device.sees('question', `[data-question="${id}"]`);
      await device.page.locator('[data-test="feed"] :is([data-test="idea"], [data-test="empty"])').first().waitFor();
      await assertFits(device, `question ${id}`);
    }
  for (const device of [await crowd.device(`${server.url}/${session}`, { viewport: half }), await crowd.device(`${server.url}/`, { viewport: half })]) {
    await device.page.locator('h1').waitFor();
    await assertFits(device, device.url);
  }
  for (const viewport of [half, { width: LAPTOP.width / 2, height: LAPTOP.height / 2 }]) {
    const wall = await crowd.wall(server, session, { viewport, token: await server.staff(session) });
    await wall.sees('row');
    await assertFits(wall, 'the wall');
  }
});

test('who asks for stillness sees every change at once: nothing moves, and nothing fades', async () => {
  const ana = await crowd.person(server, session, 'Ana');
  const opacities = await ana.page.evaluate(() => {
    const button = document.querySelector('[data-test="compose"]');
    return [true, false].map((disabled) => {
      button.disabled = disabled;
      return getComputedStyle(button).opacity;
    });
  });
  assert.deepEqual(opacities, ['0.55', '1']);
  const dialog = ana.page.evaluate(() => new Promise((opened) => new MutationObserver(() => {
    const found = document.querySelector('dialog[open]');
    if (found) opened({ opacity: getComputedStyle(found).opacity, moving: document.getAnimations().length });
  }).observe(document, { subtree: true, childList: true, attributes: true })));
  await ana.press('compose');
  assert.deepEqual(await dialog, { opacity: '1', moving: 0 });
});

test('on a phone, the first proposal and its vote are on screen before any scrolling', async () => {
  const plain = await server.session({ title: 'Le prochain parfum de nos crèmes', mandate: 'Une promesse.', challenges: [
    challenge('c1', { title: 'Quel parfum voulez-vous retrouver au rayon frais ?', brief: 'Une voix par personne, qui suit votre dernier choix. '.repeat(4),
                      ballot: 'updown', ideas: [{ title: 'Caramel au beurre salé' }, { title: 'Pistache grillée' }] })] });
  const ana = await crowd.person(server, plain, 'Ana');
  const { bottom, dock } = await ana.page.evaluate(() => ({
    bottom: document.querySelector('[data-test="vote-for"]').getBoundingClientRect().bottom,
    dock: document.querySelector('[data-test="compose"]').getBoundingClientRect().top }));
  assert.ok(bottom < dock, `${bottom} < ${dock}`);
});

test('a wall shows as many whole rows as its screen holds, and nothing below the edge', async () => {
  const long = 'Des paniers à roulettes à la bonne hauteur pour les personnes en fauteuil, dans tous les rayons';
  const titled = (title) => ({ title: 'Nos courses', challenges: [
    challenge('c1', { title: 'Qu’est-ce qui rendrait vos courses plus agréables ?', ballot: 'updown',
                      ideas: Array.from({ length: 12 }, (_, i) => ({ title: `${i} ${title}` })) })] });
  for (const title of [long, 'Un banc']) {
    const id = await server.session(titled(title));
    const ana = await server.person(id, 'Ana');
    await ana.call('vote_cast', { idea: 'i1', value: 1 });
    for (const viewport of [LAPTOP, BIG, { width: 1280, height: 720 }]) {
      const wall = await crowd.wall(server, id, { viewport });
      await wall.sees('row');
      await wall.page.waitForFunction(() => document.querySelectorAll('[data-test="row"]').length < 12 &&
        document.querySelector('ol.rows').getBoundingClientRect().bottom <= innerHeight);
      const { rows, cut, over } = await wall.page.evaluate(() => {
        const rows = [...document.querySelectorAll('[data-test="row"]')];
        return { rows: rows.length, over: document.documentElement.scrollHeight - innerHeight,
                 cut: rows.filter((row) => row.scrollHeight > row.clientHeight + 1 || row.getBoundingClientRect().bottom > innerHeight).length };
      });
      assert.ok(rows >= 4, `${rows} rows of ${title}`);
      assert.equal(cut, 0, `${cut} of ${rows} rows are cut`);
      assert.ok(over <= 0);
    }
  }
});

test('one joins, votes and proposes by keyboard alone, and sees where one is', async () => {
  const plain = await server.session({ challenges: [challenge('c1', { ideas: [{ title: 'Un banc' }] })] });
  const ana = await crowd.device(`${server.url}/${plain}`, { viewport: LAPTOP });
  const { page } = ana;
  const tabTo = async (name) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return { name: document.activeElement.dataset.test, seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
      });
      if (focus.name === name) {
        assert.ok(focus.seen, `${name} shows its focus`);
        return;
      }
    }
    assert.fail(`${name} is not reached`);
  };
  await ana.sees('join');
  await tabTo('join-name');
  await page.keyboard.type('Ana');
  await page.keyboard.press('Enter');
  await ana.sees('idea');
  await tabTo('vote');
  await page.keyboard.press('Space');
  await ana.counts('i1', 1);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.test), 'vote', 'the focus stays where one was');
  await tabTo('compose');
  await page.keyboard.press('Enter');
  await ana.sees('dialog-compose');
  await tabTo('compose-title');
  await page.keyboard.type('Une fontaine');
  await page.keyboard.press('Enter');
  await ana.says(WORDS.fr.published);
  await ana.says('Une fontaine');
  await page.keyboard.press('Shift+Tab');
  await tabTo('compose');
  await page.keyboard.press('Enter');
  await ana.sees('dialog-compose');
  await page.keyboard.press('Escape');
  await ana.seesNot('dialog-compose');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.test), 'compose', 'the focus returns where one was');
});
