#include "wire/params_inside.h"
#include "base/date.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

json_t *params_load(const char *text, size_t size, struct refusal *out_refusal)
{
    int depth = 0;
    bool string = false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\0') {
            *out_refusal = refusal_of(ERROR_parse_error);
            return NULL;
        }
        if (string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            string = !string;
        else if (!string && (text[i] == '{' || text[i] == '['))
            depth++;
        else if (!string && (text[i] == '}' || text[i] == ']'))
            depth--;
        if (depth > LIMIT_DEPTH) {
            *out_refusal = refusal_field(ERROR_invalid_request, "", "JSON no deeper than %d", LIMIT_DEPTH);
            out_refusal->limit = LIMIT_DEPTH;
            return NULL;
        }
    }
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!json)
        *out_refusal = refusal_of(ERROR_parse_error);
    return json;
}

struct refusal params_text(const json_t *value, const char *field, int64_t limit, bool lines, bool required,
                           char **out_text)
{
    if (!json_is_string(value))
        return refusal_field(ERROR_invalid_params, field, "a string");
    char *clean CLEAN_FREE = text_clean(json_string_value(value), json_string_length(value), lines);
    if (!clean)
        return refusal_field(ERROR_invalid_params, field, "UTF-8 text");
    if ((int64_t)text_length(clean) > limit) {
        struct refusal refusal =
            refusal_field(ERROR_invalid_params, field, "at most %lld characters", (long long)limit);
        refusal.limit = limit;
        return refusal;
    }
    if (required && !*clean)
        return refusal_field(ERROR_invalid_params, field, "text that is not empty");
    *out_text = clean;
    clean = NULL;
    return refusal_of(ERROR_none);
}

static struct refusal decode_id(const struct param_row *row, const char *field, const json_t *value, void *at)
{
    if (!json_is_string(value) || !text_is_id(json_string_value(value), json_string_length(value)))
        return refusal_field(ERROR_invalid_params, field, "an id: a-z, then up to 31 of a-z, 0-9 and -");
    (void)row;
    memcpy(at, json_string_value(value), json_string_length(value) + 1);
    return refusal_of(ERROR_none);
}

/* Names and announcements may be set to nothing; what is proposed or asked may not. */
static bool text_may_be_empty(const struct param_row *row)
{
    return row->presence == OPTIONAL || strcmp(row->name, "name") == 0 ||
           (strcmp(row->name, "text") == 0 && row->type == PARAM_LINE_WORDS);
}

static struct refusal decode_text(const struct param_row *row, const char *field, const json_t *value,
                                  void *at)
{
    bool required = !text_may_be_empty(row) || strcmp(row->name, "title") == 0;
    return params_text(value, field, row->limit, row->type == PARAM_TEXT, required, at);
}

static struct refusal decode_words(const struct param_row *row, const char *field, const json_t *value,
                                   void *at)
{
    bool required = !text_may_be_empty(row) || strcmp(row->name, "title") == 0;
    return params_words(value, field, row->limit, row->type == PARAM_TEXT_WORDS, required, at);
}

/* Topics and tokens are taken as they are; their readers judge them. */
static struct refusal decode_bytes(const struct param_row *row, const char *field, const json_t *value,
                                   void *at)
{
    size_t limit = row->type == PARAM_TOKEN ? LIMIT_TOKEN : 128;
    if (!json_is_string(value) || json_string_length(value) > limit ||
        strlen(json_string_value(value)) != json_string_length(value))
        return refusal_field(ERROR_invalid_params, field, "a string of at most %zu bytes", limit);
    *(char **)at = memory_string(json_string_value(value));
    return refusal_of(ERROR_none);
}

