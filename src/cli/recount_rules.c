/* The rules of a challenge as its definition and its edits said them, and the hash that anyone can compute of
 * them again. */
#include "base/memory.h"
#include "cli/recount_fold.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* ---- what is hashed */

/* 0 takes a number away: a rule that is none is absent. Sets nothing where the value is NULL. */
static void rule_set(json_t *rules, const char *name, json_t *value)
{
    if (json_is_integer(value) && json_integer_value(value) == 0)
        json_object_del(rules, name);
    else
        json_object_set(rules, name, value);
}

/* A budget is said as a whole. */
static void budget_set(json_t *rules, const json_t *said)
{
    json_t *budget = json_object();
    rule_set(budget, "dots", json_object_get(said, "dots"));
    rule_set(budget, "per_idea", json_object_get(said, "per_idea"));
    json_object_set_new(rules, "budget", budget);
}

/* What goes with another ballot goes with it. */
static void hashed_set(json_t *rules, const json_t *said)
{
    static const char *const names[] = {"ballot",           "choose",  "final",
                                        "ideas_per_person", "outcome", "proposals",
                                        "proposers",        "tally",   "voters"};
    const char *ballot = text_of(said, "ballot");
    if (*ballot && strcmp(ballot, "budget") != 0)
        json_object_del(rules, "budget");
    if (*ballot && strcmp(ballot, "approval") != 0)
        json_object_del(rules, "choose");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (json_object_get(said, names[i]))
            rule_set(rules, names[i], json_object_get(said, names[i]));
    if (json_object_get(said, "budget"))
        budget_set(rules, json_object_get(said, "budget"));
}

/* Names sorted, no white space, texts ASCII, numbers integers: the form of RFC 8785. */
void fold_rules_hash(const struct fold_challenge *challenge, char out_hex[DIGEST_HEX_ROOM])
{
    char *text CLEAN_FREE = json_dumps(challenge->rules, JSON_COMPACT | JSON_SORT_KEYS);
    digest_hex(text, strlen(text), out_hex);
}

/* ---- what is counted by */

static void outcome_rule(struct fold_challenge *challenge, const json_t *rule)
{
    const json_t *counts = json_object_get(rule, "counts"), *winners = json_object_get(rule, "winners");
    challenge->winners = winners ? json_integer_value(winners) : 1;
    challenge->quorum = json_integer_value(json_object_get(rule, "quorum"));
    for (int level = 0; level < level_count; level++) {
        challenge->counts[level] = !counts;
        for (size_t i = 0; i < json_array_size(counts); i++)
            challenge->counts[level] |=
                strcmp(json_string_value(json_array_get(counts, i)), word_name(WORDS_level, level)) == 0;
    }
}

void fold_rules(struct fold_challenge *challenge, const json_t *json)
{
    const char *ballot = text_of(json, "ballot"), *tally = text_of(json, "tally");
    hashed_set(challenge->rules, json);
    if (*ballot)
        challenge->ballot = (enum ballot)word_find(WORDS_ballot, ballot, strlen(ballot));
    if (*tally)
        challenge->tally = (enum tally)word_find(WORDS_tally, tally, strlen(tally));
    if (json_object_get(json, "outcome"))
        outcome_rule(challenge, json_object_get(json, "outcome"));
}
