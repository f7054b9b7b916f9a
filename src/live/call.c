#include "live/call.h"
#include "base/digest.h"
#include "base/memory.h"
#include "store/store_arguments.h"
#include "token/code.h"
#include "wire/json_write.h"
#include "wire/document.h"
#include "wire/message.h"

#include <stdio.h>
#include <string.h>

struct call {
    struct room *room; /* held */
    struct actor actor;
    struct command command;
    call_reply *reply;
    void *arg;
    struct room_wait wait;
    bool visits;              /* keeps the asker's ballots, which say what they may see */
    char (*codes)[CODE_ROOM]; /* of a code_make: as many as it asks for, else NULL */
};

static void call_end(struct call *call, const struct refusal *refusal, const char *result, size_t size)
{
    call->reply(call->arg, refusal, result, size);
    if (call->visits)
        room_visit(call->room, &call->actor, false);
    room_release(&call->room);
    command_clear(&call->command);
    free(call->codes);
    free(call);
}

struct refusal call_refusal(const struct store_answer *answer)
{
    return answer->refusal.retry_ms < 0 && answer->refusal.error == ERROR_store_unavailable
               ? live_refusal(answer->refusal.error)
               : answer->refusal;
}

/* ---- what a write takes and gives beside what its client says */

static size_t codes_count(const struct code_make *params)
{
    return params->count == PARAM_ABSENT ? 1 : (size_t)params->count;
}

/* The secrets are made here and leave by the answer alone; the store gets their digests. Whoever repeats the
 * key of a call whose answer was lost gets the same ones again. */
static void codes_make(struct call *call, struct store_arguments *extra)
{
    const struct live *live = call->room->live;
    size_t count = codes_count(&call->command.code_make);
    call->codes = memory_alloc(count * sizeof(*call->codes));
    for (size_t i = 0; i < count; i++) {
        char digest[CODE_DIGEST_ROOM];
        if (call->command.key)
            code_derive(live->settings.keyring, call->room->session, call->actor.id, call->command.key,
                        (unsigned)i + 1, call->codes[i]);
        else
            code_random(call->codes[i]);
        code_digest(live->settings.keyring, call->room->session, call->codes[i], digest);
        store_arguments_add(extra, digest, strlen(digest));
    }
}

/* What the session is to be called by from now on: the same for the same key. */
static void nonce_make(const struct call *call, struct store_arguments *extra)
{
    char nonce[STORE_NONCE_ROOM];
    if (call->command.key)
        store_nonce(digest_fnv1a(DIGEST_FNV1A_START, call->command.key, strlen(call->command.key)), nonce);
    else
        store_nonce_random(nonce);
    store_arguments_add(extra, nonce, strlen(nonce));
}

static void codes_answer(const struct call *call, const struct store_answer *answer, struct buffer *out)
{
    const char *batch = store_answer_get(answer, "batch");
    size_t count = codes_count(&call->command.code_make);
    json_write_object(out);
    json_write_text(out, "batch", batch ? batch : "");
    json_write_key(out, "codes");
    json_write_array(out);
    for (size_t i = 0; i < count; i++) {
        char *code CLEAN_FREE = memory_print("%s-%zu", batch ? batch : "", i + 1);
        json_write_object(out);
        json_write_text(out, "code", code);
        json_write_text(out, "secret", call->codes[i]);
        json_write_end_object(out);
    }
    json_write_end_array(out);
    json_write_end_object(out);
}

/* What depends on who asks, and not on the state of the session. */
static struct refusal call_allow(const struct actor *actor, const struct command *command)
{
    const char *title = command->kind == COMMAND_idea_add    ? command->idea_add.title
                        : command->kind == COMMAND_idea_edit ? command->idea_edit.title
                                                             : NULL;
    const char *body = command->kind == COMMAND_idea_add    ? command->idea_add.body
                       : command->kind == COMMAND_idea_edit ? command->idea_edit.body
                                                            : NULL;
    bool by_title = command_text_is_by_language(title), by_body = command_text_is_by_language(body);
    if ((by_title || by_body) && !role_is_staff(actor->role))
        return refusal_field(ERROR_invalid_params, by_title ? "title" : "body", "%s", "a string");
    if (command->kind == COMMAND_code_make && command->code_make.role > (int)actor->role)
        return refusal_field(ERROR_forbidden, "role", "%s", "a role no higher than your own");
    return refusal_of(ERROR_none);
}

