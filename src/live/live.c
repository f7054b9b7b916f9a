#include "live/live.h"
#include "base/digest.h"
#include "base/memory.h"
#include "live/client.h"
#include "live/http.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool live_send(void *listener_owner, struct frame *frame)
{
    struct client_topic *slot = listener_owner;
    struct client *client = slot->client;
    /* Answers that wait come first: a topic's frames must not overtake the answer to its topic_open. */
    return client->socket && list_is_empty(&client->answers) && edge_socket_send(client->socket, frame);
}

/* Of two waits, of which -1 is none. */
static int64_t sooner(int64_t one, int64_t other)
{
    return one < 0 || (other >= 0 && other < one) ? other : one;
}

/* Makes the frames that are due, unless some are still leaving. The ms until more are, or -1. */
static int64_t live_tick(struct live *live, int64_t now)
{
    uint64_t late, encoded, before, seen, all = hub_sent(live->hub);
    if (!tick_begin(&live->tick, uv_hrtime(), &late))
        return -1;
    hub_counts(live->hub, AUDIENCE_PUBLIC, &encoded, &before);
    int64_t wait = hub_run(live->hub, now);
    hub_counts(live->hub, AUDIENCE_PUBLIC, &encoded, &seen);
    tick_wait(&live->tick, wait);
    live->tick_seen = seen > before;
    if (live->tick_seen)
        histogram_add(live->settings.counters, HISTOGRAM_tick_lag_seconds, late);
    if (hub_sent(live->hub) > all)
        edge_mark(live->edge);
    else
        tick_end(&live->tick, uv_hrtime()); /* nobody was due anything */
    return wait;
}

static void live_run(uv_timer_t *timer)
{
    struct live *live = timer->data;
    int64_t again = -1, now = live_loop_now(live);
    map_for_each (at, &live->rooms)
        again = sooner(again, room_turn(at->value, now));
    store_push(live->settings.store); /* Redis works while frames leave */
    again = sooner(again, live_tick(live, now));
    if (again >= 0 && !uv_is_active((uv_handle_t *)timer))
        uv_timer_start(timer, live_run, (uint64_t)again, 0);
}

/* The frames of a tick have left. */
static void live_sent(void *owner)
{
    struct live *live = owner;
    uint64_t took = tick_end(&live->tick, uv_hrtime());
    if (live->tick_seen) {
        tick_took(&live->tick, took);
        histogram_add(live->settings.counters, HISTOGRAM_tick_seconds, took);
        counter_set(live->settings.counters, COUNTER_tick_milliseconds, (uint64_t)tick_ms(&live->tick));
    }
    if (tick_is_wanted(&live->tick))
        live_want_run(live);
}

void live_want_run(struct live *live)
{
    tick_want(&live->tick, uv_hrtime());
    if (!uv_is_active((uv_handle_t *)&live->run_timer) || uv_timer_get_due_in(&live->run_timer) > 0)
        uv_timer_start(&live->run_timer, live_run, 0, 0);
}

static void live_deployment(void *arg, const struct store_answer *answer)
{
    struct live *live = arg;
    const char *deployment = store_answer_get(answer, "deployment");
    bool first = !live->deployment[0] && !answer->refusal.error && deployment;
    if (first)
        snprintf(live->deployment, sizeof(live->deployment), "%s", deployment);
    if (first && !live->closing && live->settings.ready)
        live->settings.ready(live->settings.owner);
    live_handle_closed(live);
}

static void live_ask_deployment(struct live *live)
{
    live_handle_opened(live);
    store_deployment(live->settings.store, live_deployment, live);
}

static void live_second(uv_timer_t *timer)
{
    struct live *live = timer->data;
    int64_t now = live_loop_now(live);
    list_for_each_safe (at, &live->clients)
        client_second(CONTAINER_OF(at, struct client, link), now);
    for (struct map_entry *at = map_next(&live->rooms, NULL); at; at = map_next(&live->rooms, at))
        room_second(at->value, now);
    if (!live->deployment[0] && store_is_connected(live->settings.store))
        live_ask_deployment(live);
}

