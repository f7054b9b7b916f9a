/* Log-ins by a brand, signed here as a brand would. */
#include "base/date.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "token/paserk.h"
#include "token/sso.h"
#include "token/token.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1752481800000LL /* 2025-07-14T08:30:00Z */
#define CLAIMS(dates, more)                                                                                  \
    "{\"iss\":\"danone\",\"aud\":\"d1\",\"sub\":\"4711\",\"jti\":\"j1\"," dates more "}"
#define DATES "\"iat\":\"2025-07-14T08:30:00Z\",\"exp\":\"2025-07-14T08:35:00Z\""

static unsigned char secret[PASETO_SECRET_BYTES], keys[2][PASETO_PUBLIC_BYTES];

static int make_keys(void **state)
{
    unsigned char other[PASETO_SECRET_BYTES];
    (void)state;
    crypto_sign_keypair(keys[0], other);
    crypto_sign_keypair(keys[1], secret);
    return 0;
}

static char *signed_by_brand(const char *claims, const char *footer, const char *purpose)
{
    char id[PASERK_ID_ROOM];
    paserk_id(keys[1], id);
    char *usual CLEAN_FREE = memory_print("{\"kid\":\"%s\"}", id);
    const struct paseto_piece pieces[] = {{claims, strlen(claims)},
                                          {footer ? footer : usual, strlen(footer ? footer : usual)},
                                          {purpose, strlen(purpose)}};
    return paseto_sign(secret, pieces[0], pieces[1], pieces[2]);
}

static struct refusal verify(const char *token, struct sso *sso)
{
    return sso_verify(keys, 2, token, strlen(token), "danone", "d1", "danette", NOW, sso);
}

static void a_log_in_says_who_this_is_to_the_brand(void **state)
{
    struct sso sso;
    (void)state;
    char *token CLEAN_FREE = signed_by_brand(
        CLAIMS(DATES, ",\"ses\":\"danette\",\"grp\":{\"status\":\"client\",\"store\":\"lille\"},\"other\":7"),
        NULL, TOKEN_PURPOSE_SSO);
    assert_int_equal(verify(token, &sso).error, ERROR_none);
    assert_string_equal(sso.subject, "4711");
    assert_string_equal(sso.id, "j1");
    assert_string_equal(sso.groups, "status=client,store=lille");
    assert_int_equal(sso.expires_at, NOW + LIMIT_SSO_MS);
}

static void what_is_wrong_is_named_and_nothing_is_written(void **state)
{
    static const struct {
        const char *claims, *field;
    } cases[] = {
        {"[]", "sso"},
        {CLAIMS(DATES, ",\"sub\":\"x\""), "sso"}, /* twice */
        {"{\"aud\":\"d1\"}", "iss"},
        {"{\"iss\":\"danone\",\"aud\":\"d2\"}", "aud"},
        {CLAIMS(DATES, ",\"ses\":\"other\""), "ses"},
        {CLAIMS(DATES, ",\"ses\":7"), "ses"},
        {"{\"iss\":\"danone\",\"aud\":\"d1\",\"jti\":\"j\"," DATES "}", "sub"},
        {"{\"iss\":\"danone\",\"aud\":\"d1\",\"sub\":\"4711\"," DATES "}", "jti"},
        {CLAIMS("\"exp\":\"2025-07-14T08:35:00Z\"", ""), "iat"},
        {CLAIMS("\"iat\":\"2025-07-14T08:31:01Z\",\"exp\":\"2025-07-14T08:35:00Z\"", ""), "iat"},
        {CLAIMS("\"iat\":\"2025-07-14T08:30:00\",\"exp\":\"2025-07-14T08:35:00Z\"", ""), "iat"},
        {CLAIMS("\"iat\":\"2025-07-14T08:30:00Z\"", ""), "exp"},
        {CLAIMS("\"iat\":\"2025-07-14T08:25:00Z\",\"exp\":\"2025-07-14T08:30:00Z\"", ""), "exp"},
        {CLAIMS("\"iat\":\"2025-07-14T08:30:00Z\",\"exp\":\"2025-07-14T08:35:00.001Z\"", ""), "exp"},
        {CLAIMS("\"iat\":\"2025-07-14T08:30:30Z\",\"exp\":\"2025-07-14T08:30:30Z\"", ""), "exp"},
        {CLAIMS(DATES, ",\"nbf\":\"2025-07-14T08:32:00Z\""), "nbf"},
        {CLAIMS(DATES, ",\"grp\":\"client\""), "grp"},
        {CLAIMS(DATES, ",\"grp\":{\"Status\":\"client\"}"), "grp"},
        {CLAIMS(DATES, ",\"grp\":{\"status\":[\"client\"]}"), "grp"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sso sso = {.subject = "untouched"};
        char *token CLEAN_FREE = signed_by_brand(cases[i].claims, NULL, TOKEN_PURPOSE_SSO);
        struct refusal refusal = verify(token, &sso);
        if (refusal.error != ERROR_sso_invalid || strcmp(refusal.field, cases[i].field) != 0)
            fail_msg("%s: %s at %s", cases[i].claims, error_name(refusal.error), refusal.field);
        assert_string_equal(sso.subject, "untouched");
    }
}

static void a_token_of_another_purpose_or_key_is_none(void **state)
{
    struct sso sso;
    char id[PASERK_ID_ROOM];
    (void)state;
    paserk_id(keys[0], id);
    char *other CLEAN_FREE = memory_print("{\"kid\":\"%s\"}", id);
    const char *const footers[] = {other, "{}", "", "{\"kid\":7}", "{\"kid\":\"k4.pid.x\"}"};
    for (size_t i = 0; i < ARRAY_SIZE(footers); i++) {
        char *token CLEAN_FREE = signed_by_brand(CLAIMS(DATES, ""), footers[i], TOKEN_PURPOSE_SSO);
        assert_int_equal(verify(token, &sso).error, ERROR_sso_invalid);
    }
    char *join CLEAN_FREE = signed_by_brand(CLAIMS(DATES, ""), NULL, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify(join, &sso).error, ERROR_sso_invalid);
    char *good CLEAN_FREE = signed_by_brand(CLAIMS(DATES, ""), NULL, TOKEN_PURPOSE_SSO);
    assert_int_equal(verify(good, &sso).error, ERROR_none);
    assert_int_equal(sso_verify(keys, 1, good, strlen(good), "danone", "d1", "danette", NOW, &sso).error,
                     ERROR_sso_invalid);
    for (size_t i = 0; i < strlen(good); i++) {
        good[i] ^= 1;
        assert_int_equal(verify(good, &sso).error, ERROR_sso_invalid);
        good[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_in_says_who_this_is_to_the_brand),
        cmocka_unit_test(what_is_wrong_is_named_and_nothing_is_written),
        cmocka_unit_test(a_token_of_another_purpose_or_key_is_none),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
