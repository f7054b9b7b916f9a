#include "live/room.h"
#include "base/memory.h"
#include "live/client.h"
#include "live/room_follow.h"
#include "wire/document.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ROOM_LINGER_MS 60000 /* how long a room that nobody holds is kept in step */
#define ROOM_GROUPS_MS 1000  /* between two flushes that tell tallies by group */

/* hub's cursor and the document's are one thing under two names, for hub knows no documents. */
_Static_assert(sizeof(struct hub_cursor) == sizeof(struct document_cursor), "cursors");

struct frame *room_topic_encode(void *subject, int class, int64_t since, struct hub_cursor *cursor,
                                int64_t *out_version)
{
    struct room_topic *topic = subject;
    const struct view *view = topic->room->view;
    if (!view_is_ready(view) ||
        (topic->topic.kind == TOPIC_me && !view_person_is_ready(view, topic->topic.subject)))
        return NULL;
    struct document_cursor place = {.first = cursor->first, .parts = cursor->parts};
    memcpy(place.after, cursor->after, sizeof(place.after));
    struct frame *frame = cursor->parts || since == HUB_NOTHING
                              ? document_snapshot(view, &topic->topic, (enum audience) class, &place)
                              : document_delta(view, &topic->topic, (enum audience) class, since, &place);
    cursor->first = place.first;
    cursor->parts = place.parts;
    memcpy(cursor->after, place.after, sizeof(cursor->after));
    *out_version = view_seq(view);
    return frame;
}

int64_t room_topic_from(void *subject, int class, int64_t since)
{
    struct room_topic *topic = subject;
    return view_topic_from(topic->room->view, &topic->topic, (enum audience) class, since);
}

static void room_flushed(void *arg, const struct store_answer *answer)
{
    struct room *room = arg;
    room->flushing = false;
    room->flushed_at = live_loop_now(room->live);
    if (answer->refusal.error)
        room->votes = true; /* the worker's second tries again */
    else if (room->votes)
        room_voted(room);
    room_release(&room);
}

static void room_flush(struct room *room)
{
    if (room->flushing || room->state == ROOM_GONE)
        return;
    room->votes = false;
    room->flushing = true;
    counter_add(room->live->settings.counters, COUNTER_flushes_total, 1);
    store_call(room->live->settings.store, room->session, "tally_flush", NULL, NULL, 0, NULL, 0, room_flushed,
               room_keep(room));
}

static void room_flush_due(uv_timer_t *timer)
{
    room_flush(timer->data);
}

void room_voted(struct room *room)
{
    room->votes = true;
    room->groups = view_has_groups(room->view);
    if (room->flushing || uv_is_active((uv_handle_t *)&room->flush_timer))
        return;
    /* Half of a tick that load made longer: what is flushed while frames leave is there when they have left.
     */
    int64_t least = room->live->settings.tick_ms, tick = tick_ms(&room->live->tick) / 2;
    int64_t wait = room->flushed_at + (tick > least ? tick : least) - live_loop_now(room->live);
    uv_timer_start(&room->flush_timer, room_flush_due, wait > 0 ? (uint64_t)wait : 0, 0);
}

static void room_timer_closed(uv_handle_t *handle)
{
    struct room *room = handle->data;
    struct live *live = room->live;
    free(room);
    live_handle_closed(live);
}

static void room_free(struct room *room)
{
    assert(list_is_empty(&room->clients) && list_is_empty(&room->waits) && room->holders == 0);
    room_unfollow(room);
    map_remove(&room->live->rooms, room->session);
    counter_set(room->live->settings.counters, COUNTER_sessions, room->live->rooms.count);
    map_for_each (at, &room->topics) {
        struct room_topic *topic = at->value;
        hub_topic_close(&topic->hub_topic);
        frame_unref(&topic->promotion);
        free(topic);
    }
    map_clear(&room->topics);
    map_for_each (at, &room->people)
        free(at->value);
    map_clear(&room->people);
    uv_close((uv_handle_t *)&room->flush_timer, room_timer_closed);
}

struct room *room_hold(struct live *live, const char *session)
{
    struct room *room = map_get(&live->rooms, session);
    if (room && room->state == ROOM_GONE && room->holders == 0) {
        room_free(room); /* it was asked for before it was made */
        room = NULL;
    }
    if (!room) {
        room = memory_alloc(sizeof(*room));
        room->live = live;
        snprintf(room->session, sizeof(room->session), "%s", session);
        list_init(&room->clients);
        list_init(&room->waits);
        list_init(&room->unread);
        room->flushed_at = INT64_MIN / 2;
        uv_timer_init(live->settings.loop, &room->flush_timer);
        room->flush_timer.data = room;
        map_put(&live->rooms, room->session, room);
        counter_set(live->settings.counters, COUNTER_sessions, live->rooms.count);
        live_handle_opened(live);
        room_follow(room);
    }
    room->holders++;
    return room;
}

struct room *room_keep(struct room *room)
{
    room->holders++;
    return room;
}

void room_release(struct room **room)
{
    struct room *held = *room;
    *room = NULL;
    if (!held)
        return;
    assert(held->holders > 0);
    if (--held->holders > 0)
        return;
    held->idle_since = live_loop_now(held->live);
    if (held->live->closing)
        room_free(held);
}

