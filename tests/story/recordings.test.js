/* A session as a file: exported, made again from it, exported again; replayed on screens; counted again from its journal. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { Palabre, ROOT, challenge, dateIn, sleep } from './palabre.js';

const POLIS = [join(ROOT, '../shared/data/polis')].find((folder) => existsSync(folder));

let palabre, redis;
before(async () => {
  palabre = await Palabre.start({ args: ['--tick', '10'] });
  redis = new Redis(join(palabre.data, 'redis.sock'));
});
after(async () => {
  redis.disconnect();
  await palabre.stop();
});

const path = (name) => join(palabre.folder, name);
const lines = (text) => text.trimEnd().split('\n').map((line) => JSON.parse(line));

let files = 0;
async function exported(session, ...more) {
  const file = path(`${session}-${++files}.ndjson`);
  await palabre.cli('export', session, '--out', file, ...more);
  return readFileSync(file, 'utf8');
}

let copies = 0;
async function imported(text, as = `copy${++copies}`, ...more) {
  const file = path(`${as}-${++files}.in.ndjson`);
  writeFileSync(file, text);
  return { id: as, file, ...await palabre.run(['import', file, '--as', as, ...more]) };
}

async function copy(text, ...more) {
  const { id, code, stderr } = await imported(text, undefined, ...more);
  assert.equal(code, 0, stderr);
  return id;
}

/** The recording of a copy as its original's: only the session's id is another. */
const renamed = (text, from, to) => {
  const [header, ...rest] = text.split('\n');
  const json = JSON.parse(header);
  assert.equal(json.session.id, from);
  json.session.id = to;
  return [JSON.stringify(json), ...rest].join('\n');
};

async function hashes(session) {
  const all = {};
  for (const key of (await redis.keys(`palabre:{${session}}:*`)).sort()) {
    const name = key.split('}:')[1];
    if (/^(ballots|tally|turnout|held|series):/.test(name)) all[name] = await redis.hgetall(key);
    if (/^rank:/.test(name)) all[name] = await redis.zrange(key, 0, -1, 'WITHSCORES');
    if (/^people:/.test(name)) all[name] = Object.fromEntries(Object.entries(await redis.hgetall(key)).filter(([field]) => field.endsWith('.points')));
  }
  return all;
}

/** The documents of a session to everyone and to its staff; people online are those who look now. */
async function documents(session, challenges, ideas) {
  const topics = ['session', 'leaders', ...challenges.flatMap((id) => [`ideas:${id}:top`, `ideas:${id}:new`, `results:${id}`]), ...ideas.map((id) => `idea:${id}`)];
  const all = {};
  for (const [who, token] of [['public', undefined], ['staff', await palabre.admin()]])
    for (const topic of topics) {
      const state = await palabre.state(session, topic, token);
      if (topic === 'session') delete state.people;
      all[`${topic} to ${who}`] = state;
    }
  return all;
}

async function enter(session, body, token) {
  const { status, json } = await palabre.post(`/api/v1/sessions/${session}/join`, body, token);
  assert.equal(status, 201, JSON.stringify(json));
  return { token: json.token, id: json.participant.id };
}

const GROUPS = {
  status: { title: { fr: 'Vous êtes', en: 'You are' }, values: { client: 'Client', staff: 'Salarié' }, from: ['code', 'ask'] },
  store: { title: 'Magasin', values: { lille: 'Lille', nantes: 'Nantes' }, from: ['code'] },
};

