#include "live/room_follow.h"
#include "base/memory.h"
#include "live/client.h"
#include "wire/rules_hash.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- waits */

bool room_wait_is_behind(const struct room_wait *wait)
{
    const struct view *view = wait->room->view;
    return view_is_ready(view) && view_seq(view) < wait->seq && strcmp(view_epoch(view), wait->epoch) == 0;
}

static bool wait_is_over(const struct room_wait *wait)
{
    const struct view *view = wait->room->view;
    return view_is_ready(view) && !room_wait_is_behind(wait) &&
           (!*wait->person || view_person_is_ready(view, wait->person));
}

/* Runs what waits for nothing any more. A wait's run may add or cancel others: start over after each. */
static void room_run_waits(struct room *room)
{
    struct room *held = room_keep(room);
    bool again = true;
    while (again) {
        again = false;
        list_for_each (at, &held->waits) {
            struct room_wait *wait = CONTAINER_OF(at, struct room_wait, link);
            if (held->state != ROOM_GONE && !wait_is_over(wait))
                continue;
            room_wait_cancel(wait);
            wait->run(wait, held->state == ROOM_GONE ? held->gone : ERROR_none);
            again = true;
            break;
        }
    }
    room_release(&held);
}

void room_fail_waits(struct room *room, enum error error)
{
    while (!list_is_empty(&room->waits)) {
        struct room_wait *wait = CONTAINER_OF(room->waits.next, struct room_wait, link);
        room_wait_cancel(wait);
        wait->run(wait, error);
    }
}

/* The token of this person is of somebody who does not exist. */
static void room_refuse_person(struct room *room, const char *person)
{
    for (struct list *at = room->waits.next; at != &room->waits;) {
        struct room_wait *wait = CONTAINER_OF(at, struct room_wait, link);
        at = at->next;
        if (strcmp(wait->person, person) != 0)
            continue;
        room_wait_cancel(wait);
        wait->run(wait, ERROR_token_invalid);
        at = room->waits.next; /* it may have added or cancelled others */
    }
}

/* Asks for the position at once where something waits to be further than this view is. */
static void room_check_position(struct room *room)
{
    bool behind = false;
    list_for_each (at, &room->waits)
        behind |= room_wait_is_behind(CONTAINER_OF(at, struct room_wait, link));
    if (behind && room->following)
        store_following_check(room->following);
}

void room_wait(struct room *room, struct room_wait *wait, const char *person,
               const struct room_position *position, int64_t timeout_ms,
               void (*run)(struct room_wait *wait, enum error error))
{
    *wait = (struct room_wait){.room = room, .person = person, .run = run};
    size_t size = position ? strcspn(position->epoch, ".") : 0;
    if (size && size < sizeof(wait->epoch)) {
        memcpy(wait->epoch, position->epoch, size);
        wait->seq = position->seq;
    }
    wait->until = timeout_ms < 0 ? INT64_MAX : live_loop_now(room->live) + timeout_ms;
    list_push_back(&room->waits, &wait->link);
    if (room->state == ROOM_GONE || wait_is_over(wait))
        live_want_run(room->live); /* later, and once: live runs the waits of its rooms */
    else if (room_wait_is_behind(wait) && room->following)
        store_following_check(room->following);
}

void room_wait_cancel(struct room_wait *wait)
{
    if (wait->link.next)
        list_remove(&wait->link);
}

/* ---- who sees more than before */

static void room_promoted(void *owner, const char *person, const char *challenge)
{
    struct room *room = owner;
    struct room_promotion *promotion = memory_alloc(sizeof(*promotion));
    (void)challenge; /* classes are looked up anew for each open topic */
    snprintf(promotion->person, sizeof(promotion->person), "%s", person);
    list_push_back(&room->promotions, &promotion->link);
}

/* After the event is applied whole: the frames of the old class must hold all of it. */
static void room_promote(struct room *room)
{
    while (!list_is_empty(&room->promotions)) {
        struct room_promotion *promotion = CONTAINER_OF(room->promotions.next, struct room_promotion, link);
        list_remove(&promotion->link);
        clients_promoted(room, promotion->person);
        free(promotion);
    }
}

/* ---- people */

#define PEOPLE_AT_ONCE  64 /* in one call of people_read */
#define PEOPLE_EVERY_MS 10 /* a call, while there are fewer */

struct people_reading {
    struct room *room; /* held */
    size_t count;
    struct room_person *people[PEOPLE_AT_ONCE]; /* kept as long as the room */
};

