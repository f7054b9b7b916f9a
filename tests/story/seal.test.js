/* Under a seal nothing tells what was voted. Two servers with a session of the same id; the same people make the same calls in
 * the same order, the same calls are accepted, and only the ideas and values voted in sealed and after_vote challenges differ.
 * Whatever either door says to anyone who may not see the tally is the same to the byte: documents, deltas, pages of ideas,
 * answers, refusals, headers, metrics, logs. Only epochs, tokens, clock times and addresses are made alike first. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Random } from '../store/random.js';
import { PATIENCE_MS, Palabre, Refusal, challenge, sleep } from './palabre.js';

const TICK_MS = 10;
const VALUES = { c1: [0, 1], c2: [-1, 0, 1], c3: [0, 1], c4: [0, 1, 2, 3], c5: [0, 1, 2, 3, 4, 5], c6: [-1, 0, 1], c7: [0, 1, 2, 3, 4, 5], c8: [0, 1] };
const SEALED = ['c1', 'c2', 'c3', 'c4', 'c5'];
const AFTER_VOTE = ['c6', 'c7'];
const SECRET = [...SEALED, ...AFTER_VOTE]; /* c8 is live, and voted alike */
const OPTIONS = Array.from({ length: 4 }, (_, i) => ({ title: `Option ${['calme', 'vive', 'douce', 'fraîche'][i]}` }));
const CHALLENGES = [
  challenge('c1', { tally: 'sealed', ideas: OPTIONS }), challenge('c2', { ballot: 'updown', tally: 'sealed', ideas: OPTIONS }),
  challenge('c3', { ballot: 'single', tally: 'sealed', ideas: OPTIONS }),
  challenge('c4', { ballot: 'budget', budget: { dots: 1000 }, tally: 'sealed', ideas: OPTIONS }),
  challenge('c5', { ballot: 'stars', tally: 'sealed', ideas: OPTIONS }),
  challenge('c6', { ballot: 'updown', tally: 'after_vote', ideas: OPTIONS }),
  challenge('c7', { ballot: 'stars', tally: 'after_vote', ideas: OPTIONS }), challenge('c8', { ideas: OPTIONS }),
];
/* The same with groups, codes and rules of who decides. */
const GROUPS = { status: { title: 'Vous êtes', values: { client: 'Client', staff: 'Équipe', jury: 'Jury' }, from: ['ask'] } };
const VALUES_OF_STATUS = ['client', 'client', 'staff', 'jury', 'client'];
const GROUPS_MS = 1100; /* longer than tallies by group may wait for the next event */
const VOTERS = 5;
const STAFF = ['moderator', 'brand', 'admin'];
/* Those who look on, and never vote. */
const WATCHERS = ['public', 'participant', 'expert', ...STAFF];

let pair;
before(async () => { pair = await Promise.all([0, 1].map(() => Palabre.start({ args: ['--tick', String(TICK_MS)] }))); });
after(async () => { for (const palabre of pair ?? []) await palabre.stop(); });

/** The topics that a watcher may hold with nothing of a tally to be seen in them. */
function topicsOf(watcher, ideas) {
  const challenges = STAFF.includes(watcher) ? SEALED : SECRET;
  return ['session', 'leaders', ...[...challenges, 'c8'].flatMap((id) => [`ideas:${id}:top`, `ideas:${id}:new`, `results:${id}`]),
          ...ideas.filter(([, of]) => challenges.includes(of)).map(([id]) => `idea:${id}`), ...(['public', 'admin'].includes(watcher) ? [] : ['me'])];
}

/** Both servers, and what is said to each of those who watch. */
class Twins {
  constructor(session, seed, grouped = false) {
    this.session = session;
    this.grouped = grouped;
    this.upgraded = new Set();
    this.random = new Random(seed);
    this.ideas = CHALLENGES.flatMap(({ id }, c) => OPTIONS.map((_, i) => [`i${c * OPTIONS.length + i + 1}`, id]));
    this.hidden = new Set();
    this.authors = new Map();
    this.differ = 0;
    this.keys = 0;
    this.redis = pair.map((palabre) => new Redis(join(palabre.data, 'redis.sock')));
  }

