/* The definition of a session: what it becomes, and where each mistake is said to be. */
#include "wire/definition.h"
#include "base/memory.h"
#include "wire/definition_picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char pixel[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\2\0\0\0\3";

static struct refusal picture_here(void *arg, const char *file, struct definition_media *out_media)
{
    (void)arg;
    if (strcmp(file, "one.png") != 0)
        return refusal_field(ERROR_invalid_params, "", "a picture that can be read");
    return definition_picture_take(pixel, sizeof(pixel), out_media);
}

static void expect_refused(const char *text, enum error error, const char *pointer, const char *expected)
{
    struct definition definition;
    struct refusal refusal = definition_parse(text, strlen(text), picture_here, NULL, &definition);
    if (refusal.error != error || strcmp(refusal.field, pointer) != 0 || !strstr(refusal.expected, expected))
        fail_msg("%s: %s at \"%s\", expected %s", text, error_name(refusal.error), refusal.field,
                 refusal.expected);
    definition_clear(&definition);
    definition_clear(&definition);
}

#define CHALLENGE(id, more)                                                                                  \
    "{\"id\":\"" id                                                                                          \
    "\",\"title\":\"Q\",\"ballot\":\"approval\",\"proposals\":\"open\",\"tally\":\"live\"" more "}"
#define SESSION(members, challenges)                                                                         \
    "{\"id\":\"s\",\"title\":\"T\"" members ",\"challenges\":[" challenges "]}"
#define IDEA(idea) SESSION("", CHALLENGE("c1", ",\"ideas\":[{\"title\":\"i\"}," idea "]"))

