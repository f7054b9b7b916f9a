#include "cli/protocol_schema.h"
#include "base/buffer.h"
#include "cli/protocol_members.h"
#include "cli/protocol_tables.h"
#include "domain/command.h"
#include "domain/error.h"
#include "domain/words.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

json_t *schema_ref(const char *place, const char *name, ...)
{
    char text[160];
    int size = snprintf(text, sizeof(text), "%s", place);
    va_list list;
    va_start(list, name);
    vsnprintf(text + size, sizeof(text) - (size_t)size, name, list);
    va_end(list);
    return json_pack("{s:s}", "$ref", text);
}

/* Adds a definition whose name is made from two words; each name is used once. */
static void definition_add(json_t *definitions, const char *head, const char *tail, json_t *definition)
{
    char name[96];
    snprintf(name, sizeof(name), "%s%s", head, tail);
    assert(definition && !json_object_get(definitions, name));
    json_object_set_new(definitions, name, definition);
}

static json_t *words_schema(enum words set)
{
    json_t *names = json_array();
    for (size_t i = 0; i < words_count(set); i++)
        json_array_append_new(names, json_string(word_name(set, (int)i)));
    return json_pack("{s:s, s:o}", "type", "string", "enum", names);
}

/* What the name of a topic looks like, without ^ and $. */
static void topic_pattern(struct buffer *out, const struct protocol_topic *topic)
{
    buffer_add_string(out, topic->name);
    if (topic->challenge || topic->idea)
        buffer_add_string(out, ":[a-z][a-z0-9-]{0,31}");
    if (!topic->ordered)
        return;
    for (size_t i = 0; i < words_count(WORDS_order); i++)
        buffer_print(out, "%s%s", i == 0 ? ":(" : "|", word_name(WORDS_order, (int)i));
    buffer_add_char(out, ')');
}

static json_t *topic_schema(const struct protocol_topic *only)
{
    struct buffer pattern CLEAN_BUFFER = {0};
    for (const struct protocol_topic *topic = only ? only : protocol_topics; topic->name; topic++) {
        buffer_add_string(&pattern, pattern.size == 0 ? "^(" : "|");
        topic_pattern(&pattern, topic);
        if (only)
            break;
    }
    buffer_add_string(&pattern, ")$");
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern.bytes);
}

static void basics_add(json_t *definitions)
{
    static const char date[] =
        "^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$";
    definition_add(definitions, "id", "",
                   json_pack("{s:s, s:s}", "type", "string", "pattern", "^[a-z][a-z0-9-]{0,31}$"));
    definition_add(definitions, "language", "",
                   json_pack("{s:s, s:s, s:s}", "type", "string", "pattern",
                             "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "description", "BCP 47"));
    definition_add(definitions, "hash", "",
                   json_pack("{s:s, s:s, s:s}", "type", "string", "pattern", "^[0-9a-f]{64}$", "description",
                             "BLAKE2b-256 in hex"));
    definition_add(definitions, "time", "",
                   json_pack("{s:s, s:i, s:s}", "type", "integer", "minimum", 0, "description",
                             "milliseconds since 1970 (UTC)"));
    definition_add(definitions, "date", "",
                   json_pack("{s:s, s:s, s:s}", "type", "string", "pattern", date, "description",
                             "RFC 3339, with an offset"));
    definition_add(definitions, "token", "",
                   json_pack("{s:s, s:i}", "type", "string", "maxLength", LIMIT_TOKEN));
    definition_add(definitions, "key", "",
                   json_pack("{s:s, s:i, s:i, s:s}", "type", "string", "minLength", 1, "maxLength", LIMIT_KEY,
                             "description",
                             "made by the client: the same key with the same "
                             "parameters gives the first answer again"));
    definition_add(definitions, "epoch", "",
                   json_pack("{s:s, s:i, s:s}", "type", "string", "maxLength", 64, "description",
                             "opaque; kept together with the version"));
    definition_add(definitions, "topic", "", topic_schema(NULL));
    definition_add(definitions, "call_id", "",
                   json_pack("{s:[s,s,s], s:s}", "type", "string", "number", "null", "description",
                             "without one a call is not answered"));
    json_t *roles = json_array(), *errors = json_array();
    for (int i = 0; i < ROLE_COUNT; i++)
        json_array_append_new(roles, json_string(role_name((enum role)i)));
    for (int i = ERROR_none + 1; i < ERROR_COUNT; i++)
        json_array_append_new(errors, json_string(error_name((enum error)i)));
    definition_add(definitions, "role", "", json_pack("{s:s, s:o}", "type", "string", "enum", roles));
    definition_add(definitions, "error_name", "", json_pack("{s:s, s:o}", "type", "string", "enum", errors));
    for (int i = 0; i < WORDS_COUNT; i++)
        definition_add(definitions, words_name((enum words)i), "_word", words_schema((enum words)i));
}

static bool shape_is_notification(const struct shape *shape)
{
    return strncmp(shape->name, "notification_", strlen("notification_")) == 0;
}

static void shapes_add(json_t *definitions, const char *place)
{
    for (const struct shape *shape = protocol_shapes; shape->name; shape++) {
        if (shape_is_notification(shape))
            continue;
        definition_add(definitions, shape->name, "", member_shape(place, shape));
        definition_add(definitions, shape->name, "_patch", member_patch(place, shape));
    }
}

static json_t *message_schema(const char *method, json_t *params)
{
    return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:o}, s:[s,s,s], s:b}", "type", "object", "properties",
                     "jsonrpc", "const", "2.0", "method", "const", method, "params", params, "required",
                     "jsonrpc", "method", "params", "additionalProperties", 0);
}

