/* Codes: ten characters of Crockford's base32 (https://www.crockford.com/base32.html) in two groups of five,
 * as 7H3KX-9QMRT: 50 bits, typed from a receipt or carried by a link.
 *
 * A code is never stored: the store knows it by a digest under the deployment's code key (token/keyring.h),
 * so that who reads the store cannot join with what is there. Knows nothing of what a code opens. */
#ifndef TOKEN_CODE_H
#define TOKEN_CODE_H

#include "token/keyring.h"

#define CODE_LETTERS     10
#define CODE_ROOM        (CODE_LETTERS + 2) /* as printed, with its hyphen and a NUL */
#define CODE_DIGEST_ROOM 33                 /* 128 bits in hex */

/* What was typed, in whatever case, with O for 0, I and L for 1, with or without hyphens and spaces, as it is
 * printed; false where it can be no code. */
bool code_read(const char *text, size_t size, char out_code[CODE_ROOM]);

/* A random one. */
void code_random(char out_code[CODE_ROOM]);

/* The nth code of a call that may be repeated: the same for the same session, maker, key and number. */
void code_derive(const struct keyring *keyring, const char *session, const char *maker, const char *key,
                 unsigned n, char out_code[CODE_ROOM]);

/* What the store knows a code of this session by. `code` is as printed. */
void code_digest(const struct keyring *keyring, const char *session, const char *code,
                 char out_hex[CODE_DIGEST_ROOM]);

/* What the store knows the person of a brand's log-in by, in this session: `subject` is the brand's external id, which
 * is kept nowhere. */
void code_subject(const struct keyring *keyring, const char *session, const char *subject,
                  char out_hex[CODE_DIGEST_ROOM]);

#endif
