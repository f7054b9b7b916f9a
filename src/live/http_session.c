/* POST of sessions, joining and commands. */
#include "base/memory.h"
#include "live/call.h"
#include "live/http.h"
#include "live/who.h"
#include "store/store_arguments.h"
#include "wire/definition.h"
#include "wire/greeting.h"
#include "wire/message.h"

#include <stdio.h>
#include <string.h>

/* ---- creating */

struct creation {
    struct edge_request *request;
    char id[TEXT_ID_ROOM];
};

static void session_created(void *arg, const struct store_answer *answer)
{
    struct creation *creation = arg;
    if (answer->refusal.error) {
        struct refusal refusal = call_refusal(answer);
        http_refuse(creation->request, &refusal);
    } else {
        char *text CLEAN_FREE =
            memory_print("{\"id\":\"%s\",\"v\":%lld}", creation->id, (long long)answer->seq);
        http_json(creation->request, 201, text, strlen(text));
    }
    free(creation);
}

static void create(struct live *live, struct edge_request *request, const struct actor *actor,
                   const struct definition *definition)
{
    struct store_arguments arguments = {0};
    struct creation *creation = memory_alloc(sizeof(*creation));
    char nonce[5];
    uint16_t random;
    uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);
    snprintf(nonce, sizeof(nonce), "%04x", random);
    creation->request = request;
    memcpy(creation->id, definition->id, sizeof(creation->id));
    definition_arguments(definition, nonce, store_arguments_add, &arguments);
    store_call(live->settings.store, definition->id, "session_create", actor, NULL, 0, arguments.list,
               arguments.count, session_created, creation);
    store_arguments_clear(&arguments);
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

/* ---- joining */

struct joining {
    struct live *live;
    struct edge_request *request;
    char session[TEXT_ID_ROOM];
    char *name;
};

static void session_joined(void *arg, const struct store_answer *answer)
{
    struct joining *joining = arg;
    const char *id = store_answer_get(answer, "participant");
    if (answer->now)
        live_heard(joining->live, answer->now);
    if (answer->refusal.error || !id) {
        struct refusal refusal = call_refusal(answer);
        http_refuse(joining->request, &refusal);
    } else {
        struct actor actor = {.role = ROLE_participant, .level = level_open};
        snprintf(actor.session, sizeof(actor.session), "%s", joining->session);
        snprintf(actor.id, sizeof(actor.id), "%s", id);
        char *token CLEAN_FREE = who_token(joining->live, &actor, joining->name);
        struct buffer text CLEAN_BUFFER = {0};
        greeting_join(&text, &actor, joining->name, token);
        http_json(joining->request, 201, text.bytes, text.size);
    }
    struct live *live = joining->live;
    free(joining->name);
    free(joining);
    live_handle_closed(live);
}

void http_session_join(const struct http_session *at)
{
    size_t size;
    char *name = NULL;
    const char *body = edge_request_body(at->request, &size);
    struct refusal refusal = greeting_join_params(body, size, &name);
    if (!refusal.error && !at->live->deployment[0])
        refusal = live_refusal(ERROR_store_unavailable);
    if (refusal.error) {
        free(name);
        http_refuse(at->request, &refusal);
        return;
    }
    struct joining *joining = memory_alloc(sizeof(*joining));
    joining->live = at->live;
    live_handle_opened(at->live);
    joining->request = at->request;
    joining->name = name;
    memcpy(joining->session, at->session, sizeof(joining->session));
    const struct actor actor = {.role = ROLE_participant, .level = level_open};
    const struct store_argument arguments[] = {{name, strlen(name)}, {"0", 1}};
    store_call(at->live->settings.store, at->session, "participant_join", &actor, NULL, 0, arguments,
               ARRAY_SIZE(arguments), session_joined, joining);
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