/* snapshot, and where a document is in it also snapshot_session, snapshot_ideas ...: one for each topic. */
static void notifications_add(json_t *definitions, const char *place)
{
    json_t *all = json_array();
    for (const struct protocol_notification *row = protocol_notifications; row->name; row++) {
        char name[64];
        snprintf(name, sizeof(name), "notification_%s", row->name);
        const struct shape *shape = protocol_shape(name);
        json_t *options = json_array();
        for (const struct protocol_topic *topic = protocol_topics; row->topical && topic->name; topic++) {
            snprintf(name, sizeof(name), "%s_%s", row->name, topic->name);
            json_t *params = member_shape_of_topic(place, shape, topic->name, topic_schema(topic));
            definition_add(definitions, name, "", params);
            json_array_append_new(options, schema_ref(place, "%s", name));
        }
        if (row->topical)
            definition_add(definitions, row->name, "",
                           json_pack("{s:s, s:O}", "description", row->summary, "anyOf", options));
        else
            definition_add(definitions, row->name, "", member_shape(place, shape));
        json_decref(options);
        definition_add(definitions, "notification_", row->name,
                       message_schema(row->name, schema_ref(place, "%s", row->name)));
        json_array_append_new(all, schema_ref(place, "notification_%s", row->name));
    }
    definition_add(definitions, "notification", "", json_pack("{s:o}", "anyOf", all));
}

static bool members_need_nothing(const struct member *members)
{
    for (; members->name; members++)
        if (members->required)
            return false;
    return true;
}

static void command_add(json_t *definitions, const char *place, const struct protocol_command *command)
{
    json_t *params = member_object(place, command->params);
    if (command->effect == WRITE)
        json_object_set_new(json_object_get(params, "properties"), "key", schema_ref(place, "key"));
    json_object_set_new(params, "description", json_string(command->summary));
    definition_add(definitions, command->name, "_params", params);
    definition_add(definitions, command->name, "_result", member_object(place, command->result));

    json_t *request = message_schema(command->name, schema_ref(place, "%s_params", command->name));
    json_object_set_new(json_object_get(request, "properties"), "id", schema_ref(place, "call_id"));
    if (members_need_nothing(command->params))
        json_array_remove(json_object_get(request, "required"), 2);
    definition_add(definitions, command->name, "_request", request);

    json_t *answer = json_pack("{s:s, s:{s:{s:s}, s:o, s:o}, s:[s,s,s], s:b}", "type", "object", "properties",
                               "jsonrpc", "const", "2.0", "id", schema_ref(place, "call_id"), "result",
                               schema_ref(place, "%s_result", command->name), "required", "jsonrpc", "id",
                               "result", "additionalProperties", 0);
    definition_add(definitions, command->name, "_answer", answer);
    definition_add(definitions, command->name, "_response",
                   json_pack("{s:[o,o]}", "anyOf", schema_ref(place, "%s_answer", command->name),
                             schema_ref(place, "error_response")));
}

