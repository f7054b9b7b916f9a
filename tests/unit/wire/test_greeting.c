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
    struct greeting_join got;
    assert_int_equal(greeting_join_params(body, strlen(body), &got).error, ERROR_none);
    assert_string_equal(got.name, name);
    greeting_join_clear(&got);
}

static void a_name_at_the_door_is_optional_and_clean(void **state)
{
    (void)state;
    expect_name("", "");
    expect_name("{}", "");
    expect_name("{\"name\":\"\"}", "");
    expect_name("{\"name\":\" Ana \"}", "Ana");
}

static void a_join_has_a_code_groups_and_an_acceptance(void **state)
{
    static const char body[] =
        "{\"code\":\" 7h3kx-9qmrt\",\"groups\":{\"store\":\"lille\",\"status\":\"client\"},"
        "\"accept\":\"2\"}";
    struct greeting_join join;
    (void)state;
    assert_int_equal(greeting_join_params(body, strlen(body), &join).error, ERROR_none);
    assert_string_equal(join.code, " 7h3kx-9qmrt");
    assert_string_equal(join.groups, "store=lille,status=client");
    assert_string_equal(join.accept, "2");
    assert_string_equal(join.sso, "");
    greeting_join_clear(&join);
    assert_int_equal(greeting_join_params("{\"sso\":\"v4\",\"groups\":{}}", 24, &join).error, ERROR_none);
    assert_string_equal(join.sso, "v4");
    assert_string_equal(join.groups, "");
    greeting_join_clear(&join);
}

static void who_joins_is_told_their_groups(void **state)
{
    const struct actor ana = {
        .id = "p12", .role = ROLE_participant, .level = level_code, .groups = "status=client,store=lille"};
    struct buffer out CLEAN_BUFFER = {0};
    (void)state;
    greeting_join(&out, &ana, "", "t");
    assert_string_equal(out.bytes,
                        "{\"token\":\"t\",\"participant\":{\"id\":\"p12\",\"role\":\"participant\","
                        "\"level\":\"code\",\"groups\":{\"status\":\"client\",\"store\":\"lille\"}}}");
}

static void the_door_shows_what_a_page_must_ask(void **state)
{
#define FIELD_OF(name, value)                                                                                \
    {                                                                                                        \
        name, value, sizeof(name) - 1, sizeof(value) - 1                                                     \
    }
    const struct field_write few[] = {FIELD_OF("title", "T"), FIELD_OF("join", "code"),
                                      FIELD_OF("state", "draft"), FIELD_OF("ends_at", "")};
    const struct field_write all[] = {FIELD_OF("title", "\x01{\"fr\":\"T\"}"),
                                      FIELD_OF("join", "open sso"),
                                      FIELD_OF("state", "open"),
                                      FIELD_OF("brand", "danone"),
                                      FIELD_OF("locale", "en"),
                                      FIELD_OF("languages", "en fr"),
                                      FIELD_OF("simulated", "1"),
                                      FIELD_OF("groups", "{\"a\":{\"title\":\"A\"}}"),
                                      FIELD_OF("terms", "{\"version\":\"1\"}"),
                                      FIELD_OF("ends_at", "1000")};
    struct buffer out CLEAN_BUFFER = {0};
    (void)state;
    greeting_door(&out, "s", few, ARRAY_SIZE(few));
    assert_string_equal(
        out.bytes, "{\"id\":\"s\",\"title\":\"T\",\"brief\":\"\",\"brand\":\"default\",\"locale\":\"fr\","
                   "\"languages\":[\"fr\"],\"state\":\"draft\",\"join\":[\"code\"],\"groups\":{}}");
    buffer_reset(&out);
    greeting_door(&out, "s", all, ARRAY_SIZE(all));
    assert_string_equal(
        out.bytes,
        "{\"id\":\"s\",\"title\":{\"fr\":\"T\"},\"brief\":\"\",\"brand\":\"danone\",\"locale\":\"en\","
        "\"languages\":[\"en\",\"fr\"],\"state\":\"open\",\"simulated\":true,\"join\":[\"open\",\"sso\"],"
        "\"groups\":{\"a\":{\"title\":\"A\"}},\"terms\":{\"version\":\"1\"},\"ends_at\":1000}");
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
        {"{\"code\":7}", "code", ERROR_invalid_params, -1},
        {"{\"sso\":[]}", "sso", ERROR_invalid_params, -1},
        {"{\"sso\":\"a\\u0000b\"}", "", ERROR_parse_error, -1},
        {"{\"code\":\"a\",\"sso\":\"b\"}", "sso", ERROR_invalid_params, -1},
        {"{\"groups\":[]}", "groups", ERROR_invalid_params, -1},
        {"{\"groups\":{\"status\":7}}", "groups.status", ERROR_invalid_params, -1},
        {"{\"groups\":{\"a\":\"b\",\"c\":\"d\",\"e\":\"f\",\"g\":\"h\",\"i\":\"j\"}}", "groups",
         ERROR_invalid_params, -1},
        {"{\"accept\":true}", "accept", ERROR_invalid_params, -1},
        {"{\"name\":\"Ana\",\"name\":\"Ben\"}", "", ERROR_parse_error, -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct greeting_join join;
        struct refusal refusal = greeting_join_params(cases[i].body, strlen(cases[i].body), &join);
        assert_int_equal(refusal.error, cases[i].error);
        assert_string_equal(refusal.field, cases[i].field);
        assert_int_equal(refusal.limit, cases[i].limit);
        greeting_join_clear(&join);
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
        cmocka_unit_test(a_join_has_a_code_groups_and_an_acceptance),
        cmocka_unit_test(who_joins_is_told_their_groups),
        cmocka_unit_test(the_door_shows_what_a_page_must_ask),
        cmocka_unit_test(what_is_wrong_at_the_door_is_named),
        cmocka_unit_test(options_come_as_texts_one_for_each_of_a_list),
        cmocka_unit_test(an_option_that_is_refused_ends_the_reading),
        cmocka_unit_test(voices_are_those_of_one_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
