/* The peer on npm ws: listeners at /sub, voters and drivers at /pub.
 *
 *   node ws.mjs --redis SOCKET [--tick MS]
 *
 * Each vote is shown to everyone as it is counted, or, with --tick, all that changed in a tick in one message. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { connect, option, votes } from './votes.mjs';

const cast = votes(connect(option('redis')));
const tick = Number(option('tick', 0));
const listeners = new Set();
const server = createServer();
const door = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false, maxPayload: 65536 });

function broadcast(bytes) {
  for (const listener of listeners) listener.send(bytes, { binary: false });
}

let changed = {}, waiting = false;

function show(idea, count) {
  if (!tick) return broadcast(Buffer.from(JSON.stringify({ tally: { [idea]: count } })));
  changed[idea] = count;
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    const tally = changed;
    changed = {};
    waiting = false;
    broadcast(Buffer.from(JSON.stringify({ tally })));
  }, tick);
}

async function vote(socket, message) {
  try {
    show(message.idea, await cast(message));
    socket.send(`{"id":${message.id}}`);
  } catch (error) {
    socket.send(JSON.stringify({ id: message.id, error: error.message }));
  }
}

door.on('connection', (socket, request) => {
  if (request.url === '/sub') {
    listeners.add(socket);
    socket.on('close', () => listeners.delete(socket));
  } else {
    socket.on('message', (bytes) => {
      const message = JSON.parse(bytes);
      if (message.idea) vote(socket, message);
      else broadcast(bytes);
    });
  }
  socket.on('error', () => socket.terminate());
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
