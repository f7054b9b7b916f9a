#include "token/paserk.h"
#include "base/buffer.h"
#include "token/base64.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static const struct {
    const char *header;
    size_t size; /* bytes of the key */
} paserks[] = {
    [PASERK_SECRET] = {"k4.secret.", PASETO_SECRET_BYTES},
    [PASERK_PUBLIC] = {"k4.public.", PASETO_PUBLIC_BYTES},
    [PASERK_ID] = {"k4.pid.", PASERK_ID_BYTES},
};

/* Signing with a seed beside another's public key gives the seed away. */
static bool paserk_is_pair(const unsigned char secret[PASETO_SECRET_BYTES])
{
    unsigned char public_key[PASETO_PUBLIC_BYTES], again[PASETO_SECRET_BYTES];
    crypto_sign_seed_keypair(public_key, again, secret);
    bool same = sodium_memcmp(again, secret, sizeof(again)) == 0;
    sodium_memzero(again, sizeof(again));
    return same;
}

bool paserk_format(enum paserk kind, const unsigned char *key, size_t size, char out_text[PASERK_ROOM])
{
    if (size != paserks[kind].size || (kind == PASERK_SECRET && !paserk_is_pair(key)))
        return false;
    size_t start = strlen(paserks[kind].header);
    assert(start + BASE64_SIZE(size) <= PASERK_MAX);
    memcpy(out_text, paserks[kind].header, start);
    sodium_bin2base64(out_text + start, PASERK_ROOM - start, key, size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return true;
}

bool paserk_parse(enum paserk kind, const char *text, size_t size, unsigned char *out_key)
{
    size_t start = strlen(paserks[kind].header), length;
    if (size < start || memcmp(text, paserks[kind].header, start) != 0)
        return false;
    unsigned char key[PASETO_SECRET_BYTES];
    bool good = base64_parse(text + start, size - start, key, paserks[kind].size, &length) &&
                length == paserks[kind].size && (kind != PASERK_SECRET || paserk_is_pair(key));
    if (good)
        memcpy(out_key, key, length);
    sodium_memzero(key, sizeof(key));
    return good;
}

void paserk_id(const unsigned char public_key[PASETO_PUBLIC_BYTES], char out_id[PASERK_ID_ROOM])
{
    char text[PASERK_ROOM];
    unsigned char digest[PASERK_ID_BYTES];
    const char *header = paserks[PASERK_ID].header;
    paserk_format(PASERK_PUBLIC, public_key, PASETO_PUBLIC_BYTES, text);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof(digest));
    crypto_generichash_update(&state, (const unsigned char *)header, strlen(header));
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
    crypto_generichash_final(&state, digest, sizeof(digest));
    paserk_format(PASERK_ID, digest, sizeof(digest), text);
    memcpy(out_id, text, PASERK_ID_ROOM);
}
