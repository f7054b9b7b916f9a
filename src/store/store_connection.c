/*      open                      resolved            connected            greeted
 *   --------> WAITING --> RESOLVING --> CONNECTING --> GREETING --> OPEN
 *                ^            |               |              |          |
 *                +------------+---------------+--------------+----------+   lost: back-off, full jitter
 *
 * Invariants: `socket` is not NULL exactly from CONNECTING to OPEN; slots exist only in GREETING and OPEN; a
 * socket or a resolution that was given up is told apart by not being the connection's any more, and is freed
 * by its own callback; the connection outlives all of them (`parts`). */
#include "store/store_connection.h"
#include "base/buffer.h"
#include "base/list.h"
#include "base/memory.h"

#include <assert.h>
#include <string.h>

#define CONNECTION_CONNECT_MS 3000
#define CONNECTION_TICK_MS    500
#define CONNECTION_IDLE_MS    5000
#define CONNECTION_BACKOFF_MS                                                                                \
    25 /* the first interval is at most this; each further one at most twice the one before */
#define CONNECTION_TCP_MAX_MS  5000
#define CONNECTION_UNIX_MAX_MS 1000
#define CONNECTION_READ_SIZE   65536
#define CONNECTION_TURN        512 /* messages a subscriber takes in one turn */

enum connection_state { WAITING, RESOLVING, CONNECTING, GREETING, OPEN, CLOSING };
enum slot_kind { SLOT_PLAIN, SLOT_SUBSCRIBE, SLOT_UNSUBSCRIBE };

struct store_slot {
    struct list link;
    enum slot_kind kind;
    store_replied *replied; /* NULL: forgotten */
    void *arg;
    uint64_t sent_at;
    char channel[]; /* of a subscription */
};

struct connection_socket {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    };
    uv_connect_t connect;
    struct store_connection *connection;
};

struct connection_resolve {
    uv_getaddrinfo_t request;
    struct store_connection *connection;
};

struct connection_write {
    uv_write_t request;
    struct connection_socket *socket;
    char *bytes;
};

struct store_connection {
    struct store_connection_settings settings;
    enum connection_state state;
    uint64_t since; /* when the state was entered, ms of the loop */
    struct connection_socket *socket;
    struct connection_resolve *resolve;
    struct addrinfo *addresses, *address; /* found, and the next to try */
    redisReader *reader;
    struct list slots;
    struct buffer out;
    uint64_t read_at;
    unsigned attempts, strikes;
    uv_timer_t timer;
    uv_prepare_t prepare; /* runs before the loop waits: writes what this turn gathered */
    uv_idle_t idle;       /* runs after the sockets were read: takes a subscriber's messages */
    unsigned parts;       /* handles and requests of the loop that are not finished */
    void (*closed)(void *arg);
    void *closed_arg;
    char read_room[CONNECTION_READ_SIZE];
};

static void connection_attempt(struct store_connection *c);
static void connection_lost(struct store_connection *c, const char *refusal);

uint32_t store_random(uint32_t bound)
{
    uint32_t number = 0;
    if (uv_random(NULL, NULL, &number, sizeof(number), 0, NULL) != 0)
        number = (uint32_t)(uv_hrtime() * 2654435761u >> 16);
    return bound ? number % bound : 0;
}

char *store_format(int count, const char *const *arguments, const size_t *sizes, size_t *out_size)
{
    char *bytes = NULL;
    long long size = redisFormatCommandArgv(&bytes, count, (const char **)arguments, sizes);
    if (size < 0)
        abort(); /* out of memory */
    *out_size = (size_t)size;
    return bytes;
}

static struct store_slot *connection_first(struct store_connection *c)
{
    return list_is_empty(&c->slots) ? NULL : CONTAINER_OF(c->slots.next, struct store_slot, link);
}

static void slot_finish(struct store_slot *slot, const redisReply *reply)
{
    list_remove(&slot->link);
    if (slot->replied)
        slot->replied(slot->arg, reply);
    free(slot);
}