static void commands_add(json_t *definitions, const char *place)
{
    json_t *requests = json_array(), *responses = json_array();
    for (const struct protocol_command *command = protocol_commands; command->name; command++) {
        command_add(definitions, place, command);
        json_array_append_new(requests, schema_ref(place, "%s_request", command->name));
        json_array_append_new(responses, schema_ref(place, "%s_response", command->name));
    }
    definition_add(definitions, "request", "", json_pack("{s:o}", "anyOf", requests));
    definition_add(definitions, "response", "", json_pack("{s:o}", "anyOf", responses));
    definition_add(definitions, "client_message", "",
                   json_pack("{s:[o,{s:s, s:o, s:i, s:i}]}", "anyOf", schema_ref(place, "request"), "type",
                             "array", "items", schema_ref(place, "request"), "minItems", 1, "maxItems",
                             LIMIT_BATCH));
    definition_add(definitions, "server_message", "",
                   json_pack("{s:[o,o,{s:s, s:o, s:i, s:i}]}", "anyOf", schema_ref(place, "notification"),
                             schema_ref(place, "response"), "type", "array", "items",
                             schema_ref(place, "response"), "minItems", 1, "maxItems", LIMIT_BATCH));
}

/* What an error must say beside its name. */
static json_t *error_required(const char *error, json_t *required)
{
    for (const struct protocol_says *row = protocol_says; row->error; row++)
        if (strcmp(row->error, error) == 0)
            json_array_append_new(required, json_string(row->member));
    return required;
}

static void error_add(json_t *definitions, const char *place, enum error error)
{
    const char *name = error_name(error);
    json_t *data = json_pack("{s:{s:{s:s}}, s:o}", "properties", "name", "const", name, "required",
                             error_required(name, json_pack("[s]", "name")));
    definition_add(definitions, "error_", name,
                   json_pack("{s:[o], s:{s:{s:i}, s:{s:s}, s:o}}", "allOf", schema_ref(place, "error_object"),
                             "properties", "code", "const", error_code(error), "message", "const",
                             error_message(error), "data", data));
    char type[96];
    snprintf(type, sizeof(type), "urn:palabre:error:%s", name);
    json_t *problem =
        json_pack("{s:[o], s:{s:{s:s}, s:{s:s}, s:{s:i}, s:{s:i}, s:{s:s}}}", "allOf",
                  schema_ref(place, "problem_object"), "properties", "type", "const", type, "title", "const",
                  error_message(error), "status", "const", error_status(error), "code", "const",
                  error_code(error), "name", "const", name);
    json_t *required = error_required(name, json_array());
    if (json_array_size(required) > 0)
        json_object_set(problem, "required", required);
    json_decref(required);
    definition_add(definitions, "problem_", name, problem);
}

static void errors_add(json_t *definitions, const char *place)
{
    definition_add(definitions, "error_object", "",
                   json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:o}, s:[s,s,s], s:b}", "type", "object",
                             "properties", "code", "type", "integer", "message", "type", "string", "data",
                             schema_ref(place, "error_data"), "required", "code", "message", "data",
                             "additionalProperties", 0));
    json_t *problem =
        json_pack("{s:s, s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}, s:[s,s,s,s,s], s:b}", "type", "object",
                  "description", "an RFC 9457 problem document", "properties", "type", "type", "string",
                  "title", "type", "string", "status", "type", "integer", "code", "type", "integer",
                  "required", "type", "title", "status", "code", "name", "additionalProperties", 0);
    json_t *data = member_shape(place, protocol_shape("error_data"));
    json_object_update(json_object_get(problem, "properties"), json_object_get(data, "properties"));
    json_decref(data);
    definition_add(definitions, "problem_object", "", problem);

    json_t *errors = json_array(), *problems = json_array();
    for (int i = ERROR_none + 1; i < ERROR_COUNT; i++) {
        error_add(definitions, place, (enum error)i);
        json_array_append_new(errors, schema_ref(place, "error_%s", error_name((enum error)i)));
        json_array_append_new(problems, schema_ref(place, "problem_%s", error_name((enum error)i)));
    }
    definition_add(definitions, "error", "", json_pack("{s:o}", "anyOf", errors));
    definition_add(definitions, "problem", "", json_pack("{s:o}", "anyOf", problems));
    definition_add(definitions, "error_response", "",
                   json_pack("{s:s, s:{s:{s:s}, s:o, s:o}, s:[s,s,s], s:b}", "type", "object", "properties",
                             "jsonrpc", "const", "2.0", "id", schema_ref(place, "call_id"), "error",
                             schema_ref(place, "error"), "required", "jsonrpc", "id", "error",
                             "additionalProperties", 0));
}

