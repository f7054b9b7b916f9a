/* WebSockets, on libwebsockets. A socket is libwebsockets' to close: we say a close frame and wait for the
 * peer's, or shut the descriptor down, and hear LWS_CALLBACK_CLOSED later, on the loop.
 *
 *   open --- edge_socket_close ---> closing ---> said ---> the peer's close, or 5 s ---> closed
 *     |----- the peer's close ----> closing ---> answered by libwebsockets ---------------^
 *     `----- broken, stuck, two pings lost ----> dead (shut down) ------------------------^
 *
 * Frames are not written by libwebsockets: edge_turn.c has how they leave. */
#include "edge/edge_internal.h"
#include "edge/edge_progress.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#define SOCKET_PING_MS    20000
#define SOCKET_PINGS_LOST 2
#define SOCKET_CLOSE_MS   5000 /* for what is pending, the close frame and its answer */

static bool socket_may_send(const struct edge_socket *socket)
{
    return !socket->closing && !socket->dead;
}

/* The reset frees what the kernel kept for the peer. */
void edge_socket_kill(struct edge_socket *socket)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    socket->dead = true;
    edge_turn_drop(socket);
    setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    shutdown(socket->fd, SHUT_RDWR);
}

bool edge_socket_send(struct edge_socket *socket, struct frame *frame)
{
    if (!socket_may_send(socket))
        return false;
    if (edge_turn_hold(socket, frame))
        return true;
    if (!socket->wants && !socket->dead)
        lws_callback_on_writable(socket->wsi);
    socket->wants = true;
    return false;
}

void edge_socket_limit(struct edge_socket *socket, size_t message_limit)
{
    socket->message_limit = message_limit;
}

/* Says the close frame once nothing is pending before it. We write it ourselves: asked for by the value of a
 * writable callback, libwebsockets on libuv (4.1.6 and 4.3.5) closes the descriptor before the frame is sent.
 */
static void socket_say_close(struct edge_socket *socket)
{
    if (!socket->close_code || socket->dead)
        return;
    if (lws_partial_buffered(socket->wsi)) {
        lws_callback_on_writable(socket->wsi);
        return;
    }
    unsigned char room[LWS_PRE + 4 + EDGE_REASON_ROOM], *at = room + LWS_PRE;
    size_t size = strlen(socket->close_reason);
    at[0] = 0x88; /* FIN, close */
    at[1] = (unsigned char)(size + 2);
    at[2] = (unsigned char)(socket->close_code >> 8);
    at[3] = (unsigned char)socket->close_code;
    memcpy(at + 4, socket->close_reason, size);
    socket->close_code = 0;
    if (lws_write(socket->wsi, at, size + 4, LWS_WRITE_RAW) < 0)
        edge_socket_kill(socket);
}

static void socket_begin_close(struct edge_socket *socket)
{
    edge_turn_flush(socket); /* what was sent before it goes before it */
    socket->closing = true;
    socket->closing_since = edge_now(socket->edge);
    buffer_clear(&socket->message);
}

void edge_socket_close(struct edge_socket *socket, int code, const char *reason)
{
    assert(code >= 4000 && code <= 4999 && strlen(reason) < EDGE_REASON_ROOM);
    if (!socket_may_send(socket))
        return;
    socket_begin_close(socket);
    socket->close_code = code;
    socket->close_reason = memory_string(reason);
    socket_say_close(socket);
}

const char *edge_socket_peer(const struct edge_socket *socket)
{
    return socket->peer;
}

static void socket_plan_ping(struct edge_socket *socket)
{
    uint64_t least = socket->edge->settings.ping_ms ? socket->edge->settings.ping_ms : SOCKET_PING_MS;
    socket->ping_at = edge_now(socket->edge) + least + edge_random(socket->edge, (uint32_t)(least / 4) + 1);
}

static int socket_establish(struct lws *wsi, struct edge_socket **slot)
{
    struct edge *edge = lws_context_user(lws_get_context(wsi));
    if (edge->freeing)
        return -1;
    struct edge_socket *socket = memory_alloc(sizeof(*socket));
    socket->edge = edge;
    socket->wsi = wsi;
    socket->fd = lws_get_socket_fd(wsi);
    list_init(&socket->holding);
    socket->message_limit = edge->settings.message_limit;
    if (edge->adopting_peer)
        snprintf(socket->peer, sizeof(socket->peer), "%s", edge->adopting_peer);
    else
        lws_get_peer_simple(wsi, socket->peer, sizeof(socket->peer));
    list_push_back(&edge->sockets, &socket->link);
    edge_count(edge, 1);
    socket_plan_ping(socket);
    *slot = socket;
    socket->user = edge->settings.socket_opened(edge->settings.owner, socket);
    assert(socket->user);
    return 0;
}