/** A session in which everything happens. */
async function wholeStory() {
  const id = await palabre.session({
    title: { fr: 'Le banc du parc', en: 'The bench' }, languages: ['fr', 'en'], join: ['open', 'code'], groups: GROUPS,
    challenges: [
      challenge('c1', { ballot: 'updown', outcome: { winners: 1 } }),
      challenge('c2', { ballot: 'single', tally: 'sealed', proposals: 'brand', ideas: [{ title: { fr: 'Rouge', en: 'Red' } }, { title: 'Vert' }, { title: 'Bleu' }] }),
      challenge('c3', { ballot: 'budget', budget: { dots: 5, per_idea: 3 }, tally: 'after_vote', outcome: { counts: ['code'], quorum: 2 } }),
      challenge('c4', { ballot: 'approval', choose: 2, voters: { groups: { status: ['client'] } } }),
      challenge('c5', { ballot: 'stars', opens_at: dateIn(900), closes_at: dateIn(3_000) }),
    ],
  });
  const staff = await palabre.staff(id, 'moderator'), brand = await palabre.admin();
  const does = (token, command, params) => palabre.call(id, token, command, params);
  const made = await does(staff, 'code_make', { count: 3, groups: { store: 'lille' }, label: 'ticket' });
  const poster = await does(staff, 'code_make', { uses: 0, role: 'expert', label: '=affiche' });
  const people = [];
  for (let i = 0; i < 6; i++) people.push(await enter(id, { name: `Personne ${i}`, groups: { status: i % 2 ? 'staff' : 'client' } }));
  for (let i = 0; i < 2; i++) people.push(await enter(id, { code: made.codes[i].secret, groups: { status: 'client' } }));
  people.push(await enter(id, { code: poster.codes[0].secret, groups: { status: 'staff' } }));
  const p = people.map(({ token }) => token);

  const ideas = {};
  for (const [i, of] of ['c1', 'c1', 'c1', 'c3', 'c3', 'c4', 'c4', 'c4'].entries())
    ideas[i] = (await does(p[i % 3], 'idea_add', { challenge: of, title: `Idée ${i}`, ...(i % 2 ? { body: 'Un « corps »,\nsur deux lignes', lang: 'en' } : {}) })).idea;
  await does(p[0], 'idea_edit', { idea: ideas[0], title: 'Idée 0, mieux' });
  await does(p[0], 'idea_edit', { idea: ideas[0], addition: 'et plus' });
  await does(p[0], 'idea_edit', { idea: ideas[0], body: 'encore', addition: 'et encore' });
  for (const [i, token] of p.entries()) {
    await does(token, 'vote_cast', { idea: ideas[i % 3], value: i % 4 === 3 ? -1 : 1 });
    await does(token, 'vote_cast', { idea: `i${1 + i % 2}`, value: 1 });
    await does(token, 'vote_cast', { idea: ideas[3 + i % 2], value: 2 });
  }
  await does(p[1], 'vote_cast', { idea: 'i3', value: 1 }); /* moves */
  await does(p[2], 'vote_cast', { idea: ideas[0], value: 0 });
  for (const idea of [ideas[5], ideas[6]]) await does(p[2], 'vote_cast', { idea, value: 1 });
  await palabre.refused(id, p[1], 'vote_cast', { idea: ideas[5], value: 1 });
  await does(staff, 'idea_moderate', { idea: ideas[5], action: 'hide', reason: 'à revoir' });
  await does(p[2], 'vote_cast', { idea: ideas[7], value: 1 });
  await does(p[4], 'vote_cast', { idea: ideas[6], value: 1 }); /* then needs nothing of the hidden one */
  await does(staff, 'idea_moderate', { idea: ideas[5], action: 'publish', reason: 'revu' });

  await enter(id, { code: made.codes[2].secret }, p[0]); /* known better: their ballots are counted as such */
  await enter(id, { code: made.codes[0].secret }, p[3]); /* turns out to be somebody else */
  await does(p[4], 'name_set', { name: 'Un autre nom' });
  await does(staff, 'participant_rename', { participant: people[5].id, name: 'Renommée', reason: 'un gros mot' });
  await does(staff, 'participant_ban', { participant: people[5].id, reason: 'insiste' });
  await does(staff, 'participant_unban', { participant: people[5].id, reason: 'pardon' });
  await does(p[1], 'idea_withdraw', { idea: ideas[1] });
  await does(staff, 'session_announce', { text: { fr: 'Encore dix minutes', en: 'Ten more minutes' } });
  await does(staff, 'session_freeze', {});
  await does(staff, 'session_unfreeze', {});
  await does(brand, 'session_edit', { brief: 'Un autre texte' });
  await does(brand, 'challenge_add', { title: 'Une de plus', ballot: 'approval', proposals: 'open', tally: 'live' });
  await does(brand, 'challenge_edit', { challenge: 'c1', title: 'Question c1, plus claire', reason: 'on nous l’a demandé' });
  await does(staff, 'code_revoke', { code: made.codes[1].code });

  await does(staff, 'challenge_close', { challenge: 'c2' });
  await does(staff, 'challenge_close', { challenge: 'c3' });
  await does(staff, 'challenge_close', { challenge: 'c1' });
  await does(brand, 'outcome_override', { challenge: 'c1', kind: 'choice', winners: [ideas[2]], reason: 'le bois manque' });
  await does(staff, 'challenge_open', { challenge: 'c1' });
  await does(p[5], 'vote_cast', { idea: ideas[2], value: -1 });
  await does(staff, 'challenge_close', { challenge: 'c1' });
  await does(p[4], 'me_erase', {});
  await until(async () => (await palabre.state(id, 'session')).challenges.c5.state === 'closed');
  await does(brand, 'session_close', {});
  return { id, challenges: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'], ideas: ['i1', 'i2', 'i3', ...Object.values(ideas)], secrets: [...made.codes, ...poster.codes].map(({ secret }) => secret), people };
}

async function until(is) {
  for (const end = Date.now() + 20_000; !await is(); await sleep(50)) assert.ok(Date.now() < end, 'in vain');
}

let story;
const whole = () => (story ??= wholeStory());

test('exported, imported and exported again is the same file but for the session’s id; every count is the same', async () => {
  const { id } = await whole();
  const text = await exported(id);
  const as = await copy(text);
  assert.equal(renamed(await exported(as), as, id), text);
  assert.deepEqual(await hashes(as), await hashes(id));
  assert.match(await palabre.cli('recount', id, as), /agree.*\n.*agree/);
});

test('the topics of an import are the same documents: texts, timelines, tallies by level and group, outcomes', async () => {
  const { id, challenges, ideas } = await whole();
  const as = await copy(await exported(id));
  await until(async () => Object.values((await palabre.state(as, 'session')).challenges).every(({ opened_at: opened, rules }) => !opened || rules));
  const now = await documents(as, challenges, ideas), then = await documents(id, challenges, ideas);
  for (const topic of Object.keys(then)) assert.deepEqual(now[topic], then[topic], topic);
});

test('a recording tells who did what and when, and no code, token, or erased text', async () => {
  const { id, secrets, people } = await whole();
  const text = await exported(id);
  const [header, ...entries] = lines(text);
  assert.deepEqual([header.palabre, header.version, header.seed, header.session.id], ['recording', 1, id, id]);
  assert.equal(header.session.challenges[1].ideas[0].id, 'i1');
  assert.deepEqual(header.session.challenges[1].ideas[0].title, { fr: 'Rouge', en: 'Red' });
  assert.ok(entries.every(({ at }, i) => at >= (entries[i - 1]?.at ?? header.at)));
  const commands = entries.map(({ command }) => command);
  for (const one of ['participant_join', 'participant_upgrade', 'participant_merge', 'session_due', 'vote_cast', 'idea_add', 'outcome_override', 'code_make', 'me_erase', 'session_close'])
    assert.ok(commands.includes(one), one);
  const vote = entries.find(({ command, actor }) => command === 'vote_cast' && actor.id === people[6].id);
  assert.deepEqual([vote.actor.role, vote.actor.level, vote.actor.groups], ['participant', 'code', { status: 'client', store: 'lille' }]);
  for (const secret of [...secrets, ...secrets.map((one) => one.replace('-', '')), ...people.map(({ token }) => token), 'v4.public', 'Personne 4', 'Un autre nom'])
    assert.ok(!text.includes(secret), secret);
});

test('an import of a draft that was opened begins at its opening', async () => {
  const id = await palabre.session({ state: 'draft', challenges: [challenge('c1'), challenge('c2', { proposals: 'brand', ideas: [{ title: 'A' }, { title: 'B' }] })] });
  const brand = await palabre.admin(), rehearsing = await palabre.join(id, 'Essai');
  await palabre.call(id, rehearsing.token, 'idea_add', { challenge: 'c1', title: 'Pour voir' });
  await palabre.call(id, brand, 'idea_add', { challenge: 'c1', title: 'De la marque' });
  await palabre.call(id, rehearsing.token, 'vote_cast', { idea: 'i1', value: 1 });
  await palabre.call(id, brand, 'session_open', {});
  const { token } = await palabre.join(id, 'Pour de vrai');
  const { idea } = await palabre.call(id, token, 'idea_add', { challenge: 'c1', title: 'Une vraie' });
  await palabre.call(id, token, 'vote_cast', { idea, value: 1 });
  const text = await exported(id), as = await copy(text);
  assert.ok(!text.includes('Pour voir'));
  assert.equal(renamed(await exported(as), as, id), text);
  assert.deepEqual(await documents(as, ['c1', 'c2'], [idea]), await documents(id, ['c1', 'c2'], [idea]));
});

test('a line that is wrong is told with its number, and nothing is made', async () => {
  const { id } = await whole();
  const all = (await exported(id)).trimEnd().split('\n');
  const broken = async (at, change, expected) => {
    const text = all.map((line, i) => (i === at ? change(line) : line)).join('\n');
    const { id: as, code, stderr } = await imported(text);
    assert.equal(code, 1, stderr);
    assert.match(stderr, expected);
    assert.equal((await palabre.get(`/api/v1/sessions/${as}/topics/session`)).status, 404);
  };
  const json = (change) => (line) => { const one = JSON.parse(line); change(one); return JSON.stringify(one); };
  await broken(0, () => '{"palabre":"something"}', /line 1: .*recording/);
  await broken(0, json((one) => { one.version = 2; }), /line 1: version 1/);
  await broken(0, json((one) => { one.session.challenges[0].ballot = 'dice'; }), /line 1: session\/challenges\/0\/ballot: one of approval/);
  await broken(7, () => '{"at":', /line 8: JSON/);
  await broken(7, json((one) => { one.at = 1; }), /line 8: at: .*not before/);
  await broken(7, json((one) => { one.command = 'topic_open'; }), /line 8: command/);
  await broken(7, json((one) => { one.actor.role = 'king'; }), /line 8: actor\/role/);
  await broken(all.findIndex((line) => line.includes('vote_cast')), json((one) => { one.params.value = 'x'; }), /line \d+: params\/value: an integer/);
});

test('an import that breaks off shows nothing to anybody, says so, and goes on where it stopped', async () => {
  const { id } = await whole();
  const text = await exported(id);
  const all = text.trimEnd().split('\n');
  const at = all.findLastIndex((line) => line.includes('"vote_cast"'));
  const wrong = all.map((line, i) => (i === at ? line.replace(/"idea":"i\d+"/, '"idea":"i999"') : line)).join('\n');
  const first = await imported(wrong);
  assert.equal(first.code, 1);
  assert.match(first.stderr, new RegExp(`line ${at + 1}: vote_cast: .*idea_unknown[\\s\\S]*broken off[\\s\\S]*goes on`));
  const { status, json } = await palabre.get(`/api/v1/sessions/${first.id}/topics/session`);
  assert.deepEqual([status, json.name], [409, 'session_importing']);
  assert.equal((await palabre.post(`/api/v1/sessions/${first.id}/join`, {})).status, 409);
  assert.equal((await palabre.run(['export', first.id])).code, 1);
  const other = await imported(text.replace(/"name":"Personne 0"/, '"name":"X"').replace('"command":"participant_join"', '"command":"session_freeze"'), first.id);
  assert.equal(other.code, 1, 'another file does not go on with it');
  const second = await imported(text, first.id);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(renamed(await exported(first.id), first.id, id), text);
  const again = await imported(text, first.id);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /session_exists/);
});

