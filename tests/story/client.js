/* A WebSocket client that believes nothing: every frame is held against the schema, every delta against the rules of
 * protocol/README.md, and every document, once it is whole, against the shape of its topic. What departs from them is a
 * fault, which fails whatever waits on this client and the stop of its server. */

import { once } from 'node:events';
import WebSocket from 'ws';
import { mergePatch, validateFrame, validateResponse, validateTopic } from '../contract/schema.js';

export const PATIENCE_MS = 30_000;

/** What the server refused; `name`, `code` and `data` as it said them. */
export class Refusal extends Error {
  constructor(method, error) {
    super(`${method}: ${error.data?.name ?? error.code} ${JSON.stringify(error.data ?? {})}`);
    this.name = error.data?.name ?? 'refusal';
    this.code = error.code;
    this.data = error.data ?? {};
  }
}

/** A topic as this client holds it. `v` is undefined until the document is whole. */
class Held {
  constructor(topic) {
    this.topic = topic;
    this.state = undefined;
    this.v = undefined;
    this.epoch = undefined;
    this.parts = 0; /* messages of the last snapshot */
    this.snapshots = 0;
    this.deltas = 0;
    this.epochs = []; /* in the order in which they came */
  }

  take(method, params) {
    if (method === 'snapshot') this.takeSnapshot(params);
    else if (method === 'part') this.takePart(params);
    else this.takeDelta(params);
    if (this.v !== undefined) validateTopic(this.topic, this.state);
  }

  takeSnapshot({ epoch, v, more, state }) {
    this.snapshots++;
    this.parts = 1;
    this.state = state;
    this.setEpoch(epoch);
    this.incoming = more === true;
    this.v = more ? undefined : v;
  }

  takePart({ patch }) {
    if (!this.incoming) throw new Error(`${this.topic}: a part without a snapshot before it`);
    this.parts++;
    this.state = mergePatch(this.state, patch);
  }

  takeDelta({ from, v, epoch, patch }) {
    if (this.incoming && epoch === undefined) throw new Error(`${this.topic}: the delta that ends a snapshot has no epoch`);
    if (!this.incoming && this.v === undefined) throw new Error(`${this.topic}: a delta to nothing`);
    if (!this.incoming && from > this.v) throw new Error(`${this.topic}: a delta from ${from} to a document at ${this.v}`);
    if (!this.incoming && epoch === undefined && v < this.v) throw new Error(`${this.topic}: back from ${this.v} to ${v}`);
    this.deltas++;
    this.incoming = false;
    this.state = mergePatch(this.state, patch);
    this.v = v;
    if (epoch !== undefined) this.setEpoch(epoch);
  }

  setEpoch(epoch) {
    if (this.epoch !== epoch) this.epochs.push(epoch);
    this.epoch = epoch;
  }
}

