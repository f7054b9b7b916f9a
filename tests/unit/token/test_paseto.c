#include "support.h"
#include "token/base64.h"

static void the_official_public_vectors_sign_and_verify(void **state)
{
    (void)state;
    json_t *tests = vectors_load("v4.json"), *vector;
    size_t i, done = 0;
    json_array_foreach(tests, i, vector)
    {
        if (strncmp(vector_string(vector, "name"), "4-S-", 4) != 0)
            continue;
        done++;
        unsigned char secret[PASETO_SECRET_BYTES], public_key[PASETO_PUBLIC_BYTES];
        assert_int_equal(vector_bytes(vector, "secret-key", secret, sizeof(secret)), sizeof(secret));
        assert_int_equal(vector_bytes(vector, "public-key", public_key, sizeof(public_key)),
                         sizeof(public_key));
        struct paseto_piece payload = piece(vector_string(vector, "payload")), read;
        struct paseto_piece implicit = piece(vector_string(vector, "implicit-assertion"));
        const char *token = vector_string(vector, "token"), *footer = vector_string(vector, "footer");

        CLEAN_FREE char *signed_token = paseto_sign(secret, payload, piece(footer), implicit);
        assert_string_equal(signed_token, token);
        struct paseto parsed;
        assert_true(paseto_parse(token, strlen(token), &parsed));
        assert_int_equal(parsed.footer_size, strlen(footer));
        assert_memory_equal(parsed.footer, footer, strlen(footer));
        assert_true(paseto_verify(&parsed, public_key, implicit, &read));
        assert_int_equal(read.size, payload.size);
        assert_memory_equal(read.bytes, payload.bytes, payload.size);
    }
    assert_int_equal(done, 3);
    json_decref(tests);
}

/* All that must fail, and every local token: there is no key of that purpose here. */
static void the_official_failing_vectors_and_all_local_tokens_are_refused(void **state)
{
    (void)state;
    json_t *tests = vectors_load("v4.json"), *vector;
    size_t i, done = 0;
    json_array_foreach(tests, i, vector)
    {
        if (strncmp(vector_string(vector, "name"), "4-S-", 4) == 0)
            continue;
        done++;
        unsigned char key[PASETO_PUBLIC_BYTES];
        const char *name = vector_string(vector, "public-key") ? "public-key" : "key";
        assert_int_equal(vector_bytes(vector, name, key, sizeof(key)), sizeof(key));
        const char *token = vector_string(vector, "token");
        struct paseto parsed;
        struct paseto_piece read;
        assert_false(paseto_parse(token, strlen(token), &parsed) &&
                     paseto_verify(&parsed, key, piece(vector_string(vector, "implicit-assertion")), &read));
    }
    assert_int_equal(done, 14);
    json_decref(tests);
}

static void pae_is(const struct paseto_piece *pieces, size_t count, const char *expected, size_t size)
{
    CLEAN_BUFFER struct buffer buffer = {0};
    paseto_pae(&buffer, pieces, count);
    assert_int_equal(buffer.size, size);
    assert_memory_equal(buffer.bytes, expected, size);
}

