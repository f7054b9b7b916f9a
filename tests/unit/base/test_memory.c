#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void memory_is_zeroed_and_never_null(void **state)
{
    (void)state;
    CLEAN_FREE unsigned char *bytes = memory_alloc(100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(bytes[i], 0);
    CLEAN_FREE void *nothing = memory_alloc(0);
    assert_non_null(nothing);
    CLEAN_FREE void *resized = memory_resize(NULL, 0);
    assert_non_null(resized);
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    CLEAN_FREE char *text = memory_string("words");
    CLEAN_FREE char *part = memory_bytes("words", 4);
    CLEAN_FREE char *none = memory_bytes(NULL, 0);
    CLEAN_FREE char *binary = memory_bytes("a\0b", 3);
    CLEAN_FREE char *printed = memory_print("%s %d", "words", 2);
    assert_string_equal(text, "words");
    assert_string_equal(part, "word");
    assert_string_equal(none, "");
    assert_memory_equal(binary, "a\0b", 4);
    assert_string_equal(printed, "words 2");
}

static void freeing_forgets_the_pointer(void **state)
{
    (void)state;
    char *text = memory_string("words");
    memory_free(&text);
    assert_null(text);
    memory_free(&text);
    assert_null(text);
}

static void a_member_finds_its_owner(void **state)
{
    (void)state;
    struct owner {
        int before, member;
    } owner = {1, 2};
    assert_ptr_equal(CONTAINER_OF(&owner.member, struct owner, member), &owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_never_null),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(freeing_forgets_the_pointer),
        cmocka_unit_test(a_member_finds_its_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
