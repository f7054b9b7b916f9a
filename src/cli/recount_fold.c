#include "cli/recount_fold.h"
#include "base/date.h"
#include "base/memory.h"
#include "cli/recording_params.h"
#include "cli/recording_write.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static const char *fact(const struct record_entry *entry, size_t n)
{
    return n < entry->fact_count ? entry->facts[n] : "";
}

static bool fold_fail(struct fold *fold, const struct record_entry *entry, const char *what)
{
    fold->fault = memory_print("%s at %s: %s", entry->name, entry->id, what);
    return false;
}

static void text_replace(char **where, const char *text)
{
    char *copy = memory_string(text);
    free(*where);
    *where = copy;
}

/* ---- who and what there is */

struct fold_challenge *fold_challenge_find(const struct fold *fold, const char *id)
{
    for (size_t i = 0; i < fold->challenge_count; i++)
        if (strcmp(fold->challenges[i]->id, id) == 0)
            return fold->challenges[i];
    return NULL;
}

static struct fold_challenge *challenge_new(struct fold *fold, const char *id, const json_t *json, int64_t at)
{
    struct fold_challenge *challenge = memory_alloc(sizeof(*challenge));
    const char *opens = text_of(json, "opens_at");
    int64_t opens_at = 0;
    snprintf(challenge->id, sizeof(challenge->id), "%s", id);
    challenge->winners = 1;
    for (int level = 0; level < level_count; level++)
        challenge->counts[level] = true;
    challenge->rules = json_pack("{s:b}", "final", 0);
    fold_rules(challenge, json);
    challenge->outcomes = json_array();
    if (!*opens || (date_parse(opens, strlen(opens), &opens_at) && opens_at <= at)) {
        challenge->state = challenge_state_open;
        challenge->opened = true;
    }
    fold->challenges =
        memory_resize(fold->challenges, (fold->challenge_count + 1) * sizeof(struct fold_challenge *));
    fold->challenges[fold->challenge_count++] = challenge;
    return challenge;
}

static void idea_new(struct fold *fold, struct fold_challenge *challenge, const char *id, const char *author)
{
    struct fold_idea *idea = memory_alloc(sizeof(*idea));
    snprintf(idea->id, sizeof(idea->id), "%s", id);
    snprintf(idea->author, sizeof(idea->author), "%s", author);
    idea->challenge = challenge;
    idea->n = ++challenge->ideas;
    idea->published = true;
    if (fold->idea_count % 256 == 0)
        fold->ideas = memory_resize(fold->ideas, (fold->idea_count + 256) * sizeof(struct fold_idea *));
    fold->ideas[fold->idea_count++] = idea;
    map_put(&fold->by_idea, idea->id, idea);
}

static void fold_begin(struct fold *fold)
{
    json_t *header = recording_header(fold->record), *challenge, *idea;
    int64_t at = json_integer_value(json_object_get(header, "at"));
    size_t i, n;
    json_array_foreach(json_object_get(json_object_get(header, "session"), "challenges"), i, challenge)
    {
        struct fold_challenge *new = challenge_new(fold, text_of(challenge, "id"), challenge, at);
        json_array_foreach(json_object_get(challenge, "ideas"), n, idea)
            idea_new(fold, new, text_of(idea, "id"), "");
    }
    json_decref(header);
}

/* ---- votes */

static void ballot_free(struct fold_ballot *ballot)
{
    map_for_each (at, &ballot->values)
        free(at->value);
    map_clear(&ballot->values);
    free(ballot->groups);
    free(ballot);
}

static struct fold_ballot *ballot_of(struct fold_challenge *challenge, const struct record_entry *entry)
{
    struct fold_ballot *ballot = map_get(&challenge->ballots, entry->participant);
    if (ballot)
        return ballot;
    int level = word_find(WORDS_level, entry->level, strlen(entry->level));
    ballot = memory_alloc(sizeof(*ballot));
    snprintf(ballot->person, sizeof(ballot->person), "%s", entry->participant);
    ballot->level = level < 0 ? level_open : (enum level)level;
    ballot->groups = memory_string(entry->groups);
    map_put(&challenge->ballots, ballot->person, ballot);
    return ballot;
}

static struct fold_value *value_of(struct fold_ballot *ballot, const char *idea)
{
    struct fold_value *value = map_get(&ballot->values, idea);
    if (value)
        return value;
    value = memory_alloc(sizeof(*value));
    snprintf(value->idea, sizeof(value->idea), "%s", idea);
    map_put(&ballot->values, value->idea, value);
    return value;
}