  both(run) {
    return Promise.all(pair.map(run));
  }

  /** What was said, without what only this moment and this process have. */
  plain(text, twin) {
    return text.replaceAll(this.epochs[twin], 'EPOCH').replace(/\b1[0-9]{12}\b/g, 'TIME').replace(/"m[0-9]{8}"/g, '"MINUTE"')
      .replaceAll(pair[twin].folder, 'FOLDER').replaceAll(pair[twin].listen, 'ADDRESS')
      .replace(/"deployment":"\w+"/, '"deployment":"DEPLOYMENT"');
  }

  /** What the session is made of. */
  definition() {
    if (!this.grouped) return { challenges: CHALLENGES };
    const rules = { c1: { outcome: { counts: ['code', 'verified'], quorum: 2 } }, c5: { outcome: { winners: 2 } }, c6: { outcome: { counts: ['open'] } } };
    return { join: ['open', 'code'], groups: GROUPS, challenges: CHALLENGES.map((one) => ({ ...one, ...rules[one.id] })) };
  }

  async join(palabre, i) {
    const params = { name: `Personne ${i}`, ...(this.grouped ? { groups: { status: VALUES_OF_STATUS[i % VALUES_OF_STATUS.length] } } : {}) };
    const { status, json } = await palabre.post(`/api/v1/sessions/${this.session}/join`, params);
    assert.equal(status, 201, JSON.stringify(json));
    return json;
  }

  async begin() {
    await this.both((palabre) => palabre.session({ id: this.session, ...this.definition() }));
    const joined = await this.both(async (palabre) => {
      const all = [];
      for (let i = 0; i <= VOTERS; i++) all.push(await this.join(palabre, i));
      return all;
    });
    this.voters = Array.from({ length: VOTERS }, (_, i) => joined.map((all) => all[i]));
    this.tokens = {
      public: [undefined, undefined], participant: joined.map((all) => all[VOTERS].token),
      expert: await this.both((palabre) => palabre.staff(this.session, 'expert')),
    };
    for (const role of STAFF) this.tokens[role] = await this.both((palabre) => palabre.staff(this.session, role));
    this.clients = {};
    for (const watcher of WATCHERS) {
      this.clients[watcher] = await this.both((palabre, twin) => palabre.greet(this.session, this.tokens[watcher][twin]));
      await this.both(async (palabre, twin) => {
        for (const topic of topicsOf(watcher, []).filter((one) => !one.endsWith(':new')).slice(0, 15)) await this.clients[watcher][twin].open(topic);
        await this.clients[watcher][twin].open('ideas:c1:new');
      });
    }
    /* Two of the voters are connected as well, and hold what is theirs to hold. */
    this.seated = await Promise.all(this.voters.slice(0, 2).map((voter) =>
      this.both((palabre, twin) => palabre.greet(this.session, voter[twin].token))));
    for (const clients of this.seated) for (const client of clients) for (const topic of ['me', 'session', 'ideas:c1:top', 'leaders']) await client.open(topic);
    /* What comes by itself has come: people online, and the hashes of the rules. */
    await this.both((_, twin) => this.clients.public[twin].see('session', ({ people, challenges }) =>
      people >= 3 && Object.values(challenges).every(({ rules }) => rules)));
    await this.peopleCounted();
    await this.quiet();
    /* Both begin at one sequence number: whoever was told of people in two steps, the other is now moved as often. */
    const seqs = await this.sequences();
    for (const [twin, seq] of seqs.entries())
      for (let at = seq; at < Math.max(...seqs); at++) await pair[twin].call(this.session, this.tokens.moderator[twin], 'session_announce', { text: `Pas ${at}` });
    await this.everythingMoves();
    this.start = Math.max(...await this.sequences());
    this.epochs = this.clients.public.map((client) => client.held.get('session').epoch.split('.')[0]);
    this.forget();
    this.counted = await this.both((palabre) => this.metrics(palabre));
  }

