/* A session under load: thirty phones that vote, propose and resume, a wall and a moderator's screen; and what must be true
 * after whatever happened to them. */

import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { PATIENCE_MS, challenge, same, sleep } from '../story/palabre.js';
import { Random } from '../store/random.js';
import { assertRecount, ballotRead, journalTallies } from '../store/recount.js';
import { Session } from '../store/library.js';
import { Phone } from './phone.js';

const PHONES = 30;
const PAUSE_MS = 400;
const VALUES = { c1: [-1, 0, 1], c2: [0, 1], c3: [0, 1, 2, 3, 4, 5], c4: [0, 1], c5: [-1, 0, 1] };
const OPTIONS = Array.from({ length: 8 }, (_, i) => ({ title: `Au départ ${i + 1}` }));
const SHARED = ['session', 'ideas:c1:top', 'ideas:c3:new', 'ideas:c5:top', 'results:c4', 'leaders', 'idea:i1'];
const CHALLENGES = [
  challenge('c1', { ballot: 'updown', ideas: OPTIONS }), challenge('c2', { ideas: OPTIONS }),
  challenge('c3', { ballot: 'stars', ideas: OPTIONS }), challenge('c4', { ballot: 'single', ideas: OPTIONS }),
  challenge('c5', { ballot: 'updown', tally: 'sealed', ideas: OPTIONS }),
];

export class Crowd {
  /** `servers`: one or more of the same data; phones are spread over them. */
  static async gather(servers, seed, phones = PHONES) {
    const crowd = new Crowd(servers, seed);
    await crowd.gather(phones);
    return crowd;
  }

  constructor(servers, seed) {
    this.servers = [servers].flat();
    this.palabre = this.servers[0];
    this.random = new Random(seed);
    this.phones = [];
  }

  async gather(count) {
    this.session = await this.palabre.session({ challenges: CHALLENGES });
    this.options = Object.fromEntries(CHALLENGES.map(({ id }, c) => [id, OPTIONS.map((_, i) => `i${c * OPTIONS.length + i + 1}`)]));
    const staff = await this.palabre.staff(this.session);
    for (let i = 0; i < count; i++) {
      const { token, participant } = await this.palabre.join(this.session, `Personne ${i}`);
      this.add(i, { token, id: participant.id, topics: [...SHARED, 'me'] });
    }
    this.screens = [this.add(0, { token: undefined, topics: SHARED }), this.add(1, { token: staff, topics: SHARED })];
    this.people = this.phones.filter((phone) => phone.id);
    await Promise.all(this.phones.map((phone) => phone.connect()));
  }

  add(i, more) {
    const server = () => { const up = this.servers.filter((one) => !one.down); return up[i % up.length]; };
    const phone = new Phone({ where: () => server().url, session: this.session, random: new Random(this.random.below(1e9)), ...more });
    this.phones.push(phone);
    return phone;
  }

  act = async (phone) => {
    const { random } = phone;
    if (random.chance(0.06)) return phone.propose(random.pick(['c1', 'c2', 'c3', 'c5']));
    const of = random.pick(Object.keys(VALUES));
    return phone.vote(of, random.pick(this.options[of]), random.pick(VALUES[of]));
  };

  work() {
    for (const phone of this.people) phone.start(this.act, PAUSE_MS);
  }

  /** Some time under load. */
  async while(ms) {
    await sleep(ms * (0.5 + this.random.next()));
    for (const phone of this.phones) if (phone.fault || phone.client.fault) throw phone.fault ?? phone.client.fault;
  }

  acknowledged() {
    return this.people.reduce((sum, phone) => sum + phone.votes.length + phone.ideas.length, 0);
  }

  /** Load ends; all that is said here must be true. `people`: of who is online too, which a worker that died is for a while. */
  async settle({ people = false } = {}) {
    this.countsPeople = people;
    await Promise.all(this.phones.map((phone) => phone.rest()));
    assert.ok(this.acknowledged() > 0);
    await this.converges();
    await this.isRecorded();
  }

