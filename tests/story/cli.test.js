/* What an operator types: each command line with its help and its mistakes, beside a running server and without one. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { BINARY, PATIENCE_MS, Palabre, ROOT, challenge, sleep } from './palabre.js';

const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PALABRE_')));
const folder = mkdtempSync(join(tmpdir(), 'palabre-cli-'));
let palabre;
before(async () => { palabre = await Palabre.start(); });
after(async () => {
  await palabre.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A command line as it is typed, in a folder of its own. */
function type(args, { env = {}, cwd = folder, input } = {}) {
  const { status, stdout, stderr } = spawnSync(BINARY, args, { env: { ...clean, ...env }, cwd, input, encoding: 'utf8', timeout: PATIENCE_MS });
  return { code: status, stdout, stderr };
}

/** The same, refused before anything is done. */
function mistake(args, expected, options) {
  const { code, stdout, stderr } = type(args, options);
  assert.equal(code, 2, `palabre ${args.join(' ')}: ${stdout}${stderr}`);
  assert.equal(stdout, '');
  assert.match(stderr, expected);
  assert.match(stderr, /--help says more|usage:/);
}

const COMMANDS = ['serve', 'session', 'brand', 'token', 'keys', 'export', 'import', 'replay', 'recount', 'protocol', 'health'];

test('every command has its help, and names the options that it takes', () => {
  for (const command of COMMANDS) {
    const { code, stdout, stderr } = type([command, '--help']);
    assert.deepEqual([code, stderr], [0, ''], command);
    assert.match(stdout, new RegExp(`^usage: palabre ${command}`));
    assert.ok(stdout.split('\n').every((line) => line.length <= 120), command);
  }
  for (const args of [['--help'], ['-h'], ['help']]) {
    const { code, stdout } = type(args);
    assert.equal(code, 0);
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
  }
  assert.match(type(['--version']).stdout, /^palabre \d+\.\d+\.\d+\n$/);
  for (const option of ['--listen', '--data', '--redis', '--public-url', '--allow-origin', '--tick', '--demo', '--config', '--check'])
    assert.ok(type(['serve', '--help']).stdout.includes(option), option);
});

