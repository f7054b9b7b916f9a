/* Under load, things die without a word. Every acknowledged write stays, and everyone who was connected comes back to the
 * same documents without a reload. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Palabre } from '../story/palabre.js';
import { Crowd, eventually, isAlive, killServer, serveAgain } from './crowd.js';

let palabre, crowd;
before(async () => {
  palabre = await Palabre.start();
  crowd = await Crowd.gather(palabre, 1);
});
after(async () => {
  crowd?.disperse();
  await palabre.stop();
});

test('kill -9 of the server, again and again: nothing acknowledged is lost, the Redis that lives on is adopted', async () => {
  const redis = await crowd.redisProcess();
  crowd.work();
  for (let i = 0; i < 3; i++) {
    await crowd.while(1200);
    await killServer(palabre);
    await serveAgain(palabre);
    assert.equal(await crowd.redisProcess(), redis, 'the same Redis');
  }
  await crowd.while(800);
  await crowd.settle();
});

test('kill -9 of the private Redis, again and again: it is started again, nothing acknowledged is lost', async () => {
  crowd.work();
  for (let i = 0; i < 3; i++) {
    await crowd.while(1200);
    const redis = await crowd.redisProcess();
    process.kill(redis, 'SIGKILL');
    await eventually('another Redis', async () => (await crowd.redisProcess()) !== redis);
  }
  await crowd.while(800);
  await crowd.settle();
});

test('kill -9 of both at once: nothing acknowledged is lost', async () => {
  crowd.work();
  await crowd.while(1200);
  const redis = await crowd.redisProcess();
  process.kill(redis, 'SIGKILL');
  await killServer(palabre);
  await serveAgain(palabre);
  assert.notEqual(await crowd.redisProcess(), redis);
  await crowd.while(800);
  await crowd.settle();
});

test('kill -9 of the server, then a command alone: it adopts the Redis, stops it, and the next server has everything', async () => {
  crowd.work();
  await crowd.while(1000);
  const redis = await crowd.redisProcess();
  await killServer(palabre);
  assert.equal(await palabre.cli('session', 'list'), crowd.session);
  await eventually('the Redis to be stopped', () => !isAlive(redis));
  await serveAgain(palabre);
  await crowd.while(800);
  await crowd.settle({ people: true });
});
