/* Palabre as it is: the real binary on a port of its own with a data directory of its own, its command line, its HTTP
 * door, and clients of its WebSocket door (client.js). Everything that it answers is held against the schemas. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorsOf, mergePatch, topicKind, validate, validateProblem, validateResponse, validateTopic } from '../contract/schema.js';
import { Client, PATIENCE_MS, Refusal } from './client.js';

export { Client, PATIENCE_MS, Refusal };

export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const BINARY = resolve(process.env.PALABRE_BINARY ?? join(ROOT, 'build/release/palabre'));

export const table = (name) => readFileSync(join(ROOT, 'protocol', `${name}.def`), 'utf8');

/** The rows `MACRO(a, b, ...)` of a table, as lists of their words; the last, a quoted text, as it stands. */
export function rows(name, macro) {
  return [...table(name).replace(/\/\*[\s\S]*?\*\//g, '').matchAll(new RegExp(`^\\s*${macro}\\((.*)\\)`, 'gm'))]
    .map(([, inside]) => inside.split(',').map((word) => word.trim()));
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A date as parameters want it, `ms` from now. */
export const dateIn = (ms) => new Date(Date.now() + ms).toISOString();

let sessions = 0;

/** A challenge of a session file; what is not said is approval, open and live. */
export function challenge(id, more = {}) {
  return { id, title: `Question ${id}`, ballot: 'approval', proposals: 'open', tally: 'live', ...more };
}

export class Palabre {
  static async start(options) {
    const palabre = new Palabre(options);
    await palabre.serve();
    return palabre;
  }

  /** `workers`: one unless said, because rates and sockets are counted per worker; null leaves it to the server. */
  constructor({ args = [], env = {}, folder, workers = 1 } = {}) {
    this.args = workers === null ? args : ['--workers', String(workers), ...args];
    /* A variable PALABRE_* that is no setting is an error to the server, and PALABRE_BINARY is ours. */
    this.env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PALABRE_'))), ...env };
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'palabre-story-'));
    this.data = join(this.folder, 'data');
    this.clients = [];
    this.tokens = new Map();
    this.log = '';
  }

  /** Starts the server, on `listen` (a port of its own unless said), and waits until it is ready. */
  async serve(listen = '127.0.0.1:0') {
    const child = spawn(BINARY, ['serve', '--data', this.data, '--listen', listen, ...this.args],
                        { env: this.env, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    child.stderr.on('data', (text) => { this.log += text; });
    let out = '';
    await new Promise((ready, fail) => {
      const timer = setTimeout(() => fail(new Error(`not ready: ${this.log}`)), PATIENCE_MS);
      child.stdout.on('data', (text) => {
        out += text;
        const line = out.match(/^palabre: ready on (http:\/\/\S+)\n/m);
        if (line) { clearTimeout(timer); this.url = line[1]; ready(); }
      });
      child.on('error', fail);
      child.on('exit', (code, signal) => { clearTimeout(timer); fail(new Error(`ended with ${code ?? signal}: ${this.log}`)); });
    });
    return this.url;
  }

  get listen() {
    return this.url.replace('http://', '');
  }

  async signal(name) {
    this.process.kill(name);
    return this.exited;
  }

  /** Every session's journal adds up to what the server counts: after whatever a test did to them. */
  async recount() {
    const sessions = (await this.cli('session', 'list')).split('\n').filter(Boolean);
    if (sessions.length === 0) return;
    const { code, stdout, stderr } = await this.run(['recount', ...sessions]);
    assert.equal(code, 0, `a recount differs: ${stdout}${stderr}`);
  }

  /** Ends the server and all clients; a fault of any client, a recount that differs, or an exit other than 0, is an error
   * here. `recount: false` where a test has tampered with what Redis holds. */
  async stop({ recount = true } = {}) {
    for (const client of this.clients) client.socket.terminate();
    const differs = recount && this.process.exitCode === null && this.process.signalCode === null
      ? await this.recount().catch((error) => error) : undefined;
    const { code, signal } = this.process.exitCode === null && this.process.signalCode === null
      ? await this.signal('SIGTERM') : await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
    const fault = this.clients.find((client) => client.fault)?.fault;
    if (fault ?? differs) throw fault ?? differs;
    assert.equal(code, 0, `the server ended with ${code ?? signal}: ${this.log}`);
  }

  /** Runs a command of the command line on this data directory. */
  async run(args, { input } = {}) {
    const child = spawn(BINARY, [...args, '--data', this.data], { env: this.env, cwd: this.folder });
    let stdout = '', stderr = '';
    child.stdout.on('data', (text) => { stdout += text; });
    child.stderr.on('data', (text) => { stderr += text; });
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    return { code, stdout, stderr };
  }

  /** The same, of which success is expected; returns what it printed. */
  async cli(...args) {
    const { code, stdout, stderr } = await this.run(args);
    assert.equal(code, 0, `palabre ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  async admin() {
    this.adminToken ??= await this.cli('token', '--role', 'admin');
    return this.adminToken;
  }

  /** A token of a role in a session, made by the command line (an admin's: of every session). */
  async token(session, role, ...more) {
    if (role === 'admin') return this.admin();
    return this.cli('token', '--session', session, '--role', role, ...more);
  }

  /** The same token at each call. */
  async staff(session, role = 'moderator') {
    const key = `${session} ${role}`;
    if (!this.tokens.has(key)) this.tokens.set(key, await this.token(session, role));
    return this.tokens.get(key);
  }

  /** Makes a session; what its file does not say is filled in. Returns its id. */
  async session({ challenges = [challenge('c1')], ...more } = {}) {
    const file = { id: `s${++sessions}`, title: 'Une session', brief: 'Pourquoi', mandate: 'Jusqu’où', locale: 'fr', join: 'open', ...more, challenges };
    const { status, json } = await this.post('/api/v1/sessions', file, await this.admin());
    assert.equal(status, 201, JSON.stringify(json));
    assert.equal(json.id, file.id);
    return file.id;
  }

  /** The same by the command line, from a file in the server's folder. */
  async sessionFromFile(file, name = 'session.json') {
    writeFileSync(join(this.folder, name), JSON.stringify(file));
    return this.cli('session', 'create', join(this.folder, name));
  }

  /** A request. `json` of the answer is parsed where it is JSON, and validated where it is a problem. */
  async request(method, path, { token, body, headers = {}, from } = {}) {
    const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await new Promise((done, fail) => {
      const request = http.request(`${this.url}${path}`, {
        method, localAddress: from, headers: { ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
                           ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
      }, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => done({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(pieces) }));
      });
      request.on('error', fail);
      request.end(text);
    });
    const type = answer.headers['content-type'] ?? '';
    if (/json/.test(type) && answer.bytes.length) answer.json = JSON.parse(answer.bytes);
    if (answer.status >= 400 && method !== 'HEAD') {
      assert.equal(type, 'application/problem+json', `${method} ${path}`);
      validateProblem(answer.json);
      assert.equal(answer.json.status, answer.status);
    }
    return answer;
  }

  /** A GET that waits where it is told to: tests read faster than people may. */
  async read(path, token, headers) {
    for (;;) {
      const answer = await this.get(path, token, headers);
      if (answer.status !== 429) return answer;
      await sleep(answer.json.retry_ms);
    }
  }

  get(path, token, headers) {
    return this.request('GET', path, { token, headers });
  }

  post(path, body, token, headers) {
    return this.request('POST', path, { body, token, headers });
  }

  /** A command over HTTP: its validated result, or a Refusal thrown. */
  async call(session, token, command, params = {}, headers) {
    const { status, json } = await this.post(`/api/v1/sessions/${session}/${command}`, params, token, headers);
    if (status === 200) return validateResponse(command, json);
    const { type, title, status: _, code, ...data } = json;
    throw new Refusal(command, { code, message: title, data });
  }

  async refused(session, token, command, params, headers) {
    return this.call(session, token, command, params, headers).then(
      (result) => { throw new Error(`${command} was not refused: ${JSON.stringify(result)}`); },
      (error) => { if (error instanceof Refusal) return error; throw error; });
  }

  /** A topic over HTTP: the params of a snapshot, or of a delta where `since` allows one. */
  async topic(session, topic, token, since) {
    const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`;
    const { status, json, headers } = await this.read(`/api/v1/sessions/${session}/topics/${topic}${query}`, token);
    if (status !== 200) {
      const { type, title, status: _, code, ...data } = json;
      throw new Refusal(topic, { code, message: title, data });
    }
    validate(`${json.patch === undefined ? 'snapshot' : 'delta'}_${topicKind(topic)}`, json);
    if (json.state !== undefined) validateTopic(topic, json.state);
    return { ...json, etag: headers.etag };
  }

  async state(session, topic, token) {
    return (await this.topic(session, topic, token)).state;
  }

  async join(session, name) {
    const { status, json } = await this.post(`/api/v1/sessions/${session}/join`, name === undefined ? {} : { name });
    assert.equal(status, 201, JSON.stringify(json));
    validate('joined', json);
    return json;
  }

  /** Joining with a code, groups, an acceptance; with a token, as who has a place already. */
  async enter(session, body, token) {
    const { status, json } = await this.post(`/api/v1/sessions/${session}/join`, body, token);
    assert.equal(status, 201, JSON.stringify(json));
    return validate('joined', json);
  }

  /** The refusal of a join: a problem document. */
  async turned(session, body, token) {
    const { status, json } = await this.post(`/api/v1/sessions/${session}/join`, body, token);
    assert.ok(status >= 400, JSON.stringify(json));
    return json;
  }

  /** Codes as staff make them: their secrets. */
  async codes(session, params = {}, token) {
    const { batch, codes } = await this.call(session, token ?? await this.admin(), 'code_make', params);
    return Object.assign(codes.map(({ secret }) => secret), { batch });
  }

  /** A connection that has said nothing yet. */
  async connect(options) {
    const client = await Client.open(this.url, options);
    this.clients.push(client);
    return client;
  }

  /** A connection that has said hello; without a token, as an observer. */
  async greet(session, token, options) {
    const client = await this.connect(options);
    await client.hello(session, token);
    client.server = this;
    client.session = session;
    return client;
  }

  /** Someone who joins and connects. */
  async person(session, name) {
    const { token, participant } = await this.join(session, name);
    const client = await this.greet(session, token);
    client.id = participant.id;
    return client;
  }

  /** Waits until all that a client holds is what HTTP says to the same token: on one truth. */
  async agree(...clients) {
    for (const client of clients)
      for (const held of client.held.values()) {
        const end = Date.now() + PATIENCE_MS;
        for (;;) {
          if (client.fault) throw client.fault;
          const state = await this.state(client.session, held.topic, client.token);
          if (held.v !== undefined && !held.incoming && same(held.state, state)) break;
          if (Date.now() > end) assert.deepEqual(held.state, state, held.topic);
          await sleep(30);
        }
      }
  }
}

export function same(a, b) {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

export { errorsOf, mergePatch, validate, validateTopic };
