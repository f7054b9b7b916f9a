/* What is measured, each started afresh in a folder of its own on a free port of loopback, pinned to one core. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const BUILD = join(ROOT, 'build/release');
const PEERS = join(ROOT, 'tests/load/peers');
const PATIENCE_MS = 30_000;

/* The server has one core; its Redis and the load share another, where there are two. */
export const SERVER_CORE = 0;
export const LOAD_CORE = availableParallelism() > 1 ? 1 : 0;
export const CORES = availableParallelism();
const ALL_CORES = `0-${CORES - 1}`;

const found = (names, option = '--version') => names.find((name) => {
  try {
    execFileSync(name, [option], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

export const REDIS = found(['redis-server', 'valkey-server']);
export const REDIS_BENCHMARK = found(['redis-benchmark', 'valkey-benchmark']);
export const REDIS_CLI = found(['redis-cli', 'valkey-cli']);
export const NGINX = found(['/usr/sbin/nginx', 'nginx'], '-v');
const NCHAN = '/usr/lib/nginx/modules/ngx_nchan_module.so';
export const HAS_NCHAN = Boolean(NGINX) && existsSync(NCHAN);

const pinned = (core, command) => ['taskset', ['-c', String(core), ...command]];

const places = new Set();

/* Nothing that was started outlives the benchmark. */
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await Promise.all([...places].map((place) => place.stop()));
    process.exit(130);
  });

/** Processes and the folder of one contestant. */
class Place {
  constructor() {
    places.add(this);
    this.folder = mkdtempSync(join(tmpdir(), 'palabre-bench-'));
    this.processes = [];
  }

  start(core, ...command) {
    const [program, args] = pinned(core, command);
    const child = spawn(program, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child.said = '';
    child.stdout.on('data', (text) => { child.said += text; });
    child.stderr.on('data', (text) => { child.said += text; });
    this.processes.push(child);
    return child;
  }

  async ready(child, pattern) {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((done) => setTimeout(done, 20))) {
      const match = child.said.match(pattern);
      if (match) return match[1];
      if (child.exitCode !== null) break;
    }
    throw new Error(`${child.spawnargs.join(' ')} did not start: ${child.said}`);
  }

  async stop() {
    places.delete(this);
    for (const child of this.processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/* taskset becomes the program, so the child's id is the server's. */
async function palabreOn(serverCore, loadCore, options) {
  const place = new Place();
  const data = join(place.folder, 'data');
  const binary = join(BUILD, 'palabre');
  const server = place.start(serverCore, binary, 'serve', '--data', data, '--listen', '127.0.0.1:0', ...options);
  const url = await place.ready(server, /ready on (http:\S+)/);
  const token = execFileSync(binary, ['token', '--role', 'admin', '--data', data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const socket = join(data, 'redis.sock');
  const [, redisId] = redisCli(socket, 'info', 'server').match(/process_id:(\d+)/);
  execFileSync('taskset', ['-a', '-c', '-p', String(loadCore), redisId], { stdio: 'ignore' });
  return { url, pid: server.pid, token, socket, loadCore, dialect: 'palabre', stop: () => place.stop() };
}

async function redis(place, port) {
  const socket = join(place.folder, 'redis.sock');
  /* The durability that Palabre's private Redis has. */
  const child = place.start(LOAD_CORE, REDIS, '--port', String(port ?? 0), '--bind', '127.0.0.1', '--unixsocket', socket,
                            '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec', '--dir', place.folder);
  await place.ready(child, /(Ready to accept connections)/i);
  return socket;
}

async function nodePeer(script, dialect, ...options) {
  const place = new Place();
  const socket = await redis(place);
  const server = place.start(SERVER_CORE, process.execPath, join(PEERS, script), '--redis', socket, ...options);
  const url = await place.ready(server, /ready on (http:\S+)/);
  return { url, pid: server.pid, dialect, stop: () => place.stop() };
}

async function bare() {
  const place = new Place();
  const server = place.start(SERVER_CORE, join(BUILD, 'load-bare'));
  const url = await place.ready(server, /ready on (http:\S+)/);
  return { url, pid: server.pid, dialect: 'plain', stop: () => place.stop() };
}

async function nchan() {
  const place = new Place();
  const redisPort = await freePort();
  await redis(place, redisPort);
  const port = await freePort();
  const values = { MODULE: NCHAN, FOLDER: place.folder, REDIS: redisPort, PORT: port };
  const conf = readFileSync(join(PEERS, 'nchan.conf.in'), 'utf8').replace(/@([A-Z]+)@/g, (all, name) => values[name] ?? all);
  writeFileSync(join(place.folder, 'nginx.conf'), conf);
  const server = place.start(SERVER_CORE, NGINX, '-p', place.folder, '-e', join(place.folder, 'nginx.log'), '-c', join(place.folder, 'nginx.conf'));
  for (let tries = 0; ; tries++) {
    const up = await new Promise((done) => {
      const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); done(true); }).on('error', () => done(false));
    });
    if (up) break;
    if (tries > 200) throw new Error(`nginx did not start: ${server.said}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  await new Promise((done) => setTimeout(done, 1000)); /* its connection to Redis */
  const worker = execFileSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' }).trim().split('\n')[0];
  return { url: `http://127.0.0.1:${port}`, pid: Number(worker), dialect: 'plain', stop: () => place.stop() };
}

export const contestants = {
  palabre: (...options) => palabreOn(SERVER_CORE, LOAD_CORE, options),
  /* Several workers: they, their Redis and the load share all cores. */
  'palabre on all cores': (...options) => palabreOn(ALL_CORES, ALL_CORES, options),
  bare,
  ws: () => nodePeer('ws.mjs', 'plain'),
  'ws conflating': () => nodePeer('ws.mjs', 'plain', '--tick', '50'),
  'Socket.IO': () => nodePeer('socketio.mjs', 'socketio'),
  nchan,
};

/** One run of palabre-load against a running contestant; its report. `fault` says what was not right. */
export async function load(server, scenario, options) {
  const args = [join(BUILD, 'palabre-load'), scenario, '--json', '--url', server.url, '--pid', String(server.pid), '--dialect', server.dialect];
  for (const [name, value] of Object.entries(options)) args.push(`--${name}`, ...(value === true ? [] : [String(value)]));
  const [program, rest] = pinned(server.loadCore ?? LOAD_CORE, args);
  const child = spawn(program, rest, { env: { ...process.env, PALABRE_LOAD_TOKEN: server.token ?? '' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => { out += text; });
  const [code] = await once(child, 'close');
  if (code !== 0 && code !== 1) throw new Error(`palabre-load ${scenario} ended with ${code}`);
  return JSON.parse(out);
}

export const redisCli = (socket, ...args) => execFileSync(REDIS_CLI, ['-s', socket, ...args], { encoding: 'utf8' });

/** Calls of a function per second, `pipeline` under way on one connection, from the server's core. */
export function redisBenchmark(socket, pipeline, requests, ...command) {
  const [program, args] = pinned(SERVER_CORE, [REDIS_BENCHMARK, '-s', socket, '-c', '1', '-P', String(pipeline), '-n', String(requests), '-r', '1000000', '--csv', ...command]);
  const out = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Number(out.trim().split('\n').pop().split('","')[1]);
}