static void connection_part_done(struct store_connection *c)
{
    if (--c->parts > 0)
        return;
    assert(c->state == CLOSING);
    while (!list_is_empty(&c->slots))
        slot_finish(connection_first(c), NULL);
    if (c->addresses)
        uv_freeaddrinfo(c->addresses);
    buffer_clear(&c->out);
    void (*closed)(void *arg) = c->closed;
    void *arg = c->closed_arg;
    free(c);
    if (closed)
        closed(arg);
}

static void connection_enter(struct store_connection *c, enum connection_state state)
{
    c->state = state;
    c->since = uv_now(c->settings.loop);
    c->strikes = 0;
}

/* ---- replies ---- */

static bool reply_is(const redisReply *reply, const char *word)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2 && reply->element[0]->str &&
           strcmp(reply->element[0]->str, word) == 0 && reply->element[1]->str;
}

/* Whether this is no reply to the oldest slot. */
static bool connection_is_push(struct store_connection *c, const redisReply *reply)
{
    if (!c->settings.subscriber)
        return false;
    if (reply_is(reply, "smessage"))
        return true;
    struct store_slot *first = connection_first(c);
    return reply_is(reply, "sunsubscribe") &&
           (!first || first->kind != SLOT_UNSUBSCRIBE || strcmp(first->channel, reply->element[1]->str) != 0);
}

/* Takes up to `limit` replies from the reader. */
static bool connection_take(struct store_connection *c, unsigned limit)
{
    struct connection_socket *socket = c->socket;
    for (unsigned taken = 0; taken < limit; taken++) {
        void *whole = NULL;
        if (redisReaderGetReply(c->reader, &whole) != REDIS_OK) {
            connection_lost(c, NULL);
            return false;
        }
        if (!whole)
            return false;
        redisReply *reply = whole;
        struct store_slot *first = connection_first(c);
        bool push = connection_is_push(c, reply);
        c->strikes = 0;
        if (push)
            c->settings.pushed(c->settings.owner, reply);
        else if (first)
            slot_finish(first, reply);
        freeReplyObject(reply);
        if (c->socket != socket)
            return false; /* a callback cut or closed */
        if (!push && !first) {
            connection_lost(c, NULL); /* a reply to nothing: we are out of step */
            return false;
        }
    }
    return true;
}

static void connection_idle(uv_idle_t *idle)
{
    struct store_connection *c = idle->data;
    if (!c->socket || !connection_take(c, CONNECTION_TURN))
        uv_idle_stop(idle);
}

static void connection_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out_room)
{
    (void)suggested;
    struct connection_socket *socket = handle->data;
    *out_room = uv_buf_init(socket->connection->read_room, CONNECTION_READ_SIZE);
}

static void connection_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
    struct connection_socket *socket = stream->data;
    struct store_connection *c = socket->connection;
    if (c->socket != socket || size == 0)
        return;
    if (size < 0 || redisReaderFeed(c->reader, room->base, (size_t)size) != REDIS_OK) {
        /* what was read before the end counts */
        while (c->socket == socket && connection_take(c, CONNECTION_TURN))
            ;
        if (c->socket == socket)
            connection_lost(c, NULL);
        return;
    }
    c->read_at = uv_now(c->settings.loop);
    if (c->settings.subscriber)
        uv_idle_start(&c->idle, connection_idle);
    else
        while (c->socket == socket && connection_take(c, CONNECTION_TURN))
            ;
}

/* ---- writes ---- */

static void connection_written(uv_write_t *request, int status)
{
    struct connection_write *write = CONTAINER_OF(request, struct connection_write, request);
    struct connection_socket *socket = write->socket;
    struct store_connection *c = socket->connection;
    free(write->bytes);
    free(write);
    if (status < 0 && c->socket == socket)
        connection_lost(c, NULL);
}