static void call_written(void *arg, const struct store_answer *answer)
{
    struct call *call = arg;
    if (answer->now)
        live_heard(call->room->live, answer->now);
    if (answer->refusal.error) {
        struct refusal refusal = call_refusal(answer);
        call_end(call, &refusal, NULL, 0);
        return;
    }
    if (call->command.kind == COMMAND_vote_cast)
        counter_add(call->room->live->settings.counters, COUNTER_votes_accepted_total, 1);
    struct buffer result CLEAN_BUFFER = {0};
    struct refusal none = refusal_of(ERROR_none);
    if (call->command.kind == COMMAND_code_make)
        codes_answer(call, answer, &result);
    else
        message_values(&result, call->command.kind, answer->values, answer->count, answer->seq);
    call_end(call, &none, result.bytes, result.size);
}

static struct refusal read_list(struct call *call, const struct idea_list *params, struct buffer *out)
{
    struct view *view = call->room->view;
    struct topic topic = {.kind = TOPIC_ideas, .order = (enum order)params->order};
    memcpy(topic.subject, params->challenge, sizeof(topic.subject));
    if (!view_has_challenge(view, params->challenge))
        return refusal_field(ERROR_challenge_unknown, "challenge", "%s", "");
    int limit = params->limit == PARAM_ABSENT ? 50 : (int)params->limit;
    if (!document_idea_list(view, view_audience(view, &call->actor, &topic), params->challenge,
                            (enum order)params->order, params->after, limit, out))
        return refusal_field(ERROR_idea_unknown, "after", "%s", "");
    return refusal_of(ERROR_none);
}

static struct refusal read_similar(struct call *call, const struct idea_similar *params, struct buffer *out)
{
    struct view *view = call->room->view;
    struct topic topic = {.kind = TOPIC_ideas};
    memcpy(topic.subject, params->challenge, sizeof(topic.subject));
    if (!view_has_challenge(view, params->challenge))
        return refusal_field(ERROR_challenge_unknown, "challenge", "%s", "");
    document_idea_similar(view, view_audience(view, &call->actor, &topic), params->challenge, params->text,
                          out);
    return refusal_of(ERROR_none);
}

static void call_read(struct room_wait *wait, enum error error)
{
    struct call *call = CONTAINER_OF(wait, struct call, wait);
    struct buffer result CLEAN_BUFFER = {0};
    if (!error)
        error = room_refuses(call->room, &call->actor);
    struct refusal refusal = live_refusal(error);
    if (!error)
        refusal = call->command.kind == COMMAND_idea_list
                      ? read_list(call, &call->command.idea_list, &result)
                      : read_similar(call, &call->command.idea_similar, &result);
    call_end(call, &refusal, result.bytes, result.size);
}

/* A read shows what its actor may see: those who have voted may see more. */
static void call_begin_read(struct call *call)
{
    const struct topic topic = {.kind = TOPIC_ideas};
    const char *person = room_ballots_needed(&call->actor, &topic);
    call->visits = *person;
    if (call->visits)
        room_visit(call->room, &call->actor, true);
    room_wait(call->room, &call->wait, person, NULL, LIMIT_STORE_MS, call_read);
}

static void call_write(struct call *call)
{
    struct store_arguments extra = {0};
    if (call->command.kind == COMMAND_code_make)
        codes_make(call, &extra);
    else if (call->command.kind == COMMAND_session_open)
        nonce_make(call, &extra);
    else if (call->command.kind == COMMAND_vote_cast)
        room_voted(call->room); /* not when it is answered: the flush goes to the store behind it */
    store_command_with(call->room->live->settings.store, call->room->session, &call->actor, &call->command,
                       extra.list, extra.count, 0, call_written, call);
    store_arguments_clear(&extra);
}

void call_run(struct room *room, const struct actor *actor, struct rules_buckets *buckets, enum door door,
              struct command *command, call_reply *reply, void *arg)
{
    struct live *live = room->live;
    struct refusal refusal = rules_allow(actor, command->kind, door);
    if (!refusal.error)
        refusal = call_allow(actor, command);
    if (!refusal.error)
        refusal = rules_draw(buckets, command->kind, live_loop_now(live));
    if (refusal.error) {
        reply(arg, &refusal, NULL, 0);
        command_clear(command);
        return;
    }
    struct call *call = memory_alloc(sizeof(*call));
    call->room = room_hold(live, room->session);
    call->actor = *actor;
    call->command = *command;
    call->reply = reply;
    call->arg = arg;
    command_init(command, command->kind);
    if (command_row(call->command.kind)->effect == WRITE)
        call_write(call);
    else
        call_begin_read(call);
}
