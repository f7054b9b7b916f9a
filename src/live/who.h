/* Who a token says is asking, for both doors. */
#ifndef LIVE_WHO_H
#define LIVE_WHO_H

#include "domain/error.h"
#include "live/live.h"
#include "token/token.h"

#define WHO_TOKEN_MS (90LL * 86400000) /* of a participant, where the session has no end */
#define WHO_AFTER_MS (30LL * 86400000) /* and where it has one, after that */

/* The actor of a token (NULL: an observer) for this session: an admin's serves any. */
struct refusal who_is(const struct live *live, const char *token, size_t size, const char *session,
                      struct actor *out_actor, char out_name[TOKEN_NAME_ROOM]);
/* A new token for who is in the last third of theirs, else NULL; the caller frees. */
char *who_renew(const struct live *live, const struct actor *actor, const char *name, int64_t ends_at);
/* A first token, to the end of a code (`until`) or 30 days after the end of the session (`ends_at`; 0:
 * without one); the caller frees. */
char *who_token_until(const struct live *live, const struct actor *actor, const char *name, int64_t until,
                      int64_t ends_at);
/* The same where neither is known. */
char *who_token(const struct live *live, const struct actor *actor, const char *name);

#endif
