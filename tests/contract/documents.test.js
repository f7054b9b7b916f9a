import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { commands, errors, examples, notifications, read } from './tables.js';
import { schema } from './schema.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const binary = process.env.PALABRE_BINARY ?? here('../../build/release/palabre');
const require = createRequire(import.meta.url);

const DOCUMENTS = { 'json-schema': 'schema.json', asyncapi: 'asyncapi.json', openapi: 'openapi.json' };
const printed = (name) => execFileSync(binary, ['protocol', name], { encoding: 'utf8', maxBuffer: 1 << 24 });

for (const [name, file] of Object.entries(DOCUMENTS)) {
  test(`protocol/${file} is what palabre protocol ${name} prints`, () => {
    assert.ok(printed(name) === read(file), `protocol/${file} is stale: palabre protocol ${name} > protocol/${file}`);
  });
}

test('palabre protocol says what it can print, and exits with 2 where it cannot', () => {
  const run = (...words) => spawnSync(binary, ['protocol', ...words], { encoding: 'utf8' });
  const help = run('--help');
  assert.equal(help.status, 0);
  for (const name of Object.keys(DOCUMENTS)) assert.match(help.stdout, new RegExp(name));
  for (const words of [[], ['yaml'], ['openapi', 'asyncapi']]) {
    const refused = run(...words);
    assert.equal(refused.status, 2);
    assert.equal(refused.stdout, '');
    assert.match(refused.stderr, /json-schema/);
  }
});

test('every reference of every document leads somewhere', () => {
  for (const file of Object.values(DOCUMENTS)) {
    const document = JSON.parse(read(file));
    for (const [, target] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)) {
      const found = target.slice(1).split('/').reduce((at, key) => at?.[key.replace(/~1/g, '/').replace(/~0/g, '~')], document);
      assert.ok(found !== undefined, `${file}: #${target}`);
    }
  }
});

test('the schema names parameters and result of every command, and both forms of every error', () => {
  for (const { name } of commands)
    for (const tail of ['params', 'result', 'request', 'response']) assert.ok(schema.$defs[`${name}_${tail}`], `${name}_${tail}`);
  for (const { name } of errors) assert.ok(schema.$defs[`error_${name}`] && schema.$defs[`problem_${name}`], name);
});

test('the AsyncAPI document is one, without errors or warnings', async () => {
  const { Parser } = require('@asyncapi/parser');
  const { document, diagnostics } = await new Parser().parse(read('asyncapi.json'));
  assert.deepEqual(diagnostics.filter(({ severity }) => severity <= 1).map(({ path, message }) => `${path.join('/')}: ${message}`), []);
  assert.ok(document);
});

test('the AsyncAPI document has an operation for every command of the WebSocket and every notification', () => {
  const { operations } = JSON.parse(read('asyncapi.json'));
  const there = commands.filter(({ doors }) => doors !== 'DOOR_HTTP').map(({ name }) => name);
  assert.deepEqual(Object.keys(operations).sort(), [...there, ...notifications].sort());
  for (const name of there) assert.equal(operations[name].action, 'receive');
  for (const name of notifications) assert.equal(operations[name].action, 'send');
});

test('the OpenAPI document passes the linter', async () => {
  const lint = [require.resolve('@redocly/cli/bin/cli.js'), 'lint', here('../../protocol/openapi.json'), '--config', here('redocly.yaml'),
                '--format', 'json', '--max-problems', '1000'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };
  const { failed, stdout, stderr } = await new Promise((resolve) =>
    execFile(process.execPath, lint, { env, maxBuffer: 1 << 24 }, (failed, stdout, stderr) => resolve({ failed, stdout, stderr })));
  assert.ok(stdout.includes('{'), stderr);
  const { problems } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  assert.deepEqual(problems.map(({ ruleId, message, location }) => `${ruleId} ${location?.[0]?.pointer}: ${message}`), []);
  assert.equal(failed, null);
});

test('the OpenAPI document has a path for every command of HTTP, with its refusals', () => {
  const { paths, components } = JSON.parse(read('openapi.json'));
  const statuses = [...new Set(errors.map(({ status }) => String(status)))].sort();
  for (const { name, doors, effect } of commands) {
    const path = paths[`/api/v1/sessions/{session}/${name}`];
    assert.equal(path !== undefined, doors !== 'DOOR_WEBSOCKET', name);
    if (!path) continue;
    assert.deepEqual(Object.keys(path.post.responses).sort(), ['200', ...statuses].sort());
    assert.equal(path.post.parameters.some(({ $ref }) => $ref?.endsWith('idempotency_key')), effect === 'WRITE', name);
  }
  assert.deepEqual(Object.keys(components.responses).sort(), statuses.map((status) => `problem_${status}`).sort());
  for (const path of ['/api/v1/sessions', '/api/v1/sessions/{session}', '/api/v1/sessions/{session}/join', '/api/v1/sessions/{session}/topics/{topic}', '/api/v1/about',
                      '/media/{session}/{hash}', '/demo.json', '/healthz', '/readyz', '/metrics']) assert.ok(paths[path], path);
});

test('the examples are in the documents', () => {
  const asyncapi = read('asyncapi.json'), openapi = read('openapi.json');
  for (const [name, { summary }] of examples('commands')) {
    assert.ok(asyncapi.includes(summary), name);
    if (commands.find((command) => command.name === name).doors !== 'DOOR_WEBSOCKET') assert.ok(openapi.includes(summary), name);
  }
});

test('who reads over HTTP may do it without a token, who writes may not', () => {
  const { paths, security } = JSON.parse(read('openapi.json'));
  assert.deepEqual(security, [{ token: [] }]);
  for (const { name, doors, effect } of commands.filter(({ doors }) => doors !== 'DOOR_WEBSOCKET'))
    assert.equal(paths[`/api/v1/sessions/{session}/${name}`].post.security !== undefined, effect === 'READ', `${name} ${doors}`);
});
