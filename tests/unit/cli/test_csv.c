/* CSV as exports have it: RFC 4180 and what spreadsheets make of it. */
#include "cli/csv.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/palabre-csv-XXXXXX";

static void write_file(const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(text, 1, size, file);
    fclose(file);
}

static void open_text(struct csv *csv, const char *text)
{
    char *message = NULL;
    write_file(text, strlen(text));
    assert_true(csv_open(csv, path, &message));
    assert_null(message);
}

static void names_and_fields_are_what_is_between_commas(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "id,text\n1,one\n2,two\n");
    assert_int_equal(csv.count, 2);
    assert_int_equal(csv_column(&csv, "id"), 0);
    assert_int_equal(csv_column(&csv, "text"), 1);
    assert_int_equal(csv_column(&csv, "tex"), -1);
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[1], "one");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[0], "2");
    assert_false(csv_next(&csv));
    csv_close(&csv);
}

static void quotes_hold_commas_line_breaks_and_doubled_quotes(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "a,b\n\"x, y\",\"he said \"\"no\"\"\"\n\"two\nlines\",\"\"\n\"\"\"\",plain\"quote\n");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[0], "x, y");
    assert_string_equal(csv.fields[1], "he said \"no\"");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[0], "two\nlines");
    assert_string_equal(csv.fields[1], "");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[0], "\"");
    assert_string_equal(csv.fields[1], "plain\"quote");
    assert_false(csv_next(&csv));
    assert_false(csv.unended);
    csv_close(&csv);
}

static void lines_end_with_crlf_too_and_quotes_keep_theirs(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "a,b\r\n1,2\r\n3,\"4\r\"\r\n5,\"6\r\n\"\n7,8\r");
    assert_string_equal(csv.names[1], "b");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[1], "2");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[1], "4\r");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[1], "6\r\n");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[1], "8");
    csv_close(&csv);
}

static void a_byte_order_mark_is_no_part_of_the_first_name(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "\xEF\xBB\xBFid,b\n1,2\n");
    assert_int_equal(csv_column(&csv, "id"), 0);
    csv_close(&csv);
}

static void a_short_row_has_empty_fields_and_a_long_one_is_cut(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "a,b,c\n1\n1,2,3,4,5\n");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[0], "1");
    assert_string_equal(csv.fields[1], "");
    assert_string_equal(csv.fields[2], "");
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[2], "3");
    assert_false(csv_next(&csv));
    csv_close(&csv);
}

static void empty_lines_are_no_rows_but_lines(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "a,b\n\n\r\n1,\"x\ny\"\n\n2,z\n\n");
    assert_true(csv_next(&csv));
    assert_int_equal(csv.line, 4);
    assert_true(csv_next(&csv));
    assert_string_equal(csv.fields[0], "2");
    assert_int_equal(csv.line, 7);
    assert_false(csv_next(&csv));
    csv_close(&csv);
}

static void a_quote_that_never_ends_is_told(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "a,b\n1,\"x\n2,y\n");
    assert_true(csv_next(&csv));
    assert_true(csv.unended);
    assert_false(csv_next(&csv));
    csv_close(&csv);
}

static void an_empty_file_has_no_column_of_any_name(void **state)
{
    struct csv csv;
    (void)state;
    open_text(&csv, "");
    assert_int_equal(csv_column(&csv, "id"), -1);
    assert_false(csv_next(&csv));
    csv_close(&csv);
}

static void a_file_that_is_not_there_is_told(void **state)
{
    struct csv csv;
    char *message = NULL;
    (void)state;
    assert_false(csv_open(&csv, "/nowhere/at all.csv", &message));
    assert_string_equal(message, "/nowhere/at all.csv: No such file or directory");
    free(message);
}

/* Every beginning of a file is a file: nothing is read beyond its end. */
static void every_cut_of_a_file_reads_to_its_end(void **state)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "a,\"b\"\r\n\"1\"\"2\",\"\r\n\"\r\n,\n\"x";
    (void)state;
    for (size_t size = 0; size < sizeof(text); size++) {
        struct csv csv;
        char *message = NULL;
        write_file(text, size);
        if (csv_open(&csv, path, &message)) {
            while (csv_next(&csv))
                assert_true(csv.line <= 5);
            csv_close(&csv);
        }
        free(message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_fields_are_what_is_between_commas),
        cmocka_unit_test(quotes_hold_commas_line_breaks_and_doubled_quotes),
        cmocka_unit_test(lines_end_with_crlf_too_and_quotes_keep_theirs),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_name),
        cmocka_unit_test(a_short_row_has_empty_fields_and_a_long_one_is_cut),
        cmocka_unit_test(empty_lines_are_no_rows_but_lines),
        cmocka_unit_test(a_quote_that_never_ends_is_told),
        cmocka_unit_test(an_empty_file_has_no_column_of_any_name),
        cmocka_unit_test(a_file_that_is_not_there_is_told),
        cmocka_unit_test(every_cut_of_a_file_reads_to_its_end),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