struct live *live_new(const struct live_settings *settings)
{
    struct live *live = memory_alloc(sizeof(*live));
    live->settings = *settings;
    live->tick.least_ms = settings->tick_ms;
    list_init(&live->clients);
    guesses_init(&live->guesses);
    const struct hub_settings hub = {.owner = live,
                                     .tick_ms = settings->tick_ms,
                                     .counters = settings->counters,
                                     .counted = AUDIENCE_PUBLIC,
                                     .encode = room_topic_encode,
                                     .from = room_topic_from,
                                     .send = live_send};
    live->hub = hub_new(&hub);
    uv_timer_init(settings->loop, &live->run_timer);
    uv_timer_init(settings->loop, &live->second_timer);
    live->run_timer.data = live->second_timer.data = live;
    uv_timer_start(&live->second_timer, live_second, 1000, 1000);
    return live;
}

void live_attach(struct live *live, struct edge *edge)
{
    live->edge = edge;
    counter_set(live->settings.counters, COUNTER_tick_milliseconds, (uint64_t)tick_ms(&live->tick));
}

void live_edge_settings(struct live *live, struct edge_settings *out_settings)
{
    out_settings->owner = live;
    out_settings->counters = live->settings.counters;
    out_settings->message_limit = LIMIT_MESSAGE_PARTICIPANT;
    out_settings->fragment_limit = LIMIT_FRAGMENTS;
    out_settings->stuck_ms = LIMIT_STUCK_MS;
    out_settings->socket_opened = client_opened;
    out_settings->socket_message = client_message;
    out_settings->socket_ready = client_ready;
    out_settings->socket_closed = client_closed;
    out_settings->mark_sent = live_sent;
    out_settings->request = http_request;
    out_settings->body_limit = http_body_limit;
    out_settings->problem = http_problem;
}

void live_set_public_url(struct live *live, const char *url)
{
    live->public_url = url;
}

void live_set_demo(struct live *live, const char *json)
{
    live->demo = json;
}

void live_set_keyring(struct live *live, const struct keyring *keyring)
{
    live->settings.keyring = keyring;
}

void live_store_connected(struct live *live, bool connected)
{
    if (connected && !live->deployment[0])
        live_ask_deployment(live);
    counter_set(live->settings.counters, COUNTER_store_connected, connected);
    live_log(live, connected ? "store: connected" : "store: away; what is shown is marked stale");
}

void live_say_bye(struct live *live, const char *reason, int64_t spread_ms)
{
    int64_t i = 0;
    list_for_each_safe (at, &live->clients)
        client_bye(CONTAINER_OF(at, struct client, link), reason, 250 + (i++ * 37) % (spread_ms + 1));
}

void live_handle_opened(struct live *live)
{
    live->handles++;
}

void live_handle_closed(struct live *live)
{
    assert(live->handles > 0);
    if (--live->handles > 0 || !live->closing)
        return;
    map_clear(&live->rooms);
    guesses_clear(&live->guesses);
    hub_free(&live->hub);
    void (*closed)(void *arg) = live->closed;
    void *arg = live->closed_arg;
    free(live);
    closed(arg);
}

static void live_timer_closed(uv_handle_t *handle)
{
    live_handle_closed(handle->data);
}

void live_free(struct live **where, void (*closed)(void *arg), void *arg)
{
    struct live *live = *where;
    *where = NULL;
    assert(list_is_empty(&live->clients));
    live->handles += 2; /* the timers */
    live->closing = true;
    live->closed = closed;
    live->closed_arg = arg;
    map_for_each (at, &live->rooms)
        room_end(at->value);
    uv_close((uv_handle_t *)&live->run_timer, live_timer_closed);
    uv_close((uv_handle_t *)&live->second_timer, live_timer_closed);
}

#define LIVE_RETRY_MS 1000

struct refusal live_refusal(enum error error)
{
    bool passes = error == ERROR_store_unavailable || error == ERROR_behind;
    return passes ? refusal_retry(error, LIVE_RETRY_MS) : refusal_of(error);
}

int64_t live_loop_now(const struct live *live)
{
    return (int64_t)uv_now(live->settings.loop);
}

int64_t live_now(const struct live *live)
{
    if (live->clock)
        return live->clock + live_loop_now(live);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void live_heard(struct live *live, int64_t redis_now)
{
    live->clock = redis_now - live_loop_now(live);
}

struct rules_buckets *live_stranger(struct live *live, const char *peer)
{
    return &live->strangers[digest_fnv1a(DIGEST_FNV1A_START, peer, strlen(peer)) % LIVE_STRANGERS];
}

void live_log(const struct live *live, const char *format, ...)
{
    char line[512];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof(line), format, list);
    va_end(list);
    live->settings.log(line);
}
