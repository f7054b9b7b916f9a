#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "view/group.h"

#include <stdio.h>
#include <string.h>

/* Settles and says what is shown: "0 2 other". */
static const char *shown(struct group_voters *voters, int64_t total)
{
    static char text[128];
    size_t size = 0;
    group_voters_settle(voters, total);
    text[0] = '\0';
    for (size_t i = 0; i < voters->count; i++)
        if (group_voters_show(voters, i))
            size += (size_t)snprintf(text + size, sizeof(text) - size, "%zu ", i);
    snprintf(text + size, sizeof(text) - size, "%s", voters->other ? "other" : "");
    return text;
}

static void voters(struct group_voters *out_voters, const char *const *numbers, size_t count)
{
    *out_voters = (struct group_voters){0};
    for (size_t i = 0; i < count; i++)
        group_voters_set(out_voters, (unsigned)i, numbers[i], strlen(numbers[i]));
}

static void check(const char *const *numbers, size_t count, int64_t total, const char *want)
{
    struct group_voters some;
    voters(&some, numbers, count);
    assert_string_equal(shown(&some, total), want);
    group_voters_clear(&some);
}

static void fewer_than_five_are_added_up(void **state)
{
    (void)state;
    check((const char *[]){"5", "4", "3", "9"}, 4, 21, "0 3 other"); /* 4 + 3 are seven */
    check((const char *[]){"5", "6", "7"}, 3, 18, "0 1 2 ");         /* nobody is left */
    check((const char *[]){"5", "6", "0"}, 3, 11, "0 1 ");
}

static void too_few_others_take_in_the_next_smallest(void **state)
{
    (void)state;
    check((const char *[]){"8", "6", "2", "7"}, 4, 23, "0 3 other");
    check((const char *[]){"8", "4"}, 2, 12, "other"); /* and there is no other left to hide behind */
    check((const char *[]){"9", "1", "3"}, 3, 13, "other");
}

static void of_equally_small_ones_the_last_is_taken_in(void **state)
{
    (void)state;
    check((const char *[]){"6", "6", "6", "1"}, 4, 19, "0 1 other");
    check((const char *[]){"5", "1", "5"}, 3, 11, "0 other");
}

static void voters_without_a_value_are_others(void **state)
{
    (void)state;
    check((const char *[]){"7", "8"}, 2, 21, "0 1 other"); /* six */
    check((const char *[]){"7", "8"}, 2, 16, "1 other");   /* one, and seven */
    check((const char *[]){"7", "4"}, 2, 12, "0 other");   /* four and one are five */
    check(NULL, 0, 9, "other");
}

static void a_handful_of_voters_is_one_group(void **state)
{
    (void)state;
    check((const char *[]){"2", "2"}, 2, 4, "other"); /* less than five, and there is nobody else */
    check((const char *[]){"0", "1"}, 2, 1, "other");
    check((const char *[]){"0", "0"}, 2, 0, "");
    check(NULL, 0, 0, "");
}

static void totals_that_lag_behind_hide_nothing_more(void **state)
{
    (void)state;
    check((const char *[]){"7", "8"}, 2, 14, "0 1 "); /* one was taken back since */
}

static void settling_says_whether_the_set_is_another(void **state)
{
    (void)state;
    struct group_voters some;
    voters(&some, (const char *[]){"5", "5"}, 2);
    assert_true(group_voters_settle(&some, 10));
    assert_false(group_voters_settle(&some, 10));
    assert_true(group_voters_settle(&some, 15)); /* other is there */
    assert_int_equal(group_voters_set(&some, 1, "9", 1), FIELD_CHANGED);
    assert_int_equal(group_voters_set(&some, 1, "9", 1), FIELD_SAME);
    assert_int_equal(group_voters_set(&some, 1, "x", 1), FIELD_BAD);
    assert_false(group_voters_settle(&some, 19));
    group_voters_clear(&some);
}

static void counts_are_kept_by_dimension_and_value(void **state)
{
    (void)state;
    struct group_counts counts = {0};
    const struct group a = {1, 0}, b = {0, 7}, c = {0, 2};
    assert_int_equal(group_counts_set(&counts, a, "1 2", 3, 5), FIELD_CHANGED);
    assert_int_equal(group_counts_set(&counts, b, "3 4", 3, 6), FIELD_CHANGED);
    assert_int_equal(group_counts_set(&counts, c, "0 0", 3, 7), FIELD_SAME); /* as if nothing were said */
    assert_int_equal(group_counts_set(&counts, b, "3 4", 3, 8), FIELD_SAME);
    assert_int_equal(group_counts_set(&counts, b, "3", 1, 8), FIELD_BAD);
    assert_int_equal(group_counts_find(&counts, b)->version, 6);
    assert_int_equal(group_counts_find(&counts, a)->of[1], 2);
    assert_null(group_counts_find(&counts, c));
    assert_int_equal(group_counts_set(&counts, a, "", 0, 9), FIELD_CHANGED);
    assert_int_equal(group_counts_find(&counts, a)->of[1], 0);
    group_counts_clear(&counts);
}

static void dimensions_are_in_the_order_of_their_definition(void **state)
{
    (void)state;
    struct dimensions some = {0};
    dimensions_set(&some, "{\"store\":{\"from\":[\"ask\"],\"title\":\"values: "
                          "{\",\"values\":{\"b\":\"B\",\"a\":{\"fr\":\"A\"}}},"
                          "\"age\":{\"values\":{}}}");
    assert_int_equal(some.count, 2);
    assert_string_equal(some.of[0].id, "store");
    assert_int_equal(some.of[0].count, 2);
    assert_string_equal(some.of[0].values[0], "b");
    assert_string_equal(some.of[0].values[1], "a");
    assert_int_equal(some.of[1].count, 0);
    dimensions_set(&some, NULL);
    assert_int_equal(some.count, 0);
    struct group group;
    assert_true(group_parse("3-255", &group));
    assert_false(group_parse("-1-0", &group));
    assert_false(group_parse("0-", &group));
    assert_false(group_parse("00", &group));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_than_five_are_added_up),
        cmocka_unit_test(too_few_others_take_in_the_next_smallest),
        cmocka_unit_test(of_equally_small_ones_the_last_is_taken_in),
        cmocka_unit_test(voters_without_a_value_are_others),
        cmocka_unit_test(a_handful_of_voters_is_one_group),
        cmocka_unit_test(totals_that_lag_behind_hide_nothing_more),
        cmocka_unit_test(settling_says_whether_the_set_is_another),
        cmocka_unit_test(counts_are_kept_by_dimension_and_value),
        cmocka_unit_test(dimensions_are_in_the_order_of_their_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