test('pictures travel beside a recording, by their hashes, and what is not the picture is refused', async () => {
  const pictures = join(ROOT, 'demo/pictures');
  const id = await palabre.sessionFromFile({ id: 'pictured', title: 'Images', challenges: [
    challenge('c1', { proposals: 'brand', ideas: [{ title: 'A', media: [{ file: join(pictures, readdirSync(pictures)[0]), alt: 'Un pot' }] }] })] });
  const text = await exported(id, '--media', path('media'));
  const [{ hash }] = lines(text)[0].media;
  const [file] = readdirSync(path('media'));
  assert.ok(file.startsWith(hash));
  const as = await copy(text);
  assert.equal((await palabre.get(`/api/v1/sessions/${as}/topics/ideas:c1:top`)).json.state.ideas.i1.media[0].hash, hash);

  const elsewhere = await Palabre.start();
  try {
    writeFileSync(join(elsewhere.folder, 'in.ndjson'), text);
    const importing = (...more) => elsewhere.run(['import', join(elsewhere.folder, 'in.ndjson'), '--as', 'there', ...more]);
    const without = await importing();
    assert.equal(without.code, 1);
    assert.match(without.stderr, /media.*--media DIR/);
    mkdirSync(join(elsewhere.folder, 'wrong'));
    writeFileSync(join(elsewhere.folder, 'wrong', file), Buffer.concat([readFileSync(join(path('media'), file)), Buffer.from('x')]));
    assert.match((await importing('--media', join(elsewhere.folder, 'wrong'))).stderr, /not it/);
    assert.equal((await importing('--media', path('media'))).code, 0);
    assert.equal((await elsewhere.state('there', 'ideas:c1:top')).ideas.i1.media[0].hash, hash);
  } finally {
    await elsewhere.stop();
  }
});

