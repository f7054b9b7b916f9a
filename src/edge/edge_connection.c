/* One connection that speaks HTTP/1.1: requests one after another, each answered before the next is read.
 *
 *            head            body            handler          edge_request_answer
 *   HEAD ----------> BODY ----------> HELD ----------------> WRITING ---> HEAD      (kept)
 *    | \_______________________________________ refused _______^  \
 *    |  WebSocket                                                  `---> DRAINING ---> CLOSED
 *    `----------> libwebsockets has the descriptor; CLOSED
 *
 *  1. What is watched depends on the state alone: HEAD, BODY, DRAINING read; WRITING writes; HELD nothing.
 *  2. A handler is called by edge_connection_run() only, and that is called by the loop only.
 *  3. A request points to its connection, and the connection to it, while the state is HELD. */
#include "edge/edge_internal.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CONNECTION_HEAD_MS  10000
#define CONNECTION_BODY_MS  60000
#define CONNECTION_IDLE_MS  60000
#define CONNECTION_DRAIN_MS 2000

static void connection_on_poll(uv_poll_t *poll, int status, int events);

static void connection_watch(struct edge_connection *connection)
{
    static const int wanted[] = {
        [CONNECTION_HEAD] = UV_READABLE,    [CONNECTION_BODY] = UV_READABLE,     [CONNECTION_HELD] = 0,
        [CONNECTION_WRITING] = UV_WRITABLE, [CONNECTION_DRAINING] = UV_READABLE, [CONNECTION_CLOSED] = 0,
    };
    int events = wanted[connection->state];
    if (connection->state == CONNECTION_CLOSED || events == connection->watched)
        return;
    connection->watched = events;
    if (events)
        uv_poll_start(&connection->poll, events, connection_on_poll);
    else
        uv_poll_stop(&connection->poll);
}

static void connection_enter(struct edge_connection *connection, enum edge_connection_state state)
{
    connection->state = state;
    connection->since = edge_now(connection->edge);
}

static void connection_on_closed(uv_handle_t *handle)
{
    struct edge_connection *connection = CONTAINER_OF(handle, struct edge_connection, poll);
    free(connection);
}

/* Gives up all but the descriptor. */
static void connection_release(struct edge_connection *connection)
{
    if (connection->state != CONNECTION_HELD)
        edge_request_free(&connection->request);
    else
        connection->request->connection = NULL; /* its holder still has it, and will answer it */
    connection->request = NULL;
    connection->state = CONNECTION_CLOSED;
    edge_count(connection->edge, -1);
    list_remove(&connection->link);
    list_remove(&connection->runnable);
    buffer_clear(&connection->in);
    buffer_clear(&connection->out);
    frame_unref(&connection->body);
    uv_close((uv_handle_t *)&connection->poll, connection_on_closed);
}

void edge_connection_close(struct edge_connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    connection_release(connection);
    close(connection->fd);
}

void edge_connection_new(struct edge *edge, int fd, const char *peer)
{
    struct edge_connection *connection = memory_alloc(sizeof(*connection));
    if (uv_poll_init_socket(edge->settings.loop, &connection->poll, fd) != 0) {
        close(fd);
        free(connection);
        return;
    }
    connection->edge = edge;
    connection->fd = fd;
    snprintf(connection->peer, sizeof(connection->peer), "%s", peer);
    list_init(&connection->runnable);
    list_push_back(&edge->connections, &connection->link);
    edge_count(edge, 1);
    connection_enter(connection, CONNECTION_HEAD);
    connection_watch(connection);
}

/* The handshake goes to libwebsockets as it came; our watcher must be gone before it makes its own for the
 * descriptor. */
static void connection_adopt(struct edge_connection *connection, size_t size)
{
    struct edge *edge = connection->edge;
    char peer[EDGE_PEER_ROOM];
    struct buffer in = connection->in;
    connection->in = (struct buffer){0};
    memcpy(peer, connection->peer, sizeof(peer));
    connection_release(connection);
    edge->adopting_peer = peer;
    lws_adopt_socket_vhost_readbuf(edge->vhost, connection->fd, in.bytes,
                                   size); /* Takes the descriptor, also to fail */
    edge->adopting_peer = NULL;
    buffer_clear(&in);
}

/* Writes; true once all is written, false where the socket is full or broken. */
static bool connection_flush(struct edge_connection *connection)
{
    size_t head = connection->out.size;
    size_t total = head + (connection->body ? connection->body->size : 0);
    while (connection->sent < total) {
        struct iovec parts[2];
        int count = 0;
        if (connection->sent < head)
            parts[count++] =
                (struct iovec){connection->out.bytes + connection->sent, head - connection->sent};
        if (connection->body) {
            size_t skip = connection->sent > head ? connection->sent - head : 0;
            parts[count++] =
                (struct iovec){frame_bytes(connection->body) + skip, connection->body->size - skip};
        }
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
        ssize_t wrote = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            if (errno != EAGAIN)
                edge_connection_close(connection);
            return false;
        }
        connection->sent += (size_t)wrote;
        connection->since = edge_now(connection->edge);
    }
    buffer_clear(&connection->out);
    frame_unref(&connection->body);
    connection->sent = 0;
    return true;
}

