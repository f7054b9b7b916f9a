/* A real WebSocket server that speaks the protocol's first lines and leaves the rest to the test. */

import { WebSocketServer, type WebSocket } from 'ws';
import type { AddressInfo } from 'node:net';

export interface Request {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

export class Peer {
  readonly requests: Request[] = [];
  #waiting: (() => void)[] = [];

  constructor(readonly socket: WebSocket, server: TestServer) {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Request;
      this.requests.push(message);
      server.all.push(message);
      if (message.method === 'hello' && server.hello) server.hello(this, message);
      else if (message.method === 'topic_open' && server.open) server.open(this, message);
      else if (server.call) server.call(this, message);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  answer(id: number, result: unknown): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }

  refuse(id: number, name: string, data: Record<string, unknown> = {}): void {
    const error = { code: -32000, message: name, data: { name, ...data } };
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }

  notify(method: string, params: unknown): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** The nth request of this method on this connection, once it is there. */
  async request(method: string, nth = 0): Promise<Request> {
    for (;;) {
      const found = this.requests.filter((each) => each.method === method)[nth];
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  cut(): void {
    this.socket.terminate();
  }
}

export class TestServer {
  readonly all: Request[] = [];
  readonly peers: Peer[] = [];
  hello: ((peer: Peer, request: Request) => void) | null = (peer, { id, params }) =>
    peer.answer(id, {
      session: params.session, participant: { id: 'p1', role: 'participant', level: 'open' },
      v: 1, now: Date.now(), limits: { title: 140, body: 2000, name: 40, message: 8192 },
    });
  open: ((peer: Peer, request: Request) => void) | null = (peer, { id, params }) =>
    peer.answer(id, { topic: params.topic });
  call: ((peer: Peer, request: Request) => void) | null = null;
  readonly #server: WebSocketServer;
  #waiting: (() => void)[] = [];

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.peers.push(new Peer(socket, this));
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async start(): Promise<TestServer> {
    const server = new WebSocketServer({
      host: '127.0.0.1', port: 0, handleProtocols: (offered) => (offered.has('palabre.v1') ? 'palabre.v1' : false),
    });
    await new Promise((resolve) => server.once('listening', resolve));
    return new TestServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  /** The nth connection, once it is there. */
  async peer(nth = 0): Promise<Peer> {
    while (!this.peers[nth]) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.peers[nth]!;
  }

  async stop(): Promise<void> {
    for (const peer of this.peers) peer.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
