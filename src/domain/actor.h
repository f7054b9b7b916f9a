/* Who speaks: what a verified token says of them, or an observer without one. */
#ifndef DOMAIN_ACTOR_H
#define DOMAIN_ACTOR_H

#include "base/text.h"
#include "domain/words.h"

#include <stdint.h>

/* Four dimensions: two ids, '=' and what parts them. */
#define ACTOR_GROUPS_ROOM (4 * 2 * TEXT_ID_ROOM + 8)

struct actor {
    char session[TEXT_ID_ROOM]; /* "" for who is staff of many: an admin of all, a brand's of its own */
    char brand[TEXT_ID_ROOM];   /* whose staff this is, where session is ""; "" for an admin */
    char id[TEXT_ID_ROOM];      /* participant; "" for an observer without a token */
    enum role role;
    enum level level;
    int generation;                 /* of their place: tokens of an older one are retired */
    char groups[ACTOR_GROUPS_ROOM]; /* "status=client,store=lille"; "" for none */
    int64_t issued_at, expires_at;  /* ms; 0 without a token */
    char token_id[48];              /* jti; "" without a token */
};

/* Whether this is someone with a place in the session: an admin, a brand's staff and an observer without a
 * token have none. */
static inline bool actor_is_person(const struct actor *actor)
{
    return actor->id[0] && actor->role != ROLE_admin && !actor->brand[0];
}

#endif
