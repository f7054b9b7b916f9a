#include "view/idea.h"
#include "base/memory.h"
#include "view/model.h"
#include "view/similar.h"

#include <stdio.h>
#include <string.h>

struct idea *idea_new(const char *id)
{
    struct idea *idea = memory_alloc(sizeof(*idea));
    idea->entity.kind = ENTITY_idea;
    snprintf(idea->entity.id, sizeof(idea->entity.id), "%s", id);
    list_init(&idea->of_author);
    return idea;
}

void idea_free(struct idea **where)
{
    if (!*where)
        return;
    field_clear(&(*where)->fields, ENTITY_idea);
    group_counts_clear(&(*where)->groups);
    list_remove(&(*where)->of_author);
    memory_free(where);
}

bool idea_is_visible(const struct idea *idea, enum view_class class)
{
    return idea->challenge && (idea->published || class == CLASS_STAFF);
}

void idea_total(const struct idea *idea, int64_t out_counts[2])
{
    out_counts[0] = out_counts[1] = 0;
    for (int level = 0; level < level_count; level++)
        for (int i = 0; i < 2; i++)
            out_counts[i] += idea->fields.tally.of[level][i];
}

int64_t idea_score(const struct idea *idea)
{
    int64_t counts[2] = {0};
    for (int level = 0; level < level_count; level++)
        for (int i = 0; i < 2; i++)
            if (idea->challenge->counts & 1u << level)
                counts[i] += idea->fields.tally.of[level][i];
    return challenge_score((enum ballot)idea->challenge->fields.ballot, counts[0], counts[1]);
}

static int idea_compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int idea_compare_tie(const struct idea *a, const struct idea *b)
{
    int order = idea_compare(a->n, b->n);
    return order ? order
                 : strcmp(a->entity.id, b->entity.id); /* no two have one n; but an order must be total */
}

int idea_compare_score(const void *a, const void *b)
{
    const struct idea *x = a, *y = b;
    int order = idea_compare(y->score, x->score);
    return order ? order : idea_compare_tie(x, y);
}

int idea_compare_mix(const void *a, const void *b)
{
    const struct idea *x = a, *y = b;
    int order = idea_compare(x->mix, y->mix);
    return order ? order : idea_compare_tie(x, y);
}

int idea_compare_number(const void *a, const void *b)
{
    return idea_compare_tie(b, a);
}

bool idea_place(struct view *view, struct idea *idea)
{
    struct challenge *challenge =
        idea->fields.challenge ? view_challenge(view, idea->fields.challenge) : NULL;
    if (!challenge)
        return false;
    idea->challenge = challenge;
    if (idea->fields.author) {
        idea->author = view_person_make(view, idea->fields.author);
        list_push_back(&idea->author->ideas, &idea->of_author);
    }
    idea_total(idea, idea->total);
    idea->score = idea_score(idea);
    idea->mix = idea->fields.mix;
    idea->n = idea->fields.n;
    idea->published = idea->fields.state == idea_state_published;
    return true;
}

static void idea_rank_new(struct idea *idea)
{
    for (int rank = 0; rank < RANK_COUNT; rank++) {
        ranking_insert(&idea->challenge->rankings[rank][RANK_ALL], idea);
        if (idea->published)
            ranking_insert(&idea->challenge->rankings[rank][RANK_PUBLISHED], idea);
    }
}

/* Moves it to where its fields now put it. Its places are looked up by the old keys before any of them
 * changes. */
static void idea_rank_again(struct idea *idea)
{
    struct ranking(*rankings)[RANK_SETS] = idea->challenge->rankings;
    bool was = idea->published, is = idea->fields.state == idea_state_published;
    bool renumbered = idea->n != idea->fields.n;
    int64_t score = idea_score(idea);
    const bool moved[RANK_COUNT] = {
        [RANK_SCORE] = renumbered || idea->score != score,
        [RANK_MIX] = renumbered || idea->mix != idea->fields.mix,
        [RANK_NUMBER] = renumbered,
    };
    size_t at[RANK_COUNT][RANK_SETS];
    for (int rank = 0; rank < RANK_COUNT; rank++) {
        if (was && !is)
            ranking_remove(&rankings[rank][RANK_PUBLISHED], idea);
        for (int set = 0; set < RANK_SETS; set++)
            at[rank][set] =
                moved[rank] ? ranking_find_near(&rankings[rank][set], idea, idea->places[rank][set]) : 0;
    }
    idea->score = score;
    idea->mix = idea->fields.mix;
    idea->n = idea->fields.n;
    idea->published = is;
    for (int rank = 0; rank < RANK_COUNT; rank++) {
        if (moved[rank])
            idea->places[rank][RANK_ALL] = ranking_settle(&rankings[rank][RANK_ALL], at[rank][RANK_ALL]);
        if (moved[rank] && was && is)
            idea->places[rank][RANK_PUBLISHED] =
                ranking_settle(&rankings[rank][RANK_PUBLISHED], at[rank][RANK_PUBLISHED]);
        if (!was && is)
            ranking_insert(&rankings[rank][RANK_PUBLISHED], idea);
    }
}

/* The parts that documents of ideas show to this class. */
static uint32_t idea_shown(const struct idea *idea, enum view_class class)
{
    uint32_t shown =
        PART_ALL & ~PART_BIT(PART_idea_REASON) & ~PART_BIT(PART_idea_TALLY) & ~PART_BIT(PART_idea_GROUPS);
    if (!idea->author && !idea->fields.is_erased) /* the brand signs nothing */
        shown &= ~PART_BIT(PART_idea_SIGNED);
    return idea->challenge->sees[class] ? shown : shown & ~PART_BIT(PART_idea_TOTAL);
}

