/* How frames of WebSockets leave. They are held, by reference, until the turn of the loop ends, just before
 * it waits for events; then those of a socket leave in one call to the kernel, without libwebsockets and
 * without a copy: each frame brings its WebSocket header in its headroom. Answers and the frames of several
 * topics so cost one call, and one packet.
 *
 * Where many sockets hold frames, a turn sends to a part of them only: votes that come in, and Redis, are
 * heard between the parts and not after thousands of calls. Sockets are sent to in the order in which they
 * began to hold, so that each waits for those before it and for no other.
 *
 * Writing past libwebsockets is right on 4.1.6 and 4.3.5 with HTTP/1, no TLS and no extensions, as long as it
 * has nothing of its own to write: it keeps no state of frames that went out whole. What the kernel does not
 * take is given to libwebsockets as raw bytes, which keeps a copy, writes it when it can and then calls us;
 * until that is gone we refuse what comes. A pong of its own that the kernel did not take is found and waited
 * for in the same way. */
#include "edge/edge_internal.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define TURN_HEADER_ROOM 10
#define TURN_SENDS       256 /* sockets that a turn sends to, */
#define TURN_SHARE       4   /* or one of so many that hold frames: however many come, they do not pile up */

_Static_assert(FRAME_HEADROOM >= TURN_HEADER_ROOM, "a frame has too little room before its bytes");

/* The frame with its header (RFC 6455, 5.2: final, text, unmasked), which is written into the headroom of the
 * shared frame. That is no change to what others see: it is the same each time. */
static struct iovec turn_header(struct frame *frame)
{
    size_t size = frame->size, length = size < 126 ? 0 : size < 65536 ? 2 : 8;
    unsigned char *header = frame_bytes(frame) - 2 - length;
    header[0] = 0x81;
    header[1] = (unsigned char)(length == 0 ? size : length == 2 ? 126 : 127);
    for (size_t i = 0; i < length; i++)
        header[2 + i] = (unsigned char)((uint64_t)size >> (8 * (length - 1 - i)));
    return (struct iovec){header, 2 + length + size};
}

void edge_turn_drop(struct edge_socket *socket)
{
    for (unsigned i = 0; i < socket->held_count; i++)
        frame_unref(&socket->held[i]);
    socket->held_count = 0;
    socket->held_bytes = 0;
    list_remove(&socket->holding);
}

/* Bytes that the kernel took, or -1 where the socket is broken. */
static ssize_t turn_send(struct edge_socket *socket, struct iovec *parts)
{
    ssize_t sent;
    socket->edge->sends++;
    if (socket->held_count == 1) {
        sent = send(socket->fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
    } else {
        const struct msghdr message = {.msg_iov = parts, .msg_iovlen = socket->held_count};
        sent = sendmsg(socket->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
        return 0;
    return sent;
}

void edge_turn_flush(struct edge_socket *socket)
{
    struct iovec parts[EDGE_HELD_FRAMES];
    if (!socket->held_count)
        return;
    for (unsigned i = 0; i < socket->held_count; i++)
        parts[i] = turn_header(socket->held[i]);
    ssize_t sent = lws_partial_buffered(socket->wsi) ? 0 : turn_send(socket, parts);
    if (sent < 0) {
        edge_socket_kill(socket);
        return;
    }
    socket->edge->frames += socket->held_count;
    size_t skip = (size_t)sent;
    for (unsigned i = 0; i < socket->held_count; i++) {
        size_t done = skip < parts[i].iov_len ? skip : parts[i].iov_len;
        skip -= done;
        if (done == parts[i].iov_len)
            continue;
        socket->pending = true;
        unsigned char *rest = (unsigned char *)parts[i].iov_base + done;
        if (lws_write(socket->wsi, rest, parts[i].iov_len - done, LWS_WRITE_RAW) < 0) {
            edge_socket_kill(socket);
            return;
        }
    }
    edge_turn_drop(socket);
}

static bool turn_is_full(struct edge_socket *socket)
{
    socket->pending = socket->pending && lws_partial_buffered(socket->wsi);
    return socket->pending;
}

bool edge_turn_hold(struct edge_socket *socket, struct frame *frame)
{
    assert(!socket->closing && !socket->dead);
    if (turn_is_full(socket))
        return false;
    if (socket->held_count == EDGE_HELD_FRAMES) {
        edge_turn_flush(socket);
        if (socket->dead || turn_is_full(socket))
            return false;
    }
    if (!socket->held_count) {
        list_push_back(&socket->edge->holding, &socket->holding);
        socket->held_number = ++socket->edge->held_number;
    }
    socket->held[socket->held_count++] = frame_ref(frame);
    socket->held_bytes += frame->size;
    if (socket->held_bytes > EDGE_HELD_BYTES)
        edge_turn_flush(socket);
    return true;
}

void edge_turn_flush_first(struct edge *edge, size_t sockets)
{
    while (sockets-- && !list_is_empty(&edge->holding)) {
        struct list *first = edge->holding.next;
        /* While the kernel sends to one, the next one's fields come into the cache. */
        __builtin_prefetch(CONTAINER_OF(first->next, struct edge_socket, holding));
        edge_turn_flush(CONTAINER_OF(first, struct edge_socket, holding));
    }
}

/* That it runs has the loop look for events without waiting for any. */
static void turn_goes_on(uv_idle_t *idle)
{
    (void)idle;
}

/* The number of the socket that holds longest; that of the next to begin where none does. */
static uint64_t turn_first(const struct edge *edge)
{
    return list_is_empty(&edge->holding)
               ? edge->held_number + 1
               : CONTAINER_OF(edge->holding.next, struct edge_socket, holding)->held_number;
}

void edge_turn_end(uv_prepare_t *prepare)
{
    struct edge *edge = CONTAINER_OF(prepare, struct edge, turn_end);
    size_t share = (edge->held_number + 1 - turn_first(edge)) / TURN_SHARE;
    edge_turn_flush_first(edge, share > TURN_SENDS ? share : TURN_SENDS);
    if (list_is_empty(&edge->holding))
        uv_idle_stop(&edge->sending);
    else
        uv_idle_start(&edge->sending, turn_goes_on);
    if (edge->mark && turn_first(edge) >= edge->mark) {
        edge->mark = 0;
        edge->settings.mark_sent(edge->settings.owner);
    }
}

void edge_mark(struct edge *edge)
{
    assert(edge->settings.mark_sent);
    edge->mark = edge->held_number + 1;
}

void edge_sent(const struct edge *edge, uint64_t *out_frames, uint64_t *out_sends)
{
    *out_frames = edge->frames;
    *out_sends = edge->sends;
}