static struct refusal decode_integer(const struct param_row *row, const char *field, const json_t *value,
                                     void *at)
{
    int64_t low = strcmp(row->name, "value") == 0   ? LIMIT_VALUE_LEAST
                  : strcmp(row->name, "since") == 0 ? 0
                  : strcmp(row->name, "uses") == 0  ? 0
                                                    : 1;
    if (!json_is_integer(value) || json_integer_value(value) < low ||
        json_integer_value(value) > row->limit) {
        struct refusal refusal = refusal_field(ERROR_invalid_params, field, "an integer from %lld to %lld",
                                               (long long)low, (long long)row->limit);
        refusal.limit = row->limit;
        return refusal;
    }
    *(int64_t *)at = json_integer_value(value);
    return refusal_of(ERROR_none);
}

static struct refusal decode_date(const struct param_row *row, const char *field, const json_t *value,
                                  void *at)
{
    int64_t ms;
    (void)row;
    if (!json_is_string(value) || !date_parse(json_string_value(value), json_string_length(value), &ms))
        return refusal_field(ERROR_invalid_params, field,
                             "a date with an offset, as 2026-07-14T18:00:00+02:00 (RFC 3339)");
    *(int64_t *)at = ms;
    return refusal_of(ERROR_none);
}

static struct refusal decode_boolean(const struct param_row *row, const char *field, const json_t *value,
                                     void *at)
{
    (void)row;
    if (!json_is_boolean(value))
        return refusal_field(ERROR_invalid_params, field, "true or false");
    *(int *)at = json_is_true(value);
    return refusal_of(ERROR_none);
}

static struct refusal decode_choice(const struct param_row *row, const char *field, const json_t *value,
                                    void *at)
{
    int word = json_is_string(value)
                   ? word_find((enum words)row->words, json_string_value(value), json_string_length(value))
                   : -1;
    if (word >= 0) {
        *(int *)at = word;
        return refusal_of(ERROR_none);
    }
    struct buffer words CLEAN_BUFFER = {0};
    for (size_t i = 0; i < words_count((enum words)row->words); i++)
        buffer_print(&words, "%s%s", i ? ", " : "one of ", word_name((enum words)row->words, (int)i));
    return refusal_field(ERROR_invalid_params, field, "%s", words.bytes);
}

static bool is_hash(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 64 &&
           strspn(json_string_value(value), "0123456789abcdef") == 64;
}

static struct refusal decode_media(const struct param_row *row, const char *field, const json_t *value,
                                   void *at)
{
    if (!json_is_array(value) || (int64_t)json_array_size(value) > row->limit) {
        struct refusal refusal = refusal_field(ERROR_invalid_params, field, "a list of at most %lld hashes",
                                               (long long)row->limit);
        refusal.limit = row->limit;
        return refusal;
    }
    struct buffer hashes CLEAN_BUFFER = {0};
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *hash = json_array_get(value, i);
        if (!is_hash(hash))
            return refusal_field(ERROR_invalid_params, field, "hashes of 64 hexadecimal digits");
        buffer_print(&hashes, "%s%s", i ? " " : "", json_string_value(hash));
    }
    *(char **)at = buffer_take(&hashes);
    return refusal_of(ERROR_none);
}

static struct refusal decode_dots(const json_t *value, const char *field, const char *name, int64_t *out_dots)
{
    char member[64];
    snprintf(member, sizeof(member), "%s/%s", field, name);
    if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > LIMIT_DOTS) {
        struct refusal refusal =
            refusal_field(ERROR_invalid_params, member, "an integer from 1 to %d", LIMIT_DOTS);
        refusal.limit = LIMIT_DOTS;
        return refusal;
    }
    *out_dots = json_integer_value(value);
    return refusal_of(ERROR_none);
}

