#include "base/buffer.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void a_buffer_is_a_string_whatever_was_added(void **state)
{
    (void)state;
    CLEAN_BUFFER struct buffer buffer = {0};
    buffer_add(&buffer, NULL, 0);
    assert_string_equal(buffer.bytes, "");
    buffer_add_string(&buffer, "a");
    buffer_add_char(&buffer, 'b');
    buffer_add_integer(&buffer, INT64_MIN);
    buffer_add_char(&buffer, ' ');
    buffer_add_integer(&buffer, INT64_MAX);
    buffer_print(&buffer, "%s%d", "c", 1);
    buffer_print(&buffer, "%s", "");
    assert_string_equal(buffer.bytes, "ab-9223372036854775808 9223372036854775807c1");
    assert_int_equal(buffer.size, strlen(buffer.bytes));
}

static void reserving_makes_an_empty_string(void **state)
{
    (void)state;
    CLEAN_BUFFER struct buffer buffer = {0};
    buffer_reserve(&buffer, 1000);
    assert_true(buffer.room > 1000);
    assert_int_equal(buffer.size, 0);
    assert_string_equal(buffer.bytes, "");
    char *bytes = buffer.bytes;
    for (int i = 0; i < 1000; i++)
        buffer_add_char(&buffer, 'x');
    assert_ptr_equal(buffer.bytes, bytes); /* what was reserved is not moved */
}

static void a_buffer_keeps_every_byte_while_it_grows(void **state)
{
    (void)state;
    CLEAN_BUFFER struct buffer buffer = {0};
    for (unsigned i = 0; i < 100000; i++)
        buffer_add(&buffer, &(unsigned char){(unsigned char)i}, 1);
    assert_int_equal(buffer.size, 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal((unsigned char)buffer.bytes[i], (unsigned char)i);
    assert_int_equal(buffer.bytes[buffer.size], '\0');
}

static void resetting_keeps_the_memory_and_clearing_gives_it_back(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_reset(&buffer);
    assert_null(buffer.bytes);
    buffer_add_string(&buffer, "words");
    char *bytes = buffer.bytes;
    buffer_reset(&buffer);
    assert_ptr_equal(buffer.bytes, bytes);
    assert_string_equal(buffer.bytes, "");
    buffer_clear(&buffer);
    assert_null(buffer.bytes);
    assert_int_equal(buffer.room, 0);
    buffer_add_string(&buffer, "again");
    assert_string_equal(buffer.bytes, "again");
    buffer_clear(&buffer);
}

static void what_is_taken_is_the_callers_and_the_buffer_is_empty(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    CLEAN_FREE char *nothing = buffer_take(&buffer);
    assert_string_equal(nothing, "");
    buffer_add_string(&buffer, "words");
    CLEAN_FREE char *words = buffer_take(&buffer);
    assert_string_equal(words, "words");
    assert_null(buffer.bytes);
    assert_int_equal(buffer.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_is_a_string_whatever_was_added),
        cmocka_unit_test(reserving_makes_an_empty_string),
        cmocka_unit_test(a_buffer_keeps_every_byte_while_it_grows),
        cmocka_unit_test(resetting_keeps_the_memory_and_clearing_gives_it_back),
        cmocka_unit_test(what_is_taken_is_the_callers_and_the_buffer_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
