#include "cli/protocol_openapi.h"
#include "cli/protocol_examples.h"
#include "cli/protocol_schema.h"
#include "cli/protocol_tables.h"
#include "domain/command.h"
#include "domain/error.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *parameter_ref(const char *name)
{
    char text[96];
    snprintf(text, sizeof(text), "#/components/parameters/%s", name);
    return json_pack("{s:s}", "$ref", text);
}

/* The statuses that the errors of errors.def have, each once, ascending. */
static size_t statuses(int out_statuses[ERROR_COUNT])
{
    size_t count = 0;
    for (int i = ERROR_none + 1; i < ERROR_COUNT; i++) {
        size_t at = 0;
        int status = error_status((enum error)i);
        while (at < count && out_statuses[at] < status)
            at++;
        if (at < count && out_statuses[at] == status)
            continue;
        memmove(out_statuses + at + 1, out_statuses + at, (count - at) * sizeof(*out_statuses));
        out_statuses[at] = status;
        count++;
    }
    return count;
}

/* Adds to an operation's responses a reference for each status that an error may have. */
static void problems_add(json_t *responses)
{
    int all[ERROR_COUNT];
    size_t count = statuses(all);
    for (size_t i = 0; i < count; i++) {
        char status[8], text[64];
        snprintf(status, sizeof(status), "%d", all[i]);
        snprintf(text, sizeof(text), "#/components/responses/problem_%d", all[i]);
        json_object_set_new(responses, status, json_pack("{s:s}", "$ref", text));
    }
}

static json_t *problem_response(int status)
{
    json_t *schemas = json_array(), *examples = json_object();
    for (int i = ERROR_none + 1; i < ERROR_COUNT; i++) {
        const char *name = error_name((enum error)i);
        if (error_status((enum error)i) != status)
            continue;
        json_array_append_new(schemas, schema_ref(SCHEMA_COMPONENTS, "problem_%s", name));
        json_t *example = example_load("errors", name);
        if (example)
            json_object_set_new(examples, name,
                                json_pack("{s:s, s:O}", "summary", error_message((enum error)i), "value",
                                          json_object_get(example, "problem")));
        json_decref(example);
    }
    json_t *schema = json_array_size(schemas) == 1 ? json_incref(json_array_get(schemas, 0))
                                                   : json_pack("{s:O}", "anyOf", schemas);
    json_decref(schemas);
    char description[64];
    snprintf(description, sizeof(description), "A problem document (RFC 9457) of status %d", status);
    return json_pack("{s:s, s:{s:{s:o, s:o}}}", "description", description, "content",
                     "application/problem+json", "schema", schema, "examples", examples);
}

static json_t *json_content(json_t *schema)
{
    return json_pack("{s:{s:o}}", "application/json", "schema", schema);
}

/* {"application/json": {schema, examples: {example: {summary, value}}}}; without examples where there is no
 * value. */
static json_t *content_with_example(json_t *schema, const char *summary, const json_t *value)
{
    json_t *content = json_content(schema);
    if (value)
        json_object_set_new(json_object_get(content, "application/json"), "examples",
                            json_pack("{s:{s:s, s:O}}", "example", "summary", summary, "value", value));
    return content;
}

/* Takes the content, which may be NULL. */
static json_t *response(const char *description, json_t *content)
{
    json_t *made = json_pack("{s:s}", "description", description);
    if (content)
        json_object_set_new(made, "content", content);
    return made;
}

/* Takes parameters, body and responses; the first two may be NULL. */
static json_t *operation(const char *id, const char *tag, const char *summary, json_t *parameters,
                         json_t *body, json_t *responses)
{
    json_t *made = json_pack("{s:s, s:s, s:[s]}", "operationId", id, "summary", summary, "tags", tag);
    if (parameters)
        json_object_set_new(made, "parameters", parameters);
    if (body)
        json_object_set_new(made, "requestBody", body);
    json_object_set_new(made, "responses", responses);
    return made;
}

/* Where a session is open to anyone, who reads needs no token. */
static json_t *with_or_without_token(void)
{
    return json_pack("[{s:[]}, {}]", "token");
}

static void command_path_add(json_t *paths, const struct protocol_command *command)
{
    json_t *example = example_load("commands", command->name);
    const char *summary = json_string_value(json_object_get(example, "summary"));
    const json_t *params = json_object_get(json_object_get(example, "request"), "params");
    const json_t *result = json_object_get(json_object_get(example, "response"), "result");

    bool required = false;
    for (const struct member *param = command->params; param->name; param++)
        required |= param->required;
    json_t *body = json_pack(
        "{s:b, s:o}", "required", required, "content",
        content_with_example(schema_ref(SCHEMA_COMPONENTS, "%s_params", command->name), summary, params));
    json_t *parameters = json_pack("[o]", parameter_ref("session"));
    if (command->effect == WRITE)
        json_array_append_new(parameters, parameter_ref("idempotency_key"));
    json_t *responses = json_pack(
        "{s:o}", "200",
        response("Done", content_with_example(schema_ref(SCHEMA_COMPONENTS, "%s_result", command->name),
                                              summary, result)));
    problems_add(responses);
    char path[96];
    snprintf(path, sizeof(path), "/api/v1/sessions/{session}/%s", command->name);
    json_t *post = operation(command->name, "commands", command->summary, parameters, body, responses);
    if (command->effect == READ)
        json_object_set_new(post, "security", with_or_without_token());
    json_object_set_new(paths, path, json_pack("{s:o}", "post", post));
    json_decref(example);
}

