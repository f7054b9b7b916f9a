/* When a room opens and everyone comes at once. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { Palabre, challenge, sleep } from './palabre.js';

const CROWD = 60;

let palabre, redis, monitor, session;
const asked = []; /* what Redis ran: [function, its own arguments...] */
before(async () => {
  palabre = await Palabre.start();
  session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une caisse calme' }] })] });
  redis = new Redis(join(palabre.data, 'redis.sock'));
  monitor = await redis.monitor();
  monitor.on('monitor', (_, words) => {
    if (words[0].toUpperCase() === 'FCALL') asked.push([words[1].replace(/_\d+$/, ''), ...words.slice(12)]);
    else asked.push(words);
  });
});
after(async () => {
  monitor.disconnect();
  redis.disconnect();
  await palabre.stop();
});

/** All that Redis ran until now has been told. */
let marks = 0;
async function told() {
  const mark = `mark ${++marks}`;
  await redis.echo(mark);
  while (!asked.some((words) => words[1] === mark)) await sleep(5);
}

const arrive = async ({ token }) => {
  const client = await palabre.connect();
  return async () => {
    const [, me] = await Promise.all([client.hello(session, token), client.open('me')]);
    return me.state;
  };
};

test('those who come together are read together, and each has their own votes', async () => {
  const people = await Promise.all(Array.from({ length: CROWD }, (_, i) => palabre.join(session, `P${i}`)));
  for (const { token } of people.slice(0, CROWD / 2)) await palabre.call(session, token, 'vote_cast', { idea: 'i1', value: 1 });
  const crowd = await Promise.all(people.map(arrive));
  await told();
  asked.length = 0;
  const held = await Promise.all(crowd.map((come) => come()));
  held.forEach((me, i) => {
    assert.equal(me.participant.name, `P${i}`);
    assert.deepEqual(me.ballots.c1?.votes, i < CROWD / 2 ? { i1: 1 } : undefined, me.participant.name);
  });
  await told();
  const readings = asked.filter(([name]) => name === 'people_read').map(([, ...ids]) => ids);
  assert.equal(new Set(readings.flat()).size, CROWD);
  assert.ok(readings.some((ids) => ids.length > 1), 'some were read together');
});

test('who is unknown among them is told so, and the others are not', async () => {
  const people = await Promise.all(['Ana', 'Ben', 'Cléo'].map((name) => palabre.join(session, name)));
  const { id } = people[1].participant;
  await redis.hdel(`palabre:{${session}}:people:${Math.floor(Number(id.slice(1)) / 16)}`, `${id}.n`);
  const [ana, ben, cleo] = await Promise.all(people.map(({ token }) => palabre.connect().then(async (client) => {
    await client.hello(session, token).catch(() => {});
    return client;
  })));
  await ben.until('bye', () => ben.bye);
  assert.equal(ben.bye.reason, 'unauthorized');
  for (const [client, name] of [[ana, 'Ana'], [cleo, 'Cléo']]) assert.equal((await client.open('me')).state.participant.name, name);
});

test('a session that goes while people of it wait to be read takes the server along nowhere', async () => {
  const going = await palabre.session();
  const people = await Promise.all(Array.from({ length: 20 }, (_, i) => palabre.join(going, `Q${i}`)));
  const clients = await Promise.all(people.map(() => palabre.connect()));
  const hellos = clients.map((client, i) => client.hello(going, people[i].token).catch(() => {}));
  await redis.del(`palabre:{${going}}:meta`);
  await Promise.all(hellos);
  for (const client of clients) client.socket.terminate();
  assert.equal((await palabre.get(`/api/v1/sessions/${session}/topics/session`)).status, 200);
});

test('what changes while a tick still leaves is on all of many screens with the next one', async (t) => {
  const busy = new Palabre({ args: ['--tick', '1'] });
  t.after(() => busy.stop());
  await busy.serve();
  const id = await busy.session({ challenges: [challenge('c1', { tally: 'live', ballot: 'updown', ideas: [{ title: 'Une caisse calme' }] })] });
  const screens = await Promise.all(Array.from({ length: 600 }, () => busy.greet(id))); /* more than a turn of the loop sends to */
  await Promise.all(screens.map((screen) => screen.open('results:c1')));
  const voters = await Promise.all(Array.from({ length: 8 }, (_, i) => busy.person(id, `V${i}`)));
  for (let round = 0; round < 12; round++) {
    const value = round % 2 ? -1 : 1;
    await Promise.all(voters.map(async (voter, i) => {
      await sleep(3 * i + round % 3); /* some while frames leave */
      await voter.call('vote_cast', { idea: 'i1', value });
    }));
    for (const screen of screens) await screen.see('results:c1', (state) => state.ideas.i1?.score === 8 * value);
  }
});