test('what cannot be meant is refused before anything is done', () => {
  mistake([], /usage/);
  mistake(['serv'], /there is no command serv/);
  for (const command of COMMANDS.filter((one) => !['protocol'].includes(one))) {
    mistake([command, '--bogus'], new RegExp(`palabre ${command}: `));
    mistake([command, '--data'], /--data: a value is expected/);
  }
  mistake(['protocol'], /json-schema, asyncapi, openapi/);
  mistake(['protocol', 'xml'], /json-schema, asyncapi, openapi/);
  mistake(['serve', 'now'], /now: not expected here/);
  mistake(['health', 'now'], /now: not expected here/);
  mistake(['keys', 'lost'], /list or rotate/);
  mistake(['session'], /create FILE.json, example NAME, list, show ID, open ID, close ID, archive ID or codes ID N/);
  mistake(['session', 'create'], /create FILE.json/);
  mistake(['session', 'show', 'Not an id'], /show ID/);
  mistake(['session', 'example', 'nothing'], /creme.*magasin.*slogan|one of/);
  mistake(['import', '--polis', '.'], /FILE or --polis DIR, and --as ID/);
  mistake(['import', 'a.ndjson', '--polis', '.', '--as', 'x'], /FILE or --polis DIR/);
  mistake(['import', '--polis', '.', '--as', 'x', '--media', '.'], /FILE or --polis DIR/);
  mistake(['export'], /a session's id is expected/);
  mistake(['export', 'a', '--csv', 'votes'], /ideas, results or participants/);
  mistake(['export', 'a', '--csv', 'ideas', '--unseal'], /--csv goes with --out alone/);
  mistake(['export', 'a', '--out'], /--out: a value is expected/);
  mistake(['replay', 'a.ndjson', '--as', 'x'], /--speed: a number above 0/);
  mistake(['replay', 'a.ndjson', '--as', 'x', '--speed', '0'], /--speed: a number above 0/);
  mistake(['replay', 'a.ndjson', '--speed', '2'], /FILE and --as ID/);
  mistake(['replay', 'a.ndjson', '--as', 'x', '--speed', '2', '--url', 'ftp://x'], /--url: http/);
  mistake(['recount'], /a session's id is expected/);
  mistake(['recount', 'Not an id'], /a session's id is expected/);
  mistake(['import', '--polis', '.', '--as', 'Not an id'], /--as: an id/);
  for (const [args, expected] of [
    [[], /--role/], [['--role', 'king'], /--role/], [['--role', 'observer'], /--role/], [['--role', 'moderator'], /--session/],
    [['--role', 'admin', '--session', 's1'], /--session/], [['--role', 'expert', '--session', 'A b'], /--session: an id/],
    [['--role', 'admin', '--ttl', '8'], /--ttl/], [['--role', 'admin', '--ttl', '0h'], /--ttl/], [['--role', 'admin', '--ttl', '-1h'], /--ttl/],
    [['--role', 'admin', '--ttl', '400d'], /--ttl/], [['--role', 'admin', '--ttl', '99999999999999999999d'], /--ttl/],
    [['--role', 'admin', '--name', 'é'.repeat(41)], /--name/], [['--role'], /--role: a value/],
  ]) mistake(['token', ...args], expected);
  assert.ok(!existsSync(join(folder, 'palabre-data', 'redis.sock')), 'no Redis is left');
});

/* ---- settings */

const WRONG = {
  listen: ['', '7700', '127.0.0.1', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:65536', '127.0.0.1:-1'],
  data: [''],
  redis: ['', 'localhost:6379', 'http://localhost', 'rediss://localhost'],
  'public-url': ['', 'example.org', 'ftp://example.org', 'http://', 'https://exa mple.org'],
  'allow-origin': ['example.org', 'https://example.org/', 'https://example.org/path'],
  tick: ['0', '-1', '10001', 'fast', '50ms', ''],
};

test('a wrong setting is told by its name and what was expected, from the command line, a variable or the file', () => {
  for (const [name, values] of Object.entries(WRONG))
    for (const value of values) {
      mistake(['serve', '--check', `--${name}=${value}`], new RegExp(`command line: ${name}: .*expected`));
      if (value !== '' || name !== 'allow-origin')
        mistake(['serve', '--check'], new RegExp(`environment: ${name}: .*expected`), { env: { [`PALABRE_${name.toUpperCase().replace('-', '_')}`]: value } });
      const file = join(folder, 'wrong.json');
      writeFileSync(file, JSON.stringify({ [name]: value }));
      mistake(['serve', '--check', '--config', file], new RegExp(`wrong.json: ${name}: .*expected`));
    }
  for (const value of ['maybe', '', '2']) mistake(['serve', '--check'], /demo: true or false/, { env: { PALABRE_DEMO: value } });
});

test('an unknown variable or member of the file is a mistake to every command', () => {
  for (const command of COMMANDS.filter((one) => one !== 'protocol')) {
    mistake([command], /PALABRE_LISTN: there is no such setting/, { env: { PALABRE_LISTN: 'x' } });
    mistake([command], /PALABRE_: there is no such setting/, { env: { PALABRE_: 'x' } });
  }
  const file = join(folder, 'file.json');
  for (const [text, expected] of [
    ['{"listn":"127.0.0.1:0"}', /listn: there is no such option/], ['{"config":"other.json"}', /config: there is no such option/],
    ['{"check":true}', /check: there is no such option/], ['[]', /object is expected/], ['', /line 1/], ['{"tick":50', /line 1/],
    ['{"tick":50,"tick":60}', /line 1/], ['{"tick":null}', /tick: .* is expected/], ['{"tick":{}}', /tick: .* is expected/],
    ['{"tick":1.5}', /tick: .* is expected/], ['{"tick":[10,20]}', /tick: /],
  ]) {
    writeFileSync(file, text);
    mistake(['serve', '--check', '--config', file], expected);
    mistake(['serve', '--check'], expected, { env: { PALABRE_CONFIG: file } });
  }
  mistake(['serve', '--check', '--config', join(folder, 'absent.json')], /absent.json.*No such file/);
});

test('--check says that settings are right and makes nothing', () => {
  const file = join(folder, 'right.json');
  writeFileSync(file, JSON.stringify({ listen: '[::1]:0', data: join(folder, 'made'), 'allow-origin': ['https://a.example', 'https://b.example:8443'], tick: 20, demo: false, 'public-url': 'https://x.example' }));
  for (const [args, env] of [[['--config', file], {}], [[], { PALABRE_CONFIG: file, PALABRE_ALLOW_ORIGIN: 'https://a.example https://b.example' }],
                             [['--redis', 'redis://u:p@localhost:6380/3'], {}], [['--redis=unix:/tmp/x.sock?db=2', '--demo'], {}]]) {
    const { code, stdout, stderr } = type(['serve', '--check', ...args], { env });
    assert.deepEqual([code, stdout, stderr], [0, 'palabre: the settings are right\n', '']);
  }
  assert.ok(!existsSync(join(folder, 'made')));
});

test('the command line is stronger than variables, and these than the file; port 0 is told as the real one', async () => {
  const file = join(folder, 'listen.json');
  writeFileSync(file, JSON.stringify({ listen: '127.0.0.4:0' }));
  for (const [expected, listen, env, more] of [
    ['127.0.0.2', ['--listen', '127.0.0.2:0'], { PALABRE_LISTEN: '127.0.0.3:0' }, ['--config', file]],
    ['127.0.0.3', [], { PALABRE_LISTEN: '127.0.0.3:0' }, ['--config', file]],
    ['127.0.0.4', [], { PALABRE_CONFIG: file }, []],
  ]) {
    const child = spawn(BINARY, ['serve', '--data', join(folder, 'strong'), ...listen, ...more], { env: { ...clean, ...env }, cwd: folder });
    const [line] = await once(child.stdout, 'data');
    const [, address, port] = String(line).match(/^palabre: ready on http:\/\/([^:]+):(\d+)\n$/);
    assert.equal(address, expected);
    assert.notEqual(port, '0');
    assert.equal(type(['health', '--listen', `${address}:${port}`]).code, 0);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  }
});

/* ---- sessions */

const FILE = () => ({ id: `f${++files}`, title: 'Une session', locale: 'fr', join: 'open', challenges: [challenge('c1', { ideas: [{ title: 'Oui' }] })] });
let files = 0;

test('a session is created from a file, listed and shown; the id is told and never used twice', async () => {
  const file = FILE();
  assert.equal(await palabre.sessionFromFile(file), file.id);
  assert.ok((await palabre.cli('session', 'list')).split('\n').includes(file.id));
  const shown = JSON.parse(await palabre.cli('session', 'show', file.id));
  assert.deepEqual((shown.state ?? shown).title, file.title);
  assert.equal((await palabre.state(file.id, 'session')).title, file.title);
  const again = await palabre.run(['session', 'create', join(palabre.folder, 'session.json')]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /session_exists/);
  const unknown = await palabre.run(['session', 'show', 'nobody']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /nobody: There is no such session/);
  const absent = await palabre.run(['session', 'create', join(palabre.folder, 'absent.json')]);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /absent.json: No such file/);
});

test('each example is a session file, and with the pictures it names makes a session', async () => {
  const beside = join(palabre.folder, 'examples');
  mkdirSync(beside);
  symlinkSync(join(ROOT, 'demo/pictures'), join(beside, 'pictures'));
  for (const name of ['creme', 'magasin', 'slogan']) {
    const { code, stdout } = type(['session', 'example', name]);
    assert.equal(code, 0);
    writeFileSync(join(beside, `${name}.json`), stdout);
    const id = await palabre.cli('session', 'create', join(beside, `${name}.json`));
    assert.equal(id, JSON.parse(stdout).id);
    for (const { id: of, ideas } of JSON.parse(stdout).challenges) {
      const state = await palabre.state(id, `ideas:${of}:new`);
      assert.equal(state.totals.ideas, ideas?.length ?? 0);
      for (const { media } of Object.values(state.ideas))
        for (const { hash, type: kind, alt } of media ?? []) {
          assert.ok(alt);
          const picture = await palabre.get(`/media/${id}/${hash}`);
          assert.equal(picture.status, 200);
          assert.equal(picture.headers['content-type'], kind);
          assert.match(picture.headers['cache-control'], /immutable/);
        }
    }
  }
});

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** [what is done to a right file, the pointer that is told, what was expected] */
const MISTAKES = [
  [(f) => { delete f.id; }, '/id', 'an id'],
  [(f) => { f.id = 'With Space'; }, '/id', 'an id'],
  [(f) => { f.id = 'a'.repeat(33); }, '/id', 'an id'],
  [(f) => { f.id = 'api'; }, '/id', 'other than api'],
  [(f) => { f.id = 7; }, '/id', 'an id'],
  [(f) => { delete f.title; }, '/title', 'required'],
  [(f) => { f.title = ''; }, '/title', ''],
  [(f) => { f.title = 'é'.repeat(141); }, '/title', '140'],
  [(f) => { f.title = ['x']; }, '/title', ''],
  [(f) => { f.brief = 'x'.repeat(2001); }, '/brief', '2000'],
  [(f) => { f.mandate = 12; }, '/mandate', ''],
  [(f) => { f.locale = 'de'; }, '/locale', 'fr or en'],
  [(f) => { f.time_zone = 'not a zone'; }, '/time_zone', 'Europe/Paris'],
  [(f) => { f.time_zone = 5; }, '/time_zone', ''],
  [(f) => { f.join = 'anyone'; }, '/join', 'open, code or sso'],
  [(f) => { f.simulated = 'yes'; }, '/simulated', 'true or false'],
  [(f) => { f.colour = 'red'; }, '/colour', 'no such member'],
  [(f) => { delete f.challenges; }, '/challenges', '1 to 64'],
  [(f) => { f.challenges = []; }, '/challenges', '1 to 64'],
  [(f) => { f.challenges = Array.from({ length: 65 }, (_, i) => challenge(`c${i}`)); }, '/challenges', '1 to 64'],
  [(f) => { f.challenges = ['c1']; }, '/challenges/0', 'an object'],
  [(f) => { delete f.challenges[0].id; }, '/challenges/0/id', 'an id'],
  [(f) => { f.challenges.push(challenge('c1')); }, '/challenges/1/id', 'no other challenge'],
  [(f) => { f.challenges[0].ballot = 'borda'; }, '/challenges/0/ballot', 'one of approval, updown, single, budget, stars'],
  [(f) => { delete f.challenges[0].ballot; }, '/challenges/0/ballot', ''],
  [(f) => { delete f.challenges[0].title; }, '/challenges/0/title', ''],
  [(f) => { f.challenges[0].tally = 'never'; }, '/challenges/0/tally', 'live'],
  [(f) => { f.challenges[0].proposals = 'all'; }, '/challenges/0/proposals', 'open'],
  [(f) => { f.challenges[0].final = 1; }, '/challenges/0/final', 'true or false'],
  [(f) => { f.challenges[0].colour = 'red'; }, '/challenges/0/colour', ''],
  [(f) => { f.challenges[0].ballot = 'budget'; }, '/challenges/0/budget', 'budget'],
  [(f) => { f.challenges[0].budget = { dots: 5 }; }, '/challenges/0/budget', 'budget'],
  [(f) => { Object.assign(f.challenges[0], { ballot: 'budget', budget: { dots: 0 } }); }, '/challenges/0/budget/dots', '1 to 1000'],
  [(f) => { Object.assign(f.challenges[0], { ballot: 'budget', budget: { dots: 5, per_idea: 6 } }); }, '/challenges/0/budget', 'per_idea no larger than dots'],
  [(f) => { Object.assign(f.challenges[0], { ballot: 'budget', budget: { dots: 5, each: 1 } }); }, '/challenges/0/budget', 'dots and per_idea alone'],
  [(f) => { Object.assign(f.challenges[0], { ballot: 'updown', choose: 2 }); }, '/challenges/0/choose', 'approval'],
  [(f) => { f.challenges[0].choose = 0; }, '/challenges/0/choose', '1'],
  [(f) => { f.challenges[0].choose = 101; }, '/challenges/0/choose', '100'],
  [(f) => { f.challenges[0].choose = 1.5; }, '/challenges/0/choose', ''],
  [(f) => { f.challenges[0].ideas_per_person = 0; }, '/challenges/0/ideas_per_person', ''],
  [(f) => { f.challenges[0].closes_at = '2030-01-01T10:00:00'; }, '/challenges/0/closes_at', 'offset'],
  [(f) => { f.challenges[0].closes_at = '2030-02-30T10:00:00Z'; }, '/challenges/0/closes_at', ''],
  [(f) => { f.challenges[0].closes_at = '2020-01-01T10:00:00Z'; }, '/challenges/0/closes_at', 'to come'],
  [(f) => { Object.assign(f.challenges[0], { opens_at: '2030-01-02T10:00:00Z', closes_at: '2030-01-02T10:00:00+02:00' }); }, '/challenges/0/closes_at', 'after opens_at'],
  [(f) => { f.challenges[0].ideas = {}; }, '/challenges/0/ideas', 'a list'],
  [(f) => { f.challenges[0].ideas = ['Oui']; }, '/challenges/0/ideas/0', 'an object'],
  [(f) => { f.challenges[0].ideas.push({ title: 'x'.repeat(141) }); }, '/challenges/0/ideas/1/title', '140'],
  [(f) => { f.challenges[0].ideas[0].body = 'x'.repeat(2001); }, '/challenges/0/ideas/0/body', '2000'],
  [(f) => { f.challenges[0].ideas[0].colour = 'red'; }, '/challenges/0/ideas/0/colour', ''],
  [(f) => { f.challenges[0].ideas[0].challenge = 'c1'; }, '/challenges/0/ideas/0', 'challenge'],
  [(f) => { f.challenges[0].ideas[0].media = {}; }, '/challenges/0/ideas/0/media', 'at most 4'],
  [(f) => { f.challenges[0].ideas[0].media = Array(5).fill({ file: 'right.png', alt: 'x' }); }, '/challenges/0/ideas/0/media', 'at most 4'],
  [(f) => { f.challenges[0].ideas[0].media = ['right.png']; }, '/challenges/0/ideas/0/media/0', 'file'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'right.png' }]; }, '/challenges/0/ideas/0/media/0/alt', 'in words'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'right.png', alt: '' }]; }, '/challenges/0/ideas/0/media/0/alt', ''],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'right.png', alt: 'x'.repeat(281) }]; }, '/challenges/0/ideas/0/media/0/alt', '280'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'right.png', alt: 'x', title: 'y' }]; }, '/challenges/0/ideas/0/media/0', 'file and alt alone'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'absent.png', alt: 'x' }]; }, '/challenges/0/ideas/0/media/0', 'can be read'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'text.png', alt: 'x' }]; }, '/challenges/0/ideas/0/media/0', 'JPEG, PNG or WebP'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'empty.png', alt: 'x' }]; }, '/challenges/0/ideas/0/media/0', 'JPEG, PNG or WebP'],
  [(f) => { f.challenges[0].ideas[0].media = [{ file: 'right.png', alt: 'x' }, { file: 'large.png', alt: 'x' }]; }, '/challenges/0/ideas/0/media/1', '1 MiB'],
];

