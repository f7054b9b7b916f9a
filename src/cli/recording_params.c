#include "cli/recording_params.h"
#include "base/date.h"
#include "base/memory.h"
#include "wire/params.h"

#include <string.h>

/* What was stored as JSON is JSON; were it not, an object says so by being empty. */
static json_t *recording_json(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    return json ? json : json_object();
}

json_t *recording_words(const char *text)
{
    json_t *words = params_words_json(text);
    return words ? words : json_string("");
}

json_t *recording_groups(const char *groups)
{
    json_t *object = json_object();
    char *copy CLEAN_FREE = memory_string(strcmp(groups, "-") == 0 ? "" : groups);
    for (char *rest = copy, *pair; (pair = strsep(&rest, ", "));) {
        char *value = strchr(pair, '=');
        if (!value)
            continue;
        *value = '\0';
        json_object_set_new(object, pair, json_string(value + 1));
    }
    return object;
}

json_t *recording_list(const char *words)
{
    json_t *list = json_array();
    char *copy CLEAN_FREE = memory_string(words);
    for (char *rest = copy, *word; (word = strsep(&rest, " "));)
        if (*word)
            json_array_append_new(list, json_string(word));
    return list;
}

json_t *recording_date(int64_t ms)
{
    char text[DATE_ROOM];
    date_format(ms, text);
    return json_string(text);
}

static json_t *param_json(const struct param_row *row, const char *value)
{
    switch (row->type) {
    case PARAM_INTEGER: return json_integer(strtoll(value, NULL, 10));
    case PARAM_DATE: return recording_date(strtoll(value, NULL, 10));
    case PARAM_BOOLEAN: return json_boolean(strcmp(value, "1") == 0);
    case PARAM_MEDIA:
    case PARAM_IDS: return recording_list(value);
    case PARAM_LINE_WORDS:
    case PARAM_TEXT_WORDS: return recording_words(value);
    case PARAM_ELECTORATE:
    case PARAM_OUTCOME_RULE: return recording_json(value);
    case PARAM_GROUPS: return recording_groups(value);
    default: return json_string(value);
    }
}

/* The value of the next argument, or NULL where it is absent. */
static const char *argument_next(const json_t *arguments, size_t *at, bool required)
{
    const char *value = json_string_value(json_array_get(arguments, (*at)++));
    if (!value || required)
        return value && *value ? value : NULL;
    return *value == '=' ? value + 1 : NULL;
}

/* A required text may be empty: it was said. */
static bool argument_is_said(const struct param_row *row, const json_t *arguments, size_t at)
{
    return row->presence == REQUIRED && json_array_get(arguments, at);
}

json_t *recording_params(enum command_kind kind, const json_t *arguments)
{
    const struct command_row *row = command_row(kind);
    json_t *params = json_object();
    size_t at = 0;
    for (size_t i = 0; i < row->param_count; i++) {
        const struct param_row *param = &row->params[i];
        bool said = argument_is_said(param, arguments, at);
        const char *value = argument_next(arguments, &at, param->presence == REQUIRED);
        if (param->type == PARAM_BUDGET) {
            const char *per_idea = argument_next(arguments, &at, param->presence == REQUIRED);
            if (!value)
                continue;
            json_t *budget = json_pack("{s:I}", "dots", (json_int_t)strtoll(value, NULL, 10));
            if (per_idea)
                json_object_set_new(budget, "per_idea", json_integer(strtoll(per_idea, NULL, 10)));
            json_object_set_new(params, param->name, budget);
        } else if (value || said) {
            json_object_set_new(params, param->name, param_json(param, value ? value : ""));
        }
    }
    return params;
}