test('a replay moves the screens that watch it, through the server’s own door, to the same counts', async () => {
  const { id, challenges } = await whole();
  const file = path('replay.ndjson');
  writeFileSync(file, await exported(id));
  const nowhere = await palabre.run(['replay', file, '--as', 'again', '--speed', '2', '--url', 'http://127.0.0.1:1']);
  assert.match(nowhere.stderr, /nothing answers at http/);
  const running = palabre.run(['replay', file, '--as', 'again', '--speed', '2', '--url', palabre.url]);
  await until(async () => (await palabre.get('/api/v1/sessions/again/topics/session')).status === 200);
  const screen = await palabre.greet('again');
  await screen.open('session');
  await screen.open('results:c1');
  await until(() => screen.held.get('session').state?.state === 'closed');
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /0 were refused/, stderr);
  assert.ok(screen.held.get('session').deltas > 5 && screen.held.get('results:c1').deltas > 3, 'it moved');
  const state = await palabre.state('again', 'session');
  assert.equal(state.simulated, true);
  for (const of of challenges) {
    const then = await palabre.state(id, `results:${of}`), now = await palabre.state('again', `results:${of}`);
    assert.deepEqual([now.ideas, now.by, now.totals], [then.ideas, then.by, then.totals], of);
    assert.deepEqual(now.outcome?.winners, then.outcome?.winners, of);
  }
  assert.match(await palabre.cli('recount', 'again'), /agree/);
});

