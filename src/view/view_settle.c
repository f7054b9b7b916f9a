#include "base/memory.h"
#include "view/model.h"

#include <stdio.h>
#include <string.h>

unsigned view_class_audiences(enum view_class class)
{
    switch (class) {
    case CLASS_PUBLIC: return 1u << AUDIENCE_PUBLIC | 1u << AUDIENCE_EXPERT;
    case CLASS_VOTED: return 1u << AUDIENCE_VOTED;
    default: return 1u << AUDIENCE_STAFF;
    }
}

void view_mark(struct view *view, struct track *track, const struct topic *topic, unsigned audiences,
               int64_t seq)
{
    if (track->changes[0] == seq)
        return;
    track_add(track, seq);
    if (view->mark_count == view->mark_room) {
        view->mark_room = view->mark_room ? view->mark_room * 2 : 64;
        view->marks = memory_resize(view->marks, view->mark_room * sizeof(*view->marks));
    }
    view->marks[view->mark_count++] = (struct view_mark){.topic = *topic, .audiences = audiences};
}

void view_promote(struct view *view, const char *person, const char *challenge)
{
    if (view->promotion_count == view->promotion_room) {
        view->promotion_room = view->promotion_room ? view->promotion_room * 2 : 8;
        view->promotions = memory_resize(view->promotions, view->promotion_room * sizeof(*view->promotions));
    }
    struct view_promotion *promotion = &view->promotions[view->promotion_count++];
    snprintf(promotion->person, sizeof(promotion->person), "%s", person);
    snprintf(promotion->challenge, sizeof(promotion->challenge), "%s", challenge);
}

static void view_settle_session(struct view *view, struct entity *entity, int64_t seq)
{
    for (unsigned part = 0; part < PART_MAX; part++)
        if (entity->changed & PART_BIT(part))
            entity->versions[part] = seq;
    if (entity->changed & PART_BIT(PART_session_GROUPS)) {
        dimensions_set(&view->dimensions, view->session.fields.groups);
        for (size_t i = 0; i < view->challenge_order.count; i++)
            challenge_regroup(view, view->challenge_order.items[i], seq);
    }
    if (entity->changed & ~PART_BIT(PART_session_REVOKED))
        view_mark(view, &view->session_track, &(struct topic){.kind = TOPIC_session}, VIEW_AUDIENCES_PLAIN,
                  seq);
}

/* In this order: names reach ideas; challenges decide who sees what; ideas take their places; then windows
 * are evaluated, once, on what the event made of all of them. Lists grow while they are walked. */
void view_settle(struct view *view, int64_t seq)
{
    struct entity *entity;
    for (size_t i = 0; i < view->touched_count; i++)
        if ((entity = view->touched[i])->kind == ENTITY_person)
            person_touch_ideas(view, (struct person *)entity);
    for (size_t i = 0; i < view->touched_count; i++) {
        entity = view->touched[i];
        if (entity->kind == ENTITY_challenge && (entity->changed || entity->fresh))
            challenge_settle(view, (struct challenge *)entity, seq);
        if (entity->kind == ENTITY_session)
            view_settle_session(view, entity, seq);
    }
    for (size_t i = 0; i < view->touched_count; i++)
        if ((entity = view->touched[i])->kind == ENTITY_idea)
            idea_settle(view, (struct idea *)entity, seq);
    for (size_t i = 0; i < view->touched_count; i++) {
        entity = view->touched[i];
        if (entity->kind == ENTITY_challenge)
            challenge_evaluate(view, (struct challenge *)entity, seq);
        if (entity->kind == ENTITY_person)
            person_settle(view, (struct person *)entity, seq);
    }
    if (view->leaders.touched < view->leaders_window.limit && window_evaluate(&view->leaders_window, seq))
        view_mark(view, &view->leaders_track, &(struct topic){.kind = TOPIC_leaders}, VIEW_AUDIENCES_PLAIN,
                  seq);
    view->leaders.touched = SIZE_MAX;
    for (size_t i = 0; i < view->touched_count; i++) {
        entity = view->touched[i];
        if (entity->kind == ENTITY_idea)
            idea_mark_windows(view, (struct idea *)entity, seq);
        entity->touched = entity->fresh = false;
        entity->changed = 0;
    }
    view->touched_count = 0;
}

static void view_tell(struct view *view, int64_t seq)
{
    for (size_t i = 0; i < view->mark_count; i++)
        for (unsigned audience = 0; audience < AUDIENCE_COUNT; audience++)
            if (view->settings.changed && view->marks[i].audiences & 1u << audience)
                view->settings.changed(view->settings.owner, &view->marks[i].topic, (enum audience)audience,
                                       seq);
    view->mark_count = 0;
    for (size_t i = 0; i < view->promotion_count; i++) {
        const struct view_promotion *promotion = &view->promotions[i];
        const struct challenge *challenge = view_challenge(view, promotion->challenge);
        if (view->settings.promoted && challenge && challenge->fields.tally == tally_after_vote)
            view->settings.promoted(view->settings.owner, promotion->person, promotion->challenge);
    }
    view->promotion_count = 0;
}

bool view_apply(struct view *view, const struct event *event)
{
    if (!view->loading && (!view->ready || event->seq <= view->seq))
        return true;
    for (size_t i = 0; i < event->write_count; i++)
        if (!view_fold(view, &event->writes[i], event->seq))
            return false;
    if (view->loading)
        return true;
    view_settle(view, event->seq);
    view->seq = event->seq;
    view_tell(view, event->seq);
    return true;
}

void view_person_enter(struct view *view, const char *id)
{
    struct person *person = view_person_make(view, id);
    if (person->here++)
        return;
    list_push_back(&view->here, &person->of_here);
    track_init(&person->track, view->seq);
    person->followed = view->seq;
}

void view_person_leave(struct view *view, const char *id)
{
    struct person *person = view_person(view, id);
    if (!person || !person->here || --person->here)
        return;
    list_remove(&person->of_here);
    person_forget_ballots(person);
    if (!person->exists && list_is_empty(&person->ideas)) {
        map_remove(&view->people, id);
        person_free(&person);
    }
}

void view_person_load(struct view *view, const char *id, const struct field_write *fields, size_t count,
                      int64_t seq)
{
    struct person *person = view_person(view, id);
    if (!person || !person->here || !view->ready || seq < person->followed)
        return;
    for (size_t i = 0; i < count; i++) {
        struct field_key key;
        /* Name and points come by events alone: others see them too, at the view's own sequence. */
        if (!field_parse(fields[i].key, fields[i].key_size, &key) || key.field != FIELD_person_ballot ||
            strcmp(key.id, id) != 0)
            continue;
        bool first = !person_ballot(person, key.sub);
        enum field_result result =
            person_set_ballot(person, key.sub, fields[i].value, fields[i].value_size, seq, view->seq);
        if (first && result == FIELD_CHANGED && person_ballot(person, key.sub))
            view_promote(view, id, key.sub);
    }
    person->loaded = true;
    track_init(&person->track, view->seq);
    view_tell(view, view->seq);
}

bool view_person_is_ready(const struct view *view, const char *id)
{
    const struct person *person = view_person(view, id);
    return view->ready && person && person->exists && person->here && person->loaded;
}
