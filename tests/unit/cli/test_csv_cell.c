/* Cells that spreadsheets read as they are meant. */
#include "base/memory.h"
#include "cli/csv_cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_cell_is_quoted_where_it_must_be_and_is_never_a_formula(void **state)
{
    static const struct {
        const char *text, *cell;
    } cases[] = {
        {"", ""},
        {"Lille", "Lille"},
        {"Lille, Nantes", "\"Lille, Nantes\""},
        {"dit \"le Nord\"", "\"dit \"\"le Nord\"\"\""},
        {"deux\nlignes", "\"deux\nlignes\""},
        {"=1+1", "'=1+1"},
        {"+33", "'+33"},
        {"-1", "'-1"},
        {"@x", "'@x"},
        {"\tx", "'\tx"},
        {"=A1,B1", "\"'=A1,B1\""},
        {"a=b", "a=b"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer out CLEAN_BUFFER = {0};
        buffer_reserve(&out, 0);
        csv_cell(&out, cases[i].text);
        assert_string_equal(out.bytes, cases[i].cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_quoted_where_it_must_be_and_is_never_a_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
