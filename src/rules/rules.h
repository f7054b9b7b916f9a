/* May this actor ask this now? By message, token and rate alone: what depends on the state of a session is
 * refused by the Redis function, once, in one place. Pure: time comes in. */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "domain/actor.h"
#include "domain/command.h"
#include "domain/error.h"

/* Token buckets, one per rate, as a participant (or an unnamed connection) has on this worker. Zeroed: full.
 */
struct rules_buckets {
    struct {
        int64_t at;          /* ms of the last draw; 0: full */
        int64_t thousandths; /* of a token, at that moment */
    } rates[RATE_COUNT];
};

/* Whether role and door allow this command: ERROR_none, forbidden, token_required or door_closed. */
struct refusal rules_allow(const struct actor *actor, enum command_kind kind, enum door door);
/* Draws one token of the command's rate: ERROR_none, or rate_limited with retry_ms and limit (a minute). */
struct refusal rules_draw(struct rules_buckets *buckets, enum command_kind kind, int64_t now_ms);
/* The same for what is no command: reading a topic over HTTP. */
struct refusal rules_draw_rate(struct rules_buckets *buckets, enum rate rate, int64_t now_ms);
/* Bytes of a message that this actor may send. */
size_t rules_message_limit(const struct actor *actor);

#endif
