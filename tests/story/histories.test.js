/* Random histories of all that the functions of the store do, at times of their own; then the binary counts them again and
 * records them, makes each again from its recording, and records and counts that. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BRAND, MINUTE, MODERATOR, SYSTEM, Server, Session, challengeEdits } from '../store/library.js';
import { Random } from '../store/random.js';
import { BINARY } from './palabre.js';

const HISTORIES = 12;
const STEPS = 150;

let server;
const folder = mkdtempSync(join(tmpdir(), 'palabre-histories-'));
before(async () => { server = await new Server({ durable: true }).start(); });
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function palabre(...args) {
  const env = { PATH: process.env.PATH };
  const { status, stdout, stderr } = spawnSync(BINARY, [...args, '--data', join(folder, 'data'), '--redis', `unix:${server.socket}`], { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, `palabre ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

const GROUPS = JSON.stringify({
  status: { title: 'Statut', values: { client: 'Client', staff: 'Salarié' }, from: ['code', 'sso', 'ask'] },
  store: { title: 'Magasin', values: { lille: 'Lille', nantes: 'Nantes' }, from: ['code', 'sso'] },
});
const CHALLENGES = {
  c1: { ballot: 'approval', choose: 2, ideas_per_person: 3 },
  c2: { ballot: 'single', tally: 'after_vote', outcome: { counts: ['code', 'verified'], winners: 2 } },
  c3: { ballot: 'budget', dots: 6, per_idea: 4, voters: { levels: ['code', 'verified'] }, outcome: { quorum: 2 } },
  c4: { ballot: 'updown', voters: { groups: { status: ['client'] } } },
  c5: { ballot: 'stars', tally: 'sealed' },
  c6: { ballot: 'approval', tally: 'after_vote', proposals: 'brand' },
};
const VALUES = { c1: [0, 1, 1], c2: [0, 1, 1], c3: [0, 1, 2, 4], c4: [-1, 0, 1], c5: [0, 1, 3, 5], c6: [0, 1] };

class History {
  constructor(seed) {
    this.random = new Random(seed);
    this.session = new Session(server, `h${seed}`);
    this.people = [];
    this.digests = [];
    this.ideas = 12;
    this.accepted = {};
    this.own = []; /* [author, idea] */
  }

  async begin() {
    const { random, session } = this;
    const challenges = Object.fromEntries(Object.entries(CHALLENGES).map(([id, rules]) => [id, { ...rules,
      ...(random.chance(0.3) ? { opens_at: session.now + random.below(20) * MINUTE } : {}),
      ...(random.chance(0.5) ? { closes_at: session.now + (30 + random.below(60)) * MINUTE } : {}) }]));
    const ideas = Array.from({ length: this.ideas }, (_, n) => ({ challenge: `c${1 + (n % 6)}`, title: `Option ${n}`, lang: 'fr' }));
    const fields = { brand: 'default', languages: 'fr en', groups: GROUPS, join: 'open code sso', state: random.chance(0.3) ? 'draft' : 'open',
      ...(random.chance(0.5) ? { ends_at: session.now + (60 + random.below(60)) * MINUTE } : {}) };
    await this.does('session_create', await session.create({ fields, challenges, ideas }));
    for (const uses of [1, 1, 0]) await this.codes(uses);
  }

  async does(name, answer) {
    assert.notEqual(answer.status, 'invalid_params', `${name}: ${answer.list.join(' ')}`);
    if (answer.status === 'ok') this.accepted[name] = (this.accepted[name] ?? 0) + 1;
    return answer;
  }

  async codes(uses = this.random.pick([0, 1, 2])) {
    const groups = this.random.pick([undefined, 'store=lille', 'status=client,store=nantes']);
    const { digests } = await this.does('code_make', await this.session.codes({ uses, groups, count: 2, role: this.random.pick(['participant', 'expert', 'observer']), as: BRAND }));
    this.digests.push(...digests);
  }

  async join() {
    const { random } = this;
    const bring = random.pick([{}, { code: random.pick(this.digests) }, { sub: `crm-${random.below(5)}` }]);
    const holder = this.people.length && random.chance(0.5) ? random.pick(this.people) : undefined;
    const who = await this.session.door({ name: random.pick(['', 'Ana', 'Bob']), groups: `status=${random.pick(['client', 'staff'])}`, ...bring,
      ...(bring.sub && random.chance(0.5) ? { told: 'store=lille' } : {}) }, holder);
    await this.does('participant_join', who.answer);
    if (who.answer.status === 'ok') this.people.push({ participant: who.participant, role: who.role, level: 'open', groups: '' });
  }

  async step() {
    const { random, session } = this;
    const what = random.weighted({ time: 20, join: 25, vote: 90, add: 15, edit: 9, withdraw: 3, moderate: 9, close: 3, open: 5, change: 3, override: 3,
      pause: 2, shut: 1.5, freeze: 1, words: 3, name: 3, ban: 2, erase: 1, codes: 1, revoke: 0.5, flush: 4, unseal: 1 });
    if (what === 'time') return void (session.now += random.below(2 * MINUTE));
    if (what === 'join' || what === 'codes') return this[what]();
    const person = random.pick(this.people.length ? this.people : [{ participant: 'p99', role: 'participant', level: 'open', groups: '' }]);
    const n = 1 + random.below(this.ideas), idea = `i${n}`, of = random.pick(Object.keys(CHALLENGES));
    for (const [name, actor, ...rest] of this.calls(what, person, idea, of, n)) {
      const answer = await this.does(name, await session.call(name, actor, ...rest));
      if (name === 'idea_add' && answer.status === 'ok') {
        this.ideas = Math.max(this.ideas, Number(answer.idea.slice(1)));
        this.own.push([actor, answer.idea]);
      }
      if (name === 'me_erase' && answer.status === 'ok') this.people = this.people.filter((one) => one !== person);
    }
  }

  calls(what, person, idea, of, n) {
    const [author, own] = this.random.pick(this.own.length ? this.own : [[person, idea]]);
    const { random } = this, id = person.participant.split('.')[0], reason = 'parce que';
    const all = {
      vote: [['vote_cast', person, idea, String(random.pick(VALUES[n <= 12 ? `c${1 + ((n - 1) % 6)}` : of]))]],
      add: [['idea_add', random.chance(0.2) ? BRAND : person, of, `Idée ${n}`, random.pick(['', '=corps']), '', random.pick(['', '=en'])]],
      edit: [['idea_edit', author, own, ...random.pick([['=Mieux', '', ''], ['', '=', ''], ['', '', '=ajout'], ['=Et', '', '=plus']])]],
      withdraw: [['idea_withdraw', author, own]],
      moderate: [['idea_moderate', MODERATOR, idea, random.pick(['hide', 'publish', 'publish']), reason]],
      close: [['challenge_close', MODERATOR, of]],
      open: [['challenge_open', MODERATOR, of]],
      change: [['challenge_edit', BRAND, ...challengeEdits(of, { title: `Question ${n}`, reason })]],
      override: [['outcome_override', BRAND, of, random.pick(['choice', 'correction']), idea, reason]],
      pause: [['session_freeze', MODERATOR], ['session_unfreeze', MODERATOR]],
      shut: [['session_close', BRAND], ['session_open', BRAND, 'cd34']],
      freeze: [['session_unfreeze', MODERATOR]],
      words: [random.pick([['session_edit', BRAND, '=Titre neuf', '', '', ''], ['session_announce', MODERATOR, 'Bientôt'], ['session_due', SYSTEM]])],
      name: [random.pick([['name_set', person, 'Chloé'], ['participant_rename', MODERATOR, id, 'Personne', reason]])],
      ban: [['participant_ban', MODERATOR, id, reason], ...(random.chance(0.7) ? [['participant_unban', MODERATOR, id, reason]] : [])],
      erase: [['me_erase', person]],
      revoke: [['code_revoke', BRAND, random.pick(['k1-1', 'k2'])]],
      flush: [['tally_flush', SYSTEM]],
      unseal: [['seal_open', { ...BRAND, participant: 'operator', role: 'admin' }, 'Maître Dupont']],
    };
    return all[what].filter(([name, , one]) => !(name === 'outcome_override' && one !== `c${1 + ((n - 1) % 6)}`));
  }
}