test('a recount finds a counter that was tampered with, whatever it counts, and says which', async () => {
  const { id } = await whole();
  const as = await copy(await exported(id));
  const key = (name) => `palabre:{${as}}:${name}`;
  const found = async (tamper, repair, expected) => {
    await tamper();
    const { code, stdout, stderr } = await palabre.run(['recount', as]);
    await repair();
    assert.equal(code, 1, stdout);
    assert.match(stdout + stderr, expected);
    assert.match(await palabre.cli('recount', as), /agree/);
  };
  const [field] = await redis.hkeys(key('tally:c1'));
  await found(() => redis.hincrby(key('tally:c1'), field, 1), () => redis.hincrby(key('tally:c1'), field, -1), new RegExp(`c1 tally ${field}: counted -?\\d+, Redis holds \\d+`));
  const [group] = await redis.hkeys(key('tally:c1:status'));
  await found(() => redis.hincrby(key('tally:c1:status'), group, 2), () => redis.hincrby(key('tally:c1:status'), group, -2), /tally by status/);
  await found(() => redis.hincrby(key('tally:c2'), 'i9:open:votes', 1), () => redis.hdel(key('tally:c2'), 'i9:open:votes'), /i9:open:votes: counted 0, Redis holds 1/);
  await found(() => redis.hincrby(key('people:0'), 'p2.points', 1), () => redis.hincrby(key('people:0'), 'p2.points', -1), /points of p2/);
  await found(() => redis.hincrby(key('turnout:c1'), 'open', 1), () => redis.hincrby(key('turnout:c1'), 'open', -1), /voters open/);
  await found(() => redis.hincrby(key('challenges'), 'c1.votes', 1), () => redis.hincrby(key('challenges'), 'c1.votes', -1), /c1 votes/);
  const [minute] = await redis.hkeys(key('series:c1'));
  await found(() => redis.hincrby(key('series:c1'), minute, 1), () => redis.hincrby(key('series:c1'), minute, -1), /votes of the minute/);
  const outcomes = await redis.hget(key('challenges'), 'c1.outcomes');
  await found(() => redis.hset(key('challenges'), 'c1.outcomes', outcomes.replace(/"winners":\[[^\]]*\]/, '"winners":["i3"]')), () => redis.hset(key('challenges'), 'c1.outcomes', outcomes), /outcome 1, winners/);
  const [[person, ballot]] = Object.entries(await redis.hgetall(key('ballots:c2')));
  await found(() => redis.hset(key('ballots:c2'), person, ballot.replace(/i\d+:1/, 'i3:1').replace('i3:1 i3:1', 'i1:1') + ' i2:1'), () => redis.hset(key('ballots:c2'), person, ballot), new RegExp(`ballot of ${person}: counted one, Redis holds another`));
});

