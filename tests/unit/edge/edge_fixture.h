/* An edge on a loop of its own, its handlers recording what they are told, and raw clients on non-blocking
 * sockets. The loop turns only while a test waits for something; a wait that is not fulfilled in many turns
 * fails the test. */
#ifndef TESTS_EDGE_FIXTURE_H
#define TESTS_EDGE_FIXTURE_H

#include "base/buffer.h"
#include "base/memory.h"
#include "edge/edge.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef FIXTURE_SOCKETS
#define FIXTURE_SOCKETS 8
#endif
#define FIXTURE_TURNS 20000 /* of at most a millisecond each */

struct fixture_user { /* what the handlers saw of one WebSocket */
    struct fixture *fixture;
    struct edge_socket *socket;
    struct buffer messages; /* each followed by a '|' */
    unsigned ready, closed;
};

struct fixture {
    uv_loop_t loop;
    uv_timer_t tick;
    struct edge *edge;
    struct edge_settings settings;
    struct fixture_user users[FIXTURE_SOCKETS];
    unsigned opened;
    void (*on_request)(struct fixture *fixture, struct edge_request *request);
    void (*on_opened)(struct fixture_user *user);
    void (*on_message)(struct fixture_user *user, const char *text, size_t size);
    struct edge_request *held[4];
    unsigned requests, ticks, marks_sent;
    int refused; /* status of the last answer that the edge gave by itself */
};

struct peer {
    struct fixture *fixture;
    int fd;
    bool closed; /* the other side has */
    struct buffer in;
};

static inline void *fixture_on_opened(void *owner, struct edge_socket *socket)
{
    struct fixture *fixture = owner;
    assert_true(fixture->opened < FIXTURE_SOCKETS);
    struct fixture_user *user = &fixture->users[fixture->opened++];
    user->fixture = fixture;
    user->socket = socket;
    if (fixture->on_opened)
        fixture->on_opened(user);
    return user;
}

static inline void fixture_on_message(void *data, const char *text, size_t size)
{
    struct fixture_user *user = data;
    buffer_add(&user->messages, text, size);
    buffer_add_char(&user->messages, '|');
    if (user->fixture->on_message)
        user->fixture->on_message(user, text, size);
}

static inline void fixture_on_ready(void *data)
{
    ((struct fixture_user *)data)->ready++;
}

static inline void fixture_on_mark_sent(void *owner)
{
    ((struct fixture *)owner)->marks_sent++;
}

static inline void fixture_on_closed(void *data)
{
    struct fixture_user *user = data;
    user->closed++;
    user->socket = NULL;
}

