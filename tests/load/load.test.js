/* palabre-load itself: it counts what it sends, and it finds what is wrong. Between it and the real server stands a relay
 * that falsifies what one listener receives. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { Palabre } from '../story/palabre.js';

const LOAD = process.env.PALABRE_LOAD_BINARY;
let palabre;

before(async () => {
  palabre = await Palabre.start({ args: ['--tick', '5'] });
});

after(() => palabre.stop());

async function load(url, ...args) {
  const env = { ...process.env, PALABRE_LOAD_TOKEN: await palabre.admin() };
  const child = spawn(LOAD, [...args, '--url', url, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => { out += text; });
  const [code] = await once(child, 'close');
  return { code, report: code === 2 ? null : JSON.parse(out) };
}

/** Hands everything on; `falsify(text, number)` may change what a listener of that number is sent, or drop it (null). */
async function relay(falsify) {
  const server = http.createServer((request, response) => {
    const { method, url: path, headers } = request;
    request.pipe(http.request(`${palabre.url}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }));
  });
  const door = new WebSocketServer({ server, perMessageDeflate: false });
  let listeners = 0;
  door.on('connection', (near) => {
    const far = new WebSocket(`${palabre.url.replace('http', 'ws')}/ws`, 'palabre.v1');
    const early = [];
    let number = 0;
    near.on('message', (bytes) => {
      const text = bytes.toString();
      if (text.includes('"topic_open"')) number = ++listeners;
      if (far.readyState === WebSocket.OPEN) far.send(text);
      else early.push(text);
    });
    far.on('open', () => { for (const text of early) far.send(text); });
    far.on('message', (bytes) => {
      const text = number ? falsify(bytes.toString(), number) : bytes.toString();
      if (text !== null) near.send(text);
    });
    near.on('close', () => far.terminate());
    far.on('close', () => near.terminate());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => { door.close(); server.closeAllConnections(); server.close(); } };
}

const votes = ['votes', '--listeners', '6', '--voters', '20', '--ideas', '4', '--rate', '60', '--warmup', '0', '--seconds', '1'];

test('every vote is answered once and seen once by every listener', async () => {
  const { code, report } = await load(palabre.url, ...votes);
  assert.equal(report.fault, undefined);
  assert.equal(code, 0);
  assert.ok(report.ok && report.sent > 0 && report.documents_merged === 6);
  assert.equal(report.vote_to_answer_ms.count, report.sent);
  assert.equal(report.vote_to_screen_ms.count, report.sent * 6);
});

test('votes that are taken back are told from those that are cast', async () => {
  const { report } = await load(palabre.url, 'votes', '--listeners', '2', '--voters', '10', '--ideas', '1', '--rate', '35',
                                '--warmup', '0', '--seconds', '1');
  assert.ok(report.ok, report.fault);
  assert.ok(report.sent > 30);
  assert.equal(report.vote_to_screen_ms.count, report.sent * 2);
});

test('each scenario finds a right server right', async () => {
  for (const args of [['broadcast', '--listeners', '5', '--voters', '10', '--rate', '20', '--seconds', '1', '--warmup', '0'],
                      ['join', '--clients', '10', '--ideas', '150'], ['join', '--clients', '10', '--bare'],
                      ['idle', '--clients', '10', '--seconds', '1', '--pid', String(palabre.process.pid)],
                      ['resume', '--listeners', '10', '--voters', '10', '--ideas', '5', '--rate', '20', '--seconds', '1'],
                      ['slow', '--listeners', '10', '--voters', '10', '--rate', '20', '--seconds', '1', '--warmup', '0'],
                      ['sessions', '--sessions', '5', '--listeners', '10', '--voters', '10', '--rate', '20', '--seconds', '1', '--warmup', '0'],
                      ['ideas', '--ideas', '300', '--voters', '10', '--rate', '20', '--seconds', '1', '--warmup', '0']]) {
    const { code, report } = await load(palabre.url, ...args);
    assert.equal(report.fault, undefined, args[0]);
    assert.equal(code, 0);
  }
});

test('those who come back are sent what they missed, not all', async () => {
  const { report } = await load(palabre.url, 'resume', '--listeners', '8', '--voters', '10', '--ideas', '90', '--rate', '20', '--seconds', '1');
  assert.ok(report.ok, report.fault);
  assert.equal(report.answered_with_a_snapshot, 0);
  assert.equal(report.resume_ms.count, 8);
});

test('one wrong number in what one listener received is found', async () => {
  const between = await relay((text, number) => (number === 3 ? text.replace(/"score":(\d+)/g, (_, score) => `"score":${Number(score) + 1}`) : text));
  const { code, report } = await load(between.url, ...votes);
  between.stop();
  assert.equal(code, 1);
  assert.match(report.fault, /^1 merged documents differ from the truth/);
});

test('a delta that was lost on the way is found', async () => {
  let dropped = false;
  const between = await relay((text, number) => {
    if (number !== 2 || dropped || !text.includes('"delta"')) return text;
    dropped = true;
    return null;
  });
  const { code, report } = await load(between.url, ...votes);
  between.stop();
  assert.equal(code, 1);
  assert.match(report.fault, /^a delta from \d+ came to a listener at \d+/);
});

test('a vote that is refused is a fault of the load', async () => {
  const { code, report } = await load(palabre.url, 'votes', '--listeners', '1', '--voters', '1', '--rate', '0', '--window', '80', '--warmup', '0', '--seconds', '1');
  assert.equal(code, 1);
  assert.match(report.fault, /rate_limited/);
});

test('options that are not right are refused', async () => {
  for (const args of [['nothing'], ['votes', '--listeners', 'many'], ['votes', '--nothing'], ['sessions', '--voters', '7']]) {
    const { code } = await load(palabre.url, ...args);
    assert.equal(code, 2);
  }
});