  /** Until both say the same number of people online, and have for longer than a count may take to be told. */
  async peopleCounted() {
    for (let last = '', since = Date.now(); Date.now() - since < 3000;) {
      const [one, other] = this.clients.public.map((client) => client.state('session').people);
      if (one !== other || `${one}` !== last) since = Date.now();
      last = `${one}`;
      await sleep(100);
    }
  }

  /** Something happens in each topic, so that the version of each is from now on, and not of how its load went. */
  async everythingMoves() {
    const all = async (run) => {
      await this.both(run);
      await this.quiet();
    };
    await all((palabre, twin) => palabre.call(this.session, this.tokens.moderator[twin], 'session_announce', { text: 'Bonjour' }));
    for (const [watcher, tokens] of Object.entries(this.tokens))
      if (!['public', 'admin'].includes(watcher)) await all((palabre, twin) => palabre.call(this.session, tokens[twin], 'name_set', { name: watcher }));
    for (const [i, of] of Object.keys(VALUES).entries())
      for (const voter of [i, i + 1].map((n) => this.voters[n % VOTERS])) {
        await all((palabre, twin) => palabre.call(this.session, voter[twin].token, 'idea_add', { challenge: of, title: `De quelqu’un ${this.ideas.length}` }));
        this.ideas.push([`i${this.ideas.length + 1}`, of]);
        await all((palabre, twin) => palabre.call(this.session, voter[twin].token, 'vote_cast', { idea: this.ideas.at(-1)[0], value: 1 }));
      }
    for (const twin of [0, 1]) assert.equal((await pair[twin].state(this.session, `idea:${this.ideas.at(-1)[0]}`)).challenge, 'c8');
  }

  sequences() {
    return Promise.all(this.redis.map(async (redis) => Number(await redis.hget(`palabre:{${this.session}}:meta`, 'seq'))));
  }

  /** Until all that was done has been flushed, followed and sent. */
  async quiet() {
    await this.both(async (palabre, twin) => {
      const end = Date.now() + PATIENCE_MS;
      const key = (name) => `palabre:{${this.session}}:${name}`;
      while (await this.redis[twin].scard(key('dirty'))) { assert.ok(Date.now() < end, 'votes are flushed'); await sleep(5); }
      const seq = Number(await this.redis[twin].hget(key('meta'), 'seq'));
      for (;;) {
        const { v } = await palabre.topic(this.session, 'session');
        if (v >= seq) break;
        assert.ok(Date.now() < end, 'events are followed');
        await sleep(5);
      }
      await sleep(3 * TICK_MS);
      for (const clients of [...Object.values(this.clients), ...this.seated]) await clients[twin].ask({ jsonrpc: '2.0', id: 'barrier', method: 'barrier' });
    });
  }

  forget() {
    for (const clients of Object.values(this.clients)) for (const client of clients) client.frames.length = 0;
  }

  /** The frames of each watcher since they were looked at last, topic by topic: topics have no order among each other. */
  framesAreTheSame(what) {
    for (const [watcher, clients] of Object.entries(this.clients)) {
      const said = clients.map((client, twin) => {
        const topics = {};
        for (const frame of client.frames)
          if (frame.method !== 'heartbeat') (topics[frame.params?.topic ?? 'answers'] ??= []).push(this.plain(JSON.stringify(frame), twin));
        return topics;
      });
      assert.deepEqual(said[0], said[1], `frames to ${watcher} after ${what}`);
    }
    this.forget();
  }

  async request(twin, ...request) {
    let answer = await pair[twin].request(...request);
    for (; answer.status === 429; answer = await pair[twin].request(...request)) await sleep(answer.json.retry_ms); /* read faster than people may */
    const { status, headers, bytes } = answer;
    const { date, 'retry-after': _, ...rest } = headers;
    return `${status} ${this.plain(JSON.stringify(rest), twin)}\n${this.plain(bytes.toString(), twin)}`;
  }

  /** The same request to both gets the same answer, to the byte. */
  async asks(method, path, tokens, body, headers = () => ({})) {
    const [one, other] = await this.both((_, twin) => this.request(twin, method, path, { token: tokens[twin], body, headers: headers(twin) }));
    assert.equal(one, other, `${method} ${path} ${JSON.stringify(body)}`);
    return one;
  }

