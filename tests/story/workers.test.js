/* Several workers on one port: one truth, and what becomes of it when any process dies. Which worker a client is on, nobody
 * is told: with so many connections that none of two workers has any is next to impossible. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PATIENCE_MS, Palabre, challenge, sleep } from './palabre.js';

const MANY = 24;

async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
}

const words = (pid) => {
  try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'); } catch { return []; }
};

/* A process that has ended and was not waited for yet is none. */
const lives = (pid) => existsSync(`/proc/${pid}/exe`) && words(pid).length > 1;

const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** A server of the test alone. */
async function start(t, options) {
  const palabre = new Palabre(options);
  t.after(() => palabre.process && palabre.stop());
  if (!options.late) await palabre.serve();
  return palabre;
}

/** The workers' processes by their number. */
function workersOf(palabre) {
  const found = new Map();
  for (const pid of children(palabre.process.pid)) {
    const [, command, number] = words(pid);
    if (command === 'worker') found.set(Number(number), pid);
  }
  return found;
}

const redisOf = (palabre) => children(palabre.process.pid).find((pid) => /redis|valkey/.test(words(pid)[0]));

async function metrics(palabre) {
  const { status, bytes } = await palabre.get('/metrics');
  assert.equal(status, 200);
  return Object.fromEntries(String(bytes).split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const [name, value] = line.split(' ');
    return [name, Number(value)];
  }));
}

/** Waits until all workers serve, so many restarts from the start on. */
const settled = (palabre, restarts) => until('all workers', async () => {
  const said = await metrics(palabre).catch(({ code }) => ({ code }));
  if (said.code) return assert.equal(said.code, 'ECONNRESET'); /* asked the one that was dying */
  const { palabre_workers: workers, palabre_worker_restarts_total: restarted, palabre_store_connected: connected } = said;
  return workers === 2 && connected === 2 && restarted >= restarts;
});

/** People who are in a session, each on a connection of their own. */
const crowd = (palabre, session, count = MANY) =>
  Promise.all(Array.from({ length: count }, (_, i) => palabre.person(session, `Personne ${i}`)));

/** The same person again, from what the client that is gone held. */
async function resume(palabre, gone) {
  const client = await palabre.greet(gone.session, gone.token);
  client.id = gone.id;
  for (const held of gone.held.values()) await client.open(held.topic, held);
  return client;
}

const question = (id, more) => challenge(id, { ballot: 'updown', ideas: [{ title: 'Une caisse calme' }, { title: 'Des bancs' }], ...more });

/** Kills a worker, and says which of the clients were on it: some but not all, unless they have moved about before. */
async function kill(palabre, number, clients, { moved = false } = {}) {
  const pid = workersOf(palabre).get(number);
  process.kill(pid, 'SIGKILL');
  await until('the end of the worker', () => !lives(pid));
  await sleep(200); /* the ends of its connections arrive */
  const cut = clients.filter((client) => client.gone);
  assert.ok(moved || (cut.length > 0 && cut.length < clients.length), `${cut.length} of ${clients.length} connections were cut`);
  for (const client of cut) assert.equal(client.gone.code, 1006);
  return cut;
}

