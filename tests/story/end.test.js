/* A server that is asked to end does, whatever it was being asked a moment before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Palabre } from './palabre.js';

for (const count of [3, 6, 12, 24])
  test(`a server with ${count} sessions in use, and as many asked for that never were, ends when told`, { timeout: 60_000 }, async () => {
    const server = await Palabre.start();
    for (let i = 0; i < count; i++) {
      const session = await server.session();
      await server.state(session, 'session', await server.staff(session));
    }
    await Promise.all(Array.from({ length: count }, async (_, i) => {
      const stranger = await server.connect();
      await stranger.hello(`nowhere-${i}`).catch(() => {});
    }));
    const end = server.signal('SIGTERM');
    const late = setTimeout(() => server.process.kill('SIGKILL'), 20_000);
    const { code, signal } = await end;
    clearTimeout(late);
    assert.equal(code, 0, `ended with ${code ?? signal}`);
    await server.stop();
  });
