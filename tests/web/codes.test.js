/* The page of codes: made, printed, saved, read from a file, ended; their secrets leave the browser on paper or in a file alone. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { Crowd, LAPTOP, Palabre, WORDS, challenge } from './pages.js';

let server, crowd;
before(async () => {
  server = await Palabre.start({ args: ['--public-url', 'https://vote.example.org'] });
  crowd = await Crowd.gather();
});
after(async () => {
  await crowd?.leave();
  await server?.stop();
});
afterEach(() => crowd.rest());

const groups = { store: { title: 'Magasin', values: { lille: 'Lille', nantes: 'Nantes' }, from: ['code'] } };
const session = (more) => server.session({ title: 'Le prochain parfum', join: 'code', groups, challenges: [challenge('c1', { ideas: [{ title: 'Un banc' }] })], ...more });

/** The page of codes; what it hands to the printer is kept as the secrets of each sheet. */
async function desk(id, role) {
  const device = await crowd.device(`${server.url}/${id}/print${role ? `#t=${await server.staff(id, role)}` : ''}`, { viewport: LAPTOP });
  await device.page.evaluate(() => {
    window.print = () => {
      window.printed = [...document.querySelectorAll('[data-test="paper"] [data-test="sheet"]')].map((sheet) =>
        [...sheet.querySelectorAll('[data-test="card"]')].map((card) => card.dataset.secret));
    };
  });
  return device;
}

async function make(device, { count, label, group }) {
  await device.sees('make');
  await device.at('make-count').fill(String(count));
  if (label) await device.at('make-label').fill(label);
  if (group) await device.at('make-group').first().selectOption(group);
  await device.press('make-yes');
  await device.sees('made', `[data-count="${count}"]`);
}

async function printed(device) {
  await device.press('print');
  await device.page.waitForFunction(() => window.printed);
  return device.page.evaluate(() => window.printed);
}

test('codes made on the page open the door with what was said of them, and are printed as cards', async () => {
  const id = await session();
  const brand = await desk(id, 'brand');
  await make(brand, { count: 3, label: 'Caisse 3', group: 'lille' });
  await brand.says(WORDS.fr.codes_once);
  const card = brand.at('card').first();
  for (const text of ['Le prochain parfum', 'Caisse 3', 'vote.example.org/']) await card.getByText(text).waitFor();
  const [sheet] = await printed(brand);
  assert.equal(sheet.length, 3);
  assert.match(sheet[0], /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  await card.getByText(sheet[0]).waitFor();
  const ana = await crowd.guest(server, id, sheet[0]);
  await ana.press('join');
  await ana.arrives();
  assert.deepEqual(await ana.self(), { level: 'code', groups: { store: 'Lille' } });
});

test('1,000 codes are printed on 48 sheets while the page still answers, each once', async () => {
  const brand = await desk(await session(), 'brand');
  await make(brand, { count: 1000 });
  assert.equal(await brand.at('card').count(), 21, 'one sheet is looked at');
  await brand.press('next-sheet');
  await brand.at('page').getByText('2 sur 48').waitFor();
  await brand.page.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    const beat = () => {
      const now = performance.now();
      window.longest = Math.max(window.longest, now - last);
      window.beats = (window.beats ?? 0) + 1;
      last = now;
      if (!window.printed) requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
  });
  const sheets = await printed(brand);
  assert.equal(sheets.length, 48);
  assert.equal(new Set(sheets.flat()).size, 1000);
  assert.ok(await brand.page.evaluate(() => window.beats) >= 20, 'the page is drawn between sheets');
});

test('a saved file is printed again from any browser, without a token and without sending anything', async () => {
  const id = await session();
  const brand = await desk(id, 'moderator');
  await make(brand, { count: 2, label: '=Caisse; 3' });
  const waiting = brand.page.waitForEvent('download');
  await brand.press('save');
  const file = await (await waiting).path();
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  assert.equal(text.split('\r\n')[0], 'code,secret,link,role,groups,label,until');
  const stranger = await desk(id);
  await stranger.sees('team-only');
  const sent = [];
  stranger.page.on('request', (request) => sent.push(request.url()));
  await stranger.at('load').setInputFiles({ name: 'codes.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await stranger.sees('made', '[data-count="2"]');
  await stranger.at('card').first().getByText('=Caisse; 3').waitFor();
  const [sheet] = await printed(stranger);
  assert.deepEqual(sheet, text.split('\r\n').slice(1, 3).map((line) => line.match(/[0-9A-Z]{5}-[0-9A-Z]{5}/)[0]));
  assert.deepEqual(sent, []);
  await stranger.at('load').setInputFiles({ name: 'autre.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
  await stranger.sees('load-error');
});

test('what the command line writes is read by the page', async () => {
  const id = await session();
  const text = await server.cli('session', 'codes', id, '3', '--group', 'store=nantes', '--label', 'Caisse', '--csv');
  const stranger = await desk(id);
  await stranger.at('load').setInputFiles({ name: 'codes.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await stranger.sees('made', '[data-count="3"]');
  await stranger.at('card').first().getByText('Caisse').waitFor();
});

test('a code is ended by its number, asked about first, and opens nothing any more', async () => {
  const id = await session();
  const brand = await desk(id, 'moderator');
  await make(brand, { count: 2 });
  const [[first, second]] = await printed(brand);
  const number = (await brand.at('card').first().innerText()).match(/k\d+-\d+/)[0];
  await brand.at('revoke-code').fill('caisse');
  await brand.press('revoke-ask');
  await brand.says(WORDS.fr.codes_revoke_lacking);
  await brand.at('revoke-code').fill(number);
  await brand.press('revoke-ask');
  await brand.press('revoke-yes');
  await brand.at('revoked').getByText(number).waitFor();
  const join = async (code) => (await server.post(`/api/v1/sessions/${id}/join`, { code })).status;
  assert.equal(await join(first), 403);
  assert.equal(await join(second), 201);
});