describe('two workers', () => {
  let palabre;
  before(async () => { palabre = await Palabre.start({ workers: 2 }); });
  after(() => palabre.stop());

  test('people on both see the same documents and each other', async () => {
    const session = await palabre.session({ challenges: [question('c1')] });
    const people = await crowd(palabre, session);
    for (const one of people) for (const topic of ['session', 'ideas:c1:top', 'results:c1', 'me']) await one.open(topic);
    await Promise.all(people.map((one, i) => one.call('vote_cast', { idea: i % 2 ? 'i1' : 'i2', value: i % 3 ? 1 : -1 })));
    for (const one of people) {
      await one.see('results:c1', (state) => state.totals.voters === MANY);
      await one.see('session', (state) => state.people === MANY);
    }
    const { idea } = await people[0].call('idea_add', { challenge: 'c1', title: 'Un chariot léger' });
    for (const one of people) await one.see('ideas:c1:top', (state) => state.ideas[idea]?.title === 'Un chariot léger');
    await palabre.agree(...people);
  });

  test('metrics are of both, whoever answers', async () => {
    const session = await palabre.session({ challenges: [question('c1')] });
    const watcher = await palabre.person(session, 'Témoin'); /* who sees what everyone sees, and votes on nothing */
    await watcher.open('session');
    const before = await metrics(palabre);
    const people = await crowd(palabre, session);
    await Promise.all(people.map((one) => one.call('vote_cast', { idea: 'i1', value: 1 })));
    for (const one of people) await one.see('results:c1', (state) => state.totals.votes === MANY);
    await watcher.see('session', (state) => state.people === MANY + 1);
    for (let i = 0; i < 12; i++) {
      const now = await metrics(palabre);
      assert.equal(now.palabre_workers, 2);
      assert.equal(now.palabre_store_connected, 2);
      assert.ok(now.palabre_tick_milliseconds >= 2); /* a millisecond or more of each */
      assert.equal(now.palabre_votes_accepted_total, before.palabre_votes_accepted_total + MANY);
      assert.ok(now.palabre_connections >= MANY);
      assert.ok(now.palabre_sessions >= 2); /* each worker has listeners of this one */
      assert.ok(now.palabre_public_frames_sent_total >= before.palabre_public_frames_sent_total + MANY);
      assert.ok(now.palabre_public_frames_encoded_total < now.palabre_public_frames_sent_total);
      assert.ok(now.palabre_tick_lag_seconds_count > before.palabre_tick_lag_seconds_count);
      assert.equal(now['palabre_tick_lag_seconds_bucket{le="+Inf"}'], now.palabre_tick_lag_seconds_count);
      assert.ok(now.palabre_store_call_seconds_count >= before.palabre_store_call_seconds_count + MANY);
      assert.ok(now.palabre_flushes_total > before.palabre_flushes_total);
    }
  });

  test('a person has five sockets at each', async () => {
    const session = await palabre.session();
    const { token } = await palabre.join(session, 'Ana');
    const all = await Promise.all(Array.from({ length: 2 * MANY }, () => palabre.connect()));
    const answers = await Promise.allSettled(all.map((client) => client.hello(session, token)));
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 10);
    for (const { reason } of answers.filter(({ status }) => status === 'rejected')) assert.equal(reason.name, 'too_many_sockets');
  });

  test('new keys are taken up by both', async () => {
    const session = await palabre.session();
    await palabre.cli('keys', 'rotate');
    const token = await palabre.token(session, 'moderator');
    palabre.process.kill('SIGHUP');
    await until('the new key at every worker', async () => {
      const answers = await Promise.all(Array.from({ length: MANY }, () => palabre.get(`/api/v1/sessions/${session}/topics/session`, token)));
      return answers.every(({ status }) => status === 200);
    });
    palabre.tokens.clear();
  });
});

