/* Unpadded base64url (RFC 4648, section 5) in its one canonical form: every other spelling of the same bytes
 * is refused, so that a text and its bytes are the same thing. */
#ifndef TOKEN_BASE64_H
#define TOKEN_BASE64_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;

#define BASE64_SIZE(bytes) (((bytes)*4 + 2) / 3) /* characters, without a NUL */

void base64_add(struct buffer *buffer, const void *bytes, size_t size);

/* Decodes into at most `room` bytes. False where the text is longer, holds any other character (`=` and line
 * ends included), or has bits set that no byte holds; the room may be written to nevertheless. */
bool base64_parse(const char *text, size_t size, unsigned char *out_bytes, size_t room, size_t *out_size);

#endif