export class Client {
  /** Use `server.connect()`; this is for what has no server. */
  constructor(url, options = {}) {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, options.protocol ?? 'palabre.v1', {
      perMessageDeflate: false, origin: options.origin, headers: options.headers,
    });
    this.frames = []; /* every text frame, parsed, in order */
    this.taken = 0;   /* of them, by next() */
    this.heartbeats = [];
    this.held = new Map();
    this.calls = new Map();
    this.waits = new Set();
    this.ids = 0;
    this.fault = undefined;
    this.bye = undefined;
    /* Not once(): a connection that is reset errs first, and closes all the same. */
    this.closed = new Promise((done) => this.socket.on('close', (code, reason) => done({ code, reason: String(reason) })));
    this.closed.then((how) => this.end(how));
    this.socket.on('message', (data, binary) => this.hear(data, binary));
  }

  static async open(url, options) {
    const client = new Client(url, options);
    await once(client.socket, 'open');
    client.socket.on('error', () => {});
    return client;
  }

  hear(data, binary) {
    try {
      if (binary) throw new Error('a binary frame');
      const message = validateFrame(String(data));
      this.frames.push(message);
      for (const one of [message].flat())
        if (one.method) this.hearNotification(one);
        else this.hearAnswer(one);
    } catch (error) {
      this.fault ??= error;
    }
    this.wake();
  }

  hearNotification({ method, params }) {
    if (method === 'bye') {
      this.bye = params;
    } else if (method === 'heartbeat') {
      this.heartbeats.push(params);
      for (const held of this.held.values())
        if (held.v !== undefined && held.listening) held.v = Math.max(held.v, params.v);
    } else {
      const held = this.held.get(params.topic);
      if (held) held.take(method, params);
      else if (!this.closedTopics?.has(params.topic)) throw new Error(`${method} of a topic that was not asked for: ${params.topic}`);
    }
  }

  hearAnswer(message) {
    const call = typeof message.id === 'number' ? this.calls.get(message.id) : undefined;
    if (!call) return; /* of a raw message: its test looks at it */
    this.calls.delete(message.id);
    validateResponse(call.method, message);
    if (message.error) call.reject(new Refusal(call.method, message.error));
    else call.resolve(message.result);
  }

  end(how) {
    this.gone = how;
    for (const call of this.calls.values()) call.reject(new Error(`${call.method}: the connection closed with ${how.code} ${how.reason}`));
    this.calls.clear();
    this.wake();
  }

  wake() {
    for (const wait of [...this.waits]) wait();
  }

  /** The first truthy value of `look()`, looked at after every frame. */
  until(what, look, patience = PATIENCE_MS) {
    return new Promise((resolve, reject) => {
      const done = (settle, value) => {
        clearTimeout(timer);
        this.waits.delete(check);
        settle(value);
      };
      const timer = setTimeout(() => {
        const held = [...this.held.values()].map((one) => `${one.topic}@${one.v} ${JSON.stringify(one.state)?.slice(0, 1500)}`);
        done(reject, new Error(`waited in vain for ${what}\n${held.join('\n')}`));
      }, patience);
      const check = () => {
        if (this.fault) return done(reject, this.fault);
        try {
          const value = look();
          if (value) done(resolve, value);
          else if (this.gone) done(reject, new Error(`${what}: the connection closed with ${this.gone.code} ${this.gone.reason}`));
        } catch (error) {
          done(reject, error);
        }
      };
      this.waits.add(check);
      check();
    });
  }

  send(message) {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next frame that is no notification of the server: for tests of the protocol itself. */
  async next() {
    await this.until('a frame', () => {
      while (this.taken < this.frames.length && this.frames[this.taken].method) this.taken++;
      return this.taken < this.frames.length;
    });
    return this.frames[this.taken++];
  }

  /** Sends something raw and takes the frame that answers it. */
  ask(message) {
    this.taken = this.frames.length;
    this.send(message);
    return this.next();
  }

  /** Calls a command: its result, or a Refusal thrown. */
  call(method, params) {
    const id = ++this.ids;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} was not answered`)), PATIENCE_MS);
      const ended = (settle) => (value) => { clearTimeout(timer); settle(value); };
      this.calls.set(id, { method, resolve: ended(resolve), reject: ended(reject) });
      this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    });
  }

  /** The Refusal that a call earns. */
  async refused(method, params) {
    return this.call(method, params).then(
      (result) => { throw new Error(`${method} was not refused: ${JSON.stringify(result)}`); },
      (error) => { if (error instanceof Refusal) return error; throw error; });
  }

  async hello(session, token) {
    this.me = await this.call('hello', { session, ...(token === undefined ? {} : { token }) });
    this.token = token;
    return this.me;
  }

  /** Opens a topic and waits for its document. `from`: what another client held of it. */
  async open(topic, from) {
    const held = new Held(topic);
    if (from) Object.assign(held, { state: from.state, v: from.v, epoch: from.epoch });
    this.held.set(topic, held);
    await this.call('topic_open', { topic, ...(from ? { since: from.v, epoch: from.epoch } : {}) });
    held.listening = true;
    if (!from) await this.until(`the document of ${topic}`, () => held.v !== undefined);
    return held;
  }

  async close(topic) {
    (this.closedTopics ??= new Set()).add(topic);
    this.held.delete(topic);
    return this.call('topic_close', { topic });
  }

  state(topic) {
    return this.held.get(topic).state;
  }

  /** Waits until `look(state)` is truthy of the topic's whole document; returns the state. */
  async see(topic, look, what = `a change of ${topic}`) {
    if (!this.held.has(topic)) await this.open(topic);
    const held = this.held.get(topic);
    await this.until(what, () => held.v !== undefined && !held.incoming && look(held.state));
    return held.state;
  }

  /** Waits for the next heartbeat. */
  async heartbeat() {
    const count = this.heartbeats.length;
    await this.until('a heartbeat', () => this.heartbeats.length > count);
    return this.heartbeats.at(-1);
  }

  async leave() {
    this.socket.close();
    return this.closed;
  }
}