test('a mistake in the session file is told with its JSON pointer and what was expected, and nothing is created', async () => {
  const large = Buffer.alloc(1024 * 1024 + 1);
  PNG.copy(large);
  for (const [name, bytes] of [['right.png', PNG], ['large.png', large], ['text.png', 'no picture'], ['empty.png', '']]) writeFileSync(join(palabre.folder, name), bytes);
  const listed = await palabre.cli('session', 'list');
  const wrong = [];
  for (const [spoil, pointer, expected] of MISTAKES) {
    const file = FILE();
    spoil(file);
    writeFileSync(join(palabre.folder, 'mistake.json'), JSON.stringify(file));
    const { code, stdout, stderr } = await palabre.run(['session', 'create', join(palabre.folder, 'mistake.json')]);
    const [, at, what] = stderr.match(/ at (\S+): expected (.+)\n/) ?? [];
    if (code !== 1 || stdout !== '' || at !== pointer || !what.includes(expected)) wrong.push(`${spoil} ${pointer} ${expected} -> ${code} ${stdout}${stderr}`);
  }
  assert.deepEqual(wrong, []);
  assert.equal(await palabre.cli('session', 'list'), listed);
});

test('a file that is no JSON is told with its line', async () => {
  for (const [text, line] of [['', 1], ['{"id":"x",\n\n}', 3], ['{"id":"x"}\n{}', 2], ['{"id":"x","id":"y"}', 1], ['{"id":"\0"}', 1], ['{"id":"\\u0000"}', 1]]) {
    writeFileSync(join(palabre.folder, 'broken.json'), text);
    const { code, stderr } = await palabre.run(['session', 'create', join(palabre.folder, 'broken.json')]);
    assert.equal(code, 1);
    assert.match(stderr, /parse_error/, JSON.stringify(text));
    if (!text.includes('\0')) assert.match(stderr, new RegExp(`line ${line}\\b`), JSON.stringify(text));
  }
});

