#include "cli/protocol_members.h"
#include "cli/protocol_schema.h"
#include "domain/limits.h"

#include <assert.h>
#include <string.h>

/* Where a member stands: `topic` is the topic of DOCUMENT and PATCH, NULL elsewhere. */
struct scope {
    const char *place, *topic;
    bool patch;
};

static json_t *text_schema(const struct member *member)
{
    json_t *schema = json_pack("{s:s}", "type", "string");
    if (member->limit > 0)
        json_object_set_new(schema, "maxLength", json_integer(member->limit));
    return schema;
}

static json_t *integer_schema(const struct member *member)
{
    json_t *schema = json_pack("{s:s}", "type", "integer");
    if (member->type == MEMBER_INTEGER)
        json_object_set_new(schema, "minimum", json_integer(protocol_least(member->limit_name)));
    if (member->limit > 0)
        json_object_set_new(schema, "maximum", json_integer(member->limit));
    return schema;
}

static json_t *value_schema(void)
{
    return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", (int)LIMIT_VALUE_LEAST, "maximum",
                     (int)LIMIT_VALUE);
}

static json_t *list_schema(const struct member *member, json_t *items)
{
    json_t *schema = json_pack("{s:s, s:o}", "type", "array", "items", items);
    if (member->limit > 0)
        json_object_set_new(schema, "maxItems", json_integer(member->limit));
    return schema;
}

static json_t *nullable(json_t *schema)
{
    return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
}

static json_t *map_of(const struct scope *scope, const char *names, json_t *values)
{
    return json_pack("{s:s, s:o, s:o}", "type", "object", "propertyNames",
                     schema_ref(scope->place, "%s", names), "additionalProperties",
                     scope->patch ? nullable(values) : values);
}

/* A text, or one for each language. */
static json_t *words_schema(const struct scope *scope, const struct member *member)
{
    return json_pack("{s:[o, o]}", "anyOf", text_schema(member),
                     map_of(scope, "language", text_schema(member)));
}

static json_t *choices_schema(const struct scope *scope, const struct member *member)
{
    json_t *list =
        json_pack("{s:s, s:o, s:i}", "type", "array", "items", schema_ref(scope->place, "id"), "minItems", 1);
    json_t *schema = map_of(scope, "id", scope->patch ? nullable(list) : list);
    if (!scope->patch)
        json_object_set_new(schema, "maxProperties", json_integer(member->limit));
    return schema;
}

/* A map holds its limit's number of entries; a patch to it also those that left. */
static json_t *map_schema(const struct scope *scope, const struct member *member, json_t *values)
{
    json_t *schema =
        json_pack("{s:s, s:o, s:o}", "type", "object", "propertyNames", schema_ref(scope->place, "id"),
                  "additionalProperties", scope->patch ? nullable(values) : values);
    if (member->limit > 0 && !scope->patch)
        json_object_set_new(schema, "maxProperties", json_integer(member->limit));
    return schema;
}

static json_t *container_schema(const struct scope *scope, const struct member *member)
{
    const char *place = scope->place, *patch = scope->patch ? "_patch" : "";
    switch (member->type) {
    case MEMBER_SHAPE: return schema_ref(place, "%s%s", member->of, patch);
    case MEMBER_BUDGET: return schema_ref(place, "budget");
    case MEMBER_LIST: return list_schema(member, schema_ref(place, "%s", member->of));
    case MEMBER_STRINGS: return list_schema(member, json_pack("{s:s}", "type", "string"));
    case MEMBER_MEDIA: return list_schema(member, schema_ref(place, "hash"));
    case MEMBER_WORD_LIST: return list_schema(member, schema_ref(place, "%s_word", member->of));
    case MEMBER_WORDS_OR_LIST:
        return json_pack("{s:[o, o]}", "anyOf", schema_ref(place, "%s_word", member->of),
                         list_schema(member, schema_ref(place, "%s_word", member->of)));
    case MEMBER_ROLES: return list_schema(member, schema_ref(place, "role"));
    case MEMBER_IDS: return list_schema(member, schema_ref(place, "id"));
    case MEMBER_GROUPS: return map_schema(scope, member, schema_ref(place, "id"));
    case MEMBER_CHOICES: return choices_schema(scope, member);
    case MEMBER_VALUE_WORDS: return map_schema(scope, member, words_schema(scope, member));
    case MEMBER_ELECTORATE: return schema_ref(place, "electorate%s", patch);
    case MEMBER_OUTCOME_RULE: return schema_ref(place, "outcome_rule%s", patch);
    case MEMBER_MAP: return map_schema(scope, member, schema_ref(place, "%s%s", member->of, patch));
    case MEMBER_VALUES: return map_schema(scope, member, value_schema());
    case MEMBER_DOCUMENT: return schema_ref(place, "topic_%s", scope->topic);
    case MEMBER_PATCH: return schema_ref(place, "topic_%s_patch", scope->topic);
    default: return NULL;
    }
}