/* The params of a snapshot or of a delta, of any topic, each with the example of its topic. */
static json_t *topic_content(void)
{
    json_t *options = json_array(), *examples = json_object();
    for (const struct protocol_topic *topic = protocol_topics; topic->name; topic++) {
        static const char *const kinds[] = {"snapshot", "delta"};
        json_t *example = example_load("topics", topic->name);
        for (size_t i = 0; i < 2; i++) {
            char name[64];
            snprintf(name, sizeof(name), "%s_%s", kinds[i], topic->name);
            json_array_append_new(options, schema_ref(SCHEMA_COMPONENTS, "%s", name));
            const json_t *params = json_object_get(json_object_get(example, kinds[i]), "params");
            if (params)
                json_object_set_new(examples, name,
                                    json_pack("{s:s, s:O}", "summary", topic->summary, "value", params));
        }
        json_decref(example);
    }
    return json_pack("{s:{s:{s:o}, s:o}}", "application/json", "schema", "anyOf", options, "examples",
                     examples);
}

static void topic_path_add(json_t *paths)
{
    json_t *parameters = json_pack("[o,o,o,o]", parameter_ref("session"), parameter_ref("topic"),
                                   parameter_ref("since"), parameter_ref("if_none_match"));
    json_t *shown = response("The params of a snapshot; with `since`, those of the delta where it reaches",
                             topic_content());
    json_object_set_new(shown, "headers",
                        json_pack("{s:{s:s, s:{s:s}}, s:{s:s, s:{s:s}}, s:{s:s, s:{s:s}}}", "ETag",
                                  "description", "the position, quoted: \"<epoch>:<v>\"", "schema", "type",
                                  "string", "Cache-Control", "description", "private", "schema", "type",
                                  "string", "Vary", "description", "Authorization", "schema", "type",
                                  "string"));
    json_t *responses =
        json_pack("{s:o, s:o}", "200", shown, "304", response("Nothing changed since If-None-Match", NULL));
    problems_add(responses);
    json_t *get = operation("topic_get", "topics", "A topic as it is, or what changed in it", parameters,
                            NULL, responses);
    json_object_set_new(get, "security", with_or_without_token());
    json_object_set_new(paths, "/api/v1/sessions/{session}/topics/{topic}", json_pack("{s:o}", "get", get));
}

static void session_paths_add(json_t *paths)
{
    json_t *responses = json_pack(
        "{s:o}", "201", response("Created", json_content(schema_ref(SCHEMA_COMPONENTS, "session_created"))));
    problems_add(responses);
    json_t *body = json_pack("{s:b, s:o}", "required", 1, "content",
                             json_content(schema_ref(SCHEMA_COMPONENTS, "session_file")));
    json_object_set_new(paths, "/api/v1/sessions",
                        json_pack("{s:o}", "post",
                                  operation("session_create", "sessions",
                                            "Creates a session from a session file (admin; no pictures)",
                                            NULL, body, responses)));

    responses = json_pack("{s:o}", "200",
                          response("The door", json_content(schema_ref(SCHEMA_COMPONENTS, "session_door"))));
    problems_add(responses);
    json_t *door =
        operation("session_door", "sessions", "What a session is, to ask before anyone is anyone in it",
                  json_pack("[o]", parameter_ref("session")), NULL, responses);
    json_object_set_new(door, "security", json_array());
    json_object_set_new(paths, "/api/v1/sessions/{session}", json_pack("{s:o}", "get", door));

    responses =
        json_pack("{s:o}", "201", response("Joined", json_content(schema_ref(SCHEMA_COMPONENTS, "joined"))));
    problems_add(responses);
    body = json_pack("{s:b, s:o}", "required", 0, "content",
                     json_content(schema_ref(SCHEMA_COMPONENTS, "join_params")));
    json_t *join = operation(
        "session_join", "sessions",
        "Becomes a participant: by a link, a code or a log-in of the brand; with a token, one known better",
        json_pack("[o]", parameter_ref("session")), body, responses);
    json_object_set_new(join, "security", with_or_without_token());
    json_object_set_new(paths, "/api/v1/sessions/{session}/join", json_pack("{s:o}", "post", join));
}

/* What the server has for anyone: Takes the responses. */
static void open_path_add(json_t *paths, const char *path, const char *id, const char *summary,
                          json_t *parameters, json_t *responses)
{
    json_t *get = operation(id, "server", summary, parameters, NULL, responses);
    json_object_set_new(get, "security", json_array());
    json_object_set_new(paths, path, json_pack("{s:o}", "get", get));
}