describe('a worker that is killed', () => {
  let palabre, session, people;
  before(async () => {
    palabre = await Palabre.start({ workers: 2 });
    session = await palabre.session({ challenges: [question('c1')] });
    people = await crowd(palabre, session);
    for (const one of people) for (const topic of ['session', 'results:c1', 'me']) await one.open(topic);
  });
  after(() => palabre.stop());

  test('the other serves on, and who was cut resumes where they were', async () => {
    const cut = await kill(palabre, 1, people);
    const others = people.filter((one) => !cut.includes(one));
    await others[0].call('vote_cast', { idea: 'i1', value: 1 });
    for (const one of others) await one.see('results:c1', (state) => state.totals.votes === 1);
    const back = await Promise.all(cut.map((one) => resume(palabre, one)));
    for (const one of back) {
      await one.see('results:c1', (state) => state.totals.votes === 1);
      assert.deepEqual(one.held.get('results:c1').epochs, [], 'the epoch is still the same');
    }
    /* a worker that is new knows nothing of before; the other has what was missed, and no more */
    assert.ok(back.some((one) => one.held.get('results:c1').snapshots === 0));
    people = [...others, ...back];
    await palabre.agree(...people);
  });

  test('it is back on the same port, as often as it dies', async () => {
    for (const [restarts, number] of [[1, 1], [2, 1], [3, 2], [4, 1]]) {
      await settled(palabre, restarts);
      assert.equal(workersOf(palabre).size, 2);
      const cut = await kill(palabre, number, people, { moved: true }); /* all may have come to one by now */
      people = [...people.filter((one) => !cut.includes(one)), ...await Promise.all(cut.map((one) => resume(palabre, one)))];
    }
    await settled(palabre, 5);
    await palabre.agree(...people);
  });

  test('nothing acknowledged is lost', async () => {
    const fresh = await palabre.session({ challenges: [question('c1')] });
    const voters = await crowd(palabre, fresh);
    const acknowledged = new Map();
    let running = true;
    const voting = voters.map(async (one) => {
      for (let value = 1; running && !one.gone; value = -value) {
        await one.call('vote_cast', { idea: 'i1', value });
        acknowledged.set(one, value);
        await sleep(110);
      }
    });
    await until('everyone to have voted', () => acknowledged.size === MANY);
    const cut = await kill(palabre, 2, voters);
    await sleep(300);
    running = false;
    await Promise.allSettled(voting);
    const all = [...voters.filter((one) => !cut.includes(one)), ...await Promise.all(cut.map((one) => resume(palabre, one)))];
    for (const one of all) {
      const said = acknowledged.get(voters.find(({ id }) => id === one.id));
      const state = await one.see('me', ({ ballots }) => ballots.c1);
      const value = state.ballots.c1.votes.i1;
      /* who was cut may have had a next vote under way */
      assert.ok(value === said || (cut.some(({ id }) => id === one.id) && value === -said), `${one.id}: ${value}, acknowledged ${said}`);
    }
    await all[0].see('results:c1', (state) => state.totals.voters === MANY);
    await palabre.agree(...all);
  });

  test('who waits in its queue is served by the next', async () => {
    await settled(palabre, 1);
    const pid = workersOf(palabre).get(1);
    process.kill(pid, 'SIGSTOP');
    const { hostname, port } = new URL(palabre.url);
    const answers = Array.from({ length: MANY }, () => new Promise((answered, fail) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('connect', () => socket.write(`GET /healthz HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`));
      socket.on('data', (piece) => { text += piece; });
      socket.on('end', () => { socket.destroy(); answered(text); });
      socket.on('error', fail);
    }));
    let first = 0;
    for (const answer of answers) answer.then(() => { first++; }, () => {});
    await sleep(500);
    assert.ok(first > 0 && first < MANY, `${first} were served while one worker stood still`);
    process.kill(pid, 'SIGKILL');
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1\.1 200 /);
  });
});

test('a worker that is asked to end says bye, and another takes its place', async (t) => {
  const palabre = await start(t, { workers: 2 });
  const session = await palabre.session();
  const people = await crowd(palabre, session);
  process.kill(workersOf(palabre).get(2), 'SIGTERM');
  await settled(palabre, 1);
  await sleep(200);
  const gone = people.filter((one) => one.gone);
  assert.ok(gone.length > 0 && gone.length < people.length);
  for (const one of gone) assert.equal(one.bye.reason, 'draining');
});

