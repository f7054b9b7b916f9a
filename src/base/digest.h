/* Digests: BLAKE2b-256 (RFC 7693, by libsodium) where nobody may find a second text, FNV-1a 32
 * (Fowler, Noll, Vo; draft-eastlake-fnv) where a quick spread is enough. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_FNV1A_START 2166136261u
#define DIGEST_BYTES       32
#define DIGEST_HEX_ROOM    (DIGEST_BYTES * 2 + 1)

uint32_t digest_fnv1a(uint32_t start, const void *bytes, size_t size);

/* The digest in lower-case hex, with a NUL. */
void digest_hex(const void *bytes, size_t size, char out_hex[DIGEST_HEX_ROOM]);

#endif
