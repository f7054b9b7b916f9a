#include "base/list.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct item {
    int number;
    struct list link;
};

static int number_of(const struct list *link)
{
    return CONTAINER_OF(link, struct item, link)->number;
}

/* The numbers in order, as digits. */
static void list_is(struct list *list, const char *expected)
{
    char numbers[16] = "", backwards[16] = "";
    size_t count = 0;
    list_for_each (at, list)
        numbers[count++] = (char)('0' + number_of(at));
    assert_string_equal(numbers, expected);
    for (struct list *at = list->prev; at != list; at = at->prev)
        backwards[--count] = (char)('0' + number_of(at));
    assert_string_equal(backwards, expected);
    assert_int_equal(list_is_empty(list), expected[0] == '\0');
}

static void items_go_to_either_end_and_between(void **state)
{
    (void)state;
    struct item items[] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    struct list list;
    list_init(&list);
    list_is(&list, "");
    list_push_back(&list, &items[1].link);
    list_is(&list, "1");
    list_push_back(&list, &items[2].link);
    list_push_front(&list, &items[0].link);
    list_is(&list, "012");
    list_insert_after(&items[0].link, &items[3].link);
    list_is(&list, "0312");
}

static void an_item_may_be_removed_twice_and_put_back(void **state)
{
    (void)state;
    struct item items[] = {{.number = 0}, {.number = 1}, {.number = 2}};
    struct list list;
    list_init(&list);
    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        list_push_back(&list, &items[i].link);
    list_remove(&items[1].link);
    list_remove(&items[1].link);
    list_is(&list, "02");
    list_push_front(&list, &items[1].link);
    list_is(&list, "102");
    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        list_remove(&items[i].link);
    list_is(&list, "");
}

static void items_may_be_removed_while_walking(void **state)
{
    (void)state;
    struct item items[] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    struct list list;
    list_init(&list);
    list_for_each_safe (at, &list)
        fail();
    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        list_push_back(&list, &items[i].link);
    list_for_each_safe (at, &list)
        if (number_of(at) % 2 == 0)
            list_remove(at);
    list_is(&list, "13");
    list_for_each_safe (at, &list)
        list_remove(at);
    list_is(&list, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_go_to_either_end_and_between),
        cmocka_unit_test(an_item_may_be_removed_twice_and_put_back),
        cmocka_unit_test(items_may_be_removed_while_walking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