test('the HTTP door tells the same mistakes by the same pointers', async () => {
  const wrong = [];
  for (const [spoil, pointer] of MISTAKES.filter(([, at]) => !at.includes('media'))) {
    const file = FILE();
    spoil(file);
    const { status, json } = await palabre.post('/api/v1/sessions', file, await palabre.admin());
    if (status !== 400 || (json.pointer ?? json.field) !== pointer || !json.expected) wrong.push(`${spoil} ${pointer} -> ${JSON.stringify(json)}`);
  }
  assert.deepEqual(wrong, []);
  const file = FILE();
  file.challenges[0].ideas[0].media = [{ file: 'right.png', alt: 'x' }];
  assert.equal((await palabre.post('/api/v1/sessions', file, await palabre.admin())).json.name, 'not_supported');
});

/* ---- tokens and keys */

test('a token of each role is what the server takes it for, and of no other session', async () => {
  const session = await palabre.session(), other = await palabre.session();
  for (const role of ['participant', 'expert', 'moderator', 'brand', 'admin']) {
    const args = role === 'admin' ? [] : ['--session', session];
    const token = await palabre.cli('token', '--role', role, '--name', 'Ana Ïs', '--ttl', '1h', ...args);
    const client = await palabre.connect();
    const me = await client.hello(session, token);
    assert.equal(me.participant.role, role);
    if (role !== 'admin') assert.equal(me.participant.name, 'Ana Ïs');
    const freeze = await palabre.post(`/api/v1/sessions/${session}/session_freeze`, {}, token);
    assert.equal(freeze.status, ['moderator', 'brand', 'admin'].includes(role) ? 200 : 403, role);
    if (freeze.status === 200) await palabre.call(session, token, 'session_unfreeze', {});
    const elsewhere = await palabre.get(`/api/v1/sessions/${other}/topics/session`, token);
    assert.equal(elsewhere.status, role === 'admin' ? 200 : 401, role);
    const made = await palabre.post('/api/v1/sessions', FILE(), token);
    assert.equal(made.status, { admin: 201 }[role] ?? 401, `${role}: their token is of one session, which is not this one`);
  }
  const unknown = await palabre.run(['token', '--session', 'nobody', '--role', 'expert']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /nobody: There is no such session/);
});

