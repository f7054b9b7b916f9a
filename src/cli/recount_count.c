/* What the ballots of a challenge come to: tallies, supports, and what it decides. */
#include "base/memory.h"
#include "cli/recount_fold.h"

#include <string.h>

#define RANKING 100 /* places of an outcome's ranking, and ideas that a tie names */

void fold_count(const struct fold *fold, const struct fold_challenge *challenge)
{
    for (size_t i = 0; i < fold->idea_count; i++) {
        if (fold->ideas[i]->challenge != challenge)
            continue;
        memset(fold->ideas[i]->levels, 0, sizeof(fold->ideas[i]->levels));
        fold->ideas[i]->supporters = 0;
    }
    map_for_each (one, &challenge->ballots) {
        const struct fold_ballot *ballot = one->value;
        map_for_each (at, &ballot->values) {
            const struct fold_value *value = at->value;
            struct fold_idea *idea = map_get(&fold->by_idea, value->idea);
            if (value->given_up || !idea)
                continue;
            score_add(&idea->levels[ballot->level], challenge->ballot, value->value, 1);
            idea->supporters +=
                score_supports(challenge->ballot, value->value) && strcmp(idea->author, ballot->person) != 0;
        }
    }
}

void fold_supports(const struct fold *fold, const struct fold_challenge *challenge, struct map *earned)
{
    for (size_t i = 0; i < fold->idea_count; i++) {
        const struct fold_idea *idea = fold->ideas[i];
        if (idea->challenge != challenge || !idea->author[0] || !idea->published || !idea->supporters)
            continue;
        sums_add(earned, idea->author, idea->supporters * POINTS_support);
    }
}

/* ---- the outcome */

struct place {
    const struct fold_idea *idea;
    struct score_counts counts; /* at the levels that decide */
    int64_t score;
};

static int place_compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->idea->n < y->idea->n ? -1 : x->idea->n > y->idea->n;
}

/* The published ideas, best first; the caller frees. */
static struct place *places_rank(const struct fold *fold, const struct fold_challenge *challenge,
                                 size_t *out_count)
{
    struct place *places = memory_alloc((fold->idea_count + 1) * sizeof(*places));
    size_t count = 0;
    for (size_t i = 0; i < fold->idea_count; i++) {
        const struct fold_idea *idea = fold->ideas[i];
        struct place place = {.idea = idea};
        if (idea->challenge != challenge || !idea->published)
            continue;
        for (int level = 0; level < level_count; level++)
            for (int n = 0; challenge->counts[level] && n < 2; n++)
                place.counts.of[n] += idea->levels[level].of[n];
        place.score = score_of(challenge->ballot, &place.counts);
        places[count++] = place;
    }
    qsort(places, count, sizeof(*places), place_compare);
    *out_count = count;
    return places;
}

static json_t *place_json(const struct fold_challenge *challenge, const struct place *place)
{
    json_t *json = json_pack("{s:s}", "idea", place->idea->id);
    for (int i = 0; i < 2; i++)
        if (score_names[challenge->ballot][i])
            json_object_set_new(json, score_names[challenge->ballot][i], json_integer(place->counts.of[i]));
    json_object_set_new(json, "score", json_integer(place->score));
    return json;
}

