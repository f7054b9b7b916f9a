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

static int keys_setup(void **state)
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

static int keys_teardown(void **state)
{
    struct keys *keys = *state;
    keyring_free(&keys->keyring);
    folder_teardown((void **)&keys->base);
    free(keys->path);
    free(keys);
    return 0;
}

static struct actor somebody(void)
{
    return (struct actor){.session = "danette",
                          .id = "p12",
                          .role = ROLE_participant,
                          .level = level_code,
                          .groups = "status=client store=lille"};
}

/* Made by another keyring over the same folder: one knows what it signed itself, and verifies it no more. */
static char *token_of(const struct keys *keys, const struct actor *actor, const char *name)
{
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *elsewhere = keyring_open(keys->path, &problem);
    assert_non_null(elsewhere);
    char *token = token_make(elsewhere, actor, name, NOW, HOUR, DEPLOYMENT);
    keyring_free(&elsewhere);
    return token;
}

static enum error verify_at(const struct keys *keys, const char *token, int64_t now)
{
    struct actor actor;
    char name[TOKEN_NAME_ROOM];
    return token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, now, &actor, name);
}

/* A token signed with the keyring's key over claims of our own. */
static char *token_over(const struct keys *keys, const char *claims, const char *footer, const char *purpose)
{
    CLEAN_FREE char *usual = memory_print("{\"kid\":\"%s\"}", keys->keyring->keys[0].id);
    return paseto_sign(keys->keyring->secret, piece(claims), piece(footer ? footer : usual), piece(purpose));
}

static enum error verify_claims(const struct keys *keys, const char *claims)
{
    CLEAN_FREE char *token = token_over(keys, claims, NULL, TOKEN_PURPOSE_JOIN);
    return verify_at(keys, token, NOW);
}

static const char good_claims[] =
    "{\"iss\":\"palabre\",\"sub\":\"p12\",\"aud\":\"" DEPLOYMENT "\",\"exp\":\"2025-07-14T09:30:00Z\","
    "\"nbf\":\"2025-07-14T08:30:00Z\",\"iat\":\"2025-07-14T08:30:00Z\",\"jti\":\"abc\",\"ses\":\"danette\","
    "\"rol\":\"participant\",\"lvl\":\"open\",\"grp\":\"status=client\",\"nam\":\"Ana\"}";

/* The good claims, one of them replaced by JSON text, or left out where that is NULL; the caller frees. */
static char *claims_with(const char *name, const char *value)
{
    json_t *claims = json_loads(good_claims, 0, NULL);
    json_object_del(claims, name);
    if (value) {
        json_t *json = json_loads(value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(json);
        json_object_set_new(claims, name, json);
    }
    char *text = json_dumps(claims, JSON_COMPACT);
    json_decref(claims);
    return text;
}

static enum error verify_with(const struct keys *keys, const char *name, const char *value)
{
    CLEAN_FREE char *claims = claims_with(name, value);
    return verify_claims(keys, claims);
}

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
    assert_string_equal(read.groups, "status=client store=lille");
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
                                "\"lvl\":\"code\",\"ses\":\"danette\",\"grp\":\"status=client store=lille\","
                                "\"nam\":\"Ana\"}");
}

static void the_largest_actor_fits_into_a_token(void **state)
{
    struct keys *keys = *state;
    struct actor actor = {.role = ROLE_moderator}, read;
    memset(actor.session, 's', TEXT_ID_MAX);
    memset(actor.id, 'p', TEXT_ID_MAX);
    memset(actor.token_id, 'j', sizeof(actor.token_id) - 1);
    snprintf(actor.groups, sizeof(actor.groups), "%.32s=%.30s %.31s=%.31s",
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
             "ccccccccccccccccccccccccccccccc", "ddddddddddddddddddddddddddddddd");
    assert_int_equal(strlen(actor.groups), sizeof(actor.groups) - 1);
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
        " store=lille", "store=lille  status=x",
        "store=Lille",  "store=lille status=client",
        "a=1",          "a=b=c",
        "a=b a=c",      "a=b,c=d",
        "ab=c a=d",     "a=b\tc=d",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad_groups); i++) {
        actor = somebody();
        snprintf(actor.groups, sizeof(actor.groups), "%s", bad_groups[i]);
        CLEAN_FREE char *token = token_of(keys, &actor, "");
        if (token)
            fail_msg("groups %s", bad_groups[i]);
    }
    static const char *const good_groups[] = {"", "a=b", "a=b a1=c", "a=b ab=c b=a",
                                              "status=client store=lille"};
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

