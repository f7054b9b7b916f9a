#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *merge_patch(json_t *target, const json_t *patch)
{
    if (!json_is_object(patch)) {
        json_decref(target);
        return json_deep_copy(patch);
    }
    if (!json_is_object(target)) {
        json_decref(target);
        target = json_object();
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value) if (json_is_null(value)) json_object_del(target, key);
    else json_object_set_new(target, key, merge_patch(json_incref(json_object_get(target, key)), value));
    return target;
}

bool json_has_null(const json_t *json)
{
    const char *key;
    json_t *value;
    size_t index;
    if (json_is_array(json))
        json_array_foreach(json, index, value) if (json_has_null(value)) return true;
    if (json_is_object(json))
        json_object_foreach((json_t *)json, key, value) if (json_has_null(value)) return true;
    return json_is_null(json);
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0])
        set(object, key, json_string(text));
}

static json_t *words_of(const char *text)
{
    return text[0] == 1 ? json_loads(text + 1, 0, NULL) : json_string(text);
}

static void set_words(json_t *object, const char *key, const char *text)
{
    if (text[0])
        set(object, key, words_of(text));
}

static void set_raw(json_t *object, const char *key, const char *text)
{
    if (text[0])
        set(object, key, json_loads(text, JSON_DECODE_ANY, NULL));
}

static void set_number(json_t *object, const char *key, int64_t value)
{
    if (value)
        set(object, key, json_integer(value));
}

static const char *id_of(char letter, int number)
{
    static char ids[4][16];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(ids[turn], sizeof(ids[turn]), "%c%d", letter, number);
    return ids[turn];
}

bool reference_sees(const struct truth *truth, int c, enum audience audience)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    if (challenge->state == challenge_state_closed || challenge->tally == tally_live)
        return true;
    return challenge->tally == tally_after_vote && (audience == AUDIENCE_VOTED || audience == AUDIENCE_STAFF);
}

static int64_t score_of(int ballot, int64_t a, int64_t b)
{
    if (ballot == ballot_stars)
        return 1000 * (a + 15) / (b + 5);
    return ballot == ballot_updown ? a - b : a;
}

static json_t *counts_of(int ballot, const int64_t counts[2], json_int_t score)
{
    json_int_t x = counts[0], y = counts[1];
    switch (ballot) {
    case ballot_updown: return json_pack("{s:I,s:I,s:I}", "up", x, "down", y, "score", score);
    case ballot_budget: return json_pack("{s:I,s:I,s:I}", "dots", x, "voters", y, "score", score);
    case ballot_stars: return json_pack("{s:I,s:I,s:I}", "sum", x, "voters", y, "score", score);
    default: return json_pack("{s:I,s:I}", "votes", x, "score", score);
    }
}

/* Of the levels that count. */
static int64_t idea_score_of(const struct truth *truth, int i)
{
    const struct truth_challenge *challenge = &truth->challenges[truth->ideas[i].challenge];
    int64_t a = 0, b = 0;
    for (int level = 0; level < level_count; level++) {
        int64_t counts[2];
        truth_tally(truth, i, level, -1, -1, counts);
        a += challenge->counts >> level & 1 ? counts[0] : 0;
        b += challenge->counts >> level & 1 ? counts[1] : 0;
    }
    return score_of(challenge->ballot, a, b);
}

/* Of all levels, or of one with the score of its own counts. */
static json_t *tally_of(const struct truth *truth, int i, int level)
{
    int ballot = truth->challenges[truth->ideas[i].challenge].ballot;
    int64_t counts[2];
    truth_tally(truth, i, level, -1, -1, counts);
    return counts_of(ballot, counts,
                     level < 0 ? idea_score_of(truth, i) : score_of(ballot, counts[0], counts[1]));
}

