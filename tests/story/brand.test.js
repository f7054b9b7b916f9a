/* Brands: who owns sessions, and that staff of one see nothing of another's, at any door, by any command. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { Palabre, challenge, rows } from './palabre.js';
import { Brand } from './sso.js';

let palabre, ours, theirs, here, there;
before(async () => {
  palabre = await Palabre.start();
  ours = await Brand.make(palabre, 'danone');
  theirs = await Brand.make(palabre, 'auchan');
  here = await palabre.session({ brand: 'danone', title: 'La nôtre', challenges: [challenge('c1', { ideas: [{ title: 'Une' }] }), challenge('c2', { opens_at: '2040-01-01T00:00:00Z' })] });
  there = await palabre.session({ brand: 'auchan', title: 'Secret de fabrique', join: 'code', challenges: [challenge('c1', { ideas: [{ title: 'Confidentiel' }] })] });
});
after(() => palabre.stop());

const TOPICS = ['session', 'ideas:c1:top', 'ideas:c1:new', 'idea:i1', 'leaders', 'results:c1'];
/* Params that a command takes, whatever becomes of it. */
const PARAMS = {
  idea_add: { challenge: 'c1', title: 'x' }, idea_edit: { idea: 'i1', title: 'x' }, idea_withdraw: { idea: 'i1' }, idea_list: { challenge: 'c1', order: 'top' },
  idea_similar: { challenge: 'c1', text: 'confidentiel' }, idea_moderate: { idea: 'i1', action: 'hide', reason: 'x' }, vote_cast: { idea: 'i1', value: 1 },
  challenge_add: { title: 'x', ballot: 'stars', proposals: 'open', tally: 'live' }, challenge_edit: { challenge: 'c1', title: 'x', reason: 'x' },
  challenge_open: { challenge: 'c1' }, challenge_close: { challenge: 'c1' }, session_edit: { title: 'x' }, session_announce: { text: 'x' },
  outcome_override: { challenge: 'c1', kind: 'choice', winners: ['i1'], reason: 'x' }, code_revoke: { code: 'k1' }, name_set: { name: 'x' },
  participant_rename: { participant: 'p1', name: 'x', reason: 'x' }, participant_ban: { participant: 'p1', reason: 'x' }, participant_unban: { participant: 'p1', reason: 'x' },
};

describe('staff of a brand', () => {
  test('do in every session of theirs what a brand may', async () => {
    const token = await ours.staff();
    const client = await palabre.greet(here, token);
    assert.equal(client.me.participant.role, 'brand');
    for (const topic of TOPICS) await client.open(topic);
    await client.call('session_edit', { title: 'La nôtre encore' });
    await client.see('session', ({ title }) => title === 'La nôtre encore');
    await palabre.call(here, token, 'challenge_edit', { challenge: 'c2', title: 'Plus tard' });
    const another = await palabre.session({ brand: 'danone' });
    await palabre.call(another, token, 'session_announce', { text: 'Ici aussi' });
    const [code] = await palabre.codes(another, { role: 'brand', uses: 0 }, token);
    const { token: place, participant } = await palabre.enter(another, { code });
    assert.equal(participant.role, 'brand');
    await palabre.call(another, place, 'session_edit', { title: 'Par un code de la marque' });
    assert.equal((await palabre.get(`/api/v1/sessions/${here}/topics/session`, place)).json.name, 'token_invalid', 'a place is of one session');
    await palabre.agree(client);
  });

  test('find no session of another brand: no topic, no command, at neither door', async () => {
    const token = await ours.staff();
    const nowhere = 'session_unknown';
    for (const topic of TOPICS) assert.equal((await palabre.get(`/api/v1/sessions/${there}/topics/${topic}`, token)).json.name, nowhere, topic);
    assert.equal((await (await palabre.connect()).refused('hello', { session: there, token })).name, nowhere);
    for (const [name, , doors] of rows('commands', 'COMMAND').filter(([, , doors]) => doors === 'DOOR_BOTH')) {
      const refusal = await palabre.refused(there, token, name, PARAMS[name] ?? {});
      assert.ok([nowhere, 'forbidden'].includes(refusal.name), `${name} ${doors}: ${refusal.name}`);
      const { name: same } = await palabre.refused('nowhere-at-all', token, name, PARAMS[name] ?? {});
      assert.equal(refusal.name, same, `${name}: as a session that does not exist`);
    }
    const owner = await palabre.greet(there, await theirs.staff());
    const { state } = await owner.open('session');
    assert.equal(state.title, 'Secret de fabrique');
  });

  test('make no session, and vote in none', async () => {
    const token = await ours.staff();
    assert.equal((await palabre.post('/api/v1/sessions', { id: 'mine', title: 'T', brand: 'danone', challenges: [challenge('c1')] }, token)).json.name, 'forbidden');
    assert.equal((await palabre.refused(here, token, 'vote_cast', { idea: 'i1', value: 1 })).name, 'forbidden');
  });
});

