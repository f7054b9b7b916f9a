/* JSON-RPC 2.0 (jsonrpc.org/specification): the text of a message to calls, and answers to text.
 *
 * A message is one call or a batch of at most LIMIT_BATCH. Each call is either a decoded command or a refusal
 * that names what is wrong with it. Knows nothing of who asks or what the answer is. */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "base/buffer.h"
#include "domain/command.h"
#include "domain/error.h"
#include "domain/event.h"

struct message_call {
    char *id;               /* JSON text of the call's id; "null" where it has none that can be used */
    bool notification;      /* wants no answer */
    struct refusal refusal; /* ERROR_none: `command` is decoded */
    struct command command;
};

struct message {
    bool batch;
    struct refusal
        refusal; /* of the message as a whole: parse_error, or invalid_request for an empty batch */
    struct message_call *calls;
    size_t count;
};

/* Never fails: what is wrong is in the refusals. `now_ms` is for nothing but to be handed on. The caller
 * clears. */
void message_parse(const char *text, size_t size, struct message *out_message);
void message_clear(struct message *message);

/* A command's params from a JSON object, as HTTP has them: ERROR_none and the command, which the caller
 * clears. */
struct refusal message_params(enum command_kind kind, const char *text, size_t size,
                              struct command *out_command);

/* Answers. `result` is JSON text. */
void message_result(struct buffer *out, const char *id, const char *result, size_t size);
void message_error(struct buffer *out, const char *id, const struct refusal *refusal);
/* RFC 9457. */
void message_problem(struct buffer *out, const struct refusal *refusal);
void message_heartbeat(struct buffer *out, int64_t v, int64_t now, bool stale);
void message_bye(struct buffer *out, const char *reason, int64_t retry_ms);

/* The result of a write: the named values that the function answered, typed by name, and `v`. */
void message_values(struct buffer *out, enum command_kind kind, const struct field_write *values,
                    size_t count, int64_t v);

#endif