static bool room_person_is_wanted(const struct room *room, const struct room_person *person)
{
    return person->sockets + person->visits > 0 && view_is_ready(room->view);
}

/* What an answer holds of one person, their number and their ballots, begins at `*at`. */
static void room_person_read(struct room *room, struct room_person *person, const struct store_answer *answer,
                             size_t *at)
{
    char prefix[TEXT_ID_ROOM + 4];
    int size = snprintf(prefix, sizeof(prefix), "p:%s.", person->id);
    size_t first = *at;
    while (*at < answer->count && strncmp(answer->values[*at].key, prefix, (size_t)size) == 0)
        ++*at;
    if (*at == first) {
        clients_person_unknown(room, person->id);
        room_refuse_person(room, person->id);
    } else if (room_person_is_wanted(room, person) && strcmp(answer->epoch, view_epoch(room->view)) == 0) {
        view_person_load(room->view, person->id, answer->values + first, *at - first, answer->seq);
        room_promote(room);
        if (view_person_is_ready(room->view, person->id))
            clients_person_loaded(room, person->id);
    }
}

static void room_people_read(void *arg, const struct store_answer *answer)
{
    struct people_reading *reading = arg;
    struct room *room = reading->room;
    size_t at = 0;
    room->reading = false;
    for (size_t i = 0; i < reading->count; i++) {
        reading->people[i]->loading = false;
        if (!answer->refusal.error)
            room_person_read(room, reading->people[i], answer, &at);
    }
    live_want_run(room->live);
    room_release(&reading->room);
    free(reading);
}

/* Who comes alone is read at once, and those who come after, together. Answers when to look again: in ms, or
 * -1 where that is not before something happens. */
static int64_t room_read_unread(struct room *room, int64_t loop_now)
{
    int64_t wait = room->read_at + PEOPLE_EVERY_MS - loop_now;
    if (room->reading || list_is_empty(&room->unread) || room->state == ROOM_GONE ||
        !view_is_ready(room->view))
        return -1;
    if (wait > 0 && room->unread_count < PEOPLE_AT_ONCE)
        return wait;
    struct people_reading *reading = memory_alloc(sizeof(*reading));
    struct store_argument arguments[PEOPLE_AT_ONCE];
    while (!list_is_empty(&room->unread) && reading->count < PEOPLE_AT_ONCE) {
        struct room_person *person = CONTAINER_OF(room->unread.next, struct room_person, unread);
        list_remove(&person->unread);
        room->unread_count--;
        person->loading = room_person_is_wanted(room, person);
        if (!person->loading)
            continue;
        arguments[reading->count] = (struct store_argument){person->id, strlen(person->id)};
        reading->people[reading->count++] = person;
    }
    if (!reading->count) {
        free(reading);
        return -1;
    }
    reading->room = room_keep(room);
    room->reading = true;
    room->read_at = loop_now;
    store_call(room->live->settings.store, room->session, "people_read", NULL, NULL, 0, arguments,
               reading->count, room_people_read, reading);
    return -1;
}

void room_read_person(struct room *room, struct room_person *person)
{
    if (person->loading || !store_is_connected(room->live->settings.store) ||
        !room_person_is_wanted(room, person) || view_person_is_ready(room->view, person->id))
        return;
    person->loading = true;
    list_push_back(&room->unread, &person->unread);
    room->unread_count++;
    live_want_run(room->live);
}

void room_read_people(struct room *room)
{
    map_for_each (at, &room->people)
        room_read_person(room, at->value);
}

int64_t room_turn(struct room *room, int64_t loop_now)
{
    int64_t wait = room_read_unread(room, loop_now);
    if (!list_is_empty(&room->waits))
        room_run_waits(room);
    return wait;
}

/* ---- the view's news */

static void room_changed(void *owner, const struct topic *topic, enum audience audience, int64_t seq)
{
    struct room *room = owner;
    struct room_topic *open = room_topic_find(room, topic);
    (void)seq;
    if (open)
        hub_topic_changed(open->hub_topic, (int)audience);
}

/* ---- frozen rules */

static void room_freeze_rules(struct room *room);

static void room_rules_written(void *arg, const struct store_answer *answer)
{
    struct room *room = arg;
    const char *stored = store_answer_get(answer, "stored");
    room->freezing = false;
    /* One at a time: the next, unless this one's event is still on its way, which then comes by here. Where
     * it could not be stored, the next event tries again. */
    if (!answer->refusal.error && stored && stored[0] == '1' && room->state == ROOM_READY &&
        view_is_ready(room->view) && view_seq(room->view) >= answer->seq)
        room_freeze_rules(room);
    room_release(&room);
}

