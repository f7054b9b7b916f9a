/* scripts/bench: every measure in turns, ours and theirs; one table; docs/benchmarks.md and .json. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeReport } from './bench_report.mjs';
import { BROADCAST_TICK, acks, broadcast, join as joins, sizes } from './jobs.mjs';
import { HAS_NCHAN, ROOT, contestants, load, redisBenchmark, redisCli } from './contestants.mjs';

const { values: given } = parseArgs({
  options: { rounds: { type: 'string' }, only: { type: 'string' }, out: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const quick = given.quick;
const rounds = Number(given.rounds ?? (quick ? 1 : 3));
const size = sizes(quick), { listeners, crowd, time } = size;

const results = {}; /* measure -> contestant -> list of figures, one a round */
const failures = []; /* what was wrong, or did not run to its end */
const commands = {}; /* measure -> how each was asked */

const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function record(measure, who, figures) {
  (((results[measure] ??= {})[who]) ??= []).push(figures);
  const text = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(', ');
  console.log(`   ${measure}: ${who}: ${text}`);
}

/* A document that differs from the truth, or a count, fails the benchmark; a server that is too slow does not. */
const WRONG = /differ from the truth|that were answered|^a delta from/;

async function run(measure, who, scenario, options, ...serverOptions) {
  const server = await contestants[who](...serverOptions);
  (commands[measure] ??= {})[who] = `palabre-load ${scenario} ${Object.entries(options).map(([name, value]) => `--${name}${value === true ? '' : ` ${value}`}`).join(' ')}`
    + (serverOptions.length ? `   (palabre serve ${serverOptions.join(' ')})` : '');
  try {
    const report = await load(server, scenario, options);
    if (WRONG.test(report.fault ?? '')) throw new Error(`${measure}: ${who}: what was received is wrong: ${report.fault}`);
    return report;
  } finally {
    await server.stop();
  }
}

/** The same, where a fault of any kind ends the benchmark. */
async function runRight(...args) {
  const report = await run(...args);
  if (!report.ok) throw new Error(`${args[0]}: ${args[1]}: ${report.fault}`);
  return report;
}

