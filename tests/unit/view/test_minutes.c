#include "view/minutes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static enum field_result set(struct minutes *minutes, int64_t minute, const char *counts, int64_t seq)
{
    return minutes_set(minutes, minute, counts, strlen(counts), seq, true);
}

static void the_last_minutes_are_kept_in_order(void **state)
{
    (void)state;
    struct minutes minutes = {.limit = 2};
    assert_int_equal(set(&minutes, 10, "1 0 0", 1), FIELD_CHANGED);
    assert_int_equal(set(&minutes, 30, "1 0 0", 2), FIELD_CHANGED);
    assert_int_equal(set(&minutes, 20, "1 2 3", 3), FIELD_CHANGED); /* 10 falls out */
    assert_int_equal(minutes.first, 1);
    assert_int_equal(minutes.of[0].dropped, 3);
    assert_int_equal(minutes.of[1].minute, 20);
    assert_int_equal(minutes.of[1].counts[level_verified], 3);
    minutes_clear(&minutes);
}

static void what_is_too_old_or_the_same_is_no_change(void **state)
{
    (void)state;
    struct minutes minutes = {.limit = 2};
    set(&minutes, 10, "1 0 0", 1);
    set(&minutes, 20, "1 0 0", 2);
    set(&minutes, 30, "1 0 0", 3);
    assert_int_equal(set(&minutes, 5, "1 0 0", 4), FIELD_SAME);
    assert_int_equal(set(&minutes, 15, "1 0 0", 4), FIELD_SAME);
    assert_int_equal(set(&minutes, 10, "2 0 0", 4), FIELD_SAME);
    assert_int_equal(set(&minutes, 30, "1 0 0", 4), FIELD_SAME);
    assert_int_equal(set(&minutes, 30, "2 0 0", 4), FIELD_CHANGED);
    assert_int_equal(set(&minutes, 30, "2 0", 5), FIELD_BAD);
    minutes_clear(&minutes);
}

static void a_minute_that_is_forgotten_moves_the_horizon(void **state)
{
    (void)state;
    struct minutes minutes = {.limit = 2};
    for (int i = 1; i <= 5; i++)
        set(&minutes, i, "1 0 0", 10 + i); /* 1 falls out at 13, 2 at 14, 3 at 15 */
    assert_int_equal(minutes.first, 2);
    assert_int_equal(minutes.of[0].minute, 2);
    assert_int_equal(minutes.horizon, 13);
    minutes_clear(&minutes);
}

static void a_load_remembers_nothing_that_fell_out(void **state)
{
    (void)state;
    struct minutes minutes = {.limit = 2};
    static const int64_t order[] = {4, 1, 5, 2, 3};
    for (int i = 0; i < 5; i++)
        assert_int_not_equal(minutes_set(&minutes, order[i], "1 0 0", 5, 0, false), FIELD_BAD);
    minutes_load_end(&minutes, 9);
    assert_int_equal(minutes.count, 2);
    assert_int_equal(minutes.of[0].minute, 4);
    assert_int_equal(minutes.of[0].version, 9);
    assert_int_equal(minutes.horizon, 0);
    minutes_clear(&minutes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_minutes_are_kept_in_order),
        cmocka_unit_test(what_is_too_old_or_the_same_is_no_change),
        cmocka_unit_test(a_minute_that_is_forgotten_moves_the_horizon),
        cmocka_unit_test(a_load_remembers_nothing_that_fell_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
