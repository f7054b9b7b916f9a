/* What the files of this folder share. The way of a connection:
 *
 *   edge_listen.c   accepts it (a budget per turn, one spare descriptor) and makes it an
 *   edge_connection HTTP/1.1, spoken by us: a head, a body, the handler's answer, and again;
 *        |          a handshake for /ws that edge_handshake.c finds right is given, unread, to
 *   edge_socket.c   libwebsockets, which knows nothing but WebSockets here; what a socket is sent leaves by
 *   edge_turn.c     when the loop's turn ends, or one soon after.
 *
 * HTTP is not left to libwebsockets because 4.1.6 turns at 100 % of a processor from the moment that a client
 * goes away while its request waits for an answer, cannot refuse with an answer of ours, and takes a body
 * without a length. */
#ifndef EDGE_EDGE_INTERNAL_H
#define EDGE_EDGE_INTERNAL_H

#include "base/buffer.h"
#include "base/list.h"
#include "edge/edge.h"
#include "edge/edge_head.h"

#include <libwebsockets.h>
#include <netinet/in.h>

#define EDGE_PEER_ROOM   INET6_ADDRSTRLEN
#define EDGE_HEAD_LIMIT  16384 /* bytes of a request line and its headers */
#define EDGE_READ_ROOM   65536 /* bytes read at a time */
#define EDGE_PROTOCOL    "palabre.v1"
#define EDGE_CODE_WRONG  4000 /* protocol error */
#define EDGE_CODE_LARGE  4002 /* too large */
#define EDGE_REASON_ROOM 101
#define EDGE_HELD_FRAMES 8     /* of one socket; where one more comes, they leave at once */
#define EDGE_HELD_BYTES  16384 /* likewise: large frames gain nothing by company */

struct edge {
    struct edge_settings settings;
    struct lws_context *context;
    struct lws_vhost *vhost;
    uv_handle_t *context_handles[4]; /* what libwebsockets keeps on the loop as long as the context lives */
    unsigned context_handle_count;

    uv_poll_t listener;
    int listen_fd; /* -1: not listening */
    int spare_fd;  /* given up for a moment where descriptors run out, to accept and close */
    uint16_t port;

    uv_timer_t sweep;      /* pings, and what takes too long */
    uv_prepare_t turn_end; /* sends what `holding` have, or a part of it */
    uv_idle_t sending;     /* runs while a part is left */
    uv_idle_t work; /* runs while `runnable` has connections, and while we wait for the context to close */
    unsigned handle_count; /* of ours that are not closed yet */
    bool freeing;
    uint64_t random;

    struct list sockets, connections, runnable;
    struct list holding;  /* sockets with frames that are to leave */
    uint64_t held_number; /* of the last that began to hold */
    uint64_t mark;        /* `mark_sent` is owed once no socket with a lower number holds; 0: it is not */
    uint64_t frames, sends;
    size_t count;              /* sockets and connections */
    const char *adopting_peer; /* while a handshake is given to libwebsockets */
    char scratch[EDGE_READ_ROOM];
};

/* What a frame's sending touches comes first, in as few cache lines as can be. */
struct edge_socket {
    struct edge *edge;
    struct lws *wsi;
    int fd;
    bool closing;         /* takes and gives nothing any more */
    bool dead;            /* shut down: libwebsockets will notice */
    bool wants;           /* said no to a frame: socket_ready is owed */
    bool pending;         /* libwebsockets was given what the kernel did not take, and may still have it */
    bool stuck;           /* bytes wait, and none went since stuck_since */
    unsigned char missed; /* pings that were not answered */
    unsigned char held_count;
    size_t held_bytes;
    struct list holding; /* edge->holding, or alone */
    uint64_t held_number;
    struct frame *held[EDGE_HELD_FRAMES];

    struct list link;
    void *user;
    struct buffer message; /* fragments so far */
    size_t message_limit;
    unsigned fragments;
    int close_code; /* what is still to be said to the peer, or 0 */
    char *close_reason;
    uint64_t ping_at, acked, stuck_since, closing_since;
    char peer[EDGE_PEER_ROOM];
};

