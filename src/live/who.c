#include "live/who.h"

#include <string.h>

struct refusal who_is(const struct live *live, const char *token, size_t size, const char *session,
                      struct actor *out_actor, char out_name[TOKEN_NAME_ROOM])
{
    *out_actor = (struct actor){.role = ROLE_observer};
    out_name[0] = '\0';
    if (!token) {
        strcpy(out_actor->session, session);
        return refusal_of(ERROR_none);
    }
    if (!live->deployment[0])
        return live_refusal(ERROR_store_unavailable);
    struct actor actor;
    enum error error =
        token_verify(live->settings.keyring, token, size, live->deployment, live_now(live), &actor, out_name);
    if (!error && actor.role != ROLE_admin && !actor.brand[0] && strcmp(actor.session, session) != 0)
        error = ERROR_token_invalid;
    if (error)
        return refusal_of(error);
    *out_actor = actor;
    return refusal_of(ERROR_none);
}

char *who_token_until(const struct live *live, const struct actor *actor, const char *name, int64_t until,
                      int64_t ends_at)
{
    struct actor fresh = *actor;
    int64_t now = live_now(live), life = WHO_TOKEN_MS;
    if (ends_at && !role_is_staff(actor->role))
        life = (ends_at > now ? ends_at - now : 0) + WHO_AFTER_MS;
    if (until > now && role_is_staff(actor->role))
        life = until - now;
    fresh.token_id[0] = '\0';
    return token_make(live->settings.keyring, &fresh, name, now, life, live->deployment);
}

char *who_token(const struct live *live, const struct actor *actor, const char *name)
{
    return who_token_until(live, actor, name, 0, 0);
}

char *who_renew(const struct live *live, const struct actor *actor, const char *name, int64_t ends_at)
{
    int64_t life = actor->expires_at - actor->issued_at;
    if (!actor->id[0] || role_is_staff(actor->role) || actor->expires_at - live_now(live) > life / 3)
        return NULL;
    return who_token_until(live, actor, name, 0, ends_at);
}
