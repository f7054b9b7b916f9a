#include "view/ranking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct item {
    int key, name;
};

static int compare(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : x->name - y->name;
}

static void assert_sorted(const struct ranking *ranking)
{
    for (size_t i = 1; i < ranking->count; i++)
        assert_true(compare(ranking->items[i - 1], ranking->items[i]) < 0);
}

static void items_keep_their_order_however_they_come_and_go(void **state)
{
    (void)state;
    struct item items[200];
    struct ranking ranking;
    ranking_init(&ranking, compare);
    for (int i = 0; i < 200; i++) {
        items[i] = (struct item){.key = i * 7919 % 31, .name = i};
        ranking_insert(&ranking, &items[i]);
        assert_sorted(&ranking);
    }
    for (int i = 0; i < 200; i += 3) {
        ranking_remove(&ranking, &items[i]);
        assert_sorted(&ranking);
    }
    assert_int_equal(ranking.count, 200 - 67);
    ranking_clear(&ranking);
}

static void an_item_whose_key_changed_is_moved_to_its_place(void **state)
{
    (void)state;
    struct item items[100];
    struct ranking ranking;
    ranking_init(&ranking, compare);
    for (int i = 0; i < 100; i++) {
        items[i] = (struct item){.key = i, .name = i};
        ranking_append(&ranking, &items[i]);
    }
    ranking_sort(&ranking);
    for (int i = 0; i < 1000; i++) {
        struct item *item = &items[i * 37 % 100];
        size_t at = ranking_find(&ranking, item);
        assert_ptr_equal(ranking.items[at], item);
        item->key = i * 101 % 97;
        ranking_settle(&ranking, at);
        assert_sorted(&ranking);
        assert_ptr_equal(ranking.items[ranking_find(&ranking, item)], item);
    }
    ranking_clear(&ranking);
}

static void the_first_place_that_changed_is_known(void **state)
{
    (void)state;
    struct item items[4] = {{10, 0}, {20, 1}, {30, 2}, {40, 3}};
    struct ranking ranking;
    ranking_init(&ranking, compare);
    for (int i = 0; i < 4; i++)
        ranking_insert(&ranking, &items[i]);
    ranking.touched = SIZE_MAX;
    items[3].key = 25;
    ranking_settle(&ranking, 3);
    assert_int_equal(ranking.touched, 2);
    ranking.touched = SIZE_MAX;
    items[0].key = 11; /* stays where it is */
    ranking_settle(&ranking, 0);
    assert_true(ranking.touched == SIZE_MAX);
    ranking_clear(&ranking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_keep_their_order_however_they_come_and_go),
        cmocka_unit_test(an_item_whose_key_changed_is_moved_to_its_place),
        cmocka_unit_test(the_first_place_that_changed_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
