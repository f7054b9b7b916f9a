/* Who may, what decides, and lists of ids. */
#include "base/memory.h"
#include "wire/params_inside.h"

#include <stdio.h>
#include <string.h>

static struct refusal refuse_member(const char *field, const char *member, const char *expected)
{
    char at[96];
    snprintf(at, sizeof(at), "%s/%s", field, member);
    return refusal_field(ERROR_invalid_params, at, "%s", expected);
}

static bool is_id(const json_t *value)
{
    return json_is_string(value) && text_is_id(json_string_value(value), json_string_length(value));
}

struct refusal params_role(const struct param_row *row, const char *field, const json_t *value, void *at)
{
    int role = json_is_string(value) ? role_find(json_string_value(value), json_string_length(value)) : -1;
    (void)row;
    if (role < 0 || role == ROLE_admin)
        return refusal_field(ERROR_invalid_params, field,
                             "one of observer, participant, expert, moderator, brand");
    *(int *)at = role;
    return refusal_of(ERROR_none);
}

/* Takes the object. */
static char *canonical(json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS); /* RFC 8785: the names are ASCII */
    json_decref(json);
    return text;
}

/* A list of words into one without repetition in the order of their table, whose length is `count`. */
static json_t *sort_words(const json_t *list, int (*find)(const char *name, size_t size),
                          const char *(*name)(int word), int count)
{
    json_t *sorted = json_array();
    uint32_t there = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *word = json_array_get(list, i);
        int found = json_is_string(word) ? find(json_string_value(word), json_string_length(word)) : -1;
        if (found < 0) {
            json_decref(sorted);
            return NULL;
        }
        there |= 1u << found;
    }
    for (int word = 0; word < count; word++)
        if (there & 1u << word)
            json_array_append_new(sorted, json_string(name(word)));
    if (json_array_size(sorted) == 0) {
        json_decref(sorted);
        return NULL;
    }
    return sorted;
}

static int level_find(const char *name, size_t size)
{
    return word_find(WORDS_level, name, size);
}

static const char *level_name(int word)
{
    return word_name(WORDS_level, word);
}

/* Staff never vote nor propose as participants, and observers read. */
static int elector_find(const char *name, size_t size)
{
    int role = role_find(name, size);
    return role == ROLE_participant || role == ROLE_expert ? role : -1;
}

static const char *elector_name(int role)
{
    return role_name((enum role)role);
}

static int id_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Values of a dimension, sorted by their ids, each once; NULL where there is none or one is no id. */
static json_t *sort_values(const json_t *list)
{
    const char *values[LIMIT_GROUPS];
    size_t count = json_array_size(list);
    if (count < 1 || count > LIMIT_GROUPS)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_id(json_array_get(list, i)))
            return NULL;
        values[i] = json_string_value(json_array_get(list, i));
    }
    qsort(values, count, sizeof(*values), id_compare);
    json_t *sorted = json_array();
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(values[i], values[i - 1]) != 0)
            json_array_append_new(sorted, json_string(values[i]));
    return sorted;
}

static json_t *electorate_groups(const json_t *value)
{
    const char *dimension;
    json_t *values;
    if (!json_is_object(value) || json_object_size(value) < 1 || json_object_size(value) > LIMIT_DIMENSIONS)
        return NULL;
    json_t *groups = json_object();
    json_object_foreach((json_t *)value, dimension, values)
    {
        json_t *sorted = text_is_id(dimension, strlen(dimension)) ? sort_values(values) : NULL;
        if (!sorted) {
            json_decref(groups);
            return NULL;
        }
        json_object_set_new(groups, dimension, sorted);
    }
    return groups;
}

struct refusal params_electors(const json_t *value, const char *field, char **out_json)
{
    static const char shape[] = "an object {\"roles\"?, \"levels\"?, \"groups\"?} with at least one of them";
    const char *name;
    json_t *member;
    if (!json_is_object(value) || json_object_size(value) == 0)
        return refusal_field(ERROR_invalid_params, field, "%s", shape);
    json_t *electorate = json_object();
    json_object_foreach((json_t *)value, name, member)
    {
        json_t *made = NULL;
        const char *expected = shape;
        if (strcmp(name, "roles") == 0) {
            made = sort_words(member, elector_find, elector_name, ROLE_COUNT);
            expected = "a list of participant, expert";
        } else if (strcmp(name, "levels") == 0) {
            made = sort_words(member, level_find, level_name, level_count);
            expected = "a list of open, code, verified";
        } else if (strcmp(name, "groups") == 0) {
            made = electorate_groups(member);
            expected = "lists of values by dimension: {\"status\": [\"client\"]}";
        }
        if (!made) {
            json_decref(electorate);
            return refuse_member(field, name, expected);
        }
        json_object_set_new(electorate, name, made);
    }
    *out_json = canonical(electorate);
    return refusal_of(ERROR_none);
}

