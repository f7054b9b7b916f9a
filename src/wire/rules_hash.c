#include "wire/rules_hash.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "view/model.h"

#include <stdio.h>

static void rule_number(char room[24], int64_t value)
{
    if (value)
        snprintf(room, 24, "%lld", (long long)value);
}

static void rule_raw(struct buffer *out, const char *name, const char *json)
{
    if (json)
        buffer_print(out, ",\"%s\":%s", name, json);
}

/* {"ballot":"budget","budget":{"dots":5,"per_idea":3},"final":false,...} with absent rules left out: names
 * are ASCII and sorted, numbers are integers, and what is kept as JSON is canonical already, so that this is
 * its RFC 8785 form. Who votes is `voters`, as in the session file. */
static void rules_canonical(struct buffer *out, const struct challenge_fields *rules)
{
    buffer_print(out, "{\"ballot\":\"%s\"", word_name(WORDS_ballot, rules->ballot));
    if (rules->dots && rules->per_idea)
        buffer_print(out, ",\"budget\":{\"dots\":%lld,\"per_idea\":%lld}", (long long)rules->dots,
                     (long long)rules->per_idea);
    else if (rules->dots)
        buffer_print(out, ",\"budget\":{\"dots\":%lld}", (long long)rules->dots);
    if (rules->choose)
        buffer_print(out, ",\"choose\":%lld", (long long)rules->choose);
    buffer_print(out, ",\"final\":%s", rules->is_final ? "true" : "false");
    if (rules->ideas_per_person)
        buffer_print(out, ",\"ideas_per_person\":%lld", (long long)rules->ideas_per_person);
    rule_raw(out, "outcome", rules->outcome);
    buffer_print(out, ",\"proposals\":\"%s\"", word_name(WORDS_proposals, rules->proposals));
    rule_raw(out, "proposers", rules->proposers);
    buffer_print(out, ",\"tally\":\"%s\"", word_name(WORDS_tally, rules->tally));
    rule_raw(out, "voters", rules->electors);
    buffer_add_char(out, '}');
}

void rules_hash_missing(const struct view *view,
                        void (*write)(void *arg, const char *const *arguments, size_t count), void *arg)
{
    map_for_each (at, &view->challenges) {
        const struct challenge *challenge = at->value;
        const struct challenge_fields *rules = &challenge->fields;
        char numbers[4][24] = {"", "", "", ""}, hash[DIGEST_HEX_ROOM];
        if (!rules->opened_at || rules->rules)
            continue;
        struct buffer text CLEAN_BUFFER = {0};
        rules_canonical(&text, rules);
        digest_hex(text.bytes, text.size, hash);
        rule_number(numbers[0], rules->choose);
        rule_number(numbers[1], rules->dots);
        rule_number(numbers[2], rules->ideas_per_person);
        rule_number(numbers[3], rules->per_idea);
        const char *const arguments[] = {
            challenge->entity.id,
            hash,
            "ballot",
            word_name(WORDS_ballot, rules->ballot),
            "choose",
            numbers[0],
            "dots",
            numbers[1],
            "electors",
            rules->electors ? rules->electors : "",
            "final",
            rules->is_final ? "1" : "",
            "ideas_per_person",
            numbers[2],
            "outcome",
            rules->outcome ? rules->outcome : "",
            "per_idea",
            numbers[3],
            "proposals",
            word_name(WORDS_proposals, rules->proposals),
            "proposers",
            rules->proposers ? rules->proposers : "",
            "tally",
            word_name(WORDS_tally, rules->tally),
        };
        write(arg, arguments, ARRAY_SIZE(arguments));
    }
}