  /** A command by HTTP or WebSocket: the same to both, and the same answer, which is a Refusal where it was refused. */
  async same(actor, command, params) {
    const key = this.random.chance(0.3) ? { key: `k${++this.keys}` } : {};
    const clients = this.clients[actor.watcher];
    if (clients && this.random.chance(0.5)) {
      const answers = await this.both((_, twin) => clients[twin].call(command, { ...params, ...key }).catch((error) => {
        if (error instanceof Refusal) return { refused: error.name, ...error.data };
        throw error;
      }));
      assert.equal(this.plain(JSON.stringify(answers[0]), 0), this.plain(JSON.stringify(answers[1]), 1), command);
      return answers[0];
    }
    const said = await this.asks('POST', `/api/v1/sessions/${this.session}/${command}`, actor.tokens, { ...params, ...key });
    return JSON.parse(said.slice(said.indexOf('\n') + 1));
  }

  staff() {
    const watcher = this.random.pick(STAFF);
    return { watcher, tokens: this.tokens[watcher] };
  }

  direct() {
    const watcher = this.random.pick(['brand', 'admin']);
    return { watcher, tokens: this.tokens[watcher] };
  }

  voter() {
    const person = this.random.pick(this.voters);
    return { person, tokens: person.map(({ token }) => token) };
  }

  /** One person votes in both: another idea, another value, accepted in both. */
  async vote() {
    const { random } = this;
    const of = random.pick(Object.keys(VALUES));
    const open = this.ideas.filter(([id, challengeId]) => challengeId === of && !this.hidden.has(id));
    if (!open.length) return;
    const pick = () => ({ idea: random.pick(open)[0], value: random.pick(VALUES[of]) });
    const first = pick();
    const votes = [first, SECRET.includes(of) ? pick() : first];
    if (JSON.stringify(votes[0]) !== JSON.stringify(votes[1])) this.differ++;
    const { tokens } = this.voter();
    const key = random.chance(0.2) ? { key: `k${++this.keys}` } : {};
    for (let again = random.chance(0.2) ? 2 : 1; again > 0; again--) {
      if (this.grouped) await sleep(GROUPS_MS);
      await this.both((palabre, twin) => palabre.call(this.session, tokens[twin], 'vote_cast', { ...votes[twin], ...key }));
      await this.quiet(); /* flushed by itself, in both */
    }
  }

  /** A voter presents a code: their ballots count at another level from now on. */
  async upgrade() {
    const i = this.random.below(VOTERS), voter = this.voters[i];
    if (this.upgraded.has(i)) return;
    this.upgraded.add(i);
    await sleep(GROUPS_MS);
    await this.both(async (palabre, twin) => {
      const { codes } = await palabre.call(this.session, this.tokens.brand[twin], 'code_make', {});
      const { status, json } = await palabre.post(`/api/v1/sessions/${this.session}/join`, { code: codes[0].secret }, voter[twin].token);
      assert.equal(status, 201, JSON.stringify(json));
      assert.deepEqual([json.participant.id, json.participant.level], [voter[twin].participant.id, 'code']);
      voter[twin].token = json.token;
    });
  }

  /** Somebody comes, votes and is shut out: what they voted stays. */
  async ban() {
    const person = await this.both((palabre) => this.join(palabre, 99));
    const votes = [this.random.pick(OPTIONS), this.random.pick(OPTIONS)].map((one) => `i${OPTIONS.indexOf(one) + 1}`);
    await sleep(GROUPS_MS);
    if (votes.some((idea) => this.hidden.has(idea))) return;
    await this.both((palabre, twin) => palabre.call(this.session, person[twin].token, 'vote_cast', { idea: votes[twin], value: 1 }));
    await this.quiet();
    await this.same(this.staff(), 'participant_ban', { participant: person[0].participant.id, reason: 'Insultes' });
    await this.asks('GET', `/api/v1/sessions/${this.session}/topics/me`, person.map(({ token }) => token));
  }

