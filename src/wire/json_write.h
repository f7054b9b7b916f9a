/* JSON, written straight into a buffer: commas come by themselves, strings are escaped as RFC 8259 asks and
 * no more, so that the same values give the same bytes. Knows nothing of what it writes; opening and closing
 * must match. */
#ifndef WIRE_JSON_WRITE_H
#define WIRE_JSON_WRITE_H

#include "base/buffer.h"

#include <stdbool.h>

void json_write_object(struct buffer *out);
void json_write_end_object(struct buffer *out);
void json_write_array(struct buffer *out);
void json_write_end_array(struct buffer *out);
void json_write_key(struct buffer *out, const char *key);

void json_write_string(struct buffer *out, const char *text);
void json_write_integer(struct buffer *out, int64_t value);
void json_write_bool(struct buffer *out, bool value);
void json_write_null(struct buffer *out);
void json_write_raw(struct buffer *out, const char *json); /* a whole value, as it is */

/* A key and its value. */
void json_write_text(struct buffer *out, const char *key, const char *text);
void json_write_number(struct buffer *out, const char *key, int64_t value);
void json_write_flag(struct buffer *out, const char *key, bool value);
void json_write_absent(struct buffer *out, const char *key); /* null: in a patch, takes the key away */

#endif
