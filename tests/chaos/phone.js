/* Someone who takes part with a client library: whatever happens to the connection, it connects again, resumes its topics
 * with the epoch and version that it holds, and repeats what was not answered, under the same key, until it is. What was
 * acknowledged it remembers, to be held against the record. */

import { Client, Refusal, sleep, PATIENCE_MS } from '../story/palabre.js';

const AGAIN = new Set(['store_unavailable', 'rate_limited', 'behind', 'too_many_sockets']);

export class Phone {
  /** `where()` says the address to connect to; `topics` are held from the start to the end. */
  constructor({ where, session, token, id, topics, random }) {
    Object.assign(this, { where, session, token, id, topics, random });
    this.held = new Map(); /* topic -> what was held when the connection was lost */
    this.votes = [];       /* acknowledged, in order: {challenge, idea, value} */
    this.ideas = [];       /* acknowledged: {idea, title} */
    this.refusals = [];    /* of store_unavailable: {data, ms} */
    this.connections = 0;
    this.snapshots = 0;    /* of shared topics, on connections before */
    this.working = false;
    this.keys = 0;
  }

  async connect() {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const client = await Client.open(this.where());
        this.client = client;
        client.at = 'the door';
        await client.hello(this.session, this.token);
        for (const topic of this.topics) {
          const from = this.held.get(topic);
          await client.open(topic, from?.v === undefined ? undefined : from);
        }
        this.connections++;
        client.at = 'work';
        client.closed.then(() => this.lost(client));
        return;
      } catch (error) {
        if (this.client?.fault) throw this.client.fault;
        if (error instanceof Refusal && !AGAIN.has(error.name)) throw error;
        if (Date.now() > end) throw error;
        this.keep();
        this.client?.socket.terminate();
        await sleep(30 + 100 * this.random.next());
      }
    }
  }

  /** Keeps of the lost connection what a client library keeps. */
  keep() {
    for (const [topic, held] of this.client?.held ?? []) {
      if (topic !== 'me') this.snapshots += held.snapshots;
      held.snapshots = 0;
      if (held.v !== undefined && !held.incoming) this.held.set(topic, held);
      else this.held.delete(topic);
    }
  }

  lost(client) {
    if (client !== this.client || this.leaving) return;
    this.keep();
    this.connecting = this.connect();
    this.connecting.catch((error) => { this.fault ??= error; });
  }

  /** Whole documents of shared topics; `me` is let go with a person's last connection, and read again. */
  snapshotsSeen() {
    return this.snapshots + [...this.client.held].reduce((sum, [topic, held]) => sum + (topic === 'me' ? 0 : held.snapshots), 0);
  }

  /** A call that is repeated until it is answered; a refusal that repeating cannot change is thrown. */
  async insist(method, params) {
    const key = `${this.id}-${++this.keys}`;
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const start = Date.now();
      try {
        if (this.client.gone || this.client.at !== 'work') throw new Error('not connected');
        return await this.client.call(method, { ...params, key });
      } catch (error) {
        if (error instanceof Refusal && !AGAIN.has(error.name)) throw error;
        if (error.name === 'store_unavailable') this.refusals.push({ data: error.data, ms: Date.now() - start });
        if (this.fault || this.client.fault) throw this.fault ?? this.client.fault;
        if (Date.now() > end) throw error;
        await sleep(Math.min(error.data?.retry_ms ?? 50, 1500));
      }
    }
  }

  async vote(challenge, idea, value) {
    await this.insist('vote_cast', { idea, value });
    this.votes.push({ challenge, idea, value });
  }

  async propose(challenge) {
    const title = `Idée ${this.keys + 1} de ${this.id}`;
    const { idea } = await this.insist('idea_add', { challenge, title });
    this.ideas.push({ idea, title });
  }

  /** Acts until told to rest. `act(phone)` does one thing. */
  start(act, pauseMs) {
    this.working = true;
    this.work = (async () => {
      while (this.working) {
        await act(this);
        await sleep(pauseMs * (0.5 + this.random.next()));
      }
    })();
    this.work.catch((error) => { this.fault ??= error; });
  }

  async rest() {
    this.working = false;
    await this.work;
    while (this.client.gone || this.client.at !== 'work') await (this.connecting ?? sleep(20));
    if (this.fault || this.client.fault) throw this.fault ?? this.client.fault;
  }

  leave() {
    this.leaving = true;
    this.client.socket.terminate();
  }
}