test('a token ends when its time is over, and is refused from then on', async () => {
  const session = await palabre.session();
  const token = await palabre.cli('token', '--session', session, '--role', 'moderator', '--ttl', '2s');
  assert.equal((await palabre.get(`/api/v1/sessions/${session}/topics/session`, token)).status, 200);
  for (let status = 200; status === 200;) {
    await sleep(200);
    const answer = await palabre.get(`/api/v1/sessions/${session}/topics/session`, token);
    status = answer.status;
    if (status !== 200) assert.equal(answer.json.name, 'token_expired');
  }
});

test('keys rotate: the new one signs, old tokens stay good, and a running server takes it up on SIGHUP', async () => {
  const session = await palabre.session();
  const old = await palabre.staff(session);
  const [first] = (await palabre.cli('keys', 'list')).split('\n');
  assert.match(first, /^signs +k4\.pid\.\S+ +k4\.public\.\S+$/);
  assert.equal(await palabre.cli('keys'), await palabre.cli('keys', 'list'));
  const rotated = (await palabre.cli('keys', 'rotate')).split('\n');
  assert.equal(rotated.length, 2);
  assert.match(rotated[0], /^signs/);
  assert.deepEqual(rotated[1].split(/ +/).slice(1), first.split(/ +/).slice(1));
  const fresh = await palabre.cli('token', '--session', session, '--role', 'moderator');
  const get = (token) => palabre.get(`/api/v1/sessions/${session}/topics/session`, token);
  assert.equal((await get(fresh)).json.name, 'token_invalid', 'the server does not know the new key yet');
  palabre.process.kill('SIGHUP');
  const end = Date.now() + PATIENCE_MS;
  while ((await get(fresh)).status !== 200) assert.ok(Date.now() < end, 'keys are read again');
  assert.equal((await get(old)).status, 200);
  assert.equal(statSync(join(palabre.data, 'keys/token.key')).mode & 0o777, 0o600);
  assert.equal(statSync(palabre.data).mode & 0o777, 0o700);
});

