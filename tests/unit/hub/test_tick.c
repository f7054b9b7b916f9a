#include "base/memory.h"
#include "hub/tick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS 1000000 /* ns */

static void a_tick_begins_at_once_where_none_is_leaving(void **state)
{
    struct tick tick = {.least_ms = 50};
    uint64_t late;
    (void)state;
    tick_want(&tick, 10 * MS);
    tick_want(&tick, 12 * MS); /* wanted since the first */
    assert_true(tick_begin(&tick, 13 * MS, &late));
    assert_int_equal(late, 3 * MS);
    assert_int_equal(tick_end(&tick, 20 * MS), 7 * MS);
    assert_false(tick_is_wanted(&tick));
    assert_true(tick_begin(&tick, 30 * MS, &late)); /* that nobody asked for is not late */
    assert_int_equal(late, 0);
}

static void none_begins_while_another_leaves_and_what_was_wanted_meanwhile_is_wanted_then(void **state)
{
    struct tick tick = {.least_ms = 50};
    uint64_t late;
    (void)state;
    assert_true(tick_begin(&tick, 10 * MS, &late));
    tick_want(&tick, 12 * MS);
    assert_false(tick_begin(&tick, 13 * MS, &late));
    assert_false(tick_begin(&tick, 14 * MS, &late));
    tick_assert_sane(&tick);
    assert_int_equal(tick_end(&tick, 40 * MS), 30 * MS);
    assert_true(tick_is_wanted(&tick));
    tick_want(&tick, 40 * MS);
    assert_true(tick_begin(&tick, 41 * MS, &late));
    assert_int_equal(late, 1 * MS); /* it could not have begun before the other had left */
    tick_assert_sane(&tick);
    tick_end(&tick, 42 * MS);
    assert_false(tick_is_wanted(&tick)); /* once is enough */
}

static void a_tick_is_late_from_the_moment_that_frames_were_due(void **state)
{
    struct tick tick = {.least_ms = 50};
    uint64_t late;
    (void)state;
    assert_true(tick_begin(&tick, 100 * MS, &late));
    tick_wait(&tick, 20); /* another topic's are due at 120 */
    tick_end(&tick, 101 * MS);
    tick_want(&tick, 130 * MS);
    assert_true(tick_begin(&tick, 131 * MS, &late));
    assert_int_equal(late, 11 * MS);
    tick_wait(&tick, -1);
    tick_end(&tick, 132 * MS);
    assert_true(tick_begin(&tick, 200 * MS, &late));
    assert_int_equal(late, 0);
    tick_wait(&tick, 50);
    tick_end(&tick, 201 * MS);
    assert_true(tick_begin(&tick, 210 * MS, &late)); /* before its time */
    assert_int_equal(late, 0);
    tick_wait(&tick, 40);
    tick_assert_sane(&tick);
    tick_end(&tick, 300 * MS); /* due at 250, while this one left */
    assert_true(tick_begin(&tick, 302 * MS, &late));
    assert_int_equal(late, 2 * MS);
}

static void the_time_between_frames_is_what_ticks_take_where_that_is_longer(void **state)
{
    struct tick tick = {.least_ms = 50};
    (void)state;
    assert_int_equal(tick_ms(&tick), 50);
    for (int i = 0; i < 30; i++) /* short ones change nothing */
        tick_took(&tick, 2 * MS);
    assert_int_equal(tick_ms(&tick), 50);
    for (int i = 0; i < 30; i++)
        tick_took(&tick, 200 * MS);
    assert_in_range(tick_ms(&tick), 195, 200);
    for (int i = 0; i < 30; i++) /* and back */
        tick_took(&tick, 10);
    assert_int_equal(tick_ms(&tick), 50);
    tick_took(&tick, 3600000ull * MS); /* the machine slept */
    assert_in_range(tick_ms(&tick), 50, 260);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tick_begins_at_once_where_none_is_leaving),
        cmocka_unit_test(none_begins_while_another_leaves_and_what_was_wanted_meanwhile_is_wanted_then),
        cmocka_unit_test(a_tick_is_late_from_the_moment_that_frames_were_due),
        cmocka_unit_test(the_time_between_frames_is_what_ticks_take_where_that_is_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