struct refusal params_electorate(const struct param_row *row, const char *field, const json_t *value,
                                 void *at)
{
    (void)row;
    return params_electors(value, field, at);
}

static struct refusal rule_number(const json_t *value, const char *field, const char *name, int64_t least,
                                  int64_t most, json_t *rule)
{
    char at[96];
    snprintf(at, sizeof(at), "%s/%s", field, name);
    if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most) {
        struct refusal refusal = refusal_field(ERROR_invalid_params, at, "an integer from %lld to %lld",
                                               (long long)least, (long long)most);
        refusal.limit = most;
        return refusal;
    }
    json_object_set_new(rule, name, json_integer(json_integer_value(value)));
    return refusal_of(ERROR_none);
}

static struct refusal rule_member(const char *field, const char *name, const json_t *value, json_t *rule)
{
    if (strcmp(name, "winners") == 0)
        return rule_number(value, field, name, LIMIT_WINNERS_LEAST, LIMIT_WINNERS, rule);
    if (strcmp(name, "quorum") == 0)
        return rule_number(value, field, name, LIMIT_QUORUM_LEAST, LIMIT_QUORUM, rule);
    if (strcmp(name, "counts") != 0)
        return refuse_member(field, name, "counts, winners and quorum alone");
    json_t *levels = sort_words(value, level_find, level_name, level_count);
    if (!levels)
        return refuse_member(field, name, "a list of open, code, verified");
    json_object_set_new(rule, name, levels);
    return refusal_of(ERROR_none);
}

struct refusal params_outcome_rule(const struct param_row *row, const char *field, const json_t *value,
                                   void *at)
{
    const char *name;
    json_t *member;
    (void)row;
    if (!json_is_object(value))
        return refusal_field(ERROR_invalid_params, field,
                             "an object {\"counts\"?, \"winners\"?, \"quorum\"?}");
    json_t *rule = json_object();
    json_object_foreach((json_t *)value, name, member)
    {
        struct refusal refusal = rule_member(field, name, member, rule);
        if (refusal.error) {
            json_decref(rule);
            return refusal;
        }
    }
    *(char **)at = canonical(rule);
    return refusal_of(ERROR_none);
}

struct refusal params_group_list(const json_t *value, const char *field, char **out_groups)
{
    struct buffer groups CLEAN_BUFFER = {0};
    const char *dimension;
    json_t *member;
    if (!json_is_object(value) || json_object_size(value) > LIMIT_DIMENSIONS)
        return refusal_field(ERROR_invalid_params, field, "an object {dimension: value} of at most %d",
                             LIMIT_DIMENSIONS);
    json_object_foreach((json_t *)value, dimension, member)
    {
        if (!text_is_id(dimension, strlen(dimension)) || !is_id(member)) {
            char at[96];
            snprintf(at, sizeof(at), "%s.%.40s", field, dimension);
            return refusal_field(ERROR_invalid_params, at, "a value of a dimension of the session's groups");
        }
        buffer_print(&groups, "%s%s=%s", groups.size ? "," : "", dimension, json_string_value(member));
    }
    *out_groups = groups.size ? buffer_take(&groups) : memory_string("");
    return refusal_of(ERROR_none);
}

struct refusal params_groups(const struct param_row *row, const char *field, const json_t *value, void *at)
{
    (void)row;
    return params_group_list(value, field, at);
}

struct refusal params_ids(const struct param_row *row, const char *field, const json_t *value, void *at)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count < 1 || (int64_t)count > row->limit) {
        struct refusal refusal =
            refusal_field(ERROR_invalid_params, field, "a list of 1 to %lld ids", (long long)row->limit);
        refusal.limit = row->limit;
        return refusal;
    }
    struct buffer ids CLEAN_BUFFER = {0};
    for (size_t i = 0; i < count; i++) {
        if (!is_id(json_array_get(value, i)))
            return refusal_field(ERROR_invalid_params, field, "ids: a-z, then up to 31 of a-z, 0-9 and -");
        buffer_print(&ids, "%s%s", i ? " " : "", json_string_value(json_array_get(value, i)));
    }
    *(char **)at = buffer_take(&ids);
    return refusal_of(ERROR_none);
}
