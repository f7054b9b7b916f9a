#include "view/view.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "view/model.h"
#include "view/similar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int view_compare_challenges(const void *a, const void *b)
{
    return strcmp(((const struct challenge *)a)->entity.id, ((const struct challenge *)b)->entity.id);
}

static void view_init_orders(struct view *view)
{
    ranking_init(&view->challenge_order, view_compare_challenges);
    ranking_init(&view->leaders, person_compare);
    window_init(&view->leaders_window, &view->leaders, offsetof(struct person, slot), view->settings.leaders,
                view->settings.tombstones);
}

struct view *view_new(const struct view_settings *settings)
{
    struct view *view = memory_alloc(sizeof(*view));
    view->settings = *settings;
    if (!view->settings.window)
        view->settings.window = LIMIT_WINDOW;
    if (!view->settings.leaders)
        view->settings.leaders = LIMIT_LEADERS;
    if (!view->settings.minutes)
        view->settings.minutes = LIMIT_MINUTES;
    if (!view->settings.tombstones)
        view->settings.tombstones = LIMIT_TOMBSTONES;
    view->session.entity.kind = ENTITY_session;
    list_init(&view->here);
    view_init_orders(view);
    return view;
}

static void view_forget_revoked(struct view *view)
{
    map_for_each (at, &view->revoked)
        free(at->value);
    map_clear(&view->revoked);
}

/* Frees all that a load or an event brought; with `here`, people with a connection are kept as they are. */
static void view_empty(struct view *view, bool here)
{
    map_for_each (at, &view->ideas) {
        struct idea *idea = at->value;
        idea_free(&idea);
    }
    map_clear(&view->ideas);
    map_for_each (at, &view->challenges) {
        struct challenge *challenge = at->value;
        challenge_free(&challenge);
    }
    map_clear(&view->challenges);
    map_for_each (at, &view->people) {
        struct person *person = at->value;
        if (here && person->here)
            continue;
        person_free(&person);
    }
    map_clear(&view->people);
    ranking_clear(&view->challenge_order);
    ranking_clear(&view->leaders);
    window_clear(&view->leaders_window);
    dimensions_clear(&view->dimensions);
    view_forget_revoked(view);
    field_clear(&view->session.fields, ENTITY_session);
    view->session = (struct session){.entity = {.kind = ENTITY_session}};
    view->touched_count = view->mark_count = view->promotion_count =
        0; /* of an event that was not understood */
}

void view_free(struct view **where)
{
    struct view *view = *where;
    if (!view)
        return;
    view_empty(view, false);
    free(view->touched);
    free(view->marks);
    free(view->promotions);
    memory_free(where);
}

/* What is left of a person who is here when all else is forgotten. */
static void view_keep_person(struct view *view, struct person *person)
{
    person_forget_ballots(person);
    field_clear(&person->fields, ENTITY_person);
    person->fields = (struct person_fields){0};
    person->exists = false;
    person->points = person->n = 0;
    person->slot = (struct window_slot){0};
    person->track = (struct track){0};
    person->entity.touched = person->entity.fresh = false;
    person->entity.changed = 0;
    memset(person->entity.versions, 0, sizeof(person->entity.versions));
    map_put(&view->people, person->entity.id, person);
}

void view_load_begin(struct view *view)
{
    view_empty(view, true);
    view_init_orders(view);
    list_for_each (at, &view->here)
        view_keep_person(view, CONTAINER_OF(at, struct person, of_here));
    view->loading = true;
    view->ready = false;
    view->seq = view->horizon = 0;
}

struct challenge *view_challenge(const struct view *view, const char *id)
{
    return map_get(&view->challenges, id);
}

struct idea *view_idea(const struct view *view, const char *id)
{
    struct idea *idea = map_get(&view->ideas, id);
    return idea && idea->challenge ? idea : NULL;
}

struct person *view_person(const struct view *view, const char *id)
{
    return map_get(&view->people, id);
}

struct person *view_person_make(struct view *view, const char *id)
{
    struct person *person = view_person(view, id);
    if (person)
        return person;
    person = person_new(id);
    map_put(&view->people, person->entity.id, person);
    return person;
}

void view_touch(struct view *view, struct entity *entity, uint32_t parts)
{
    entity->changed |= parts;
    if (entity->touched || view->loading)
        return;
    if (view->touched_count == view->touched_room) {
        view->touched_room = view->touched_room ? view->touched_room * 2 : 64;
        view->touched = memory_resize(view->touched, view->touched_room * sizeof(struct entity *));
    }
    entity->touched = true;
    view->touched[view->touched_count++] = entity;
}

