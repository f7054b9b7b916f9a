#include "token/base64.h"
#include "base/buffer.h"

#include <sodium.h>

void base64_add(struct buffer *buffer, const void *bytes, size_t size)
{
    size_t length = BASE64_SIZE(size);
    buffer_reserve(buffer, length);
    sodium_bin2base64(buffer->bytes + buffer->size, length + 1, bytes, size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buffer->size += length;
}

bool base64_parse(const char *text, size_t size, unsigned char *out_bytes, size_t room, size_t *out_size)
{
    size_t length;
    /* Where char is signed, libsodium 1.0.18 takes every byte from 0x80 on for a `_`. */
    for (size_t i = 0; i < size; i++)
        if (text[i] & 0x80)
            return false;
    /* No end pointer: with one, libsodium takes a trailing `=`. Spare bits it refuses by itself. */
    if (sodium_base642bin(out_bytes, room, text, size, NULL, &length, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *out_size = length;
    return true;
}
