#include "store/store.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "store/store_answer.h"
#include "store/store_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STORE_RETRY_MS   500 /* the least that a caller is asked to wait; up to three times that */
#define STORE_DIGEST     32
#define STORE_SESSIONS   "palabre:sessions"
#define STORE_DEPLOYMENT "palabre:deployment"

/* ---- connections ---- */

static void store_calls_opened(void *owner)
{
    store_setup_start(owner);
}

static void store_calls_lost(void *owner)
{
    struct store *store = owner;
    if (!store->connected)
        return;
    store->connected = false;
    store_follow_connected(store, false);
    if (store->settings.connected)
        store->settings.connected(store->settings.owner, false);
}

static void store_refused(void *owner, const char *why)
{
    struct store *store = owner;
    CLEAN_FREE char *fault = memory_print("Redis refuses the connection: %s", why);
    store_set_fault(store, fault);
}

static void store_channels_opened(void *owner)
{
    struct store *store = owner;
    store_connection_settle(store->channels);
    store->subscribing = true;
    store_follow_subscribing(store, true);
}

static void store_channels_lost(void *owner)
{
    struct store *store = owner;
    store->subscribing = false;
    store_follow_subscribing(store, false);
}

static void store_channels_refused(void *owner, const char *why)
{
    (void)owner; /* calls meet the same refusal and tell it */
    (void)why;
}

static void store_pushed(void *owner, const redisReply *push)
{
    store_follow_push(owner, push);
}

struct store *store_open(const struct store_settings *settings, char **out_error)
{
    struct store_url url;
    if (!store_url_parse(settings->url, &url, out_error))
        return NULL;
    struct store *store = memory_alloc(sizeof(*store));
    store->settings = *settings;
    store->settings.url = NULL; /* the caller's */
    store->url = url;
    snprintf(store->db, sizeof(store->db), "%d", url.db);
    snprintf(store->worker, sizeof(store->worker), "w%08" PRIx32 "%08" PRIx32, store_random(UINT32_MAX),
             store_random(UINT32_MAX));
    store_requests_init(store);
    store_follow_init(store);
    struct store_connection_settings connection = {.loop = settings->loop,
                                                   .url = &store->url,
                                                   .owner = store,
                                                   .opened = store_calls_opened,
                                                   .lost = store_calls_lost,
                                                   .refused = store_refused,
                                                   .pushed = store_pushed};
    store->calls = store_connection_open(&connection);
    connection.subscriber = true;
    connection.opened = store_channels_opened;
    connection.lost = store_channels_lost;
    connection.refused = store_channels_refused;
    store->channels = store_connection_open(&connection);
    return store;
}

static void store_part_closed(void *arg)
{
    struct store *store = arg;
    if (--store->parts > 0)
        return;
    store_requests_fail(store);
    store_follow_clear(store);
    store_url_clear(&store->url);
    free(store->fault);
    free(store->warned);
    free(store->setup.fault);
    free(store->setup.warning);
    void (*closed)(void *) = store->closed;
    void *closed_arg = store->closed_arg;
    free(store);
    if (closed)
        closed(closed_arg);
}

static void store_handle_closed(uv_handle_t *handle)
{
    store_part_closed(handle->data);
}

void store_close(struct store **where, void (*closed)(void *arg), void *arg)
{
    struct store *store = *where;
    *where = NULL;
    store->closing = true;
    store->connected = store->subscribing = false;
    store->closed = closed;
    store->closed_arg = arg;
    store->parts = 5;
    store_connection_close(&store->calls, store_part_closed, store);
    store_connection_close(&store->channels, store_part_closed, store);
    uv_close((uv_handle_t *)&store->clock, store_handle_closed);
    uv_close((uv_handle_t *)&store->checks, store_handle_closed);
    uv_close((uv_handle_t *)&store->dues, store_handle_closed);
}

void store_push(struct store *store)
{
    if (store->calls)
        store_connection_push(store->calls);
}

bool store_is_connected(const struct store *store)
{
    return store->connected;
}

const char *store_fault(const struct store *store)
{
    return store->fault;
}

/* ---- calls ---- */

struct store_calling {
    struct store *store;
    store_answered *answered;
    void *arg;
    uint64_t since;  /* ns */
    char function[]; /* for what an operator reads */
};

static struct store_calling *calling_new(struct store *store, const char *function, store_answered *answered,
                                         void *arg)
{
    size_t size = strlen(function) + 1;
    struct store_calling *calling = memory_alloc(sizeof(*calling) + size);
    calling->store = store;
    calling->answered = answered;
    calling->arg = arg;
    calling->since = uv_hrtime();
    memcpy(calling->function, function, size);
    return calling;
}

