/* From another device: everything over plain http at an address of this machine's own that is not its loopback. */

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, test } from 'node:test';
import { Palabre, challenge } from './palabre.js';

const address = Object.values(networkInterfaces()).flat().find(({ internal, family }) => !internal && family === 'IPv4')?.address;
const skip = address ? false : 'this machine has no address but its loopback';

let palabre;
before(async () => {
  if (skip) return;
  palabre = new Palabre();
  await palabre.serve('0.0.0.0:0');
  palabre.port = new URL(palabre.url).port;
  palabre.url = `http://${address}:${palabre.port}`; /* where a phone finds it */
});
after(() => palabre?.stop());

test('someone joins, votes and sees it from an address of the network, over plain http', { skip }, async () => {
  const session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une caisse calme' }] })] });
  const ana = await palabre.person(session, 'Ana');
  const wall = await palabre.greet(session, undefined, { origin: palabre.url });
  await ana.open('me');
  for (const client of [ana, wall]) for (const topic of ['session', 'ideas:c1:top', 'results:c1']) await client.open(topic);
  const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'Des bancs' });
  await ana.call('vote_cast', { idea, value: 1 });
  for (const client of [ana, wall]) {
    await client.see('ideas:c1:top', (state) => state.ideas[idea]?.tally.votes === 1);
    await client.see('results:c1', (state) => state.totals.votes === 1);
  }
  assert.deepEqual(ana.state('me').ballots.c1.votes, { [idea]: 1 });
  await palabre.agree(ana, wall);
});

test('a page of this address is of the same origin by its Host; one of another is refused', { skip }, async () => {
  const session = await palabre.session();
  const own = await palabre.connect({ origin: palabre.url });
  await own.hello(session);
  for (const origin of ['http://elsewhere.example', `http://127.0.0.1:${palabre.port}`, `https://${address}:1`]) {
    await assert.rejects(palabre.connect({ origin }), /403/, origin);
    const { status, json } = await palabre.post(`/api/v1/sessions/${session}/join`, {}, undefined, { origin });
    assert.deepEqual([status, json.name], [403, 'origin_refused'], origin);
  }
});

test('where it listens everywhere, links name an address that a phone of the network reaches', { skip }, async () => {
  const { json } = await palabre.get('/api/v1/about');
  const { hostname, port, protocol } = new URL(json.public_url);
  assert.equal(protocol, 'http:');
  assert.equal(port, palabre.port);
  assert.ok(Object.values(networkInterfaces()).flat().some((one) => !one.internal && one.address === hostname), json.public_url);
});
