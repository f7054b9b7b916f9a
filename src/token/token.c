#include "token/token.h"
#include "base/date.h"
#include "base/memory.h"
#include "token/claims.h"
#include "token/memo.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define TOKEN_ISSUER   "palabre"
#define TOKEN_ID_BYTES 16

static struct paseto_piece token_piece(const char *text)
{
    return (struct paseto_piece){text, strlen(text)};
}

/* What an actor and a name may be */

static bool token_is_token_id(const char *text)
{
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return size > 0 && text[size] == '\0' && size < sizeof(((struct actor *)0)->token_id);
}

/* "status=client,store=lille": ids, each name once, one comma between. "" is none. */
static bool token_is_groups(const char *groups)
{
    for (const char *at = groups; *at;) {
        size_t name = strcspn(at, "=,"), pair = strcspn(at, ",");
        if (at[name] != '=' || !text_is_id(at, name) || !text_is_id(at + name + 1, pair - name - 1))
            return false;
        for (const char *before = groups; before < at; before += strcspn(before, ",") + 1)
            if (strncmp(before, at, name + 1) == 0)
                return false;
        at += pair;
        if (*at == ',' && !*++at)
            return false;
    }
    return strlen(groups) < ACTOR_GROUPS_ROOM;
}

static bool token_is_name(const char *name)
{
    if (strlen(name) >= TOKEN_NAME_ROOM)
        return false;
    CLEAN_FREE char *clean = text_clean(name, strlen(name), false);
    return clean && strcmp(clean, name) == 0 && text_length(name) <= LIMIT_NAME;
}

static bool token_is_actor(const struct actor *actor)
{
    const char *session = actor->session, *brand = actor->brand;
    bool place = actor->role == ROLE_admin ? !*session && !*brand
                 : *brand ? !*session && actor->role == ROLE_brand && text_is_id(brand, strlen(brand))
                          : text_is_id(session, strlen(session));
    return place && actor->generation >= 0 && text_is_id(actor->id, strlen(actor->id)) &&
           token_is_groups(actor->groups) && token_is_token_id(actor->token_id);
}

/* Making one */

static const char *token_or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static char *token_claims(const struct actor *actor, const char *name, int64_t now_ms, int64_t ttl_ms,
                          const char *deployment)
{
    char now[DATE_ROOM], end[DATE_ROOM], generation[16] = "";
    if (actor->generation)
        snprintf(generation, sizeof(generation), "%d", actor->generation);
    date_format(now_ms, now);
    date_format(now_ms + ttl_ms, end);
    json_t *CLEAN_CLAIMS claims = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*}", "iss", TOKEN_ISSUER,
        "sub", actor->id, "aud", deployment, "exp", end, "nbf", now, "iat", now, "jti", actor->token_id,
        "rol", role_name(actor->role), "lvl", word_name(WORDS_level, actor->level), "ses",
        token_or_null(actor->session), "brd", token_or_null(actor->brand), "gen", token_or_null(generation),
        "grp", token_or_null(actor->groups), "nam", token_or_null(name));
    char *text = claims ? json_dumps(claims, JSON_COMPACT) : NULL;
    if (!text)
        abort(); /* everything in it was checked: only memory can be wanting */
    return text;
}