static void calling_finish(struct store_calling *calling, struct store_answer *answer)
{
    if (answer->refusal.error == ERROR_store_unavailable && answer->refusal.retry_ms < 0)
        answer->refusal.retry_ms = STORE_RETRY_MS + store_random(2 * STORE_RETRY_MS);
    if (calling->answered)
        calling->answered(calling->arg, answer);
    free(calling);
}

static void store_call_replied(void *arg, const redisReply *reply)
{
    struct store_calling *calling = arg;
    struct store *store = calling->store;
    struct store_answer answer;
    struct field_write *values;
    store_answer_read(reply, &answer, &values);
    if (reply && answer.refusal.error == ERROR_internal_error && reply->type != REDIS_REPLY_ERROR) {
        CLEAN_FREE char *text = memory_print("the function %s answers what it should not", calling->function);
        store_warn(store, text);
    }
    struct counters_slot *counters = store->settings.counters;
    if (reply && reply->type != REDIS_REPLY_ERROR)
        histogram_add(counters, HISTOGRAM_store_call_seconds, uv_hrtime() - calling->since);
    else
        counter_add(counters, COUNTER_store_errors_total, 1);
    if (answer.now)
        store->clock_offset = answer.now - (int64_t)uv_now(store->settings.loop);
    calling_finish(calling, &answer);
    free(values);
}

/* What the call asks for, the same for the same: its function and each argument with its size. */
static void store_digest(const char *function, const struct store_argument *arguments, size_t count,
                         char out_hex[DIGEST_HEX_ROOM])
{
    CLEAN_BUFFER struct buffer all = {0};
    buffer_add_string(&all, function);
    for (size_t i = 0; i < count; i++) {
        buffer_add_char(&all, ' ');
        buffer_add_integer(&all, (int64_t)arguments[i].size);
        buffer_add_char(&all, ':');
        buffer_add(&all, arguments[i].bytes, arguments[i].size);
    }
    digest_hex(all.bytes, all.size, out_hex);
}

void store_call(struct store *store, const char *session, const char *function, const struct actor *actor,
                const char *key, int64_t at, const struct store_argument *arguments, size_t count,
                store_answered *answered, void *arg)
{
    char name[64], meta[TEXT_ID_ROOM + 16], who[TEXT_ID_ROOM + 16] = "", time[24] = "",
                                                               hex[DIGEST_HEX_ROOM] = "";
    snprintf(name, sizeof(name), "%s_%d", function, STORE_LIBRARY_VERSION);
    snprintf(meta, sizeof(meta), "palabre:{%s}:meta", session);
    if (at)
        snprintf(time, sizeof(time), "%" PRId64, at);
    if (actor && actor->generation)
        snprintf(who, sizeof(who), "%s.%d", actor->id, actor->generation);
    else if (actor)
        snprintf(who, sizeof(who), "%s", actor->id);
    if (key && *key)
        store_digest(function, arguments, count, hex);
    hex[*hex ? STORE_DIGEST : 0] = '\0';
    const char *head[] = {"FCALL",
                          name,
                          "1",
                          meta,
                          store->db,
                          time,
                          who,
                          actor ? role_name(actor->role) : "system",
                          word_name(WORDS_level, actor ? (int)actor->level : 0),
                          !actor            ? ""
                          : actor->brand[0] ? actor->brand
                                            : actor->groups,
                          key ? key : "",
                          hex};
    if (strcmp(function, "session_create") == 0) /* the list is a hint, and may hold one that was refused */
        store_request(store, 3, (const char *[]){"SADD", STORE_SESSIONS, session}, NULL, NULL, NULL);
    size_t total = ARRAY_SIZE(head) + count;
    const char **texts = memory_alloc(total * sizeof(*texts));
    size_t *sizes = memory_alloc(total * sizeof(*sizes));
    for (size_t i = 0; i < total; i++) {
        bool own = i < ARRAY_SIZE(head);
        texts[i] = own ? head[i] : arguments[i - ARRAY_SIZE(head)].bytes;
        sizes[i] = own ? strlen(head[i]) : arguments[i - ARRAY_SIZE(head)].size;
    }
    store_request(store, (int)total, texts, sizes, store_call_replied,
                  calling_new(store, function, answered, arg));
    free(texts);
    free(sizes);
}

struct command_copy {
    struct store_argument *arguments;
    size_t count, room;
};

static void command_copy_add(void *to, const char *bytes, size_t size)
{
    struct command_copy *copy = to;
    if (copy->count == copy->room) {
        copy->room = copy->room ? copy->room * 2 : 8;
        copy->arguments = memory_resize(copy->arguments, copy->room * sizeof(*copy->arguments));
    }
    copy->arguments[copy->count++] = (struct store_argument){memory_bytes(bytes, size), size};
}