/* The entity of a key, made where it is new. */
static struct entity *view_entity(struct view *view, const struct field_key *key)
{
    struct challenge *challenge;
    struct idea *idea;
    switch (field_entity(key->field)) {
    case ENTITY_session: return &view->session.entity;
    case ENTITY_challenge:
        if ((challenge = map_get(&view->challenges, key->id)))
            return &challenge->entity;
        challenge = challenge_new(key->id, view->settings.minutes);
        map_put(&view->challenges, challenge->entity.id, challenge);
        challenge->entity.fresh = true;
        return &challenge->entity;
    case ENTITY_idea:
        if ((idea = map_get(&view->ideas, key->id)))
            return &idea->entity;
        idea = idea_new(key->id);
        map_put(&view->ideas, idea->entity.id, idea);
        return &idea->entity;
    case ENTITY_person: break;
    }
    struct person *person = view_person_make(view, key->id);
    person->entity.fresh |= !person->exists;
    person->exists = true;
    return &person->entity;
}

static void *view_fields(struct entity *entity)
{
    switch (entity->kind) {
    case ENTITY_session: return &((struct session *)entity)->fields;
    case ENTITY_challenge: return &((struct challenge *)entity)->fields;
    case ENTITY_idea: return &((struct idea *)entity)->fields;
    case ENTITY_person: break;
    }
    return &((struct person *)entity)->fields;
}

/* A ballot matters only where its owner is here; whoever is not is not even made for it. */
static enum field_result view_fold_ballot(struct view *view, const struct field_key *key,
                                          const struct field_write *write, int64_t seq)
{
    struct person *person = view_person(view, key->id);
    if (!person || !person->here)
        return FIELD_SAME;
    bool first = !person_ballot(person, key->sub);
    enum field_result result = person_set_ballot(person, key->sub, write->value, write->value_size, seq, seq);
    if (result == FIELD_CHANGED) {
        view_touch(view, &person->entity, PART_BIT(PART_person_BALLOT));
        if (first && !view->loading)
            view_promote(view, key->id, key->sub);
    }
    return result;
}

static void view_revoke(struct view *view, const char *code, bool revoked)
{
    char *key = map_get(&view->revoked, code);
    if (revoked == (key != NULL))
        return;
    if (!revoked) {
        map_remove(&view->revoked, code);
        free(key);
        return;
    }
    key = memory_string(code);
    map_put(&view->revoked, key, key);
}

/* One of many values under a name, told apart by `sub`; in no document of its own. */
static enum field_result view_fold_many(struct view *view, struct entity *entity, const struct field_key *key,
                                        const struct field_write *write, int64_t seq)
{
    struct group group;
    int64_t minute;
    switch (key->field) {
    case FIELD_session_revoked: view_revoke(view, key->sub, write->value_size > 0); return FIELD_CHANGED;
    case FIELD_challenge_minute:
        if (!field_integer(key->sub, strlen(key->sub), &minute))
            return FIELD_BAD;
        return minutes_set(&((struct challenge *)entity)->minutes, minute, write->value, write->value_size,
                           seq, !view->loading);
    case FIELD_challenge_group_voters:
        if (!group_parse(key->sub, &group))
            return FIELD_BAD;
        return group_voters_set(&((struct challenge *)entity)->groups[group.dimension], group.value,
                                write->value, write->value_size);
    case FIELD_idea_group:
        if (!group_parse(key->sub, &group))
            return FIELD_BAD;
        return group_counts_set(&((struct idea *)entity)->groups, group, write->value, write->value_size,
                                seq);
    default: return FIELD_BAD;
    }
}

bool view_fold(struct view *view, const struct field_write *write, int64_t seq)
{
    struct field_key key;
    if (!field_parse(write->key, write->key_size, &key) || (key.sub[0] != '\0') != field_is_many(key.field))
        return false;
    if (key.field == FIELD_person_ballot)
        return view_fold_ballot(view, &key, write, seq) != FIELD_BAD;
    struct entity *entity = view_entity(view, &key);
    enum field_result result =
        field_is_many(key.field) ? view_fold_many(view, entity, &key, write, seq)
                                 : field_set(view_fields(entity), key.field, write->value, write->value_size);
    if (result == FIELD_CHANGED || entity->fresh)
        view_touch(view, entity, result == FIELD_CHANGED ? PART_BIT(field_part(key.field)) : 0);
    return result != FIELD_BAD;
}

bool view_load_field(struct view *view, const struct field_write *field)
{
    assert(view->loading);
    return view_fold(view, field, 0);
}

static void view_load_ideas(struct view *view)
{
    map_for_each (at, &view->ideas) {
        struct idea *idea = at->value;
        if (!idea_place(view, idea))
            continue;
        for (int rank = 0; rank < RANK_COUNT; rank++)
            for (int set = 0; set < RANK_SETS; set++)
                if (set == RANK_ALL || idea->published)
                    ranking_append(&idea->challenge->rankings[rank][set], idea);
        for (int class = 0; class < CLASS_COUNT; class ++)
            track_init(&idea->tracks[class], view->seq);
        for (unsigned part = 0; part < PART_MAX; part++)
            idea->entity.versions[part] = view->seq;
        for (size_t i = 0; i < idea->groups.count; i++)
            idea->groups.of[i].version = view->seq;
        idea->flipped = view->seq;
        idea->entity.changed = 0;
    }
}