static void a_token_lives_until_it_expires_and_not_a_millisecond_longer(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody();
    CLEAN_FREE char *token = token_of(keys, &actor, "");
    assert_int_equal(verify_at(keys, token, NOW), ERROR_none);
    assert_int_equal(verify_at(keys, token, NOW + HOUR - 1), ERROR_none);
    assert_int_equal(verify_at(keys, token, NOW + HOUR), ERROR_token_expired);
    assert_int_equal(verify_at(keys, token, NOW + 1000 * HOUR), ERROR_token_expired);
}

static void a_clock_a_minute_behind_is_forgiven_and_no_more(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody();
    CLEAN_FREE char *token = token_of(keys, &actor, "");
    assert_int_equal(verify_at(keys, token, NOW - 60000), ERROR_none);
    assert_int_equal(verify_at(keys, token, NOW - 60001), ERROR_token_invalid);
    assert_int_equal(verify_with(keys, "nbf", "\"2025-07-14T08:31:00.125Z\""), ERROR_none);
    assert_int_equal(verify_with(keys, "nbf", "\"2025-07-14T08:31:00.126Z\""), ERROR_token_invalid);
    assert_int_equal(verify_with(keys, "iat", "\"2025-07-14T08:31:00.125Z\""), ERROR_none);
    assert_int_equal(verify_with(keys, "iat", "\"2025-07-14T08:31:00.126Z\""), ERROR_token_invalid);
}

static void what_is_false_anyway_is_not_called_expired(void **state)
{
    struct keys *keys = *state;
    CLEAN_FREE char *claims = claims_with("aud", "\"another\"");
    CLEAN_FREE char *other = token_over(keys, claims, NULL, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify_at(keys, other, NOW + 10 * HOUR), ERROR_token_invalid);
    CLEAN_FREE char *purpose = token_over(keys, good_claims, NULL, TOKEN_PURPOSE_SSO);
    assert_int_equal(verify_at(keys, purpose, NOW + 10 * HOUR), ERROR_token_invalid);
}

static void a_token_of_another_purpose_is_refused(void **state)
{
    struct keys *keys = *state;
    static const char *const others[] = {TOKEN_PURPOSE_SSO, "", "palabre:join:v2", "palabre:join:v1 ",
                                         "palabre:join:v"};
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        CLEAN_FREE char *token = token_over(keys, good_claims, NULL, others[i]);
        assert_int_equal(verify_at(keys, token, NOW), ERROR_token_invalid);
    }
    CLEAN_FREE char *token = token_over(keys, good_claims, NULL, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify_at(keys, token, NOW), ERROR_none);
}

static void a_token_with_any_bit_flipped_is_refused(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody();
    CLEAN_FREE char *token = token_of(keys, &actor, "Ana");
    size_t size = strlen(token);
    struct actor read;
    char name[TOKEN_NAME_ROOM];
    for (size_t bit = 0; bit < size * 8; bit++) {
        token[bit / 8] = (char)(token[bit / 8] ^ (1 << bit % 8));
        if (token_verify(keys->keyring, token, size, DEPLOYMENT, NOW, &read, name) != ERROR_token_invalid)
            fail_msg("bit %zu", bit);
        token[bit / 8] = (char)(token[bit / 8] ^ (1 << bit % 8));
    }
    assert_int_equal(verify_at(keys, token, NOW), ERROR_none);
}

static void a_refusal_writes_nothing(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody(), read, untouched;
    char name[TOKEN_NAME_ROOM] = "before";
    memset(&read, 0xAB, sizeof(read));
    memset(&untouched, 0xAB, sizeof(untouched));
    CLEAN_FREE char *token = token_of(keys, &actor, "Ana");
    token_verify(keys->keyring, token, strlen(token), DEPLOYMENT, NOW + HOUR, &read, name);
    token_verify(keys->keyring, token, strlen(token), "another", NOW, &read, name);
    assert_memory_equal(&read, &untouched, sizeof(read));
    assert_string_equal(name, "before");
}

