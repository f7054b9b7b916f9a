#include "base/digest.h"
#include "base/map.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <stdbool.h>

struct thing {
    char key[24];
    int number;
};

static struct thing *things_new(size_t count)
{
    struct thing *things = memory_alloc(count * sizeof(*things));
    for (size_t i = 0; i < count; i++) {
        snprintf(things[i].key, sizeof(things[i].key), "k%zu", i);
        things[i].number = (int)i;
    }
    return things;
}

static size_t map_walk(const struct map *map)
{
    size_t count = 0;
    map_for_each (at, map)
        count++;
    return count;
}

static void an_empty_map_holds_nothing(void **state)
{
    (void)state;
    struct map map = {0};
    assert_null(map_get(&map, ""));
    assert_null(map_get(&map, "a"));
    assert_null(map_remove(&map, "a"));
    assert_int_equal(map_walk(&map), 0);
    map_clear(&map);
}

static void what_is_put_is_found_until_it_is_removed(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    CLEAN_FREE struct thing *things = things_new(COUNT);
    struct map map = {0};
    for (int i = 0; i < COUNT; i++)
        assert_null(map_put(&map, things[i].key, &things[i]));
    assert_int_equal(map.count, COUNT);
    assert_int_equal(map_walk(&map), COUNT);
    for (int i = 0; i < COUNT; i += 2)
        assert_ptr_equal(map_remove(&map, things[i].key), &things[i]);
    for (int i = 0; i < COUNT; i++)
        assert_ptr_equal(map_get(&map, things[i].key), i % 2 ? &things[i] : NULL);
    assert_null(map_remove(&map, things[0].key));
    assert_int_equal(map.count, COUNT / 2);
    assert_int_equal(map_walk(&map), COUNT / 2);
    for (int i = 0; i < COUNT; i += 2)
        assert_null(map_put(&map, things[i].key, &things[i]));
    assert_int_equal(map_walk(&map), COUNT);
    map_clear(&map);
    assert_null(map_get(&map, things[1].key));
}

static void keys_are_compared_by_their_text(void **state)
{
    (void)state;
    struct map map = {0};
    char one[] = "same", other[] = "same";
    int first, second;
    assert_null(map_put(&map, one, &first));
    assert_ptr_equal(map_put(&map, other, &second), &first); /* and the map now keeps the new key */
    memset(one, 'x', sizeof(one) - 1);
    assert_ptr_equal(map_get(&map, "same"), &second);
    assert_null(map_get(&map, "xxxx"));
    assert_int_equal(map.count, 1);
    map_clear(&map);
}

static void the_empty_key_is_a_key(void **state)
{
    (void)state;
    struct map map = {0};
    int value;
    map_put(&map, "", &value);
    assert_ptr_equal(map_get(&map, ""), &value);
    assert_int_equal(map_walk(&map), 1);
    assert_ptr_equal(map_remove(&map, ""), &value);
    assert_null(map_get(&map, ""));
    map_put(&map, "", &value);
    assert_ptr_equal(map_get(&map, ""), &value);
    map_clear(&map);
}

/* Keys that all begin their search at one place, found by trying: removing one must not hide those behind it.
 */
static void removing_a_key_hides_none_that_collides_with_it(void **state)
{
    (void)state;
    enum { COUNT = 8 };
    struct thing things[COUNT];
    size_t found = 0;
    for (unsigned i = 0; found < COUNT; i++) {
        snprintf(things[found].key, sizeof(things[found].key), "c%u", i);
        uint32_t hash = digest_fnv1a(DIGEST_FNV1A_START, things[found].key, strlen(things[found].key));
        found += hash % 16 == 15; /* the last of sixteen places, so that the search goes round the end */
    }
    for (size_t gone = 0; gone < COUNT; gone++) {
        struct map map = {0};
        for (size_t i = 0; i < COUNT; i++)
            map_put(&map, things[i].key, &things[i]);
        assert_int_equal(map.room, 16);
        assert_ptr_equal(map_remove(&map, things[gone].key), &things[gone]);
        for (size_t i = 0; i < COUNT; i++)
            assert_ptr_equal(map_get(&map, things[i].key), i == gone ? NULL : &things[i]);
        map_put(&map, things[gone].key, &things[gone]);
        assert_int_equal(map_walk(&map), COUNT);
        map_clear(&map);
    }
}

