/* The table, and docs/benchmarks.md with what it takes to read it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { CORES, LOAD_CORE, NGINX, REDIS, ROOT, SERVER_CORE } from './contestants.mjs';

const said = (program, ...args) => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
};

const packageVersion = (name) => said('dpkg-query', '-W', '-f', '${Version}', name);

function machine() {
  const peers = JSON.parse(readFileSync(join(ROOT, 'tests/load/peers/package.json'), 'utf8')).dependencies;
  const debian = readFileSync('/etc/os-release', 'utf8').match(/PRETTY_NAME="(.*)"/)?.[1];
  return {
    processor: `${cpus()[0].model.trim()}, ${availableParallelism()} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${debian}, Linux ${release()}`,
    compiler: said('cc', '--version').split('\n')[0],
    palabre: said('git', '-C', ROOT, 'describe', '--always', '--dirty', '--exclude', '*'),
    libwebsockets: said('pkg-config', '--modversion', 'libwebsockets'),
    redis: said(REDIS, '--version').match(/v=(\S+)/)?.[1] ?? 'unknown',
    node: process.version,
    ws: peers.ws,
    'Socket.IO': `${peers['socket.io']}, Redis adapter ${peers['@socket.io/redis-adapter']}`,
    nchan: NGINX ? packageVersion('libnginx-mod-nchan') : 'none',
  };
}

const SI = [[1e6, 'M'], [1e4, 'k']];

function figure(value, unit = '') {
  if (value === undefined || Number.isNaN(value)) return '';
  const scale = SI.find(([size]) => Math.abs(value) >= size);
  const text = scale ? `${(value / (scale[1] === 'k' ? 1e3 : 1e6)).toPrecision(3)} ${scale[1]}` : String(Number(value.toPrecision(3)));
  return unit ? `${text} ${unit}` : text;
}

/* [title, ours, theirs, at least, aim, whether more is better]; a limit of one value has no theirs. */
function rowsOf(medians) {
  const at = (measure, who, name) => medians[measure]?.[who]?.[name];
  const rows = [];
  const ratio = (title, ours, theirs, least, aim, more, unit) => {
    if (ours === undefined || theirs === undefined) return;
    rows.push({ title, ours: figure(ours, unit), theirs: figure(theirs, unit), value: ours / theirs, shown: (ours / theirs).toFixed(2), least, aim, more });
  };
  const plain = (title, ours, least, aim, unit) => {
    if (ours === undefined) return;
    rows.push({ title, ours: figure(ours, unit), theirs: '', value: ours, shown: figure(ours, unit), least, aim, more: false });
  };
  const frames = (who) => at('broadcast', who, 'frames/s');
  const perCpu = (who) => at('broadcast', who, 'frames per CPU second');
  ratio('broadcast ÷ bare send() loop', frames('palabre'), frames('bare'), 0.6, 0.8, true, 'frames/s');
  ratio('broadcast ÷ Socket.IO', frames('palabre'), frames('Socket.IO'), 1.7, 2.5, true, 'frames/s');
  ratio('broadcast ÷ nchan', frames('palabre'), frames('nchan'), 2, 3, true, 'frames/s');
  ratio('broadcast ÷ ws', frames('palabre'), frames('ws'), 1, 1.3, true, 'frames/s');
  for (const who of ['bare', 'Socket.IO', 'nchan', 'ws'])
    ratio(`the same by server CPU ÷ ${who}`, perCpu('palabre'), perCpu(who), undefined, undefined, true, 'frames/CPU s');
  for (const who of ['Socket.IO', 'nchan', 'ws'])
    ratio(`what the limit itself reaches: bare ÷ ${who}`, frames('bare'), frames(who), undefined, undefined, true, 'frames/s');
  ratio('votes: updates seen ÷ Socket.IO, each at its highest rate', at('capacity', 'palabre', 'updates seen/s'), at('capacity', 'Socket.IO', 'updates seen/s'), 20, 100, true, '/s');
  ratio('votes: updates seen ÷ ws', at('capacity', 'palabre', 'updates seen/s'), at('capacity', 'ws', 'updates seen/s'), undefined, undefined, true, '/s');
  ratio('votes: updates seen ÷ ws that conflates by hand', at('capacity', 'palabre', 'updates seen/s'), at('capacity', 'ws conflating', 'updates seen/s'), undefined, undefined, true, '/s');
  ratio('votes/s sustained, p99 under 1 s ÷ Socket.IO', at('capacity', 'palabre', 'votes/s'), at('capacity', 'Socket.IO', 'votes/s'), undefined, undefined, true, '/s');
  plain('vote to screen, p99', at('latency', 'palabre', 'p99 ms'), 250, 120, 'ms');
  ratio('votes answered ÷ redis-benchmark, 16 under way each', at('acks', 'palabre, 16 under way', 'votes/s'), at('acks', 'redis-benchmark, 16 under way', 'votes/s'), 0.3, 0.6, true, '/s');
  ratio('the same with 256 under way over WebSocket', at('acks', 'palabre, 256 under way', 'votes/s'), at('acks', 'redis-benchmark, 16 under way', 'votes/s'), undefined, undefined, true, '/s');
  const kib = at('idle', 'palabre', 'bytes a connection');
  plain('memory of an idle joined connection', kib === undefined ? undefined : kib / 1024, 10, 6, 'KiB');
  ratio('joins with a full snapshot ÷ handshakes alone', at('join', 'palabre', 'seconds'), at('join', 'handshakes alone', 'seconds'), 2, 1.3, false, 's');
  ratio('the same by server CPU', at('join', 'palabre', 'CPU us each'), at('join', 'handshakes alone', 'CPU us each'), undefined, undefined, false, 'us');
  ratio('a tick of one change, 10,000 ideas ÷ 100 ideas', at('ideas', '10000 ideas', 'CPU us a tick'), at('ideas', '100 ideas', 'CPU us a tick'), 1.2, 1.05, false, 'us');
  plain('memory of Redis for a voter of a single ballot', at('memory', 'palabre', 'bytes a voter'), 450, 330, 'B');
  ratio('p99 of the others, a tenth slow ÷ none slow', at('slow', 'a tenth slow', 'p99 ms'), at('slow', 'all fast', 'p99 ms'), 1.2, 1.05, false, 'ms');
  ratio('frames per CPU second, two workers ÷ one', at('workers', '2 workers', 'frames per CPU second'), at('workers', '1 worker', 'frames per CPU second'), 0.75, 0.9, true, 'frames/CPU s');
  if (CORES >= 4) /* with fewer, the load takes from the second worker */
    ratio('frames per second, two workers ÷ one', at('workers', '2 workers', 'frames/s'), at('workers', '1 worker', 'frames/s'), 1.5, 1.8, true, 'frames/s');
  return rows;
}