static void connection_flush(uv_prepare_t *prepare)
{
    struct store_connection *c = prepare->data;
    uv_prepare_stop(prepare);
    if (!c->socket || !c->out.size)
        return;
    uv_buf_t bytes = uv_buf_init(c->out.bytes, (unsigned)c->out.size);
    int sent = uv_try_write(&c->socket->stream, &bytes, 1);
    if (sent == (int)c->out.size) {
        buffer_reset(&c->out);
        return;
    }
    size_t done = sent > 0 ? (size_t)sent : 0, size = c->out.size - done;
    struct connection_write *write = memory_alloc(sizeof(*write));
    write->socket = c->socket;
    write->bytes = memory_bytes(c->out.bytes + done, size);
    buffer_clear(&c->out);
    bytes = uv_buf_init(write->bytes, (unsigned)size);
    if (uv_write(&write->request, &c->socket->stream, &bytes, 1, connection_written) != 0) {
        free(write->bytes);
        free(write);
        connection_lost(c, NULL);
    }
}

void store_connection_push(struct store_connection *c)
{
    connection_flush(&c->prepare);
}

static struct store_slot *connection_slot(struct store_connection *c, enum slot_kind kind,
                                          const char *channel, store_replied *replied, void *arg)
{
    assert(c->state == GREETING || c->state == OPEN);
    size_t size = channel ? strlen(channel) + 1 : 0;
    struct store_slot *slot = memory_alloc(sizeof(*slot) + size);
    slot->kind = kind;
    slot->replied = replied;
    slot->arg = arg;
    slot->sent_at = uv_now(c->settings.loop);
    if (channel)
        memcpy(slot->channel, channel, size);
    list_push_back(&c->slots, &slot->link);
    return slot;
}

struct store_slot *store_connection_write(struct store_connection *c, const char *bytes, size_t size,
                                          store_replied *replied, void *arg)
{
    struct store_slot *slot = connection_slot(c, SLOT_PLAIN, NULL, replied, arg);
    buffer_add(&c->out, bytes, size);
    uv_prepare_start(&c->prepare, connection_flush);
    return slot;
}

struct store_slot *store_connection_send(struct store_connection *c, int count, const char *const *arguments,
                                         const size_t *sizes, store_replied *replied, void *arg)
{
    size_t size;
    char *bytes = store_format(count, arguments, sizes, &size);
    struct store_slot *slot = store_connection_write(c, bytes, size, replied, arg);
    redisFreeCommand(bytes);
    return slot;
}

void store_slot_forget(struct store_slot *slot)
{
    slot->replied = NULL;
}

void store_connection_subscribe(struct store_connection *c, const char *channel, bool on,
                                store_replied *replied, void *arg)
{
    connection_slot(c, on ? SLOT_SUBSCRIBE : SLOT_UNSUBSCRIBE, channel, replied, arg);
    size_t size;
    char *bytes = store_format(2, (const char *[]){on ? "SSUBSCRIBE" : "SUNSUBSCRIBE", channel}, NULL, &size);
    buffer_add(&c->out, bytes, size);
    redisFreeCommand(bytes);
    uv_prepare_start(&c->prepare, connection_flush);
}

/* ---- coming and going ---- */

static void connection_socket_closed(uv_handle_t *handle)
{
    struct connection_socket *socket = handle->data;
    struct store_connection *c = socket->connection;
    free(socket);
    connection_part_done(c);
}

static void connection_drop(struct store_connection *c)
{
    if (c->socket)
        uv_close(&c->socket->handle, connection_socket_closed);
    c->socket = NULL;
    if (c->resolve)
        uv_cancel((uv_req_t *)&c->resolve->request);
    c->resolve = NULL;
    if (c->reader)
        redisReaderFree(c->reader);
    c->reader = NULL;
    buffer_clear(&c->out);
    uv_idle_stop(&c->idle);
}

static void connection_retry(uv_timer_t *timer)
{
    connection_attempt(timer->data);
}

