#include "base/memory.h"
#include "base/text.h"
#include "domain/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void every_error_has_one_name_one_code_a_status_and_words(void **state)
{
    (void)state;
    for (enum error error = 1; error < ERROR_COUNT; error++) {
        assert_int_equal(error_find(error_name(error)), error);
        assert_true(error_code(error) < 0);
        assert_true(error_status(error) >= 400 && error_status(error) < 600);
        assert_true(error_message(error)[0]);
        for (enum error other = 1; other < error; other++) {
            assert_string_not_equal(error_name(error), error_name(other));
            assert_int_not_equal(error_code(error), error_code(other));
        }
    }
}

static void the_errors_of_json_rpc_have_its_codes(void **state)
{
    (void)state;
    assert_int_equal(error_code(ERROR_parse_error), -32700);
    assert_int_equal(error_code(ERROR_invalid_request), -32600);
    assert_int_equal(error_code(ERROR_method_not_found), -32601);
    assert_int_equal(error_code(ERROR_invalid_params), -32602);
    assert_int_equal(error_code(ERROR_internal_error), -32603);
}

static void an_unknown_name_is_an_internal_error(void **state)
{
    (void)state;
    assert_int_equal(error_find(""), ERROR_internal_error);
    assert_int_equal(error_find("none"), ERROR_internal_error);
    assert_int_equal(error_find("no_such_error"), ERROR_internal_error);
}

static void a_refusal_says_no_more_than_it_was_told(void **state)
{
    (void)state;
    struct refusal refusal = refusal_of(ERROR_challenge_closed);
    assert_int_equal(refusal.error, ERROR_challenge_closed);
    assert_string_equal(refusal.field, "");
    assert_string_equal(refusal.expected, "");
    assert_true(refusal.limit == -1 && refusal.retry_ms == -1 && refusal.left == -1);
    refusal = refusal_field(ERROR_invalid_params, "title", "at most %d code points", 140);
    assert_string_equal(refusal.field, "title");
    assert_string_equal(refusal.expected, "at most 140 code points");
    assert_true(refusal.limit == -1 && refusal.retry_ms == -1 && refusal.left == -1);
}

/* A field's name may be what somebody sent: cut in the middle of a character it would be no text any more. */
static void what_is_too_long_is_cut_between_two_characters(void **state)
{
    (void)state;
    static const char *const units[] = {"a", "é", "日", "😀"};
    for (size_t unit = 0; unit < ARRAY_SIZE(units); unit++)
        for (size_t before = 0; before < 4; before++)
            for (size_t count = 0; count < 200; count++) {
                char text[1024] = "";
                memset(text, 'x', before);
                for (size_t i = 0; i < count; i++)
                    strcat(text, units[unit]);
                struct refusal refusal = refusal_field(ERROR_invalid_params, text, "%s", text);
                assert_memory_equal(refusal.field, text, strlen(refusal.field));
                assert_memory_equal(refusal.expected, text, strlen(refusal.expected));
                CLEAN_FREE char *field = text_clean(refusal.field, strlen(refusal.field), false);
                CLEAN_FREE char *expected = text_clean(refusal.expected, strlen(refusal.expected), false);
                assert_non_null(field);
                assert_non_null(expected);
                size_t whole = strlen(text), size = strlen(units[unit]);
                assert_true(strlen(refusal.field) == whole ||
                            strlen(refusal.field) + size >= sizeof(refusal.field));
                assert_true(strlen(refusal.expected) == whole ||
                            strlen(refusal.expected) + size >= sizeof(refusal.expected));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_one_name_one_code_a_status_and_words),
        cmocka_unit_test(the_errors_of_json_rpc_have_its_codes),
        cmocka_unit_test(an_unknown_name_is_an_internal_error),
        cmocka_unit_test(a_refusal_says_no_more_than_it_was_told),
        cmocka_unit_test(what_is_too_long_is_cut_between_two_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
