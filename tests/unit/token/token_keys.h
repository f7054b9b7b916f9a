/* What the tests of tokens share: keys in a folder, somebody, and tokens of theirs. */
#ifndef TEST_TOKEN_KEYS_H
#define TEST_TOKEN_KEYS_H

#include "support.h"
#include "token/token.h"

#define NOW        INT64_C(1752481800125)
#define HOUR       INT64_C(3600000)
#define DEPLOYMENT "d3b07384"

/* Keys in a folder, as every test below has them. */
struct keys {
    char *base, *path;
    struct keyring *keyring;
};

static inline int keys_setup(void **state)
{
    struct keys *keys = memory_alloc(sizeof(*keys));
    CLEAN_BUFFER struct buffer problem = {0};
    if (folder_setup((void **)&keys->base))
        return -1;
    keys->path = memory_print("%s/keys", keys->base);
    keys->keyring = keyring_open(keys->path, &problem);
    *state = keys;
    return keys->keyring ? 0 : -1;
}

static inline int keys_teardown(void **state)
{
    struct keys *keys = *state;
    keyring_free(&keys->keyring);
    folder_teardown((void **)&keys->base);
    free(keys->path);
    free(keys);
    return 0;
}

static inline struct actor somebody(void)
{
    return (struct actor){.session = "danette",
                          .id = "p12",
                          .role = ROLE_participant,
                          .level = level_code,
                          .groups = "status=client,store=lille"};
}

/* Made by another keyring over the same folder: one knows what it signed itself, and verifies it no more. */
static inline char *token_of(const struct keys *keys, const struct actor *actor, const char *name)
{
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *elsewhere = keyring_open(keys->path, &problem);
    assert_non_null(elsewhere);
    char *token = token_make(elsewhere, actor, name, NOW, HOUR, DEPLOYMENT);
    keyring_free(&elsewhere);
    return token;
}

static inline enum error verify_at(const struct keys *keys, const char *token, int64_t now)
{
    struct actor actor;
    char name[TOKEN_NAME_ROOM];
    return token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, now, &actor, name);
}

/* A token signed with the keyring's key over claims of our own. */
static inline char *token_over(const struct keys *keys, const char *claims, const char *footer,
                               const char *purpose)
{
    CLEAN_FREE char *usual = memory_print("{\"kid\":\"%s\"}", keys->keyring->keys[0].id);
    return paseto_sign(keys->keyring->secret, piece(claims), piece(footer ? footer : usual), piece(purpose));
}

#define WITH_KEYS(test) cmocka_unit_test_setup_teardown(test, keys_setup, keys_teardown)

#endif