  /** Every phone holds what every server says to it over HTTP. */
  async converges() {
    for (const server of this.servers.filter((one) => !one.down))
      for (const phone of this.phones)
        for (const topic of phone.topics) await this.agrees(server, phone, topic);
  }

  async agrees(server, phone, topic) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      if (phone.fault || phone.client.fault) throw phone.fault ?? phone.client.fault;
      const held = phone.client.held.get(topic);
      const state = await server.state(this.session, topic, phone.token);
      const counted = !this.countsPeople || topic !== 'session' || state.people === this.people.length;
      if (held?.v !== undefined && !held.incoming && same(held.state, state) && counted) return;
      if (Date.now() > end) assert.deepEqual({ v: held?.v, state: held?.state }, { v: 'any', state }, `${topic} of ${phone.id ?? 'a screen'}`);
      await sleep(50);
    }
  }

  redis(url = join(this.palabre.data, 'redis.sock')) {
    return new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 }).on('error', () => {});
  }

  async withRedis(run) {
    const redis = this.redis(this.palabre.redisPath);
    try {
      return await run(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** The process id of the Redis that answers. */
  async redisProcess() {
    return this.withRedis(async (redis) => Number((await redis.info('server')).match(/process_id:(\d+)/)[1]));
  }

  /** Each acknowledged write is in the record, once and in its order, and everything counted is what a recount says. */
  async isRecorded() {
    await this.withRedis(async (redis) => {
      const record = new Session({ redis }, this.session);
      record.now = null;
      const { fields } = await record.read();
      const all = await assertRecount(record, fields);
      const journal = await record.journal();
      const options = Object.values(this.options).flat();
      const tallies = journalTallies(journal, all, options);
      for (const [id, tally] of Object.entries(tallies)) assert.equal(all.i[id].tally, tally, `${id} by the journal`);
      for (const phone of this.people) await this.isRecordedOf(phone, record, journal, all);
    });
  }

  async isRecordedOf(phone, record, journal, all) {
    const mine = journal.filter(({ words }) => words[1] === phone.id).map(({ words }) => words);
    assert.deepEqual(mine.filter(([name]) => name === 'vote_cast').map(([, , , , idea, value]) => [idea, Number(value)]),
                     phone.votes.map(({ idea, value }) => [idea, value]), `votes of ${phone.id}`);
    const ideas = Object.entries(all.i).filter(([, idea]) => idea.author === phone.id).map(([idea, { title }]) => ({ idea, title }));
    assert.deepEqual(ideas.sort((a, b) => a.idea.localeCompare(b.idea)), [...phone.ideas].sort((a, b) => a.idea.localeCompare(b.idea)));
    for (const of of Object.keys(VALUES)) {
      const votes = phone.votes.filter((vote) => vote.challenge === of);
      const ballot = await record.redis.hget(record.key(`ballots:${of}`), phone.id);
      const expected = {};
      for (const { idea, value } of votes) {
        if (of === 'c4' && value) for (const other of Object.keys(expected)) delete expected[other];
        if (value) expected[idea] = value; else delete expected[idea];
      }
      assert.equal(ballot !== null, votes.length > 0);
      assert.deepEqual(Object.fromEntries(ballot ? ballotRead(ballot).entries.map(({ idea, value }) => [idea, value]) : []), expected);
      assert.deepEqual(phone.client.state('me').ballots[of]?.votes ?? {}, expected);
    }
  }

  disperse() {
    for (const phone of this.phones) phone.leave();
  }
}

/** A server that dies without a word, and is there again on the same data and port. */
export async function killServer(palabre) {
  palabre.down = true;
  await palabre.signal('SIGKILL');
}

export async function serveAgain(palabre) {
  await palabre.serve(palabre.listen);
  palabre.down = false;
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function eventually(what, look) {
  const end = Date.now() + PATIENCE_MS;
  while (!await look()) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await sleep(30);
  }
}