static json_t *problem_ref(int status)
{
    char text[64];
    snprintf(text, sizeof(text), "#/components/responses/problem_%d", status);
    return json_pack("{s:s}", "$ref", text);
}

static void server_paths_add(json_t *paths)
{
    open_path_add(paths, "/api/v1/about", "about", "What this server is", NULL,
                  json_pack("{s:o}", "200",
                            response("This server", json_content(schema_ref(SCHEMA_COMPONENTS, "about")))));
    open_path_add(paths, "/demo.json", "demo", "The sessions of --demo and their links", NULL,
                  json_pack("{s:o, s:o}", "200",
                            response("The demo", json_content(schema_ref(SCHEMA_COMPONENTS, "demo"))), "404",
                            problem_ref(404)));
    json_t *picture = json_object();
    static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};
    for (size_t i = 0; i < 3; i++)
        json_object_set_new(picture, types[i], json_object());
    open_path_add(paths, "/media/{session}/{hash}", "media", "A picture, immutable",
                  json_pack("[o,o]", parameter_ref("session"), parameter_ref("hash")),
                  json_pack("{s:o, s:o, s:o}", "200", response("The picture", picture), "404",
                            problem_ref(404), "503", problem_ref(503)));
    open_path_add(paths, "/healthz", "healthz", "Whether this process lives", NULL,
                  json_pack("{s:o}", "200",
                            response("It does", json_content(schema_ref(SCHEMA_COMPONENTS, "health")))));
    open_path_add(paths, "/readyz", "readyz", "Whether this server can serve: its store answers", NULL,
                  json_pack("{s:o, s:o}", "200",
                            response("It can", json_content(schema_ref(SCHEMA_COMPONENTS, "health"))), "503",
                            problem_ref(503)));
    open_path_add(
        paths, "/metrics", "metrics", "Metrics in the text format of Prometheus", NULL,
        json_pack("{s:o}", "200",
                  response("Metrics", json_pack("{s:{s:{s:s}}}", "text/plain", "schema", "type", "string"))));
}

static json_t *parameter(const char *name, const char *in, const char *description, json_t *schema)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", name, "in", in, "description", description,
                     "required", strcmp(in, "path") == 0, "schema", schema);
}

static json_t *parameters_made(void)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "session",
        parameter("session", "path", "the session", schema_ref(SCHEMA_COMPONENTS, "id")), "topic",
        parameter("topic", "path", "a topic, for example ideas:c1:top",
                  schema_ref(SCHEMA_COMPONENTS, "topic")),
        "hash", parameter("hash", "path", "the picture's digest", schema_ref(SCHEMA_COMPONENTS, "hash")),
        "since",
        parameter("since", "query", "the position this client holds: <epoch>:<v>",
                  json_pack("{s:s, s:s}", "type", "string", "pattern", "^[^:]+:\\d+$")),
        "if_none_match",
        parameter("If-None-Match", "header", "an ETag", json_pack("{s:s}", "type", "string")),
        "idempotency_key",
        parameter("Idempotency-Key", "header", "the same as `key`", schema_ref(SCHEMA_COMPONENTS, "key")));
}

static json_t *responses_made(void)
{
    json_t *responses = json_object();
    int all[ERROR_COUNT];
    size_t count = statuses(all);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "problem_%d", all[i]);
        json_object_set_new(responses, name, problem_response(all[i]));
    }
    return responses;
}

json_t *openapi_document(void)
{
    json_t *paths = json_object();
    session_paths_add(paths);
    topic_path_add(paths);
    for (const struct protocol_command *command = protocol_commands; command->name; command++)
        if (command->doors & DOOR_HTTP)
            command_path_add(paths, command);
    server_paths_add(paths);

    json_t *components = json_pack("{s:{s:{s:s, s:s, s:s, s:s}}, s:o, s:o}", "securitySchemes", "token",
                                   "type", "http", "scheme", "bearer", "bearerFormat", "PASETO v4.public",
                                   "description", "a session's token, or an admin's", "parameters",
                                   parameters_made(), "responses", responses_made());
    json_t *document = json_pack(
        "{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s, s:s}], s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, "
        "s:s}], "
        "s:[{s:[]}], s:o, s:o}",
        "openapi", "3.1.0", "info", "title", "Palabre", "version", PROTOCOL_VERSION, "description",
        "Palabre over HTTP: the commands and topics of the WebSocket. Refusals are RFC 9457 problem "
        "documents.",
        "license", "name", "Apache-2.0", "url", "https://www.apache.org/licenses/LICENSE-2.0", "servers",
        "url", "/", "description", "this server", "tags", "name", "sessions", "description",
        "Making and joining sessions", "name", "topics", "description", "What can be watched", "name",
        "commands", "description", "What can be asked for", "name", "server", "description",
        "About the server itself", "security", "token", "paths", paths, "components", components);
    assert(document);
    json_t *definitions = schema_definitions(SCHEMA_COMPONENTS);
    schema_prune(definitions, document, SCHEMA_COMPONENTS);
    json_object_set_new(components, "schemas", definitions);
    return document;
}