static void only_the_key_that_the_footer_names_is_tried(void **state)
{
    struct keys *keys = *state;
    CLEAN_BUFFER struct buffer problem = {0};
    assert_true(keyring_rotate(keys->path, &problem));
    struct keys rotated = {.keyring = keyring_open(keys->path, &problem)};
    assert_int_equal(rotated.keyring->count, 2);
    /* Signed with the new key, but called the old one, and the other way round. */
    CLEAN_FREE char *old_footer = memory_print("{\"kid\":\"%s\"}", rotated.keyring->keys[1].id);
    CLEAN_FREE char *new_footer = memory_print("{\"kid\":\"%s\"}", rotated.keyring->keys[0].id);
    CLEAN_FREE char *misnamed = token_over(&rotated, good_claims, old_footer, TOKEN_PURPOSE_JOIN);
    CLEAN_FREE char *misnamed_old = token_over(keys, good_claims, new_footer, TOKEN_PURPOSE_JOIN);
    CLEAN_FREE char *fresh = token_over(&rotated, good_claims, NULL, TOKEN_PURPOSE_JOIN);
    CLEAN_FREE char *old = token_over(keys, good_claims, NULL, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify_at(&rotated, misnamed, NOW), ERROR_token_invalid);
    assert_int_equal(verify_at(&rotated, misnamed_old, NOW), ERROR_token_invalid);
    assert_int_equal(verify_at(&rotated, fresh, NOW), ERROR_none);
    assert_int_equal(verify_at(&rotated, old, NOW), ERROR_none);
    assert_int_equal(verify_at(keys, fresh, NOW),
                     ERROR_token_invalid); /* a keyring that does not know it yet */
    keyring_free(&rotated.keyring);
}

static void a_footer_that_names_no_known_key_is_refused(void **state)
{
    struct keys *keys = *state;
    const char *id = keys->keyring->keys[0].id;
    const char *const footers[] = {
        "",
        "{}",
        "[]",
        "null",
        "\"kid\"",
        "{\"kid\":null}",
        "{\"kid\":1}",
        "{\"kid\":\"\"}",
        "{\"kid\":\"k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE\"}",
        "{\"kid\":[\"%s\"]}",
        "{\"kid\":\"%s\",\"kid\":\"%s\"}",
        "{\"kid\":\"%s\",\"wpk\":\"x\"}",
        "{\"KID\":\"%s\"}",
        "{\"kid\":\"%s\"",
        "{\"kid\":\"%s\"}}",
        "{\"kid\":\"%s\\u0000\"}",
        "{\"kid\":\" %s\"}",
        "{\"kid\":\"%sA\"}",
        "%s",
    };
    for (size_t i = 0; i < ARRAY_SIZE(footers); i++) {
        CLEAN_BUFFER struct buffer footer = {0};
        for (const char *c = footers[i]; *c; c++) {
            if (c[0] == '%' && c[1] == 's')
                buffer_add_string(&footer, id), c++;
            else
                buffer_add_char(&footer, *c);
        }
        buffer_reserve(&footer, 0);
        CLEAN_FREE char *token =
            token_over(keys, good_claims, footer.size ? footer.bytes : "", TOKEN_PURPOSE_JOIN);
        if (verify_at(keys, token, NOW) != ERROR_token_invalid)
            fail_msg("footer %s", footers[i]);
    }
    CLEAN_FREE char *ends_in_nul = memory_print("{\"kid\":\"%s\"}", id);
    CLEAN_FREE char *token =
        paseto_sign(keys->keyring->secret, piece(good_claims),
                    (struct paseto_piece){ends_in_nul, strlen(ends_in_nul) + 1}, piece(TOKEN_PURPOSE_JOIN));
    assert_int_equal(verify_at(keys, token, NOW), ERROR_token_invalid);
    CLEAN_FREE char *spaced = memory_print("{ \"kid\" : \"%s\" }", id); /* as other languages write it */
    CLEAN_FREE char *good = token_over(keys, good_claims, spaced, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify_at(keys, good, NOW), ERROR_none);
}

static void a_footer_that_is_too_large_is_refused(void **state)
{
    struct keys *keys = *state;
    CLEAN_BUFFER struct buffer footer = {0};
    buffer_print(&footer, "{\"kid\":\"%s\"", keys->keyring->keys[0].id);
    while (footer.size < PASETO_FOOTER_MAX - 1)
        buffer_add_char(&footer, ' ');
    buffer_add_char(&footer, '}');
    assert_int_equal(footer.size, PASETO_FOOTER_MAX);
    CLEAN_FREE char *most = token_over(keys, good_claims, footer.bytes, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify_at(keys, most, NOW), ERROR_none);
    CLEAN_FREE char *over = memory_print("%sAAAA", most);
    assert_int_equal(verify_at(keys, over, NOW), ERROR_token_invalid);
}