static json_t *idea_of(const struct truth *truth, int i, enum audience audience)
{
    const struct truth_idea *idea = &truth->ideas[i];
    json_t *out = json_pack("{s:i,s:o,s:I,s:I,s:s}", "n", idea->n, "title", words_of(idea->title), "at",
                            (json_int_t)idea->at, "mix", (json_int_t)idea->mix, "state",
                            word_name(WORDS_idea_state, idea->state));
    set_words(out, "body", idea->body);
    set_text(out, "lang", idea->lang);
    if (idea->erased)
        set(out, "erased", json_true());
    set_raw(out, "media", idea->media);
    set_raw(out, "additions", idea->additions);
    set_number(out, "edited_at", idea->edited_at);
    if (idea->author < 0)
        set(out, "brand", json_true());
    if (idea->author >= 0 && !idea->is_unsigned) {
        set(out, "author", json_string(id_of('p', idea->author)));
        set_text(out, "name", truth->people[idea->author].name);
    }
    if (reference_sees(truth, idea->challenge, audience))
        set(out, "tally", tally_of(truth, i, -1));
    return out;
}

/* The ideas of a window, in its order. */
static int window_of(const struct truth *truth, int c, enum order order, enum audience audience,
                     int out[TRUTH_IDEAS])
{
    int count = 0;
    int64_t keys[TRUTH_IDEAS];
    for (int i = 0; i < truth->idea_count; i++) {
        const struct truth_idea *idea = &truth->ideas[i];
        if (idea->challenge != c || (idea->state != idea_state_published && audience != AUDIENCE_STAFF))
            continue;
        int64_t key = -idea->n;
        if (order == order_top)
            key = reference_sees(truth, c, audience) ? -idea_score_of(truth, i) : idea->mix;
        int at = count++;
        for (;
             at > 0 && (keys[at - 1] > key || (keys[at - 1] == key && truth->ideas[out[at - 1]].n > idea->n));
             at--) {
            keys[at] = keys[at - 1];
            out[at] = out[at - 1];
        }
        keys[at] = key;
        out[at] = i;
    }
    return count < SIM_WINDOW ? count : SIM_WINDOW;
}

static json_t *ideas_document(const struct truth *truth, const struct topic *topic, int c,
                              enum audience audience)
{
    int of[TRUTH_IDEAS], count = window_of(truth, c, topic->order, audience, of);
    json_t *ideas = json_object();
    for (int i = 0; i < count; i++)
        set(ideas, id_of('i', of[i]), idea_of(truth, of[i], audience));
    return json_pack("{s:s,s:s,s:{s:I,s:I},s:o}", "challenge", topic->subject, "order",
                     word_name(WORDS_order, (int)topic->order), "totals", "ideas",
                     (json_int_t)truth_published(truth, c), "voters",
                     (json_int_t)truth_voters(truth, c, -1, -1, -1), "ideas", ideas);
}

#define LEAST 2 /* GROUP_LEAST of these histories */

/* Which values of a dimension are shown by themselves; whether others are added up. */
static bool shown_of(const struct truth *truth, int c, int d, bool out_shown[TRUTH_VALUES])
{
    int64_t voters[TRUTH_VALUES] = {0}, other = truth_voters(truth, c, -1, d, -1);
    for (int v = 0; v < TRUTH_VALUES; v++) {
        voters[v] = truth_values[d][v] ? truth_voters(truth, c, -1, d, v) : 0;
        out_shown[v] = voters[v] >= LEAST;
        other += out_shown[v] ? 0 : voters[v];
    }
    while (other > 0 && other < LEAST) {
        int smallest = -1;
        for (int v = TRUTH_VALUES - 1; v >= 0; v--)
            if (out_shown[v] && (smallest < 0 || voters[v] < voters[smallest]))
                smallest = v;
        if (smallest < 0)
            break;
        out_shown[smallest] = false;
        other += voters[smallest];
    }
    return other > 0;
}

