#include "token/sso.h"
#include "base/memory.h"
#include "token/claims.h"
#include "token/token.h"

#include <stdio.h>
#include <string.h>

static struct refusal sso_refuse(const char *field, const char *expected)
{
    return refusal_field(ERROR_sso_invalid, field, "%s", expected);
}

/* A text claim that is not empty, or NULL. */
static const char *sso_text(const json_t *claims, const char *name, size_t room)
{
    const char *text = claims_text(claims, name, room);
    return text && *text ? text : NULL;
}

/* The payload, signed by the key that the footer names. */
static bool sso_payload(const unsigned char keys[][PASETO_PUBLIC_BYTES], size_t count,
                        const struct paseto *token, struct paseto_piece *out_payload)
{
    const struct paseto_piece purpose = {TOKEN_PURPOSE_SSO, strlen(TOKEN_PURPOSE_SSO)};
    json_t *CLEAN_CLAIMS footer = claims_parse((struct paseto_piece){token->footer, token->footer_size});
    const char *wanted = claims_key_id(footer);
    for (size_t i = 0; wanted && i < count; i++) {
        char id[PASERK_ID_ROOM];
        paserk_id(keys[i], id);
        if (strcmp(id, wanted) == 0)
            return paseto_verify(token, keys[i], purpose, out_payload);
    }
    return false;
}

static struct refusal sso_dates(const json_t *claims, int64_t now_ms, struct sso *sso)
{
    int64_t issued, not_before;
    if (!claims_date(claims, "iat", &issued) || issued - now_ms > TOKEN_SKEW_MS)
        return sso_refuse("iat", "a date that has passed");
    if (!claims_date(claims, "exp", &sso->expires_at) || sso->expires_at <= now_ms)
        return sso_refuse("exp", "a date to come");
    if (sso->expires_at <= issued || sso->expires_at - issued > LIMIT_SSO_MS)
        return sso_refuse("exp", "at most five minutes after iat");
    if (json_object_get(claims, "nbf") &&
        (!claims_date(claims, "nbf", &not_before) || not_before - now_ms > TOKEN_SKEW_MS))
        return sso_refuse("nbf", "a date that has passed");
    return refusal_of(ERROR_none);
}

static struct refusal sso_groups(const json_t *groups, struct sso *sso)
{
    static const char expected[] = "an object of values by dimension";
    const char *dimension;
    json_t *value;
    size_t size = 0;
    if (!groups)
        return refusal_of(ERROR_none);
    if (!json_is_object(groups) || json_object_size(groups) > LIMIT_DIMENSIONS)
        return sso_refuse("grp", expected);
    json_object_foreach((json_t *)groups, dimension, value)
    {
        if (!text_is_id(dimension, strlen(dimension)) || !json_is_string(value) ||
            !text_is_id(json_string_value(value), json_string_length(value)))
            return sso_refuse("grp", expected);
        size += (size_t)snprintf(sso->groups + size, sizeof(sso->groups) - size, "%s%s=%s", size ? "," : "",
                                 dimension, json_string_value(value));
    }
    return refusal_of(ERROR_none);
}

struct refusal sso_verify(const unsigned char keys[][PASETO_PUBLIC_BYTES], size_t count, const char *text,
                          size_t size, const char *brand, const char *deployment, const char *session,
                          int64_t now_ms, struct sso *out_sso)
{
    struct paseto token;
    struct paseto_piece payload;
    struct sso sso = {.subject = ""};
    if (!paseto_parse(text, size, &token))
        return sso_refuse("sso", "a PASETO v4.public token");
    if (!sso_payload(keys, count, &token, &payload))
        return sso_refuse("sso",
                          "a signature by a registered key of this session's brand, which the footer names");
    json_t *CLEAN_CLAIMS claims = claims_parse(payload);
    if (!claims)
        return sso_refuse("sso", "claims: a JSON object");
    if (!claims_say(claims, "iss", brand))
        return sso_refuse("iss", "the id of this session's brand");
    if (!claims_say(claims, "aud", deployment))
        return sso_refuse("aud", "this deployment's id");
    if (json_object_get(claims, "ses") && !claims_say(claims, "ses", session))
        return sso_refuse("ses", "this session");
    const char *subject = sso_text(claims, "sub", sizeof(sso.subject)),
               *id = sso_text(claims, "jti", sizeof(sso.id));
    if (!subject || !id)
        return sso_refuse(subject ? "jti" : "sub", "a text, at most 255 bytes (jti: 128)");
    strcpy(sso.subject, subject);
    strcpy(sso.id, id);
    struct refusal refusal = sso_dates(claims, now_ms, &sso);
    if (!refusal.error)
        refusal = sso_groups(json_object_get(claims, "grp"), &sso);
    if (!refusal.error)
        *out_sso = sso;
    return refusal;
}
