/* What a token says, apart from who signed it: its claims as a struct, from and to JSON, and packed into as
 * few bytes as it has. Which claims there are is in token.h. */
#ifndef TOKEN_CONTENT_H
#define TOKEN_CONTENT_H

#include "domain/actor.h"
#include "token/claims.h"

#define CONTENT_NAME_ROOM       (LIMIT_NAME * 4 + 1) /* UTF-8 */
#define CONTENT_DEPLOYMENT_ROOM 64

struct content {
    struct actor actor; /* with its dates */
    int64_t not_before; /* ms */
    char deployment[CONTENT_DEPLOYMENT_ROOM], name[CONTENT_NAME_ROOM];
};

/* The claims of a token, which the caller releases. False where it would not be read again. */
bool content_write(const struct content *content, json_t **out_claims);
/* False where the claims are not all there, or one of them is not what it may be. Dates are read, not judged.
 */
bool content_read(const json_t *claims, struct content *out_content);

/* Bytes for content_unpack in this process; the caller frees. */
char *content_pack(const struct content *content);
void content_unpack(const char *bytes, struct content *out_content);

#endif