/* The tally of an idea among those with this value. */
static json_t *group_of(const struct truth *truth, int i, int d, int value)
{
    int ballot = truth->challenges[truth->ideas[i].challenge].ballot;
    int64_t counts[2];
    truth_tally(truth, i, -1, d, value, counts);
    return counts_of(ballot, counts, score_of(ballot, counts[0], counts[1]));
}

/* Among those whose value is not shown, or who have none. */
static json_t *others_of(const struct truth *truth, int i, int d, const bool shown[TRUTH_VALUES])
{
    int ballot = truth->challenges[truth->ideas[i].challenge].ballot;
    int64_t sum[2];
    truth_tally(truth, i, -1, d, -1, sum);
    for (int v = 0; v < TRUTH_VALUES; v++) {
        int64_t counts[2];
        truth_tally(truth, i, -1, d, v, counts);
        sum[0] += shown[v] ? 0 : counts[0];
        sum[1] += shown[v] ? 0 : counts[1];
    }
    return counts_of(ballot, sum, score_of(ballot, sum[0], sum[1]));
}

static json_t *dimension_of(const struct truth *truth, int c, int d, const int *of, int count)
{
    bool shown[TRUTH_VALUES], other = shown_of(truth, c, d, shown);
    json_t *out = json_object(), *ideas;
    for (int v = 0; v < TRUTH_VALUES; v++) {
        if (!shown[v])
            continue;
        set(out, truth_values[d][v], ideas = json_object());
        for (int i = 0; i < count; i++)
            set(ideas, id_of('i', of[i]), group_of(truth, of[i], d, v));
    }
    if (other) {
        set(out, "other", ideas = json_object());
        for (int i = 0; i < count; i++)
            set(ideas, id_of('i', of[i]), others_of(truth, of[i], d, shown));
    }
    return out;
}

static json_t *results_document(const struct truth *truth, int c, enum audience audience)
{
    json_t *totals = json_pack("{s:I}", "voters", (json_int_t)truth_voters(truth, c, -1, -1, -1));
    json_t *ideas = json_object(), *levels = json_object(), *minutes = json_object();
    bool sees = reference_sees(truth, c, audience);
    int of[TRUTH_IDEAS], count = sees ? window_of(truth, c, order_top, audience, of) : 0;
    for (int level = 0; level < level_count; level++)
        set(levels, word_name(WORDS_level, level), json_object());
    if (sees)
        set(totals, "votes", json_integer(truth_votes(truth, c)));
    for (int i = 0; i < count; i++) {
        set(ideas, id_of('i', of[i]), tally_of(truth, of[i], -1));
        for (int level = 0; level < level_count; level++)
            set(json_object_get(levels, word_name(WORDS_level, level)), id_of('i', of[i]),
                tally_of(truth, of[i], level));
    }
    for (int m = TRUTH_MINUTES - 1, left = sees ? SIM_MINUTES : 0; m >= 0 && left > 0; m--) {
        const int64_t *counts = truth->challenges[c].minutes[m];
        if (counts[0] + counts[1] + counts[2] == 0)
            continue;
        set(minutes, id_of('m', m),
            json_pack("{s:I,s:I,s:I}", "open", (json_int_t)counts[0], "code", (json_int_t)counts[1],
                      "verified", (json_int_t)counts[2]));
        left--;
    }
    json_t *by = json_pack("{s:o}", "level", levels);
    for (int d = 0; d < TRUTH_DIMENSIONS; d++)
        set(by, truth_dimensions[d], sees ? dimension_of(truth, c, d, of, count) : json_object());
    json_t *out =
        json_pack("{s:o,s:o,s:o,s:o}", "totals", totals, "ideas", ideas, "by", by, "minutes", minutes);
    json_t *outcomes = sees && truth->challenges[c].outcomes[0]
                           ? json_loads(truth->challenges[c].outcomes, 0, NULL)
                           : json_array();
    if (json_array_size(outcomes)) {
        set(out, "outcome", json_incref(json_array_get(outcomes, 0)));
        json_array_remove(outcomes, 0);
    }
    if (json_array_size(outcomes))
        set(out, "corrections", json_incref(outcomes));
    json_decref(outcomes);
    return out;
}