char *token_make(const struct keyring *keyring, const struct actor *actor, const char *name, int64_t now_ms,
                 int64_t ttl_ms, const char *deployment)
{
    assert(deployment[0] && keyring->count > 0 && keyring->keys[0].signs);
    struct actor whole = *actor;
    if (!whole.token_id[0]) {
        unsigned char id[TOKEN_ID_BYTES];
        randombytes_buf(id, sizeof(id));
        sodium_bin2base64(whole.token_id, sizeof(whole.token_id), id, sizeof(id),
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    }
    if (!token_is_actor(&whole) || !token_is_name(name) || ttl_ms <= 0 || now_ms < DATE_MIN ||
        now_ms > DATE_MAX || ttl_ms > DATE_MAX - now_ms)
        return NULL;
    CLEAN_FREE char *claims = token_claims(&whole, name, now_ms, ttl_ms, deployment);
    CLEAN_FREE char *footer = memory_print("{\"kid\":\"%s\"}", keyring->keys[0].id);
    char *token = paseto_sign(keyring->secret, token_piece(claims), token_piece(footer),
                              token_piece(TOKEN_PURPOSE_JOIN));
    assert(strlen(token) <= LIMIT_TOKEN);
    token_memo_add(keyring->memo, token, strlen(token));
    return token;
}

/* Verifying one */

static bool token_copy(const json_t *claims, const char *name, char *out_text, size_t room)
{
    const char *claim = claims_text(claims, name, room);
    if (claim)
        memcpy(out_text, claim, strlen(claim) + 1);
    return claim;
}

/* Where it is present it is a string, and not an empty one; absent, the text is "". */
static bool token_copy_optional(const json_t *claims, const char *name, char *out_text, size_t room)
{
    out_text[0] = '\0';
    return !json_object_get(claims, name) || (token_copy(claims, name, out_text, room) && out_text[0]);
}

/* A number from 1; 0 where it is absent. */
static bool token_generation(const json_t *claims, int *out_generation)
{
    char text[10];
    *out_generation = 0;
    if (!token_copy_optional(claims, "gen", text, sizeof(text)))
        return false;
    if (text[0] && (text[0] == '0' || text[strspn(text, "0123456789")]))
        return false;
    for (const char *at = text; *at; at++)
        *out_generation = *out_generation * 10 + (*at - '0');
    return true;
}

static bool token_actor(const json_t *claims, struct actor *out_actor, char name[TOKEN_NAME_ROOM])
{
    struct actor actor = {.session = ""};
    const char *role = claims_text(claims, "rol", SIZE_MAX), *level = claims_text(claims, "lvl", SIZE_MAX);
    int role_found = role ? role_find(role, strlen(role)) : -1;
    int level_found = level ? word_find(WORDS_level, level, strlen(level)) : -1;
    if (role_found < 0 || level_found < 0)
        return false;
    actor.role = (enum role)role_found;
    actor.level = (enum level)level_found;
    if (!token_copy_optional(claims, "ses", actor.session, sizeof(actor.session)) ||
        !token_copy_optional(claims, "brd", actor.brand, sizeof(actor.brand)) ||
        !token_generation(claims, &actor.generation) ||
        !token_copy(claims, "sub", actor.id, sizeof(actor.id)) ||
        !token_copy(claims, "jti", actor.token_id, sizeof(actor.token_id)) ||
        !token_copy_optional(claims, "grp", actor.groups, sizeof(actor.groups)) ||
        !token_copy_optional(claims, "nam", name, TOKEN_NAME_ROOM) || !token_is_actor(&actor) ||
        !token_is_name(name))
        return false;
    *out_actor = actor;
    return true;
}

/* The key that the footer names and nothing else. */
static const struct keyring_key *token_key(const struct keyring *keyring, const struct paseto *token)
{
    json_t *CLEAN_CLAIMS footer = claims_parse((struct paseto_piece){token->footer, token->footer_size});
    const char *id = claims_key_id(footer);
    return id ? keyring_find(keyring, id, strlen(id)) : NULL;
}

enum error token_verify(const struct keyring *keyring, const char *text, size_t size, const char *deployment,
                        int64_t now_ms, struct actor *out_actor, char out_name[TOKEN_NAME_ROOM])
{
    assert(deployment[0]);
    struct paseto token;
    struct paseto_piece payload;
    if (!paseto_parse(text, size, &token))
        return ERROR_token_invalid;
    if (token_memo_knows(keyring->memo, text, size)) {
        payload = paseto_payload(&token);
    } else {
        const struct keyring_key *key = token_key(keyring, &token);
        if (!key || !paseto_verify(&token, key->public_key, token_piece(TOKEN_PURPOSE_JOIN), &payload))
            return ERROR_token_invalid;
        token_memo_add(keyring->memo, text, size);
    }

    json_t *CLEAN_CLAIMS claims = claims_parse(payload);
    struct actor actor;
    char name[TOKEN_NAME_ROOM];
    int64_t not_before;
    if (!claims || !claims_say(claims, "iss", TOKEN_ISSUER) || !claims_say(claims, "aud", deployment) ||
        !token_actor(claims, &actor, name) || !claims_date(claims, "iat", &actor.issued_at) ||
        !claims_date(claims, "nbf", &not_before) || !claims_date(claims, "exp", &actor.expires_at) ||
        actor.issued_at - now_ms > TOKEN_SKEW_MS || not_before - now_ms > TOKEN_SKEW_MS)
        return ERROR_token_invalid;
    if (now_ms >= actor.expires_at)
        return ERROR_token_expired;
    *out_actor = actor;
    memcpy(out_name, name, sizeof(name));
    return ERROR_none;
}
