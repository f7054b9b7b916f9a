#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/scan.h"

#include <string.h>

static void assert_piece(const struct scan_piece *piece, const char *want)
{
    assert_int_equal(piece->size, strlen(want));
    assert_memory_equal(piece->at, want, piece->size);
}

static void members_and_items_are_pieces_of_the_text(void **state)
{
    (void)state;
    const char *at = "{\"a\":[1,{\"b\":\"]}\"}], \"c\" : \"\\\"x,\" ,\"d\":-2.5e3}";
    struct scan_piece name, value;
    assert_true(scan_member(&at, &name, &value));
    assert_piece(&name, "a");
    assert_piece(&value, "[1,{\"b\":\"]}\"}]");
    const char *list = value.at;
    assert_true(scan_item(&list, &value));
    assert_piece(&value, "1");
    assert_true(scan_item(&list, &value));
    assert_piece(&value, "{\"b\":\"]}\"}");
    assert_false(scan_item(&list, &value));
    assert_true(scan_member(&at, &name, &value));
    assert_piece(&name, "c");
    assert_piece(&value, "\"\\\"x,\"");
    assert_true(scan_member(&at, &name, &value));
    assert_piece(&value, "-2.5e3");
    assert_false(scan_member(&at, &name, &value));
}

static void a_member_is_found_by_its_name_alone(void **state)
{
    (void)state;
    struct scan_piece value;
    const char *json = "{\"x\":{\"counts\":1},\"counts\":[\"open\"]}";
    assert_true(scan_find(json, "counts", &value));
    assert_piece(&value, "[\"open\"]");
    assert_false(scan_find(json, "count", &value));
    assert_false(scan_find("{}", "a", &value));
    assert_false(scan_find(NULL, "a", &value));
}

static void what_is_cut_short_ends_there(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":[\"b\\\"\",{\"c\":1}],\"d\":\"e\\\\\"}";
    for (size_t size = 0; size < sizeof(whole); size++) {
        CLEAN_FREE char *text = memory_bytes(whole, size);
        struct scan_piece name, value;
        const char *at = text;
        for (int i = 0; scan_member(&at, &name, &value); i++)
            assert_true(i < 2 && value.at + value.size <= text + size);
        at = text;
        for (int i = 0; scan_item(&at, &value); i++)
            assert_true(i < 4 && value.at + value.size <= text + size);
        free(scan_plain(text));
    }
}

static void an_object_of_texts_is_one_plain_text(void **state)
{
    (void)state;
    CLEAN_FREE char *plain = scan_plain("{\"fr\":\"L'\\\"été\\\"\\nà\\u0007b\",\"en\":\"x\"}");
    assert_string_equal(plain, "L'\"été\"\nà b x");
    char text[4];
    const struct scan_piece piece = {"\"abcdef\"", 8};
    assert_false(scan_text(&piece, text, sizeof(text)));
    assert_string_equal(text, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_items_are_pieces_of_the_text),
        cmocka_unit_test(a_member_is_found_by_its_name_alone),
        cmocka_unit_test(what_is_cut_short_ends_there),
        cmocka_unit_test(an_object_of_texts_is_one_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
