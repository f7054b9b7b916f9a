/* A growing run of bytes. Always has a NUL after its last byte, so that `bytes` is also a C string where it
 * holds text. Owns its memory; `buffer_take` hands it over. A zeroed struct is an empty buffer. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *bytes; /* NULL until something was added */
    size_t size; /* bytes in use */
    size_t room; /* bytes allocated */
};

void buffer_clear(struct buffer *buffer); /* frees; the buffer is empty and usable */
void buffer_reset(struct buffer *buffer); /* empties and keeps the memory */
void buffer_reserve(struct buffer *buffer, size_t more);
void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_add_string(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char c);
void buffer_add_integer(struct buffer *buffer, int64_t value);
void buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The bytes with a NUL behind them, never NULL; the caller frees. The buffer is empty afterwards. */
char *buffer_take(struct buffer *buffer);

#define CLEAN_BUFFER __attribute__((cleanup(buffer_clear)))

#endif
