#include "cli/protocol_asyncapi.h"
#include "cli/protocol_examples.h"
#include "cli/protocol_schema.h"
#include "cli/protocol_tables.h"
#include "domain/command.h"
#include "domain/error.h"

#include <assert.h>
#include <stdio.h>

static json_t *message_ref(const char *name, const char *tail)
{
    char text[128];
    snprintf(text, sizeof(text), "#/components/messages/%s%s", name, tail);
    return json_pack("{s:s}", "$ref", text);
}

static json_t *channel_message_ref(const char *name, const char *tail)
{
    char text[128];
    snprintf(text, sizeof(text), "#/channels/palabre/messages/%s%s", name, tail);
    return json_pack("{s:s}", "$ref", text);
}

static void example_add(json_t *examples, const char *summary, const json_t *payload)
{
    if (payload)
        json_array_append_new(examples, json_pack("{s:s, s:O}", "summary", summary, "payload", payload));
}

/* The member `which` (request, response) of a command's example and of its variants; errors are a message of
 * their own. */
static json_t *command_examples(const json_t *example, const char *which)
{
    json_t *examples = json_array(), *variant;
    size_t i;
    example_add(examples, json_string_value(json_object_get(example, "summary")),
                json_object_get(example, which));
    json_array_foreach(json_object_get(example, "also"), i, variant)
    {
        const json_t *payload = json_object_get(variant, which);
        if (!json_object_get(payload, "error"))
            example_add(examples, json_string_value(json_object_get(variant, "summary")), payload);
    }
    return examples;
}

static json_t *message(const char *name, const char *tail, const char *summary, json_t *examples)
{
    char title[128];
    snprintf(title, sizeof(title), "%s%s", name, tail);
    json_t *made = json_pack("{s:s, s:s, s:s, s:o}", "name", title, "summary", summary, "contentType",
                             "application/json", "payload", schema_ref(SCHEMA_COMPONENTS, "%s", title));
    if (json_array_size(examples) > 0)
        json_object_set(made, "examples", examples);
    json_decref(examples);
    return made;
}

static void object_add(json_t *object, const char *name, const char *tail, json_t *value)
{
    char key[128];
    snprintf(key, sizeof(key), "%s%s", name, tail);
    json_object_set_new(object, key, value);
}

/* A command: what the server receives, and what it replies. */
static void command_add(const struct protocol_command *command, json_t *channel, json_t *messages,
                        json_t *operations)
{
    json_t *example = example_load("commands", command->name);
    object_add(messages, command->name, "_request",
               message(command->name, "_request", command->summary, command_examples(example, "request")));
    object_add(messages, command->name, "_answer",
               message(command->name, "_answer", "The answer", command_examples(example, "response")));
    json_decref(example);
    object_add(channel, command->name, "_request", message_ref(command->name, "_request"));
    object_add(channel, command->name, "_answer", message_ref(command->name, "_answer"));
    json_object_set_new(operations, command->name,
                        json_pack("{s:s, s:{s:s}, s:s, s:[o], s:{s:{s:s}, s:[o,o]}}", "action", "receive",
                                  "channel", "$ref", "#/channels/palabre", "summary", command->summary,
                                  "messages", channel_message_ref(command->name, "_request"), "reply",
                                  "channel", "$ref", "#/channels/palabre", "messages",
                                  channel_message_ref(command->name, "_answer"),
                                  channel_message_ref("error", "_response")));
}

/* What any command may be answered instead. */
static void errors_add(json_t *channel, json_t *messages)
{
    json_t *examples = json_array();
    for (int i = ERROR_none + 1; i < ERROR_COUNT; i++) {
        json_t *example = example_load("errors", error_name((enum error)i));
        json_t *payload = example ? json_pack("{s:s, s:i, s:O}", "jsonrpc", "2.0", "id", 1, "error",
                                              json_object_get(example, "error"))
                                  : NULL;
        example_add(examples, error_message((enum error)i), payload);
        json_decref(payload);
        json_decref(example);
    }
    json_object_set_new(messages, "error_response", message("error", "_response", "A refusal", examples));
    json_object_set_new(channel, "error_response", message_ref("error", "_response"));
}

static void notification_add(const struct protocol_notification *row, json_t *channel, json_t *messages,
                             json_t *operations)
{
    char schema[64];
    snprintf(schema, sizeof(schema), "notification_%s", row->name);
    json_t *examples = json_array(), *example = example_load("notifications", row->name), *variant;
    size_t i;
    example_add(examples, json_string_value(json_object_get(example, "summary")),
                json_object_get(example, "message"));
    json_array_foreach(json_object_get(example, "also"), i, variant)
        example_add(examples, json_string_value(json_object_get(variant, "summary")),
                    json_object_get(variant, "message"));
    for (const struct protocol_topic *topic = protocol_topics; row->topical && topic->name; topic++) {
        json_t *shown = example_load("topics", topic->name);
        example_add(examples, topic->summary, json_object_get(shown, row->name));
        json_decref(shown);
    }
    json_decref(example);
    json_object_set_new(messages, schema, message(schema, "", row->summary, examples));
    json_object_set_new(channel, schema, message_ref(schema, ""));
    json_object_set_new(operations, row->name,
                        json_pack("{s:s, s:{s:s}, s:s, s:[o]}", "action", "send", "channel", "$ref",
                                  "#/channels/palabre", "summary", row->summary, "messages",
                                  channel_message_ref(schema, "")));
}

json_t *asyncapi_document(void)
{
    json_t *channel = json_object(), *messages = json_object(), *operations = json_object();
    for (const struct protocol_command *command = protocol_commands; command->name; command++)
        if (command->doors & DOOR_WEBSOCKET)
            command_add(command, channel, messages, operations);
    errors_add(channel, messages);
    for (const struct protocol_notification *row = protocol_notifications; row->name; row++)
        notification_add(row, channel, messages, operations);
    json_t *definitions = schema_definitions(SCHEMA_COMPONENTS);
    schema_prune(definitions, messages, SCHEMA_COMPONENTS);
    json_t *document = json_pack(
        "{s:s, s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:s, s:{s:{s:s, s:s, s:s}}, s:{s:{s:s, s:s, s:o, "
        "s:{s:{s:s}}}}, s:o, "
        "s:{s:o, s:o}}",
        "asyncapi", "3.0.0", "id", "urn:palabre:protocol:" PROTOCOL_VERSION, "info", "title", "Palabre",
        "version", PROTOCOL_VERSION, "description",
        "Palabre over WebSocket: JSON-RPC 2.0 in text frames, subprotocol palabre.v1. The first call is "
        "hello; batches "
        "hold at most 16 calls.",
        "license", "name", "Apache-2.0", "url", "https://www.apache.org/licenses/LICENSE-2.0",
        "defaultContentType", "application/json", "servers", "local", "host", "localhost:7700", "protocol",
        "ws", "description", "palabre serve, unless told otherwise", "channels", "palabre", "address", "/ws",
        "description", "The one socket of a page", "messages", channel, "bindings", "ws", "method", "GET",
        "operations", operations, "components", "messages", messages, "schemas", definitions);
    assert(document);
    return document;
}