test('a supervisor that is killed takes its workers along and leaves Redis to the next', async (t) => {
  const palabre = await start(t, { workers: 2 });
  const session = await palabre.session({ challenges: [question('c1')] });
  const people = await crowd(palabre, session);
  for (const one of people) await one.open('results:c1');
  await Promise.all(people.map((one) => one.call('vote_cast', { idea: 'i2', value: 1 })));
  const workers = [...workersOf(palabre).values()], redis = redisOf(palabre);
  assert.equal(workers.length, 2);
  assert.ok(lives(redis));
  await palabre.signal('SIGKILL');
  await palabre.serve(palabre.listen); /* the same port, while the workers may still be on it */
  for (const pid of workers) await until('the end of the workers', () => !lives(pid));
  assert.ok(lives(redis));
  assert.equal(redisOf(palabre), undefined);
  await Promise.all(people.map((one) => one.closed));
  const back = await Promise.all(people.map((one) => resume(palabre, one)));
  for (const one of back) await one.see('results:c1', (state) => state.totals.voters === MANY);
  await palabre.agree(...back);
  await palabre.stop();
  assert.ok(!lives(redis));
});

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`${signal} ends all of it and leaves no process behind`, async (t) => {
    const palabre = await start(t, { workers: 2 });
    const session = await palabre.session();
    const people = await crowd(palabre, session);
    const processes = [...workersOf(palabre).values(), redisOf(palabre)];
    assert.equal(processes.filter(lives).length, 3);
    assert.deepEqual(await palabre.signal(signal), { code: 0, signal: null }, palabre.log);
    assert.equal(processes.filter(lives).length, 0);
    await Promise.all(people.map((one) => one.closed));
    for (const one of people) assert.equal(one.bye.reason, 'draining');
    await assert.rejects(palabre.get('/healthz'), { code: 'ECONNREFUSED' });
  });

test('every worker has the settings of the start, wherever they came from', async (t) => {
  const palabre = await start(t, { late: true, workers: null, env: { PALABRE_ALLOW_ORIGIN: 'https://one.example https://two.example' } });
  const config = join(palabre.folder, 'palabre.json');
  const write = (more) => writeFileSync(config, JSON.stringify({ workers: 2, 'public-url': 'https://palabre.example', ...more }));
  palabre.args = ['--config', config];
  write({});
  await palabre.serve();
  assert.deepEqual([...workersOf(palabre).keys()].sort(), [1, 2]);
  write({ 'public-url': 'https://changed.example', nonsense: true });
  for (const [number, pid] of workersOf(palabre)) {
    process.kill(pid, 'SIGKILL');
    await settled(palabre, number);
  }
  for (let i = 0; i < 12; i++) {
    for (const origin of ['https://one.example', 'https://two.example']) await palabre.connect({ origin });
    await assert.rejects(palabre.connect({ origin: 'https://three.example' }));
    assert.equal((await palabre.get('/api/v1/about')).json.public_url, 'https://palabre.example');
  }
});

test('what hinders a start is said once, and ends it', async (t) => {
  const palabre = await start(t, { workers: 2 });
  for (const [listen, what] of [[palabre.listen, /another program listens there/], ['nowhere:0', /is not an address to listen on/]]) {
    const { code, stderr } = await palabre.run(['serve', '--workers', '2', '--listen', listen]);
    assert.equal(code, 1);
    assert.equal(stderr.match(/^palabre: .*$/gm).filter((line) => what.test(line)).length, 1, stderr);
  }
  for (const workers of ['0', '-1', '257', 'many', ''])
    assert.match((await palabre.run(['serve', '--workers', workers])).stderr, /workers: a number from 1 to 256/);
  assert.equal((await palabre.run(['worker', '1', '1'])).code, 1);
});

test('the demo runs once, is told by every worker, and goes on when its worker dies', async (t) => {
  const palabre = await start(t, { workers: 2, args: ['--demo'] });
  const ask = () => Promise.all(Array.from({ length: MANY }, () => palabre.get('/demo.json')));
  const told = await ask();
  for (const { status, json } of told) {
    assert.equal(status, 200);
    assert.deepEqual(json, told[0].json);
  }
  const [{ id }] = told[0].json.sessions;
  const walls = await Promise.all(Array.from({ length: MANY }, () => palabre.greet(id)));
  for (const wall of walls) await wall.see('session', (state) => state.people === 40);
  const cut = await kill(palabre, 1, walls);
  await settled(palabre, 1);
  const [wall] = walls.filter((one) => !cut.includes(one));
  const [name] = Object.keys(wall.state('session').challenges);
  await wall.open(`results:${name}`);
  const { votes } = wall.state(`results:${name}`).totals;
  await wall.see(`results:${name}`, (state) => state.totals.votes !== votes, 'votes of the demo');
  await until('the links at every worker', async () => (await ask()).every(({ status }) => status === 200));
});
