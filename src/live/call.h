/* A command on its way: the same for both doors. Rights and rates are checked here, writes go to the store,
 * reads are answered from the room's view. */
#ifndef LIVE_CALL_H
#define LIVE_CALL_H

#include "live/room.h"

/* What became of a call: a refusal, or (ERROR_none) the result as JSON text. Borrows.
 */
typedef void call_reply(void *arg, const struct refusal *refusal, const char *result, size_t size);

/* Runs a READ or WRITE. Takes what the command holds (it is empty afterwards). `reply` runs once, now or
 * later. */
void call_run(struct room *room, const struct actor *actor, struct rules_buckets *buckets, enum door door,
              struct command *command, call_reply *reply, void *arg);

/* What a store's refusal says to the asker: the retry hint filled in. */
struct refusal call_refusal(const struct store_answer *answer);

#endif
