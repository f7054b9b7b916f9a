#include "wire/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

static void commas_come_by_themselves(void **state)
{
    (void)state;
    CLEAN_BUFFER struct buffer out = {0};
    json_write_object(&out);
    json_write_text(&out, "a", "{");
    json_write_key(&out, "b");
    json_write_array(&out);
    json_write_integer(&out, -1);
    json_write_string(&out, "[");
    json_write_bool(&out, false);
    json_write_object(&out);
    json_write_end_object(&out);
    json_write_raw(&out, "[1, 2]");
    json_write_null(&out);
    json_write_end_array(&out);
    json_write_number(&out, "c", INT64_MAX);
    json_write_flag(&out, "d", true);
    json_write_absent(&out, "e");
    json_write_end_object(&out);
    assert_string_equal(out.bytes,
                        "{\"a\":\"{\",\"b\":[-1,\"[\",false,{},[1, 2],null],\"c\":9223372036854775807,"
                        "\"d\":true,\"e\":null}");
}

static void strings_are_escaped_as_json_asks_and_no_more(void **state)
{
    (void)state;
    CLEAN_BUFFER struct buffer out = {0};
    json_write_string(&out, "\"\\/\b\f\n\r\t\x01\x1f\x7f é \u2028 😀");
    assert_string_equal(out.bytes, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é \u2028 😀\"");
}

static void every_character_comes_back(void **state)
{
    (void)state;
    char text[256] = "";
    for (int c = 1; c < 128; c++)
        text[c - 1] = (char)c;
    CLEAN_BUFFER struct buffer out = {0};
    json_write_string(&out, text);
    json_t *json = json_loads(out.bytes, JSON_DECODE_ANY, NULL);
    assert_string_equal(json_string_value(json), text);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_come_by_themselves),
        cmocka_unit_test(strings_are_escaped_as_json_asks_and_no_more),
        cmocka_unit_test(every_character_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
