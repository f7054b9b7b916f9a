import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Client, type Options, type SocketMaker, type Status } from '../client.js';
import { PalabreError, Unanswered } from '../errors.js';
import { TestServer } from './server.js';

let server: TestServer;
let client: Client | undefined;
let statuses: Status[];

beforeEach(async () => {
  server = await TestServer.start();
  statuses = [];
});
afterEach(async () => {
  client?.close();
  client = undefined;
  await server.stop();
});

function connect(options: Partial<Options> = {}): Client {
  client = new Client({
    url: server.url, session: 'danette', WebSocket: WebSocket as unknown as SocketMaker, random: () => 0.01,
    onStatus: (status) => statuses.push(status), ...options,
  });
  return client;
}

/** Resolves with the first document that satisfies the predicate. */
function seen<T>(topic: string, wanted: (document: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    client!.watch<T>(topic, { change: (document) => wanted(document) && resolve(document) });
  });
}

async function until(wanted: () => boolean): Promise<void> {
  while (!wanted()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('hello', () => {
  it('comes first, with the session and the token', async () => {
    connect({ token: 'v4.public.x' }).watch('session', { change() {} });
    const peer = await server.peer();
    await peer.request('topic_open');
    expect(peer.requests[0]).toMatchObject({ method: 'hello', params: { session: 'danette', token: 'v4.public.x' } });
  });

  it('has its topics opened right behind it; all else follows its answer', async () => {
    const greet = server.hello!;
    server.hello = null;
    const connected = connect();
    const stop = connected.watch('session', { change() {} });
    void connected.call('name_set', { name: 'Ana' }).catch(() => {});
    const peer = await server.peer();
    await peer.request('topic_open');
    connected.watch('leaders', { change() {} });
    stop();
    expect(peer.requests.map(({ method }) => method)).toEqual(['hello', 'topic_open']);
    greet(peer, peer.requests[0]!);
    await peer.request('name_set');
    expect(peer.requests.slice(2).map(({ method, params }) => [method, params.topic]))
      .toEqual([['topic_close', 'session'], ['topic_open', 'leaders'], ['name_set', undefined]]);
  });

  it('has topics opened again that a server refuses before it has answered', async () => {
    const greet = server.hello!;
    server.hello = null;
    server.open = (peer, { id }) => peer.refuse(id, 'hello_first');
    const failed: PalabreError[] = [];
    connect().watch('session', { change() {}, error: (error) => failed.push(error) });
    const peer = await server.peer();
    await peer.request('topic_open');
    greet(peer, peer.requests[0]!);
    await peer.request('topic_open', 1);
    expect(failed).toEqual([]);
  });

  it('offers the subprotocol', async () => {
    connect();
    expect((await server.peer()).socket.protocol).toBe('palabre.v1');
  });

  it('has no token for an observer', async () => {
    connect();
    expect((await (await server.peer()).request('hello')).params).toEqual({ session: 'danette' });
  });

  it('hands on a renewed token and uses it from then on', async () => {
    server.hello = (peer, { id }) => peer.answer(id, { participant: {}, v: 1, now: 0, token: 'v4.public.new' });
    const tokens: string[] = [];
    connect({ token: 'v4.public.old', onToken: (token) => tokens.push(token) });
    await until(() => client!.status.link === 'online');
    (await server.peer(0)).cut();
    expect((await (await server.peer(1)).request('hello')).params.token).toBe('v4.public.new');
    expect(tokens[0]).toBe('v4.public.new');
  });

  it.each(['token_expired', 'token_retired', 'banned', 'code_revoked'])('refused for good ends the connection and says why: %s', async (name) => {
    server.hello = (peer, { id }) => peer.refuse(id, name);
    connect({ token: 't' });
    await until(() => client!.status.link === 'ended');
    expect(client!.status.ended).toBeInstanceOf(PalabreError);
    expect((client!.status.ended as PalabreError).error).toBe(name);
  });

  it('refused for the moment is said again', async () => {
    let times = 0;
    const greet = server.hello!;
    server.hello = (peer, request) =>
      ++times === 1 ? peer.refuse(request.id, 'store_unavailable', { retry_ms: 5 }) : greet(peer, request);
    connect();
    await until(() => client!.status.link === 'online');
    expect(server.peers).toHaveLength(2);
  });

  it('turned away for too many connections says so, and goes on trying', async () => {
    server.hello = (peer) => peer.socket.close(4004);
    connect();
    await server.peer(1);
    expect(client!.status.trouble?.error).toBe('too_many_sockets');
    server.hello = (peer, { id }) => peer.answer(id, { participant: {}, v: 1, now: 0 });
    await until(() => client!.status.link === 'online');
    expect(client!.status.trouble).toBeNull();
  });

  it('tells the server\'s clock', async () => {
    server.hello = (peer, { id }) => peer.answer(id, { participant: {}, v: 1, now: Date.now() + 3_600_000 });
    connect();
    await until(() => client!.status.link === 'online');
    const ahead = client!.now() - Date.now();
    expect(ahead).toBeGreaterThan(3_590_000);
    expect(ahead).toBeLessThanOrEqual(3_600_000);
  });
});

describe('topics', () => {
  it('resume after a loss from the position held, epoch and version together', async () => {
    connect();
    const whole = seen<{ people: number }>('session', ({ people }) => people === 2);
    const first = await server.peer(0);
    await first.request('topic_open');
    first.notify('snapshot', { topic: 'session', epoch: 'e.public.1', v: 5, state: { people: 1 } });
    first.notify('delta', { topic: 'session', from: 5, v: 8, patch: { people: 2 } });
    await whole;
    first.cut();
    const second = await server.peer(1);
    expect((await second.request('topic_open')).params)
      .toEqual({ topic: 'session', since: 8, epoch: 'e.public.1' });
    const more = seen<{ people: number }>('session', ({ people }) => people === 3);
    second.notify('delta', { topic: 'session', from: 8, v: 9, patch: { people: 3 } });
    expect(await more).toEqual({ people: 3 });
  });

  it('resume from where a heartbeat moved them', async () => {
    connect();
    const whole = seen('session', () => true);
    const first = await server.peer(0);
    await first.request('topic_open');
    first.notify('snapshot', { topic: 'session', epoch: 'e.public.1', v: 5, state: {} });
    await whole;
    first.notify('heartbeat', { v: 40, now: Date.now(), stale: true });
    await until(() => client!.status.stale);
    first.cut();
    expect((await (await server.peer(1)).request('topic_open')).params.since).toBe(40);
  });

  it('open again without since when a delta starts beyond what is held', async () => {
    connect();
    const whole = seen('session', () => true);
    const peer = await server.peer(0);
    await peer.request('topic_open');
    peer.notify('snapshot', { topic: 'session', epoch: 'e.public.1', v: 5, state: { people: 1 } });
    await whole;
    peer.notify('delta', { topic: 'session', from: 7, v: 8, patch: { people: 2 } });
    expect((await peer.request('topic_open', 1)).params).toEqual({ topic: 'session' });
    const again = seen<{ people: number }>('session', ({ people }) => people === 9);
    peer.notify('snapshot', { topic: 'session', epoch: 'e.public.1', v: 12, state: { people: 9 } });
    expect(await again).toEqual({ people: 9 });
  });

  it('are told only when whole: a snapshot in parts, its parts, its delta', async () => {
    connect();
    const documents: unknown[] = [];
    client!.watch('ideas:c1:top', { change: (document) => documents.push(document) });
    const peer = await server.peer(0);
    await peer.request('topic_open');
    const topic = 'ideas:c1:top';
    peer.notify('snapshot', { topic, epoch: 'e', v: 5, state: { ideas: { i1: 1 } }, more: true });
    peer.notify('part', { topic, patch: { ideas: { i2: 2 } } });
    peer.notify('delta', { topic, from: 5, v: 6, epoch: 'e', patch: { ideas: { i1: null } } });
    await until(() => documents.length > 0);
    expect(documents).toEqual([{ ideas: { i2: 2 } }]);
  });

  it('open again without since after a loss in the middle of the parts', async () => {
    connect();
    client!.watch('ideas:c1:top', { change() {} });
    const first = await server.peer(0);
    await first.request('topic_open');
    first.notify('snapshot', { topic: 'ideas:c1:top', epoch: 'e', v: 5, state: {}, more: true });
    first.notify('heartbeat', { v: 5, now: Date.now(), stale: true });
    await until(() => client!.status.stale);
    first.cut();
    expect((await (await server.peer(1)).request('topic_open')).params).toEqual({ topic: 'ideas:c1:top' });
  });

  it('that are refused tell their listener, with the error\'s name', async () => {
    server.open = (peer, { id }) => peer.refuse(id, 'topic_unknown');
    connect();
    const error = await new Promise<PalabreError>((resolve) =>
      client!.watch('ideas:nope:top', { change() {}, error: resolve }));
    expect(error.error).toBe('topic_unknown');
  });

  it('that cannot be opened for the moment are opened later', async () => {
    let times = 0;
    server.open = (peer, { id, params }) =>
      ++times === 1 ? peer.refuse(id, 'behind', { retry_ms: 5 }) : peer.answer(id, { topic: params.topic });
    connect();
    client!.watch('session', { change() {} });
    await (await server.peer()).request('topic_open', 1);
  });

  it('are closed when nobody watches any more', async () => {
    connect();
    const stop = client!.watch('leaders', { change() {} });
    const peer = await server.peer();
    await peer.request('topic_open');
    stop();
    expect((await peer.request('topic_close')).params).toEqual({ topic: 'leaders' });
  });

  it('tell a second listener at once what is held', async () => {
    connect();
    const whole = seen('session', () => true);
    const peer = await server.peer(0);
    await peer.request('topic_open');
    peer.notify('snapshot', { topic: 'session', epoch: 'e', v: 5, state: { people: 4 } });
    await whole;
    let told: unknown;
    client!.watch('session', { change: (document) => (told = document) });
    expect(told).toEqual({ people: 4 });
    expect(peer.requests.filter(({ method }) => method === 'topic_open')).toHaveLength(1);
  });
});

describe('heartbeats', () => {
  it('say when what is shown may be old, and when it is no longer', async () => {
    connect();
    await until(() => client!.status.link === 'online');
    const peer = await server.peer();
    peer.notify('heartbeat', { v: 1, now: Date.now(), stale: true });
    await until(() => client!.status.stale);
    peer.notify('heartbeat', { v: 2, now: Date.now(), stale: false });
    await until(() => !client!.status.stale);
  });

  it('missing for too long mean a dead connection, and a new one', async () => {
    connect({ silenceMs: 50 });
    await server.peer(1);
  });
});

describe('calls', () => {
  it('are answered', async () => {
    server.call = (peer, { id, params }) => peer.answer(id, { idea: params.idea, value: params.value, left: 2 });
    connect();
    expect(await client!.call('vote_cast', { idea: 'i4', value: 1 })).toEqual({ idea: 'i4', value: 1, left: 2 });
  });

  it('that are refused reject with the error\'s name and data', async () => {
    server.call = (peer, { id }) => peer.refuse(id, 'budget_spent', { left: 1 });
    connect();
    const error = await client!.call('vote_cast', { idea: 'i4', value: 9 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PalabreError);
    expect((error as PalabreError).error).toBe('budget_spent');
    expect((error as PalabreError).data.left).toBe(1);
  });

  it('that write have a key of their own; reads have none', async () => {
    server.call = (peer, { id }) => peer.answer(id, {});
    connect();
    await client!.call('vote_cast', { idea: 'i1', value: 1 });
    await client!.call('vote_cast', { idea: 'i1', value: 1 });
    await client!.call('idea_similar', { challenge: 'c1', text: 'x' });
    const keys = server.all.filter(({ method }) => method === 'vote_cast').map(({ params }) => params.key);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[0]).not.toBe(keys[1]);
    expect(server.all.find(({ method }) => method === 'idea_similar')!.params).not.toHaveProperty('key');
  });

  it('cut before their answer are sent again with the same key', async () => {
    server.call = null;
    connect();
    const answer = client!.call('vote_cast', { idea: 'i4', value: 1 });
    const first = await server.peer(0);
    const sent = await first.request('vote_cast');
    first.cut();
    const second = await server.peer(1);
    const again = await second.request('vote_cast');
    expect(again.params).toEqual(sent.params);
    second.answer(again.id, { idea: 'i4', value: 1 });
    expect(await answer).toEqual({ idea: 'i4', value: 1 });
  });

  it('made while away are kept, counted as unanswered and sent in order', async () => {
    connect({ random: () => 0.2 });
    await until(() => client!.status.link === 'online');
    (await server.peer(0)).cut();
    await until(() => client!.status.link === 'waiting');
    server.call = (peer, { id }) => peer.answer(id, {});
    const calls = [1, 0, 1].map((value) => client!.call('vote_cast', { idea: 'i1', value }));
    expect(client!.status.unanswered).toBe(3);
    await Promise.all(calls);
    expect(server.all.filter(({ method }) => method === 'vote_cast').map(({ params }) => params.value))
      .toEqual([1, 0, 1]);
    expect(client!.status.unanswered).toBe(0);
  });

  it('refused for the moment are tried again with the same key', async () => {
    let times = 0;
    server.call = (peer, { id }) =>
      ++times < 3 ? peer.refuse(id, 'store_unavailable', { retry_ms: 5 }) : peer.answer(id, { v: 3 });
    connect();
    expect(await client!.call('name_set', { name: 'Ana' })).toEqual({ v: 3 });
    const keys = new Set(server.all.filter(({ method }) => method === 'name_set').map(({ params }) => params.key));
    expect(keys.size).toBe(1);
  });

  it('are given up at their deadline', async () => {
    server.call = null;
    connect();
    const error = await client!.call('vote_cast', { idea: 'i1', value: 1 }, { deadlineMs: 30 })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unanswered);
    expect((error as Unanswered).reason).toBe('deadline');
    expect(client!.status.unanswered).toBe(0);
  });

  it('are given up when the client is closed', async () => {
    server.call = null;
    connect();
    const answer = client!.call('vote_cast', { idea: 'i1', value: 1 }).catch((reason: unknown) => reason);
    client!.close();
    expect(((await answer) as Unanswered).reason).toBe('ended');
  });
});

describe('the connection', () => {
  it('comes back after bye when it was told to', async () => {
    connect();
    await until(() => client!.status.link === 'online');
    (await server.peer(0)).notify('bye', { reason: 'draining', retry_ms: 10 });
    await (await server.peer(1)).request('hello');
  });

  it.each(['replaced', 'unauthorized'])('ends after a bye that says %s', async (reason) => {
    connect();
    await until(() => client!.status.link === 'online');
    (await server.peer(0)).notify('bye', { reason });
    await until(() => client!.status.link === 'ended');
    expect(client!.status.ended).toBe(reason);
  });

  it('does not wait when it is woken', async () => {
    connect({ random: () => 0.999 });
    await until(() => client!.status.link === 'online');
    for (let cut = 0; cut < 4; cut++) {
      (await server.peer(cut)).cut();
      await until(() => client!.status.link === 'waiting');
      client!.wake();
      await until(() => client!.status.link === 'online');
    }
    expect(server.peers).toHaveLength(5);
  });

  it('speaks for somebody else after identify, and resumes what was open', async () => {
    connect();
    const whole = seen('session', () => true);
    const first = await server.peer(0);
    await first.request('topic_open');
    first.notify('snapshot', { topic: 'session', epoch: 'e.public.1', v: 5, state: {} });
    await whole;
    client!.identify('v4.public.mine');
    const second = await server.peer(1);
    expect((await second.request('hello')).params.token).toBe('v4.public.mine');
    expect((await second.request('topic_open')).params.since).toBe(5);
  });

  it('understands answers and notifications in one batch', async () => {
    connect();
    const document = seen<{ people: number }>('session', () => true);
    const peer = await server.peer();
    await peer.request('topic_open');
    peer.socket.send(JSON.stringify([
      { jsonrpc: '2.0', method: 'snapshot', params: { topic: 'session', epoch: 'e', v: 1, state: { people: 1 } } },
      { jsonrpc: '2.0', method: 'something_of_tomorrow', params: {} },
    ]));
    expect(await document).toEqual({ people: 1 });
  });
});
