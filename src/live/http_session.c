/* POST of sessions and of commands. */
#include "base/memory.h"
#include "live/call.h"
#include "live/http.h"
#include "store/store_arguments.h"
#include "wire/definition.h"
#include "wire/message.h"

#include <stdio.h>
#include <string.h>

/* ---- creating */

/* The brand is asked for first: it is there, or nothing is made. */
struct creation {
    struct live *live;
    struct edge_request *request;
    struct actor actor;
    struct definition definition;
};

static void creation_end(struct creation *creation)
{
    struct live *live = creation->live;
    definition_clear(&creation->definition);
    free(creation);
    live_handle_closed(live);
}

static void session_created(void *arg, const struct store_answer *answer)
{
    struct creation *creation = arg;
    if (answer->refusal.error) {
        struct refusal refusal = call_refusal(answer);
        http_refuse(creation->request, &refusal);
    } else {
        char *text CLEAN_FREE =
            memory_print("{\"id\":\"%s\",\"v\":%lld}", creation->definition.id, (long long)answer->seq);
        http_json(creation->request, 201, text, strlen(text));
    }
    creation_end(creation);
}

static void session_branded(void *arg, const struct store_answer *answer)
{
    struct creation *creation = arg;
    struct store_arguments arguments = {0};
    char nonce[STORE_NONCE_ROOM];
    if (answer->refusal.error) {
        struct refusal refusal = call_refusal(answer);
        if (refusal.error == ERROR_brand_unknown)
            refusal = refusal_field(ERROR_brand_unknown, "/brand", "%s", "a brand that there is");
        http_refuse(creation->request, &refusal);
        creation_end(creation);
        return;
    }
    store_nonce_random(nonce);
    definition_arguments(&creation->definition, nonce, store_arguments_add, &arguments);
    store_call(creation->live->settings.store, creation->definition.id, "session_create", &creation->actor,
               NULL, 0, arguments.list, arguments.count, session_created, creation);
    store_arguments_clear(&arguments);
}

/* Takes what the definition holds. */
static void create(struct live *live, struct edge_request *request, const struct actor *actor,
                   struct definition *definition)
{
    struct creation *creation = memory_alloc(sizeof(*creation));
    *creation =
        (struct creation){.live = live, .request = request, .actor = *actor, .definition = *definition};
    *definition = (struct definition){0};
    live_handle_opened(live);
    store_brand_read(live->settings.store, creation->definition.brand, session_branded, creation);
}

void http_session_create(struct live *live, struct edge_request *request)
{
    const struct http_session at = {.live = live, .request = request};
    struct actor actor;
    if (!http_actor(&at, &actor))
        return;
    if (!(role_rights(actor.role) & RIGHT_CREATE)) {
        http_refuse_error(request, actor.id[0] ? ERROR_forbidden : ERROR_token_required);
        return;
    }
    struct definition definition;
    size_t size;
    const char *body = edge_request_body(request, &size);
    struct refusal refusal = definition_parse(body, size, NULL, NULL, &definition);
    if (refusal.error)
        http_refuse(request, &refusal);
    else
        create(live, request, &actor, &definition);
    definition_clear(&definition);
}

/* ---- commands */

static void command_replied(void *arg, const struct refusal *refusal, const char *result, size_t size)
{
    struct edge_request *request = arg;
    if (refusal->error)
        http_refuse(request, refusal);
    else
        http_json(request, 200, result, size);
}

/* The header is another way to give `key`. */
static struct refusal take_key(struct edge_request *request, struct command *command)
{
    const char *key = edge_request_header(request, "idempotency-key");
    if (!*key || command->key || command_row(command->kind)->effect != WRITE)
        return refusal_of(ERROR_none);
    if (strlen(key) > LIMIT_KEY) {
        struct refusal refusal =
            refusal_field(ERROR_invalid_params, "idempotency-key", "1 to %d characters", LIMIT_KEY);
        refusal.limit = LIMIT_KEY;
        return refusal;
    }
    command->key = memory_string(key);
    return refusal_of(ERROR_none);
}

void http_command(const struct http_session *at)
{
    int kind = command_find(at->rest, strlen(at->rest));
    if (kind < 0) {
        http_refuse_error(at->request, ERROR_method_not_found);
        return;
    }
    if (!(command_row((enum command_kind)kind)->doors & DOOR_HTTP)) {
        http_refuse_error(at->request, ERROR_door_closed);
        return;
    }
    struct actor actor;
    if (!http_actor(at, &actor))
        return;
    size_t size;
    const char *body = edge_request_body(at->request, &size);
    struct command command;
    struct refusal refusal =
        size > rules_message_limit(&actor) ? refusal_of(ERROR_too_large) : refusal_of(ERROR_none);
    if (refusal.error) {
        refusal.limit = (int64_t)rules_message_limit(&actor);
        http_refuse(at->request, &refusal);
        return;
    }
    refusal = message_params((enum command_kind)kind, body, size, &command);
    if (!refusal.error)
        refusal = take_key(at->request, &command);
    if (refusal.error) {
        http_refuse(at->request, &refusal);
    } else {
        struct room *room = room_hold(at->live, at->session);
        call_run(room, &actor, http_buckets(at, room, &actor), DOOR_HTTP, &command, command_replied,
                 at->request);
        room_release(&room);
    }
    command_clear(&command);
}
