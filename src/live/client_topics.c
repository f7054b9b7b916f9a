/* The topics open on a connection: opening (design, section 4, Resuming), closing, and changes of class. */
#include "base/memory.h"
#include "live/client.h"
#include "wire/document.h"

#include <stdio.h>
#include <string.h>

/* Where this topic is open on the connection (NULL: where nothing is); NULL for nowhere. */
static struct client_topic **topic_place(struct client *client, const struct room_topic *topic)
{
    for (int i = 0; i < LIMIT_TOPICS; i++)
        if ((client->topics[i] ? client->topics[i]->topic : NULL) == topic)
            return &client->topics[i];
    return NULL;
}

static void topic_leave(struct client_topic **place)
{
    struct room_topic *topic = (*place)->topic;
    hub_unlisten(&(*place)->listener);
    memory_free(place);
    room_topic_check(topic);
}

static void topic_answer(struct client_call *call, const struct topic *topic)
{
    char name[TOPIC_NAME_ROOM];
    struct refusal none = refusal_of(ERROR_none);
    topic_format(topic, name);
    char *result CLEAN_FREE = memory_print("{\"topic\":\"%s\"}", name);
    client_answer(call, &none, result, strlen(result));
}

static void refuse_topics(struct client_call *call)
{
    struct refusal refusal = refusal_of(ERROR_too_many_topics);
    refusal.limit = LIMIT_TOPICS;
    client_answer(call, &refusal, NULL, 0);
}

/* The view is where the client is, or further: compares the epoch, then the class, and listens. */
static void topic_listen(struct client *client, struct client_opening *opening)
{
    struct view *view = client->room->view;
    if (!view_has_topic(view, &opening->topic)) {
        client_refuse(opening->call, ERROR_topic_unknown);
        return;
    }
    struct room_topic *topic = room_topic_open(client->room, &opening->topic);
    struct client_topic **place = topic_place(client, topic);
    if (place)
        hub_unlisten(&(*place)->listener); /* opened again: begins as it asks now */
    else if ((place = topic_place(client, NULL)))
        *place = memory_alloc(sizeof(**place));
    if (!place) {
        refuse_topics(opening->call);
        room_topic_check(topic);
        return;
    }
    struct client_topic *slot = *place;
    enum audience audience = view_audience(view, &client->actor, &opening->topic);
    char epoch[DOCUMENT_EPOCH_ROOM];
    document_epoch(view, audience, epoch);
    int64_t since = strcmp(epoch, opening->epoch) == 0 ? opening->since : HUB_NOTHING;
    slot->client = client;
    slot->topic = topic;
    topic_answer(opening->call, &opening->topic); /* before its first frame */
    hub_listen(topic->hub_topic, &slot->listener, slot, (int)audience, since);
}

static void opening_end(struct client_opening *opening)
{
    list_remove(&opening->link);
    free(opening);
}

static void opening_run(struct room_wait *wait, enum error error);

static void opening_wait(struct client *client, struct client_opening *opening, const char *person,
                         int64_t timeout_ms)
{
    const struct room_position position = {opening->epoch, opening->since};
    room_wait(client->room, &opening->wait, person, &position, timeout_ms, opening_run);
}

static void opening_run(struct room_wait *wait, enum error error)
{
    struct client_opening *opening = CONTAINER_OF(wait, struct client_opening, wait);
    if (wait->until < INT64_MAX && (error == ERROR_store_unavailable || error == ERROR_behind)) {
        opening_wait(opening->call->client, opening, "",
                     -1); /* without the ballots, then: live views are served */
        return;
    }
    if (error)
        client_refuse(opening->call, error);
    else
        topic_listen(opening->call->client, opening);
    opening_end(opening);
}

static size_t openings_count(const struct client *client)
{
    size_t count = 0;
    list_for_each (at, &client->openings)
        count++;
    return count;
}

/* Whether it was held in the class that one's ballots give: to resume there, they must be known first. */
static bool opening_is_of_voted(const struct client *client, const struct client_opening *opening)
{
    const char *class = strchr(opening->epoch, '.'), *name = audience_name(AUDIENCE_VOTED);
    size_t size = strlen(name);
    return client->entered && class && strncmp(class + 1, name, size) == 0 && class[1 + size] == '.';
}

