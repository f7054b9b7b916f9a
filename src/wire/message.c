#include "wire/message.h"
#include "base/memory.h"
#include "wire/params.h"

#include <string.h>

#define JSON_COMPACT_TEXT (JSON_COMPACT | JSON_ENCODE_ANY)

static bool is_id(const json_t *id)
{
    return json_is_string(id) || json_is_number(id) || json_is_null(id);
}

/* What the envelope says; the command's own parameters come after. */
static struct refusal parse_envelope(const json_t *json, struct message_call *call, const json_t **out_params)
{
    if (!json_is_object(json))
        return refusal_field(ERROR_invalid_request, "", "an object");
    const json_t *id = json_object_get(json, "id");
    if (id && !is_id(id))
        return refusal_field(ERROR_invalid_request, "id", "a string or a number");
    if (id) {
        free(call->id);
        call->id = json_dumps(id, JSON_COMPACT_TEXT);
    }
    const json_t *version = json_object_get(json, "jsonrpc"), *method = json_object_get(json, "method");
    if (!json_is_string(version) || strcmp(json_string_value(version), "2.0") != 0)
        return refusal_field(ERROR_invalid_request, "jsonrpc", "\"2.0\"");
    if (!json_is_string(method))
        return refusal_field(ERROR_invalid_request, "method", "the name of a command");
    call->notification = !id; /* only what is a request at all may go without an answer */
    int kind = command_find(json_string_value(method), json_string_length(method));
    if (kind < 0)
        return refusal_of(ERROR_method_not_found);
    *out_params = json_object_get(json, "params");
    command_init(&call->command, (enum command_kind)kind);
    return refusal_of(ERROR_none);
}

static void parse_call(const json_t *json, struct message_call *call)
{
    const json_t *params = NULL;
    call->id = memory_string("null");
    call->refusal = parse_envelope(json, call, &params);
    if (call->refusal.error == ERROR_none)
        call->refusal = params_decode(params, "", NULL, &call->command);
}

static struct refusal parse_batch(json_t *json, struct message *message)
{
    size_t count = json_array_size(json);
    if (count == 0)
        return refusal_field(ERROR_invalid_request, "", "at least one call");
    if (count > LIMIT_BATCH) {
        struct refusal refusal = refusal_field(ERROR_invalid_request, "", "at most %d calls", LIMIT_BATCH);
        refusal.limit = LIMIT_BATCH;
        return refusal;
    }
    message->batch = true;
    message->calls = memory_alloc(count * sizeof(*message->calls));
    message->count = count;
    for (size_t i = 0; i < count; i++)
        parse_call(json_array_get(json, i), &message->calls[i]);
    return refusal_of(ERROR_none);
}

void message_parse(const char *text, size_t size, struct message *out_message)
{
    *out_message = (struct message){.refusal = refusal_of(ERROR_none)};
    json_t *json = params_load(text, size, &out_message->refusal);
    if (!json)
        return;
    if (json_is_array(json)) {
        out_message->refusal = parse_batch(json, out_message);
    } else {
        out_message->calls = memory_alloc(sizeof(*out_message->calls));
        out_message->count = 1;
        parse_call(json, &out_message->calls[0]);
    }
    json_decref(json);
}

void message_clear(struct message *message)
{
    for (size_t i = 0; i < message->count; i++) {
        free(message->calls[i].id);
        command_clear(&message->calls[i].command);
    }
    free(message->calls);
    *message = (struct message){0};
}

struct refusal message_params(enum command_kind kind, const char *text, size_t size,
                              struct command *out_command)
{
    struct refusal refusal = refusal_of(ERROR_none);
    command_init(out_command, kind);
    json_t *json = size ? params_load(text, size, &refusal) : json_object();
    if (json)
        refusal = params_decode(json, "", NULL, out_command);
    json_decref(json);
    return refusal;
}

void message_result(struct buffer *out, const char *id, const char *result, size_t size)
{
    buffer_print(out, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", id);
    buffer_add(out, result, size);
    buffer_add_char(out, '}');
}

/* The members that say more than the error's name, into an object. */
static void refusal_members(json_t *object, const struct refusal *refusal)
{
    json_object_set_new(object, "name", json_string(error_name(refusal->error)));
    if (refusal->field[0])
        json_object_set_new(object, refusal->field[0] == '/' ? "pointer" : "field",
                            json_string(refusal->field));
    if (refusal->expected[0])
        json_object_set_new(object, "expected", json_string(refusal->expected));
    if (refusal->limit >= 0)
        json_object_set_new(object, "limit", json_integer(refusal->limit));
    if (refusal->retry_ms >= 0)
        json_object_set_new(object, "retry_ms", json_integer(refusal->retry_ms));
    if (refusal->left >= 0)
        json_object_set_new(object, "left", json_integer(refusal->left));
    if (refusal->terms)
        json_object_set_new(object, "terms", json_loads(refusal->terms, 0, NULL));
}

static void add_json(struct buffer *out, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT_TEXT);
    buffer_add_string(out, text ? text : "null");
    free(text);
    json_decref(json);
}

void message_error(struct buffer *out, const char *id, const struct refusal *refusal)
{
    json_t *data = json_object();
    refusal_members(data, refusal);
    buffer_print(out, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":", id);
    add_json(out, json_pack("{s:i,s:s,s:o}", "code", error_code(refusal->error), "message",
                            error_message(refusal->error), "data", data));
    buffer_add_char(out, '}');
}

void message_problem(struct buffer *out, const struct refusal *refusal)
{
    char *type CLEAN_FREE = memory_print("urn:palabre:error:%s", error_name(refusal->error));
    json_t *problem = json_pack("{s:s,s:s,s:i,s:i}", "type", type, "title", error_message(refusal->error),
                                "status", error_status(refusal->error), "code", error_code(refusal->error));
    refusal_members(problem, refusal);
    add_json(out, problem);
}

void message_heartbeat(struct buffer *out, int64_t v, int64_t now, bool stale)
{
    buffer_print(
        out,
        "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{\"v\":%lld,\"now\":%lld,\"stale\":%s}}",
        (long long)v, (long long)now, stale ? "true" : "false");
}

void message_bye(struct buffer *out, const char *reason, int64_t retry_ms)
{
    buffer_print(out,
                 "{\"jsonrpc\":\"2.0\",\"method\":\"bye\",\"params\":{\"reason\":\"%s\",\"retry_ms\":%lld}}",
                 reason, (long long)retry_ms);
}

/* The types of named values that are no strings. */
static json_t *value_json(const char *name, const char *value)
{
    static const char *const integers[] = {"value", "left"};
    for (size_t i = 0; i < ARRAY_SIZE(integers); i++)
        if (strcmp(integers[i], name) == 0)
            return json_integer(strtoll(value, NULL, 10));
    if (strcmp(name, "withdrawn") == 0)
        return json_boolean(strcmp(value, "1") == 0);
    return json_string(value);
}

void message_values(struct buffer *out, enum command_kind kind, const struct field_write *values,
                    size_t count, int64_t v)
{
    json_t *result = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(result, values[i].key, value_json(values[i].key, values[i].value));
    if (kind != COMMAND_vote_cast) /* a vote is in no version until it is flushed */
        json_object_set_new(result, "v", json_integer(v));
    add_json(out, result);
}
