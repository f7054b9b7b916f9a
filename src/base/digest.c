#include "base/digest.h"

#include <sodium.h>

uint32_t digest_fnv1a(uint32_t start, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint32_t hash = start;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 16777619u;
    return hash;
}

void digest_hex(const void *bytes, size_t size, char out_hex[DIGEST_HEX_ROOM])
{
    unsigned char digest[DIGEST_BYTES];
    crypto_generichash(digest, sizeof(digest), bytes, size, NULL, 0);
    sodium_bin2hex(out_hex, DIGEST_HEX_ROOM, digest, sizeof(digest));
}
