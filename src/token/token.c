#include "token/token.h"
#include "base/date.h"
#include "base/memory.h"
#include "token/claims.h"
#include "token/memo.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define TOKEN_ID_BYTES 16

static struct paseto_piece token_piece(const char *text)
{
    return (struct paseto_piece){text, strlen(text)};
}

/* Making one */

char *token_make(const struct keyring *keyring, const struct actor *actor, const char *name, int64_t now_ms,
                 int64_t ttl_ms, const char *deployment)
{
    assert(deployment[0] && keyring->count > 0 && keyring->keys[0].signs);
    struct content content = {.actor = *actor, .not_before = now_ms};
    struct actor *whole = &content.actor;
    if (!whole->token_id[0]) {
        unsigned char id[TOKEN_ID_BYTES];
        randombytes_buf(id, sizeof(id));
        sodium_bin2base64(whole->token_id, sizeof(whole->token_id), id, sizeof(id),
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    }
    if (strlen(name) >= sizeof(content.name) || strlen(deployment) >= sizeof(content.deployment) ||
        ttl_ms <= 0 || now_ms < DATE_MIN || now_ms > DATE_MAX || ttl_ms > DATE_MAX - now_ms)
        return NULL;
    whole->issued_at = now_ms;
    whole->expires_at = now_ms + ttl_ms;
    strcpy(content.name, name);
    strcpy(content.deployment, deployment);
    json_t *CLEAN_CLAIMS claims = NULL;
    if (!content_write(&content, &claims))
        return NULL;
    CLEAN_FREE char *payload = json_dumps(claims, JSON_COMPACT);
    if (!payload)
        abort(); /* only memory can be wanting */
    CLEAN_FREE char *footer = memory_print("{\"kid\":\"%s\"}", keyring->keys[0].id);
    char *token = paseto_sign(keyring->secret, token_piece(payload), token_piece(footer),
                              token_piece(TOKEN_PURPOSE_JOIN));
    assert(strlen(token) <= LIMIT_TOKEN);
    token_memo_add(keyring->memo, token, strlen(token), &content);
    return token;
}

/* Verifying one */

/* The key that the footer names and nothing else. */
static const struct keyring_key *token_key(const struct keyring *keyring, const struct paseto *token)
{
    json_t *CLEAN_CLAIMS footer = claims_parse((struct paseto_piece){token->footer, token->footer_size});
    const char *id = claims_key_id(footer);
    return id ? keyring_find(keyring, id, strlen(id)) : NULL;
}

/* What a token says that is rightly signed. */
static bool token_content(const struct keyring *keyring, const char *text, size_t size,
                          struct content *out_content)
{
    if (size > LIMIT_TOKEN)
        return false;
    if (token_memo_find(keyring->memo, text, size, out_content))
        return true;
    struct paseto token;
    struct paseto_piece payload;
    const struct keyring_key *key = paseto_parse(text, size, &token) ? token_key(keyring, &token) : NULL;
    if (!key || !paseto_verify(&token, key->public_key, token_piece(TOKEN_PURPOSE_JOIN), &payload))
        return false;
    json_t *CLEAN_CLAIMS claims = claims_parse(payload);
    if (!claims || !content_read(claims, out_content))
        return false;
    token_memo_add(keyring->memo, text, size, out_content);
    return true;
}

enum error token_verify(const struct keyring *keyring, const char *text, size_t size, const char *deployment,
                        int64_t now_ms, struct actor *out_actor, char out_name[TOKEN_NAME_ROOM])
{
    assert(deployment[0]);
    struct content content;
    if (!token_content(keyring, text, size, &content) || strcmp(content.deployment, deployment) != 0 ||
        content.actor.issued_at - now_ms > TOKEN_SKEW_MS || content.not_before - now_ms > TOKEN_SKEW_MS)
        return ERROR_token_invalid;
    if (now_ms >= content.actor.expires_at)
        return ERROR_token_expired;
    *out_actor = content.actor;
    memcpy(out_name, content.name, sizeof(content.name));
    return ERROR_none;
}
