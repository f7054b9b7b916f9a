/* Under load, what connects things is cut: clients, subscriptions, the log behind them, calls; or Redis does not answer for
 * a while. Everyone comes to the same documents, and nothing acknowledged is lost. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Palabre, sleep } from '../story/palabre.js';
import { Crowd, eventually } from './crowd.js';

let palabre, crowd;
before(async () => {
  palabre = await Palabre.start();
  crowd = await Crowd.gather(palabre, 2);
});
after(async () => {
  crowd?.disperse();
  await palabre.stop();
});

test('connections that are cut resume where they were: no document is sent whole again', async () => {
  crowd.work();
  const connections = crowd.phones.map((phone) => phone.connections);
  const snapshots = crowd.phones.map((phone) => phone.snapshotsSeen());
  for (let i = 0; i < 4; i++) {
    await crowd.while(700);
    for (const phone of crowd.phones)
      if (i === 0 || crowd.random.chance(0.5)) phone.client.socket._socket?.[crowd.random.chance(0.5) ? 'destroy' : 'resetAndDestroy']();
  }
  await crowd.while(500);
  await crowd.settle();
  crowd.phones.forEach((phone, i) => {
    assert.ok(phone.connections > connections[i]);
    assert.equal(phone.snapshotsSeen(), snapshots[i], `whole documents sent again to ${phone.id ?? 'a screen'}`);
  });
});

test('subscriptions that are cut are repaired from the log', async () => {
  crowd.work();
  for (let i = 0; i < 4; i++) {
    await crowd.while(700);
    await crowd.withRedis((redis) => redis.client('KILL', 'TYPE', 'pubsub'));
  }
  await crowd.while(500);
  await crowd.settle();
});

test('a log that was trimmed while nobody listened is made good by loading again', async () => {
  crowd.work();
  for (let i = 0; i < 3; i++) {
    await crowd.while(700);
    await crowd.withRedis(async (redis) => {
      for (let j = 0; j < 10; j++) {
        await redis.client('KILL', 'TYPE', 'pubsub');
        await redis.xtrim(`palabre:{${crowd.session}}:log`, 'MAXLEN', 0);
        await sleep(20);
      }
    });
  }
  await crowd.while(500);
  await crowd.settle();
});

test('calls that are cut are repeated by their clients and happen once', async () => {
  crowd.work();
  for (let i = 0; i < 4; i++) {
    await crowd.while(700);
    await crowd.withRedis((redis) => redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
  }
  await crowd.while(500);
  await crowd.settle();
});

test('a Redis that does not answer: writes fail with a hint, views go on and say that they are stale, all converges', async () => {
  crowd.work();
  await crowd.while(500);
  const redis = await crowd.redisProcess();
  const late = await palabre.join(crowd.session, 'Au mauvais moment');
  const known = crowd.people.map((phone) => phone.refusals.length);
  process.kill(redis, 'SIGSTOP');
  try {
    const [wall] = crowd.screens;
    await wall.client.until('a heartbeat that says stale', () => wall.client.heartbeats.at(-1)?.stale === true);
    for (const topic of ['session', 'ideas:c1:top', 'ideas:c2:new', 'results:c4', 'leaders']) {
      await palabre.state(crowd.session, topic);
      await palabre.state(crowd.session, topic, crowd.people[0].token);
    }
    const visitor = await palabre.greet(crowd.session);
    await visitor.open('ideas:c2:top');
    await visitor.leave();
    const refusal = await palabre.refused(crowd.session, late.token, 'vote_cast', { idea: 'i1', value: 1, key: 'while-away' });
    assert.equal(refusal.name, 'store_unavailable');
    assert.ok(refusal.data.retry_ms > 0);
    assert.equal((await palabre.get('/healthz')).status, 200);
    await eventually('not to be ready', async () => (await palabre.get('/readyz')).status === 503);
    await crowd.while(2500);
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  await crowd.while(1000);
  for (const phone of crowd.phones)
    await phone.client.until('a heartbeat that says current', () => phone.client.heartbeats.at(-1)?.stale === false);
  const refusals = crowd.people.flatMap((phone, i) => phone.refusals.slice(known[i]));
  assert.ok(refusals.length >= crowd.people.length, 'everyone was told');
  for (const { data, ms } of refusals) {
    assert.ok(data.retry_ms > 0);
    assert.ok(ms < 6000, `told after ${ms} ms`);
  }
  /* Refused is not undone: it may have been on its way. Repeated under its key it is settled, and happened once. */
  await palabre.call(crowd.session, late.token, 'vote_cast', { idea: 'i1', value: 1, key: 'while-away' });
  assert.deepEqual((await palabre.state(crowd.session, 'me', late.token)).ballots.c1.votes, { i1: 1 });
  await crowd.settle({ people: true });
});
