/* Parameters that are more than one value: texts by language, roles, electorates, outcome rules, groups, ids.
 */
#include "wire/params.h"
#include "base/memory.h"
#include "wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct refusal decode(enum command_kind kind, const char *text, struct command *out_command)
{
    return message_params(kind, text, strlen(text), out_command);
}

static void expect_refused(enum command_kind kind, const char *text, const char *field, const char *expected)
{
    struct command command;
    struct refusal refusal = decode(kind, text, &command);
    if (refusal.error != ERROR_invalid_params || strcmp(refusal.field, field) != 0 ||
        !strstr(refusal.expected, expected))
        fail_msg("%s: %s at \"%s\", expected %s", text, error_name(refusal.error), refusal.field,
                 refusal.expected);
    command_clear(&command);
}

static void a_text_by_language_is_kept_apart_from_texts(void **state)
{
    struct command command;
    (void)state;
    assert_int_equal(
        decode(COMMAND_session_edit,
               "{\"title\":{\"fr\":\" Le parfum \",\"pt-BR\":\"O sabor\"},\"brief\":\"a\\u0001b\"}", &command)
            .error,
        ERROR_none);
    assert_string_equal(command.session_edit.title, "\x01{\"fr\":\"Le parfum\",\"pt-BR\":\"O sabor\"}");
    assert_true(command_text_is_by_language(command.session_edit.title));
    assert_string_equal(command.session_edit.brief, "ab"); /* no text looks like one */
    json_t *json = params_words_json(command.session_edit.title);
    assert_string_equal(json_string_value(json_object_get(json, "fr")), "Le parfum");
    json_decref(json);
    command_clear(&command);
    expect_refused(COMMAND_session_edit, "{\"title\":{}}", "title", "a text for each");
    expect_refused(COMMAND_session_edit, "{\"title\":{\"fr\":\"\"}}", "title/fr", "not empty");
    expect_refused(COMMAND_session_edit, "{\"title\":{\"fr\":7}}", "title/fr", "a string");
    expect_refused(COMMAND_session_edit, "{\"title\":{\"f\":\"a\"}}", "title/f", "the tag of a language");
    expect_refused(COMMAND_session_edit, "{\"title\":7}", "title", "or an object of one by language");
}

static void the_tag_of_a_language_has_the_form_of_bcp_47(void **state)
{
    static const char *const good[] = {"fr", "en", "nds", "pt-BR", "zh-Hans-CN"};
    static const char *const bad[] = {"",      "f",      "FR",     "fr-",           "fr-F",
                                      "fr_FR", "french", "fr--FR", "fr-waytoolong", "zh-Hans-CN-x-more"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_true(params_is_language(good[i], strlen(good[i])));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (params_is_language(bad[i], strlen(bad[i])))
            fail_msg("%s", bad[i]);
    assert_false(params_is_language("fr\0x", 4));
}

static void the_arguments_of_codes_are_what_the_store_expects(void **state)
{
    struct command command;
    (void)state;
    assert_int_equal(decode(COMMAND_code_make,
                            "{\"role\":\"expert\",\"uses\":0,\"groups\":{\"store\":\"lille\",\"status\":"
                            "\"client\"},\"count\":3}",
                            &command)
                         .error,
                     ERROR_none);
    assert_int_equal(command.code_make.role, ROLE_expert);
    assert_int_equal(command.code_make.uses, 0);
    assert_string_equal(command.code_make.groups, "store=lille,status=client");
    command_clear(&command);
    expect_refused(COMMAND_code_make, "{\"role\":\"admin\"}", "role", "one of observer");
    expect_refused(COMMAND_code_make, "{\"role\":7}", "role", "one of observer");
    expect_refused(COMMAND_code_make, "{\"uses\":-1}", "uses", "from 0");
    expect_refused(COMMAND_code_make, "{\"count\":0}", "count", "from 1");
    expect_refused(COMMAND_code_make, "{\"count\":1001}", "count", "to 1000");
    expect_refused(COMMAND_code_make, "{\"groups\":[]}", "groups", "an object");
    expect_refused(COMMAND_code_make, "{\"groups\":{\"store\":\"Lille\"}}", "groups.store", "a value");
    expect_refused(COMMAND_code_make,
                   "{\"groups\":{\"a\":\"b\",\"c\":\"d\",\"e\":\"f\",\"g\":\"h\",\"i\":\"j\"}}", "groups",
                   "at most 4");
}

static void rules_are_the_same_bytes_in_whatever_order_they_come(void **state)
{
    static const char *const same[] = {
        "{\"challenge\":\"c\",\"voters\":{\"roles\":[\"expert\",\"participant\"],\"groups\":{\"b\":[\"y\","
        "\"x\",\"y\"],\"a\":[\"z\"]}},"
        "\"outcome\":{\"winners\":2,\"counts\":[\"verified\",\"code\",\"code\"]}}",
        "{\"outcome\":{\"counts\":[\"code\",\"verified\"],\"winners\":2},"
        "\"voters\":{\"groups\":{\"a\":[\"z\"],\"b\":[\"x\",\"y\"]},\"roles\":[\"participant\",\"expert\"]},"
        "\"challenge\":\"c\"}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        struct command command;
        assert_int_equal(decode(COMMAND_challenge_edit, same[i], &command).error, ERROR_none);
        assert_string_equal(
            command.challenge_edit.voters,
            "{\"groups\":{\"a\":[\"z\"],\"b\":[\"x\",\"y\"]},\"roles\":[\"participant\",\"expert\"]}");
        assert_string_equal(command.challenge_edit.outcome,
                            "{\"counts\":[\"code\",\"verified\"],\"winners\":2}");
        command_clear(&command);
    }
    expect_refused(COMMAND_challenge_edit, "{\"challenge\":\"c\",\"voters\":{\"roles\":[\"brand\"]}}",
                   "voters/roles", "participant, expert");
    expect_refused(COMMAND_challenge_edit, "{\"challenge\":\"c\",\"outcome\":{\"quorum\":\"10\"}}",
                   "outcome/quorum", "an integer");
}

static void winners_are_ids(void **state)
{
    static const char head[] = "{\"challenge\":\"c\",\"kind\":\"tie\",\"reason\":\"r\",\"winners\":";
    struct command command;
    (void)state;
    char *good CLEAN_FREE = memory_print("%s[\"i4\",\"i7\"]}", head),
               *none CLEAN_FREE = memory_print("%s[]}", head),
               *wrong CLEAN_FREE = memory_print("%s[\"I4\"]}", head);
    assert_int_equal(decode(COMMAND_outcome_override, good, &command).error, ERROR_none);
    assert_string_equal(command.outcome_override.winners, "i4 i7");
    command_clear(&command);
    expect_refused(COMMAND_outcome_override, none, "winners", "1 to 100");
    expect_refused(COMMAND_outcome_override, wrong, "winners", "ids");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_by_language_is_kept_apart_from_texts),
        cmocka_unit_test(the_tag_of_a_language_has_the_form_of_bcp_47),
        cmocka_unit_test(the_arguments_of_codes_are_what_the_store_expects),
        cmocka_unit_test(rules_are_the_same_bytes_in_whatever_order_they_come),
        cmocka_unit_test(winners_are_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