static struct refusal decode_budget(const struct param_row *row, const char *field, const json_t *value,
                                    void *at)
{
    struct param_budget *budget = at;
    (void)row;
    const char *name;
    json_t *member;
    if (!json_is_object(value))
        return refusal_field(ERROR_invalid_params, field, "an object {\"dots\", \"per_idea\"?}");
    json_object_foreach((json_t *)value, name, member)
    {
        struct refusal refusal = strcmp(name, "dots") == 0 ? decode_dots(member, field, name, &budget->dots)
                                 : strcmp(name, "per_idea") == 0
                                     ? decode_dots(member, field, name, &budget->per_idea)
                                     : refusal_field(ERROR_invalid_params, field, "dots and per_idea alone");
        if (refusal.error)
            return refusal;
    }
    if (budget->dots == PARAM_ABSENT)
        return refusal_field(ERROR_invalid_params, field, "the number of dots");
    if (budget->per_idea != PARAM_ABSENT && budget->per_idea > budget->dots)
        return refusal_field(ERROR_invalid_params, field, "per_idea no larger than dots");
    return refusal_of(ERROR_none);
}

static param_decoder *const decoders[] = {
    [PARAM_ID] = decode_id,
    [PARAM_LINE] = decode_text,
    [PARAM_TEXT] = decode_text,
    [PARAM_TOPIC] = decode_bytes,
    [PARAM_TOKEN] = decode_bytes,
    [PARAM_MEDIA] = decode_media,
    [PARAM_INTEGER] = decode_integer,
    [PARAM_DATE] = decode_date,
    [PARAM_BOOLEAN] = decode_boolean,
    [PARAM_CHOICE] = decode_choice,
    [PARAM_BUDGET] = decode_budget,
    [PARAM_ROLE] = params_role,
    [PARAM_LINE_WORDS] = decode_words,
    [PARAM_TEXT_WORDS] = decode_words,
    [PARAM_ELECTORATE] = params_electorate,
    [PARAM_OUTCOME_RULE] = params_outcome_rule,
    [PARAM_GROUPS] = params_groups,
    [PARAM_IDS] = params_ids,
};

static const struct param_row *row_of(const struct command_row *command, const char *name)
{
    for (size_t i = 0; i < command->param_count; i++)
        if (strcmp(command->params[i].name, name) == 0)
            return &command->params[i];
    return NULL;
}

static struct refusal decode_key(const json_t *value, const char *field, struct command *command)
{
    size_t size = json_is_string(value) ? json_string_length(value) : 0;
    if (!size || text_length(json_string_value(value)) > LIMIT_KEY) {
        struct refusal refusal = refusal_field(ERROR_invalid_params, field, "1 to %d characters", LIMIT_KEY);
        refusal.limit = LIMIT_KEY;
        return refusal;
    }
    command->key = memory_string(json_string_value(value));
    return refusal_of(ERROR_none);
}

static bool is_ignored(const char *const *ignored, const char *name)
{
    for (; ignored && *ignored; ignored++)
        if (strcmp(*ignored, name) == 0)
            return true;
    return false;
}

struct refusal params_decode(const json_t *object, const char *pointer, const char *const *ignored,
                             struct command *command)
{
    const struct command_row *row = command_row(command->kind);
    const char *name;
    json_t *value;
    char field[64];
    if (object && !json_is_object(object))
        return refusal_field(ERROR_invalid_params, pointer, "an object of named parameters");
    json_object_foreach((json_t *)object, name, value)
    {
        const struct param_row *param = row_of(row, name);
        struct refusal refusal = refusal_of(ERROR_none);
        snprintf(field, sizeof(field), "%s%s", pointer, name);
        if (param)
            refusal = decoders[param->type](param, field, value, (char *)command + param->offset);
        else if (row->effect == WRITE && !*pointer && strcmp(name, "key") == 0)
            refusal = decode_key(value, field, command);
        else if (!is_ignored(ignored, name))
            refusal = refusal_field(ERROR_invalid_params, field, "no such parameter");
        if (refusal.error)
            return refusal;
    }
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].presence != REQUIRED || json_object_get(object, row->params[i].name))
            continue;
        snprintf(field, sizeof(field), "%s%s", pointer, row->params[i].name);
        return refusal_field(ERROR_invalid_params, field, "a value: this parameter is required");
    }
    return refusal_of(ERROR_none);
}
