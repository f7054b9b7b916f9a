/* The demonstration, and the way in: links and codes that other devices can open, over plain http. */

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, afterEach, before, test } from 'node:test';
import { BIG, Crowd, LAPTOP, Palabre, WORDS, challenge } from './pages.js';

let crowd;
before(async () => { crowd = await Crowd.gather(); });
after(() => crowd?.leave());
afterEach(() => crowd.rest());

async function withServer(options, listen, run) {
  const server = new Palabre(options);
  await server.serve(listen);
  try {
    await run(server);
    await crowd.rest();
  } finally {
    await server.stop();
  }
}

const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test('the demonstration lists three consultations whose screens move by themselves and say that people are simulated', async () => {
  await withServer({ args: ['--demo'] }, '127.0.0.1:0', async (server) => {
    const home = await crowd.device(`${server.url}/`, { viewport: LAPTOP });
    await home.sees('demo-session');
    assert.equal(await home.at('demo-session').count(), 3);
    await home.says(WORDS.fr.home_loopback);
    const links = await home.at('link-wall').evaluateAll((all) => all.map((each) => each.href));
    for (const link of links) {
      const wall = await crowd.device(link, { viewport: BIG });
      await wall.sees('simulated');
      await wall.sees('loopback');
      assert.equal(await wall.at('qr').count(), 0, 'no code that a phone cannot open');
      await wall.sees('row');
      const voters = Number(await wall.at('voters').getAttribute('data-voters'));
      await wall.page.waitForFunction((before) => Number(document.querySelector('[data-test="voters"]').dataset.voters) > before, voters);
    }
    const first = await crowd.device(await home.at('link-participant').first().evaluate(({ href }) => href));
    await first.enter('Ana');
    await first.sees('simulated');
    await first.page.locator('img').first().evaluate((image) => image.decode());
    const moderator = await crowd.device(await home.at('link-moderator').first().evaluate(({ href }) => href), { viewport: LAPTOP });
    await moderator.sees('freeze');
    await moderator.sees('hide');
  });
});

test('a wall shows a code that leads to the public address', async () => {
  await withServer({ args: ['--public-url', 'http://vote.example.org'] }, '127.0.0.1:0', async (server) => {
    const session = await server.session();
    const wall = await crowd.wall(server, session);
    await wall.sees('qr');
    assert.equal(await wall.at('qr').getAttribute('data-text'), `http://vote.example.org/${session}`);
    await wall.says(`vote.example.org/${session}`);
  });
});

test('from another device of the network, over plain http, everything works', { skip: address ? false : 'this machine is on no network' }, async () => {
  await withServer({}, `${address}:0`, async (server) => {
    const session = await server.session({ challenges: [challenge('c1', { ideas: [{ title: 'Un banc' }, { title: 'Un parking' }] })] });
    const ana = await crowd.person(server, session, 'Ana', { cut: true });
    assert.equal(await ana.page.evaluate(() => isSecureContext), false);
    const wall = await crowd.wall(server, session, { cut: true });
    await wall.sees('qr');
    assert.equal(await wall.at('qr').getAttribute('data-text'), `${server.url}/${session}`);
    await ana.on('i1', 'vote').click();
    await wall.rowCounts('i1', 1);
    await ana.propose('Une fontaine à eau');
    await wall.says('Une fontaine à eau');
    await ana.page.reload();
    await ana.sees('idea');
    assert.match(await ana.at('you').innerText(), /Ana/);
    const { listen } = server;
    await server.signal('SIGKILL');
    await ana.link('waiting');
    await server.serve(listen);
    await ana.link('online');
    await ana.on('i2', 'vote').click();
    await wall.rowCounts('i2', 1);
  });
});