  async step() {
    const { random, session } = this;
    const [idea, of] = random.pick(this.ideas);
    const kind = random.weighted({ ...(this.grouped ? { upgrade: 10, ban: 5 } : {}), vote: 60, add: 8, hide: 6, publish: 6, withdraw: 4, edit: 4, name: 3, wording: 3, announce: 2, freeze: 2, refused: 6, title: 1 });
    switch (kind) {
      case 'vote':
        await this.vote();
        break;
      case 'upgrade':
        await this.upgrade();
        break;
      case 'ban':
        await this.ban();
        break;
      case 'add': {
        const into = random.pick(Object.keys(VALUES));
        const answer = await this.same(this.voter(), 'idea_add', { challenge: into, title: `Proposition ${this.ideas.length}` });
        if (answer.idea) this.ideas.push([answer.idea, into]);
        break;
      }
      case 'hide':
        if ((await this.same(this.staff(), 'idea_moderate', { idea, action: 'hide', reason: 'Hors sujet' })).v) this.hidden.add(idea);
        break;
      case 'publish':
        if ((await this.same(this.staff(), 'idea_moderate', { idea, action: 'publish', reason: 'Tout compte fait' })).v && !this.gone?.has(idea)) this.hidden.delete(idea);
        break;
      case 'withdraw':
        if ((await this.same(this.voter(), 'idea_withdraw', { idea })).withdrawn) { this.hidden.add(idea); (this.gone ??= new Set()).add(idea); }
        break;
      case 'edit':
        await this.same(this.voter(), 'idea_edit', { idea, title: `Mieux ${this.keys}` });
        break;
      case 'name':
        await this.same(this.voter(), 'name_set', { name: `Nom ${random.below(100)}` });
        break;
      case 'wording':
        await this.same(this.direct(), 'challenge_edit', { challenge: of, title: `Autrement ${random.below(9)}`, reason: 'Plus clair' });
        break;
      case 'announce':
        await this.same(this.staff(), 'session_announce', { text: `Encore ${random.below(9)} minutes` });
        break;
      case 'title':
        await this.same(this.direct(), 'session_edit', { title: `Titre ${random.below(9)}` });
        break;
      case 'freeze':
        await this.same(this.staff(), 'session_freeze', {});
        await this.quiet();
        assert.equal((await this.same(this.voter(), 'vote_cast', { idea: 'i1', value: 1 })).name, 'session_frozen');
        await this.same(this.staff(), 'session_unfreeze', {});
        break;
      case 'refused': {
        const wrong = random.pick([{ idea: 'i9999', value: 1 }, { idea, value: 5000 }, { idea, value: 'un' }, { idea }]);
        const answer = await this.same(this.voter(), 'vote_cast', wrong);
        assert.ok(answer.name, `${JSON.stringify(wrong)} is refused`);
        break;
      }
    }
    await this.quiet();
    this.framesAreTheSame(kind);
    return session;
  }

