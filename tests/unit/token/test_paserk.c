#include "support.h"
#include "token/paserk.h"

/* Each vector's key to its text and back; those that must fail, in whichever direction they give. */
static size_t vectors_hold(const char *file, enum paserk kind)
{
    json_t *tests = vectors_load(file), *vector;
    size_t i, failing = 0;
    json_array_foreach(tests, i, vector)
    {
        unsigned char key[512], back[PASETO_SECRET_BYTES];
        char text[PASERK_ROOM];
        size_t size = vector_bytes(vector, "key", key, sizeof(key));
        const char *paserk = vector_string(vector, "paserk");
        if (json_is_true(json_object_get(vector, "expect-fail"))) {
            failing++;
            assert_false(size && paserk_format(kind, key, size, text));
            assert_false(paserk && paserk_parse(kind, paserk, strlen(paserk), back));
            continue;
        }
        assert_true(paserk_format(kind, key, size, text));
        assert_string_equal(text, paserk);
        assert_true(paserk_parse(kind, paserk, strlen(paserk), back));
        assert_memory_equal(back, key, size);
    }
    json_decref(tests);
    return failing;
}

static void the_official_vectors_of_secret_keys_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_hold("k4.secret.json", PASERK_SECRET), 2);
}

static void the_official_vectors_of_public_keys_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_hold("k4.public.json", PASERK_PUBLIC), 1);
}

static void the_official_vectors_of_ids_hold(void **state)
{
    (void)state;
    json_t *tests = vectors_load("k4.pid.json"), *vector;
    size_t i;
    json_array_foreach(tests, i, vector)
    {
        unsigned char key[64], back[PASERK_ID_BYTES];
        char id[PASERK_ID_ROOM], text[PASERK_ROOM];
        size_t size = vector_bytes(vector, "key", key, sizeof(key));
        if (json_is_true(json_object_get(vector, "expect-fail"))) {
            assert_false(paserk_format(PASERK_PUBLIC, key, size, text)); /* of which the id would be made */
            continue;
        }
        paserk_id(key, id);
        assert_string_equal(id, vector_string(vector, "paserk"));
        assert_true(paserk_parse(PASERK_ID, id, strlen(id), back));
        assert_true(paserk_format(PASERK_ID, back, sizeof(back), text));
        assert_string_equal(text, id);
    }
    json_decref(tests);
}

static void a_key_of_another_type_version_or_length_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES], out[PASETO_SECRET_BYTES];
    unsigned char untouched[PASETO_SECRET_BYTES];
    crypto_sign_keypair(public_key, secret);
    memset(out, 0xAB, sizeof(out));
    memset(untouched, 0xAB, sizeof(untouched));
    char texts[3][PASERK_ROOM] = {"", "", ""};
    paserk_format(PASERK_SECRET, secret, sizeof(secret), texts[PASERK_SECRET]);
    paserk_format(PASERK_PUBLIC, public_key, sizeof(public_key), texts[PASERK_PUBLIC]);
    paserk_id(public_key, texts[PASERK_ID]);
    static const char *const versions[] = {"k1", "k2", "k3", "k5", "K4", "v4", "k4k4", " k4", ""};
    for (enum paserk kind = PASERK_SECRET; kind <= PASERK_ID; kind++) {
        size_t size = strlen(texts[kind]);
        for (enum paserk other = PASERK_SECRET; other <= PASERK_ID; other++)
            assert_true(other == kind || !paserk_parse(other, texts[kind], size, out));
        for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
            CLEAN_FREE char *text = memory_print("%s%s", versions[i], texts[kind] + 2);
            assert_false(paserk_parse(kind, text, strlen(text), out));
        }
        for (size_t cut = 0; cut < size; cut++)
            assert_false(paserk_parse(kind, texts[kind], cut, out));
        static const char *const tails[] = {"A", "AAAA", "=", "==", "\n", " ", "."};
        for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
            CLEAN_FREE char *text = memory_print("%s%s", texts[kind], tails[i]);
            assert_false(paserk_parse(kind, text, strlen(text), out));
        }
        assert_false(paserk_parse(kind, texts[kind], size + 1, out)); /* its NUL is no part of it */
    }
    assert_memory_equal(out, untouched, sizeof(out));
}

static void a_secret_key_whose_public_half_is_anothers_is_refused(void **state)
{
    (void)state;
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES], out[PASETO_SECRET_BYTES];
    char text[PASERK_ROOM];
    crypto_sign_keypair(public_key, secret);
    for (size_t bit = PASETO_PUBLIC_BYTES * 8; bit < sizeof(secret) * 8; bit++) {
        secret[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(paserk_format(PASERK_SECRET, secret, sizeof(secret), text));
        CLEAN_BUFFER struct buffer forged = {0};
        char base64[sodium_base64_ENCODED_LEN(PASETO_SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
        sodium_bin2base64(base64, sizeof(base64), secret, sizeof(secret),
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        buffer_print(&forged, "k4.secret.%s", base64);
        assert_false(paserk_parse(PASERK_SECRET, forged.bytes, forged.size, out));
        secret[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(paserk_format(PASERK_SECRET, secret, sizeof(secret), text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_official_vectors_of_secret_keys_hold),
        cmocka_unit_test(the_official_vectors_of_public_keys_hold),
        cmocka_unit_test(the_official_vectors_of_ids_hold),
        cmocka_unit_test(a_key_of_another_type_version_or_length_is_refused_and_writes_nothing),
        cmocka_unit_test(a_secret_key_whose_public_half_is_anothers_is_refused),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
