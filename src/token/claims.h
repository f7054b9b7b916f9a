/* The claims of a token: reading them from JSON that somebody else wrote. What they mean is token.h's and
 * sso.h's to say. */
#ifndef TOKEN_CLAIMS_H
#define TOKEN_CLAIMS_H

#include "token/paseto.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void claims_free(json_t **claims)
{
    json_decref(*claims);
}
#define CLEAN_CLAIMS __attribute__((cleanup(claims_free)))

/* An object without duplicate keys, of text without NUL (jansson takes one at the end); the caller frees.
 * NULL for anything else. */
json_t *claims_parse(struct paseto_piece text);
/* A string claim, borrowed; NULL where it is absent, no string, or not shorter than `room`. */
const char *claims_text(const json_t *claims, const char *name, size_t room);
bool claims_say(const json_t *claims, const char *name, const char *expected);
bool claims_date(const json_t *claims, const char *name, int64_t *out_ms);
/* The key id of a footer that says that and nothing else, borrowed from `footer`; NULL for anything else. */
const char *claims_key_id(const json_t *footer);

#endif