const renamed = (text, from, to) => text.replace(`"session":{"id":"${from}"`, `"session":{"id":"${to}"`);

test(`${HISTORIES} random histories: what the binary counts agrees, and a recording made again is the same recording`, async () => {
  const accepted = {}, ids = [];
  let lines = 0;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = new History(seed);
    await history.begin();
    for (let step = 0; step < STEPS; step++) await history.step();
    for (const [name, count] of Object.entries(history.accepted)) accepted[name] = (accepted[name] ?? 0) + count;
    ids.push(history.session.id);
  }
  for (const name of ['vote_cast', 'idea_add', 'idea_edit', 'idea_withdraw', 'outcome_override', 'me_erase', 'session_close', 'code_revoke', 'participant_ban', 'seal_open'])
    assert.ok(accepted[name], `${name} happened`);
  palabre('recount', ...ids);
  for (const id of ids) {
    const text = palabre('export', id, '--unseal');
    lines += text.split('\n').length;
    writeFileSync(join(folder, `${id}.ndjson`), text);
    palabre('import', join(folder, `${id}.ndjson`), '--as', `${id}-again`);
    assert.equal(renamed(palabre('export', `${id}-again`, '--unseal'), `${id}-again`, id), text, id);
    palabre('recount', `${id}-again`);
  }
  assert.ok(lines > 50 * HISTORIES, `${lines} lines`);
});
