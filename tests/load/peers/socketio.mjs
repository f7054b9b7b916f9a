/* The peer on Socket.IO with its Redis adapter: each vote is shown to the room of listeners as it is counted.
 *
 *   node socketio.mjs --redis SOCKET */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { connect, option, votes } from './votes.mjs';

const path = option('redis');
const cast = votes(connect(path));
const server = createServer();
const io = new Server(server, {
  adapter: createAdapter(connect(path), connect(path)),
  transports: ['websocket'], perMessageDeflate: false, httpCompression: false, serveClient: false,
});

io.on('connection', (socket) => {
  if (socket.handshake.auth.as === 'listener') {
    socket.join('listeners');
    return;
  }
  socket.on('publish', (message) => io.to('listeners').emit('publish', message));
  socket.on('vote', async (vote, answer) => {
    try {
      const count = await cast(vote);
      io.to('listeners').emit('tally', { tally: { [vote.idea]: count } });
      answer({});
    } catch (error) {
      answer({ error: error.message });
    }
  });
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
