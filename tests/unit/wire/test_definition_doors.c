/* The members of a session file about brand, languages, doors, groups, terms and electorates. */
#include "base/memory.h"
#include "wire/definition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CHALLENGE(more)                                                                                      \
    "{\"id\":\"c1\",\"title\":\"Q\",\"ballot\":\"approval\",\"proposals\":\"open\",\"tally\":\"live\"" more  \
    "}"
#define SESSION(members, challenge) "{\"id\":\"s\",\"title\":\"T\"" members ",\"challenges\":[" challenge "]}"
#define WITH(members)               SESSION("," members, CHALLENGE(""))
#define STATUS                                                                                               \
    "\"groups\":{\"status\":{\"title\":\"You are\",\"values\":{\"client\":\"Client\",\"staff\":\"Staff\"},"  \
    "\"from\":[\"ask\",\"code\"]}}"
#define ASKING(more) SESSION("," STATUS, CHALLENGE("," more))
#define GROUPS(inside)                                                                                       \
    WITH("\"groups\":{\"status\":{\"title\":\"t\",\"values\":{\"a\":\"A\"},\"from\":[\"ask\"]}," inside "}")

static void every_mistake_is_told_with_its_pointer(void **state)
{
    static const struct {
        const char *text, *pointer, *expected;
    } cases[] = {
        {WITH("\"brand\":\"Danone\""), "/brand", "an id"},
        {WITH("\"brand\":7"), "/brand", "an id"},
        {WITH("\"state\":\"closed\""), "/state", "draft or open"},
        {WITH("\"state\":1"), "/state", "draft or open"},
        {WITH("\"ends_at\":\"2027-01-01T00:00:00\""), "/ends_at", "offset"},
        {WITH("\"join\":\"anyone\""), "/join", "open, code or sso"},
        {WITH("\"join\":[]"), "/join", "open, code or sso"},
        {WITH("\"join\":[\"code\",7]"), "/join", "open, code or sso"},
        {WITH("\"join\":{}"), "/join", "open, code or sso"},
        {WITH("\"languages\":\"fr\""), "/languages", "a list"},
        {WITH("\"languages\":[]"), "/languages", "1 to 8"},
        {WITH("\"languages\":[\"fr\",\"f\"]"), "/languages/1", "BCP 47"},
        {WITH("\"languages\":[\"fr\",\"fr\"]"), "/languages/1", "once"},
        {WITH("\"languages\":[\"nl\"]"), "/languages", "locale (fr)"},
        {WITH("\"locale\":\"en\",\"languages\":[\"fr\"]"), "/languages", "locale (en)"},
        {WITH("\"brief\":{}"), "/brief", "a text for each"},
        {WITH("\"brief\":{\"fr\":\"\"}"), "/brief/fr", "not empty"},
        {WITH("\"brief\":{\"fr\":\"a\",\"en\":\"b\"}"), "/brief/en", "a language of the session: fr"},
        {WITH("\"brief\":{\"French\":\"a\"}"), "/brief/French", "the tag of a language"},
        {WITH("\"terms\":\"all\""), "/terms", "an object"},
        {WITH("\"terms\":{\"version\":\"1\"}"), "/terms/text", "a string"},
        {WITH("\"terms\":{\"text\":\"t\"}"), "/terms/version", "a string"},
        {WITH("\"terms\":{\"version\":\"1\",\"text\":\"t\",\"url\":\"x\"}"), "/terms", "privacy alone"},
        {WITH("\"terms\":{\"version\":\"1\",\"text\":\"t\",\"privacy\":\"javascript:x\"}"), "/terms/privacy",
         "https://"},
        {WITH("\"groups\":[]"), "/groups", "at most 4"},
        {GROUPS("\"b\":{},\"c\":{},\"d\":{},\"e\":{}"), "/groups", "at most 4"},
        {GROUPS("\"level\":{}"), "/groups/level", "not \"level\""},
        {GROUPS("\"Store\":{}"), "/groups/Store", "an id"},
        {GROUPS("\"b\":7"), "/groups/b", "an object"},
        {GROUPS("\"b\":{\"colour\":1}"), "/groups/b", "alone"},
        {GROUPS("\"b\":{}"), "/groups/b/title", "required"},
        {GROUPS("\"b\":{\"title\":\"B\"}"), "/groups/b/values", "one or more"},
        {GROUPS("\"b\":{\"title\":\"B\",\"values\":{}}"), "/groups/b/values", "one or more"},
        {GROUPS("\"b\":{\"title\":\"B\",\"values\":{\"other\":\"O\"}}"), "/groups/b/values/other",
         "not \"other\""},
        {GROUPS("\"b\":{\"title\":\"B\",\"values\":{\"x\":1}}"), "/groups/b/values/x", "a string"},
        {GROUPS("\"b\":{\"title\":\"B\",\"values\":{\"x\":\"X\"}}"), "/groups/b/from", "code, sso and ask"},
        {GROUPS("\"b\":{\"title\":\"B\",\"values\":{\"x\":\"X\"},\"from\":[\"open\"]}"), "/groups/b/from",
         "ask"},
        {ASKING("\"voters\":{}"), "/challenges/0/voters", "at least one"},
        {ASKING("\"voters\":{\"age\":[1]}"), "/challenges/0/voters/age", "roles"},
        {ASKING("\"voters\":{\"roles\":[\"moderator\"]}"), "/challenges/0/voters/roles",
         "participant, expert"},
        {ASKING("\"voters\":{\"roles\":[]}"), "/challenges/0/voters/roles", "participant, expert"},
        {ASKING("\"voters\":{\"levels\":[\"sure\"]}"), "/challenges/0/voters/levels", "open, code, verified"},
        {ASKING("\"voters\":{\"groups\":{\"status\":[]}}"), "/challenges/0/voters/groups", "by dimension"},
        {ASKING("\"voters\":{\"groups\":{\"store\":[\"a\"]}}"), "/challenges/0/voters/groups/store",
         "a dimension"},
        {ASKING("\"voters\":{\"groups\":{\"status\":[\"a\"]}}"), "/challenges/0/voters/groups/status",
         "values of"},
        {ASKING("\"proposers\":{\"groups\":{\"store\":[\"a\"]}}"), "/challenges/0/proposers/groups/store",
         "a dimension"},
        {ASKING("\"outcome\":7"), "/challenges/0/outcome", "an object"},
        {ASKING("\"outcome\":{\"winners\":0}"), "/challenges/0/outcome/winners", "1 to 100"},
        {ASKING("\"outcome\":{\"winners\":101}"), "/challenges/0/outcome/winners", "1 to 100"},
        {ASKING("\"outcome\":{\"quorum\":0}"), "/challenges/0/outcome/quorum", "from 1"},
        {ASKING("\"outcome\":{\"counts\":[]}"), "/challenges/0/outcome/counts", "open, code, verified"},
        {ASKING("\"outcome\":{\"who\":1}"), "/challenges/0/outcome/who", "alone"},
        {ASKING("\"noun\":{\"en\":\"Q\"}"), "/challenges/0/noun/en", "a language"},
        {ASKING("\"ideas\":[{\"title\":\"i\",\"lang\":\"en\"}]"), "/challenges/0/ideas/0/lang", "a language"},
        {ASKING("\"ideas\":[{\"title\":{\"en\":\"i\"}}]"), "/challenges/0/ideas/0/title/en", "a language"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct definition definition;
        struct refusal refusal =
            definition_parse(cases[i].text, strlen(cases[i].text), NULL, NULL, &definition);
        if (refusal.error != ERROR_invalid_params || strcmp(refusal.field, cases[i].pointer) != 0 ||
            !strstr(refusal.expected, cases[i].expected))
            fail_msg("%s: %s at \"%s\", expected %s", cases[i].text, error_name(refusal.error), refusal.field,
                     refusal.expected);
        definition_clear(&definition);
    }
}

static void more_values_than_a_session_may_have_are_told(void **state)
{
    struct buffer text CLEAN_BUFFER = {0};
    struct definition definition;
    (void)state;
    buffer_print(&text, "%s",
                 "{\"id\":\"s\",\"title\":\"T\",\"groups\":{\"store\":{\"title\":\"t\",\"from\":[\"ask\"],"
                 "\"values\":{");
    for (int i = 0; i <= LIMIT_GROUPS; i++)
        buffer_print(&text, "%s\"v%d\":\"V\"", i ? "," : "", i);
    buffer_print(&text, "}}},\"challenges\":[%s]}", CHALLENGE(""));
    struct refusal refusal = definition_parse(text.bytes, text.size, NULL, NULL, &definition);
    assert_int_equal(refusal.error, ERROR_invalid_params);
    assert_string_equal(refusal.field, "/groups");
    assert_non_null(strstr(refusal.expected, "256"));
    definition_clear(&definition);
}

static struct definition parsed(const char *text)
{
    struct definition definition;
    struct refusal refusal = definition_parse(text, strlen(text), NULL, NULL, &definition);
    if (refusal.error)
        fail_msg("%s at %s: %s", error_name(refusal.error), refusal.field, refusal.expected);
    return definition;
}

static void what_is_not_said_is_open_to_anyone_and_in_french(void **state)
{
    (void)state;
    struct definition definition = parsed(SESSION("", CHALLENGE("")));
    assert_string_equal(definition.brand, "default");
    assert_string_equal(definition.locale, "fr");
    assert_string_equal(definition.languages, "fr");
    assert_string_equal(definition.join, "open");
    assert_false(definition.draft);
    assert_null(definition.groups);
    assert_null(definition.terms);
    definition_clear(&definition);
    definition = parsed(WITH("\"languages\":[\"nl\",\"en\"]"));
    assert_string_equal(definition.locale, "en");
    assert_string_equal(definition.languages, "nl en");
    definition_clear(&definition);
}

static void doors_come_in_the_order_of_their_table_each_once(void **state)
{
    (void)state;
    struct definition definition = parsed(WITH("\"join\":[\"sso\",\"open\",\"sso\"]"));
    assert_string_equal(definition.join, "open sso");
    definition_clear(&definition);
    definition = parsed(WITH("\"join\":\"code\""));
    assert_string_equal(definition.join, "code");
    definition_clear(&definition);
}

static void texts_by_language_are_kept_as_objects(void **state)
{
    (void)state;
    struct definition definition = parsed(SESSION(
        ",\"languages\":[\"fr\",\"en\"],\"brief\":{\"en\":\" Why \",\"fr\":\"Pourquoi\"}",
        CHALLENGE(",\"noun\":{\"en\":\"idea\"},\"ideas\":[{\"title\":{\"fr\":\"i\"},\"lang\":\"en\"}]")));
    assert_string_equal(definition.brief, "\x01{\"en\":\"Why\",\"fr\":\"Pourquoi\"}");
    assert_string_equal(definition.challenges[0].challenge_add.noun, "\x01{\"en\":\"idea\"}");
    assert_string_equal(definition.ideas[0].idea_add.title, "\x01{\"fr\":\"i\"}");
    assert_string_equal(definition.ideas[0].idea_add.lang, "en");
    definition_clear(&definition);
}

static void groups_keep_the_order_of_the_file(void **state)
{
    (void)state;
    struct definition definition =
        parsed(ASKING("\"voters\":{\"levels\":[\"verified\",\"code\",\"code\"],\"groups\":{\"status\":["
                      "\"staff\",\"client\"]},"
                      "\"roles\":[\"expert\",\"participant\"]},\"outcome\":{\"winners\":2,\"quorum\":10,"
                      "\"counts\":[\"verified\",\"open\"]}"));
    assert_string_equal(
        definition.groups,
        "{\"status\":{\"title\":\"You are\",\"values\":{\"client\":\"Client\",\"staff\":\"Staff\"},"
        "\"from\":[\"code\",\"ask\"]}}");
    const struct challenge_add *challenge = &definition.challenges[0].challenge_add;
    assert_string_equal(challenge->voters,
                        "{\"groups\":{\"status\":[\"client\",\"staff\"]},\"levels\":[\"code\","
                        "\"verified\"],\"roles\":[\"participant\",\"expert\"]}");
    assert_null(challenge->proposers);
    assert_string_equal(challenge->outcome,
                        "{\"counts\":[\"open\",\"verified\"],\"quorum\":10,\"winners\":2}");
    definition_clear(&definition);
}

static void join_arguments(void *to, const char *bytes, size_t size)
{
    buffer_add(to, bytes, size);
    buffer_add_char(to, '|');
}

static void all_of_it_reaches_the_arguments_of_session_create(void **state)
{
    struct buffer all CLEAN_BUFFER = {0};
    (void)state;
    struct definition definition =
        parsed(WITH("\"brand\":\"danone\",\"state\":\"draft\",\"join\":[\"code\"],\"ends_at\":\"1970-01-"
                    "01T00:00:01Z\"," STATUS
                    ",\"terms\":{\"version\":\"2\",\"text\":\"t\",\"privacy\":\"https://example.org/p\"}"));
    definition_arguments(&definition, "00ff", join_arguments, &all);
    static const char *const pieces[] = {
        "|brand|danone|",
        "|state|draft|",
        "|join|code|",
        "|ends_at|1000|",
        "|groups|{\"status\":",
        "|terms|{\"version\":\"2\",\"text\":\"t\",\"privacy\":\"https://example.org/p\"}|",
        "|languages|fr|"};
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
        if (!strstr(all.bytes, pieces[i]))
            fail_msg("%s in %s", pieces[i], all.bytes);
    definition_clear(&definition);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_told_with_its_pointer),
        cmocka_unit_test(more_values_than_a_session_may_have_are_told),
        cmocka_unit_test(what_is_not_said_is_open_to_anyone_and_in_french),
        cmocka_unit_test(doors_come_in_the_order_of_their_table_each_once),
        cmocka_unit_test(texts_by_language_are_kept_as_objects),
        cmocka_unit_test(groups_keep_the_order_of_the_file),
        cmocka_unit_test(all_of_it_reaches_the_arguments_of_session_create),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
