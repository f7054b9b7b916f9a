/* scripts/profile: where the processor time of a server goes while it is measured, by samples (perf, cpu-clock) of its one core.
 * A sample is of the system call that it was taken in, else of the library that it was taken in. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HAS_NCHAN, contestants, load } from './contestants.mjs';
import { BROADCAST_TICK, acks, broadcast, join as joins, sizes } from './jobs.mjs';

const { values: given } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const size = sizes(given.quick);
const FREQUENCY = 1999;

const runs = [
  ['broadcast', 'palabre', 'broadcast', broadcast(size, true), BROADCAST_TICK],
  ...['bare', ...(HAS_NCHAN ? ['nchan'] : [])].map((who) => ['broadcast', who, 'broadcast', broadcast(size, false), []]),
  ['join', 'palabre', 'join', joins(size, false), []],
  ['join, handshakes alone', 'palabre', 'join', joins(size, true), []],
  ['votes, answered as they come', 'palabre', 'votes', acks(size, 16), []],
];

/* By the kernel's own names; a call that ends in another one leaves no frame of its own. */
const CALL = '^(?:__(?:x64|arm64|se|do)_sys_|ksys_|do_)';
const KERNEL = [
  ['the kernel: to and from Redis', /^unix_stream_/],
  ['the kernel: sending', new RegExp(`${CALL}(?:send|write)`)],
  ['the kernel: receiving', new RegExp(`${CALL}(?:recv|read)`)],
  ['the kernel: waiting, and what for', new RegExp(`${CALL}epoll`)],
  ['the kernel: coming and going', new RegExp(`${CALL}(?:accept|close|shutdown|setsockopt|getsockopt|ioctl|fcntl)`)],
  ['the kernel: memory', /page_fault|_sys_(?:brk|mmap|munmap)/],
  ['the kernel: interrupts', /^(?:asm_)?(?:sysvec|common_interrupt|handle_softirqs)|^irq_exit/],
];

/** What a sample is of; `frames` are [symbol, object], the innermost first. */
function placeOf(frames) {
  const call = KERNEL.find(([, pattern]) => frames.some(([symbol]) => pattern.test(symbol)));
  if (call) return call[0];
  const object = frames[0]?.[1] ?? '';
  if (/kernel|^\[/.test(object)) return 'the kernel: else';
  return object.replace(/^.*\//, '').replace(/[-.](so|evlib).*$/, '');
}

/** How many samples there are of each place between two moments (seconds of CLOCK_MONOTONIC). */
function samples(file, from, to) {
  const text = execFileSync('perf', ['script', '-i', file, '-F', 'time,ip,sym,dso'], { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] });
  const places = new Map();
  let count = 0;
  for (const sample of text.split('\n\n')) {
    const [head, ...lines] = sample.trim().split('\n');
    const at = parseFloat(head);
    if (!(at >= from && at <= to)) continue;
    const frames = lines.map((line) => line.trim().match(/^[0-9a-f]+ (.*) \((.*)\)$/)).filter(Boolean).map(([, symbol, object]) => [symbol, object]);
    const place = placeOf(frames);
    places.set(place, (places.get(place) ?? 0) + 1);
    count++;
  }
  return { places, count };
}

const folder = mkdtempSync(join(tmpdir(), 'palabre-profile-'));
try {
  for (const [name, who, scenario, options, serverOptions] of runs) {
    const server = await contestants[who](...serverOptions), file = join(folder, 'perf');
    const perf = spawn('perf', ['record', '-q', '-k', 'CLOCK_MONOTONIC', '-e', 'cpu-clock', '-F', String(FREQUENCY), '-g', '-p', String(server.pid), '-o', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(perf, 'exit');
    await new Promise((done) => setTimeout(done, 1000)); /* until it samples */
    const report = await load(server, scenario, options);
    perf.kill('SIGINT');
    await ended;
    await server.stop();
    if (!report.ok) throw new Error(`${name}: ${who}: ${report.fault}`);
    const { places, count } = samples(file, report.measured_from_s, report.measured_to_s);
    const busy = count / FREQUENCY / (report.measured_to_s - report.measured_from_s);
    console.log(`\n### ${name}: ${who}\n\nThe core was busy for ${(100 * busy).toFixed(0)} % of the measured time.\n\n| | share |\n|---|---|`);
    for (const [place, n] of [...places].sort((a, b) => b[1] - a[1]))
      if (n / count >= 0.005) console.log(`| ${place} | ${(100 * n / count).toFixed(1)} % |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