test('a recount counts a tie that was broken, what was chosen instead, and the hash of the rules; what was tampered with is found', async () => {
  const id = await palabre.session({ challenges: [challenge('c1', { outcome: { winners: 2, quorum: 1 }, ideas: ['A', 'B', 'C', 'D'].map((title) => ({ title })) })] });
  const brand = await palabre.admin();
  for (const [i, idea] of ['i1', 'i1', 'i2', 'i3'].entries()) {
    const { token } = await palabre.join(id, `P${i}`);
    await palabre.call(id, token, 'vote_cast', { idea, value: 1 });
    await palabre.call(id, token, 'vote_cast', { idea: 'i1', value: 1 });
  }
  await until(async () => (await palabre.state(id, 'session')).challenges.c1.rules);
  await palabre.call(id, brand, 'challenge_close', { challenge: 'c1' });
  await palabre.call(id, brand, 'outcome_override', { challenge: 'c1', kind: 'tie', winners: ['i3', 'i1', 'i3'], reason: 'tiré au sort' });
  await palabre.call(id, brand, 'outcome_override', { challenge: 'c1', kind: 'choice', winners: ['i4', 'i2', 'i4'], reason: 'le bois manque' });
  assert.match(await palabre.cli('recount', id), /agree/);

  const challenges = `palabre:{${id}}:challenges`, text = await redis.hget(challenges, 'c1.outcomes'), hash = await redis.hget(challenges, 'c1.rules');
  const found = async (fields, expected) => {
    const before = await redis.hmget(challenges, ...Object.keys(fields));
    await redis.hset(challenges, fields);
    const { code, stdout } = await palabre.run(['recount', id]);
    for (const [i, name] of Object.keys(fields).entries()) await redis.hset(challenges, name, before[i]);
    assert.equal(code, 1, `${expected}: ${stdout}`);
    assert.match(stdout, expected);
  };
  const changed = (change) => { const all = JSON.parse(text); change(all); return { 'c1.outcomes': JSON.stringify(all) }; };
  assert.deepEqual(JSON.parse(text).map(({ winners }) => winners), [['i1'], ['i1', 'i3'], ['i4', 'i2']]);
  const other = hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  const lies = { at: 1, kind: 'correction', reason: 'autre', rules: other, counts: ['code'], turnout: { open: 9, code: 0, verified: 0 }, quorum: 9, quorum_met: false,
    ranking: [{ idea: 'i4', votes: 9, score: 9 }], winners: ['i1', 'i2'], tie: ['i4'], tied: 7, note: 'x' };
  for (const [name, lie] of Object.entries(lies)) {
    for (const [i, outcome] of ['outcome 1', 'outcome 2', 'outcome 3'].entries())
      await found(changed((all) => { all[i][name] = lie; }), new RegExp(`c1 ${outcome}, ${name}: counted `));
  }
  await found(changed((all) => { delete all[1].reason; }), /outcome 2, reason/);
  await found(changed((all) => { delete all[1].rules; }), /outcome 2, rules/);
  await found(changed((all) => { all.pop(); }), /outcomes: counted 3, Redis holds 2/);
  await found({ 'c1.outcomes': text.replace(/]$/, ',0]') }, /outcomes: counted 3, Redis holds 4/);
  await found({ 'c1.rules': other }, /c1 rules: counted/);
  await found({ ...changed((all) => { for (const one of all) one.rules = other; }), 'c1.rules': other }, /c1 rules: counted/);
  assert.match(await palabre.cli('recount', id), /agree/);
});

