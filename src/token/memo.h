/* Which tokens a keyring has found rightly signed, or has signed itself: by their digests, so that a person
 * who joins and then says hello, and everyone who reconnects, costs one signature and not two.
 *
 * Bounded, and forgetful: what it does not know is verified again. It belongs to a keyring and goes with it,
 * so that a key that is withdrawn takes with it all that it had signed. It says that the bytes were signed,
 * and nothing of what they say: claims and dates are read each time. */
#ifndef TOKEN_MEMO_H
#define TOKEN_MEMO_H

#include <stdbool.h>
#include <stddef.h>

#define TOKEN_MEMO_ENTRIES 32768 /* of 16 bytes */

struct token_memo;

struct token_memo *token_memo_new(void);
void token_memo_free(struct token_memo **memo);
bool token_memo_knows(const struct token_memo *memo, const char *token, size_t size);
void token_memo_add(struct token_memo *memo, const char *token, size_t size);

#endif
