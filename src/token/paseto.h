/* PASETO v4.public (https://github.com/paseto-standard/paseto-spec): a payload and a footer, signed with
 * Ed25519 over their pre-authentication encoding together with an implicit assertion that does not travel.
 * One version and one purpose: every other header is refused, so that there is nothing to negotiate.
 *
 * Knows nothing of what a payload says; keys are the caller's. */
#ifndef TOKEN_PASETO_H
#define TOKEN_PASETO_H

#include "domain/limits.h"

#include <stdbool.h>
#include <stddef.h>

struct buffer;

#define PASETO_HEADER          "v4.public."
#define PASETO_PUBLIC_BYTES    32
#define PASETO_SECRET_BYTES    64 /* the seed, then the public key */
#define PASETO_SIGNATURE_BYTES 64
#define PASETO_FOOTER_MAX      256
#define PASETO_MESSAGE_MAX     (LIMIT_TOKEN * 3 / 4)

/* Borrows. */
struct paseto_piece {
    const void *bytes;
    size_t size;
};

/* A token taken apart, of which nothing is known to be true. */
struct paseto {
    unsigned char message[PASETO_MESSAGE_MAX]; /* the payload, then the signature */
    size_t message_size;                       /* at least PASETO_SIGNATURE_BYTES */
    unsigned char footer[PASETO_FOOTER_MAX];
    size_t footer_size; /* 0 for none */
};

/* The pre-authentication encoding: two different lists of pieces never give the same bytes. */
void paseto_pae(struct buffer *buffer, const struct paseto_piece *pieces, size_t count);

/* A token, which the caller frees. The footer is at most PASETO_FOOTER_MAX bytes; empty ones do not appear.
 */
char *paseto_sign(const unsigned char secret[PASETO_SECRET_BYTES], struct paseto_piece payload,
                  struct paseto_piece footer, struct paseto_piece implicit);

/* Takes a token apart, so that its footer can say which key is meant. False where it is larger than
 * LIMIT_TOKEN (looked at first), of another version or purpose, or anything but canonical. */
bool paseto_parse(const char *text, size_t size, struct paseto *out_token);

/* Whether the token was signed with this key, for this implicit assertion; then out_payload lies in the
 * token. */
bool paseto_verify(const struct paseto *token, const unsigned char public_key[PASETO_PUBLIC_BYTES],
                   struct paseto_piece implicit, struct paseto_piece *out_payload);

/* What a token says, whoever signed it; lies in the token. */
struct paseto_piece paseto_payload(const struct paseto *token);

#endif