static void claims_that_are_missing_or_no_strings_are_refused(void **state)
{
    struct keys *keys = *state;
    assert_int_equal(verify_claims(keys, good_claims), ERROR_none);
    static const char *const names[] = {"iss", "sub", "aud", "exp", "nbf", "iat",
                                        "jti", "ses", "rol", "lvl", "grp", "nam"};
    static const char *const values[] = {
        "null",      "1",    "1752481800",     "true",  "[]",          "{}",
        "[\"p12\"]", "\"\"", "\"p12\\u0000\"", "\" \"", "\"\\u202e\"",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        bool optional = strcmp(names[i], "grp") == 0 || strcmp(names[i], "nam") == 0;
        assert_int_equal(verify_with(keys, names[i], NULL), optional ? ERROR_none : ERROR_token_invalid);
        for (size_t j = 0; j < ARRAY_SIZE(values); j++)
            if (verify_with(keys, names[i], values[j]) != ERROR_token_invalid)
                fail_msg("%s: %s", names[i], values[j]);
    }
}

static void claims_of_other_values_are_refused(void **state)
{
    struct keys *keys = *state;
    static const struct {
        const char *name, *value;
    } bad[] = {
        {"iss", "\"Palabre\""},
        {"iss", "\"palabre2\""},
        {"aud", "\"" DEPLOYMENT "0\""},
        {"aud", "\"d3b0738\""},
        {"rol", "\"owner\""},
        {"rol", "\"Participant\""},
        {"rol", "\"admin\""}, /* an admin's has no session */
        {"lvl", "\"closed\""},
        {"lvl", "\"open \""},
        {"sub", "\"P12\""},
        {"sub", "\"p12/..\""},
        {"sub", "\"p23456789012345678901234567890123\""},
        {"ses", "\"Danette\""},
        {"ses", "\"a:b\""},
        {"ses", "\"s23456789012345678901234567890123\""},
        {"jti", "\"a b\""},
        {"jti", "\"123456789012345678901234567890123456789012345678\""},
        {"grp", "\"store=lille status=client\""},
        {"grp", "\"store\""},
        {"nam", "\"Ana\\n\""},
        {"nam", "\"E\\u0301\""},
        {"nam", "\"12345678901234567890123456789012345678901\""},
        {"exp", "\"2025-07-14\""},
        {"exp", "\"2025-07-14T09:30:00\""},
        {"exp", "\"2025-07-14 09:30:00Z\""},
        {"exp", "\"never\""},
        {"nbf", "\"now\""},
        {"iat", "\"0\""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (verify_with(keys, bad[i].name, bad[i].value) != ERROR_token_invalid)
            fail_msg("%s: %s", bad[i].name, bad[i].value);
    assert_int_equal(verify_with(keys, "exp", "\"2025-07-14T11:30:00+02:00\""), ERROR_none);
    assert_int_equal(verify_with(keys, "exp", "\"2025-07-14T10:30:00+02:00\""), ERROR_token_expired);
    assert_int_equal(verify_with(keys, "other", "{\"x\":[1]}"), ERROR_none);
}

static void an_admins_token_has_no_session(void **state)
{
    struct keys *keys = *state;
    static const char without[] =
        "{\"iss\":\"palabre\",\"sub\":\"root\",\"aud\":\"" DEPLOYMENT "\","
        "\"exp\":\"2025-07-14T09:30:00Z\",\"nbf\":\"2025-07-14T08:30:00Z\","
        "\"iat\":\"2025-07-14T08:30:00Z\",\"jti\":\"abc\",\"rol\":\"admin\",\"lvl\":\"open\"}";
    assert_int_equal(verify_claims(keys, without), ERROR_none);
    assert_int_equal(verify_with(keys, "rol", "\"admin\""), ERROR_token_invalid);
    assert_int_equal(verify_with(keys, "ses", NULL), ERROR_token_invalid);
}

static void claims_that_are_not_one_object_are_refused(void **state)
{
    struct keys *keys = *state;
    CLEAN_FREE char *array = memory_print("[%s]", good_claims),
                    *two = memory_print("%s%s", good_claims, good_claims);
    CLEAN_FREE char *open = memory_bytes(good_claims, strlen(good_claims) - 1);
    CLEAN_FREE char *twice = memory_print("%s,\"sub\":\"p12\"}", open);
    CLEAN_FREE char *escaped = memory_print("%s,\"s\\u0075b\":\"p13\"}", open);
    CLEAN_FREE char *nested = memory_print("%s,\"x\":{\"a\":1,\"a\":1}}", open);
    CLEAN_FREE char *latin = memory_print("%s,\"x\":\"\xe9\"}", open);
    CLEAN_FREE char *comma = memory_print("%s,}", open);
    const char *const bad[] = {"",  " ",  "null", "1",     "\"x\"", "[]",  "{}", array,
                               two, open, twice,  escaped, nested,  latin, comma};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (verify_claims(keys, bad[i]) != ERROR_token_invalid)
            fail_msg("claims %s", bad[i]);
    CLEAN_FREE char *ends_in_nul = token_over(keys, good_claims, NULL, TOKEN_PURPOSE_JOIN);
    CLEAN_FREE char *footer = memory_print("{\"kid\":\"%s\"}", keys->keyring->keys[0].id);
    free(ends_in_nul);
    ends_in_nul = paseto_sign(keys->keyring->secret, (struct paseto_piece){good_claims, sizeof(good_claims)},
                              piece(footer), piece(TOKEN_PURPOSE_JOIN));
    assert_int_equal(verify_at(keys, ends_in_nul, NOW), ERROR_token_invalid);
}

static void deep_claims_are_refused_without_harm(void **state)
{
    struct keys *keys = *state;
    CLEAN_BUFFER struct buffer deep = {0};
    while (deep.size < 2900)
        buffer_add_string(&deep, deep.size % 2 ? "[" : "{\"\":");
    CLEAN_FREE char *token = token_over(keys, deep.bytes, NULL, TOKEN_PURPOSE_JOIN);
    assert_int_equal(verify_at(keys, token, NOW), ERROR_token_invalid);
}

static void what_is_no_token_is_refused(void **state)
{
    struct keys *keys = *state;
    size_t mebibyte = 1 << 20;
    CLEAN_FREE char *huge = memory_alloc(mebibyte + 1);
    struct actor actor = somebody();
    CLEAN_FREE char *token = token_of(keys, &actor, "");
    memset(huge, 'A', mebibyte);
    memcpy(huge, token, strlen(token));
    const char *const bad[] = {"",         "v4",          "v4.public.", "v4.public..", "v4.local.AAAA",
                               "Bearer x", "e30.e30.e30", huge};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(verify_at(keys, bad[i], NOW), ERROR_token_invalid);
}

static void a_token_of_another_deployment_is_refused(void **state)
{
    struct keys *keys = *state;
    struct actor actor = somebody();
    CLEAN_FREE char *token =
        token_make(keys->keyring, &actor, "", NOW, HOUR, "another"); /* the same key files */
    assert_int_equal(verify_at(keys, token, NOW), ERROR_token_invalid);
}

#define WITH_KEYS(test) cmocka_unit_test_setup_teardown(test, keys_setup, keys_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEYS(what_was_made_is_verified_whole),
        WITH_KEYS(every_role_and_level_goes_and_comes_back),
        WITH_KEYS(a_token_has_an_id_of_its_own_or_the_one_it_is_given),
        WITH_KEYS(a_token_says_what_the_design_says),
        WITH_KEYS(the_largest_actor_fits_into_a_token),
        WITH_KEYS(what_verify_would_refuse_is_not_made),
        WITH_KEYS(a_token_lives_until_it_expires_and_not_a_millisecond_longer),
        WITH_KEYS(a_clock_a_minute_behind_is_forgiven_and_no_more),
        WITH_KEYS(what_is_false_anyway_is_not_called_expired),
        WITH_KEYS(a_token_of_another_purpose_is_refused),
        WITH_KEYS(a_token_with_any_bit_flipped_is_refused),
        WITH_KEYS(a_refusal_writes_nothing),
        WITH_KEYS(only_the_key_that_the_footer_names_is_tried),
        WITH_KEYS(a_footer_that_names_no_known_key_is_refused),
        WITH_KEYS(a_footer_that_is_too_large_is_refused),
        WITH_KEYS(claims_that_are_missing_or_no_strings_are_refused),
        WITH_KEYS(claims_of_other_values_are_refused),
        WITH_KEYS(an_admins_token_has_no_session),
        WITH_KEYS(claims_that_are_not_one_object_are_refused),
        WITH_KEYS(deep_claims_are_refused_without_harm),
        WITH_KEYS(what_is_no_token_is_refused),
        WITH_KEYS(a_token_of_another_deployment_is_refused),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