enum edge_connection_state {
    CONNECTION_HEAD,     /* reads a head; idle where no byte has come */
    CONNECTION_BODY,     /* reads a body */
    CONNECTION_HELD,     /* the handler has the request: nothing is watched, so that nothing can spin */
    CONNECTION_WRITING,  /* writes the answer */
    CONNECTION_DRAINING, /* has said its last, and waits for the peer to have read it */
    CONNECTION_CLOSED,
};

struct edge_connection {
    struct list link;     /* edge->connections */
    struct list runnable; /* edge->runnable, or alone */
    struct edge *edge;
    uv_poll_t poll;
    int fd;
    int watched; /* uv events */
    enum edge_connection_state state;
    uint64_t since;   /* loop time when the state began, or last moved while writing */
    struct buffer in; /* bytes that no request has taken yet */
    size_t searched;  /* bytes of `in` without the end of a head */
    bool running;     /* edge_connection_run() is below us on the stack */
    bool keep;        /* stays open after the answer */
    struct edge_request *request;
    struct buffer out; /* status line and headers of the answer */
    struct frame *body;
    size_t sent; /* bytes of both */
    char peer[EDGE_PEER_ROOM];
};

struct edge_request {
    struct edge *edge;
    struct edge_connection *connection; /* NULL once the edge is freed */
    struct head head;
    char *room; /* what head points into */
    char *body;
    size_t body_size;
    char peer[EDGE_PEER_ROOM];
};

/* edge.c: a socket or connection more, or less. */
void edge_count(struct edge *edge, int more);

/* edge_listen.c */
bool edge_listen(struct edge *edge, char **out_error);
void edge_listen_stop(struct edge *edge);

/* edge_connection.c */
void edge_connection_new(struct edge *edge, int fd, const char *peer); /* Takes fd */
void edge_connection_run(struct edge_connection *connection);
void edge_connection_close(struct edge_connection *connection);
void edge_connection_sweep(struct edge_connection *connection, uint64_t now);
/* Prepares an answer and writes what can be written; the request may be NULL (a head that was not
 * understood). */
void edge_connection_answer(struct edge_connection *connection, const struct edge_request *request,
                            int status, const struct edge_header *headers, struct frame *body);
/* Answers with the edge's own problem document. Closes afterwards unless the request is whole. */
void edge_connection_refuse(struct edge_connection *connection, const struct edge_request *request,
                            int status);

/* edge_answer.c: the status line and headers of an answer. */
void edge_answer_head(struct buffer *out, const struct edge *edge, const struct edge_request *request,
                      int status, const struct edge_header *headers, size_t body_size, bool keep);

/* edge_origin.c: who may ask from where. */
bool edge_origin_same(const struct head *head);
bool edge_origin_allowed(const struct edge *edge, const struct head *head); /* also where there is none */
bool edge_origin_is_preflight(const struct head *head);

/* edge_handshake.c */
bool edge_handshake_right(const struct head *head);

/* edge_socket.c */
int edge_socket_callback(struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in,
                         size_t size);
void edge_socket_sweep(struct edge_socket *socket, uint64_t now);
/* For a peer that is of no use any more: nothing is said to it. */
void edge_socket_kill(struct edge_socket *socket);

/* edge_turn.c: whether it was held until a turn ends; false where the socket is full. */
bool edge_turn_hold(struct edge_socket *socket, struct frame *frame);
void edge_turn_flush(struct edge_socket *socket);              /* sends now what is held */
void edge_turn_flush_first(struct edge *edge, size_t sockets); /* of so many, those that hold it longest */
void edge_turn_drop(struct edge_socket *socket);
void edge_turn_end(uv_prepare_t *prepare);

/* edge_request.c */
void edge_request_free(struct edge_request **request);

/* edge.c */
uint64_t edge_now(const struct edge *edge);
uint32_t edge_random(struct edge *edge, uint32_t below);

#endif