static inline void fixture_on_request(void *owner, struct edge_request *request)
{
    struct fixture *fixture = owner;
    fixture->requests++;
    if (fixture->on_request) {
        fixture->on_request(fixture, request);
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        if (!fixture->held[i]) {
            fixture->held[i] = request;
            return;
        }
    fail_msg("more requests than the test means to hold");
}

static inline size_t fixture_body_limit(void *owner, const char *path)
{
    (void)owner;
    return strcmp(path, "/large") == 0 ? 1000000 : 1000;
}

static inline void fixture_problem(void *owner, int status, struct frame **out_body)
{
    char text[64];
    ((struct fixture *)owner)->refused = status;
    int size = snprintf(text, sizeof(text), "{\"problem\":%d}", status);
    *out_body = frame_new(text, (size_t)size);
}

static inline void fixture_answer_text(struct edge_request *request, int status, const char *text)
{
    const struct edge_header headers[] = {{"content-type", "text/plain"}, {NULL, NULL}};
    struct frame *body = frame_new(text, strlen(text));
    edge_request_answer(request, status, headers, body);
    frame_unref(&body);
}

static inline void fixture_on_tick(uv_timer_t *timer)
{
    ((struct fixture *)timer->data)->ticks++;
}

static inline void fixture_prepare(struct fixture *fixture)
{
    static const char *const origins[] = {"https://friend.example", NULL};
    memset(fixture, 0, sizeof(*fixture));
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    uv_timer_init(&fixture->loop, &fixture->tick);
    fixture->tick.data = fixture;
    uv_timer_start(&fixture->tick, fixture_on_tick, 1, 1);
    fixture->settings = (struct edge_settings){
        .loop = &fixture->loop,
        .address = "127.0.0.1",
        .allow_origins = origins,
        .message_limit = 8192,
        .fragment_limit = 16,
        .stuck_ms = 15000,
        .owner = fixture,
        .socket_opened = fixture_on_opened,
        .socket_message = fixture_on_message,
        .socket_ready = fixture_on_ready,
        .socket_closed = fixture_on_closed,
        .mark_sent = fixture_on_mark_sent,
        .request = fixture_on_request,
        .body_limit = fixture_body_limit,
        .problem = fixture_problem,
    };
}

static inline void fixture_open(struct fixture *fixture)
{
    char *error = NULL;
    fixture_prepare(fixture);
    fixture->edge = edge_new(&fixture->settings, &error);
    if (!fixture->edge)
        fail_msg("%s", error);
}

static inline void fixture_turn(struct fixture *fixture)
{
    uv_run(&fixture->loop, UV_RUN_ONCE);
}

static inline void fixture_turns(struct fixture *fixture, unsigned turns)
{
    while (turns--)
        fixture_turn(fixture);
}

/* Whether the loop sleeps when nothing happens: nothing but the tick wakes it. */
static inline bool fixture_sleeps(struct fixture *fixture)
{
    unsigned turns = 0;
    fixture_turns(fixture, 50); /* what is still on its way */
    uv_timer_start(&fixture->tick, fixture_on_tick, 2, 2);
    for (fixture->ticks = 0; fixture->ticks < 200; turns++)
        fixture_turn(fixture);
    uv_timer_start(&fixture->tick, fixture_on_tick, 1, 1);
    if (turns >= 1000) /* a loop that spins has hundreds from tick to tick */
        print_message("%u turns in %u ticks\n", turns, fixture->ticks);
    return turns < 1000;
}

/* Frees the edge, runs the loop until nothing is left on it, and says so. */
static inline void fixture_close(struct fixture *fixture)
{
    edge_free(&fixture->edge);
    assert_null(fixture->edge);
    uv_close((uv_handle_t *)&fixture->tick, NULL);
    for (unsigned i = 0; i < FIXTURE_TURNS && uv_run(&fixture->loop, UV_RUN_NOWAIT); i++)
        continue;
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    for (unsigned i = 0; i < fixture->opened; i++) {
        assert_int_equal(fixture->users[i].closed, 1);
        buffer_clear(&fixture->users[i].messages);
    }
}

#define fixture_await(fixture, condition)                                                                    \
    do {                                                                                                     \
        unsigned turns_ = 0;                                                                                 \
        while (!(condition)) {                                                                               \
            if (++turns_ > FIXTURE_TURNS)                                                                    \
                fail_msg("waited in vain for %s", #condition);                                               \
            fixture_turn(fixture);                                                                           \
        }                                                                                                    \
    } while (0)

static inline unsigned fixture_descriptors(void)
{
    unsigned count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static inline struct peer peer_open_to(struct fixture *fixture, int receive_room)
{
    struct peer peer = {.fixture = fixture,
                        .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(edge_port(fixture->edge))};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    assert_true(peer.fd >= 0);
    if (receive_room)
        setsockopt(peer.fd, SOL_SOCKET, SO_RCVBUF, &receive_room, sizeof(receive_room));
    assert_true(connect(peer.fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EINPROGRESS);
    return peer;
}

static inline struct peer peer_open(struct fixture *fixture)
{
    return peer_open_to(fixture, 0);
}

static inline void peer_close(struct peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    buffer_clear(&peer->in);
}

static inline void peer_send(struct peer *peer, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t wrote = send(peer->fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (errno == EAGAIN || errno == ENOTCONN)
            fixture_turn(peer->fixture);
        else
            return; /* the test will see that the other side has closed */
    }
}

static inline void peer_say(struct peer *peer, const char *text)
{
    peer_send(peer, text, strlen(text));
}

/* Takes what has come, after a turn of the loop. */
static inline void peer_pump(struct peer *peer)
{
    char room[65536];
    fixture_turn(peer->fixture);
    ssize_t got;
    while ((got = recv(peer->fd, room, sizeof(room), 0)) > 0)
        buffer_add(&peer->in, room, (size_t)got);
    if (got == 0 || (errno != EAGAIN && errno != ENOTCONN))
        peer->closed = true;
}

#define peer_await(peer, condition)                                                                          \
    do {                                                                                                     \
        unsigned turns_ = 0;                                                                                 \
        while (!(condition)) {                                                                               \
            if (++turns_ > FIXTURE_TURNS)                                                                    \
                fail_msg("waited in vain for %s; got: %.300s", #condition,                                   \
                         (peer)->in.bytes ? (peer)->in.bytes : "");                                          \
            peer_pump(peer);                                                                                 \
        }                                                                                                    \
    } while (0)

static inline bool peer_has(const struct peer *peer, const char *text)
{
    return peer->in.bytes && strstr(peer->in.bytes, text);
}

static inline void peer_drop(struct peer *peer, size_t size)
{
    assert_true(size <= peer->in.size);
    memmove(peer->in.bytes, peer->in.bytes + size, peer->in.size - size);
    peer->in.size -= size;
    if (peer->in.bytes)
        peer->in.bytes[peer->in.size] = '\0';
}

/* One HTTP answer, whole: its head with the empty line, and its body. */
struct answer {
    int status;
    char *head, *body;
    size_t body_size;
};

static inline struct answer peer_answer_to(struct peer *peer, bool bare)
{
    struct answer answer = {0};
    peer_await(peer, peer_has(peer, "\r\n\r\n"));
    size_t head = (size_t)(strstr(peer->in.bytes, "\r\n\r\n") - peer->in.bytes) + 4;
    answer.head = memory_bytes(peer->in.bytes, head);
    peer_drop(peer, head);
    assert_int_equal(sscanf(answer.head, "HTTP/1.1 %d ", &answer.status), 1);
    const char *length = strcasestr(answer.head, "\r\ncontent-length:");
    if (length && !bare)
        answer.body_size = strtoul(length + 17, NULL, 10);
    peer_await(peer, peer->in.size >= answer.body_size);
    answer.body = memory_bytes(peer->in.bytes ? peer->in.bytes : "", answer.body_size);
    if (answer.body_size)
        peer_drop(peer, answer.body_size);
    return answer;
}

static inline struct answer peer_answer(struct peer *peer)
{
    return peer_answer_to(peer, false);
}

static inline void answer_clear(struct answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct answer){0};
}

/* Awaits an answer and checks its status. */
static inline void peer_expect(struct peer *peer, int status)
{
    struct answer answer = peer_answer(peer);
    assert_int_equal(answer.status, status);
    answer_clear(&answer);
}

#define HANDSHAKE_LINE "GET /ws HTTP/1.1\r\nHost: here.example\r\n"
#define HANDSHAKE_KEY  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define HANDSHAKE                                                                                            \
    HANDSHAKE_LINE "Upgrade: websocket\r\nConnection: Upgrade\r\n" HANDSHAKE_KEY                             \
                   "Sec-WebSocket-Protocol: palabre.v1\r\n"

/* A client whose handshake was accepted. */
static inline struct peer peer_socket_to(struct fixture *fixture, int receive_room)
{
    struct peer peer = peer_open_to(fixture, receive_room);
    peer_say(&peer, HANDSHAKE "\r\n");
    peer_await(&peer, peer_has(&peer, "\r\n\r\n"));
    assert_true(peer_has(&peer, "HTTP/1.1 101 "));
    peer_drop(&peer, (size_t)(strstr(peer.in.bytes, "\r\n\r\n") - peer.in.bytes) + 4);
    return peer;
}

static inline struct peer peer_socket(struct fixture *fixture)
{
    return peer_socket_to(fixture, 0);
}

/* Sends one frame, masked as a client must. */
static inline void peer_frame(struct peer *peer, int first_byte, const char *bytes, size_t size)
{
    static const unsigned char mask[4] = {0x21, 0x43, 0x65, 0x87};
    CLEAN_BUFFER struct buffer out = {0};
    buffer_add_char(&out, (char)first_byte);
    if (size < 126) {
        buffer_add_char(&out, (char)(0x80 | size));
    } else {
        assert_true(size < 65536);
        buffer_add_char(&out, (char)(0x80 | 126));
        buffer_add_char(&out, (char)(size >> 8));
        buffer_add_char(&out, (char)size);
    }
    buffer_add(&out, mask, 4);
    for (size_t i = 0; i < size; i++)
        buffer_add_char(&out, (char)(bytes[i] ^ mask[i & 3]));
    peer_send(peer, out.bytes, out.size);
}

#define FRAME_TEXT  0x81
#define FRAME_CLOSE 0x88
#define FRAME_PING  0x89
#define FRAME_PONG  0x8a

static inline void peer_text(struct peer *peer, const char *text)
{
    peer_frame(peer, FRAME_TEXT, text, strlen(text));
}

/* Size of the header of the frame at the front, and of its payload; 0 where they have not come. */
static inline size_t peer_frame_size(const struct peer *peer, size_t *out_payload)
{
    const unsigned char *at = (const unsigned char *)peer->in.bytes;
    if (peer->in.size < 2)
        return 0;
    size_t payload = at[1] & 0x7f, header = payload == 127 ? 10 : payload == 126 ? 4 : 2;
    assert_false(at[1] & 0x80);
    if (peer->in.size < header)
        return 0;
    if (header > 2)
        payload = 0;
    for (size_t i = 2; i < header; i++)
        payload = payload << 8 | at[i];
    *out_payload = payload;
    return peer->in.size >= header + payload ? header : 0;
}

/* Awaits a frame; returns its payload, which the caller frees. */
static inline char *peer_read(struct peer *peer, int first_byte, size_t *out_size)
{
    size_t header, payload = 0;
    peer_await(peer, (header = peer_frame_size(peer, &payload)) || peer->closed);
    assert_true(header);
    assert_int_equal((unsigned char)peer->in.bytes[0], first_byte);
    char *bytes = memory_bytes(peer->in.bytes + header, payload);
    peer_drop(peer, header + payload);
    if (out_size)
        *out_size = payload;
    return bytes;
}

static inline void peer_expect_text(struct peer *peer, const char *text)
{
    CLEAN_FREE char *bytes = peer_read(peer, FRAME_TEXT, NULL);
    assert_string_equal(bytes, text);
}

static inline void peer_expect_close(struct peer *peer, int code, const char *reason)
{
    size_t size;
    CLEAN_FREE char *bytes = peer_read(peer, FRAME_CLOSE, &size);
    assert_true(size >= 2);
    assert_int_equal((unsigned char)bytes[0] << 8 | (unsigned char)bytes[1], code);
    if (reason)
        assert_string_equal(bytes + 2, reason);
}

#endif
