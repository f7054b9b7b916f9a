/* What a function answers and what an event says, taken from Redis' bytes. Pure; knows the form, not the
 * meaning. */
#ifndef STORE_STORE_ANSWER_H
#define STORE_STORE_ANSWER_H

#include "store/store.h"

#include <hiredis/hiredis.h>

/* An answer of `{status, epoch, seq, now, name1, value1, ...}`; NULL is store_unavailable, anything else
 * internal_error. The answer borrows the reply; its values are in *out_values, which the caller frees. */
void store_answer_read(const redisReply *reply, struct store_answer *out_answer,
                       struct field_write **out_values);

enum event_form { EVENT_FORM_GOOD, EVENT_FORM_UNKNOWN, EVENT_FORM_BROKEN };
/* An event: a RESP array of bulk strings. Puts a NUL behind each string in `bytes` (where the line end was:
 * the bytes can be read again), to which the event then points; its writes are in *writes, grown as needed
 * (*room), the caller's to free. UNKNOWN: of another version, or of a kind that this worker does not know. */
enum event_form store_event_read(char *bytes, size_t size, struct event *out_event,
                                 struct field_write **writes, size_t *room);

#endif
