/* The course of a consultation on its screens: rehearsed, opened for real, ended, archived; and what each question decided. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { BIG, Crowd, LAPTOP, Palabre, WORDS, challenge, dateIn } from './pages.js';

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
const team = (session, options) => server.staff(session, 'brand').then((token) => crowd.wall(server, session, { token, ...options }));
const close = async (session) => server.call(session, await server.staff(session, 'brand'), 'challenge_close', { challenge: 'c1' });

/** People who joined by the link, each voting for an idea (nobody: null). */
async function voters(session, ...votes) {
  for (const idea of votes) {
    const person = await server.person(session);
    if (idea) await person.call('vote_cast', { idea, value: 1 });
  }
}

test('a rehearsal says so on every screen, and is opened for real with the same codes, once and visibly', async () => {
  const session = await server.session({ state: 'draft', join: 'code', challenges: one() });
  const made = async (role, uses) => (await server.call(session, await server.staff(session, 'brand'), 'code_make', { role, uses })).codes[0].secret;
  const [secret, wallCode, teamCode] = [await made('participant', 1), await made('observer', 0), await made('brand', 0)];
  const ana = await crowd.guest(server, session, secret, { refused: true });
  await ana.at('rehearsal').getByText(WORDS.fr.rehearsal).waitFor();
  await ana.press('join');
  await ana.arrives();
  await ana.sees('rehearsal');
  await ana.on('i1', 'vote').click();
  await ana.counts('i1', 1);
  const [wall, screen] = await Promise.all([wallCode, teamCode].map((code) => crowd.device(`${server.url}/${session}/wall#k=${code}`, { viewport: LAPTOP })));
  for (const each of [wall, screen]) await each.sees('rehearsal');
  await screen.press('session-open');
  await screen.sees('dialog-course');
  await screen.press('course-yes');
  for (const each of [wall, screen]) {
    await each.seesNot('rehearsal');
    await each.at('rehearsed').getByText('1 participation').waitFor();
    await each.rowCounts('i1', 0);
  }
  await screen.sees('session-close');
  const again = await crowd.guest(server, session, secret);
  await again.press('join');
  await again.arrives();
  await again.at('rehearsed').getByText('1 vote').waitFor();
  await again.press('rehearsed-ok');
  await again.seesNot('rehearsed');
  await again.page.reload();
  await again.arrives();
  assert.equal(await again.at('rehearsed').count(), 0, 'it is said once');
  await again.on('i1', 'vote').click();
  await wall.rowCounts('i1', 1);
});

test('whoever rehearsed finds their screen back at the door once it is opened, and enters again', async () => {
  const session = await server.session({ state: 'draft', challenges: one() });
  const ana = await crowd.person(server, session, 'Ana', { refused: true });
  await server.call(session, await server.staff(session, 'brand'), 'session_open');
  await ana.at('again').getByText(WORDS.fr.join_again_rehearsed).waitFor();
  await ana.enter('Ana');
  await ana.on('i1', 'vote').click();
  await ana.counts('i1', 1);
});

test('a consultation is ended, opened again and archived from the team’s page, each asked about first', async () => {
  const session = await server.session({ ends_at: dateIn(3_600_000), challenges: one() });
  const ana = await crowd.person(server, session, 'Ana');
  await ana.sees('ends');
  const wall = await crowd.wall(server, session);
  const screen = await team(session);
  const moderator = await crowd.wall(server, session, { token: await server.staff(session, 'moderator') });
  await screen.press('session-close');
  await screen.page.keyboard.press('Escape');
  await screen.seesNot('dialog-course');
  assert.equal(await wall.at('closed').count(), 0, 'a question that is put away does nothing');
  const step = async (name) => {
    await screen.press(`session-${name}`);
    await screen.press('course-yes');
    await screen.seesNot('dialog-course');
  };
  await step('close');
  for (const each of [ana, wall, screen]) await each.sees('closed', '[data-state="closed"]');
  await ana.sees('outcome', '[data-verdict="nobody"]');
  await wall.sees('reveal', '[data-verdict="nobody"]');
  await step('reopen');
  await ana.seesNot('closed');
  await step('close');
  await step('archive');
  for (const each of [ana, wall]) await each.sees('closed', '[data-state="archived"]');
  await moderator.sees('closed', '[data-state="archived"]');
  await moderator.sees('freeze');
  for (const name of ['open', 'close', 'reopen', 'archive']) assert.equal(await moderator.at(`session-${name}`).count(), 0);
});

test('nobody enters an archived consultation that was by invitation, and the door says so', async () => {
  const session = await server.session({ join: 'code', challenges: one() });
  const token = await server.staff(session, 'brand');
  for (const step of ['session_close', 'session_archive']) await server.call(session, token, step);
  const ana = await crowd.guest(server, session, '7H3KX-9QMRT');
  await ana.sees('archived');
});

