/* A request is in `requests` from its making to its answer, in the order of deadlines; and either in `held`
 * (to be sent: not connected yet, or refused for a passing reason) or awaited in a slot of the connection, or
 * past its deadline. One clock serves them all: it runs while there is a request. */
#include "base/memory.h"
#include "domain/limits.h"
#include "store/store_inside.h"

#include <string.h>

#define REQUEST_RETRY_MS 20

struct store_request {
    struct list link, held;
    struct store *store;
    struct store_slot *slot; /* NULL where not sent */
    char *bytes;
    size_t size;
    uint64_t deadline;
    bool loaded; /* the library was sent for it once */
    store_requested *requested;
    void *arg;
};

static void request_clock(uv_timer_t *clock);

static void request_answer(struct store_request *request, const redisReply *reply)
{
    struct store *store = request->store;
    if (request->slot)
        store_slot_forget(request->slot);
    list_remove(&request->link);
    list_remove(&request->held);
    store->pending--;
    redisFreeCommand(request->bytes);
    store_requested *requested = request->requested;
    void *arg = request->arg;
    free(request);
    if (requested)
        requested(arg, reply);
}

static bool starts(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* Refused before anything was done, for a reason that passes. */
static bool error_passes(const char *text)
{
    return starts(text, "LOADING") || starts(text, "TRYAGAIN") || starts(text, "CLUSTERDOWN") ||
           starts(text, "BUSY ") || starts(text, "MASTERDOWN");
}

/* Redis or its settings are in the way; an operator should know. */
static bool error_is_theirs(const char *text)
{
    static const char *const words[] = {"READONLY", "OOM",    "MISCONF",   "MOVED",      "ASK",
                                        "NOAUTH",   "NOPERM", "WRONGPASS", "NOREPLICAS", "UNKILLABLE"};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (starts(text, words[i]))
            return true;
    return false;
}

static void request_send(struct store_request *request);

static void request_hold(struct store_request *request)
{
    struct store *store = request->store;
    list_push_back(&store->held, &request->held);
    if (store->connected)
        uv_timer_start(&store->clock, request_clock, REQUEST_RETRY_MS, 0);
}

static void request_refused(struct store_request *request, const redisReply *reply)
{
    struct store *store = request->store;
    if (error_passes(reply->str)) {
        request_hold(request);
    } else if (strstr(reply->str, "Function not found") && !request->loaded) {
        request->loaded = true;
        if (store->connected) {
            store_setup_load(store);
            request_send(request); /* behind the library */
        } else {
            request_hold(request);
        }
    } else {
        bool theirs = error_is_theirs(reply->str) || strstr(reply->str, "Function not found");
        CLEAN_FREE char *text = memory_print("Redis refuses: %s", reply->str);
        store_warn(store, text);
        if (starts(reply->str, "READONLY") && store->connected)
            store_connection_cut(store->calls); /* it is not the master any more: look for it again */
        request_answer(request, theirs ? NULL : reply);
    }
}

static void request_replied(void *arg, const redisReply *reply)
{
    struct store_request *request = arg;
    request->slot = NULL;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        request_refused(request, reply);
    else
        request_answer(request, reply);
}

static void request_send(struct store_request *request)
{
    list_remove(&request->held);
    request->slot = store_connection_write(request->store->calls, request->bytes, request->size,
                                           request_replied, request);
}

void store_requests_send_held(struct store *store)
{
    while (store->connected && !list_is_empty(&store->held))
        request_send(CONTAINER_OF(store->held.next, struct store_request, held));
}

static void request_clock(uv_timer_t *clock)
{
    struct store *store = clock->data;
    uint64_t now = uv_now(store->settings.loop);
    struct list *first = &store->requests;
    while (!list_is_empty(first) && CONTAINER_OF(first->next, struct store_request, link)->deadline <= now)
        request_answer(CONTAINER_OF(first->next, struct store_request, link), NULL);
    store_requests_send_held(store);
    if (list_is_empty(first) || uv_is_closing((uv_handle_t *)clock))
        return;
    uint64_t deadline = CONTAINER_OF(first->next, struct store_request, link)->deadline;
    uv_timer_start(clock, request_clock, deadline > now ? deadline - now : 0, 0);
}

void store_requests_init(struct store *store)
{
    list_init(&store->requests);
    list_init(&store->held);
    uv_timer_init(store->settings.loop, &store->clock);
    store->clock.data = store;
}

void store_requests_fail(struct store *store)
{
    while (!list_is_empty(&store->requests))
        request_answer(CONTAINER_OF(store->requests.next, struct store_request, link), NULL);
}

void store_request(struct store *store, int count, const char *const *arguments, const size_t *sizes,
                   store_requested *requested, void *arg)
{
    struct store_request *request = memory_alloc(sizeof(*request));
    list_init(&request->held);
    request->store = store;
    request->bytes = store_format(count, arguments, sizes, &request->size);
    request->requested = requested;
    request->arg = arg;
    uint64_t now = uv_now(store->settings.loop);
    bool refuse = store->pending >= STORE_PENDING || store->fault || store->closing;
    store->pending++;
    request->deadline = refuse ? now : now + LIMIT_STORE_MS;
    if (refuse)
        list_push_front(&store->requests, &request->link);
    else
        list_push_back(&store->requests, &request->link);
    if (!refuse && store->connected)
        request_send(request);
    else if (!refuse)
        list_push_back(&store->held, &request->held);
    if (!store->closing && (refuse || !uv_is_active((uv_handle_t *)&store->clock)))
        uv_timer_start(&store->clock, request_clock, request->deadline - now, 0);
}