/* `i2=0` a vote that moved; `i7*` one that was given up. */
static bool vote_change(struct fold_ballot *ballot, const char *text)
{
    size_t size = strcspn(text, "=*");
    char id[TEXT_ID_ROOM];
    if (!text[size] || size >= sizeof(id))
        return false;
    snprintf(id, sizeof(id), "%.*s", (int)size, text);
    struct fold_value *value = value_of(ballot, id);
    if (text[size] == '*')
        value->given_up = true;
    else
        value->value = strtoll(text + size + 1, NULL, 10);
    return true;
}

static bool fold_vote(struct fold *fold, const struct record_entry *entry)
{
    struct fold_idea *idea = map_get(&fold->by_idea, fact(entry, 0));
    if (!idea)
        return fold_fail(fold, entry, "no such idea");
    if (idea->challenge->state != challenge_state_open || !idea->published)
        return fold_fail(fold, entry, "what does not take votes was voted for");
    struct fold_ballot *ballot = ballot_of(idea->challenge, entry);
    struct fold_value *value = value_of(ballot, idea->id);
    value->value = strtoll(fact(entry, 1), NULL, 10);
    value->given_up = false;
    for (size_t i = 2; i < entry->fact_count; i++)
        if (!vote_change(ballot, entry->facts[i]))
            return fold_fail(fold, entry, "a change that is none");
    char *minute CLEAN_FREE =
        memory_print("%lld:%s", (long long)(entry->at / 60000), word_name(WORDS_level, (int)ballot->level));
    sums_add(&idea->challenge->series, minute, 1);
    return true;
}

/* ---- people */

static struct fold_person *person_of(struct fold *fold, const char *id)
{
    struct fold_person *person = map_get(&fold->people, id);
    if (person)
        return person;
    person = memory_alloc(sizeof(*person));
    snprintf(person->id, sizeof(person->id), "%s", id);
    person->groups = memory_string("-");
    map_put(&fold->people, person->id, person);
    return person;
}

static void ballot_withdraw(struct fold_challenge *challenge, struct fold_ballot *ballot)
{
    map_remove(&challenge->ballots, ballot->person);
    ballot_free(ballot);
}

/* A ballot counts as what its owner is now known to be; not at all where that is somebody else. */
static void ballot_renew(struct fold_challenge *challenge, const struct fold_person *person)
{
    struct fold_ballot *ballot = map_get(&challenge->ballots, person->id);
    if (!ballot)
        return;
    if (person->merged_into[0]) {
        ballot_withdraw(challenge, ballot);
        return;
    }
    ballot->level = person->level;
    text_replace(&ballot->groups, person->groups);
}

/* In challenges that are not closed at once, in closed ones when they open again. */
static void person_renew(struct fold *fold, struct fold_person *person)
{
    for (size_t i = 0; i < fold->challenge_count; i++) {
        struct fold_challenge *challenge = fold->challenges[i];
        if (challenge->state == challenge_state_closed)
            map_put(&challenge->stale, person->id, person);
        else
            ballot_renew(challenge, person);
    }
}

static bool fold_person(struct fold *fold, const struct record_entry *entry)
{
    struct fold_person *person = person_of(fold, entry->participant);
    int level = word_find(WORDS_level, entry->level, strlen(entry->level));
    bool merge = strcmp(entry->name, "participant_merge") == 0;
    if (merge)
        snprintf(person->merged_into, sizeof(person->merged_into), "%s", fact(entry, 0));
    if (!merge && level < 0)
        return fold_fail(fold, entry, "no such level");
    if (!merge) {
        person->level = (enum level)level;
        text_replace(&person->groups, entry->groups);
    }
    if (strcmp(entry->name, "participant_join") != 0)
        person_renew(fold, person);
    return true;
}

/* ---- ideas and challenges */

static bool fold_idea(struct fold *fold, const struct record_entry *entry)
{
    if (strcmp(entry->name, "idea_add") == 0) {
        struct fold_challenge *challenge = fold_challenge_find(fold, fact(entry, 0));
        if (!challenge)
            return fold_fail(fold, entry, "no such challenge");
        idea_new(fold, challenge, fact(entry, 1), entry->said ? "" : entry->participant);
        return true;
    }
    struct fold_idea *idea = map_get(&fold->by_idea, fact(entry, 0));
    if (!idea)
        return fold_fail(fold, entry, "no such idea");
    if (strcmp(entry->name, "idea_withdraw") == 0 && strcmp(fact(entry, 1), "1") == 0) {
        idea->withdrawn = true;
        idea->published = false;
    } else if (strcmp(entry->name, "idea_moderate") == 0 && !idea->withdrawn) {
        idea->published = strcmp(fact(entry, 1), "publish") == 0;
    }
    return true;
}

static void challenge_open(struct fold *fold, struct fold_challenge *challenge)
{
    if (challenge->state == challenge_state_closed) {
        fold_count(fold, challenge);
        sums_clear(&challenge->given);
        fold_supports(fold, challenge, &challenge->given);
        map_for_each (at, &challenge->stale)
            ballot_renew(challenge, at->value);
        map_clear(&challenge->stale);
    }
    challenge->state = challenge_state_open;
    challenge->opened = true;
}