/* ---- a server's life */

test('health is 0 where a server is ready, 1 where none is, and speaks to what listens everywhere', async () => {
  const { port } = new URL(palabre.url);
  assert.deepEqual(type(['health', '--listen', palabre.listen]), { code: 0, stdout: 'ready\n', stderr: '' });
  assert.equal(type(['health'], { env: { PALABRE_LISTEN: palabre.listen } }).code, 0);
  assert.equal(type(['health', '--listen', `0.0.0.0:${port}`]).code, 0);
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const free = closed.address().port;
  closed.close();
  await once(closed, 'close');
  const { code, stderr } = type(['health', '--listen', `127.0.0.1:${free}`]);
  assert.equal(code, 1);
  assert.match(stderr, /nothing answers/);
});

test('a port in use is told, and leaves nothing behind', async () => {
  const other = new Palabre();
  const { code, stderr } = type(['serve', '--data', other.data, '--listen', palabre.listen]);
  assert.equal(code, 1);
  assert.ok(stderr.includes(palabre.listen) || stderr.includes(new URL(palabre.url).port), stderr);
  assert.match(stderr, /--listen|in use/);
  assert.deepEqual(redisOf(other.data), []);
  rmSync(other.folder, { recursive: true, force: true });
});

/** The processes that run in a data directory. */
function redisOf(data) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      return /redis|valkey/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) && readlinkSync(`/proc/${pid}/cwd`) === data;
    } catch {
      return false;
    }
  });
}