describe('what is outside of sessions', () => {
  test('tells nothing of a brand\'s sessions', async () => {
    for (const path of ['/metrics', '/api/v1/about', '/readyz', '/healthz']) {
      const text = String((await palabre.get(path)).bytes);
      for (const secret of [there, 'auchan', 'Secret de fabrique', 'Confidentiel']) assert.ok(!new RegExp(`\\b${secret}\\b`).test(text), `${path}: ${secret}`);
    }
  });

  test('a log-in of one brand opens no session of another', async () => {
    const own = await palabre.session({ brand: 'auchan', join: ['open', 'sso'] });
    await palabre.enter(own, { sso: theirs.token('ana') });
    const { name, field } = await palabre.turned(own, { sso: ours.token('ana') });
    assert.deepEqual([name, field], ['sso_invalid', 'sso']);
    assert.equal((await palabre.turned(own, { sso: ours.token('ana', { brand: 'auchan' }) })).name, 'sso_invalid');
  });
});

describe('the command line', () => {
  test('makes brands, lists them and their sessions, and keeps their keys', async () => {
    assert.match(await palabre.cli('brand', 'list'), /^default {2}.*$[\s\S]*^(danone|auchan) {2}La marque \1$/m);
    assert.deepEqual((await palabre.cli('session', 'list', '--brand', 'auchan')).split('\n').includes(there), true);
    assert.equal((await palabre.cli('session', 'list', '--brand', 'danone')).split('\n').includes(there), false);
    const { publicKey } = generateKeyPairSync('ed25519');
    const file = join(palabre.folder, 'brand.pub');
    writeFileSync(file, `${ours.paserk(publicKey)}\n`);
    const kid = await palabre.cli('brand', 'key', 'danone', 'add', file);
    assert.ok((await palabre.cli('brand', 'key', 'danone')).includes(`${kid}  ${ours.paserk(publicKey)}`));
    await palabre.cli('brand', 'key', 'danone', 'remove', kid);
    assert.ok(!(await palabre.cli('brand', 'key', 'danone')).includes(kid));
  });

  test('refuses what it cannot mean', async () => {
    for (const [args, code, expected] of [
      [['brand', 'create', 'Danone'], 2, /an id is expected/],
      [['brand', 'key', 'nobody'], 1, /There is no such brand/],
      [['brand', 'key', 'danone', 'add', 'k4.public.AAAA'], 2, /a public key/],
      [['brand', 'key', 'danone', 'remove', 'k4.pid.nothing'], 1, /has no key/],
      [['session', 'list', '--brand', 'nobody'], 1, /There is no such brand/],
      [['token', '--brand', 'nobody'], 1, /There is no such brand/],
      [['token', '--brand', 'danone', '--role', 'moderator'], 2, /with the role brand/],
      [['token', '--brand', 'danone', '--session', here], 2, /without --session/],
      [['session', 'codes', here], 2, /a number of codes/],
      [['session', 'codes', here, '0'], 2, /from 1/],
      [['session', 'codes', here, '1', '--uses', '0'], 2, /unlimited/],
      [['session', 'codes', here, '1', '--role', 'admin'], 2, /--role/],
      [['session', 'codes', here, '1', '--until', '2040-01-01'], 2, /offset/],
      [['session', 'codes', here, '1', '--group', 'lille'], 2, /DIMENSION=VALUE/],
      [['session', 'codes', here, '1', '--group', 'store=lille'], 1, /groups\.store/],
      [['session', 'codes', 'nowhere', '1'], 1, /no such session/],
    ]) {
      const result = await palabre.run(args);
      assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
      assert.match(result.stderr, expected, args.join(' '));
    }
    const file = { id: 'of-nobody', title: 'T', brand: 'nobody', challenges: [challenge('c1')] };
    writeFileSync(join(palabre.folder, 'of-nobody.json'), JSON.stringify(file));
    assert.match((await palabre.run(['session', 'create', join(palabre.folder, 'of-nobody.json')])).stderr, /no such brand/);
  });
});