static void the_encoding_before_signing_is_that_of_the_specification(void **state)
{
    (void)state;
    const struct paseto_piece empty[] = {{"", 0}}, test[] = {{"test", 4}}, nothing[] = {{NULL, 0}};
    const struct paseto_piece parts[] = {{"a", 1}, {"\0b", 2}};
    pae_is(NULL, 0, "\0\0\0\0\0\0\0\0", 8);
    pae_is(empty, 1, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    pae_is(nothing, 1, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    pae_is(test, 1, "\1\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0test", 20);
    pae_is(parts, 2, "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\2\0\0\0\0\0\0\0\0b", 27);
    char large[300] = {0};
    const struct paseto_piece length[] = {{large, sizeof(large)}};
    char expected[16 + sizeof(large)] = "\1\0\0\0\0\0\0\0\x2C\1";
    pae_is(length, 1, expected, sizeof(expected));
}

/* A key pair, the same in every run, and tokens of it. */
static void keys_of(unsigned char seed_byte, unsigned char public_key[PASETO_PUBLIC_BYTES],
                    unsigned char secret[PASETO_SECRET_BYTES])
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    memset(seed, seed_byte, sizeof(seed));
    crypto_sign_seed_keypair(public_key, secret, seed);
}

static bool verifies_as(const char *text, size_t size, const unsigned char *public_key, const char *implicit)
{
    struct paseto parsed;
    struct paseto_piece read;
    return paseto_parse(text, size, &parsed) && paseto_verify(&parsed, public_key, piece(implicit), &read);
}

static void a_token_with_any_bit_flipped_is_refused(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    static const char *const payloads[] = {"{\"a\":1}", "{\"a\":12}",
                                           "{\"a\":123}"}; /* every number of spare bits */
    for (size_t i = 0; i < ARRAY_SIZE(payloads); i++) {
        CLEAN_FREE char *token =
            paseto_sign(secret, piece(payloads[i]), piece("{\"kid\":\"x\"}"), piece("test"));
        size_t size = strlen(token);
        assert_true(verifies_as(token, size, public_key, "test"));
        for (size_t bit = 0; bit < size * 8; bit++) {
            token[bit / 8] = (char)(token[bit / 8] ^ (1 << bit % 8));
            if (verifies_as(token, size, public_key, "test"))
                fail_msg("bit %zu of %s", bit, token);
            token[bit / 8] = (char)(token[bit / 8] ^ (1 << bit % 8));
        }
        assert_true(verifies_as(token, size, public_key, "test"));
    }
}

static void a_token_has_one_spelling(void **state)
{
    (void)state;
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    static const char *const footers[] = {"", "f", "fo", "foo"};
    for (size_t i = 0; i < ARRAY_SIZE(footers); i++) {
        CLEAN_FREE char *token = paseto_sign(secret, piece("{}"), piece(footers[i]), piece(""));
        size_t size = strlen(token);
        assert_true(verifies_as(token, size, public_key, ""));
        char last = token[size - 1];
        for (const char *c = alphabet; *c; c++) { /* the last character's spare bits */
            token[size - 1] = *c;
            assert_true(verifies_as(token, size, public_key, "") == (*c == last));
        }
        token[size - 1] = last;
        static const char *const tails[] = {"=", "==", "===", ".", "..", ".AA", "A", " ", "\n", "\r\n", "\t"};
        for (size_t j = 0; j < ARRAY_SIZE(tails); j++) {
            CLEAN_FREE char *longer = memory_print("%s%s", token, tails[j]);
            assert_false(verifies_as(longer, strlen(longer), public_key, ""));
        }
        assert_false(verifies_as(token, size + 1, public_key, "")); /* its NUL is no part of it */
        for (size_t cut = 0; cut < size; cut++)
            assert_false(verifies_as(token, cut, public_key, ""));
    }
}

static void padding_and_the_other_alphabet_are_refused_in_the_middle_too(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    CLEAN_FREE char *token =
        paseto_sign(secret, piece("{\"a\":\"\xff\xff\xbe\xfb\"}"), piece("foot"), piece(""));
    size_t size = strlen(token);
    const char *dot = strrchr(token, '.');
    assert_true(verifies_as(token, size, public_key, ""));
    CLEAN_FREE char *padded = memory_print("%.*s=%s", (int)(dot - token), token, dot);
    assert_false(verifies_as(padded, strlen(padded), public_key, ""));
    size_t replaced = 0;
    for (size_t i = strlen(PASETO_HEADER); i < size; i++)
        if (token[i] == '-' || token[i] == '_') {
            char was = token[i];
            token[i] = was == '-' ? '+' : '/';
            assert_false(verifies_as(token, size, public_key, ""));
            token[i] = was;
            replaced++;
        }
    assert_true(replaced > 0);
}

static void another_key_and_another_purpose_are_refused(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], other[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    unsigned char zero[PASETO_PUBLIC_BYTES] = {0}, unused[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    keys_of(2, other, unused);
    CLEAN_FREE char *token = paseto_sign(secret, piece("{}"), piece("foot"), piece("purpose"));
    size_t size = strlen(token);
    assert_true(verifies_as(token, size, public_key, "purpose"));
    assert_false(verifies_as(token, size, other, "purpose"));
    assert_false(verifies_as(token, size, zero, "purpose"));
    assert_false(verifies_as(token, size, public_key, "purpos"));
    assert_false(verifies_as(token, size, public_key, "purpose2"));
    assert_false(verifies_as(token, size, public_key, ""));
}

/* What moves from one piece to the next changes what was signed. */
static void pieces_do_not_run_into_each_other(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    CLEAN_FREE char *token = paseto_sign(secret, piece("{}"), piece("foot"), piece("purpose"));
    CLEAN_FREE char *bare = memory_bytes(token, (size_t)(strrchr(token, '.') - token));
    assert_false(verifies_as(bare, strlen(bare), public_key, "purpose"));
    assert_false(verifies_as(bare, strlen(bare), public_key, "footpurpose"));
    CLEAN_FREE char *moved = memory_print("%s.Zm9vdHB1cnBvc2U", bare); /* footpurpose */
    assert_false(verifies_as(moved, strlen(moved), public_key, ""));
}

static void other_versions_and_purposes_are_refused(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    CLEAN_FREE char *token = paseto_sign(secret, piece("{}"), piece(""), piece(""));
    static const char *const headers[] = {
        "v1.public.", "v2.public.",  "v3.public.", "v4.local.",  "v3.local.",
        "v4.Public.", "V4.public.",  "v4public.",  "k4.public.", "v4..",
        "v4.",        "v4.publicc.", "",           ".",          " v4.public.",
    };
    for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
        CLEAN_FREE char *other = memory_print("%s%s", headers[i], token + strlen(PASETO_HEADER));
        assert_false(verifies_as(other, strlen(other), public_key, ""));
    }
}

static void a_message_without_room_for_a_signature_is_refused(void **state)
{
    (void)state;
    struct paseto parsed;
    char text[128] = PASETO_HEADER;
    for (size_t size = 0; size <= 86; size++) { /* 86 characters are 64 bytes */
        memset(text + strlen(PASETO_HEADER), 'A', size);
        bool whole = size == 86;
        assert_true(paseto_parse(text, strlen(PASETO_HEADER) + size, &parsed) == whole);
    }
    assert_int_equal(parsed.message_size, PASETO_SIGNATURE_BYTES);
}

static void sizes_are_limited(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    keys_of(1, public_key, secret);
    char payload[PASETO_MESSAGE_MAX] = {0}, footer[PASETO_FOOTER_MAX + 1] = {0};
    memset(payload, 'p', sizeof(payload) - 1);
    memset(footer, 'f', sizeof(footer) - 1);

    CLEAN_FREE char *footed = paseto_sign(secret, piece("{}"), piece(footer), piece(""));
    assert_true(verifies_as(footed, strlen(footed), public_key, ""));
    CLEAN_FREE char *bare = paseto_sign(secret, piece("{}"), piece(""), piece(""));
    CLEAN_FREE char *over = memory_alloc(4096);
    snprintf(over, 4096, "%s.", bare);
    struct paseto parsed;
    memset(over + strlen(over), 'A', BASE64_SIZE(PASETO_FOOTER_MAX + 1));
    assert_false(paseto_parse(over, strlen(over), &parsed));
    over[strlen(over) - 1] = '\0'; /* 256 bytes again */
    assert_true(paseto_parse(over, strlen(over), &parsed));

    /* The largest token that may be, and the smallest that may not. */
    size_t most = (LIMIT_TOKEN - strlen(PASETO_HEADER)) * 3 / 4 - PASETO_SIGNATURE_BYTES;
    CLEAN_FREE char *large = paseto_sign(secret, (struct paseto_piece){payload, most}, piece(""), piece(""));
    assert_int_equal(strlen(large), LIMIT_TOKEN);
    assert_true(verifies_as(large, strlen(large), public_key, ""));
    CLEAN_FREE char *larger =
        paseto_sign(secret, (struct paseto_piece){payload, most + 1}, piece(""), piece(""));
    assert_true(strlen(larger) > LIMIT_TOKEN);
    assert_false(verifies_as(larger, strlen(larger), public_key, ""));

    size_t mebibyte = 1 << 20;
    CLEAN_FREE char *huge = memory_alloc(mebibyte + 1);
    memset(huge, 'A', mebibyte);
    memcpy(huge, PASETO_HEADER, strlen(PASETO_HEADER));
    assert_false(paseto_parse(huge, mebibyte, &parsed));
    assert_false(paseto_parse("", 0, &parsed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_official_public_vectors_sign_and_verify),
        cmocka_unit_test(the_official_failing_vectors_and_all_local_tokens_are_refused),
        cmocka_unit_test(the_encoding_before_signing_is_that_of_the_specification),
        cmocka_unit_test(a_token_with_any_bit_flipped_is_refused),
        cmocka_unit_test(a_token_has_one_spelling),
        cmocka_unit_test(padding_and_the_other_alphabet_are_refused_in_the_middle_too),
        cmocka_unit_test(another_key_and_another_purpose_are_refused),
        cmocka_unit_test(pieces_do_not_run_into_each_other),
        cmocka_unit_test(other_versions_and_purposes_are_refused),
        cmocka_unit_test(a_message_without_room_for_a_signature_is_refused),
        cmocka_unit_test(sizes_are_limited),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