static void every_mistake_is_told_with_its_pointer(void **state)
{
    static const struct {
        const char *text, *pointer, *expected;
    } cases[] = {
        {"[]", "", "an object"},
        {"{\"title\":\"T\",\"challenges\":[" CHALLENGE("c1", "") "]}", "/id", "an id"},
        {"{\"id\":\"S\"}", "/id", "an id"},
        {"{\"id\":7}", "/id", "an id"},
        {"{\"id\":\"api\"}", "/id", "other than api"},
        {"{\"id\":\"ws\"}", "/id", "other than ws"},
        {"{\"id\":\"s\"}", "/title", "required"},
        {"{\"id\":\"s\",\"title\":\" \"}", "/title", "not empty"},
        {"{\"id\":\"s\",\"title\":7}", "/title", "a string"},
        {"{\"id\":\"s\",\"title\":\"T\"}", "/challenges", "1 to 64"},
        {SESSION("", ""), "/challenges", "1 to 64"},
        {"{\"id\":\"s\",\"title\":\"T\",\"challenges\":{}}", "/challenges", "1 to 64"},
        {SESSION(",\"colour\":\"red\"", CHALLENGE("c1", "")), "/colour", "no such member"},
        {SESSION(",\"a/b~c\":\"red\"", CHALLENGE("c1", "")), "/a~1b~0c", "no such member"},
        {SESSION(",\"brief\":[]", CHALLENGE("c1", "")), "/brief", "a string"},
        {SESSION(",\"mandate\":1", CHALLENGE("c1", "")), "/mandate", "a string"},
        {SESSION(",\"locale\":\"de\"", CHALLENGE("c1", "")), "/locale", "fr or en"},
        {SESSION(",\"time_zone\":\"+02:00\"", CHALLENGE("c1", "")), "/time_zone", ""},
        {SESSION(",\"time_zone\":\"Europe/\"", CHALLENGE("c1", "")), "/time_zone", ""},
        {SESSION(",\"simulated\":1", CHALLENGE("c1", "")), "/simulated", "true or false"},
        {SESSION("", "7"), "/challenges/0", "an object"},
        {SESSION("", CHALLENGE("c1", "") ",{}"), "/challenges/1/title", "required"},
        {SESSION("", CHALLENGE("C", "")), "/challenges/0/id", "an id"},
        {SESSION("", CHALLENGE("c1", "") "," CHALLENGE("c1", "")), "/challenges/1/id", "no other challenge"},
        {SESSION("", CHALLENGE("c1", ",\"colour\":1")), "/challenges/0/colour", "no such parameter"},
        {SESSION("", CHALLENGE("c1", ",\"key\":\"k\"")), "/challenges/0/key", "no such parameter"},
        {SESSION("", CHALLENGE("c1", ",\"choose\":0")), "/challenges/0/choose", "1 to 100"},
        {SESSION("", CHALLENGE("c1", ",\"budget\":{\"dots\":5}")), "/challenges/0/budget", "ballot budget"},
        {SESSION("", CHALLENGE("c1", ",\"budget\":{\"dots\":0}")), "/challenges/0/budget/dots", "1 to 1000"},
        {SESSION("", "{\"id\":\"c\",\"title\":\"Q\",\"ballot\":\"budget\",\"proposals\":\"open\",\"tally\":"
                     "\"live\"}"),
         "/challenges/0/budget", "a budget"},
        {SESSION("", "{\"id\":\"c\",\"title\":\"Q\",\"ballot\":\"stars\",\"proposals\":\"open\",\"tally\":"
                     "\"live\",\"choose\":2}"),
         "/challenges/0/choose", "approval"},
        {SESSION(
             "",
             CHALLENGE("c1",
                       ",\"opens_at\":\"2026-07-14T18:00:00Z\",\"closes_at\":\"2026-07-14T20:00:00+02:00\"")),
         "/challenges/0/closes_at", "after opens_at"},
        {SESSION("", CHALLENGE("c1", ",\"opens_at\":\"2026-07-14T18:00:00\"")), "/challenges/0/opens_at",
         "offset"},
        {SESSION("", CHALLENGE("c1", ",\"ideas\":{}")), "/challenges/0/ideas", "a list"},
        {IDEA("7"), "/challenges/0/ideas/1", "an object"},
        {IDEA("{}"), "/challenges/0/ideas/1/title", "required"},
        {IDEA("{\"title\":\"\"}"), "/challenges/0/ideas/1/title", "not empty"},
        {IDEA("{\"title\":\"t\",\"challenge\":\"c1\"}"), "/challenges/0/ideas/1", "it is in one"},
        {IDEA("{\"title\":\"t\",\"colour\":\"c1\"}"), "/challenges/0/ideas/1/colour", "no such parameter"},
        {IDEA("{\"title\":\"t\",\"body\":1}"), "/challenges/0/ideas/1/body", "a string"},
        {IDEA("{\"title\":\"t\",\"media\":\"x\"}"), "/challenges/0/ideas/1/media", "at most 4"},
        {IDEA("{\"title\":\"t\",\"media\":[{},{},{},{},{}]}"), "/challenges/0/ideas/1/media", "at most 4"},
        {IDEA("{\"title\":\"t\",\"media\":[7]}"), "/challenges/0/ideas/1/media/0", "an object"},
        {IDEA("{\"title\":\"t\",\"media\":[{\"file\":\"one.png\"}]}"), "/challenges/0/ideas/1/media/0/alt",
         "in words"},
        {IDEA("{\"title\":\"t\",\"media\":[{\"file\":\"one.png\",\"alt\":\"\"}]}"),
         "/challenges/0/ideas/1/media/0/alt", "not empty"},
        {IDEA("{\"title\":\"t\",\"media\":[{\"file\":\"one.png\",\"alt\":\"a\"},{\"file\":\"no.png\",\"alt\":"
              "\"b\"}]}"),
         "/challenges/0/ideas/1/media/1", "can be read"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        expect_refused(cases[i].text, ERROR_invalid_params, cases[i].pointer, cases[i].expected);
}

static void what_is_no_json_is_told_with_its_line(void **state)
{
    static const char nul[] = "{\"id\":\"s\0\"}";
    struct definition definition;
    (void)state;
    expect_refused("", ERROR_parse_error, "", "line ");
    expect_refused("{\n\"id\":\n", ERROR_parse_error, "", "line 3");
    expect_refused("{\"id\":\"s\",\n\"id\":\"s\"}", ERROR_parse_error, "", "line 2");
    struct refusal refusal = definition_parse(nul, sizeof(nul) - 1, NULL, NULL, &definition);
    assert_int_equal(refusal.error, ERROR_parse_error);
    assert_non_null(strstr(refusal.expected, "NUL"));
    definition_clear(&definition);
}

static void pictures_are_not_taken_where_none_can_be_given(void **state)
{
    static const char text[] = IDEA("{\"title\":\"t\",\"media\":[{\"file\":\"one.png\",\"alt\":\"a\"}]}");
    struct definition definition;
    (void)state;
    struct refusal refusal = definition_parse(text, strlen(text), NULL, NULL, &definition);
    assert_int_equal(refusal.error, ERROR_not_supported);
    assert_string_equal(refusal.field, "/challenges/0/ideas/1/media/0");
    definition_clear(&definition);
}

static void a_picture_is_judged_by_its_bytes(void **state)
{
    struct definition_media media = {0};
    char *large CLEAN_FREE = memory_alloc(LIMIT_MEDIA_BYTES + 1);
    (void)state;
    memcpy(large, pixel, sizeof(pixel));
    struct refusal refusal = definition_picture_take(large, LIMIT_MEDIA_BYTES + 1, &media);
    assert_int_equal(refusal.limit, LIMIT_MEDIA_BYTES);
    assert_int_equal(definition_picture_take("GIF89a", 6, &media).error, ERROR_invalid_params);
    assert_null(media.bytes);
    assert_int_equal(definition_picture_take(large, LIMIT_MEDIA_BYTES, &media).error, ERROR_none);
    assert_string_equal(media.type, "image/png");
    assert_int_equal(media.width, 2);
    assert_int_equal(media.height, 3);
    free(media.bytes);
}

/* The arguments as one text: '|' behind each. */
static void join(void *to, const char *bytes, size_t size)
{
    buffer_add(to, bytes, size);
    buffer_add_char(to, '|');
}

static void a_definition_becomes_the_arguments_of_session_create(void **state)
{
    static const char text[] = SESSION(",\"time_zone\":\"Europe/Paris\",\"brief\":\"\",\"locale\":\"en\"",
                                       CHALLENGE("c1", ",\"ideas\":[{\"title\":\"i\",\"media\":[{\"file\":"
                                                       "\"one.png\",\"alt\":\"a\"}]},{\"title\":\"j\"}]"));
    struct definition definition;
    struct buffer all CLEAN_BUFFER = {0};
    (void)state;
    assert_int_equal(definition_parse(text, strlen(text), picture_here, NULL, &definition).error, ERROR_none);
    assert_int_equal(definition.challenge_count, 1);
    assert_int_equal(definition.idea_count, 2);
    assert_int_equal(definition.media_count, 1);
    assert_string_equal(definition.ideas[0].idea_add.media, definition.media[0].hash);
    assert_null(definition.ideas[1].idea_add.media);
    definition_arguments(&definition, "00ff", join, &all);
    static const char begins[] =
        "00ff|8|title|T|brand|default|locale|en|languages|en|time_zone|Europe/Paris|join|open|"
        "seed|s|state|open|1|";
    assert_memory_equal(all.bytes, begins, sizeof(begins) - 1);
    definition_clear(&definition);
}

static void any_beginning_of_a_definition_is_told_to_be_none(void **state)
{
    static const char text[] = IDEA("{\"title\":\"t\",\"media\":[{\"file\":\"one.png\",\"alt\":\"a\"}]}");
    (void)state;
    for (size_t cut = 0; cut < strlen(text); cut++) {
        struct definition definition;
        char *exact CLEAN_FREE = malloc(cut + !cut);
        memcpy(exact, text, cut);
        assert_int_equal(definition_parse(exact, cut, picture_here, NULL, &definition).error,
                         ERROR_parse_error);
        definition_clear(&definition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_told_with_its_pointer),
        cmocka_unit_test(what_is_no_json_is_told_with_its_line),
        cmocka_unit_test(pictures_are_not_taken_where_none_can_be_given),
        cmocka_unit_test(a_picture_is_judged_by_its_bytes),
        cmocka_unit_test(a_definition_becomes_the_arguments_of_session_create),
        cmocka_unit_test(any_beginning_of_a_definition_is_told_to_be_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