static json_t *challenge_of(const struct truth *truth, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    json_t *out = json_pack(
        "{s:i,s:o,s:s,s:b,s:s,s:s,s:s,s:I,s:I}", "n", c + 1, "title", words_of(challenge->title), "ballot",
        word_name(WORDS_ballot, challenge->ballot), "final", 0, "proposals",
        word_name(WORDS_proposals, challenge->proposals), "tally", word_name(WORDS_tally, challenge->tally),
        "state", word_name(WORDS_challenge_state, challenge->state), "ideas",
        (json_int_t)truth_published(truth, c), "voters", (json_int_t)truth_voters(truth, c, -1, -1, -1));
    set_words(out, "brief", challenge->brief);
    set_words(out, "noun", challenge->noun);
    set_raw(out, "electors", challenge->electors);
    set_raw(out, "proposers", challenge->proposers);
    set_raw(out, "outcome", challenge->outcome);
    set_raw(out, "unsealed", challenge->unsealed);
    set(out, "timeline", challenge->timeline[0] ? json_loads(challenge->timeline, 0, NULL) : json_array());
    if (challenge->dots) {
        json_t *budget = json_pack("{s:I}", "dots", (json_int_t)challenge->dots);
        set_number(budget, "per_idea", challenge->per_idea);
        set(out, "budget", budget);
    }
    set_number(out, "choose", challenge->choose);
    set_number(out, "ideas_per_person", challenge->per_person);
    set_number(out, "opens_at", challenge->opens_at);
    set_number(out, "closes_at", challenge->closes_at);
    set_number(out, "opened_at", challenge->opened_at);
    set_number(out, "closed_at", challenge->closed_at);
    if (challenge->hashed)
        set(out, "rules", json_string("7d1f"));
    return out;
}

static json_t *session_document(const struct truth *truth)
{
    json_t *challenges = json_object();
    for (int c = 0; c < truth->challenge_count; c++)
        set(challenges, id_of('c', c), challenge_of(truth, c));
    json_t *out =
        json_pack("{s:o,s:s,s:s,s:s,s:s,s:[s,s],s:s,s:b,s:i,s:I,s:o}", "title", words_of(truth->title),
                  "brief", "", "mandate", "", "brand", "default", "locale", "fr", "languages", "fr", "en",
                  "state", word_name(WORDS_session_state, truth->state), "frozen", (int)truth->frozen,
                  "created_at", 60000, "people", (json_int_t)truth->online, "challenges", challenges);
    set(out, "join",
        strcmp(truth->join, "open code") == 0 ? json_pack("[s,s]", "open", "code")
                                              : json_pack("[s]", truth->join));
    set_raw(out, "groups", truth_groups);
    set_raw(out, "terms", "{\"version\":\"1\",\"text\":{\"fr\":\"T\"}}");
    set_raw(out, "rehearsal", truth->rehearsal);
    set_number(out, "opened_at", truth->opened_at);
    set_number(out, "ends_at", truth->ends_at);
    set_number(out, "closed_at", truth->closed_at);
    if (truth->announcement[0])
        set(out, "announcement",
            json_pack("{s:o,s:I}", "text", words_of(truth->announcement), "at",
                      (json_int_t)truth->announced_at));
    return out;
}

static json_t *leaders_document(const struct truth *truth)
{
    json_t *people = json_object();
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        int before = 0;
        const struct truth_person *person = &truth->people[p];
        for (int q = 0; q < TRUTH_PEOPLE; q++)
            before += truth->people[q].points > person->points ||
                      (truth->people[q].points == person->points && q < p);
        if (person->points <= 0 || before >= SIM_LEADERS)
            continue;
        json_t *entry = json_pack("{s:i,s:I}", "n", p + 1, "points", (json_int_t)person->points);
        set_text(entry, "name", person->name);
        set(people, id_of('p', p), entry);
    }
    return json_pack("{s:o}", "people", people);
}

