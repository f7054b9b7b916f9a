/* One connection to Redis on a libuv loop, kept: it connects, greets (AUTH, SELECT, PING), and connects again
 * with exponential back-off and full jitter whenever it is lost.
 *
 * Owns the socket, the order of replies and the life of the peer: replies are matched to what was written
 * first in, first out; a peer that leaves the oldest unanswered for CONNECTION_CUT_MS is cut. Speaks RESP2
 * through hiredis' formatter and reader. Does not know functions, sessions, deadlines of calls or what a
 * reply means. Callbacks never run inside a call of this header but store_connection_cut. */
#ifndef STORE_STORE_CONNECTION_H
#define STORE_STORE_CONNECTION_H

#include "store/store_url.h"

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <uv.h>

#define CONNECTION_CUT_MS 6000 /* three times what a call may take */

struct store_connection;
struct store_slot; /* one reply awaited */

struct store_connection_settings {
    uv_loop_t *loop;
    const struct store_url *url; /* Keeps */
    bool subscriber;             /* replies are taken after the socket is drained, a bounded number a turn */
    void *owner;
    void (*opened)(void *owner); /* greeted: what is written now is answered */
    void (*lost)(void *owner);   /* after `opened`; awaited replies are answered with NULL next */
    void (*refused)(void *owner, const char *why); /* the greeting failed: a password, a database */
    void (*pushed)(void *owner,
                   const redisReply *push); /* smessage, or a sunsubscribe that nobody asked for */
};

/* `reply` NULL: the connection was lost before it came. Borrowed for the call. */
typedef void store_replied(void *arg, const redisReply *reply);

struct store_connection *store_connection_open(const struct store_connection_settings *settings);
/* Replies awaited are answered with NULL just before `closed`; no other callback runs. */
void store_connection_close(struct store_connection **connection, void (*closed)(void *arg), void *arg);
bool store_connection_is_open(const struct store_connection *connection);

/* Writes a formatted command; all of one turn of the loop leave together. Only between `opened` and `lost`.
 */
struct store_slot *store_connection_write(struct store_connection *connection, const char *bytes, size_t size,
                                          store_replied *replied, void *arg);
struct store_slot *store_connection_send(struct store_connection *connection, int count,
                                         const char *const *arguments, const size_t *sizes,
                                         store_replied *replied, void *arg);
/* The reply will be dropped when it comes; its place is kept until then. */
void store_slot_forget(struct store_slot *slot);
/* Writes now what this turn gathered, and not when it ends. */
void store_connection_push(struct store_connection *connection);
/* SSUBSCRIBE or SUNSUBSCRIBE; answered by its confirmation or an error. */
void store_connection_subscribe(struct store_connection *connection, const char *channel, bool on,
                                store_replied *replied, void *arg);
/* Gives this peer up (`lost` runs now) and tries again later: at the longest interval until
 * store_connection_settle. */
void store_connection_cut(struct store_connection *connection);
/* The peer is good: the next interval is the shortest. */
void store_connection_settle(struct store_connection *connection);

/* A command in RESP; the caller frees it with redisFreeCommand. */
char *store_format(int count, const char *const *arguments, const size_t *sizes, size_t *out_size);
/* Uniform in 0..bound-1. */
uint32_t store_random(uint32_t bound);

#endif
