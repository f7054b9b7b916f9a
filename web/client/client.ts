/* A connection to one session that heals itself.
 *
 * Owns the socket, the open topics and the calls not yet answered. Knows nothing of pages.
 *
 *   connecting --hello answered--> online --lost, bye--> waiting --timer, wake()--> connecting
 *   connecting --lost--> waiting        connecting, online --refused for good--> ended --identify()--> connecting
 *
 * 1. A topic that is watched stays readable in every state; after a loss it resumes from its position.
 * 2. A write has one idempotency key for its life: sent, lost and sent again, it happens once.
 * 3. A call is settled exactly once: by an answer, by its deadline or by close().
 * 4. Listeners are told only of whole documents. */

import { backoff } from './backoff.js';
import { PalabreError, Unanswered, errorOf, isFatal, isNotNow } from './errors.js';
import { READS, SUBPROTOCOL, type Command, type Commands, type Hello } from './protocol.js';
import { TopicState, type DeltaFrame, type Effect, type PartFrame, type SnapshotFrame } from './topic.js';

/** What is used of the WebSocket interface, so that a test may bring its own. */
export interface SocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}
export type SocketMaker = new (url: string, protocols: string[]) => SocketLike;

export interface Options {
  url: string;
  session: string;
  token?: string | undefined;
  /** A longer-lived token has come; keep it instead of the old one. */
  onToken?: (token: string) => void;
  onStatus?: (status: Status) => void;
  WebSocket?: SocketMaker;
  random?: () => number;
  /** No frame for this long means that the connection is dead (heartbeats come every 10 s). */
  silenceMs?: number;
  /** Longest wait for a socket and the answer to hello. */
  connectMs?: number;
  writeDeadlineMs?: number;
  readDeadlineMs?: number;
}

export type Link = 'connecting' | 'online' | 'waiting' | 'ended';
export type EndReason = PalabreError | 'replaced' | 'unauthorized' | 'closed';

export interface Status {
  readonly link: Link;
  /** The server says that what it shows may be old: it cannot reach its store. */
  readonly stale: boolean;
  /** Who this connection speaks for; kept while away. */
  readonly hello: Hello | null;
  readonly ended: EndReason | null;
  /** Why the last attempt was turned away for the moment, until one succeeds. */
  readonly trouble: PalabreError | null;
  /** Writes not yet answered. */
  readonly unanswered: number;
}

export interface Listener<T> {
  change(document: T): void;
  error?(error: PalabreError): void;
}

export interface CallOptions {
  deadlineMs?: number;
}

interface Topic {
  name: string;
  state: TopicState;
  listeners: Set<Listener<unknown>>;
  retry: ReturnType<typeof setTimeout> | undefined;
  failed: number;
}

interface Call {
  id: number;
  method: string;
  params: Record<string, unknown>;
  write: boolean;
  failed: number;
  deadline: ReturnType<typeof setTimeout>;
  retry: ReturnType<typeof setTimeout> | undefined;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

const CLOSE_TOO_MANY_SOCKETS = 4004;
const TOO_MANY_SOCKETS = errorOf({ code: -32035, data: { name: 'too_many_sockets' } });
const EARLY_TOPICS = 16; /* that the server takes behind a hello */
const SILENCE_MS = 25_000;
const CONNECT_MS = 10_000;
const WRITE_DEADLINE_MS = 60 * 60_000;
const READ_DEADLINE_MS = 15_000;
/* After this much silence a page that comes back to the front does not trust its socket: phones cut them in sleep. */
const DOUBT_MS = 12_000;

/** A key of 128 random bits. `crypto.randomUUID` exists on https only, `getRandomValues` everywhere. */
export function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Client {
  readonly #options: Options;
  readonly #topics = new Map<string, Topic>();
  readonly #calls = new Map<number, Call>();
  #token: string | undefined;
  #socket: SocketLike | null = null;
  #status: Status = { link: 'connecting', stale: false, hello: null, ended: null, trouble: null, unanswered: 0 };
  #attempt = 0;
  #lastId = 0;
  #helloId = 0;
  /** Topics opened right behind a hello that is not answered yet. */
  readonly #early = new Set<string>();
  #openings = new Map<number, Topic>();
  #heard = 0;
  #offset: number | null = null;
  #reconnect: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setInterval> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#token = options.token;
    this.#connect();
  }