void client_topic_open(struct client *client, struct client_call *call, const struct topic_open *params)
{
    struct topic topic;
    if (!topic_parse(params->topic, strlen(params->topic), &topic)) {
        client_refuse(call, ERROR_topic_unknown);
        return;
    }
    if (topic.kind == TOPIC_me && !client->entered) {
        client_refuse(call, ERROR_token_required);
        return;
    }
    if (topic.kind == TOPIC_me)
        memcpy(topic.subject, client->actor.id, sizeof(topic.subject));
    if (openings_count(client) >= LIMIT_TOPICS) {
        refuse_topics(call);
        return;
    }
    struct client_opening *opening = memory_alloc(sizeof(*opening));
    opening->call = call;
    opening->topic = topic;
    opening->since = params->since == PARAM_ABSENT || !params->epoch ? HUB_NOTHING : params->since;
    snprintf(opening->epoch, sizeof(opening->epoch), "%s", params->epoch ? params->epoch : "");
    list_push_back(&client->openings, &opening->link);
    if (topic.kind == TOPIC_me)
        opening_wait(client, opening, client->actor.id, -1);
    else if (opening_is_of_voted(client, opening))
        opening_wait(client, opening, client->actor.id, LIMIT_STORE_MS);
    else
        opening_wait(client, opening, "", -1);
}

void client_topic_close(struct client *client, struct client_call *call, const struct topic_close *params)
{
    struct topic topic;
    if (!topic_parse(params->topic, strlen(params->topic), &topic)) {
        client_refuse(call, ERROR_topic_unknown);
        return;
    }
    if (topic.kind == TOPIC_me)
        memcpy(topic.subject, client->actor.id, sizeof(topic.subject));
    for (int i = 0; i < LIMIT_TOPICS; i++) {
        const struct client_topic *slot = client->topics[i];
        if (!slot || slot->topic->topic.kind != topic.kind || slot->topic->topic.order != topic.order ||
            strcmp(slot->topic->topic.subject, topic.subject) != 0)
            continue;
        topic_leave(&client->topics[i]);
        topic_answer(call, &topic);
        return;
    }
    client_refuse(call, ERROR_topic_not_open);
}

void client_topics_leave(struct client *client)
{
    while (!list_is_empty(&client->openings)) {
        struct client_opening *opening = CONTAINER_OF(client->openings.next, struct client_opening, link);
        room_wait_cancel(&opening->wait);
        client_refuse(opening->call, ERROR_internal_error); /* to nobody */
        opening_end(opening);
    }
    for (int i = 0; i < LIMIT_TOPICS; i++)
        if (client->topics[i])
            topic_leave(&client->topics[i]);
}

void client_topics_ready(struct client *client)
{
    for (int i = 0; i < LIMIT_TOPICS; i++)
        if (client->topics[i])
            hub_listener_ready(&client->topics[i]->listener);
}

/* While a person's ballots are read again, after a load, there is nothing to send of `me`, yet it is not what
 * they have. */
static bool topic_is_current(const struct client_topic *slot)
{
    const struct room_topic *topic = slot->topic;
    return hub_listener_is_current(&slot->listener) &&
           (topic->topic.kind != TOPIC_me || view_person_is_ready(topic->room->view, topic->topic.subject));
}

bool client_topics_are_current(struct client *client, int64_t v)
{
    for (int i = 0; i < LIMIT_TOPICS; i++)
        if (client->topics[i] && !topic_is_current(client->topics[i]))
            return false;
    if (!list_is_empty(&client->answers))
        return false;
    for (int i = 0; i < LIMIT_TOPICS; i++)
        if (client->topics[i] && client->topics[i]->listener.version != HUB_NOTHING)
            client->topics[i]->listener.version = v;
    return true;
}

/* The patch that takes everyone at now in `from` to VOTED: encoded once per version. */
static struct frame *promotion_patch(struct room_topic *topic, enum audience from, enum audience to)
{
    const struct view *view = topic->room->view;
    if (to != AUDIENCE_VOTED)
        return NULL;
    if (topic->promotion && topic->promotion_from == from && topic->promotion_seq == view_seq(view))
        return topic->promotion;
    frame_unref(&topic->promotion);
    topic->promotion = document_promote(view, &topic->topic, from, to);
    topic->promotion_from = from;
    topic->promotion_seq = view_seq(view);
    return topic->promotion;
}

void client_topics_reclass(struct client *client)
{
    const struct view *view = client->room->view;
    for (int i = 0; i < LIMIT_TOPICS; i++) {
        struct client_topic *slot = client->topics[i];
        if (!slot || !view_has_topic(view, &slot->topic->topic))
            continue;
        enum audience from = (enum audience)slot->listener.class;
        enum audience to = view_audience(view, &client->actor, &slot->topic->topic);
        if (from != to)
            hub_listener_reclass(&slot->listener, (int)to, promotion_patch(slot->topic, from, to),
                                 view_seq(view));
    }
}