/* Notes in `names` every definition that `value` refers to, and those that these refer to. */
static void schema_reach(const json_t *value, const json_t *definitions, const char *place, json_t *names)
{
    const char *key;
    json_t *item;
    size_t i;
    json_array_foreach(value, i, item) schema_reach(item, definitions, place, names);
    json_object_foreach((json_t *)value, key, item)
    {
        const char *target = strcmp(key, "$ref") == 0 ? json_string_value(item) : NULL;
        if (!target) {
            schema_reach(item, definitions, place, names);
            continue;
        }
        if (strncmp(target, place, strlen(place)) != 0 || json_object_get(names, target + strlen(place)))
            continue;
        const json_t *definition = json_object_get(definitions, target + strlen(place));
        assert(definition); /* a reference to nothing */
        json_object_set_new(names, target + strlen(place), json_true());
        schema_reach(definition, definitions, place, names);
    }
}

void schema_prune(json_t *definitions, const json_t *document, const char *place)
{
    json_t *names = json_object();
    schema_reach(document, definitions, place, names);
    const char *name;
    json_t *definition;
    void *next;
    json_object_foreach_safe(definitions, next, name, definition) if (!json_object_get(names, name))
        json_object_del(definitions, name);
    json_decref(names);
}

json_t *schema_definitions(const char *place)
{
    json_t *definitions = json_object();
    basics_add(definitions);
    shapes_add(definitions, place);
    commands_add(definitions, place);
    notifications_add(definitions, place);
    errors_add(definitions, place);
    return definitions;
}

/* What is used of patches is known only once all is there: those of shapes that no topic holds go. */
static void patches_prune(json_t *definitions)
{
    json_t *roots = json_array();
    const char *name;
    json_t *definition;
    json_object_foreach(definitions, name, definition)
    {
        size_t size = strlen(name), tail = strlen("_patch");
        if (size < tail || strcmp(name + size - tail, "_patch") != 0)
            json_array_append_new(roots, schema_ref(SCHEMA_DEFS, "%s", name));
    }
    schema_prune(definitions, roots, SCHEMA_DEFS);
    json_decref(roots);
}

json_t *schema_document(void)
{
    static const char *const effects[] = {[WRITE] = "write", [READ] = "read", [CONNECTION] = "connection"};
    json_t *definitions = schema_definitions(SCHEMA_DEFS), *limits = json_object();
    patches_prune(definitions);
    for (const struct protocol_limit *limit = protocol_limits; limit->name; limit++)
        json_object_set_new(limits, limit->name, json_integer(limit->value));
    json_t *topics = json_object(), *commands = json_object();
    for (const struct protocol_topic *topic = protocol_topics; topic->name; topic++)
        json_object_set_new(topics, topic->name, topic_schema(topic));
    for (const struct protocol_command *command = protocol_commands; command->name; command++)
        json_object_set_new(commands, command->name, json_string(effects[command->effect]));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:[o,o], s:o}", "$schema",
        "https://json-schema.org/draft/2020-12/schema", "$id", "urn:palabre:protocol:" PROTOCOL_VERSION,
        "title", "Palabre protocol, version " PROTOCOL_VERSION, "description",
        "Every message of the WebSocket, every document and every answer; made from the tables of protocol/",
        "x-limits", limits, "x-commands", commands, "x-topics", topics, "anyOf",
        schema_ref(SCHEMA_DEFS, "client_message"), schema_ref(SCHEMA_DEFS, "server_message"), "$defs",
        definitions);
}
