#include "token/paseto.h"
#include "base/buffer.h"
#include "token/base64.h"

#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

static const struct paseto_piece paseto_header = {PASETO_HEADER, sizeof(PASETO_HEADER) - 1};

/* 64 bits, little-endian, the top bit clear for languages that have no unsigned numbers. */
static void paseto_add_length(struct buffer *buffer, uint64_t length)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(length >> (8 * i));
    bytes[7] &= 0x7F;
    buffer_add(buffer, bytes, sizeof(bytes));
}

void paseto_pae(struct buffer *buffer, const struct paseto_piece *pieces, size_t count)
{
    paseto_add_length(buffer, count);
    for (size_t i = 0; i < count; i++) {
        paseto_add_length(buffer, pieces[i].size);
        buffer_add(buffer, pieces[i].bytes, pieces[i].size);
    }
}

static void paseto_add_signed(struct buffer *buffer, struct paseto_piece payload, struct paseto_piece footer,
                              struct paseto_piece implicit)
{
    const struct paseto_piece pieces[] = {paseto_header, payload, footer, implicit};
    paseto_pae(buffer, pieces, sizeof(pieces) / sizeof(*pieces));
}

char *paseto_sign(const unsigned char secret[PASETO_SECRET_BYTES], struct paseto_piece payload,
                  struct paseto_piece footer, struct paseto_piece implicit)
{
    assert(footer.size <= PASETO_FOOTER_MAX);
    CLEAN_BUFFER struct buffer covered = {0};
    paseto_add_signed(&covered, payload, footer, implicit);
    unsigned char signature[PASETO_SIGNATURE_BYTES];
    crypto_sign_detached(signature, NULL, (const unsigned char *)covered.bytes, covered.size, secret);

    CLEAN_BUFFER struct buffer message = {0};
    buffer_add(&message, payload.bytes, payload.size);
    buffer_add(&message, signature, sizeof(signature));
    struct buffer token = {0};
    buffer_add(&token, paseto_header.bytes, paseto_header.size);
    base64_add(&token, message.bytes, message.size);
    if (footer.size) {
        buffer_add_char(&token, '.');
        base64_add(&token, footer.bytes, footer.size);
    }
    return buffer_take(&token);
}

bool paseto_parse(const char *text, size_t size, struct paseto *out_token)
{
    if (size > LIMIT_TOKEN || size < paseto_header.size ||
        memcmp(text, paseto_header.bytes, paseto_header.size) != 0)
        return false;
    const char *message = text + paseto_header.size;
    const char *end = text + size;
    const char *dot = memchr(message, '.', (size_t)(end - message));
    struct paseto token = {.message_size = 0};
    if (!base64_parse(message, (size_t)((dot ? dot : end) - message), token.message, sizeof(token.message),
                      &token.message_size) ||
        token.message_size < PASETO_SIGNATURE_BYTES)
        return false;
    if (dot && (!base64_parse(dot + 1, (size_t)(end - dot - 1), token.footer, sizeof(token.footer),
                              &token.footer_size) ||
                token.footer_size == 0))
        return false;
    *out_token = token;
    return true;
}

struct paseto_piece paseto_payload(const struct paseto *token)
{
    return (struct paseto_piece){token->message, token->message_size - PASETO_SIGNATURE_BYTES};
}

bool paseto_verify(const struct paseto *token, const unsigned char public_key[PASETO_PUBLIC_BYTES],
                   struct paseto_piece implicit, struct paseto_piece *out_payload)
{
    const struct paseto_piece payload = paseto_payload(token);
    const struct paseto_piece footer = {token->footer, token->footer_size};
    CLEAN_BUFFER struct buffer covered = {0};
    paseto_add_signed(&covered, payload, footer, implicit);
    if (crypto_sign_verify_detached(token->message + payload.size, (const unsigned char *)covered.bytes,
                                    covered.size, public_key) != 0)
        return false;
    *out_payload = payload;
    return true;
}
