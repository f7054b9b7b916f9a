/* Live: what holds the other folders together in one worker. A person here is a `client`, a session here a
 * `room`; this header is what they share and what the server starts.
 *
 * Owns the rooms, the clients and the loop's timers for them. Commands from both doors run through
 * live/call.h. */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include "base/counters.h"
#include "base/list.h"
#include "base/map.h"
#include "domain/error.h"
#include "edge/edge.h"
#include "hub/hub.h"
#include "hub/tick.h"
#include "rules/guesses.h"
#include "rules/rules.h"
#include "store/store.h"
#include "token/keyring.h"

#include <uv.h>

#define LIVE_STRANGERS 256 /* buckets for those who ask over HTTP without a token, by their address */

struct live_settings {
    uv_loop_t *loop;
    struct store *store; /* Borrows, as all here */
    const struct keyring *keyring;
    const struct edge_files *files; /* the pages; NULL: none */
    int64_t tick_ms;
    const struct counters *all_counters; /* what /metrics says */
    struct counters_slot *counters;      /* of this process */
    void (*log)(const char *message);    /* what an operator should read */
    void *owner;
    void (*ready)(
        void *owner); /* once: tokens can be judged and signed, so that both doors work; may be NULL */
};

struct live {
    struct live_settings settings;
    struct edge *edge; /* set by live_attach() */
    struct hub *hub;
    const char *public_url, *demo; /* demo: NULL for none */
    char deployment[64];           /* "" until the store has said it */
    struct map rooms;              /* session -> struct room */
    struct list clients;
    struct rules_buckets strangers[LIVE_STRANGERS];
    struct guesses guesses; /* wrong codes, by network */
    int64_t clock;          /* Redis' time less the loop's, as last heard */
    uv_timer_t run_timer;   /* the next tick */
    struct tick tick;
    bool tick_seen;          /* by the public: only of those is told, as others tell of votes under a seal */
    uv_timer_t second_timer; /* heartbeats, late hellos, rooms nobody is in */
    unsigned
        handles; /* rooms, timers while they close, and calls of the store that come back to live itself */
    bool closing;
    void (*closed)(void *arg);
    void *closed_arg;
};

struct live *live_new(const struct live_settings *settings);
/* The edge that serves it; its settings come from live_edge_settings(). */
void live_attach(struct live *live, struct edge *edge);
void live_edge_settings(struct live *live, struct edge_settings *out_settings);
/* What links and QR codes begin with, without a '/' at its end (Keeps). */
void live_set_public_url(struct live *live, const char *url);
/* The JSON of /demo.json (Keeps). */
void live_set_demo(struct live *live, const char *json);
/* The keys were read again (Keeps). */
void live_set_keyring(struct live *live, const struct keyring *keyring);
/* The store has connected, or gone. */
void live_store_connected(struct live *live, bool connected);
/* Says bye to everyone, with the time to wait before they connect again spread over `spread_ms`. */
void live_say_bye(struct live *live, const char *reason, int64_t spread_ms);
/* Frees all rooms, each once the calls under way have let go of it: the store is closed after. No client may
 * be left (the edge is freed before). `closed` runs when all is gone. */
void live_free(struct live **live, void (*closed)(void *arg), void *arg);

/* A refusal of this error; where the store or the view is not there yet, with a hint of when to try again. */
struct refusal live_refusal(enum error error);
/* Redis' time as last heard, kept going by the loop's clock; the wall clock before anything was heard. */
int64_t live_now(const struct live *live);
void live_heard(struct live *live, int64_t redis_now);
int64_t live_loop_now(const struct live *live); /* ms that only grow */
/* Frames will be made before this turn of the loop is over, or when those that are leaving have left. */
void live_want_run(struct live *live);
/* What must be over before live is gone. */
void live_handle_opened(struct live *live);
void live_handle_closed(struct live *live);
/* The buckets of who has no token: shared by address, or else one caller would use up those of all. Borrows.
 */
struct rules_buckets *live_stranger(struct live *live, const char *peer);
void live_log(const struct live *live, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