test('SIGTERM and SIGINT say bye to everyone, exit with 0 and leave no Redis behind; all is there at the next start', async () => {
  const one = await Palabre.start();
  const session = await one.session({ challenges: [challenge('c1', { ideas: [{ title: 'Oui' }] })] });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const client = await one.person(session, 'Ana');
    await client.open('session');
    await client.call('vote_cast', { idea: 'i1', value: 1 });
    assert.equal(redisOf(one.data).length, 1);
    assert.deepEqual(await one.signal(signal), { code: 0, signal: null });
    const { code } = await client.closed;
    assert.equal(code, 4005);
    assert.equal(client.bye.reason, 'draining');
    assert.ok(client.bye.retry_ms >= 0);
    assert.deepEqual(redisOf(one.data), []);
    assert.equal(await one.cli('session', 'list'), session, 'a command works while no server runs');
    assert.deepEqual(redisOf(one.data), [], 'and stops the Redis that it started');
    await one.serve();
  }
  assert.equal((await one.state(session, 'ideas:c1:top')).ideas.i1.tally.votes, 2);
  await one.stop();
});

/* ---- a Redis of one's own */

const program = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A Redis for `run(url parts)`. */
async function withRedis(settings, run) {
  const dir = mkdtempSync(join(folder, 'redis-'));
  const port = await freePort();
  const socket = join(dir, 'own.sock');
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket, '--dir', dir, '--save', '', ...settings], { stdio: 'ignore' });
  try {
    const end = Date.now() + PATIENCE_MS;
    while (!existsSync(socket)) { assert.ok(Date.now() < end); await sleep(20); }
    await run({ port, socket });
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

async function servesOn(url, run = async () => {}) {
  const own = new Palabre({ env: { PALABRE_REDIS: url } });
  await own.serve();
  const session = await own.session();
  assert.ok((await own.cli('session', 'list')).split('\n').includes(session));
  assert.deepEqual(redisOf(own.data), [], 'no Redis is started');
  await run(own, session);
  await own.stop();
}

test('--redis takes a Redis by its socket, or by host and port with a user, a password and a database', async () => {
  await withRedis(['--appendonly', 'yes'], async ({ port, socket }) => {
    await servesOn(`unix:${socket}`, async (own) => assert.doesNotMatch(own.log, /keeps nothing/));
    const redis = new Redis(port, '127.0.0.1');
    await redis.call('ACL', 'SETUSER', 'palabre', 'on', '>s3cret', '~*', '&*', '+@all');
    await redis.call('ACL', 'SETUSER', 'default', 'off');
    await servesOn(`redis://palabre:s3cret@127.0.0.1:${port}/5`, async (own, session) => {
      const looking = new Redis({ port, host: '127.0.0.1', username: 'palabre', password: 's3cret', db: 5 });
      assert.equal(await looking.exists(`palabre:{${session}}:meta`), 1);
      await looking.select(0);
      assert.equal(await looking.exists(`palabre:{${session}}:meta`), 0);
      looking.disconnect();
      const client = await own.person(session, 'Ana');
      await client.open('ideas:c1:top');
      const { idea } = await client.call('idea_add', { challenge: 'c1', title: 'Oui' });
      await client.see('ideas:c1:top', (state) => state.ideas[idea]);
    });
    const { code, stderr } = type(['session', 'list', '--data', join(folder, 'denied'), '--redis', `redis://palabre:wrong@127.0.0.1:${port}`]);
    assert.equal(code, 1);
    assert.match(stderr, /refuses/);
    assert.doesNotMatch(stderr, /wrong@|:wrong/);
    redis.disconnect();
  });
});

test('a Redis that may evict is refused, and one that keeps nothing is said to', async () => {
  await withRedis(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], async ({ socket }) => {
    for (const args of [['serve', '--listen', '127.0.0.1:0'], ['session', 'list']]) {
      const { code, stderr } = type([...args, '--data', join(folder, 'evicted'), '--redis', `unix:${socket}`]);
      assert.equal(code, 1);
      assert.match(stderr, /may evict.*noeviction/);
    }
  });
  await withRedis(['--appendonly', 'no'], ({ socket }) => servesOn(`unix:${socket}`, async (own) => assert.match(own.log, /keeps nothing on disk/)));
});

test('a Redis that nobody answers for is told by a command in a bounded time', () => {
  const { code, stderr } = type(['session', 'list', '--data', join(folder, 'nobody'), '--redis', `unix:${join(folder, 'nobody.sock')}`]);
  assert.equal(code, 1);
  assert.match(stderr, /cannot be reached/);
});

test('a data directory that cannot be one is told', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  for (const args of [['serve', '--listen', '127.0.0.1:0'], ['session', 'list'], ['keys']]) {
    const { code, stderr } = type([...args, '--data', file]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /a-file: a directory is expected/);
  }
});
