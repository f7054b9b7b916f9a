#include "live/client.h"
#include "base/memory.h"
#include "live/client_hello.h"
#include "wire/message.h"

#include <assert.h>
#include <string.h>

/* Close codes, as protocol/README.md lists them. */
enum { CLOSE_PROTOCOL = 4000, CLOSE_HELLO = 4001, CLOSE_SLOW = 4003, CLOSE_AWAY = 4005 };

/* Answers to a batch, gathered until the last of them is there. */
struct client_batch {
    size_t waiting;
    bool open; /* more calls of it may follow */
    struct buffer answers;
};

struct client_pending {
    struct list link;
    struct frame *frame;
};

void *client_opened(void *owner, struct edge_socket *socket)
{
    struct live *live = owner;
    struct client *client = memory_alloc(sizeof(*client));
    client->live = live;
    client->socket = socket;
    client->actor = (struct actor){.role = ROLE_observer};
    list_init(&client->room_link);
    list_init(&client->person_link);
    list_init(&client->openings);
    list_init(&client->calls);
    list_init(&client->held);
    list_init(&client->answers);
    client->opened_at = client->heartbeat_at = live_loop_now(live);
    list_push_back(&live->clients, &client->link);
    return client;
}

/* ---- sending */

void client_send(struct client *client, const char *text, size_t size)
{
    if (!client->socket || client->answers_bytes > CLIENT_ANSWERS_BYTES)
        return; /* gone, or being closed for it */
    struct frame *frame = frame_new(text, size);
    if (list_is_empty(&client->answers) && edge_socket_send(client->socket, frame)) {
        frame_unref(&frame);
        return;
    }
    struct client_pending *pending = memory_alloc(sizeof(*pending));
    pending->frame = frame;
    list_push_back(&client->answers, &pending->link);
    client->answers_bytes += size;
    if (client->answers_bytes > CLIENT_ANSWERS_BYTES)
        edge_socket_close(client->socket, CLOSE_SLOW, "too slow");
}

static void client_drop_answers(struct client *client)
{
    while (!list_is_empty(&client->answers)) {
        struct client_pending *pending = CONTAINER_OF(client->answers.next, struct client_pending, link);
        list_remove(&pending->link);
        frame_unref(&pending->frame);
        free(pending);
    }
}

void client_ready(void *user)
{
    struct client *client = user;
    while (!list_is_empty(&client->answers)) {
        struct client_pending *pending = CONTAINER_OF(client->answers.next, struct client_pending, link);
        if (!edge_socket_send(client->socket, pending->frame))
            return;
        client->answers_bytes -= pending->frame->size;
        list_remove(&pending->link);
        frame_unref(&pending->frame);
        free(pending);
    }
    client_topics_ready(client);
}

/* ---- calls */

/* Sends a batch's answers once all are there; a batch of notifications has none. */
static void batch_check(struct client_batch *batch, struct client *client)
{
    if (batch->waiting || batch->open)
        return;
    if (batch->answers.size && client) {
        buffer_add_char(&batch->answers, ']');
        client_send(client, batch->answers.bytes, batch->answers.size);
    }
    buffer_clear(&batch->answers);
    free(batch);
}

void client_answer(struct client_call *call, const struct refusal *refusal, const char *result, size_t size)
{
    struct buffer text CLEAN_BUFFER = {0};
    struct client *client = call->client;
    if (client && !call->notification) {
        if (call->batch)
            buffer_add_char(&call->batch->answers, call->batch->answers.size ? ',' : '[');
        struct buffer *out = call->batch ? &call->batch->answers : &text;
        if (refusal->error)
            message_error(out, call->id, refusal);
        else
            message_result(out, call->id, result, size);
        if (!call->batch)
            client_send(client, text.bytes, text.size);
    }
    if (call->batch) {
        call->batch->waiting--;
        batch_check(call->batch, client);
    }
    list_remove(&call->link);
    free(call->id);
    free(call);
}

void client_refuse(struct client_call *call, enum error error)
{
    struct refusal refusal = live_refusal(error);
    client_answer(call, &refusal, NULL, 0);
}

static void client_replied(void *arg, const struct refusal *refusal, const char *result, size_t size)
{
    client_answer(arg, refusal, result, size);
}

