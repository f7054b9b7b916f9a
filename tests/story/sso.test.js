/* A brand's own log-in, by the lines of docs/sso.md. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Palabre, challenge } from './palabre.js';
import { Brand } from './sso.js';

let palabre, brand, session;
before(async () => {
  palabre = await Palabre.start();
  brand = await Brand.make(palabre, 'danone');
  session = await palabre.session({
    brand: 'danone', join: ['open', 'sso'],
    groups: { status: { title: 'Vous êtes', values: { client: 'Client', staff: 'Salarié' }, from: ['sso'] } },
    challenges: [challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] })],
  });
});
after(() => palabre.stop());

const vote = (token, idea = 'i1', value = 1) => palabre.call(session, token, 'vote_cast', { idea, value });

test('a log-in makes a verified participant with the groups that the brand says', async () => {
  const { token, participant } = await palabre.enter(session, { sso: brand.token('ana', { groups: { status: 'client' } }), name: 'Ana' });
  assert.deepEqual({ ...participant, id: '' }, { id: '', name: 'Ana', role: 'participant', level: 'verified', groups: { status: 'client' } });
  await vote(token);
  const client = await palabre.greet(session, token);
  assert.equal(client.me.participant.level, 'verified');
  await client.see('results:c1', ({ by }) => by.level.verified.i1?.votes === 1);
});

test('the same account is the same voter, and its older token is retired', async () => {
  const first = await palabre.enter(session, { sso: brand.token('ben') });
  await vote(first.token);
  const second = await palabre.enter(session, { sso: brand.token('ben') });
  assert.equal(second.participant.id, first.participant.id);
  await vote(second.token, 'i2');
  assert.equal((await palabre.refused(session, first.token, 'vote_cast', { idea: 'i1', value: 0 })).name, 'token_retired');
});

test('a log-in is used once', async () => {
  const sso = brand.token('eve');
  await palabre.enter(session, { sso });
  assert.equal((await palabre.turned(session, { sso })).name, 'sso_used');
});

test('what the brand says of somebody is never shown, nor who they are to it', async () => {
  const secret = 'a-customer-number-4711';
  const { token, participant } = await palabre.enter(session, { sso: brand.token(secret) });
  const staff = await palabre.greet(session, await brand.staff());
  for (const topic of ['session', 'leaders', 'ideas:c1:top', 'results:c1']) assert.ok(!JSON.stringify((await staff.open(topic)).state).includes(secret));
  assert.ok(!JSON.stringify(participant).includes(secret));
  assert.ok(!Buffer.from(token.split('.')[2], 'base64url').toString('latin1').includes(secret));
});

test('whoever voted by the link and then logs in is one voter at the new level', async () => {
  const own = await palabre.session({ brand: 'danone', join: ['open', 'sso'], challenges: [challenge('c1', { ideas: [{ title: 'Une' }] })] });
  const gus = await palabre.join(own, 'Gus');
  await palabre.call(own, gus.token, 'vote_cast', { idea: 'i1', value: 1 });
  const wall = await palabre.greet(own);
  await wall.see('results:c1', ({ by }) => by.level.open.i1?.votes === 1);
  const known = await palabre.enter(own, { sso: brand.token('gus') }, gus.token);
  assert.equal(known.participant.id, gus.participant.id);
  assert.equal(known.participant.level, 'verified');
  const { totals, by } = await wall.see('results:c1', (state) => state.by.level.verified.i1.votes === 1);
  assert.deepEqual([totals.voters, totals.votes, by.level.open.i1.votes], [1, 1, 0]);
});

const WRONG = {
  'of another key': () => brand.token('x', { key: generateKeyPairSync('ed25519').privateKey }),
  'whose footer names another key': () => brand.token('x', { kid: 'k4.pid.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
  'of another brand': () => brand.token('x', { brand: 'default' }),
  'for another deployment': () => brand.token('x', { deployment: 'elsewhere' }),
  'for another session': () => brand.token('x', { session: 'elsewhere' }),
  'that lives longer than five minutes': () => brand.token('x', { seconds: 301 }),
  'that has ended': () => brand.token('x', { seconds: -1 }),
  'without a subject': () => brand.token(''),
  'whose groups are no object of ids': () => brand.token('x', { groups: { status: 7 } }),
  'that is no token': () => 'v4.public.AAAA',
};
for (const [what, make] of Object.entries(WRONG))
  test(`a log-in ${what} is refused, and says why`, async () => {
    const { name, expected } = await palabre.turned(session, { sso: make() });
    assert.equal(name, 'sso_invalid');
    assert.ok(expected.length > 5);
  });

test('a token for taking part is no log-in, and a log-in no token for taking part', async () => {
  const { token } = await palabre.join(session);
  assert.equal((await palabre.turned(session, { sso: token })).name, 'sso_invalid');
  assert.equal((await palabre.get(`/api/v1/sessions/${session}/topics/me`, brand.token('x'))).json.name, 'token_invalid');
});

test('a key that was removed signs no more, and a new one does', async () => {
  const other = await Brand.make(palabre, 'rotating');
  const own = await palabre.session({ brand: 'rotating', join: 'sso' });
  await palabre.enter(own, { sso: other.token('ana') });
  const fresh = generateKeyPairSync('ed25519');
  const kid = await palabre.cli('brand', 'key', 'rotating', 'add', other.paserk(fresh.publicKey));
  await palabre.cli('brand', 'key', 'rotating', 'remove', other.kid);
  assert.equal((await palabre.turned(own, { sso: other.token('ana') })).name, 'sso_invalid');
  await palabre.enter(own, { sso: other.token('ana', { key: fresh.privateKey, kid }) });
});

test('a session without the door sso takes no log-in', async () => {
  const own = await palabre.session({ brand: 'danone', join: ['open', 'code'] });
  assert.equal((await palabre.turned(own, { sso: brand.token('ana') })).name, 'join_not_open');
});