static json_t *member_schema(const struct scope *scope, const struct member *member)
{
    const char *place = scope->place;
    switch (member->type) {
    case MEMBER_ID: return schema_ref(place, "id");
    case MEMBER_LINE:
    case MEMBER_TEXT:
    case MEMBER_STRING: return text_schema(member);
    case MEMBER_LINE_WORDS:
    case MEMBER_TEXT_WORDS: return words_schema(scope, member);
    case MEMBER_BOOLEAN: return json_pack("{s:s}", "type", "boolean");
    case MEMBER_TRUE: return json_pack("{s:b}", "const", 1);
    case MEMBER_DATE: return schema_ref(place, "date");
    case MEMBER_TOPIC: return schema_ref(place, "topic");
    case MEMBER_TOKEN: return schema_ref(place, "token");
    case MEMBER_EPOCH: return schema_ref(place, "epoch");
    case MEMBER_HASH: return schema_ref(place, "hash");
    case MEMBER_TIME: return schema_ref(place, "time");
    case MEMBER_INTEGER:
    case MEMBER_SIGNED: return integer_schema(member);
    case MEMBER_VALUE: return value_schema();
    case MEMBER_CONST: return json_pack("{s:s}", "const", member->of);
    case MEMBER_CHOICE:
    case MEMBER_WORD: return schema_ref(place, "%s_word", member->of);
    case MEMBER_ROLE: return schema_ref(place, "role");
    case MEMBER_POINTER: return json_pack("{s:s, s:s}", "type", "string", "pattern", "^(/([^~/]|~[01])*)*$");
    case MEMBER_ERROR: return schema_ref(place, "error_name");
    default: return container_schema(scope, member);
    }
}

static void members_add(const struct scope *scope, const struct member *members, json_t *properties,
                        json_t *required)
{
    for (const struct member *member = members; member->name; member++) {
        if (member->type == MEMBER_OTHERS)
            continue; /* shape_schema() */
        json_t *schema = member_schema(scope, member);
        assert(schema); /* a document outside of a notification */
        if (scope->patch)
            schema = nullable(schema);
        else if (*member->summary)
            json_object_set_new(schema, "description", json_string(member->summary));
        json_object_set_new(properties, member->name, schema);
        if (member->required && !scope->patch)
            json_array_append_new(required, json_string(member->name));
    }
}

static void shape_members_add(const struct scope *scope, const struct shape *shape, json_t *properties,
                              json_t *required)
{
    if (strcmp(shape->base, "NONE") != 0)
        shape_members_add(scope, protocol_shape(shape->base), properties, required);
    if (shape->members)
        members_add(scope, shape->members, properties, required);
    for (const char *const *option = shape->options; option && *option; option++)
        shape_members_add(scope, protocol_shape(*option), properties, required);
}

/* Takes both. */
static json_t *object_schema(const char *summary, json_t *properties, json_t *required)
{
    json_t *schema = json_pack("{s:s}", "type", "object");
    if (*summary)
        json_object_set_new(schema, "description", json_string(summary));
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    json_decref(required);
    json_object_set_new(schema, "additionalProperties", json_false());
    return schema;
}

json_t *member_object(const char *place, const struct member *members)
{
    struct scope scope = {.place = place};
    json_t *properties = json_object(), *required = json_array();
    members_add(&scope, members, properties, required);
    return object_schema("", properties, required);
}

static json_t *shape_schema(const struct scope *scope, const struct shape *shape)
{
    json_t *properties = json_object(), *required = json_array();
    shape_members_add(scope, shape, properties, required);
    json_t *schema = object_schema(scope->patch ? "" : shape->summary, properties, required);
    for (const struct member *member = shape->members; member && member->name; member++) {
        if (member->type != MEMBER_OTHERS)
            continue;
        json_t *others = schema_ref(scope->place, "%s%s", member->of, scope->patch ? "_patch" : "");
        json_object_set_new(schema, "propertyNames", schema_ref(scope->place, "id"));
        json_object_set_new(schema, "additionalProperties", scope->patch ? nullable(others) : others);
    }
    return schema;
}

json_t *member_shape(const char *place, const struct shape *shape)
{
    struct scope scope = {.place = place};
    if (!shape->options)
        return shape_schema(&scope, shape);
    json_t *options = json_array();
    for (const char *const *option = shape->options; *option; option++)
        json_array_append_new(options, schema_ref(place, "%s", *option));
    return json_pack("{s:s, s:o}", "description", shape->summary, "anyOf", options);
}

json_t *member_patch(const char *place, const struct shape *shape)
{
    struct scope scope = {.place = place, .patch = true};
    return shape_schema(&scope, shape);
}

json_t *member_shape_of_topic(const char *place, const struct shape *shape, const char *topic, json_t *name)
{
    struct scope scope = {.place = place, .topic = topic};
    json_t *schema = shape_schema(&scope, shape), *properties = json_object_get(schema, "properties");
    if (json_object_get(properties, "topic"))
        json_object_set_new(properties, "topic", name);
    else
        json_decref(name);
    return schema;
}
