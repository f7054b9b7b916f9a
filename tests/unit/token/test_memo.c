#include "support.h"
#include "token/keyring.h"
#include "token/memo.h"
#include "token/token.h"

#define NOW        INT64_C(1752481800125)
#define HOUR       INT64_C(3600000)
#define DEPLOYMENT "d3b07384"

/* Signatures verified, which the linker sends here (tests/CMakeLists.txt). */
static unsigned verified;
int __real_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key);
int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key);

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key)
{
    verified++;
    return __real_crypto_sign_verify_detached(signature, message, size, key);
}

static struct keyring *keyring_of(const char *base)
{
    CLEAN_BUFFER struct buffer problem = {0};
    CLEAN_FREE char *path = memory_print("%s/keys", base);
    struct keyring *keyring = keyring_open(path, &problem);
    assert_non_null(keyring);
    return keyring;
}

static enum error verify(const struct keyring *keyring, const char *token, int64_t now)
{
    struct actor actor;
    char name[TOKEN_NAME_ROOM];
    return token_verify(keyring, token, strlen(token), DEPLOYMENT, now, &actor, name);
}

static const struct actor somebody = {.session = "danette", .id = "p12", .role = ROLE_participant};

static void a_signature_is_verified_once_and_never_where_it_was_made(void **state)
{
    struct keyring *here = keyring_of(*state), *there = keyring_of(*state);
    CLEAN_FREE char *token = token_make(here, &somebody, "Ana", NOW, HOUR, DEPLOYMENT);
    verified = 0;
    assert_int_equal(verify(here, token, NOW), ERROR_none);
    assert_int_equal(verified, 0);
    for (int again = 0; again < 3; again++)
        assert_int_equal(verify(there, token, NOW), ERROR_none);
    assert_int_equal(verified, 1);
    keyring_free(&here);
    keyring_free(&there);
}

static void what_is_known_still_ends_in_time_and_is_of_its_deployment(void **state)
{
    struct keyring *keyring = keyring_of(*state);
    struct actor actor;
    char name[TOKEN_NAME_ROOM];
    CLEAN_FREE char *token = token_make(keyring, &somebody, "", NOW, HOUR, DEPLOYMENT);
    assert_int_equal(verify(keyring, token, NOW + HOUR - 1), ERROR_none);
    assert_int_equal(verify(keyring, token, NOW + HOUR), ERROR_token_expired);
    assert_int_equal(verify(keyring, token, NOW - HOUR), ERROR_token_invalid);
    assert_int_equal(token_verify(keyring, token, strlen(token), "another", NOW, &actor, name),
                     ERROR_token_invalid);
    keyring_free(&keyring);
}

/* All that a token can say, made here and remembered, and read by one who never saw it. */
static void what_is_remembered_is_what_reading_gives(void **state)
{
    struct keyring *here = keyring_of(*state), *there = keyring_of(*state);
    const struct actor whole = {.session = "danette",
                                .id = "p12",
                                .role = ROLE_expert,
                                .level = level_verified,
                                .generation = 7,
                                .groups = "status=client,store=lille"};
    const struct actor brand = {.brand = "danone", .id = "lea", .role = ROLE_brand},
                       *all[] = {&whole, &brand};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        struct actor known, read;
        char known_name[TOKEN_NAME_ROOM], read_name[TOKEN_NAME_ROOM];
        CLEAN_FREE char *token = token_make(here, all[i], "Zoé", NOW, HOUR, DEPLOYMENT);
        assert_int_equal(token_verify(here, token, strlen(token), DEPLOYMENT, NOW, &known, known_name),
                         ERROR_none);
        assert_int_equal(token_verify(there, token, strlen(token), DEPLOYMENT, NOW, &read, read_name),
                         ERROR_none);
        assert_string_equal(known_name, read_name);
        assert_string_equal(known.session, all[i]->session);
        assert_string_equal(known.groups, all[i]->groups);
        assert_string_equal(read.session, known.session);
        assert_string_equal(read.brand, known.brand);
        assert_string_equal(read.id, known.id);
        assert_string_equal(read.groups, known.groups);
        assert_string_equal(read.token_id, known.token_id);
        assert_int_equal(read.role, known.role);
        assert_int_equal(read.level, known.level);
        assert_int_equal(read.generation, known.generation);
        assert_int_equal(read.issued_at, known.issued_at);
        assert_int_equal(read.expires_at, known.expires_at);
    }
    keyring_free(&here);
    keyring_free(&there);
}

static void what_is_wrong_is_not_remembered(void **state)
{
    struct keyring *here = keyring_of(*state), *there = keyring_of(*state);
    CLEAN_FREE char *token = token_make(here, &somebody, "", NOW, HOUR, DEPLOYMENT);
    token[60] = token[60] == 'A' ? 'B' : 'A';
    verified = 0;
    for (int again = 0; again < 3; again++)
        assert_int_equal(verify(there, token, NOW), ERROR_token_invalid);
    assert_int_equal(verified, 3);
    keyring_free(&here);
    keyring_free(&there);
}

static void a_key_that_is_withdrawn_takes_with_it_what_it_signed(void **state)
{
    CLEAN_BUFFER struct buffer problem = {0};
    CLEAN_FREE char *path = memory_print("%s/keys", (char *)*state);
    struct keyring *keyring = keyring_of(*state);
    CLEAN_FREE char *token = token_make(keyring, &somebody, "", NOW, HOUR, DEPLOYMENT);
    assert_int_equal(verify(keyring, token, NOW), ERROR_none);
    assert_true(keyring_rotate(path, &problem));
    CLEAN_FREE char *accepted = memory_print("%s/accepted/%s.pub", path, keyring->keys[0].id);
    assert_int_equal(remove(accepted), 0);
    keyring_free(&keyring);
    keyring = keyring_of(*state);
    assert_int_equal(verify(keyring, token, NOW), ERROR_token_invalid);
    keyring_free(&keyring);
}

static void a_memo_is_bounded_and_forgets_the_oldest(void **state)
{
    struct token_memo *memo = token_memo_new();
    struct content content = {.name = "Ana"};
    char token[32];
    unsigned known = 0, total = TOKEN_MEMO_ENTRIES * 2, recent = TOKEN_MEMO_ENTRIES / 4;
    (void)state;
    for (unsigned i = 0; i < total; i++)
        token_memo_add(memo, token, (size_t)snprintf(token, sizeof(token), "token %u", i), &content);
    for (unsigned i = total - recent; i < total; i++)
        known +=
            token_memo_find(memo, token, (size_t)snprintf(token, sizeof(token), "token %u", i), &content);
    assert_in_range(known, recent * 9 / 10, recent);
    known = 0;
    for (unsigned i = 0; i < recent; i++)
        known +=
            token_memo_find(memo, token, (size_t)snprintf(token, sizeof(token), "token %u", i), &content);
    assert_in_range(known, 0, recent / 2);
    token_memo_free(&memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_signature_is_verified_once_and_never_where_it_was_made,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(what_is_known_still_ends_in_time_and_is_of_its_deployment,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(what_is_remembered_is_what_reading_gives, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_not_remembered, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_key_that_is_withdrawn_takes_with_it_what_it_signed, folder_setup,
                                        folder_teardown),
        cmocka_unit_test(a_memo_is_bounded_and_forgets_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
