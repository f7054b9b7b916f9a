#include "view/challenge.h"
#include "base/memory.h"
#include "base/scan.h"
#include "view/model.h"
#include "view/similar.h"

#include <stdio.h>
#include <string.h>

static const ranking_compare challenge_orders[RANK_COUNT] = {
    [RANK_SCORE] = idea_compare_score,
    [RANK_MIX] = idea_compare_mix,
    [RANK_NUMBER] = idea_compare_number,
};

enum view_class view_class(enum audience audience)
{
    switch (audience) {
    case AUDIENCE_VOTED: return CLASS_VOTED;
    case AUDIENCE_STAFF: return CLASS_STAFF;
    default: return CLASS_PUBLIC;
    }
}

struct challenge *challenge_new(const char *id, size_t minutes)
{
    struct challenge *challenge = memory_alloc(sizeof(*challenge));
    challenge->entity.kind = ENTITY_challenge;
    challenge->minutes.limit = minutes;
    snprintf(challenge->entity.id, sizeof(challenge->entity.id), "%s", id);
    for (int rank = 0; rank < RANK_COUNT; rank++)
        for (int set = 0; set < RANK_SETS; set++)
            ranking_init(&challenge->rankings[rank][set], challenge_orders[rank]);
    return challenge;
}

void challenge_free(struct challenge **where)
{
    struct challenge *challenge = *where;
    if (!challenge)
        return;
    field_clear(&challenge->fields, ENTITY_challenge);
    minutes_clear(&challenge->minutes);
    for (int i = 0; i < GROUP_DIMENSIONS; i++)
        group_voters_clear(&challenge->groups[i]);
    for (int rank = 0; rank < RANK_COUNT; rank++)
        for (int set = 0; set < RANK_SETS; set++)
            ranking_clear(&challenge->rankings[rank][set]);
    for (int order = 0; order < order_count; order++)
        for (int class = 0; class < CLASS_COUNT; class ++)
            window_clear(&challenge->windows[order][class]);
    similar_free(&challenge->similar);
    memory_free(where);
}

bool challenge_sees(const struct challenge *challenge, enum view_class class)
{
    if (challenge->fields.state == challenge_state_closed || challenge->fields.tally == tally_live)
        return true;
    return challenge->fields.tally == tally_after_vote && class != CLASS_PUBLIC;
}

struct ranking *challenge_ranking(struct challenge *challenge, enum order order, enum view_class class)
{
    enum rank rank = order == order_new ? RANK_NUMBER : challenge->sees[class] ? RANK_SCORE : RANK_MIX;
    return &challenge->rankings[rank][class == CLASS_STAFF ? RANK_ALL : RANK_PUBLISHED];
}

unsigned challenge_counts(const struct challenge *challenge)
{
    struct scan_piece counts, level;
    unsigned bits = 0;
    if (!scan_find(challenge->fields.outcome, "counts", &counts))
        return (1u << level_count) - 1;
    for (const char *at = counts.at; scan_item(&at, &level);)
        for (int i = 0; i < level_count; i++)
            if (level.size > 2 && word_find(WORDS_level, level.at + 1, level.size - 2) == i)
                bits |= 1u << i;
    return bits;
}

int64_t challenge_score(enum ballot ballot, int64_t a, int64_t b)
{
    switch (ballot) {
    case ballot_updown: return a - b;
    case ballot_stars:
        return 1000 * (a + 15) / (b + 5); /* as if five people had given three stars; sums are positive */
    default: return a;
    }
}

static struct topic challenge_topic(const struct challenge *challenge, enum topic_kind kind, enum order order)
{
    struct topic topic = {.kind = kind, .order = order};
    memcpy(topic.subject, challenge->entity.id, sizeof(topic.subject));
    return topic;
}

static void challenge_mark_ideas(struct view *view, struct challenge *challenge, enum order order,
                                 enum view_class class, int64_t seq)
{
    struct topic topic = challenge_topic(challenge, TOPIC_ideas, order);
    view_mark(view, &challenge->ideas_tracks[order][class], &topic, view_class_audiences(class), seq);
}

static void challenge_mark_results(struct view *view, struct challenge *challenge, enum view_class class,
                                   int64_t seq)
{
    struct topic topic = challenge_topic(challenge, TOPIC_results, 0);
    view_mark(view, &challenge->results_tracks[class], &topic, view_class_audiences(class), seq);
}

