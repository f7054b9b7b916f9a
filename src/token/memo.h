/* What the tokens say that a keyring has found rightly signed, or has signed itself: by their digests, so
 * that a person who joins and then says hello, and everyone who reconnects, costs one signature and not two,
 * and JSON is read once.
 *
 * Bounded, and forgetful: what it does not know is verified again. It belongs to a keyring and goes with it,
 * so that a key that is withdrawn takes with it all that it had signed. Whether what a token says is true
 * here and now (its deployment, its dates) is asked each time. */
#ifndef TOKEN_MEMO_H
#define TOKEN_MEMO_H

#include "token/content.h"

#include <stdbool.h>
#include <stddef.h>

/* Of 24 bytes, and of what a token says: 160 bytes for most people, 700 with the longest name and groups. */
#define TOKEN_MEMO_ENTRIES 32768

struct token_memo;

struct token_memo *token_memo_new(void);
void token_memo_free(struct token_memo **memo);
bool token_memo_find(const struct token_memo *memo, const char *token, size_t size,
                     struct content *out_content);
void token_memo_add(struct token_memo *memo, const char *token, size_t size, const struct content *content);

#endif
