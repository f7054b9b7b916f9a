/* One session followed: what it holds and how it comes into step. Of the store's own files only.
 *
 *              subscribed            last slice, replay whole
 *   ABSENT ------------> LOADING ------------------------------> LIVE
 *      ^                    |                                      |  gap, or behind a check: log_read, then
 * on
 *      +--------------------+--------------------------------------+
 *         connection lost (LOADING), another epoch, log too short
 *
 * Invariants: at most one session_read or log_read is awaited (`reading`); LIVE means that the follower was
 * handed every event up to `seq` of `epoch`; `kept` are events that came and were not handed over, in the
 * order they came. */
#ifndef STORE_STORE_FOLLOWING_H
#define STORE_STORE_FOLLOWING_H

#include "base/buffer.h"
#include "store/store_inside.h"

#define FOLLOWING_KEPT      8192 /* events kept; what comes beyond is read from the log */
#define FOLLOWING_LOG_COUNT 500

enum following_state { FOLLOWING_ABSENT, FOLLOWING_LOADING, FOLLOWING_LIVE };

struct kept_event {
    struct list link;
    int64_t seq;
    char epoch[EPOCH_ROOM];
    size_t size;
    char bytes[];
};

struct following_load {
    char *cursor;         /* of the next slice; NULL: the last was read */
    struct buffer fields; /* key size, value size, key, NUL, value, NUL; each again */
    char epoch[EPOCH_ROOM];
    bool begun;
    int64_t first, last; /* sequence of the first and of the last slice */
    int64_t replayed;    /* `replay` holds every event from first + 1 to this */
    struct list replay;
};

struct store_following {
    struct store *store;
    struct store_follower follower;
    char session[TEXT_ID_ROOM], *channel;
    unsigned references; /* the owner's, and one for each call awaited */
    bool ended;          /* unfollowed or gone: no callback any more */
    bool asked, subscribed;
    enum following_state state;
    bool reading, read_void; /* void: what is awaited does not count any more */
    int64_t read_from;
    bool checking, check_again, checked; /* checked: position compared since both connections are there */
    bool loaded, stale;
    char epoch[EPOCH_ROOM];
    int64_t seq, target; /* where the follower is, where Redis is known to be */
    struct following_load load;
    struct list kept;
    size_t kept_count;
    unsigned failures;
    uint64_t retry_at; /* ms of the loop */
    int64_t people, due;
    struct field_write *writes; /* room for an event's */
    size_t writes_room;
};

struct store_following *following_ref(struct store_following *following);
void following_unref(struct store_following *following);
/* Does what is next: subscribe, load, fill, catch up. Never calls back where nothing is kept. */
void following_step(struct store_following *following);
void following_check(struct store_following *following);
void following_subscribe(struct store_following *following);
/* An event arrived. May write into the bytes. */
void following_arrive(struct store_following *following, char *bytes, size_t size);
void following_reload(struct store_following *following);
void following_abort_load(struct store_following *following);
void following_set_stale(struct store_following *following, bool stale);
/* In step again, where it is. */
void following_settle(struct store_following *following);
void following_gone(struct store_following *following, enum error error);
void following_leave(struct store_following *following); /* no messages, no callbacks any more */
void following_call(struct store_following *following, const char *function,
                    const struct store_argument *arguments, size_t count, store_answered *answered);
void following_drop_kept(struct store_following *following, struct kept_event *kept);
void following_retry_later(struct store_following *following);

#endif