static void connection_lost(struct store_connection *c, const char *refusal)
{
    if (c->state == CLOSING)
        return;
    bool was_open = c->state == OPEN;
    connection_drop(c);
    connection_enter(c, WAITING);
    uint64_t most = c->settings.url->path ? CONNECTION_UNIX_MAX_MS : CONNECTION_TCP_MAX_MS;
    uint64_t room = CONNECTION_BACKOFF_MS;
    for (unsigned i = 0; i < c->attempts && room < most; i++)
        room *= 2;
    c->attempts++;
    /* where the host has further addresses, the next is tried at once */
    uint64_t wait = c->address ? 0 : 1 + store_random((uint32_t)(room < most ? room : most));
    uv_timer_start(&c->timer, connection_retry, wait, 0);
    if (refusal)
        c->settings.refused(c->settings.owner, refusal);
    if (was_open)
        c->settings.lost(c->settings.owner);
    while (!list_is_empty(&c->slots))
        slot_finish(connection_first(c), NULL);
}

static void connection_tick(uv_timer_t *timer)
{
    struct store_connection *c = timer->data;
    uint64_t now = uv_now(c->settings.loop);
    struct store_slot *first = connection_first(c);
    bool late = c->state == GREETING || c->state == OPEN ? first && now - first->sent_at > CONNECTION_CUT_MS
                                                         : now - c->since > CONNECTION_CONNECT_MS;
    /* twice in a row, since a loop that stood still itself has not read yet what is there */
    c->strikes = late ? c->strikes + 1 : 0;
    if (c->strikes >= 2)
        connection_lost(c, NULL);
    else if (c->state == OPEN && !first && now - c->read_at > CONNECTION_IDLE_MS)
        store_connection_send(c, 1, (const char *[]){"PING"}, NULL, NULL, NULL);
}

static void connection_greeted(void *arg, const redisReply *reply)
{
    struct store_connection *c = arg;
    if (!reply)
        return;
    if (reply->type == REDIS_REPLY_ERROR) {
        bool passing = strncmp(reply->str, "LOADING", 7) == 0 || strncmp(reply->str, "BUSY", 4) == 0 ||
                       strncmp(reply->str, "MASTERDOWN", 10) == 0 || strncmp(reply->str, "MISCONF", 7) == 0;
        connection_lost(c, passing ? NULL : reply->str);
    } else if (list_is_empty(&c->slots) && c->state == GREETING) {
        connection_enter(c, OPEN);
        c->address = NULL; /* once lost, the host is looked up again */
        c->settings.opened(c->settings.owner);
    }
}

static void connection_greet(struct store_connection *c)
{
    const struct store_url *url = c->settings.url;
    connection_enter(c, GREETING);
    c->reader = redisReaderCreate();
    if (!c->reader)
        abort();
    c->read_at = uv_now(c->settings.loop);
    uv_timer_start(&c->timer, connection_tick, CONNECTION_TICK_MS, CONNECTION_TICK_MS);
    if (url->password && url->user)
        store_connection_send(c, 3, (const char *[]){"AUTH", url->user, url->password}, NULL,
                              connection_greeted, c);
    else if (url->password)
        store_connection_send(c, 2, (const char *[]){"AUTH", url->password}, NULL, connection_greeted, c);
    char db[16];
    snprintf(db, sizeof(db), "%d", url->db);
    if (url->db && !c->settings.subscriber)
        store_connection_send(c, 2, (const char *[]){"SELECT", db}, NULL, connection_greeted, c);
    store_connection_send(c, 1, (const char *[]){"PING"}, NULL, connection_greeted, c);
    uv_read_start(&c->socket->stream, connection_room, connection_read);
}

static void connection_connected(uv_connect_t *request, int status)
{
    struct connection_socket *socket = CONTAINER_OF(request, struct connection_socket, connect);
    struct store_connection *c = socket->connection;
    if (c->socket != socket)
        return;
    if (status < 0)
        connection_lost(c, NULL);
    else
        connection_greet(c);
}

static struct connection_socket *connection_socket_new(struct store_connection *c)
{
    struct connection_socket *socket = memory_alloc(sizeof(*socket));
    socket->connection = c;
    if (c->settings.url->path)
        uv_pipe_init(c->settings.loop, &socket->pipe, 0);
    else
        uv_tcp_init(c->settings.loop, &socket->tcp);
    socket->handle.data = socket;
    c->parts++;
    c->socket = socket;
    return socket;
}