/* After the last byte of an answer. A close with unread bytes would reset the connection and could take the
 * answer with it: say that we have ended, and read on for a moment. */
static void connection_turn(struct edge_connection *connection)
{
    if (connection->keep) {
        connection_enter(connection, CONNECTION_HEAD);
        return;
    }
    shutdown(connection->fd, SHUT_WR);
    buffer_clear(&connection->in);
    connection_enter(connection, CONNECTION_DRAINING);
}

static void connection_schedule(struct edge_connection *connection);

void edge_connection_answer(struct edge_connection *connection, const struct edge_request *request,
                            int status, const struct edge_header *headers, struct frame *body)
{
    bool bare = (request && request->head.method == EDGE_HEAD) || status == 204 || status == 304;
    connection->keep = connection->keep && connection->edge->listen_fd >= 0;
    edge_answer_head(&connection->out, connection->edge, request, status, headers, body ? body->size : 0,
                     connection->keep);
    connection->body = body && !bare ? frame_ref(body) : NULL;
    connection->sent = 0;
    connection_enter(connection, CONNECTION_WRITING);
    if (connection->running) /* the loop below us writes it */
        return;
    if (connection_flush(connection))
        connection_turn(connection);
    if (connection->state == CONNECTION_HEAD && connection->in.size)
        connection_schedule(connection);
    connection_watch(connection);
}

void edge_connection_refuse(struct edge_connection *connection, const struct edge_request *request,
                            int status)
{
    struct frame *body = NULL;
    connection->edge->settings.problem(connection->edge->settings.owner, status, &body);
    const struct edge_header headers[] = {{"content-type", "application/problem+json"}, {NULL, NULL}};
    edge_connection_answer(connection, request, status, headers, body);
    frame_unref(&body);
}

static void connection_on_work(uv_idle_t *idle)
{
    struct edge *edge = CONTAINER_OF(idle, struct edge, work);
    struct list turn;
    list_init(&turn);
    while (!list_is_empty(&edge->runnable)) { /* what is added meanwhile waits for the next turn */
        struct list *item = edge->runnable.next;
        list_remove(item);
        list_push_back(&turn, item);
    }
    while (!list_is_empty(&turn)) {
        struct edge_connection *connection = CONTAINER_OF(turn.next, struct edge_connection, runnable);
        list_remove(&connection->runnable);
        edge_connection_run(connection);
    }
    if (list_is_empty(&edge->runnable))
        uv_idle_stop(idle);
}

/* Bytes of the next request are here already: no event will tell. */
static void connection_schedule(struct edge_connection *connection)
{
    list_remove(&connection->runnable);
    list_push_back(&connection->edge->runnable, &connection->runnable);
    uv_idle_start(&connection->edge->work, connection_on_work);
}

static void connection_drop(struct edge_connection *connection, size_t size)
{
    memmove(connection->in.bytes, connection->in.bytes + size, connection->in.size - size);
    connection->in.size -= size;
    connection->in.bytes[connection->in.size] = '\0';
    connection->searched = 0;
}

/* The size of the head in `in`, or 0 where it is not whole. */
static size_t connection_find_head(struct edge_connection *connection)
{
    if (connection->in.size >= 2 && memcmp(connection->in.bytes, "\r\n", 2) == 0 && connection->searched == 0)
        connection_drop(connection, 2); /* RFC 9112, 2.2: some clients send an empty line after a body */
    struct buffer *in = &connection->in;
    size_t from = connection->searched > 3 ? connection->searched - 3 : 0;
    char *end = in->size > from ? memmem(in->bytes + from, in->size - from, "\r\n\r\n", 4) : NULL;
    connection->searched = in->size;
    return end ? (size_t)(end - in->bytes) + 4 : 0;
}

static void connection_refuse_head(struct edge_connection *connection, int status)
{
    connection->keep = false;
    edge_connection_refuse(connection, NULL, status);
}

/* What the head alone decides. False where the request goes no further. */
static bool connection_admit(struct edge_connection *connection, struct edge_request *request,
                             size_t head_size)
{
    const struct head *head = &request->head;
    const struct edge_settings *settings = &connection->edge->settings;
    bool allowed = edge_origin_allowed(connection->edge, head);
    if (strcmp(head->path, "/ws") == 0) {
        bool right = edge_handshake_right(head) && connection->in.size == head_size;
        if (right && allowed)
            connection_adopt(connection, head_size);
        else
            connection_refuse_head(connection, right ? 403 : 400);
        return false;
    }
    int status = 0;
    if (!allowed && (head->method == EDGE_POST || edge_origin_is_preflight(head)))
        status = 403;
    else if (head->length > settings->body_limit(settings->owner, head->path))
        status = 413;
    if (!status)
        return true;
    connection->keep = false; /* its body is not read */
    edge_connection_refuse(connection, request, status);
    return false;
}

