#include "view/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct item {
    int key;
    struct window_slot slot;
};

static int compare(const void *a, const void *b)
{
    return ((const struct item *)a)->key - ((const struct item *)b)->key;
}

static void collect(void *to, void *item)
{
    *(int *)to |= 1 << ((struct item *)item)->key;
}

static int left_since(const struct window *window, int64_t since)
{
    int keys = 0;
    window_each_left(window, since, collect, &keys);
    return keys;
}

static void members_know_when_they_entered_and_leavers_when_they_left(void **state)
{
    (void)state;
    struct item items[4] = {{.key = 0}, {.key = 1}, {.key = 2}, {.key = 3}};
    struct ranking ranking;
    struct window window;
    ranking_init(&ranking, compare);
    window_init(&window, &ranking, offsetof(struct item, slot), 2, 10);
    ranking_insert(&ranking, &items[2]);
    ranking_insert(&ranking, &items[3]);
    assert_true(window_evaluate(&window, 5));
    assert_false(window_evaluate(&window, 6));
    ranking_insert(&ranking, &items[0]);
    assert_true(window_evaluate(&window, 7)); /* 3 leaves */
    assert_true(items[0].slot.within && items[0].slot.entered == 7);
    assert_true(items[2].slot.within && items[2].slot.entered == 5);
    assert_false(items[3].slot.within);
    assert_int_equal(left_since(&window, 6), 1 << 3);
    assert_int_equal(left_since(&window, 7), 0);
    ranking_remove(&ranking, &items[0]);
    assert_true(window_evaluate(&window, 8)); /* 3 is back, 0 is gone */
    assert_int_equal(items[3].slot.entered, 8);
    assert_int_equal(left_since(&window, 6), 1 << 0);
    window_clear(&window);
    ranking_clear(&ranking);
}

static void a_departure_that_is_forgotten_moves_the_horizon(void **state)
{
    (void)state;
    struct item items[6];
    struct ranking ranking;
    struct window window;
    ranking_init(&ranking, compare);
    window_init(&window, &ranking, offsetof(struct item, slot), 1, 2);
    for (int i = 0; i < 6; i++) {
        items[i] = (struct item){.key = 5 - i};
        ranking_insert(&ranking, &items[i]);
        window_evaluate(&window, 10 + i); /* each takes the place of the one before */
    }
    assert_int_equal(window.horizon, 13); /* departures at 11 to 15; those at 14 and 15 are kept */
    assert_int_equal(left_since(&window, 13), 1 << 2 | 1 << 1);
    window_clear(&window);
    ranking_clear(&ranking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_know_when_they_entered_and_leavers_when_they_left),
        cmocka_unit_test(a_departure_that_is_forgotten_moves_the_horizon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