/* A participant draws from the same buckets on all their connections. */
static struct rules_buckets *client_buckets(struct client *client)
{
    return client->entered ? &room_person(client->room, client->actor.id)->buckets : &client->buckets;
}

static void client_connection_call(struct client *client, struct client_call *call, struct command *command)
{
    struct refusal refusal = rules_allow(&client->actor, command->kind, DOOR_WEBSOCKET);
    if (!refusal.error)
        refusal = rules_draw(client_buckets(client), command->kind, live_loop_now(client->live));
    if (refusal.error)
        client_answer(call, &refusal, NULL, 0);
    else if (command->kind == COMMAND_topic_open)
        client_topic_open(client, call, &command->topic_open);
    else
        client_topic_close(client, call, &command->topic_close);
}

/* Not what is in one batch with the hello, whose answer would wait for theirs. */
static bool client_may_hold(const struct client *client, const struct client_call *call,
                            const struct command *command)
{
    return client->state == CLIENT_GREETING && client->held_count < LIMIT_TOPICS &&
           command_row(command->kind)->effect == CONNECTION &&
           (!call->batch || call->batch != client->hello_call->batch);
}

static void client_hold(struct client *client, struct client_call *call, struct command *command)
{
    struct client_held *held = memory_alloc(sizeof(*held));
    held->call = call;
    held->command = *command;
    command_init(command, command->kind);
    list_push_back(&client->held, &held->link);
    client->held_count++;
}

static void client_run(struct client *client, struct client_call *call, struct command *command)
{
    if (command->kind == COMMAND_hello) {
        client_hello(client, call, &command->hello);
    } else if (client_may_hold(client, call, command)) {
        client_hold(client, call, command);
    } else if (client->state != CLIENT_HERE) {
        client_refuse(call, ERROR_hello_first);
    } else if (command_row(command->kind)->effect == CONNECTION) {
        client_connection_call(client, call, command);
    } else {
        call_run(client->room, &client->actor, client_buckets(client), DOOR_WEBSOCKET, command,
                 client_replied, call);
    }
}

static struct client_held *client_held_take(struct client *client)
{
    struct client_held *held = CONTAINER_OF(client->held.next, struct client_held, link);
    list_remove(&held->link);
    client->held_count--;
    return held;
}

static void client_held_free(struct client_held *held)
{
    command_clear(&held->command);
    free(held);
}

void client_run_held(struct client *client)
{
    while (!list_is_empty(&client->held)) {
        struct client_held *held = client_held_take(client);
        client_run(client, held->call, &held->command);
        client_held_free(held);
    }
}

static void client_drop_held(struct client *client)
{
    while (!list_is_empty(&client->held)) {
        struct client_held *held = client_held_take(client);
        client_refuse(held->call, ERROR_internal_error); /* to nobody */
        client_held_free(held);
    }
}

static struct client_call *client_call_new(struct client *client, struct message_call *message,
                                           struct client_batch *batch)
{
    struct client_call *call = memory_alloc(sizeof(*call));
    call->client = client;
    call->id = memory_string(message->id);
    call->notification = message->notification;
    call->batch = batch;
    if (batch)
        batch->waiting++;
    list_push_back(&client->calls, &call->link);
    return call;
}

void client_message(void *user, const char *text, size_t size)
{
    struct client *client = user;
    struct message message;
    message_parse(text, size, &message);
    if (message.refusal.error) {
        struct buffer out CLEAN_BUFFER = {0};
        message_error(&out, "null", &message.refusal);
        client_send(client, out.bytes, out.size);
    }
    struct client_batch *batch = message.batch ? memory_alloc(sizeof(*batch)) : NULL;
    if (batch)
        batch->open = true;
    for (size_t i = 0; i < message.count; i++) {
        struct client_call *call = client_call_new(client, &message.calls[i], batch);
        if (message.calls[i].refusal.error)
            client_answer(call, &message.calls[i].refusal, NULL, 0);
        else
            client_run(client, call, &message.calls[i].command);
    }
    if (batch) {
        batch->open = false;
        batch_check(batch, client);
    }
    message_clear(&message);
}

/* ---- coming and going */