static void two_texts_of_one_hash_are_two_keys(void **state)
{
    (void)state;
    /* Published collisions of FNV-1a 32. */
    assert_int_equal(digest_fnv1a(DIGEST_FNV1A_START, "costarring", 10),
                     digest_fnv1a(DIGEST_FNV1A_START, "liquid", 6));
    struct map map = {0};
    int one, other;
    map_put(&map, "costarring", &one);
    map_put(&map, "liquid", &other);
    assert_ptr_equal(map_get(&map, "costarring"), &one);
    assert_ptr_equal(map_get(&map, "liquid"), &other);
    assert_ptr_equal(map_remove(&map, "costarring"), &one);
    assert_ptr_equal(map_get(&map, "liquid"), &other);
    map_clear(&map);
}

static void a_map_that_is_filled_and_emptied_for_ever_does_not_grow(void **state)
{
    (void)state;
    struct map map = {0};
    struct thing thing = {.number = 0};
    for (int i = 0; i < 100000; i++) {
        snprintf(thing.key, sizeof(thing.key), "k%d", i);
        map_put(&map, thing.key, &thing);
        assert_ptr_equal(map_remove(&map, thing.key), &thing);
    }
    assert_int_equal(map.count, 0);
    assert_true(map.room <= 16);
    map_clear(&map);
}

static void every_entry_may_be_removed_while_walking(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    CLEAN_FREE struct thing *things = things_new(COUNT);
    bool seen[COUNT] = {false};
    struct map map = {0};
    for (int i = 0; i < COUNT; i++)
        map_put(&map, things[i].key, &things[i]);
    map_for_each (at, &map) {
        struct thing *thing = at->value;
        assert_false(seen[thing->number]);
        seen[thing->number] = true;
        map_remove(&map, thing->key);
    }
    for (int i = 0; i < COUNT; i++)
        assert_true(seen[i]);
    assert_int_equal(map.count, 0);
    map_clear(&map);
}

/* Last: the seed is the process's, and no map of another seed may live on. */
static void a_seed_changes_where_keys_lie_and_nothing_else(void **state)
{
    (void)state;
    CLEAN_FREE struct thing *things = things_new(100);
    struct map before = {0}, after = {0};
    for (int i = 0; i < 100; i++)
        map_put(&before, things[i].key, &things[i]);
    map_seed(0x5EED1234);
    for (int i = 0; i < 100; i++)
        map_put(&after, things[i].key, &things[i]);
    size_t moved = 0;
    struct map_entry *there = map_next(&before, NULL);
    map_for_each (at, &after) {
        moved += at->value != there->value;
        there = map_next(&before, there);
    }
    assert_true(moved > 0);
    for (int i = 0; i < 100; i++)
        assert_ptr_equal(map_get(&after, things[i].key), &things[i]);
    map_clear(&before);
    map_clear(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_holds_nothing),
        cmocka_unit_test(what_is_put_is_found_until_it_is_removed),
        cmocka_unit_test(keys_are_compared_by_their_text),
        cmocka_unit_test(the_empty_key_is_a_key),
        cmocka_unit_test(removing_a_key_hides_none_that_collides_with_it),
        cmocka_unit_test(two_texts_of_one_hash_are_two_keys),
        cmocka_unit_test(a_map_that_is_filled_and_emptied_for_ever_does_not_grow),
        cmocka_unit_test(every_entry_may_be_removed_while_walking),
        cmocka_unit_test(a_seed_changes_where_keys_lie_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