void store_command(struct store *store, const char *session, const struct actor *actor,
                   const struct command *command, int64_t at, store_answered *answered, void *arg)
{
    store_command_with(store, session, actor, command, NULL, 0, at, answered, arg);
}

void store_command_with(struct store *store, const char *session, const struct actor *actor,
                        const struct command *command, const struct store_argument *extra, size_t extra_count,
                        int64_t at, store_answered *answered, void *arg)
{
    struct command_copy copy = {0};
    command_arguments(command, command_copy_add, &copy);
    for (size_t i = 0; i < extra_count; i++)
        command_copy_add(&copy, extra[i].bytes, extra[i].size);
    store_call(store, session, command_row(command->kind)->name, actor, command->key, at, copy.arguments,
               copy.count, answered, arg);
    for (size_t i = 0; i < copy.count; i++)
        free((char *)copy.arguments[i].bytes);
    free(copy.arguments);
}

void store_media(struct store *store, const char *session, const char *hash, store_answered *answered,
                 void *arg)
{
    struct store_argument argument = {hash, strlen(hash)};
    store_call(store, session, "media_get", NULL, NULL, 0, &argument, 1, answered, arg);
}

/* ---- outside any session ---- */

static void store_plain_answer(struct store_calling *calling, const redisReply *reply,
                               const struct field_write *values, size_t count)
{
    struct store_answer answer = {.refusal = refusal_of(ERROR_none), .values = values, .count = count};
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        answer.refusal.error = reply ? ERROR_internal_error : ERROR_store_unavailable;
    calling_finish(calling, &answer);
}

static void store_deployment_replied(void *arg, const redisReply *reply)
{
    struct store_calling *calling = arg;
    /* nothing was there: it is what we proposed */
    const char *id = reply && reply->type == REDIS_REPLY_STRING ? reply->str : calling->function;
    struct field_write value = {"deployment", id, strlen("deployment"), strlen(id)};
    store_plain_answer(calling, reply, &value, 1);
}

void store_deployment(struct store *store, store_answered *answered, void *arg)
{
    char id[34] = "d";
    for (size_t i = 0; i < 4; i++)
        snprintf(id + 1 + i * 7, sizeof(id) - 1 - i * 7, "%07" PRIx32, store_random(1u << 28));
    const char *arguments[] = {"SET", STORE_DEPLOYMENT, id, "NX", "GET"};
    store_request(store, 5, arguments, NULL, store_deployment_replied, calling_new(store, id, answered, arg));
}

/* The list is a hint: each is asked whether it exists. */
struct session_list {
    struct store_calling *calling;
    size_t waiting, count;
    bool failed;
    struct field_write *values;
    struct session_entry {
        struct session_list *list;
        char *id;
    } entries[];
};

static void session_list_replied(void *arg, const redisReply *reply)
{
    struct session_entry *entry = arg;
    struct session_list *list = entry->list;
    if (!reply || reply->type != REDIS_REPLY_INTEGER)
        list->failed = true;
    else if (reply->integer > 0)
        list->values[list->count++] =
            (struct field_write){"session", entry->id, strlen("session"), strlen(entry->id)};
    if (--list->waiting > 0)
        return;
    struct redisReply done = {.type = REDIS_REPLY_STATUS};
    store_plain_answer(list->calling, list->failed ? NULL : &done, list->values,
                       list->failed ? 0 : list->count);
    for (struct session_entry *at = list->entries; at->id; at++)
        free(at->id);
    free(list->values);
    free(list);
}

static void store_sessions_replied(void *arg, const redisReply *reply)
{
    struct store_calling *calling = arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) {
        store_plain_answer(calling, reply, NULL, 0);
        return;
    }
    size_t count = reply->elements;
    struct session_list *list = memory_alloc(sizeof(*list) + (count + 1) * sizeof(*list->entries));
    list->calling = calling;
    list->waiting = count;
    list->values = memory_alloc(count * sizeof(*list->values));
    for (size_t i = 0; i < count; i++) {
        list->entries[i] = (struct session_entry){list, memory_string(reply->element[i]->str)};
        CLEAN_FREE char *meta = memory_print("palabre:{%s}:meta", list->entries[i].id);
        store_request(calling->store, 2, (const char *[]){"EXISTS", meta}, NULL, session_list_replied,
                      &list->entries[i]);
    }
}

void store_sessions(struct store *store, store_answered *answered, void *arg)
{
    store_request(store, 2, (const char *[]){"SMEMBERS", STORE_SESSIONS}, NULL, store_sessions_replied,
                  calling_new(store, "", answered, arg));
}