test('a recount knows the rules that a challenge opened with, whatever they were before', async () => {
  const voters = { groups: { status: ['client'] }, levels: ['code', 'open'] };
  const id = await palabre.session({ languages: ['fr', 'en'], groups: GROUPS, join: ['open', 'code'], challenges: [
    challenge('c1', { opens_at: dateIn(3_600_000), ballot: 'budget', budget: { dots: 5, per_idea: 3 }, final: true, ideas_per_person: 2, voters, proposers: { roles: ['expert'] } }),
    challenge('c2', { opens_at: dateIn(3_600_000), ballot: 'approval', choose: 2, tally: 'sealed' }), challenge('c3', { voters, outcome: {} }),
    challenge('c4', { opens_at: dateIn(3_600_000), ballot: 'approval', choose: 2 }), challenge('c5', { opens_at: dateIn(3_600_000), ballot: 'budget', budget: { dots: 5 } })] });
  const brand = await palabre.admin(), does = (command, params) => palabre.call(id, brand, command, params);
  await does('challenge_edit', { challenge: 'c1', budget: { dots: 7 }, final: false, outcome: { winners: 2, counts: ['verified', 'code'] } });
  await does('challenge_edit', { challenge: 'c1', title: 'Autrement', proposals: 'brand', voters: { roles: ['participant'] } });
  await does('challenge_edit', { challenge: 'c2', choose: 4, tally: 'live', proposers: { levels: ['code'] } });
  await does('challenge_edit', { challenge: 'c4', ballot: 'budget', budget: { dots: 9, per_idea: 2 } });
  await does('challenge_edit', { challenge: 'c5', ballot: 'approval', choose: 3 });
  await does('challenge_add', { challenge: 'c6', title: 'Une de plus', ballot: 'stars', proposals: 'open', tally: 'after_vote', outcome: { quorum: 3 } });
  for (const of of ['c1', 'c2', 'c4', 'c5']) await does('challenge_open', { challenge: of });
  await until(async () => Object.values((await palabre.state(id, 'session')).challenges).every(({ rules }) => rules));
  assert.match(await palabre.cli('recount', id), /agree/);
  await redis.hset(`palabre:{${id}}:challenges`, 'c2.rules', await redis.hget(`palabre:{${id}}:challenges`, 'c1.rules'));
  const { code, stdout } = await palabre.run(['recount', id]);
  await redis.hset(`palabre:{${id}}:challenges`, 'c2.rules', (await palabre.state(id, 'session')).challenges.c2.rules);
  assert.equal(code, 1);
  assert.match(stdout, /^c2 rules: counted \w{64}, Redis holds \w{64}$/m);
});

test('a seal refuses an export and its results, lets a recount say only whether all agrees; opened, it is shown to all', async () => {
  const id = await palabre.session({ challenges: [challenge('c1', { tally: 'sealed' }), challenge('c2')] });
  const { token } = await palabre.join(id, 'A');
  const { idea } = await palabre.call(id, token, 'idea_add', { challenge: 'c1', title: 'Secret' });
  await palabre.call(id, token, 'vote_cast', { idea, value: 1 });
  const refused = await palabre.run(['export', id, '--out', path('sealed')]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /c1 is sealed.*--unseal/);
  assert.ok(!existsSync(path('sealed')));
  assert.equal((await palabre.run(['export', id, '--csv', 'results'])).code, 1);
  assert.equal((await palabre.run(['export', id, '--csv', 'ideas'])).code, 0);
  assert.match(await palabre.cli('recount', id), /agree/);
  await redis.hincrby(`palabre:{${id}}:tally:c1`, `${idea}:open:votes`, 41);
  const recount = await palabre.run(['recount', id]);
  await redis.hincrby(`palabre:{${id}}:tally:c1`, `${idea}:open:votes`, -41);
  assert.equal(recount.code, 1);
  assert.match(recount.stdout, /c1: under its seal/);
  assert.doesNotMatch(recount.stdout, /4[12]|tally/);
  assert.equal((await palabre.state(id, 'session')).challenges.c1.unsealed, undefined);

  const screen = await palabre.greet(id);
  await screen.open('session');
  const text = await exported(id, '--unseal', '--by', 'Maître Dupont');
  await until(() => screen.held.get('session').state?.challenges.c1.unsealed);
  const { by, at } = screen.held.get('session').state.challenges.c1.unsealed;
  assert.equal(by, 'Maître Dupont');
  assert.deepEqual(lines(text).at(-1), { at, actor: { id: 'operator', role: 'admin', level: 'open' }, command: 'seal_open', params: { by } });
  assert.equal((await palabre.run(['export', id])).code, 1, 'each export of a seal that is closed asks again');
  const as = await copy(text);
  assert.equal(renamed(await exported(as, '--unseal', '--by', by), as, id), text);
  assert.equal((await palabre.state(as, 'session')).challenges.c1.unsealed.by, by);
});