void client_closed(void *user)
{
    struct client *client = user;
    client->socket = NULL;
    client_drop_held(client);
    list_for_each_safe (at, &client->calls) {
        struct client_call *call = CONTAINER_OF(at, struct client_call, link);
        call->client = NULL; /* its answer is nobody's */
        list_remove(&call->link);
    }
    client_topics_leave(client);
    if (client->hello_call)
        client_refuse(client->hello_call, ERROR_internal_error);
    client_hello_leave(client);
    client_drop_answers(client);
    list_remove(&client->link);
    free(client);
}

static void client_heartbeat(struct client *client, int64_t loop_now)
{
    int64_t v = view_seq(client->room->view);
    if (!client_topics_are_current(client, v))
        return; /* `v` would not be true of what waits */
    struct buffer text CLEAN_BUFFER = {0};
    message_heartbeat(&text, v, live_now(client->live), client->room->stale);
    client_send(client, text.bytes, text.size);
    client->heartbeat_at = loop_now;
}

void client_second(struct client *client, int64_t loop_now)
{
    if (client->state == CLIENT_OPENED && loop_now - client->opened_at > LIMIT_HELLO_MS)
        edge_socket_close(client->socket, CLOSE_HELLO, "hello first");
    else if (client->state == CLIENT_HERE && view_is_ready(client->room->view) &&
             loop_now - client->heartbeat_at >= LIMIT_HEARTBEAT_MS)
        client_heartbeat(client, loop_now);
}

void client_tell_stale(struct client *client)
{
    int64_t now = live_loop_now(client->live);
    client->heartbeat_at = now - LIMIT_HEARTBEAT_MS;
    if (view_is_ready(client->room->view))
        client_heartbeat(client, now);
}

void client_bye(struct client *client, const char *reason, int64_t retry_ms)
{
    struct buffer text CLEAN_BUFFER = {0};
    message_bye(&text, reason, retry_ms);
    client_send(client, text.bytes, text.size);
    if (client->socket)
        edge_socket_close(client->socket, CLOSE_AWAY, reason);
}

/* ---- what a room tells its clients */

/* By the person's own list: everyone who joins is loaded once, and everyone who votes is promoted once. */
void clients_promoted(struct room *room, const char *id)
{
    struct room_person *person = map_get(&room->people, id);
    if (!person)
        return;
    list_for_each (at, &person->clients)
        client_topics_reclass(CONTAINER_OF(at, struct client, person_link));
}

void clients_person_loaded(struct room *room, const char *person)
{
    clients_promoted(room, person);
    struct topic topic = {.kind = TOPIC_me};
    memcpy(topic.subject, person, strlen(person) + 1);
    struct room_topic *me = room_topic_find(room, &topic);
    if (me)
        hub_topic_changed(me->hub_topic, AUDIENCE_SELF);
}

void clients_person_unknown(struct room *room, const char *person)
{
    list_for_each_safe (at, &room->clients) {
        struct client *client = CONTAINER_OF(at, struct client, room_link);
        if (strcmp(client->actor.id, person) == 0)
            client_bye(client, "unauthorized", 0);
    }
}

static void client_shut_out(struct client *client)
{
    enum error error = client->state == CLIENT_HERE ? room_refuses(client->room, &client->actor) : ERROR_none;
    if (error)
        client_bye(client, error == ERROR_token_retired ? "replaced" : "unauthorized", 0);
}

void clients_shut_out(struct room *room, const char *id)
{
    struct room_person *person = id ? map_get(&room->people, id) : NULL;
    if (person)
        list_for_each_safe (at, &person->clients)
            client_shut_out(CONTAINER_OF(at, struct client, person_link));
    if (!id)
        list_for_each_safe (at, &room->clients)
            client_shut_out(CONTAINER_OF(at, struct client, room_link));
}

void clients_stale(struct room *room)
{
    list_for_each (at, &room->clients) {
        struct client *client = CONTAINER_OF(at, struct client, room_link);
        if (client->state == CLIENT_HERE)
            client_tell_stale(client);
    }
}

void clients_bye(struct room *room, const char *reason, int64_t retry_ms)
{
    list_for_each_safe (at, &room->clients) {
        struct client *client = CONTAINER_OF(at, struct client, room_link);
        if (client->state == CLIENT_HERE)
            client_bye(client, reason, retry_ms);
    }
}