test('a winner is announced on every screen, with who took part, and one’s own vote to oneself alone', async () => {
  const session = await server.session({ challenges: one() });
  const ana = await crowd.person(server, session, 'Ana');
  const bob = await crowd.person(server, session, 'Bob');
  const wall = await crowd.wall(server, session, { viewport: BIG });
  await ana.on('i2', 'vote').click();
  await ana.counts('i2', 1);
  await voters(session, 'i1', 'i1');
  await wall.rowCounts('i1', 2);
  await close(session);
  for (const each of [ana, bob, wall]) {
    await each.sees('winner', '[data-idea="i1"]');
    assert.equal(await each.at('winner').count(), 1);
    await each.at('turnout').getByText('3 personnes ont participé : 3 par un lien.').waitFor();
  }
  await ana.sees('own-voted', '[data-idea="i2"]');
  await ana.says(WORDS.fr.own_vote_secret);
  await bob.at('own-vote').getByText(WORDS.fr.own_vote_none).waitFor();
  assert.equal(await wall.at('own-vote').count(), 0);
  await server.call(session, await server.staff(session), 'idea_moderate', { idea: 'i1', action: 'hide', reason: 'Hors sujet' });
  for (const each of [ana, wall]) await each.at('winner', '[data-idea="i1"]').getByText(WORDS.fr.idea_unshown).waitFor();
});

test('two with equal votes are a tie on every screen, until the brand breaks it with a reason for all', async () => {
  const session = await server.session({ challenges: one() });
  const ana = await crowd.person(server, session, 'Ana');
  const wall = await crowd.wall(server, session);
  await voters(session, 'i1', 'i2');
  await close(session);
  const screen = await team(session);
  for (const each of [ana, wall, screen]) {
    for (const idea of ['i1', 'i2']) await each.sees('tied', `[data-idea="${idea}"]`);
    assert.equal(await each.at('winner').count(), 0);
    await each.says(WORDS.fr.outcome_tie_why);
  }
  await screen.press('override');
  await screen.press('override-yes');
  await screen.says(WORDS.fr.override_lacking);
  await screen.at('override-winner', '[data-idea="i2"]').check();
  await screen.at('override-reason').fill('Le jury a goûté les deux');
  await screen.press('override-yes');
  await screen.seesNot('dialog-override');
  for (const each of [ana, wall, screen]) {
    await each.sees('corrected', '[data-idea="i2"]');
    await each.at('correction', '[data-kind="tie"]').getByText('Le jury a goûté les deux').waitFor();
    await each.sees('tied', '[data-idea="i1"]');
  }
});

test('where too few took part, nothing is decided and every screen says how many were needed', async () => {
  const session = await server.session({ challenges: one({ outcome: { quorum: 5 } }) });
  const ana = await crowd.person(server, session, 'Ana');
  const wall = await crowd.wall(server, session);
  await voters(session, 'i1', 'i1');
  await close(session);
  for (const each of [ana, wall]) {
    await each.at('quorum').getByText('Il fallait 5 personnes').waitFor();
    assert.equal(await each.at('winner').count(), 0);
  }
});

test('results by group add up the answers of few people', async () => {
  const session = await server.session({
    groups: { status: { title: 'Vous êtes', values: { client: 'De la clientèle', staff: 'Du magasin', press: 'De la presse' }, from: ['ask'] } }, challenges: one() });
  for (const [status, count] of [['client', 6], ['staff', 3], ['press', 2]])
    for (let i = 0; i < count; i++) {
      const { json } = await server.post(`/api/v1/sessions/${session}/join`, { groups: { status } });
      await server.call(session, json.token, 'vote_cast', { idea: 'i1', value: 1 });
    }
  await close(session);
  const ana = await crowd.device(`${server.url}/${session}`);
  await ana.press('watch');
  await ana.at('by-group').locator('summary').click();
  await ana.sees('group-result', '[data-value="client"]');
  await ana.at('group-result', '[data-value="other"]').getByText('5 voix').waitFor();
  assert.equal(await ana.at('group-result').count(), 2);
});

test('on a wall where a question has just closed, the result is waited for, then announced', async () => {
  const session = await server.session({ challenges: one() });
  const wall = await crowd.wall(server, session, { moving: true });
  await wall.sees('row');
  await voters(session, 'i1');
  await close(session);
  await wall.sees('suspense');
  assert.equal(await wall.at('row').count(), 0, 'nothing tells it before');
  await wall.sees('winner', '[data-idea="i1"]');
  await wall.seesNot('suspense');
  await wall.sees('row');
});