static void challenge_close(struct fold *fold, struct fold_challenge *challenge, int64_t at)
{
    if (challenge->state == challenge_state_closed)
        return;
    fold_count(fold, challenge);
    if (challenge->opened)
        json_array_append_new(challenge->outcomes, fold_outcome(fold, challenge, at));
    challenge->state = challenge_state_closed;
}

static bool fold_challenge(struct fold *fold, const struct record_entry *entry)
{
    struct fold_challenge *challenge = fold_challenge_find(fold, fact(entry, 0));
    if (strcmp(entry->name, "challenge_add") == 0) {
        json_t *params = recording_params(COMMAND_challenge_add, entry->said);
        challenge_new(fold, fact(entry, 0), params, entry->at);
        json_decref(params);
        return true;
    }
    if (!challenge)
        return fold_fail(fold, entry, "no such challenge");
    if (strcmp(entry->name, "challenge_edit") == 0) {
        json_t *params = recording_params(COMMAND_challenge_edit, entry->said);
        fold_rules(challenge, params);
        json_decref(params);
    } else if (strcmp(entry->name, "challenge_open") == 0) {
        challenge_open(fold, challenge);
    } else if (strcmp(entry->name, "challenge_close") == 0) {
        challenge_close(fold, challenge, entry->at);
    } else if (strcmp(entry->name, "outcome_override") == 0) {
        json_t *params = recording_params(COMMAND_outcome_override, entry->said);
        json_array_append_new(challenge->outcomes, fold_override(challenge, entry->at, params));
        json_decref(params);
    }
    return true;
}

/* What a date did, at that date: a challenge, or `s` the session. */
static bool fold_due(struct fold *fold, const struct record_entry *entry)
{
    struct fold_challenge *challenge = fold_challenge_find(fold, fact(entry, 0));
    int64_t at = strtoll(fact(entry, 2), NULL, 10);
    bool open = strcmp(fact(entry, 1), "open") == 0;
    if (challenge && open)
        challenge_open(fold, challenge);
    else if (challenge)
        challenge_close(fold, challenge, at);
    for (size_t i = 0; !challenge && !open && i < fold->challenge_count; i++)
        if (fold->challenges[i]->state == challenge_state_open)
            challenge_close(fold, fold->challenges[i], at);
    return true;
}

static bool fold_close(struct fold *fold, const struct record_entry *entry)
{
    for (size_t i = 0; i < fold->challenge_count; i++)
        if (fold->challenges[i]->state == challenge_state_open)
            challenge_close(fold, fold->challenges[i], entry->at);
    return true;
}

/* ---- the whole */

static const struct {
    const char *name;
    bool (*fold)(struct fold *fold, const struct record_entry *entry);
} steps[] = {
    {"vote_cast", fold_vote},
    {"participant_join", fold_person},
    {"participant_upgrade", fold_person},
    {"participant_merge", fold_person},
    {"idea_add", fold_idea},
    {"idea_withdraw", fold_idea},
    {"idea_moderate", fold_idea},
    {"challenge_add", fold_challenge},
    {"challenge_edit", fold_challenge},
    {"challenge_open", fold_challenge},
    {"challenge_close", fold_challenge},
    {"outcome_override", fold_challenge},
    {"session_due", fold_due},
    {"session_close", fold_close},
};

bool fold_run(struct fold *fold, const struct record *record)
{
    *fold = (struct fold){.record = record};
    fold_begin(fold);
    for (size_t i = 1; i < record->count; i++)
        for (size_t n = 0; n < ARRAY_SIZE(steps); n++)
            if (strcmp(steps[n].name, record->entries[i].name) == 0 &&
                !steps[n].fold(fold, &record->entries[i]))
                return false;
    return true;
}

static void challenge_free(struct fold_challenge *challenge)
{
    map_for_each (at, &challenge->ballots)
        ballot_free(at->value);
    map_clear(&challenge->ballots);
    sums_clear(&challenge->series);
    map_clear(&challenge->stale);
    sums_clear(&challenge->given);
    json_decref(challenge->rules);
    json_decref(challenge->outcomes);
    free(challenge);
}

void fold_clear(struct fold *fold)
{
    for (size_t i = 0; i < fold->challenge_count; i++)
        challenge_free(fold->challenges[i]);
    for (size_t i = 0; i < fold->idea_count; i++)
        free(fold->ideas[i]);
    map_for_each (at, &fold->people) {
        free(((struct fold_person *)at->value)->groups);
        free(at->value);
    }
    map_clear(&fold->people);
    map_clear(&fold->by_idea);
    free(fold->challenges);
    free(fold->ideas);
    free(fold->fault);
    *fold = (struct fold){0};
}