void room_end(struct room *room)
{
    struct room *held = room_keep(room);
    room_fail_waits(held, ERROR_store_unavailable);
    store_unfollow(&held->following);
    room_release(&held);
}

void room_second(struct room *room, int64_t loop_now)
{
    list_for_each_safe (at, &room->waits) {
        struct room_wait *wait = CONTAINER_OF(at, struct room_wait, link);
        if (wait->until <= loop_now) {
            room_wait_cancel(wait);
            wait->run(wait, room_wait_is_behind(wait) ? ERROR_behind : ERROR_store_unavailable);
        }
    }
    bool wanted = room->votes || (room->groups && loop_now - room->flushed_at >= ROOM_GROUPS_MS);
    if (wanted && !room->flushing && !uv_is_active((uv_handle_t *)&room->flush_timer)) {
        room->groups = room->groups && room->votes;
        room_flush(room);
    }
    room_read_people(room);
    if (room->online != room->online_told && room->following && view_is_ready(room->view)) {
        room->online_told = room->online;
        store_following_check(
            room->following); /* hands in how many are here: screens show it within a second or two */
    }
    if (view_is_ready(room->view))
        view_warm(room->view);
    bool gone = room->state == ROOM_GONE;
    if (room->holders == 0 && (gone || loop_now - room->idle_since > ROOM_LINGER_MS))
        room_free(room);
}

struct room_person *room_person(struct room *room, const char *id)
{
    struct room_person *person = map_get(&room->people, id);
    if (!person) {
        person = memory_alloc(sizeof(*person));
        snprintf(person->id, sizeof(person->id), "%s", id);
        list_init(&person->clients);
        list_init(&person->unread);
        map_put(&room->people, person->id, person);
    }
    return person;
}

static void room_count(struct room *room, struct room_person *person, const struct actor *actor)
{
    bool counts = person->sockets > 0 && !role_is_staff(actor->role);
    if (counts == person->counted)
        return;
    person->counted = counts;
    room->online += counts ? 1 : -1;
    if (room->following)
        store_following_people(room->following, room->online);
}

struct room_person *room_enter(struct room *room, const struct actor *actor)
{
    struct room_person *person = room_person(room, actor->id);
    if (person->sockets++ == 0) {
        view_person_enter(room->view, person->id);
        room_read_person(room, person);
    }
    room_count(room, person, actor);
    return person;
}

void room_leave(struct room *room, const struct actor *actor)
{
    struct room_person *person = room_person(room, actor->id);
    assert(person->sockets > 0);
    if (--person->sockets == 0)
        view_person_leave(room->view, person->id);
    room_count(room, person, actor);
}

/* The key of a topic in its room: `me` is one topic for each person. */
static void room_topic_name(const struct topic *topic, char out_name[ROOM_TOPIC_NAME_ROOM])
{
    if (topic->kind == TOPIC_me)
        snprintf(out_name, ROOM_TOPIC_NAME_ROOM, "me:%s", topic->subject);
    else
        topic_format(topic, out_name);
}

enum error room_refuses(const struct room *room, const struct actor *actor)
{
    if (actor->brand[0] && strcmp(actor->brand, view_brand(room->view)) != 0)
        return ERROR_session_unknown;
    bool known = actor->id[0] || actor->role != ROLE_observer;
    if (!known && !view_is_open(room->view))
        return ERROR_token_required;
    return view_shuts_out(room->view, actor);
}

const char *room_ballots_needed(const struct actor *actor, const struct topic *topic)
{
    if (!actor_is_person(actor) || (topic->kind != TOPIC_me && role_is_staff(actor->role)))
        return "";
    return actor->id;
}

void room_visit(struct room *room, const struct actor *actor, bool begins)
{
    if (!actor_is_person(actor))
        return;
    struct room_person *person = room_person(room, actor->id);
    person->visits += begins ? 1 : -1u;
    if (begins) {
        view_person_enter(room->view, person->id);
        room_read_person(room, person);
    } else {
        view_person_leave(room->view, person->id);
    }
}

struct room_topic *room_topic_find(struct room *room, const struct topic *topic)
{
    char name[ROOM_TOPIC_NAME_ROOM];
    room_topic_name(topic, name);
    return map_get(&room->topics, name);
}

struct room_topic *room_topic_open(struct room *room, const struct topic *topic)
{
    char name[ROOM_TOPIC_NAME_ROOM];
    room_topic_name(topic, name);
    struct room_topic *open = map_get(&room->topics, name);
    if (open)
        return open;
    open = memory_alloc(sizeof(*open));
    open->room = room;
    open->topic = *topic;
    memcpy(open->name, name, sizeof(name));
    open->hub_topic = hub_topic_open(room->live->hub, open);
    map_put(&room->topics, open->name, open);
    return open;
}

void room_topic_check(struct room_topic *topic)
{
    if (!hub_topic_is_empty(topic->hub_topic))
        return;
    map_remove(&topic->room->topics, topic->name);
    hub_topic_close(&topic->hub_topic);
    frame_unref(&topic->promotion);
    free(topic);
}
