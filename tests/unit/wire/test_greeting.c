/* What is said at the door, the options of a config file, and the voices of a demo. */
#include "wire/greeting.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "wire/options.h"
#include "wire/voices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void hello_says_who_one_is_and_what_fits(void **state)
{
    const struct actor ana = {.id = "p12", .role = ROLE_participant, .level = level_open};
    struct buffer out CLEAN_BUFFER = {0};
    (void)state;
    greeting_hello(&out, "danette", &ana, "Ana \"A\"", 1041, 1732268400123, "v4.public.x");
    assert_string_equal(out.bytes,
                        "{\"session\":\"danette\",\"participant\":{\"id\":\"p12\",\"name\":\"Ana \\\"A\\\"\","
                        "\"role\":\"participant\",\"level\":\"open\"},\"v\":1041,\"now\":1732268400123,"
                        "\"limits\":{\"title\":140,\"body\":2000,\"name\":40,\"message\":8192},"
                        "\"token\":\"v4.public.x\"}");
}

static void an_observer_has_no_id_no_name_and_no_token(void **state)
{
    const struct actor nobody = {.role = ROLE_observer}, moderator = {.id = "p1", .role = ROLE_moderator};
    struct buffer out CLEAN_BUFFER = {0};
    (void)state;
    greeting_hello(&out, "s", &nobody, "", 0, 1, NULL);
    assert_non_null(strstr(out.bytes, "\"participant\":{\"role\":\"observer\",\"level\":\"open\"}"));
    assert_null(strstr(out.bytes, "token"));
    buffer_reset(&out);
    greeting_hello(&out, "s", &moderator, "", 0, 1, NULL);
    assert_non_null(strstr(out.bytes, "\"message\":65536"));
}

static void expect_name(const char *body, const char *name)
{
    char *got = NULL;
    assert_int_equal(greeting_join_params(body, strlen(body), &got).error, ERROR_none);
    assert_string_equal(got, name);
    free(got);
}

static void a_name_at_the_door_is_optional_and_clean(void **state)
{
    (void)state;
    expect_name("", "");
    expect_name("{}", "");
    expect_name("{\"name\":\"\"}", "");
    expect_name("{\"name\":\" Ana \"}", "Ana");
}

static void what_is_wrong_at_the_door_is_named(void **state)
{
    static const struct {
        const char *body, *field;
        enum error error;
        int64_t limit;
    } cases[] = {
        {"[]", "", ERROR_invalid_params, -1},
        {"7", "", ERROR_invalid_params, -1},
        {"{", "", ERROR_parse_error, -1},
        {"{\"name\":7}", "name", ERROR_invalid_params, -1},
        {"{\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", "name", ERROR_invalid_params,
         LIMIT_NAME},
        {"{\"name\":\"Ana\",\"role\":\"admin\"}", "role", ERROR_invalid_params, -1},
        {"{\"name\":\"Ana\",\"name\":\"Ben\"}", "", ERROR_parse_error, -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *name = NULL;
        struct refusal refusal = greeting_join_params(cases[i].body, strlen(cases[i].body), &name);
        assert_int_equal(refusal.error, cases[i].error);
        assert_string_equal(refusal.field, cases[i].field);
        assert_int_equal(refusal.limit, cases[i].limit);
        assert_null(name);
    }
}

static bool note_option(void *arg, const char *name, const char *value)
{
    buffer_print(arg, "%s=%s;", name, value);
    return strcmp(value, "stop") != 0;
}

static void options_come_as_texts_one_for_each_of_a_list(void **state)
{
    static const char text[] = "{\"a\":\"x\",\"b\":true,\"c\":false,\"d\":-7,\"e\":[\"y\",8],\"f\":[]}";
    struct buffer out CLEAN_BUFFER = {0};
    char *message = NULL;
    (void)state;
    assert_true(options_read(text, strlen(text), note_option, &out, &message));
    assert_string_equal(out.bytes, "a=x;b=1;c=0;d=-7;e=y;e=8;");
    assert_null(message);
}

static void an_option_that_is_refused_ends_the_reading(void **state)
{
    static const char text[] = "{\"e\":[\"stop\",8],\"f\":1}";
    struct buffer out CLEAN_BUFFER = {0};
    char *message = NULL;
    (void)state;
    assert_false(options_read(text, strlen(text), note_option, &out, &message));
    assert_string_equal(out.bytes, "e=stop;");
    assert_null(message);
}

static void voices_are_those_of_one_session(void **state)
{
    static const char text[] =
        "{\"names\":[\"Ana\",\"Ben\"],\"ideas\":{\"a\":[\"x\"],\"b\":[\"y\",\"z\",7]}}";
    struct voices voices;
    (void)state;
    assert_true(voices_parse(text, strlen(text), "b", &voices));
    assert_int_equal(voices.name_count, 2);
    assert_int_equal(voices.idea_count, 2);
    assert_string_equal(voices.ideas[1], "z");
    voices_clear(&voices);
    assert_true(voices_parse(text, strlen(text), "c", &voices));
    assert_int_equal(voices.idea_count, 0);
    voices_clear(&voices);
    assert_false(voices_parse("[", 1, "c", &voices));
    voices_clear(&voices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_says_who_one_is_and_what_fits),
        cmocka_unit_test(an_observer_has_no_id_no_name_and_no_token),
        cmocka_unit_test(a_name_at_the_door_is_optional_and_clean),
        cmocka_unit_test(what_is_wrong_at_the_door_is_named),
        cmocka_unit_test(options_come_as_texts_one_for_each_of_a_list),
        cmocka_unit_test(an_option_that_is_refused_ends_the_reading),
        cmocka_unit_test(voices_are_those_of_one_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
