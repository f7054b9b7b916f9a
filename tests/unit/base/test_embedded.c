#include "base/embedded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct embedded_file files[] = {
    {"a.json", (const unsigned char *)"{}", 2},
    {"pictures/b.webp", (const unsigned char *)"RIFF", 4},
    {NULL, NULL, 0},
};

static void a_file_is_found_by_its_whole_path(void **state)
{
    (void)state;
    assert_ptr_equal(embedded_find(files, "pictures/b.webp"), &files[1]);
    assert_int_equal(embedded_find(files, "a.json")->size, 2);
}

static void a_file_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    assert_null(embedded_find(files, "b.webp"));
    assert_null(embedded_find(files, "a.jso"));
    assert_null(embedded_find(files, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_by_its_whole_path),
        cmocka_unit_test(a_file_that_is_not_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
