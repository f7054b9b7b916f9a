/* The store: the truth, in Redis. Calls functions, follows sessions.
 *
 * Owns the connections to Redis (one for calls, one for subscriptions), their reconnection and deadlines, and
 * the library of functions (store/lua). Knows commands as positional arguments; nothing of JSON, sockets or
 * views. Nothing here blocks. Callbacks run later on the loop, once each, never from inside a call of this
 * header. The process ignores SIGPIPE. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/counters.h"
#include "domain/actor.h"
#include "domain/command.h"
#include "domain/error.h"
#include "domain/event.h"

#include <uv.h>

#define STORE_LIBRARY_VERSION 3 /* of the functions: palabre_3, vote_cast_3 */

struct store;

struct store_settings {
    uv_loop_t *loop;
    const char *url;                /* redis://[user:pass@]host:port[/db], redis+unix or unix:/path[?db=n] */
    bool own;                       /* the private Redis: its settings are ours */
    struct counters_slot *counters; /* NULL: nowhere */
    void *owner;
    void (*connected)(void *owner,
                      bool connected); /* each time the call connection comes (functions loaded) or goes */
    void (*warned)(
        void *owner,
        const char *message); /* what an operator should read: a volatile Redis, an eviction policy */
};

/* Checks the URL and starts to connect. NULL with a message (the caller frees) where the URL is wrong. */
struct store *store_open(const struct store_settings *settings, char **out_error);
/* Answers what is pending with store_unavailable, closes, frees; `closed` runs when all handles are closed.
 * What is still followed is to be unfollowed before; it ends without a callback. */
void store_close(struct store **store, void (*closed)(void *arg), void *arg);
/* Has the calls of this turn leave now and not when it ends, before something that takes long. */
void store_push(struct store *store);
bool store_is_connected(const struct store *store);
/* Why the store refuses to work (an eviction policy, a version, a password), or NULL. */
const char *store_fault(const struct store *store);

/* What a function answered. Borrowed for the callback. */
struct store_answer {
    struct refusal refusal; /* error ERROR_none where it was accepted */
    char epoch[EPOCH_ROOM]; /* "" where Redis did not answer */
    int64_t seq, now;       /* sequence and Redis' time in ms at the answer */
    const struct field_write
        *values; /* named values: {"idea", "i4"}; of session_read and people_read: fields */
    size_t count;
};
typedef void store_answered(void *arg, const struct store_answer *answer);

const char *store_answer_get(const struct store_answer *answer, const char *name); /* NULL where absent */

/* Bytes of an argument. */
struct store_argument {
    const char *bytes;
    size_t size;
};

/* Calls `<function>_<version>` for a session. `actor` NULL: the system. `key` NULL: none. `at` 0: now; else
 * the recorded time. Answers within LIMIT_STORE_MS, with store_unavailable (and retry_ms) where Redis does
 * not, or more than STORE_PENDING calls wait. Copies its arguments. */
void store_call(struct store *store, const char *session, const char *function, const struct actor *actor,
                const char *key, int64_t at, const struct store_argument *arguments, size_t count,
                store_answered *answered, void *arg);
/* A command's write, by its name and positional arguments. */
void store_command(struct store *store, const char *session, const struct actor *actor,
                   const struct command *command, int64_t at, store_answered *answered, void *arg);
/* The same with arguments behind the command's own, which no client gives. */
void store_command_with(struct store *store, const char *session, const struct actor *actor,
                        const struct command *command, const struct store_argument *extra, size_t extra_count,
                        int64_t at, store_answered *answered, void *arg);
#define STORE_PENDING 20000

/* Following a session: the fields of a load, then each event, in order, none missing. */
struct store_follower {
    void *owner;
    void (*load_begin)(void *owner); /* forget what you hold */
    void (*load_field)(void *owner, const struct field_write *field);
    void (*load_end)(void *owner, const char *epoch, int64_t seq); /* true from here on */
    void (*event)(void *owner, const struct event *event);         /* also between load_begin and load_end */
    void (*stale)(void *owner, bool stale);                        /* Redis is away, or back and in step */
    void (*gone)(void *owner, enum error error); /* no such session, one being imported, or of an unknown
                                                    version; nothing follows */
};
struct store_following;
struct store_following *store_follow(struct store *store, const char *session,
                                     const struct store_follower *follower);
/* Also after `gone`, and from inside a callback. One following of a session in a store at a time. */
void store_unfollow(struct store_following **following);
/* Compares with Redis' position at once (a client is ahead); follows up as any gap does. */
void store_following_check(struct store_following *following);
/* People online here, handed in with the next position check. */
void store_following_people(struct store_following *following, int64_t people);

/* Things outside any session's slot. */
void store_sessions(struct store *store, store_answered *answered,
                    void *arg); /* values: {"session", id}... */
void store_deployment(struct store *store, store_answered *answered,
                      void *arg); /* {"deployment", id}: made when first asked */
/* Brands (store_brand.c): a name, keys by their ids. The brand `default` is there without being made. */
void store_brand_create(struct store *store, const char *brand, const char *name, store_answered *answered,
                        void *arg); /* again: a new name */
void store_brand_key(struct store *store, const char *brand, const char *key_id, const char *key,
                     store_answered *answered, void *arg); /* key NULL: takes it away */
/* {"name", ...}, {"key.<id>", "k4.public..."}...; or brand_unknown. */
void store_brand_read(struct store *store, const char *brand, store_answered *answered, void *arg);
void store_brands(struct store *store, store_answered *answered, void *arg); /* {"brand", id}... */
/* A picture's bytes: {"bytes", ...}. */
void store_media(struct store *store, const char *session, const char *hash, store_answered *answered,
                 void *arg);

#endif