/* True where the state has moved on; false where more bytes are needed. */
static bool connection_read_head(struct edge_connection *connection)
{
    size_t size = connection_find_head(connection);
    if (!size || size > EDGE_HEAD_LIMIT) {
        if (!size && connection->in.size <= EDGE_HEAD_LIMIT)
            return false;
        bool one_line = !memmem(connection->in.bytes, HEAD_TARGET_LIMIT, "\r\n", 2);
        connection_refuse_head(connection, one_line ? 414 : 431);
        return true;
    }
    struct edge_request *request = memory_alloc(sizeof(*request));
    request->edge = connection->edge;
    request->room = memory_bytes(connection->in.bytes, size);
    memcpy(request->peer, connection->peer, sizeof(request->peer));
    int status = head_parse(&request->head, request->room, size);
    connection->keep = request->head.keep;
    if (status)
        connection_refuse_head(connection, status);
    if (status || !connection_admit(connection, request, size)) {
        edge_request_free(&request);
        return true;
    }
    connection_drop(connection, size);
    connection->request = request;
    connection_enter(connection, CONNECTION_BODY);
    if (request->head.minor && strcasecmp(request->head.headers[HEAD_EXPECT], "100-continue") == 0 &&
        connection->in.size < request->head.length) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        send(connection->fd, go_on, sizeof(go_on) - 1,
             MSG_NOSIGNAL); /* a client that misses it sends after a while */
    }
    return true;
}

static bool connection_read_body(struct edge_connection *connection)
{
    struct edge_request *request = connection->request;
    size_t length = (size_t)request->head.length;
    if (connection->in.size < length)
        return false;
    request->body_size = length;
    if (connection->in.size == length) {
        request->body = buffer_take(&connection->in);
        connection->searched = 0;
    } else {
        request->body = memory_bytes(connection->in.bytes, length);
        connection_drop(connection, length);
    }
    request->connection = connection;
    connection_enter(connection, CONNECTION_HELD);
    if (edge_origin_is_preflight(&request->head))
        edge_request_answer(request, 204, NULL, NULL);
    else
        connection->edge->settings.request(connection->edge->settings.owner, request);
    return true;
}

void edge_connection_run(struct edge_connection *connection)
{
    assert(!connection->running);
    connection->running = true;
    for (bool moved = true; moved;) {
        switch (connection->state) {
        case CONNECTION_HEAD: moved = connection_read_head(connection); break;
        case CONNECTION_BODY: moved = connection_read_body(connection); break;
        case CONNECTION_WRITING:
            moved = connection_flush(connection);
            if (moved)
                connection_turn(connection);
            break;
        case CONNECTION_HELD:
        case CONNECTION_DRAINING:
        case CONNECTION_CLOSED: moved = false; break;
        }
    }
    connection->running = false;
    connection_watch(connection);
}

static void connection_on_poll(uv_poll_t *poll, int status, int events)
{
    struct edge_connection *connection = CONTAINER_OF(poll, struct edge_connection, poll);
    struct edge *edge = connection->edge;
    (void)events;
    if (status < 0) {
        edge_connection_close(connection);
        return;
    }
    if (connection->state != CONNECTION_WRITING) {
        ssize_t got = recv(connection->fd, edge->scratch, sizeof(edge->scratch), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            edge_connection_close(connection);
            return;
        }
        if (connection->state == CONNECTION_DRAINING)
            return;
        if (connection->state == CONNECTION_HEAD && !connection->in.size)
            connection->since = edge_now(edge); /* it was idle */
        buffer_add(&connection->in, edge->scratch, (size_t)got);
    }
    edge_connection_run(connection);
}

void edge_connection_sweep(struct edge_connection *connection, uint64_t now)
{
    uint64_t limits[] = {
        [CONNECTION_HEAD] = connection->in.size ? CONNECTION_HEAD_MS : CONNECTION_IDLE_MS,
        [CONNECTION_BODY] = CONNECTION_BODY_MS,
        [CONNECTION_HELD] = UINT64_MAX,
        [CONNECTION_WRITING] = connection->edge->settings.stuck_ms,
        [CONNECTION_DRAINING] = CONNECTION_DRAIN_MS,
        [CONNECTION_CLOSED] = UINT64_MAX,
    };
    if (now - connection->since >= limits[connection->state])
        edge_connection_close(connection);
}