/* The tallies of all ideas look different to this class, or are seen, or no longer. */
static void challenge_mark_tallies(struct view *view, struct challenge *challenge, enum view_class class,
                                   int64_t seq)
{
    if (!challenge->windows[order_top][class].count)
        return;
    for (int order = 0; order < order_count; order++)
        challenge_mark_ideas(view, challenge, order, class, seq);
    challenge_mark_results(view, challenge, class, seq);
    const struct ranking *all = &challenge->rankings[RANK_NUMBER][RANK_ALL];
    for (size_t i = 0; i < all->count; i++)
        idea_mark(view, all->items[i], class, seq);
}

static bool challenge_counts_alike(int ballot)
{
    return ballot == ballot_approval || ballot == ballot_single;
}

/* Another ballot, before it opened: other tallies, whose fields a patch would have to know by name. Or other
 * levels that count. */
static void challenge_change_ballot(struct view *view, struct challenge *challenge, int64_t seq)
{
    int was = challenge->ballot, is = challenge->ballot = challenge->fields.ballot;
    bool alike = was == is || (challenge_counts_alike(was) && challenge_counts_alike(is));
    challenge->counts = challenge_counts(challenge);
    const struct ranking *all = &challenge->rankings[RANK_NUMBER][RANK_ALL];
    for (size_t i = 0; i < all->count; i++) {
        struct idea *idea = all->items[i];
        alike = alike && idea->score == idea_score(idea);
        idea->score = idea_score(idea);
    }
    if (alike)
        return;
    for (int set = 0; set < RANK_SETS; set++)
        ranking_sort(&challenge->rankings[RANK_SCORE][set]);
    for (int class = 0; class < CLASS_COUNT; class ++) {
        /* Also for who does not see them now: what one holds may be from when one did. */
        for (int order = 0; order < order_count; order++)
            challenge->ideas_tracks[order][class].horizon = seq;
        challenge->results_tracks[class].horizon = seq;
        challenge->ideas_horizon[class] = seq;
        if (challenge->sees[class])
            challenge_mark_tallies(view, challenge, class, seq);
    }
}

static void challenge_change_sight(struct view *view, struct challenge *challenge, enum view_class class,
                                   int64_t seq)
{
    challenge->sees[class] = challenge_sees(challenge, class);
    challenge->revealed[class] = seq;
    challenge->windows[order_top][class].ranking = challenge_ranking(challenge, order_top, class);
    ranking_touch_all(&challenge->rankings[challenge->sees[class] ? RANK_SCORE : RANK_MIX]
                                          [class == CLASS_STAFF ? RANK_ALL : RANK_PUBLISHED]);
    if (!challenge->sees[class])
        challenge->results_tracks[class].horizon = seq; /* what it held is not told one by one */
    challenge_mark_results(view, challenge, class, seq);
    challenge_mark_tallies(view, challenge, class, seq);
}

static void challenge_place(struct view *view, struct challenge *challenge, int64_t seq)
{
    for (int class = 0; class < CLASS_COUNT; class ++) {
        challenge->sees[class] = challenge_sees(challenge, class);
        challenge->revealed[class] = seq;
        for (int order = 0; order < order_count; order++) {
            window_init(&challenge->windows[order][class], challenge_ranking(challenge, order, class),
                        offsetof(struct idea, slots) +
                            sizeof(struct window_slot) * (size_t)(order * CLASS_COUNT + class),
                        view->settings.window, view->settings.tombstones);
            track_init(&challenge->ideas_tracks[order][class], seq);
        }
        track_init(&challenge->results_tracks[class], seq);
    }
    for (size_t i = 0; i < view->dimensions.count; i++) {
        group_voters_settle(&challenge->groups[i], challenge->fields.voters);
        challenge->groups[i].changed = seq;
    }
    challenge->ballot = challenge->fields.ballot;
    challenge->counts = challenge_counts(challenge);
    challenge->placed = true;
    ranking_insert(&view->challenge_order, challenge);
}

/* Which groups are shown by themselves: marks the results of those who see them. */
static void challenge_settle_groups(struct view *view, struct challenge *challenge, int64_t seq)
{
    bool changed = false;
    for (size_t i = 0; i < view->dimensions.count; i++)
        if (group_voters_settle(&challenge->groups[i], challenge->fields.voters)) {
            challenge->groups[i].changed = seq;
            changed = true;
        }
    for (int class = 0; changed && class < CLASS_COUNT; class ++)
        if (challenge->sees[class])
            challenge_mark_results(view, challenge, class, seq);
}

