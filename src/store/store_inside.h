/* What the files of the store share: the store itself, its requests and its checks. Not for other folders. */
#ifndef STORE_STORE_INSIDE_H
#define STORE_STORE_INSIDE_H

#include "base/list.h"
#include "base/map.h"
#include "store/store.h"
#include "store/store_connection.h"

#define STORE_LIBRARY "palabre_3"

struct store_setup {
    unsigned waiting; /* replies awaited */
    char *fault, *warning;
    bool appends_not; /* INFO says that there is no append-only file */
};

struct store {
    struct store_settings settings;
    struct store_url url;
    struct store_connection *calls, *channels;
    bool connected;        /* calls are greeted and set up */
    bool subscribing;      /* channels are greeted */
    bool closing, loading; /* the library is on its way to Redis */
    char *fault, *warned;
    uint64_t warned_at; /* ms of the loop */
    struct store_setup setup;
    struct list requests; /* by deadline */
    struct list held;     /* those that wait to be sent */
    size_t pending;
    uv_timer_t clock; /* of requests */
    uv_timer_t checks, dues;
    uint64_t check_at;     /* ms of the loop: the next position check of all */
    struct map followings; /* by channel */
    char worker[20], db[12];
    int64_t clock_offset; /* Redis' ms minus the loop's */
    unsigned parts;
    void (*closed)(void *arg);
    void *closed_arg;
};

/* ---- requests (store_request.c): held until connected, answered once, in time ---- */

/* NULL: Redis did not answer, or cannot. An error reply: the fault is ours, and was told by `warned`. */
typedef void store_requested(void *arg, const redisReply *reply);

void store_request(struct store *store, int count, const char *const *arguments, const size_t *sizes,
                   store_requested *requested, void *arg);
void store_requests_init(struct store *store);
void store_requests_send_held(struct store *store);
/* Answers all with NULL. */
void store_requests_fail(struct store *store);

/* ---- setting up (store_setup.c): what is checked and loaded on each connection ---- */

void store_setup_start(struct store *store);
/* Sends the library; what is written behind it finds the functions. */
void store_setup_load(struct store *store);
void store_set_fault(struct store *store, const char *fault);
void store_warn(struct store *store, const char *message); /* the same one once a minute */

/* ---- following (store_follow.c) ---- */

void store_follow_init(struct store *store);
void store_follow_clear(struct store *store);
void store_follow_connected(struct store *store, bool connected);     /* of calls */
void store_follow_subscribing(struct store *store, bool subscribing); /* of channels */
void store_follow_push(struct store *store, const redisReply *push);

#endif