function verdict({ value, least, aim, more }) {
  if (least === undefined) return '';
  if (more ? value >= aim : value <= aim) return 'aim';
  return (more ? value >= least : value <= least) ? 'yes' : 'no';
}

function table(rows) {
  const lines = [['measure', 'ours', 'theirs', 'ratio', 'at least', 'aim', 'reached']];
  for (const row of rows) lines.push([row.title, row.ours, row.theirs, row.theirs ? row.shown : '', row.least ?? '', row.aim ?? '', verdict(row)].map(String));
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return text.join('\n');
}

function details(medians) {
  return Object.entries(medians).map(([measure, whos]) => {
    const names = [...new Set(Object.values(whos).flatMap((figures) => Object.keys(figures)))];
    const rows = Object.entries(whos).map(([who, figures]) => `| ${who} | ${names.map((name) => figure(figures[name])).join(' | ')} |`);
    return `### ${measure}\n\n| | ${names.join(' | ')} |\n|---|${names.map(() => '---|').join('')}\n${rows.join('\n')}\n`;
  }).join('\n');
}

const commandList = (commands) => Object.entries(commands).flatMap(([measure, whos]) =>
  Object.entries(whos).map(([who, command]) => `    ${measure}, ${who}: ${command}`)).join('\n');

export function writeReport({ folder, results, medians, commands, failures, rounds, listeners, crowd, quick }) {
  const about = machine(), rows = rowsOf(medians), text = table(rows), when = new Date().toISOString().slice(0, 10);
  console.log(`\n${text}\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'benchmarks.json'), `${JSON.stringify({ when, quick, rounds, failures, machine: about, medians, rounds_of: results,
    rows: rows.map(({ title, value, least, aim, ...row }) => ({ title, value, least, aim, reached: verdict({ value, least, aim, ...row }) })) }, null, 1)}\n`);
  const template = readFileSync(join(ROOT, 'tests/load/benchmarks.md.in'), 'utf8');
  const values = {
    WHEN: when, ROUNDS: rounds, LISTENERS: listeners, CROWD: crowd, SERVER_CORE, LOAD_CORE, TABLE: text, DETAILS: details(medians), COMMANDS: commandList(commands),
    FAILURES: failures.length ? `\n**Not all ran to its end:**\n\n${failures.map((text) => `- ${text}`).join('\n')}\n` : '',
    QUICK: quick ? '\n**Made by `scripts/bench --quick`: the figures mean nothing.**\n' : '',
    MACHINE: Object.entries(about).map(([name, value]) => `| ${name} | ${value} |`).join('\n'),
  };
  writeFileSync(join(folder, 'benchmarks.md'), template.replace(/@([A-Z_]+)@/g, (all, name) => values[name] ?? all));
  console.log(`written: ${join(folder, 'benchmarks.md')}, benchmarks.json`);
}
