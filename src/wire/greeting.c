#include "wire/greeting.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "wire/json_write.h"
#include "wire/params.h"

#include <string.h>

/* "status=client,store=lille" as an object. */
static void write_groups(struct buffer *out, const char *groups)
{
    json_write_key(out, "groups");
    json_write_object(out);
    while (*groups) {
        size_t size = strcspn(groups, ","), name = strcspn(groups, "=,");
        char *dimension CLEAN_FREE = memory_bytes(groups, name);
        char *value CLEAN_FREE = name < size ? memory_bytes(groups + name + 1, size - name - 1) : NULL;
        if (value)
            json_write_text(out, dimension, value);
        groups += size + (groups[size] == ',');
    }
    json_write_end_object(out);
}

static void write_participant(struct buffer *out, const struct actor *actor, const char *name)
{
    json_write_key(out, "participant");
    json_write_object(out);
    if (actor->id[0])
        json_write_text(out, "id", actor->id);
    if (name[0])
        json_write_text(out, "name", name);
    json_write_text(out, "role", role_name(actor->role));
    json_write_text(out, "level", word_name(WORDS_level, (int)actor->level));
    if (actor->groups[0])
        write_groups(out, actor->groups);
    json_write_end_object(out);
}

void greeting_hello(struct buffer *out, const char *session, const struct actor *actor, const char *name,
                    int64_t v, int64_t now, const char *token)
{
    json_write_object(out);
    json_write_text(out, "session", session);
    write_participant(out, actor, name);
    json_write_number(out, "v", v);
    json_write_number(out, "now", now);
    json_write_key(out, "limits");
    json_write_object(out);
    json_write_number(out, "title", LIMIT_TITLE);
    json_write_number(out, "body", LIMIT_BODY);
    json_write_number(out, "name", LIMIT_NAME);
    json_write_number(out, "message",
                      role_is_staff(actor->role) ? LIMIT_MESSAGE_STAFF : LIMIT_MESSAGE_PARTICIPANT);
    json_write_end_object(out);
    if (token)
        json_write_text(out, "token", token);
    json_write_end_object(out);
}

void greeting_join(struct buffer *out, const struct actor *actor, const char *name, const char *token)
{
    json_write_object(out);
    json_write_text(out, "token", token);
    write_participant(out, actor, name);
    json_write_end_object(out);
}

/* A text that is taken as it is; its reader judges it. */
static struct refusal join_bytes(const json_t *value, const char *field, size_t limit, char **out_text)
{
    if (!json_is_string(value) || json_string_length(value) > limit ||
        strlen(json_string_value(value)) != json_string_length(value))
        return refusal_field(ERROR_invalid_params, field, "a string of at most %zu bytes", limit);
    *out_text = memory_string(json_string_value(value));
    return refusal_of(ERROR_none);
}

static struct refusal join_member(const char *name, const json_t *value, struct greeting_join *join)
{
    if (strcmp(name, "name") == 0)
        return params_text(value, name, LIMIT_NAME, false, false, &join->name);
    if (strcmp(name, "code") == 0)
        return join_bytes(value, name, LIMIT_CODE, &join->code);
    if (strcmp(name, "sso") == 0)
        return join_bytes(value, name, LIMIT_TOKEN, &join->sso);
    if (strcmp(name, "groups") == 0)
        return params_group_list(value, name, &join->groups);
    if (strcmp(name, "accept") == 0)
        return params_text(value, name, LIMIT_VERSION, false, false, &join->accept);
    return refusal_field(ERROR_invalid_params, name, "no such parameter");
}

struct refusal greeting_join_params(const char *text, size_t size, struct greeting_join *out_join)
{
    struct refusal refusal = refusal_of(ERROR_none);
    json_t *json = size ? params_load(text, size, &refusal) : json_object();
    const char *member;
    json_t *value;
    *out_join = (struct greeting_join){0};
    if (json && !json_is_object(json))
        refusal = refusal_field(ERROR_invalid_params, "",
                                "an object {\"name\"?, \"code\"?, \"sso\"?, \"groups\"?, \"accept\"?}");
    json_object_foreach(json, member, value)
    {
        if (refusal.error)
            break;
        refusal = join_member(member, value, out_join);
    }
    json_decref(json);
    if (!refusal.error && out_join->code && out_join->sso)
        refusal = refusal_field(ERROR_invalid_params, "sso", "a code or a log-in, not both");
    char **all[] = {&out_join->name, &out_join->code, &out_join->sso, &out_join->groups, &out_join->accept};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        if (!*all[i])
            *all[i] = memory_string("");
    return refusal;
}

void greeting_join_clear(struct greeting_join *join)
{
    free(join->name);
    free(join->code);
    free(join->sso);
    free(join->groups);
    free(join->accept);
    *join = (struct greeting_join){0};
}

static const char *field_of(const struct field_write *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].key, name) == 0 && fields[i].value_size)
            return fields[i].value;
    return NULL;
}

/* "fr en" as a list. */
static json_t *words_list(const char *words)
{
    json_t *list = json_array();
    for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
        size_t size = strcspn(words, " ");
        json_array_append_new(list, json_stringn(words, size));
        words += size;
    }
    return list;
}

void greeting_door(struct buffer *out, const char *session, const struct field_write *fields, size_t count)
{
    const char *locale = field_of(fields, count, "locale"), *brand = field_of(fields, count, "brand"),
               *languages = field_of(fields, count, "languages"), *state = field_of(fields, count, "state"),
               *join = field_of(fields, count, "join"), *groups = field_of(fields, count, "groups"),
               *terms = field_of(fields, count, "terms"), *ends_at = field_of(fields, count, "ends_at");
    json_t *door = json_pack("{s:s}", "id", session);
    json_object_set_new(door, "title", params_words_json(field_of(fields, count, "title")));
    json_object_set_new(door, "brief", params_words_json(field_of(fields, count, "brief")));
    json_object_set_new(door, "brand", json_string(brand ? brand : "default"));
    json_object_set_new(door, "locale", json_string(locale ? locale : "fr"));
    json_object_set_new(door, "languages", words_list(languages ? languages : locale ? locale : "fr"));
    json_object_set_new(door, "state", json_string(state ? state : "open"));
    if (field_of(fields, count, "simulated"))
        json_object_set_new(door, "simulated", json_true());
    json_object_set_new(door, "join", words_list(join ? join : ""));
    json_object_set_new(door, "groups", groups ? json_loads(groups, 0, NULL) : json_object());
    if (terms)
        json_object_set_new(door, "terms", json_loads(terms, 0, NULL));
    if (ends_at)
        json_object_set_new(door, "ends_at", json_integer(strtoll(ends_at, NULL, 10)));
    char *text CLEAN_FREE = json_dumps(door, JSON_COMPACT);
    buffer_add_string(out, text);
    json_decref(door);
}
