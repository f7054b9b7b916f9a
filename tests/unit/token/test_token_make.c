/* Making tokens: what goes in comes out, and what could not be verified is not made. */
#include "token_keys.h"

static void what_was_made_is_verified_whole(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody(), read;
    char name[TOKEN_NAME_ROOM];
    CLEAN_FREE char *token = token_of(keys, &actor, "Zoé \"Zo\" 日本");
    assert_int_equal(token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, NOW, &read, name),
                     ERROR_none);
    assert_string_equal(read.session, "danette");
    assert_string_equal(read.id, "p12");
    assert_int_equal(read.role, ROLE_participant);
    assert_int_equal(read.level, level_code);
    assert_string_equal(read.groups, "status=client,store=lille");
    assert_true(read.issued_at == NOW);
    assert_true(read.expires_at == NOW + HOUR);
    assert_int_equal(strlen(read.token_id), 22);
    assert_string_equal(name, "Zoé \"Zo\" 日本");
}

static void every_role_and_level_goes_and_comes_back(void **state)
{
    struct keys *keys = *state;
    for (enum role role = 0; role < ROLE_COUNT; role++)
        for (int level = 0; level < level_count; level++) {
            struct actor actor = {.session = "s", .id = "p1", .role = role, .level = (enum level)level}, read;
            char name[TOKEN_NAME_ROOM];
            if (role == ROLE_admin)
                actor.session[0] = '\0';
            CLEAN_FREE char *token = token_of(keys, &actor, "");
            assert_int_equal(token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, NOW, &read, name),
                             ERROR_none);
            assert_int_equal(read.role, role);
            assert_int_equal(read.level, level);
            assert_string_equal(read.session, actor.session);
            assert_string_equal(read.groups, "");
            assert_string_equal(name, "");
        }
}

static void a_token_has_an_id_of_its_own_or_the_one_it_is_given(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody(), one, other;
    char name[TOKEN_NAME_ROOM];
    CLEAN_FREE char *first = token_of(keys, &actor, ""), *second = token_of(keys, &actor, "");
    token_verify(keys->keyring, first, strlen(first), DEPLOYMENT, NOW, &one, name);
    token_verify(keys->keyring, second, strlen(second), DEPLOYMENT, NOW, &other, name);
    assert_string_not_equal(one.token_id, other.token_id);
    CLEAN_FREE char *third = token_of(keys, &one, "");
    token_verify(keys->keyring, third, strlen(third), DEPLOYMENT, NOW, &other, name);
    assert_string_equal(one.token_id, other.token_id);
}

static void a_token_says_what_the_design_says(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody();
    snprintf(actor.token_id, sizeof(actor.token_id), "t1");
    CLEAN_FREE char *token = token_of(keys, &actor, "Ana");
    struct paseto parsed;
    struct paseto_piece payload;
    assert_true(paseto_parse(token, strlen(token), &parsed));
    CLEAN_FREE char *footer = memory_print("{\"kid\":\"%s\"}", keys->keyring->keys[0].id);
    assert_int_equal(parsed.footer_size, strlen(footer));
    assert_memory_equal(parsed.footer, footer, strlen(footer));
    assert_true(
        paseto_verify(&parsed, keys->keyring->keys[0].public_key, piece("palabre:join:v1"), &payload));
    CLEAN_FREE char *claims = memory_bytes(payload.bytes, payload.size);
    assert_string_equal(claims, "{\"iss\":\"palabre\",\"sub\":\"p12\",\"aud\":\"" DEPLOYMENT "\","
                                "\"exp\":\"2025-07-14T09:30:00.125Z\",\"nbf\":\"2025-07-14T08:30:00.125Z\","
                                "\"iat\":\"2025-07-14T08:30:00.125Z\",\"jti\":\"t1\",\"rol\":\"participant\","
                                "\"lvl\":\"code\",\"ses\":\"danette\",\"grp\":\"status=client,store=lille\","
                                "\"nam\":\"Ana\"}");
}

static void the_largest_actor_fits_into_a_token(void **state)
{
    struct keys *keys = *state;
    struct actor actor = {.role = ROLE_moderator}, read;
    memset(actor.session, 's', TEXT_ID_MAX);
    memset(actor.id, 'p', TEXT_ID_MAX);
    memset(actor.token_id, 'j', sizeof(actor.token_id) - 1);
    for (char dimension = 'a'; dimension < 'a' + LIMIT_DIMENSIONS; dimension++) {
        size_t size = strlen(actor.groups);
        snprintf(actor.groups + size, sizeof(actor.groups) - size, "%s%c%.31s=%.32s", size ? "," : "",
                 dimension, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    }
    assert_int_equal(strlen(actor.groups), LIMIT_DIMENSIONS * (2 * TEXT_ID_MAX + 2) - 1);
    actor.generation = 999999999;
    char name[TOKEN_NAME_ROOM] = "", read_name[TOKEN_NAME_ROOM];
    for (int i = 0; i < LIMIT_NAME; i++)
        strcat(name, "\U0001F600");
    CLEAN_FREE char *token = token_of(keys, &actor, name);
    assert_non_null(token);
    assert_true(strlen(token) <= LIMIT_TOKEN);
    assert_int_equal(token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, NOW, &read, read_name),
                     ERROR_none);
    assert_string_equal(read_name, name);
    assert_string_equal(read.groups, actor.groups);
}