  /** Every door, as everyone who may not see the tallies. */
  async look() {
    const base = `/api/v1/sessions/${this.session}`;
    for (const watcher of WATCHERS) {
      const tokens = this.tokens[watcher];
      for (const topic of topicsOf(watcher, this.ideas.filter(() => this.random.chance(0.2)))) {
        const said = await this.asks('GET', `${base}/topics/${topic}`, tokens);
        const at = said.match(/"etag":"\\"EPOCH([^"\\]*)\\""/)?.[1];
        assert.ok(at, said.slice(0, 300));
        await this.asks('GET', `${base}/topics/${topic}`, tokens, undefined, (twin) => ({ 'if-none-match': `"${this.epochs[twin]}${at}"` }));
        await this.since(base, topic, tokens, at);
      }
      for (const of of STAFF.includes(watcher) ? SEALED : SECRET) {
        await this.asks('POST', `${base}/idea_list`, tokens, { challenge: of, order: this.random.pick(['top', 'new']), limit: 1 + this.random.below(9) });
        await this.asks('POST', `${base}/idea_similar`, tokens, { challenge: of, text: 'option vive' });
      }
    }
    /* Whoever voted sees in a sealed challenge what everyone sees. */
    for (const voter of this.voters)
      for (const of of SEALED) await this.asks('GET', `${base}/topics/results:${of}`, voter.map(({ token }) => token));
    for (const path of ['/', `/${this.session}`, '/healthz', '/readyz', '/api/v1/about']) await this.asks('GET', path, [undefined, undefined]);
    await this.metricsAreTheSame();
  }

  async since(base, topic, tokens, at) {
    const [head, v] = at.split(':');
    const from = Math.max(this.start, Number(v) - this.random.below(40));
    const said = await this.both((_, twin) => this.request(twin, 'GET', `${base}/topics/${topic}?since=${this.epochs[twin]}${head}:${from}`, { token: tokens[twin] }));
    assert.equal(said[0], said[1], `${topic} since ${from}`);
  }

  /** All that is counted, but for connections that Node keeps or does not keep, and for what follows clocks: times, how
   * often a tick or a check came round, how long a tick is, and sessions that are forgotten a minute after their last visitor. */
  async metrics(palabre) {
    const text = String((await palabre.get('/metrics')).bytes);
    return Object.fromEntries([...text.matchAll(/^(palabre_(?!connections |sessions |tick_milliseconds |flushes|loads|gaps|store_errors|\w*_seconds)\S+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  }

  /** What was counted since both began, whatever it took them to come so far. */
  async metricsAreTheSame() {
    const said = await this.both(async (palabre, twin) =>
      Object.entries(await this.metrics(palabre)).map(([name, value]) => [name, value - this.counted[twin][name]]));
    assert.ok(said[0].length >= 4);
    assert.deepEqual(said[0], said[1], 'metrics');
  }

  /** What a recount prints, of what agrees and of what does not: no number of it is a seal's. */
  async recountsAreTheSame() {
    const recounts = async (expected) => {
      const said = await this.both((palabre) => palabre.run(['recount', this.session]));
      assert.equal(said[0].code, expected, said[0].stdout + said[0].stderr);
      assert.deepEqual(said[0], said[1], 'recounts');
      return said[0].stdout;
    };
    const tamper = (by) => this.both(async (_, twin) => {
      for (const [of, fields] of Object.entries({ c1: ['i1:open:votes'], c2: ['i5:open:up', 'i6:open:down', 'i7:code:up'] }))
        for (const field of fields) await this.redis[twin].hincrby(`palabre:{${this.session}}:tally:${of}`, field, by);
    });
    await recounts(0);
    await tamper(1000);
    assert.match(await recounts(1), /^c1: under its seal.*\nc2: under its seal.*\n$/);
    await tamper(-1000);
  }

  /** The seals open: now each tells what was voted there, and it is not the same. */
  async reveal() {
    for (const of of SEALED)
      await this.both((palabre, twin) => palabre.call(this.session, this.tokens.moderator[twin], 'challenge_close', { challenge: of }));
    const told = await this.both(async (palabre) => {
      const all = [];
      for (const of of SEALED) all.push((await palabre.state(this.session, `results:${of}`)).ideas);
      return all;
    });
    assert.notDeepEqual(told[0], told[1]);
  }

  async end() {
    for (const clients of [...Object.values(this.clients ?? {}), ...(this.seated ?? [])]) for (const client of clients) { client.socket.terminate(); }
    for (const redis of this.redis) redis.disconnect();
  }
}

for (const [seed, grouped] of [[1], [2], [3], [4, true]])
  test(`two sessions that differ only in what was voted under a seal say the same to everyone (history ${seed}${grouped ? ', with groups and codes' : ''})`, async () => {
    const twins = new Twins(`twin${seed}`, seed, grouped);
    try {
      await twins.begin();
      await twins.look();
      for (let step = 1; step <= (grouped ? 40 : 60); step++) {
        await twins.step();
        if (step % 20 === 0) await twins.look();
      }
      assert.ok(twins.differ > (grouped ? 5 : 10), 'votes differed');
      await twins.recountsAreTheSame();
      await twins.reveal();
    } finally {
      await twins.end();
    }
  });

test('the logs of both servers are the same', async () => {
  const logs = pair.map((palabre) => palabre.log.replaceAll(palabre.folder, 'FOLDER').replaceAll(palabre.listen, 'ADDRESS'));
  assert.equal(logs[0], logs[1]);
});