static void socket_closed(struct edge_socket **slot)
{
    struct edge_socket *socket = *slot;
    *slot = NULL;
    list_remove(&socket->link);
    socket->dead = true;
    edge_turn_drop(socket);
    edge_count(socket->edge, -1);
    socket->edge->settings.socket_closed(socket->user);
    buffer_clear(&socket->message);
    free(socket->close_reason);
    free(socket);
}

/* Bytes of a message: at most rx_buffer_size of them, and never of two frames. */
static void socket_receive(struct edge_socket *socket, const char *bytes, size_t size)
{
    struct lws *wsi = socket->wsi;
    const struct edge_settings *settings = &socket->edge->settings;
    socket->missed = 0;
    if (!socket_may_send(socket))
        return;
    if (lws_remaining_packet_payload(wsi) == 0)
        socket->fragments++;
    bool whole = lws_is_final_fragment(wsi);
    if (lws_frame_is_binary(wsi)) {
        edge_socket_close(socket, EDGE_CODE_WRONG, "text only");
    } else if (socket->message.size + size + lws_remaining_packet_payload(wsi) > socket->message_limit) {
        edge_socket_close(socket, EDGE_CODE_LARGE, "message too large");
    } else if (socket->fragments + !whole > settings->fragment_limit) {
        edge_socket_close(socket, EDGE_CODE_LARGE, "too many fragments");
    } else if (!whole) {
        buffer_add(&socket->message, bytes, size);
    } else if (!socket->message.size) { /* the usual message comes in one piece, and is not copied */
        socket->fragments = 0;
        settings->socket_message(socket->user, size ? bytes : "", size);
    } else {
        buffer_add(&socket->message, bytes, size);
        struct buffer message = socket->message;
        socket->message = (struct buffer){0};
        socket->fragments = 0;
        settings->socket_message(socket->user, message.bytes, message.size);
        buffer_clear(&message);
    }
}

static void socket_writable(struct edge_socket *socket)
{
    socket_say_close(socket);
    if (!socket->wants || !socket_may_send(socket))
        return;
    socket->wants = false;
    socket->edge->settings.socket_ready(socket->user);
}

/* The value is the callback's: 0 has libwebsockets answer with the same code, -1 closes without a word. */
static int socket_hear_close(struct edge_socket *socket)
{
    if (socket->closing && !socket->close_code) /* it answers ours */
        return -1;
    socket_begin_close(socket);
    socket->close_code = 0;
    return 0;
}

/* libwebsockets is given right handshakes only; this says so once more where its own reading decides. */
static int socket_confirm(struct lws *wsi)
{
    char upgrade[16];
    return lws_hdr_copy(wsi, upgrade, sizeof(upgrade), WSI_TOKEN_UPGRADE) > 0 &&
                   strcmp(upgrade, "websocket") == 0
               ? 0
               : -1;
}

int edge_socket_callback(struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in,
                         size_t size)
{
    struct edge_socket **slot = session;
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return socket_confirm(wsi);
    case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
    case LWS_CALLBACK_HTTP: return -1; /* no HTTP is spoken by libwebsockets */
    case LWS_CALLBACK_ESTABLISHED: return slot ? socket_establish(wsi, slot) : -1;
    default: break;
    }
    if (!slot || !*slot)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_RECEIVE: socket_receive(*slot, in, size); return 0;
    case LWS_CALLBACK_RECEIVE_PONG: (*slot)->missed = 0; return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE: socket_writable(*slot); return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: return socket_hear_close(*slot);
    case LWS_CALLBACK_CLOSED: socket_closed(slot); return 0;
    default: return 0;
    }
}

static void socket_ping(struct edge_socket *socket)
{
    /* Not empty: libwebsockets tells of no pong without a payload. */
    unsigned char room[LWS_PRE + 1] = {[LWS_PRE] = 'p'};
    socket_plan_ping(socket);
    if (socket->missed == SOCKET_PINGS_LOST || lws_write(socket->wsi, room + LWS_PRE, 1, LWS_WRITE_PING) < 0)
        edge_socket_kill(socket);
    socket->missed++;
}

static void socket_watch_progress(struct edge_socket *socket, uint64_t now)
{
    uint64_t acked = edge_progress_acked(socket->fd);
    if (!socket->stuck || acked != socket->acked) {
        socket->acked = acked;
        socket->stuck_since = now;
        socket->stuck = true;
    } else if (now - socket->stuck_since >= socket->edge->settings.stuck_ms) {
        edge_socket_kill(socket);
    }
}

void edge_socket_sweep(struct edge_socket *socket, uint64_t now)
{
    if (socket->dead)
        return;
    bool pending = lws_partial_buffered(socket->wsi);
    if (socket->closing && now - socket->closing_since >= SOCKET_CLOSE_MS)
        edge_socket_kill(socket);
    else if (pending)
        socket_watch_progress(socket, now);
    else if (now >= socket->ping_at && !socket->closing)
        socket_ping(socket);
    socket->stuck = socket->stuck && pending;
}
