/* Two servers of one session: on one data directory, and on one Redis of the operator's own. What one shows, the other shows,
 * whichever of them goes. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Palabre, same } from '../story/palabre.js';
import { Crowd, eventually, isAlive, killServer, serveAgain } from './crowd.js';

const started = [];
after(async () => {
  for (const end of started.reverse()) await end();
});

/** The same document at the same epoch, to every role. (Its version is when a worker knows that it changed last: one that
 * loaded later says its load.) */
async function showTheSame(one, other, crowd) {
  const tokens = [undefined, crowd.people[0].token, await one.staff(crowd.session, 'moderator'), await one.admin()];
  for (const topic of ['session', 'ideas:c1:top', 'ideas:c2:new', 'ideas:c5:top', 'results:c3', 'results:c5', 'leaders', 'idea:i1'])
    for (const token of tokens) {
      await eventually(`the same ${topic}`, async () => {
        const answers = [await one.topic(crowd.session, topic, token), await other.topic(crowd.session, topic, token)];
        return answers[0].epoch === answers[1].epoch && same(answers[0].state, answers[1].state);
      });
    }
}

test('two servers on one data directory show the same, a command beside them works, and either may go', async () => {
  const one = await Palabre.start();
  started.push(() => one.stop());
  const other = new Palabre({ folder: one.folder });
  await other.serve();
  started.push(async () => { if (!other.down) await other.signal('SIGTERM'); });
  const crowd = await Crowd.gather([one, other], 3);
  started.push(() => crowd.disperse());
  const redis = await crowd.redisProcess();

  crowd.work();
  await crowd.while(1500);
  assert.ok((await one.cli('session', 'list')).includes(crowd.session));
  assert.equal(JSON.parse(await one.cli('session', 'show', crowd.session)).state.title, 'Une session');
  await crowd.settle();
  await showTheSame(one, other, crowd);

  crowd.work();
  await crowd.while(800);
  await killServer(one); /* which started Redis: the other looks after it now */
  await crowd.while(800);
  process.kill(redis, 'SIGKILL');
  await eventually('another Redis', async () => (await crowd.redisProcess()) !== redis);
  await serveAgain(one);
  await crowd.while(800);
  await crowd.settle();
  await showTheSame(one, other, crowd);

  const last = await crowd.redisProcess();
  crowd.work();
  await crowd.while(500);
  one.down = true;
  assert.deepEqual(await one.signal('SIGTERM'), { code: 0, signal: null });
  assert.ok(isAlive(last), 'the other still uses it');
  await crowd.while(500);
  await serveAgain(one);
  other.down = true;
  assert.deepEqual(await other.signal('SIGTERM'), { code: 0, signal: null });
  assert.ok(isAlive(last));
  await crowd.while(500);
  await crowd.settle();
});

test('two servers on one Redis of the operator’s own show the same, also after it was killed and is there again', async () => {
  const one = new Palabre();
  const socket = join(one.folder, 'own.sock');
  one.env.PALABRE_REDIS = `unix:${socket}`; /* for its commands too */
  one.redisPath = socket;
  const program = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
  let redis;
  const start = () => {
    redis = spawn(program, ['--port', '0', '--unixsocket', socket, '--dir', one.folder, '--save', '', '--appendonly', 'yes'], { stdio: 'ignore' });
  };
  start();
  started.push(async () => { const gone = once(redis, 'exit'); redis.kill('SIGKILL'); await gone; });
  await one.serve();
  started.push(() => one.stop());
  const other = new Palabre({ folder: one.folder, env: one.env });
  await other.serve();
  started.push(() => other.signal('SIGTERM'));
  const crowd = await Crowd.gather([one, other], 4);
  started.push(() => crowd.disperse());

  crowd.work();
  await crowd.while(1200);
  await crowd.settle();
  await showTheSame(one, other, crowd);

  crowd.work();
  await crowd.while(800);
  const gone = once(redis, 'exit');
  redis.kill('SIGKILL');
  await gone;
  await crowd.while(300);
  start();
  await crowd.while(800);
  await crowd.settle({ people: true });
  await showTheSame(one, other, crowd);
});
