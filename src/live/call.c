#include "live/call.h"
#include "base/memory.h"
#include "wire/document.h"
#include "wire/message.h"

#include <string.h>

struct call {
    struct room *room; /* held */
    struct actor actor;
    struct command command;
    call_reply *reply;
    void *arg;
    struct room_wait wait;
    bool visits; /* keeps the asker's ballots, which say what they may see */
};

static void call_end(struct call *call, const struct refusal *refusal, const char *result, size_t size)
{
    call->reply(call->arg, refusal, result, size);
    if (call->visits)
        room_visit(call->room, &call->actor, false);
    room_release(&call->room);
    command_clear(&call->command);
    free(call);
}

struct refusal call_refusal(const struct store_answer *answer)
{
    return answer->refusal.retry_ms < 0 && answer->refusal.error == ERROR_store_unavailable
               ? live_refusal(answer->refusal.error)
               : answer->refusal;
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
    if (call->command.kind == COMMAND_vote_cast) {
        counter_add(call->room->live->settings.counters, COUNTER_votes_accepted_total, 1);
        room_voted(call->room);
    }
    struct buffer result CLEAN_BUFFER = {0};
    struct refusal none = refusal_of(ERROR_none);
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

void call_run(struct room *room, const struct actor *actor, struct rules_buckets *buckets, enum door door,
              struct command *command, call_reply *reply, void *arg)
{
    struct live *live = room->live;
    struct refusal refusal = rules_allow(actor, command->kind, door);
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
        store_command(live->settings.store, room->session, actor, &call->command, 0, call_written, call);
    else
        call_begin_read(call);
}
