/* For everyone, too: the ways in, what one is told there, what was decided, and the team's tools. */

import { after, afterEach, before, test } from 'node:test';
import { LONG, assertGood } from './everyone.js';
import { BIG, Crowd, LAPTOP, PHONE, Palabre, challenge, dateIn } from './pages.js';

let server, crowd;
before(async () => {
  server = await Palabre.start({ args: ['--public-url', 'http://vote.example.org'] });
  crowd = await Crowd.gather();
});
after(async () => {
  await crowd?.leave();
  await server?.stop();
});
afterEach(() => crowd.rest());

const two = [{ title: 'La première chose', body: 'Ce qu’elle est, en quelques mots. '.repeat(12) }, { title: `Une chose ${LONG}` }];
const guarded = {
  state: 'draft', title: `Le prochain parfum, ${LONG}`, brief: 'Pourquoi on vote.', join: ['open', 'code'], ends_at: dateIn(3_600_000),
  terms: { version: '2026-11', text: 'Vos propositions sont publiques. '.repeat(40), privacy: 'https://example.org/donnees' },
  groups: {
    status: { title: 'Vous êtes', values: { client: 'De la clientèle', staff: LONG }, from: ['code', 'ask'] },
    store: { title: 'Votre magasin', values: Object.fromEntries('abcdefgh'.split('').map((id) => [id, `Magasin ${id} ${LONG}`])), from: ['ask'] },
  },
  challenges: [challenge('c1', { title: 'Réservée ?', ideas: two, voters: { levels: ['code'], groups: { status: ['client'] } } })],
};

for (const scheme of ['light', 'dark'])
  for (const [name, viewport] of [['a phone', PHONE], ['a laptop', LAPTOP]])
    test(`the ways in and what one is told there are for everyone, on ${name}, ${scheme}`, async () => {
      const options = { scheme, viewport, refused: true };
      const id = await server.session(guarded);
      const ana = await crowd.guest(server, id, '7H3KX-9QMRT', options);
      await ana.sees('code-ready');
      await assertGood(ana, 'a code that came with the link');
      await ana.at('join-accept').check();
      await ana.press('join');
      await ana.sees('join-error');
      await assertGood(ana, 'a code that is none');
      await ana.code('');
      await ana.press('join');
      await ana.sees('join-error');
      await assertGood(ana, 'a question that is open');
      await ana.page.getByText('De la clientèle').click();
      await ana.at('join-group', '[data-group="store"]').selectOption('a');
      await ana.press('join');
      await ana.sees('barred');
      await assertGood(ana, 'who may not vote');
      await ana.press('you');
      await assertGood(ana, 'what is known of oneself');
      await ana.press('you-code');
      await ana.sees('held');
      await assertGood(ana, 'a code for who takes part already');
      await ana.press('watch');
      await ana.press('read-terms');
      await assertGood(ana, 'the terms');
      await server.call(id, await server.staff(id, 'brand'), 'participant_ban', { participant: await ana.id(id), reason: 'Insultes' });
      await ana.sees('out', '[data-why="banned"]');
      await assertGood(ana, 'being shut out');
    });

for (const scheme of ['light', 'dark'])
  test(`what was decided, and the team’s tools, are for everyone, ${scheme}`, async () => {
    const id = await server.session({ ...guarded, state: 'open', terms: undefined, groups: {}, challenges: [challenge('c1', { title: 'Laquelle ?', ballot: 'single', ideas: two })] });
    const token = await server.staff(id, 'brand');
    const [ana, bob] = [await crowd.person(server, id, 'Ana', { scheme }), await crowd.person(server, id, 'Bob', { scheme, viewport: LAPTOP })];
    await ana.on('i1', 'vote').click();
    await bob.on('i2', 'vote').click();
    await ana.sees('voters', '[data-voters="2"]');
    const wall = await crowd.wall(server, id, { scheme, viewport: BIG });
    const team = await crowd.wall(server, id, { scheme, token });
    await team.press('session-close');
    await assertGood(team, 'ending it');
    await team.press('course-yes');
    for (const [device, what] of [[ana, 'a phone'], [bob, 'a laptop']]) {
      await device.sees('tied');
      await assertGood(device, `a tie on ${what}`);
    }
    await wall.sees('tied');
    await assertGood(wall, 'a tie on the wall');
    await team.press('override');
    await assertGood(team, 'a decision');
    await team.at('override-winner').first().check();
    await team.at('override-reason').fill('Le jury a tranché');
    await team.press('override-yes');
    for (const device of [ana, wall, team]) {
      await device.sees('correction');
      await assertGood(device, 'a decision that was made');
    }
    for (const viewport of [LAPTOP, PHONE]) {
      const desk = await crowd.device(`${server.url}/${id}/print#t=${token}`, { scheme, viewport });
      await desk.sees('make');
      await assertGood(desk, 'no codes yet');
      await desk.press('make-yes');
      await desk.sees('card');
      await assertGood(desk, 'codes');
    }
  });
