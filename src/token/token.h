/* Who is speaking, as a text that only this deployment can write: a PASETO v4.public token whose claims are a
 * `struct actor` and a name.
 *
 *   iss "palabre"   sub participant   aud deployment   iat nbf exp RFC 3339   jti the token's own id
 *   ses session (an admin's has none)   rol role   lvl level   grp groups and nam name, where there are any
 *   brd brand, of staff of all its sessions, in place of ses   gen generation of the place, where it is not 0
 *
 * The footer names the key, {"kid":"k4.pid...."}; the implicit assertion names the purpose, so that a token
 * of one kind never passes for one of another. All claims are strings; those not listed are passed over.
 *
 * Reads no clock and knows neither sessions nor what was revoked: what is verified here was true when it was
 * signed. */
#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include "domain/actor.h"
#include "domain/error.h"
#include "domain/limits.h"
#include "token/content.h"
#include "token/keyring.h"

#define TOKEN_PURPOSE_JOIN "palabre:join:v1" /* to take part: what this file makes and verifies */
#define TOKEN_PURPOSE_SSO  "palabre:sso:v1"  /* signed by a brand, to be turned into the former */

#define TOKEN_SKEW_MS   60000 /* how far ahead of ours the clock of another machine may be */
#define TOKEN_NAME_ROOM CONTENT_NAME_ROOM

/* A token of `actor`, called `name` ("" for none), from now_ms for ttl_ms, at most LIMIT_TOKEN bytes; the
 * caller frees. Its id is actor->token_id, or a random one where that is ""; actor's own dates are not looked
 * at. `deployment` is not empty. NULL where the actor or the name is not what token_verify would take, or the
 * token would have ended. */
char *token_make(const struct keyring *keyring, const struct actor *actor, const char *name, int64_t now_ms,
                 int64_t ttl_ms, const char *deployment);

/* ERROR_none and who speaks; ERROR_token_expired for what would otherwise have been true, from `exp` on; or
 * ERROR_token_invalid. No leeway for `exp`, TOKEN_SKEW_MS for `nbf` and `iat`. */
enum error token_verify(const struct keyring *keyring, const char *text, size_t size, const char *deployment,
                        int64_t now_ms, struct actor *out_actor, char out_name[TOKEN_NAME_ROOM]);

#endif