void challenge_regroup(struct view *view, struct challenge *challenge, int64_t seq)
{
    for (size_t i = 0; i < view->dimensions.count; i++) {
        group_voters_settle(&challenge->groups[i], challenge->fields.voters);
        challenge->groups[i].changed = seq;
    }
    for (int class = 0; class < CLASS_COUNT; class ++) {
        challenge->results_tracks[class].horizon = seq;
        challenge_mark_results(view, challenge, class, seq);
    }
}

static void challenge_mark_changed(struct view *view, struct challenge *challenge, uint32_t changed,
                                   int64_t seq)
{
    for (int class = 0; class < CLASS_COUNT; class ++) {
        if (changed & (PART_BIT(PART_challenge_IDEAS) | PART_BIT(PART_challenge_VOTERS)))
            for (int order = 0; order < order_count; order++)
                challenge_mark_ideas(view, challenge, order, class, seq);
        uint32_t counted = PART_BIT(PART_challenge_VOTERS);
        if (challenge->sees[class])
            counted |= PART_BIT(PART_challenge_VOTES) | PART_BIT(PART_challenge_MINUTES) |
                       PART_BIT(PART_challenge_OUTCOME);
        if (changed & counted)
            challenge_mark_results(view, challenge, class, seq);
    }
}

/* What topic `session` does not show of a challenge. */
#define CHALLENGE_IN_RESULTS                                                                                 \
    (PART_BIT(PART_challenge_VOTES) | PART_BIT(PART_challenge_MINUTES) | PART_BIT(PART_challenge_OUTCOME) |  \
     PART_BIT(PART_challenge_TURNOUT) | PART_BIT(PART_challenge_GROUPS))

void challenge_settle(struct view *view, struct challenge *challenge, int64_t seq)
{
    struct entity *entity = &challenge->entity;
    uint32_t changed = entity->fresh ? PART_ALL : entity->changed;
    for (unsigned part = 0; part < PART_MAX; part++)
        if (changed & PART_BIT(part))
            entity->versions[part] = seq;
    if (changed & ~CHALLENGE_IN_RESULTS)
        view_mark(view, &view->session_track, &(struct topic){.kind = TOPIC_session}, VIEW_AUDIENCES_PLAIN,
                  seq);
    if (!challenge->placed) {
        challenge_place(view, challenge, seq);
        return;
    }
    if (changed & PART_BIT(PART_challenge_RULES))
        challenge_change_ballot(view, challenge, seq);
    for (int class = 0; class < CLASS_COUNT; class ++)
        if (challenge->sees[class] != challenge_sees(challenge, class))
            challenge_change_sight(view, challenge, class, seq);
    challenge_mark_changed(view, challenge, changed, seq);
    if (changed & (PART_BIT(PART_challenge_GROUPS) | PART_BIT(PART_challenge_VOTERS)))
        challenge_settle_groups(view, challenge, seq);
    if (changed & PART_BIT(PART_challenge_RULES)) /* what is left to spend */
        list_for_each (at, &view->here) {
            struct person *person = CONTAINER_OF(at, struct person, of_here);
            if (person_ballot(person, entity->id))
                person_mark(view, person, seq);
        }
}

void challenge_evaluate(struct view *view, struct challenge *challenge, int64_t seq)
{
    for (int order = 0; order < order_count; order++)
        for (int class = 0; class < CLASS_COUNT; class ++) {
            struct window *window = &challenge->windows[order][class];
            if (window->ranking->touched >= window->limit || !window_evaluate(window, seq))
                continue;
            challenge_mark_ideas(view, challenge, order, class, seq);
            if (order == order_top && challenge->sees[class])
                challenge_mark_results(view, challenge, class, seq);
        }
    for (int rank = 0; rank < RANK_COUNT; rank++)
        for (int set = 0; set < RANK_SETS; set++)
            challenge->rankings[rank][set].touched = SIZE_MAX;
}

void challenge_load_end(struct view *view, struct challenge *challenge, int64_t seq)
{
    for (unsigned part = 0; part < PART_MAX; part++)
        challenge->entity.versions[part] = seq;
    challenge_place(view, challenge, seq);
    minutes_load_end(&challenge->minutes, seq);
}
