#include "token/content.h"
#include "base/buffer.h"
#include "base/date.h"
#include "base/memory.h"
#include "domain/limits.h"

#include <stdio.h>
#include <string.h>

#define CONTENT_ISSUER         "palabre"
#define CONTENT_GENERATION_MAX 999999999

/* ---- what an actor and a name may be */

static bool is_token_id(const char *text)
{
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return size > 0 && text[size] == '\0' && size < sizeof(((struct actor *)0)->token_id);
}

/* "status=client,store=lille": ids, each name once, one comma between. "" is none. */
static bool is_groups(const char *groups)
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

static bool is_name(const char *name)
{
    if (!*name)
        return true;
    CLEAN_FREE char *clean = text_clean(name, strlen(name), false);
    return clean && strcmp(clean, name) == 0 && text_length(name) <= LIMIT_NAME;
}

static bool is_actor(const struct actor *actor)
{
    const char *session = actor->session, *brand = actor->brand;
    bool place = actor->role == ROLE_admin ? !*session && !*brand
                 : *brand ? !*session && actor->role == ROLE_brand && text_is_id(brand, strlen(brand))
                          : text_is_id(session, strlen(session));
    return place && actor->generation >= 0 && actor->generation <= CONTENT_GENERATION_MAX &&
           text_is_id(actor->id, strlen(actor->id)) && is_groups(actor->groups) &&
           is_token_id(actor->token_id);
}

/* ---- from and to claims */

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

bool content_write(const struct content *content, json_t **out_claims)
{
    const struct actor *actor = &content->actor;
    char issued[DATE_ROOM], not_before[DATE_ROOM], expires[DATE_ROOM], generation[16] = "";
    if (!is_actor(actor) || !is_name(content->name))
        return false;
    if (actor->generation)
        snprintf(generation, sizeof(generation), "%d", actor->generation);
    date_format(actor->issued_at, issued);
    date_format(content->not_before, not_before);
    date_format(actor->expires_at, expires);
    *out_claims = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*}",
                            "iss", CONTENT_ISSUER, "sub", actor->id, "aud", content->deployment, "exp",
                            expires, "nbf", not_before, "iat", issued, "jti", actor->token_id, "rol",
                            role_name(actor->role), "lvl", word_name(WORDS_level, (int)actor->level), "ses",
                            or_null(actor->session), "brd", or_null(actor->brand), "gen", or_null(generation),
                            "grp", or_null(actor->groups), "nam", or_null(content->name));
    if (!*out_claims)
        abort(); /* everything in it was checked: only memory can be wanting */
    return true;
}

static bool copy(const json_t *claims, const char *name, char *out_text, size_t room)
{
    const char *claim = claims_text(claims, name, room);
    if (claim)
        memcpy(out_text, claim, strlen(claim) + 1);
    return claim;
}

/* Where it is present it is a string, and not an empty one; absent, the text is "". */
static bool copy_optional(const json_t *claims, const char *name, char *out_text, size_t room)
{
    out_text[0] = '\0';
    return !json_object_get(claims, name) || (copy(claims, name, out_text, room) && out_text[0]);
}

/* A number from 1; 0 where it is absent. */
static bool read_generation(const json_t *claims, int *out_generation)
{
    char text[10];
    *out_generation = 0;
    if (!copy_optional(claims, "gen", text, sizeof(text)))
        return false;
    if (text[0] && (text[0] == '0' || text[strspn(text, "0123456789")]))
        return false;
    for (const char *at = text; *at; at++)
        *out_generation = *out_generation * 10 + (*at - '0');
    return true;
}

static bool read_actor(const json_t *claims, struct actor *actor)
{
    const char *role = claims_text(claims, "rol", SIZE_MAX), *level = claims_text(claims, "lvl", SIZE_MAX);
    int role_found = role ? role_find(role, strlen(role)) : -1;
    int level_found = level ? word_find(WORDS_level, level, strlen(level)) : -1;
    if (role_found < 0 || level_found < 0)
        return false;
    actor->role = (enum role)role_found;
    actor->level = (enum level)level_found;
    return copy_optional(claims, "ses", actor->session, sizeof(actor->session)) &&
           copy_optional(claims, "brd", actor->brand, sizeof(actor->brand)) &&
           read_generation(claims, &actor->generation) && copy(claims, "sub", actor->id, sizeof(actor->id)) &&
           copy(claims, "jti", actor->token_id, sizeof(actor->token_id)) &&
           copy_optional(claims, "grp", actor->groups, sizeof(actor->groups)) &&
           claims_date(claims, "iat", &actor->issued_at) && claims_date(claims, "exp", &actor->expires_at) &&
           is_actor(actor);
}

bool content_read(const json_t *claims, struct content *out_content)
{
    struct content content = {.not_before = 0};
    if (!claims_say(claims, "iss", CONTENT_ISSUER) || !read_actor(claims, &content.actor) ||
        !copy(claims, "aud", content.deployment, sizeof(content.deployment)) ||
        !claims_date(claims, "nbf", &content.not_before) ||
        !copy_optional(claims, "nam", content.name, sizeof(content.name)) || !is_name(content.name))
        return false;
    *out_content = content;
    return true;
}

/* ---- packed: what has one size, then the texts, each with its NUL */

struct packed {
    int64_t issued_at, expires_at, not_before;
    int generation;
    enum role role;
    enum level level;
};

char *content_pack(const struct content *content)
{
    const struct actor *actor = &content->actor;
    const struct packed packed = {.issued_at = actor->issued_at,
                                  .expires_at = actor->expires_at,
                                  .not_before = content->not_before,
                                  .generation = actor->generation,
                                  .role = actor->role,
                                  .level = actor->level};
    const char *texts[] = {actor->session,  actor->brand,        actor->id,    actor->groups,
                           actor->token_id, content->deployment, content->name};
    size_t size = sizeof(packed);
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        size += strlen(texts[i]) + 1;
    char *bytes = memory_alloc(size), *at = bytes + sizeof(packed);
    memcpy(bytes, &packed, sizeof(packed));
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        at = stpcpy(at, texts[i]) + 1;
    return bytes;
}

void content_unpack(const char *bytes, struct content *out_content)
{
    struct packed packed;
    memcpy(&packed, bytes, sizeof(packed));
    *out_content = (struct content){.not_before = packed.not_before,
                                    .actor = {.issued_at = packed.issued_at,
                                              .expires_at = packed.expires_at,
                                              .generation = packed.generation,
                                              .role = packed.role,
                                              .level = packed.level}};
    struct actor *actor = &out_content->actor;
    char *texts[] = {actor->session,          actor->brand,     actor->id, actor->groups, actor->token_id,
                     out_content->deployment, out_content->name};
    const char *at = bytes + sizeof(packed);
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        size_t size = strlen(at) + 1;
        memcpy(texts[i], at, size);
        at += size;
    }
}