static void view_load_people(struct view *view)
{
    map_for_each (at, &view->people) {
        struct person *person = at->value;
        person->points = person->fields.points;
        person->n = person->fields.n;
        if (person->points > 0)
            ranking_append(&view->leaders, person);
        for (unsigned part = 0; part < PART_MAX; part++)
            person->entity.versions[part] = view->seq;
        person->entity.fresh = false;
        person->entity.changed = 0;
        track_init(&person->track, view->seq);
        person->followed = view->seq;
    }
    ranking_sort(&view->leaders);
    window_evaluate(&view->leaders_window, view->seq);
    view->leaders.touched = SIZE_MAX;
    track_init(&view->leaders_track, view->seq);
}

void view_load_end(struct view *view, const char *epoch, int64_t seq)
{
    assert(view->loading);
    snprintf(view->epoch, sizeof(view->epoch), "%s", epoch);
    view->seq = view->horizon = seq;
    dimensions_set(&view->dimensions, view->session.fields.groups);
    map_for_each (at, &view->challenges) {
        struct challenge *challenge = at->value;
        challenge_load_end(view, challenge, seq);
        challenge->entity.fresh = false;
        challenge->entity.changed = 0;
    }
    view_load_ideas(view);
    map_for_each (at, &view->challenges) {
        struct challenge *challenge = at->value;
        for (int rank = 0; rank < RANK_COUNT; rank++)
            for (int set = 0; set < RANK_SETS; set++)
                ranking_sort(&challenge->rankings[rank][set]);
        challenge_evaluate(view, challenge, seq); /* marks nothing: every track is at this sequence already */
    }
    view_load_people(view);
    for (unsigned part = 0; part < PART_MAX; part++)
        view->session.entity.versions[part] = seq;
    view->session.entity.changed = 0;
    track_init(&view->session_track, seq);
    view->loading = false;
    view->ready = true;
}

bool view_is_ready(const struct view *view)
{
    return view->ready;
}

const char *view_epoch(const struct view *view)
{
    return view->epoch;
}

int64_t view_seq(const struct view *view)
{
    return view->seq;
}

bool view_has_challenge(const struct view *view, const char *challenge)
{
    return view_challenge(view, challenge) != NULL;
}

void view_warm(struct view *view)
{
    map_for_each (at, &view->challenges) {
        struct challenge *challenge = at->value;
        bool asked = challenge->placed && challenge->fields.proposals == proposals_open &&
                     challenge->fields.state != challenge_state_closed;
        if (asked && similar_warm(challenge) > 0)
            return;
    }
}

const char *view_person_name(const struct view *view, const char *id)
{
    const struct person *person = *id ? view_person(view, id) : NULL;
    if (!person || !person->exists)
        return NULL;
    return person->fields.name ? person->fields.name : "";
}

bool view_has_groups(const struct view *view)
{
    return view->dimensions.count > 0;
}

bool view_is_open(const struct view *view)
{
    const char *join = view->session.fields.join;
    size_t size =
        join ? strcspn(join, " ") : 0; /* words stand in the order of their table: open comes first */
    return size == 4 && memcmp(join, "open", size) == 0;
}

const char *view_brand(const struct view *view)
{
    return view->session.fields.brand ? view->session.fields.brand : "default";
}

int64_t view_ends_at(const struct view *view)
{
    return view->session.fields.ends_at;
}

/* `k3-17`, or the batch that it is of, `k3`. */
static bool view_is_revoked(const struct view *view, const char *code)
{
    char batch[TEXT_ID_ROOM];
    snprintf(batch, sizeof(batch), "%.*s", (int)strcspn(code, "-"), code);
    return map_get(&view->revoked, code) || map_get(&view->revoked, batch);
}

enum error view_shuts_out(const struct view *view, const struct actor *actor)
{
    const struct person *person = actor_is_person(actor) ? view_person(view, actor->id) : NULL;
    if (!person || !person->exists)
        return ERROR_none;
    if (person->fields.is_banned)
        return ERROR_banned;
    int64_t generation = actor->generation ? actor->generation : 1; /* of a token that says none */
    if (person->fields.merged || generation < person->fields.generation)
        return ERROR_token_retired;
    return person->fields.code && view_is_revoked(view, person->fields.code) ? ERROR_code_revoked
                                                                             : ERROR_none;
}

enum session_state view_session_state(const struct view *view)
{
    return (enum session_state)view->session.fields.state;
}