static void connection_dial(struct store_connection *c)
{
    struct connection_socket *socket = connection_socket_new(c);
    struct addrinfo *address = c->address;
    c->address = address->ai_next;
    connection_enter(c, CONNECTING);
    uv_tcp_nodelay(&socket->tcp, 1);
    uv_tcp_keepalive(&socket->tcp, 1, 30);
    if (uv_tcp_connect(&socket->connect, &socket->tcp, address->ai_addr, connection_connected) != 0)
        connection_lost(c, NULL);
}

static void connection_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct connection_resolve *resolve = CONTAINER_OF(request, struct connection_resolve, request);
    struct store_connection *c = resolve->connection;
    bool current = c->resolve == resolve;
    free(resolve);
    if (!current || status < 0) {
        if (found)
            uv_freeaddrinfo(found);
        if (current) {
            c->resolve = NULL;
            connection_lost(c, NULL);
        }
    } else {
        c->resolve = NULL;
        if (c->addresses)
            uv_freeaddrinfo(c->addresses);
        c->addresses = c->address = found;
        connection_dial(c);
    }
    connection_part_done(c);
}

static void connection_look_up(struct store_connection *c)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct connection_resolve *resolve = memory_alloc(sizeof(*resolve));
    resolve->connection = c;
    connection_enter(c, RESOLVING);
    if (uv_getaddrinfo(c->settings.loop, &resolve->request, connection_resolved, c->settings.url->host,
                       c->settings.url->port, &hints) != 0) {
        free(resolve);
        connection_lost(c, NULL);
        return;
    }
    c->resolve = resolve;
    c->parts++;
}

static void connection_attempt(struct store_connection *c)
{
    uv_timer_start(&c->timer, connection_tick, CONNECTION_TICK_MS, CONNECTION_TICK_MS);
    if (c->settings.url->path) {
        struct connection_socket *socket = connection_socket_new(c);
        connection_enter(c, CONNECTING);
        uv_pipe_connect(&socket->connect, &socket->pipe, c->settings.url->path, connection_connected);
    } else if (c->address) {
        connection_dial(c);
    } else {
        connection_look_up(c);
    }
}

struct store_connection *store_connection_open(const struct store_connection_settings *settings)
{
    struct store_connection *c = memory_alloc(sizeof(*c));
    c->settings = *settings;
    list_init(&c->slots);
    uv_timer_init(settings->loop, &c->timer);
    uv_prepare_init(settings->loop, &c->prepare);
    uv_idle_init(settings->loop, &c->idle);
    c->timer.data = c->prepare.data = c->idle.data = c;
    c->parts = 3;
    connection_enter(c, WAITING);
    uv_timer_start(&c->timer, connection_retry, 0, 0);
    return c;
}

static void connection_handle_closed(uv_handle_t *handle)
{
    connection_part_done(handle->data);
}

void store_connection_close(struct store_connection **connection, void (*closed)(void *arg), void *arg)
{
    struct store_connection *c = *connection;
    *connection = NULL;
    connection_enter(c, CLOSING);
    connection_flush(&c->prepare); /* the last words, as far as the socket takes them */
    connection_drop(c);
    c->closed = closed;
    c->closed_arg = arg;
    uv_close((uv_handle_t *)&c->timer, connection_handle_closed);
    uv_close((uv_handle_t *)&c->prepare, connection_handle_closed);
    uv_close((uv_handle_t *)&c->idle, connection_handle_closed);
}

bool store_connection_is_open(const struct store_connection *c)
{
    return c->state == OPEN;
}

void store_connection_cut(struct store_connection *c)
{
    if (c->state != GREETING && c->state != OPEN)
        return;
    c->attempts = 16;
    connection_lost(c, NULL);
}

void store_connection_settle(struct store_connection *c)
{
    c->attempts = 0;
}
