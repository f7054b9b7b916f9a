/* Codes: how they are read, made and known. */
#include "base/memory.h"
#include "token/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct keyring keyring = {.code_key = "0123456789abcdef0123456789abcde"};
static const struct keyring other = {.code_key = "another key of the same size..."};

static void what_is_typed_is_read_generously(void **state)
{
    static const char *const same[] = {"7H3KX-9QMRT", "7h3kx-9qmrt", "7H3KX9QMRT", " 7h3 kx-9qm rt "};
    char code[CODE_ROOM];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        assert_true(code_read(same[i], strlen(same[i]), code));
        assert_string_equal(code, "7H3KX-9QMRT");
    }
    assert_true(code_read("oOiIl-L0101", 11, code));
    assert_string_equal(code, "00111-10101");
}

static void what_can_be_no_code_is_told_apart(void **state)
{
    static const char *const bad[] = {
        "", "7H3KX", "7H3KX-9QMR", "7H3KX-9QMRTT", "7H3KX-9QMRU", "7H3KX_9QMRT", "7H3KX-9QMR\xc3\xa9"};
    char code[CODE_ROOM] = "same";
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (code_read(bad[i], strlen(bad[i]), code))
            fail_msg("%s", bad[i]);
    assert_false(code_read("7H3KX\0-9QMR", 11, code));
    assert_string_equal(code, "same");
}

static void a_random_code_is_read_as_it_is_printed(void **state)
{
    char before[CODE_ROOM] = "", code[CODE_ROOM], read[CODE_ROOM];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        code_random(code);
        assert_true(code_read(code, strlen(code), read));
        assert_string_equal(code, read);
        assert_string_not_equal(code, before);
        strcpy(before, code);
    }
}

static void a_repeated_call_derives_the_same_codes_and_any_other_call_others(void **state)
{
    char one[CODE_ROOM], same[CODE_ROOM], not [6][CODE_ROOM];
    (void)state;
    code_derive(&keyring, "s", "p1", "key", 1, one);
    code_derive(&keyring, "s", "p1", "key", 1, same);
    assert_string_equal(one, same);
    code_derive(&keyring, "s", "p1", "key", 2, not [0]);
    code_derive(&keyring, "s", "p1", "kex", 1, not [1]);
    code_derive(&keyring, "s", "p2", "key", 1, not [2]);
    code_derive(&keyring, "t", "p1", "key", 1, not [3]);
    code_derive(&other, "s", "p1", "key", 1, not [4]);
    code_derive(&keyring, "sp", "1", "key", 1, not [5]);
    for (size_t i = 0; i < ARRAY_SIZE(not ); i++)
        assert_string_not_equal(one, not [i]);
}

static void a_digest_belongs_to_a_code_a_session_and_a_deployment(void **state)
{
    char one[CODE_DIGEST_ROOM], same[CODE_DIGEST_ROOM], not [3][CODE_DIGEST_ROOM];
    (void)state;
    code_digest(&keyring, "s", "7H3KX-9QMRT", one);
    code_digest(&keyring, "s", "7H3KX-9QMRT", same);
    assert_string_equal(one, same);
    assert_int_equal(strspn(one, "0123456789abcdef"), CODE_DIGEST_ROOM - 1);
    code_digest(&keyring, "s", "7H3KX-9QMRV", not [0]);
    code_digest(&keyring, "t", "7H3KX-9QMRT", not [1]);
    code_digest(&other, "s", "7H3KX-9QMRT", not [2]);
    for (size_t i = 0; i < ARRAY_SIZE(not ); i++)
        assert_string_not_equal(one, not [i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_is_read_generously),
        cmocka_unit_test(what_can_be_no_code_is_told_apart),
        cmocka_unit_test(a_random_code_is_read_as_it_is_printed),
        cmocka_unit_test(a_repeated_call_derives_the_same_codes_and_any_other_call_others),
        cmocka_unit_test(a_digest_belongs_to_a_code_a_session_and_a_deployment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