/* Winners are the best that have a ballot; who share the last place with others than fit are tied. */
static void winners_choose(const struct fold_challenge *challenge, const struct place *places, size_t count,
                           json_t *outcome)
{
    json_t *winners = json_array(), *tie = json_array();
    size_t voted = 0, tied = 0;
    int64_t last = 0;
    for (size_t i = 0; i < count; i++)
        if (score_ballots(challenge->ballot, &places[i].counts) > 0) {
            if (++voted == (size_t)challenge->winners)
                last = places[i].score;
        }
    bool enough = voted > (size_t)challenge->winners;
    size_t above = 0, shared = 0;
    for (size_t i = 0; i < count; i++) {
        if (score_ballots(challenge->ballot, &places[i].counts) == 0)
            continue;
        above += enough && places[i].score > last;
        shared += enough && places[i].score == last;
    }
    bool is_tie = enough && above + shared > (size_t)challenge->winners;
    for (size_t i = 0; i < count; i++) {
        bool has = score_ballots(challenge->ballot, &places[i].counts) > 0;
        if (has && is_tie && places[i].score == last && tied++ < RANKING)
            json_array_append_new(tie, json_string(places[i].idea->id));
        else if (has && (!enough || places[i].score > last || (!is_tie && places[i].score == last)))
            json_array_append_new(winners, json_string(places[i].idea->id));
    }
    json_object_set_new(outcome, "winners", winners);
    if (tied) {
        json_object_set(outcome, "tie", tie);
        json_object_set_new(outcome, "tied", json_integer((json_int_t)tied));
    }
    json_decref(tie);
}

/* What every outcome says of how it was reached. */
static json_t *outcome_grounds(const struct fold_challenge *challenge, int64_t at, const char *kind,
                               bool *out_met)
{
    int64_t turnout[level_count] = {0}, voters = 0;
    json_t *outcome = json_pack("{s:I,s:s}", "at", (json_int_t)at, "kind", kind);
    json_t *counts = json_array(), *by_level = json_object();
    map_for_each (one, &challenge->ballots)
        turnout[((const struct fold_ballot *)one->value)->level]++;
    for (int level = 0; level < level_count; level++) {
        const char *name = word_name(WORDS_level, level);
        json_object_set_new(by_level, name, json_integer(turnout[level]));
        if (!challenge->counts[level])
            continue;
        json_array_append_new(counts, json_string(name));
        voters += turnout[level];
    }
    json_object_set_new(outcome, "counts", counts);
    json_object_set_new(outcome, "turnout", by_level);
    *out_met = voters >= challenge->quorum;
    if (challenge->quorum) {
        json_object_set_new(outcome, "quorum", json_integer(challenge->quorum));
        json_object_set_new(outcome, "quorum_met", json_boolean(*out_met));
    }
    return outcome;
}

json_t *fold_outcome(const struct fold *fold, const struct fold_challenge *challenge, int64_t at)
{
    bool met;
    json_t *outcome = outcome_grounds(challenge, at, "closing", &met), *ranking = json_array();
    size_t count;
    struct place *places = places_rank(fold, challenge, &count);
    for (size_t i = 0; i < count && i < RANKING; i++)
        json_array_append_new(ranking, place_json(challenge, &places[i]));
    json_object_set_new(outcome, "ranking", ranking);
    if (met)
        winners_choose(challenge, places, count, outcome);
    else
        json_object_set_new(outcome, "winners", json_array());
    free(places);
    return outcome;
}

/* Those that the list does not have yet. */
static void winners_add(json_t *list, const json_t *more)
{
    for (size_t i = 0; i < json_array_size(more); i++) {
        json_t *one = json_array_get(more, i);
        bool known = false;
        for (size_t n = 0; n < json_array_size(list); n++)
            known |= json_equal(json_array_get(list, n), one);
        if (!known)
            json_array_append(list, one);
    }
}

/* A tie's choice adds to the winners above the tie; any other takes their place. */
json_t *fold_override(const struct fold_challenge *challenge, int64_t at, const json_t *params)
{
    bool met;
    const char *kind = json_string_value(json_object_get(params, "kind"));
    json_t *outcome = outcome_grounds(challenge, at, kind ? kind : "", &met), *winners = json_array();
    size_t before = json_array_size(challenge->outcomes);
    if (kind && strcmp(kind, "tie") == 0 && before)
        winners_add(winners, json_object_get(json_array_get(challenge->outcomes, before - 1), "winners"));
    winners_add(winners, json_object_get(params, "winners"));
    json_object_set(outcome, "reason", json_object_get(params, "reason"));
    json_object_set_new(outcome, "ranking", json_array());
    json_object_set_new(outcome, "winners", winners);
    return outcome;
}