  get status(): Status {
    return this.#status;
  }

  /** The server's clock, as well as it is known here. */
  now(): number {
    return Date.now() + (this.#offset ?? 0);
  }

  /** Watches a topic; the listener is told at once if the document is here already. Returns what stops it. */
  watch<T>(name: string, listener: Listener<T>): () => void {
    const known = this.#topics.get(name);
    const topic = known ?? {
      name, state: new TopicState(), listeners: new Set<Listener<unknown>>(), retry: undefined, failed: 0,
    };
    const entry = listener as Listener<unknown>;
    topic.listeners.add(entry);
    if (!known) {
      this.#topics.set(name, topic);
      if (this.#status.link === 'online') this.#open(topic);
      else this.#early.delete(name); /* it was another's */
    } else if (topic.state.document !== undefined) entry.change(topic.state.document);
    return () => this.#unwatch(topic, entry);
  }

  /** Asks for something. Writes survive lost connections until answered or until their deadline; reads do too, with
   *  a shorter one. Rejects with PalabreError (refused) or Unanswered. */
  call<C extends Command>(method: C, params: Commands[C][0], options: CallOptions = {}): Promise<Commands[C][1]> {
    const write = !READS.has(method);
    const full: Record<string, unknown> = { ...params };
    if (write) full.key = makeKey();
    const ms = options.deadlineMs ??
      (write ? (this.#options.writeDeadlineMs ?? WRITE_DEADLINE_MS)
             : (this.#options.readDeadlineMs ?? READ_DEADLINE_MS));
    return new Promise((resolve, reject) => {
      if (this.#status.link === 'ended') {
        reject(new Unanswered('ended'));
        return;
      }
      const id = ++this.#lastId;
      const deadline = setTimeout(() => this.#settle(id)?.reject(new Unanswered('deadline')), ms);
      const call: Call = {
        id, method, params: full, write, failed: 0, deadline, retry: undefined,
        resolve: resolve as (result: unknown) => void, reject,
      };
      this.#calls.set(id, call);
      if (write) this.#say({});
      if (this.#status.link === 'online') this.#send({ id, method, params: full });
    });
  }

  /** Goes on as somebody else (after joining), or starts again after an end. */
  identify(token: string | undefined): void {
    this.#token = token;
    for (const topic of this.#topics.values()) if (topic.name === 'me') topic.state = new TopicState();
    this.#attempt = 0;
    this.#drop();
    this.#connect();
  }

  /** Something suggests that the network is there (the page came back, the phone is online): do not wait. */
  wake(): void {
    if (this.#status.link === 'waiting') {
      this.#attempt = 0;
      this.#connect();
    } else if (this.#status.link === 'online' && Date.now() - this.#heard > DOUBT_MS) {
      this.#drop();
      this.#connect();
    }
  }

  close(): void {
    this.#end('closed');
  }

  /* Connecting */

  #connect(): void {
    clearTimeout(this.#reconnect);
    const Maker = this.#options.WebSocket ?? (WebSocket as unknown as SocketMaker);
    let socket: SocketLike;
    try {
      socket = new Maker(this.#options.url, [SUBPROTOCOL]);
    } catch {
      this.#wait();
      return;
    }
    this.#socket = socket;
    this.#heard = Date.now();
    this.#say({ link: 'connecting', ended: null });
    socket.onopen = () => {
      this.#heard = Date.now();
      this.#helloId = ++this.#lastId;
      const params: Record<string, unknown> = { session: this.#options.session };
      if (this.#token !== undefined) params.token = this.#token;
      this.#send({ id: this.#helloId, method: 'hello', params });
      /* Right behind it: the server runs them once it has answered hello, and the first screen is a round trip earlier. */
      this.#early.clear();
      for (const topic of [...this.#topics.values()].slice(0, EARLY_TOPICS)) {
        this.#early.add(topic.name);
        this.#open(topic);
      }
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.#socket === socket) this.#receive(String(event.data));
    };
    socket.onerror = () => {};
    socket.onclose = (event: { code: number }) => {
      if (this.#socket !== socket) return;
      if (event.code === CLOSE_TOO_MANY_SOCKETS) this.#say({ trouble: TOO_MANY_SOCKETS });
      this.#wait();
    };
    clearInterval(this.#watchdog);
    const silence = this.#options.silenceMs ?? SILENCE_MS;
    const connect = this.#options.connectMs ?? CONNECT_MS;
    this.#watchdog = setInterval(() => {
      const quiet = Date.now() - this.#heard;
      if (quiet > (this.#status.link === 'online' ? silence : connect)) this.#wait();
    }, Math.min(silence, connect) / 5);
  }

  #drop(): void {
    clearInterval(this.#watchdog);
    clearTimeout(this.#reconnect);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = () => {};
      try {
        socket.close();
      } catch {
        /* Closing a socket that is still connecting throws in some places; it is gone either way. */
      }
    }
    this.#openings.clear();
    for (const topic of this.#topics.values()) {
      clearTimeout(topic.retry);
      topic.state.lost();
    }
    for (const call of this.#calls.values()) clearTimeout(call.retry);
  }

  #wait(ms?: number): void {
    this.#drop();
    const delay = ms ?? backoff(this.#attempt, this.#options.random ?? Math.random);
    this.#attempt++;
    this.#reconnect = setTimeout(() => this.#connect(), delay);
    this.#say({ link: 'waiting', stale: false });
  }

  #end(reason: EndReason): void {
    this.#drop();
    this.#say({ link: 'ended', ended: reason, stale: false });
    for (const id of [...this.#calls.keys()]) this.#settle(id)?.reject(new Unanswered('ended'));
  }

  /* Sending */

  #send({ id, method, params }: { id: number; method: string; params: unknown }): void {
    /* What does not leave stays in #calls and is sent again on the next connection. */
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }

  #open(topic: Topic): void {
    clearTimeout(topic.retry);
    const params: Record<string, unknown> = { topic: topic.name };
    const position = topic.state.position;
    if (position) {
      params.since = position.v;
      params.epoch = position.epoch;
    }
    const id = ++this.#lastId;
    for (const [other, waiting] of this.#openings) if (waiting === topic) this.#openings.delete(other);
    this.#openings.set(id, topic);
    this.#send({ id, method: 'topic_open', params });
  }

  #unwatch(topic: Topic, listener: Listener<unknown>): void {
    topic.listeners.delete(listener);
    if (topic.listeners.size > 0 || this.#topics.get(topic.name) !== topic) return;
    clearTimeout(topic.retry);
    this.#topics.delete(topic.name);
    for (const [id, waiting] of this.#openings) if (waiting === topic) this.#openings.delete(id);
    if (this.#status.link === 'online') this.#shut(topic.name);
  }

  #shut(name: string): void {
    this.#send({ id: ++this.#lastId, method: 'topic_close', params: { topic: name } });
  }

  #settle(id: number): Call | undefined {
    const call = this.#calls.get(id);
    if (!call) return undefined;
    this.#calls.delete(id);
    clearTimeout(call.deadline);
    clearTimeout(call.retry);
    if (call.write) this.#say({});
    return call;
  }

  /* Receiving */

  #receive(text: string): void {
    this.#heard = Date.now();
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      this.#wait();
      return;
    }
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
      if (typeof message !== 'object' || message === null) continue;
      const { id, method, params, result, error } = message as Record<string, unknown>;
      if (typeof method === 'string') this.#notified(method, (params ?? {}) as Record<string, unknown>);
      else if (typeof id === 'number') this.#answered(id, result, error ? errorOf(error) : null);
    }
  }

  #answered(id: number, result: unknown, error: PalabreError | null): void {
    if (id === this.#helloId) {
      this.#greeted(result as Hello, error);
      return;
    }
    const topic = this.#openings.get(id);
    if (topic) {
      this.#openings.delete(id);
      this.#opened(topic, error);
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return;
    if (!error) this.#settle(id)?.resolve(result);
    else if (call.write && isNotNow(error)) {
      /* Refused for the moment, so not done: the same key may try again. */
      const ms = error.data.retry_ms ?? backoff(++call.failed, this.#options.random ?? Math.random);
      call.retry = setTimeout(() => this.#send(call), ms);
    } else this.#settle(id)?.reject(error);
  }

  #greeted(hello: Hello, error: PalabreError | null): void {
    if (error) {
      if (isFatal(error)) this.#end(error);
      else {
        this.#say({ trouble: error });
        this.#wait(error.data.retry_ms);
      }
      return;
    }
    this.#attempt = 0;
    this.#offset = null;
    this.#clock(hello.now);
    if (hello.token !== undefined) {
      this.#token = hello.token;
      this.#options.onToken?.(hello.token);
    }
    this.#say({ link: 'online', hello, stale: false, trouble: null });
    for (const name of this.#early) if (!this.#topics.has(name)) this.#shut(name);
    for (const topic of this.#topics.values()) if (!this.#early.has(topic.name)) this.#open(topic);
    for (const call of this.#calls.values()) this.#send(call);
  }

  #opened(topic: Topic, error: PalabreError | null): void {
    if (!error) {
      topic.failed = 0;
      topic.state.confirm();
    } else if (error.error === 'hello_first' && this.#status.link !== 'online') {
      this.#early.delete(topic.name); /* it is opened when hello is answered */
    } else if (isNotNow(error)) {
      const ms = error.data.retry_ms ?? backoff(++topic.failed, this.#options.random ?? Math.random);
      topic.retry = setTimeout(() => this.#open(topic), ms);
    } else for (const listener of [...topic.listeners]) listener.error?.(error);
  }

  #notified(method: string, params: Record<string, unknown>): void {
    const topic = typeof params.topic === 'string' ? this.#topics.get(params.topic) : undefined;
    switch (method) {
      case 'snapshot':
        if (topic) this.#effect(topic, topic.state.snapshot(params as unknown as SnapshotFrame));
        break;
      case 'part':
        if (topic) this.#effect(topic, topic.state.part(params as unknown as PartFrame));
        break;
      case 'delta':
        if (topic) this.#effect(topic, topic.state.delta(params as unknown as DeltaFrame));
        break;
      case 'heartbeat':
        this.#clock(params.now);
        for (const each of this.#topics.values()) each.state.heartbeat(Number(params.v));
        if (this.#status.stale !== (params.stale === true)) this.#say({ stale: params.stale === true });
        break;
      case 'bye':
        this.#bye(String(params.reason), params.retry_ms);
        break;
    }
  }

  #effect(topic: Topic, effect: Effect): void {
    if (effect === 'reopen') this.#open(topic);
    if (effect !== 'changed') return;
    for (const listener of [...topic.listeners]) listener.change(topic.state.document);
  }

  #bye(reason: string, retry: unknown): void {
    if (reason === 'replaced' || reason === 'unauthorized') this.#end(reason);
    else this.#wait(typeof retry === 'number' ? retry : undefined);
  }

  /* A message is always late, never early: the largest difference seen on a connection is the best one. */
  #clock(now: unknown): void {
    if (typeof now !== 'number') return;
    const offset = now - Date.now();
    if (this.#offset === null || offset > this.#offset) this.#offset = offset;
  }

  #say(change: Partial<Status>): void {
    let unanswered = 0;
    for (const call of this.#calls.values()) if (call.write) unanswered++;
    this.#status = { ...this.#status, ...change, unanswered };
    this.#options.onStatus?.(this.#status);
  }
}

/** Wakes the client when a browser says that it is worth trying. Returns what stops it. */
export function wakeOnReturn(client: Client): () => void {
  const wake = () => {
    if (document.visibilityState === 'visible') client.wake();
  };
  addEventListener('online', wake);
  addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', wake);
  return () => {
    removeEventListener('online', wake);
    removeEventListener('pageshow', wake);
    document.removeEventListener('visibilitychange', wake);
  };
}