void idea_mark(struct view *view, struct idea *idea, enum view_class class, int64_t seq)
{
    if (!idea_is_visible(idea, class))
        return;
    struct topic topic = {.kind = TOPIC_idea};
    memcpy(topic.subject, idea->entity.id, sizeof(topic.subject));
    view_mark(view, &idea->tracks[class], &topic, view_class_audiences(class), seq);
}

/* Its state decides whether ballots on it count: those who cast one see it in `me`. */
static void idea_mark_voters(struct view *view, struct idea *idea, int64_t seq)
{
    list_for_each (at, &view->here) {
        struct person *person = CONTAINER_OF(at, struct person, of_here);
        const struct ballot_record *record = person_ballot(person, idea->challenge->entity.id);
        const struct ballot_entry *entry = record ? ballot_entry(record, idea->entity.id) : NULL;
        if (entry && entry->value && !entry->given_up)
            person_mark(view, person, seq);
    }
}

static void idea_mark_flip(struct view *view, struct idea *idea, int64_t seq)
{
    struct topic topic = {.kind = TOPIC_idea};
    memcpy(topic.subject, idea->entity.id, sizeof(topic.subject));
    idea->flipped = seq;
    for (int class = 0; class < CLASS_COUNT; class ++) {
        if (class == CLASS_STAFF)
            continue;
        idea->tracks[class].horizon = seq; /* from {} to an idea or back: a snapshot */
        view_mark(view, &idea->tracks[class], &topic, view_class_audiences(class), seq);
    }
    idea_mark_voters(view, idea, seq);
}

static bool idea_settle_new(struct view *view, struct idea *idea, int64_t seq)
{
    if (!idea_place(view, idea))
        return false;
    for (unsigned part = 0; part < PART_MAX; part++)
        idea->entity.versions[part] = seq;
    for (int class = 0; class < CLASS_COUNT; class ++)
        track_init(&idea->tracks[class], seq);
    idea_rank_new(idea);
    view_touch(view, &idea->challenge->entity, 0);
    similar_stale(idea->challenge->similar, idea);
    if (idea->author)
        person_mark(view, idea->author, seq);
    if (!idea->published) /* a ballot that came ahead of its idea was taken to count */
        idea_mark_voters(view, idea, idea->flipped = seq);
    return true;
}

void idea_settle(struct view *view, struct idea *idea, int64_t seq)
{
    if (!idea->challenge) {
        idea_settle_new(view, idea, seq);
        return;
    }
    int64_t total[2];
    idea_total(idea, total);
    if (memcmp(total, idea->total, sizeof(total)) != 0 || idea->score != idea_score(idea))
        idea->entity.changed |= PART_BIT(PART_idea_TOTAL);
    memcpy(idea->total, total, sizeof(total));
    uint32_t changed = idea->entity.changed;
    for (unsigned part = 0; part < PART_MAX; part++)
        if (changed & PART_BIT(part))
            idea->entity.versions[part] = seq;
    if (changed & (PART_BIT(PART_idea_STATE) | PART_BIT(PART_idea_TALLY) | PART_BIT(PART_idea_ORIGIN))) {
        bool was = idea->published;
        idea_rank_again(idea);
        view_touch(view, &idea->challenge->entity, 0);
        if (idea->published != was)
            idea_mark_flip(view, idea, seq);
    }
    if (changed & (PART_BIT(PART_idea_TITLE) | PART_BIT(PART_idea_TEXT)))
        similar_stale(idea->challenge->similar, idea);
    for (int class = 0; class < CLASS_COUNT; class ++)
        if (changed & idea_shown(idea, class))
            idea_mark(view, idea, class, seq);
    uint32_t own = PART_BIT(PART_idea_TITLE) | PART_BIT(PART_idea_STATE) | PART_BIT(PART_idea_REASON) |
                   PART_BIT(PART_idea_SIGNED);
    if (idea->author && (changed & own))
        person_mark(view, idea->author, seq);
}

/* Whether the event changed what is shown of it in results. */
static bool idea_counts_changed(const struct idea *idea, int64_t seq)
{
    if (idea->entity.changed & PART_BIT(PART_idea_TALLY))
        return true;
    if (!(idea->entity.changed & PART_BIT(PART_idea_GROUPS)))
        return false;
    for (size_t i = 0; i < idea->groups.count; i++) {
        const struct group_count *count = &idea->groups.of[i];
        if (count->version == seq &&
            group_voters_show(&idea->challenge->groups[count->group.dimension], count->group.value))
            return true;
    }
    return false;
}

void idea_mark_windows(struct view *view, struct idea *idea, int64_t seq)
{
    struct challenge *challenge = idea->challenge;
    if (!challenge)
        return;
    struct topic topic = {0};
    memcpy(topic.subject, challenge->entity.id, sizeof(topic.subject));
    bool counted = idea_counts_changed(idea, seq);
    for (int class = 0; class < CLASS_COUNT; class ++) {
        bool shown = idea->entity.changed & idea_shown(idea, class);
        topic.kind = TOPIC_ideas;
        for (topic.order = 0; topic.order < order_count; topic.order++)
            if (shown && idea->slots[topic.order][class].within)
                view_mark(view, &challenge->ideas_tracks[topic.order][class], &topic,
                          view_class_audiences(class), seq);
        topic.kind = TOPIC_results;
        topic.order = 0;
        if (counted && challenge->sees[class] && idea->slots[order_top][class].within)
            view_mark(view, &challenge->results_tracks[class], &topic, view_class_audiences(class), seq);
    }
}