static void a_brands_token_has_a_brand_in_place_of_a_session(void **state)
{
    struct keys *keys = *state;
    const struct actor actor = {.id = "brand", .role = ROLE_brand, .brand = "danone"};
    struct actor read, other;
    char name[TOKEN_NAME_ROOM];
    CLEAN_FREE char *token = token_of(keys, &actor, "Ana");
    assert_non_null(token);
    assert_int_equal(token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, NOW, &read, name),
                     ERROR_none);
    assert_string_equal(read.brand, "danone");
    assert_string_equal(read.session, "");
    assert_int_equal(read.generation, 0);
    other = actor;
    other.role = ROLE_moderator;
    assert_null(token_of(keys, &other, ""));
    other = actor;
    strcpy(other.session, "danette");
    assert_null(token_of(keys, &other, ""));
    other = actor;
    strcpy(other.brand, "Danone");
    assert_null(token_of(keys, &other, ""));
    other = actor;
    other.role = ROLE_admin;
    assert_null(token_of(keys, &other, ""));
}

static void the_generation_of_a_place_comes_back_as_it_was(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody(), read;
    char name[TOKEN_NAME_ROOM];
    for (int generation = 0; generation < 12; generation += 11) {
        actor.generation = generation;
        CLEAN_FREE char *token = token_of(keys, &actor, "");
        assert_int_equal(token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, NOW, &read, name),
                         ERROR_none);
        assert_int_equal(read.generation, generation);
    }
    actor.generation = -1;
    assert_null(token_of(keys, &actor, ""));
}

static void what_verify_would_refuse_is_not_made(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody();
    assert_null(token_of(keys, &actor, "two\nlines"));
    assert_null(token_of(keys, &actor, " space"));
    assert_null(token_of(keys, &actor, "E\u0301")); /* not NFC */
    assert_null(token_of(keys, &actor, "\xff"));
    assert_null(token_of(keys, &actor, "12345678901234567890123456789012345678901"));
    assert_null(token_make(keys->keyring, &actor, "", NOW, 0, DEPLOYMENT));
    assert_null(token_make(keys->keyring, &actor, "", NOW, -1, DEPLOYMENT));
    assert_null(token_make(keys->keyring, &actor, "", NOW, INT64_MAX, DEPLOYMENT));
    static const char *const bad_groups[] = {
        "store",        "store=",
        "=lille",       "store=lille ",
        " store=lille", "store=lille,,status=x",
        "store=Lille",  "store=lille status=client",
        "a=1",          "a=b=c",
        "a=b,a=c",      "a=b,",
        ",a=b",         "a=b\tc=d",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad_groups); i++) {
        actor = somebody();
        snprintf(actor.groups, sizeof(actor.groups), "%s", bad_groups[i]);
        CLEAN_FREE char *token = token_of(keys, &actor, "");
        if (token)
            fail_msg("groups %s", bad_groups[i]);
    }
    static const char *const good_groups[] = {"", "a=b", "a=b,a1=c", "ab=c,a=b,b=a",
                                              "status=client,store=lille"};
    for (size_t i = 0; i < ARRAY_SIZE(good_groups); i++) {
        actor = somebody();
        snprintf(actor.groups, sizeof(actor.groups), "%s", good_groups[i]);
        CLEAN_FREE char *token = token_of(keys, &actor, "");
        assert_non_null(token);
    }
    actor = somebody();
    actor.session[0] = '\0';
    assert_null(token_of(keys, &actor, ""));
    actor = somebody();
    actor.role = ROLE_admin;
    assert_null(token_of(keys, &actor, ""));
    actor = somebody();
    actor.id[0] = 'P';
    assert_null(token_of(keys, &actor, ""));
    actor = somebody();
    snprintf(actor.token_id, sizeof(actor.token_id), "not an id");
    assert_null(token_of(keys, &actor, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEYS(what_was_made_is_verified_whole),
        WITH_KEYS(every_role_and_level_goes_and_comes_back),
        WITH_KEYS(a_token_has_an_id_of_its_own_or_the_one_it_is_given),
        WITH_KEYS(a_token_says_what_the_design_says),
        WITH_KEYS(the_largest_actor_fits_into_a_token),
        WITH_KEYS(a_brands_token_has_a_brand_in_place_of_a_session),
        WITH_KEYS(the_generation_of_a_place_comes_back_as_it_was),
        WITH_KEYS(what_verify_would_refuse_is_not_made),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