/* ---- tables */

/** Rows as lists of cells, by RFC 4180. */
function csv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((row) => row.length > 1);
}

test('tables are safe for spreadsheets: a text that begins like a formula is quoted, a number is a number', async () => {
  const id = await palabre.session({ languages: ['fr', 'en'], groups: GROUPS, challenges: [challenge('c1', { ballot: 'updown' })] });
  const texts = ['=1+1', '+33 6', '-2', '@here', 'a, "b"', 'à = b'];
  const { token, id: person } = await enter(id, { name: '=cmd', groups: { status: 'client' } });
  for (const title of texts) await palabre.call(id, token, 'idea_add', { challenge: 'c1', title, body: '=2\n+3' });
  await palabre.call(id, token, 'vote_cast', { idea: 'i1', value: -1 });

  const ideas = csv(await palabre.cli('export', id, '--csv', 'ideas') + '\r\n');
  const of = (rows, name) => rows.slice(1).map((row) => row[rows[0].indexOf(name)]);
  assert.deepEqual(of(ideas, 'title'), ["'=1+1", "'+33 6", "'-2", "'@here", 'a, "b"', 'à = b']);
  assert.deepEqual(of(ideas, 'author_name'), texts.map(() => "'=cmd"));
  assert.deepEqual(of(ideas, 'body'), texts.map(() => "'=2\n+3"));
  const results = csv(await palabre.cli('export', id, '--csv', 'results') + '\r\n');
  const total = results.find((row) => row[1] === 'i1' && row[3] === '');
  assert.deepEqual([total[results[0].indexOf('score')], total[results[0].indexOf('down')]], ['-1', '1']);
  const hidden = results.filter((row) => row[1] === 'i1' && row[3] === 'status').map((row) => row[4]);
  assert.deepEqual(hidden, ['other'], 'fewer than five voters are added up');

  const people = csv(await palabre.cli('export', id, '--csv', 'participants') + '\r\n');
  assert.deepEqual(people[0], ['participant', 'name', 'role', 'level', 'status', 'store', 'state', 'joined_at', 'points']);
  assert.deepEqual(people[1].slice(0, 6), [person, "'=cmd", 'participant', 'open', 'client', '']);
});

/* ---- of the size of a consultation */

test('vTaiwan: imported, exported, imported again: the same file, and both recounts agree', { skip: POLIS ? false : 'the folder ../shared/data/polis is absent' }, async (t) => {
  await palabre.cli('import', '--polis', join(POLIS, 'vtaiwan.uberx'), '--as', 'vtaiwan');
  const timed = async (what, run) => {
    const began = performance.now(), result = await run();
    t.diagnostic(`${what}: ${Math.round(performance.now() - began)} ms`);
    return result;
  };
  const text = await timed('export', () => exported('vtaiwan'));
  const as = await timed('import', () => copy(text));
  assert.equal(renamed(await exported(as), as, 'vtaiwan'), text);
  assert.match(await timed('recount', () => palabre.cli('recount', as)), /agree/);
  assert.match(await palabre.cli('recount', 'vtaiwan'), /agree/);
});