static json_t *ballot_of(const struct truth *truth, int p, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    const struct truth_ballot *ballot = &truth->people[p].ballots[c];
    json_t *votes = json_object(), *parked = json_object(), *given_up = json_object();
    int64_t used = 0;
    for (int i = 0; i < truth->idea_count; i++) {
        if (!ballot->value[i])
            continue;
        bool counts = truth->ideas[i].state == idea_state_published && !ballot->given_up[i];
        set(ballot->given_up[i] ? given_up
            : counts            ? votes
                                : parked,
            id_of('i', i), json_integer(ballot->value[i]));
        if (counts)
            used += challenge->ballot == ballot_budget ? ballot->value[i] : 1;
    }
    json_t *out = json_pack("{s:o,s:o,s:o}", "votes", votes, "parked", parked, "given_up", given_up);
    if (challenge->ballot == ballot_budget)
        set(out, "left", json_integer(challenge->dots - used));
    else if (challenge->ballot == ballot_single)
        set(out, "left", json_integer(1 - used));
    else if (challenge->ballot == ballot_approval && challenge->choose)
        set(out, "left", json_integer(challenge->choose - used));
    return out;
}

static json_t *me_document(const struct truth *truth, int p)
{
    const struct truth_person *person = &truth->people[p];
    json_t *participant = json_pack("{s:s,s:s,s:s}", "id", id_of('p', p), "role", person->role, "level",
                                    word_name(WORDS_level, person->level));
    set_text(participant, "name", person->name);
    json_t *groups = json_object();
    for (int d = 0; d < TRUTH_DIMENSIONS; d++)
        if (person->groups[d] >= 0)
            set(groups, truth_dimensions[d], json_string(truth_values[d][person->groups[d]]));
    set(participant, "groups", groups);
    json_t *ballots = json_object(), *ideas = json_object();
    for (int c = 0; c < truth->challenge_count; c++)
        if (person->ballots[c].cast)
            set(ballots, id_of('c', c), ballot_of(truth, p, c));
    for (int i = 0; i < truth->idea_count; i++) {
        const struct truth_idea *idea = &truth->ideas[i];
        if (idea->author != p)
            continue;
        json_t *own = json_pack("{s:s,s:o,s:s,s:I,s:b}", "challenge", id_of('c', idea->challenge), "title",
                                words_of(idea->title), "state", word_name(WORDS_idea_state, idea->state),
                                "at", (json_int_t)idea->at, "signed", (int)!idea->is_unsigned);
        set_text(own, "reason", idea->reason);
        set(ideas, id_of('i', i), own);
    }
    return json_pack("{s:o,s:I,s:o,s:o}", "participant", participant, "points", (json_int_t)person->points,
                     "ballots", ballots, "ideas", ideas);
}

json_t *reference_document(const struct truth *truth, const struct topic *topic, enum audience audience)
{
    int subject = topic->subject[0] ? atoi(topic->subject + 1) : 0;
    switch (topic->kind) {
    case TOPIC_session: return session_document(truth);
    case TOPIC_leaders: return leaders_document(truth);
    case TOPIC_ideas: return ideas_document(truth, topic, subject, audience);
    case TOPIC_results: return results_document(truth, subject, audience);
    case TOPIC_me: return me_document(truth, subject);
    default: break;
    }
    const struct truth_idea *idea = &truth->ideas[subject];
    if (idea->state != idea_state_published && audience != AUDIENCE_STAFF)
        return json_object();
    return json_pack("{s:s,s:o}", "challenge", id_of('c', idea->challenge), "idea",
                     idea_of(truth, subject, audience));
}