static void room_write_rules(void *arg, const char *const *arguments, size_t count)
{
    struct room *room = arg;
    struct store_argument list[32];
    assert(count <= ARRAY_SIZE(list));
    if (room->freezing)
        return;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct store_argument){arguments[i], strlen(arguments[i])};
    room->freezing = true;
    store_call(room->live->settings.store, room->session, "challenge_rules", NULL, NULL, 0, list, count,
               room_rules_written, room_keep(room));
}

/* Functions cannot make the hash (Lua has no BLAKE2b): whoever sees a challenge open without it hands it in.
 */
static void room_freeze_rules(struct room *room)
{
    rules_hash_missing(room->view, room_write_rules, room);
}

/* ---- who may be here no longer */

/* A ban, a place taken up elsewhere, a code revoked: on every worker as soon as it is known there. */
static void room_shut_out(struct room *room, const struct event *event)
{
    for (size_t i = 0; event->kind != EVENT_tally_flushed && i < event->write_count; i++) {
        struct field_key key;
        if (!field_parse(event->writes[i].key, event->writes[i].key_size, &key))
            continue;
        if (key.field == FIELD_session_revoked)
            clients_shut_out(room, NULL);
        if (key.field == FIELD_person_banned || key.field == FIELD_person_merged ||
            key.field == FIELD_person_generation || key.field == FIELD_person_code)
            clients_shut_out(room, key.id);
    }
}

/* ---- what the store says */

static void room_load_begin(void *owner)
{
    struct room *room = owner;
    room->state = ROOM_OPENING;
    if (view_is_ready(room->view))
        snprintf(room->epoch, sizeof(room->epoch), "%s", view_epoch(room->view));
    view_load_begin(room->view);
}

static void room_unknown_version(struct room *room)
{
    live_log(room->live, "session %s was written by a version that this one does not know", room->session);
    clients_bye(room, "reload", 5000);
}

static void room_load_field(void *owner, const struct field_write *field)
{
    struct room *room = owner;
    if (!view_load_field(room->view, field))
        room_unknown_version(room);
}

static void room_load_end(void *owner, const char *epoch, int64_t seq)
{
    struct room *room = owner;
    bool same = strcmp(room->epoch, epoch) == 0;
    view_load_end(room->view, epoch, seq);
    room->state = ROOM_READY;
    snprintf(room->epoch, sizeof(room->epoch), "%s", epoch);
    map_for_each (at, &room->topics) {
        struct room_topic *topic = at->value;
        if (!same)
            hub_topic_restart(topic->hub_topic);
        else
            for (int class = 0; class < AUDIENCE_COUNT; class ++)
                hub_topic_changed(topic->hub_topic, class);
    }
    room_read_people(room);
    room_check_position(room);
    clients_shut_out(room, NULL);
    room_freeze_rules(room);
    live_want_run(room->live);
}

static void room_event(void *owner, const struct event *event)
{
    struct room *room = owner;
    if (!view_apply(room->view, event)) {
        room_unknown_version(room);
        return;
    }
    room_promote(room);
    if (view_is_ready(room->view)) {
        room_shut_out(room, event);
        room_freeze_rules(room);
    }
    live_want_run(room->live);
}

static void room_stale(void *owner, bool stale)
{
    struct room *room = owner;
    if (room->stale == stale)
        return;
    room->stale = stale;
    clients_stale(room);
    if (!stale)
        room_read_people(room);
}

static void room_gone(void *owner, enum error error)
{
    struct room *room = owner;
    room->state = ROOM_GONE;
    room->gone = error;
    clients_bye(room, "reload", 5000);
    live_want_run(room->live);
}

void room_follow(struct room *room)
{
    const struct view_settings settings = {.owner = room, .changed = room_changed, .promoted = room_promoted};
    const struct store_follower follower = {
        .owner = room,
        .load_begin = room_load_begin,
        .load_field = room_load_field,
        .load_end = room_load_end,
        .event = room_event,
        .stale = room_stale,
        .gone = room_gone,
    };
    list_init(&room->promotions);
    room->view = view_new(&settings);
    room->following = store_follow(room->live->settings.store, room->session, &follower);
}

void room_unfollow(struct room *room)
{
    store_unfollow(&room->following);
    view_free(&room->view);
}
