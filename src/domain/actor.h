/* Who speaks: what a verified token says of them, or an observer without one. */
#ifndef DOMAIN_ACTOR_H
#define DOMAIN_ACTOR_H

#include "base/text.h"
#include "domain/words.h"

#include <stdint.h>

struct actor {
    char session[TEXT_ID_ROOM]; /* "" for an admin: every session */
    char id[TEXT_ID_ROOM];      /* participant; "" for an observer without a token */
    enum role role;
    enum level level;
    char groups[128];              /* "store=lille status=client", sorted; "" for none */
    int64_t generation;            /* of the token: an older one than the person's is retired */
    int64_t issued_at, expires_at; /* ms; 0 without a token */
    char token_id[48];             /* jti; "" without a token */
};

/* Whether this is someone with a place in the session: an admin and an observer without a token have none. */
static inline bool actor_is_person(const struct actor *actor)
{
    return actor->id[0] && actor->role != ROLE_admin;
}

#endif
