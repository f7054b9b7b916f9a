/* The ways in: a link, a code scanned or typed, questions about who takes part, terms; and what one is told who may not. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Brand } from '../story/sso.js';
import { Crowd, LAPTOP, Palabre, WORDS, challenge, dateIn, sleep } from './pages.js';

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
const one = (more) => [challenge('c1', { ballot: 'single', proposals: 'brand', ideas: two, ...more })];
const groups = {
  status: { title: { fr: 'Vous êtes', en: 'You are' }, values: { client: { fr: 'De la clientèle', en: 'A customer' }, staff: { fr: 'Du magasin', en: 'Of the shop' } }, from: ['code', 'ask'] },
  store: { title: 'Votre magasin', values: { lille: 'Lille', nantes: 'Nantes' }, from: ['code', 'ask'] },
};
const terms = { version: '2026-11', text: { fr: 'Vos propositions sont publiques.', en: 'Your proposals are public.' }, privacy: 'https://example.org/donnees' };

async function codes(session, params = {}) {
  const { codes: made, batch } = await server.call(session, await server.staff(session, 'brand'), 'code_make', params);
  return { batch, ids: made.map(({ code }) => code), secrets: made.map(({ secret }) => secret) };
}

test('a code that is scanned opens the door, leaves the address at once, and is said in plain words', async () => {
  const session = await server.session({ join: 'code', languages: ['fr', 'en'], challenges: one() });
  const { secrets: [secret] } = await codes(session, { label: 'caisse 3' });
  const ana = await crowd.guest(server, session, secret);
  await ana.at('code-ready').getByText(secret).waitFor();
  assert.doesNotMatch(ana.page.url(), /#/, 'a secret does not stay in the address');
  await ana.at('join-name').fill('Ana');
  await ana.press('join');
  await ana.arrives();
  assert.deepEqual(await ana.self(), { level: 'code', groups: {} });
  await ana.page.reload();
  await ana.arrives();
  assert.match(await ana.at('you').innerText(), /Ana/);
});

test('a code is typed as people type: in small letters, without its hyphen, with O for 0 and I or L for 1', async () => {
  const session = await server.session({ join: ['code', 'sso'], challenges: one() });
  const { secrets } = await codes(session, { count: 200 });
  const secret = secrets.find((each) => /0/.test(each) && /1/.test(each)) ?? secrets[0];
  const typed = secret.replace('-', '').replace(/0/g, 'O').replace(/1/, 'l').replace(/1/g, 'I').toLowerCase();
  const ana = await crowd.guest(server, session, '', { refused: true });
  await ana.code('7h3');
  assert.equal(await ana.at('watch').count(), 0, 'nothing is to be read before one has entered');
  await ana.press('join');
  await ana.at('join-error').getByText(WORDS.fr.code_short).waitFor();
  await ana.code(typed);
  assert.equal(await ana.at('join-code').inputValue(), secret, 'it is shown as it is printed');
  await ana.press('join');
  await ana.arrives();
  assert.equal((await ana.self()).level, 'code');
});

test('who takes part is asked only where the code does not say it, and the terms are accepted first', async () => {
  const session = await server.session({ join: ['open', 'code'], groups, terms, languages: ['fr', 'en'], challenges: one() });
  const { secrets: [said, unsaid] } = { secrets: [(await codes(session, { groups: { status: 'staff', store: 'lille' } })).secrets[0], (await codes(session, { groups: { status: 'staff' } })).secrets[0]] };

  const ana = await crowd.guest(server, session, said);
  await ana.sees('terms');
  assert.equal(await ana.at('join-group').count(), 0);
  assert.equal(await ana.at('privacy').getAttribute('href'), terms.privacy);
  await ana.press('join');
  await ana.at('join-error').getByText(WORDS.fr.terms_unaccepted).waitFor();
  await ana.at('join-accept').check();
  await ana.press('join');
  await ana.arrives();
  assert.deepEqual(await ana.self(), { level: 'code', groups: { status: 'Du magasin', store: 'Lille' } });

  const bob = await crowd.guest(server, session, unsaid, { refused: true });
  await bob.at('join-accept').check();
  await bob.press('join');
  await bob.sees('join-group', '[data-group="store"]');
  assert.equal(await bob.at('join-group').count(), 1, 'what the code says is not asked');
  await bob.page.getByText('Nantes').click();
  await bob.press('join');
  await bob.arrives();
  assert.deepEqual((await bob.self()).groups, { status: 'Du magasin', store: 'Nantes' });

  const eve = await crowd.guest(server, session, '', { locale: 'en-GB' });
  await eve.page.getByRole('button', { name: 'English' }).click();
  await eve.sees('join-group', '[data-group="store"]');
  await eve.press('join');
  await eve.at('join-error').getByText(WORDS.en.group_missing).waitFor();
  await eve.page.getByText('A customer').click();
  await eve.page.getByText('Lille').click();
  await eve.at('join-accept').check();
  await eve.press('join');
  await eve.arrives();
  assert.deepEqual(await eve.self(), { level: 'open', groups: { status: 'A customer', store: 'Lille' } });
  await eve.press('read-terms');
  await eve.says('Your proposals are public.');
});

test('whoever comes from the brand’s own site enters without a code, verified; by any other way the door sends them there', async () => {
  const brand = await Brand.make(server, 'danone');
  const session = await server.session({ brand: 'danone', join: 'sso', terms, challenges: one(), languages: ['fr', 'en'] });
  const stranger = await crowd.guest(server, session);
  await stranger.sees('by-site');
  assert.equal(await stranger.at('join').count(), 0);
  const sso = brand.token('ana');
  const ana = await crowd.device(`${server.url}/${session}#sso=${sso}`);
  await ana.sees('sso-ready');
  assert.doesNotMatch(ana.page.url(), /#/);
  await ana.at('join-accept').check();
  await ana.press('join');
  await ana.arrives();
  assert.equal((await ana.self()).level, 'verified');
  const again = await crowd.device(`${server.url}/${session}#s=${sso}`, { refused: true });
  await again.at('join-accept').check();
  await again.press('join');
  await again.at('join-error').getByText(WORDS.fr.error_sso_used).waitFor();
  await again.sees('by-site');
});

test('a place taken up on another device is one voter: the first device says so, and the code brings it back', async () => {
  const session = await server.session({ join: 'code', challenges: one() });
  const { secrets: [secret] } = await codes(session);
  const first = await crowd.guest(server, session, secret);
  await first.press('join');
  await first.arrives();
  await first.on('i1', 'vote').click();
  await first.counts('i1', 1);
  const second = await crowd.guest(server, session, secret);
  await second.press('join');
  await second.arrives();
  await second.on('i1', 'vote', '[aria-pressed="true"]').waitFor();
  await first.sees('out', '[data-why="replaced"]');
  await first.press('come-back');
  await first.code(secret);
  await first.press('join');
  await first.arrives();
  await first.on('i1', 'vote', '[aria-pressed="true"]').waitFor();
  await second.sees('out', '[data-why="replaced"]');
  await first.sees('voters', '[data-voters="1"]');
  const tab = await first.page.context().newPage();
  await tab.goto(`${server.url}/${session}#k=${secret}`);
  await tab.locator('[data-test="join"]').click();
  await tab.locator('[data-test="question"]').waitFor();
  await first.on('i2', 'vote').click();
  await first.counts('i2', 1);
  assert.equal(await first.at('out').count(), 0, 'another tab is the same device');
});

test('who voted by the link and then gives a code stays one voter, better known', async () => {
  const session = await server.session({ join: ['open', 'code'], challenges: one() });
  const { secrets: [scanned] } = await codes(session);
  const ana = await crowd.person(server, session, 'Ana');
  await ana.on('i1', 'vote').click();
  await ana.counts('i1', 1);
  assert.equal((await ana.self()).level, 'open');
  await ana.page.goto(`${server.url}/${session}#k=${scanned}`);
  await ana.sees('held');
  await ana.press('join');
  await ana.arrives();
  assert.equal((await ana.self()).level, 'code');
  await ana.on('i1', 'vote', '[aria-pressed="true"]').waitFor();
  await ana.sees('voters', '[data-voters="1"]');
  assert.equal(await ana.on('i1', 'tally').getAttribute('data-score'), '1');
});

test('who may not vote is told why before trying, and a code of their own changes it', async () => {
  const session = await server.session({ join: ['open', 'code'], groups, languages: ['fr', 'en'], challenges: [
    challenge('c1', { ideas: two, voters: { levels: ['code', 'verified'] }, proposers: { groups: { status: ['staff'] } } }),
    challenge('c2', { title: 'Pour le magasin ?', ballot: 'updown', ideas: two, voters: { groups: { status: ['staff'] } } }),
    challenge('c3', { title: 'Pour le jury ?', ideas: two, voters: { roles: ['expert'] } })] });
  const { secrets: [secret] } = await codes(session);
  const ana = await crowd.guest(server, session);
  await ana.page.getByText('De la clientèle').click();
  await ana.page.getByText('Lille').click();
  await ana.press('join');
  await ana.arrives();
  await ana.at('barred').getByText('Pour voter ici, il faut une invitation personnelle ou un accès vérifié par la marque. Votre accès : par un lien.').waitFor();
  await ana.at('barred').getByText('Vous êtes : Du magasin. Votre réponse : De la clientèle.').waitFor();
  assert.equal(await ana.at('vote').count(), 0);
  assert.equal(await ana.at('compose').count(), 0);
  await ana.press('select-question', '[data-question="c2"]');
  await ana.at('barred').getByText('Votre réponse : De la clientèle.').waitFor();
  assert.equal(await ana.at('vote-for').count(), 0);
  await ana.press('select-question', '[data-question="c3"]');
  await ana.at('barred').getByText('le jury').waitFor();
  await ana.press('select-question', '[data-question="c1"]');
  await ana.press('barred-code');
  await ana.code(secret);
  await ana.press('join');
  await ana.on('i1', 'vote').click();
  await ana.counts('i1', 1);
});

test('a code that opens nothing says why, and the next one is tried at once', async () => {
  const session = await server.session({ join: 'code', challenges: one() });
  const soon = await codes(session, { until: dateIn(1500) });
  const revoked = await codes(session);
  const used = await codes(session, { uses: 2 });
  const good = await codes(session);
  await server.call(session, await server.staff(session, 'brand'), 'code_revoke', { code: revoked.batch });
  const join = (code) => server.post(`/api/v1/sessions/${session}/join`, { code });
  for (let i = 0; i < 2; i++) assert.equal((await join(used.secrets[0])).status, 201);
  await sleep(1600);
  const ana = await crowd.guest(server, session, soon.secrets[0], { refused: true });
  await ana.press('join');
  await ana.at('join-error').getByText(WORDS.fr.error_code_expired).waitFor();
  for (const [secret, name] of [[revoked.secrets[0], 'code_revoked'], [used.secrets[0], 'code_used_up'], ['00000-00000', 'code_unknown']]) {
    await ana.code(secret);
    await ana.press('join');
    await ana.at('join-error').getByText(WORDS.fr[`error_${name}`]).waitFor();
    assert.equal(await ana.page.evaluate(() => document.activeElement.dataset.test), 'join-code', 'the field is ready for another');
  }
  await ana.code(good.secrets[0]);
  await ana.press('join');
  await ana.arrives();
});

test('where too many wrong codes came from one network, the page waits as long as it must and enters by itself', async () => {
  const session = await server.session({ join: 'code', challenges: one() });
  const { secrets: [secret] } = await codes(session);
  const guess = () => server.post(`/api/v1/sessions/${session}/join`, { code: 'ZZZZZ-ZZZZZ' });
  const ana = await crowd.guest(server, session, secret, { refused: true });
  await ana.sees('code-ready');
  while ((await guess()).status !== 429);
  let waits = false;
  const others = (async () => { while (!waits) await guess(); })();
  await ana.press('join');
  await ana.sees('join-wait');
  waits = true;
  await others;
  await ana.arrives();
});

test('who is shut out, or whose code is cancelled, is told so in plain words', async () => {
  const session = await server.session({ join: ['open', 'code'], challenges: one() });
  const { batch, secrets: [secret] } = await codes(session);
  const token = await server.staff(session, 'brand');
  const ana = await crowd.person(server, session, 'Ana', { refused: true });
  const bob = await crowd.guest(server, session, secret, { refused: true });
  await bob.press('join');
  await bob.arrives();
  await server.call(session, token, 'participant_ban', { participant: await ana.id(session), reason: 'Insultes' });
  await ana.sees('out', '[data-why="banned"]');
  await ana.page.reload();
  await ana.sees('out', '[data-why="banned"]');
  await server.call(session, token, 'code_revoke', { code: batch });
  await bob.sees('out', '[data-why="revoked"]');
});

test('the team’s code opens the team’s page, and a wall’s code its wall', async () => {
  const session = await server.session({ join: 'code', challenges: one() });
  const { secrets: [team] } = await codes(session, { role: 'moderator', uses: 0 });
  const { secrets: [screen] } = await codes(session, { role: 'observer', uses: 0 });
  const moderator = await crowd.guest(server, session, team, { viewport: LAPTOP });
  await moderator.press('join');
  await moderator.sees('freeze');
  assert.match(moderator.page.url(), /\/wall$/);
  const wall = await crowd.device(`${server.url}/${session}/wall#k=${screen}`, { viewport: LAPTOP });
  await wall.sees('row');
  assert.equal(await wall.at('freeze').count(), 0);
  assert.doesNotMatch(wall.page.url(), /#/);
  const stranger = await crowd.device(`${server.url}/${session}/wall`, { viewport: LAPTOP });
  await stranger.sees('shut');
});