const measures = {
  async broadcast() {
    const theirs = ['bare', 'ws', 'Socket.IO', ...(HAS_NCHAN ? ['nchan'] : [])];
    for (const who of ['palabre', ...theirs]) {
      const ours = who === 'palabre';
      const report = await runRight('broadcast', who, 'broadcast', broadcast(size, ours), ...(ours ? BROADCAST_TICK : []));
      record('broadcast', who, {
        'frames/s': report.frames_per_second, 'frames per CPU second': report.frames_per_server_cpu_second,
        'bytes a frame': report.bytes_per_frame, 'server CPU': report.server_cpu_share, 'client CPU': report.client_cpu_share,
      });
    }
  },

  /* The highest rate at which all is seen with p99 under 1 s, by steps of a quarter; once, not in each round. */
  async capacity(round) {
    if (round > 0) return;
    const starts = { palabre: 1000, 'Socket.IO': 10, ws: 10, 'ws conflating': 1000 };
    for (const [who, start] of Object.entries(starts)) {
      let best = null;
      for (let rate = start; ; rate = Math.ceil(rate * (best && rate > start * 4 ? 1.25 : 2))) {
        const voters = Math.max(100, Math.ceil(rate / 3));
        const report = await run('capacity', who, 'votes', { listeners, voters, rate, ...time });
        const p99 = report.vote_to_screen_ms?.p99 ?? Infinity;
        console.log(`   capacity: ${who}: ${rate} votes/s: p99 ${p99} ms${report.ok ? '' : `, ${report.fault}`}`);
        if (!report.ok || p99 > 1000 || report.votes_answered_per_second < rate * 0.9) break;
        best = { 'votes/s': rate, 'updates seen/s': report.updates_seen_per_second, 'p99 ms': p99, 'frames/s': report.frames_per_second };
        if (quick && rate > start) break;
      }
      if (best) record('capacity', who, best);
    }
  },

  async latency() {
    for (const who of ['palabre', 'ws conflating']) {
      const report = await run('latency', who, 'votes', { listeners, voters: 1000, rate: quick ? 100 : 1000, ...time });
      if (who === 'palabre' && !report.ok) throw new Error(`latency: ${report.fault}`);
      const times = report.vote_to_screen_ms;
      if (report.ok) record('latency', who, { 'p50 ms': times.p50, 'p99 ms': times.p99, 'p99.9 ms': times.p999, 'answer p99 ms': report.vote_to_answer_ms.p99 });
    }
  },

  async acks() {
    for (const window of [16, 256]) {
      const report = await runRight('acks', 'palabre', 'votes', acks(size, window));
      record('acks', `palabre, ${window} under way`, { 'votes/s': report.votes_answered_per_second, 'server CPU': report.server_cpu_share });
    }
    /* The same function on the same Redis settings, asked by redis-benchmark: a session with one vote to begin with. */
    const server = await contestants.palabre();
    try {
      await load(server, 'votes', { listeners: 0, voters: 1, votes: 1, rate: 0, window: 1, warmup: 0, seconds: 0.2 });
      const [key] = redisCli(server.socket, '--scan', '--pattern', 'palabre:{load-*}:meta').trim().split('\n');
      const call = ['FCALL', 'vote_cast_3', '1', key, '0', '', 'p1', 'participant', 'open', '', '', '', 'i1', '1'];
      for (const pipeline of [1, 16]) record('acks', `redis-benchmark, ${pipeline} under way`, { 'votes/s': redisBenchmark(server.socket, pipeline, quick ? 5_000 : pipeline * 10_000, ...call) });
    } finally {
      await server.stop();
    }
  },

  async idle() {
    const report = await runRight('idle', 'palabre', 'idle', { clients: crowd, seconds: 5 });
    record('idle', 'palabre', { 'bytes a connection': report.bytes_per_connection, 'server CPU': report.server_cpu_share });
  },

  async join() {
    for (const bare of [true, false]) {
      const report = await runRight('join', 'palabre', 'join', joins(size, bare));
      record('join', bare ? 'handshakes alone' : 'palabre', {
        seconds: report.seconds, 'CPU us each': report.server_cpu_us_per_join, 'bytes each': report.bytes_per_join });
    }
  },

  async resume() {
    const report = await runRight('resume', 'palabre', 'resume', { listeners: crowd });
    record('resume', 'palabre', { seconds: report.seconds, 'bytes each': report.bytes_per_resume, snapshots: report.answered_with_a_snapshot });
  },

  async ideas() {
    for (const ideas of [100, 10_000]) {
      const report = await runRight('ideas', 'palabre', 'ideas', { ideas, rate: 100, voters: 100, ...time }, '--tick', '10');
      record('ideas', `${ideas} ideas`, { 'CPU us a tick': report.server_cpu_us_per_tick });
    }
  },

  async memory(round) {
    if (round > 0) return;
    const [few, many] = quick ? [500, 1500] : [5000, 15_000]; /* within 20,000 open files, a usual hard limit */
    const used = {};
    for (const voters of [few, many]) {
      const server = await contestants.palabre();
      try {
        const report = await load(server, 'votes', { listeners: 0, voters, votes: voters, ideas: 8, voted: 1, ballot: 'single', rate: 0, window: 64, warmup: 0, seconds: quick ? 2 : 15 });
        if (!report.ok || report.sent !== voters) throw new Error(`memory: ${report.fault ?? 'too slow'}`);
        used[voters] = Number(redisCli(server.socket, 'info', 'memory').match(/used_memory:(\d+)/)[1]);
      } finally {
        await server.stop();
      }
    }
    record('memory', 'palabre', { 'bytes a voter': (used[many] - used[few]) / (many - few) });
  },

  async slow() {
    const options = { listeners, voters: 500, rate: quick ? 100 : 500, ...time };
    for (const [who, scenario] of [['all fast', 'votes'], ['a tenth slow', 'slow']]) {
      const report = await runRight('slow', 'palabre', scenario, options);
      record('slow', who, { 'p50 ms': report.vote_to_screen_ms.p50, 'p99 ms': report.vote_to_screen_ms.p99 });
    }
  },

  async sessions() {
    const report = await runRight('sessions', 'palabre', 'sessions', { sessions: quick ? 20 : 500, listeners: quick ? 200 : 5000, voters: 1000, rate: quick ? 100 : 1000, ...time });
    record('sessions', 'palabre', { 'p50 ms': report.vote_to_screen_ms.p50, 'p99 ms': report.vote_to_screen_ms.p99, 'server CPU': report.server_cpu_share });
  },

  async workers() {
    for (const workers of ['1', '2']) {
      const report = await runRight('workers', 'palabre on all cores', 'broadcast', broadcast(size, true), ...BROADCAST_TICK, '--workers', workers);
      record('workers', `${workers} worker${workers === '1' ? '' : 's'}`, { 'frames/s': report.frames_per_second, 'frames per CPU second': report.frames_per_server_cpu_second });
    }
  },
};

const chosen = given.only ? given.only.split(',') : Object.keys(measures);
for (const name of chosen) if (!measures[name]) throw new Error(`--only: ${name} is none of ${Object.keys(measures).join(', ')}`);
for (let round = 0; round < rounds; round++) {
  console.log(`== round ${round + 1} of ${rounds}`);
  for (const name of chosen)
    await measures[name](round).catch((error) => {
      failures.push(`${name}, round ${round + 1}: ${error.message}`);
      console.log(`   FAILED: ${failures.at(-1)}`);
    });
}
const medians = {};
for (const [measure, whos] of Object.entries(results)) {
  medians[measure] = {};
  for (const [who, list] of Object.entries(whos))
    medians[measure][who] = Object.fromEntries(Object.keys(list[0]).map((name) => [name, median(list.map((figures) => figures[name]))]));
}
writeReport({ folder: given.out ?? join(ROOT, 'docs'), results, medians, commands, failures, rounds, listeners, crowd, quick });
if (failures.length) process.exitCode = 1;
