/* The edge: listening sockets, HTTP and WebSocket, on libwebsockets over the caller's libuv loop.
 *
 * Owns every connection. Knows nothing of commands, topics or JSON: it hands whole messages and whole
 * requests to its handlers, and sends frames. Keeps no queue: a socket either takes a frame now or says no,
 * and says later that it can again. All calls are on the loop's thread; handlers are never called from inside
 * a call of this header, but for `socket_closed` by edge_free(). */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "base/counters.h"
#include "base/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct edge;
struct edge_socket;  /* one WebSocket connection */
struct edge_request; /* one HTTP request that waits for its answer */

struct edge_settings {
    uv_loop_t *loop;
    const char *address; /* what to listen on: 127.0.0.1, 0.0.0.0, ::1 or :: */
    uint16_t port;       /* 0: any. Shared (SO_REUSEPORT): another edge of this user may have it too */
    int listen_fd;       /* a listening socket to use instead, which stays open (Borrows); 0: none */
    const char *const *allow_origins; /* besides the request's own Host; NULL-terminated, or NULL */
    size_t message_limit;    /* bytes of a WebSocket message until edge_socket_limit() says otherwise */
    unsigned fragment_limit; /* fragments of a message */
    uint64_t stuck_ms;       /* a connection that takes no bytes for so long is closed */
    uint64_t ping_ms;        /* between pings, and up to a quarter more; 0: 20 s. Two unanswered: closed */
    struct counters_slot *counters; /* where `connections` is told; NULL: nowhere */
    void *owner;                    /* handed to `opened`, `request` and `body_limit` */
    /* A WebSocket has opened; what it returns is the `user` of the calls below, never NULL. */
    void *(*socket_opened)(void *owner, struct edge_socket *socket);
    /* A whole text message, UTF-8, without NUL at its end. */
    void (*socket_message)(void *user, const char *text, size_t size);
    /* The socket said no to a frame before, and can take one now. */
    void (*socket_ready)(void *user);
    /* The socket is gone, its handle with it; called once, for every socket that opened. */
    void (*socket_closed)(void *user);
    /* What sockets had been sent when edge_mark() was called has left, or waits for its socket. NULL where
     * nobody marks. */
    void (*mark_sent)(void *owner);
    /* A whole request, body included; to be answered once, now or later. */
    void (*request)(void *owner, struct edge_request *request);
    /* Bytes that a body for this path may have; larger ones are answered 413 by the edge. */
    size_t (*body_limit)(void *owner, const char *path);
    /* Body of an answer that the edge itself gives: problem JSON. 403 is a refused origin, 411 a body without
     * Content-Length, 413 a body over its limit, 414 and 431 a target and headers too long, 400 all else. */
    void (*problem)(void *owner, int status, struct frame **out_body);
};

/* A listening socket for `listen_fd`, of which several may share a port: non-blocking, closed by exec. *port
 * 0 becomes the one it got. -1 with a message in *out_error. */
int edge_open_listener(const char *address, uint16_t *port, char **out_error);

/* Listens and serves. NULL with a message in *out_error (the caller frees) where it cannot. Keeps what
 * settings point to. Raises the process's limit of open files to its hard limit, and ignores SIGPIPE. */
struct edge *edge_new(const struct edge_settings *settings, char **out_error);
uint16_t edge_port(const struct edge *edge); /* the port in use */
/* Stops listening; what is open stays open, and is told with its next answer that it is the last. */
void edge_stop_listening(struct edge *edge);
/* Closes all that is open and frees; the loop must run until its handles are closed. Not from inside a
 * handler. Requests that wait stay valid and are still to be answered. */
void edge_free(struct edge **edge);
/* Connections of both kinds that are open. */
size_t edge_connections(const struct edge *edge);

/* Sends a frame (refs it until it is sent): at the end of the loop's turn, or where many sockets are sent to
 * of one soon after, with all else that this socket is sent until then, in one call to the kernel. False
 * where the socket cannot take bytes now: nothing of the frame was or will be sent, and `socket_ready`
 * follows. */
bool edge_socket_send(struct edge_socket *socket, struct frame *frame);
void edge_socket_limit(struct edge_socket *socket, size_t message_limit);
/* Has `mark_sent` called at the end of a turn, once; a second call before that takes the place of the first.
 */
void edge_mark(struct edge *edge);
/* Frames of WebSockets that left so far, and calls to the kernel that it took. */
void edge_sent(const struct edge *edge, uint64_t *out_frames, uint64_t *out_sends);
/* Closes with an application's code (4000 to 4999) and a reason of at most 100 bytes. From here on nothing is
 * sent, nothing is heard and `socket_ready` does not come; `socket_closed` follows later, after 5 s where the
 * peer does not answer. */
void edge_socket_close(struct edge_socket *socket, int code, const char *reason);
/* The other end's address as text, for limits per prefix and for logs. */
const char *edge_socket_peer(const struct edge_socket *socket);

enum edge_method { EDGE_GET, EDGE_HEAD, EDGE_POST, EDGE_OTHER };

/* What was asked: valid until the answer. Strings are empty where absent. Header names are those listed in
 * edge_request.c: authorization, idempotency-key, if-none-match, content-type, accept-encoding,
 * accept-language, host, origin. */
enum edge_method edge_request_method(const struct edge_request *request);
const char *edge_request_path(const struct edge_request *request);  /* decoded, always starts with '/' */
const char *edge_request_query(const struct edge_request *request); /* raw, without '?' */
const char *edge_request_header(const struct edge_request *request, const char *name);
const char *edge_request_body(const struct edge_request *request, size_t *out_size);
const char *edge_request_peer(const struct edge_request *request);
/* The value of a query parameter, percent-decoded into `room`; NULL where absent or too long. */
const char *edge_request_parameter(const struct edge_request *request, const char *name, char *room,
                                   size_t size);

struct edge_header {
    const char *name, *value;
};

/* Answers and ends the request, its handle with it, also where the client has gone. Headers end with a NULL
 * name; the edge adds content-length, the security headers and what CORS wants. Body may be NULL (Borrows it:
 * refs while sending). */
void edge_request_answer(struct edge_request *request, int status, const struct edge_header *headers,
                         struct frame *body);

/* Files served from memory: all that is below a folder, read once, with the .br and .gz beside each. NULL
 * with a message (the caller frees) where one cannot be read. */
struct edge_files;
struct edge_files *edge_files_load(const char *folder, char **out_error);
void edge_files_free(struct edge_files **files);
/* Answers with a file (path relative to the folder, without a leading '/'), in the encoding that the client
 * accepts, with ETag and 304; false, and not answered, where there is none. Paths below assets/ are
 * immutable; others are revalidated. */
bool edge_request_answer_file(struct edge_request *request, const struct edge_files *files, const char *path);

#endif
