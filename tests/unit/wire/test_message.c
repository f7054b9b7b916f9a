/* Messages as they come, right and wrong in every way, and answers to them. */
#include "wire/message.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The refusal of one call, or of the whole message. */
static struct refusal refusal_to(const char *text)
{
    struct message message;
    message_parse(text, strlen(text), &message);
    struct refusal refusal = message.count ? message.calls[0].refusal : message.refusal;
    assert_true(message.count <= 1);
    message_clear(&message);
    return refusal;
}

static void expect_call(const char *text, enum error error, const char *id, bool notification)
{
    struct message message;
    message_parse(text, strlen(text), &message);
    if (message.count != 1 || message.calls[0].refusal.error != error)
        fail_msg("%s: %s", text,
                 error_name(message.count ? message.calls[0].refusal.error : message.refusal.error));
    assert_string_equal(message.calls[0].id, id);
    assert_int_equal(message.calls[0].notification, notification);
    message_clear(&message);
}

static void a_call_is_a_command_with_its_id(void **state)
{
    static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"method\":\"vote_cast\","
                               "\"params\":{\"idea\":\"i4\",\"value\":-1,\"key\":\"k\"}}";
    struct message message;
    (void)state;
    message_parse(text, strlen(text), &message);
    assert_int_equal(message.refusal.error, ERROR_none);
    assert_false(message.batch);
    assert_int_equal(message.count, 1);
    const struct message_call *call = &message.calls[0];
    assert_string_equal(call->id, "\"a\\\"b\"");
    assert_int_equal(call->command.kind, COMMAND_vote_cast);
    assert_string_equal(call->command.vote_cast.idea, "i4");
    assert_int_equal(call->command.vote_cast.value, -1);
    assert_string_equal(call->command.key, "k");
    message_clear(&message);
    message_clear(&message); /* an empty message is cleared too */
}

static void the_envelope_is_that_of_json_rpc_2(void **state)
{
    (void)state;
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"session_freeze\"}", ERROR_none, "1.5", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"session_freeze\"}", ERROR_none, "null", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"method\":\"session_freeze\"}", ERROR_none, "null", true);
    expect_call("{\"jsonrpc\":\"2.0\",\"method\":\"nothing_such\"}", ERROR_method_not_found, "null", true);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"nothing_such\"}", ERROR_method_not_found, "2",
                false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"vote_cas\"}", ERROR_method_not_found, "2", false);
    expect_call("{\"jsonrpc\":\"1.0\",\"id\":2,\"method\":\"session_freeze\"}", ERROR_invalid_request, "2",
                false);
    expect_call("{\"id\":2,\"method\":\"session_freeze\"}", ERROR_invalid_request, "2", false);
    expect_call("{\"jsonrpc\":2.0,\"id\":2,\"method\":\"session_freeze\"}", ERROR_invalid_request, "2",
                false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":2}", ERROR_invalid_request, "2", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":7}", ERROR_invalid_request, "2", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"session_freeze\"}", ERROR_invalid_request,
                "null", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"session_freeze\"}", ERROR_invalid_request,
                "null", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"session_freeze\"}", ERROR_invalid_request,
                "null", false);
    expect_call("{}", ERROR_invalid_request, "null", false); /* no request: answered, though it has no id */
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session_freeze\",\"params\":[1]}",
                ERROR_invalid_params, "1", false);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session_freeze\",\"params\":null}",
                ERROR_invalid_params, "1", false);
}

static void what_is_no_json_is_a_parse_error(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "{",
                                        "}",
                                        "{]",
                                        "nul",
                                        "{\"jsonrpc\":\"2.0\",}",
                                        "{\"a\":1}{}",
                                        "{\"a\":\"\xC3\x28\"}",
                                        "{\"a\":\"\\ud800\"}",
                                        "{\"a\":\"\\u0000\"}",
                                        "{\"a\":1e999}",
                                        "{\"a\":1,\"a\":2}",
                                        "{'a':1}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (refusal_to(texts[i]).error != ERROR_parse_error)
            fail_msg("%s: %s", texts[i], error_name(refusal_to(texts[i]).error));
}

static void a_nul_anywhere_is_a_parse_error(void **state)
{
    static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":\"\\\\\",\"method\":\"session_freeze\"}";
    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        char broken[sizeof(text)];
        struct message message;
        memcpy(broken, text, sizeof(text));
        broken[i] = '\0';
        message_parse(broken, sizeof(text) - 1, &message);
        assert_int_equal(message.refusal.error, ERROR_parse_error);
        assert_int_equal(message.count, 0);
        message_clear(&message);
    }
}

static void json_deeper_than_the_limit_is_refused_and_brackets_in_texts_are_not_depth(void **state)
{
    struct refusal refusal = refusal_to("[[[[[[[[[1]]]]]]]]]");
    (void)state;
    assert_int_equal(refusal.error, ERROR_invalid_request);
    assert_int_equal(refusal.limit, LIMIT_DEPTH);
    char deep[4096];
    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    assert_int_equal(refusal_to(deep).limit, LIMIT_DEPTH);
    expect_call("{\"jsonrpc\":\"2.0\",\"id\":\"[[[[[[[[[[[[\\\"[[[\",\"method\":\"session_freeze\"}",
                ERROR_none, "\"[[[[[[[[[[[[\\\"[[[\"", false);
}

static void a_batch_is_as_many_calls_each_with_its_own_fate(void **state)
{
    static const char text[] =
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session_freeze\"},7,"
        "{\"jsonrpc\":\"2.0\",\"method\":\"session_unfreeze\"},[],"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"vote_cast\",\"params\":{\"idea\":\"i1\"}}]";
    struct message message;
    (void)state;
    message_parse(text, strlen(text), &message);
    assert_true(message.batch);
    assert_int_equal(message.count, 5);
    assert_int_equal(message.calls[0].refusal.error, ERROR_none);
    assert_int_equal(message.calls[1].refusal.error, ERROR_invalid_request);
    assert_true(message.calls[2].notification);
    assert_int_equal(message.calls[3].refusal.error, ERROR_invalid_request);
    assert_int_equal(message.calls[4].refusal.error, ERROR_invalid_params);
    assert_string_equal(message.calls[4].refusal.field, "value");
    message_clear(&message);
}

static void a_batch_holds_one_to_sixteen_calls(void **state)
{
    struct buffer text CLEAN_BUFFER = {0};
    struct message message;
    (void)state;
    assert_int_equal(refusal_to("[]").error, ERROR_invalid_request);
    for (int i = 0; i < LIMIT_BATCH; i++)
        buffer_add_string(&text, i ? ",7" : "[7");
    buffer_add_char(&text, ']');
    message_parse(text.bytes, text.size, &message);
    assert_int_equal(message.count, LIMIT_BATCH);
    message_clear(&message);
    text.bytes[text.size - 1] = ',';
    buffer_add_string(&text, "7]");
    struct refusal refusal = refusal_to(text.bytes);
    assert_int_equal(refusal.error, ERROR_invalid_request);
    assert_int_equal(refusal.limit, LIMIT_BATCH);
}

/* ---- parameters */

static char *long_text(const char *letter, size_t count)
{
    struct buffer text = {0};
    for (size_t i = 0; i < count; i++)
        buffer_add_string(&text, letter);
    return buffer_take(&text);
}

static void expect_refused(const char *command, const char *params, enum error error, const char *field,
                           int64_t limit)
{
    struct command decoded;
    struct refusal refusal = message_params((enum command_kind)command_find(command, strlen(command)), params,
                                            strlen(params), &decoded);
    if (refusal.error != error || strcmp(refusal.field, field) != 0 || refusal.limit != limit)
        fail_msg("%s %s: %s at \"%s\" limit %lld", command, params, error_name(refusal.error), refusal.field,
                 (long long)refusal.limit);
    if (error == ERROR_invalid_params && !refusal.expected[0])
        fail_msg("%s %s: nothing is said of what was expected", command, params);
    command_clear(&decoded);
}

static void every_wrong_parameter_is_refused_with_its_name_and_limit(void **state)
{
    static const struct {
        const char *command, *params, *field;
        int64_t limit;
    } cases[] = {
        {"vote_cast", "{\"value\":1}", "idea", -1},
        {"vote_cast", "{\"idea\":\"i1\"}", "value", -1},
        {"vote_cast", "{\"idea\":\"I1\",\"value\":1}", "idea", -1},
        {"vote_cast", "{\"idea\":\"\",\"value\":1}", "idea", -1},
        {"vote_cast", "{\"idea\":4,\"value\":1}", "idea", -1},
        {"vote_cast", "{\"idea\":\"a12345678901234567890123456789012\",\"value\":1}", "idea", -1},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":1.0}", "value", LIMIT_VALUE},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":\"1\"}", "value", LIMIT_VALUE},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":1001}", "value", LIMIT_VALUE},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":-2}", "value", LIMIT_VALUE},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":9223372036854775807}", "value", LIMIT_VALUE},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":1,\"key\":\"\"}", "key", LIMIT_KEY},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":1,\"key\":7}", "key", LIMIT_KEY},
        {"vote_cast", "{\"idea\":\"i1\",\"value\":1,\"colour\":7}", "colour", -1},
        {"idea_list", "{\"challenge\":\"c1\",\"order\":\"top\",\"key\":\"k\"}", "key", -1},
        {"idea_list", "{\"challenge\":\"c1\",\"order\":\"best\"}", "order", -1},
        {"idea_list", "{\"challenge\":\"c1\",\"order\":0}", "order", -1},
        {"idea_list", "{\"challenge\":\"c1\",\"order\":\"new\",\"limit\":0}", "limit", LIMIT_PAGE},
        {"idea_list", "{\"challenge\":\"c1\",\"order\":\"new\",\"limit\":101}", "limit", LIMIT_PAGE},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":\"\"}", "title", -1},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":\" \\n\\t \"}", "title", -1},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":[]}", "title", -1},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":null}", "title", -1},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":\"t\",\"media\":\"x\"}", "media", LIMIT_MEDIA},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":\"t\",\"media\":[\"x\"]}", "media", -1},
        {"idea_add", "{\"challenge\":\"c1\",\"title\":\"t\",\"media\":[1,2,3,4,5]}", "media", LIMIT_MEDIA},
        {"idea_similar", "{\"challenge\":\"c1\",\"text\":\"\"}", "text", -1},
        {"hello", "{\"session\":\"s\",\"token\":7}", "token", -1},
        {"topic_open", "{\"topic\":\"chat\",\"since\":-1}", "since", LIMIT_SEQUENCE},
        {"topic_open", "{\"topic\":7}", "topic", -1},
        {"challenge_add", "{\"title\":\"t\",\"ballot\":\"x\",\"proposals\":\"open\",\"tally\":\"live\"}",
         "ballot", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"final\":1}", "final", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"opens_at\":\"2026-07-14\"}", "opens_at", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"closes_at\":\"2026-07-14T18:00:00\"}", "closes_at", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"closes_at\":7}", "closes_at", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":5}", "budget", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":{}}", "budget", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":{\"dots\":0}}", "budget/dots", LIMIT_DOTS},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":{\"dots\":1001}}", "budget/dots", LIMIT_DOTS},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":{\"dots\":5,\"per_idea\":6}}", "budget", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":{\"dots\":5,\"per_idea\":\"x\"}}",
         "budget/per_idea", LIMIT_DOTS},
        {"challenge_edit", "{\"challenge\":\"c1\",\"budget\":{\"dots\":5,\"more\":6}}", "budget", -1},
        {"challenge_edit", "{\"challenge\":\"c1\",\"choose\":0}", "choose", LIMIT_CHOOSE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        expect_refused(cases[i].command, cases[i].params, ERROR_invalid_params, cases[i].field,
                       cases[i].limit);
}

static void texts_are_counted_in_characters(void **state)
{
    char *fits CLEAN_FREE = long_text("é", LIMIT_TITLE), *over CLEAN_FREE = long_text("é", LIMIT_TITLE + 1);
    char *key CLEAN_FREE = long_text("é", LIMIT_KEY), *long_key CLEAN_FREE = long_text("k", LIMIT_KEY + 1);
    (void)state;
    char *good CLEAN_FREE = memory_print("{\"challenge\":\"c1\",\"title\":\"%s\",\"key\":\"%s\"}", fits, key);
    char *title CLEAN_FREE = memory_print("{\"challenge\":\"c1\",\"title\":\"%s\"}", over);
    char *keyed CLEAN_FREE = memory_print("{\"challenge\":\"c1\",\"title\":\"t\",\"key\":\"%s\"}", long_key);
    expect_refused("idea_add", good, ERROR_none, "", -1);
    expect_refused("idea_add", title, ERROR_invalid_params, "title", LIMIT_TITLE);
    expect_refused("idea_add", keyed, ERROR_invalid_params, "key", LIMIT_KEY);
    char *token CLEAN_FREE = long_text("t", LIMIT_TOKEN + 1);
    char *hello CLEAN_FREE = memory_print("{\"session\":\"s\",\"token\":\"%s\"}", token);
    expect_refused("hello", hello, ERROR_invalid_params, "token", -1);
}

static void texts_are_cleaned_and_absent_ones_stay_absent(void **state)
{
    static const char params[] = "{\"challenge\":\"c1\",\"title\":\" Une\\n\\u202Ecaisse  e\\u0301 \"}";
    struct command command;
    (void)state;
    assert_int_equal(message_params(COMMAND_idea_add, params, strlen(params), &command).error, ERROR_none);
    assert_null(strstr(command.idea_add.title, "\n"));
    assert_null(strstr(command.idea_add.title, "\u202E"));
    assert_non_null(strstr(command.idea_add.title, "\u00e9")); /* NFC */
    assert_null(command.idea_add.body);
    assert_null(command.idea_add.media);
    assert_null(command.key);
    command_clear(&command);
}

static void a_body_without_parameters_may_be_empty_and_one_that_is_no_object_is_refused(void **state)
{
    (void)state;
    expect_refused("session_freeze", "", ERROR_none, "", -1);
    expect_refused("session_freeze", "{}", ERROR_none, "", -1);
    expect_refused("session_freeze", "[]", ERROR_invalid_params, "", -1);
    expect_refused("session_freeze", "{", ERROR_parse_error, "", -1);
}

static void a_long_name_is_cut_between_characters(void **state)
{
    char *name CLEAN_FREE = long_text("é", 60);
    char *params CLEAN_FREE = memory_print("{\"x%s\":1}", name);
    struct command command;
    struct buffer text CLEAN_BUFFER = {0};
    (void)state;
    struct refusal refusal = message_params(COMMAND_session_freeze, params, strlen(params), &command);
    message_error(&text, "1", &refusal);
    assert_non_null(strstr(text.bytes, "\"field\":\"xé"));
    command_clear(&command);
}

/* ---- answers */

static void answers_say_what_applies(void **state)
{
    struct buffer out CLEAN_BUFFER = {0};
    struct refusal refusal = refusal_field(ERROR_invalid_params, "title", "at most %d characters", 140);
    (void)state;
    refusal.limit = 140;
    message_error(&out, "\"a\"", &refusal);
    assert_string_equal(
        out.bytes, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32602,\"message\":\"A parameter "
                   "is wrong\",\"data\":{\"name\":\"invalid_params\",\"field\":\"title\",\"expected\":\"at "
                   "most 140 characters\",\"limit\":140}}}");
    buffer_reset(&out);
    refusal = refusal_retry(ERROR_store_unavailable, 1000);
    message_problem(&out, &refusal);
    assert_string_equal(
        out.bytes,
        "{\"type\":\"urn:palabre:error:store_unavailable\",\"title\":\"The store cannot be reached at the "
        "moment\",\"status\":503,\"code\":-32037,\"name\":\"store_unavailable\",\"retry_ms\":1000}");
    buffer_reset(&out);
    refusal = refusal_field(ERROR_invalid_params, "/challenges/0/id", "an id");
    message_problem(&out, &refusal);
    assert_non_null(strstr(out.bytes, "\"pointer\":\"/challenges/0/id\""));
    buffer_reset(&out);
    message_result(&out, "7", "{\"v\":1}", 7);
    assert_string_equal(out.bytes, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"v\":1}}");
    buffer_reset(&out);
    message_heartbeat(&out, 9007199254740991, 5, true);
    assert_string_equal(out.bytes,
                        "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{\"v\":9007199254740991,"
                        "\"now\":5,\"stale\":true}}");
}

static void results_of_writes_are_typed_and_a_vote_has_no_version(void **state)
{
    const struct field_write vote[] = {{"idea", "i4", 2}, {"value", "-1", 2}, {"left", "3", 1}};
    const struct field_write back[] = {{"idea", "i4", 2}, {"withdrawn", "0", 1}};
    struct buffer out CLEAN_BUFFER = {0};
    (void)state;
    message_values(&out, COMMAND_vote_cast, vote, ARRAY_SIZE(vote), 12);
    assert_string_equal(out.bytes, "{\"idea\":\"i4\",\"value\":-1,\"left\":3}");
    buffer_reset(&out);
    message_values(&out, COMMAND_idea_withdraw, back, ARRAY_SIZE(back), 12);
    assert_string_equal(out.bytes, "{\"idea\":\"i4\",\"withdrawn\":false,\"v\":12}");
}

/* ---- every example, cut and bent: whatever comes in, something comes out, and nothing is left behind */

static char *example_read(const char *command, size_t *out_size)
{
    char *path CLEAN_FREE = memory_print("%s/../protocol/examples/commands/%s.json", TESTS_DIR, command);
    FILE *file = fopen(path, "rb");
    struct buffer text = {0};
    char chunk[4096];
    size_t size;
    assert_non_null(file);
    while ((size = fread(chunk, 1, sizeof(chunk), file)) > 0)
        buffer_add(&text, chunk, size);
    fclose(file);
    *out_size = text.size;
    return buffer_take(&text);
}

/* The request of an example without its blanks: from the '{' behind "request" to its end. */
static char *example_request(const char *command, size_t *out_size)
{
    size_t size;
    char *text CLEAN_FREE = example_read(command, &size);
    const char *at = strstr(text, "\"request\"");
    struct buffer request = {0};
    int depth = 0;
    bool string = false;
    assert_non_null(at);
    for (at = strchr(at, '{'); *at; at++) {
        if (!string && (*at == ' ' || *at == '\n'))
            continue;
        buffer_add_char(&request, *at);
        if (string && *at == '\\')
            buffer_add_char(&request, *++at);
        else if (*at == '"')
            string = !string;
        else if (!string && (*at == '{' || *at == '}') && (depth += *at == '{' ? 1 : -1) == 0)
            break;
    }
    *out_size = request.size;
    return buffer_take(&request);
}

static enum error parse_exactly(const char *text, size_t size)
{
    char *exact = malloc(size + !size); /* so that a byte read beyond is seen */
    struct message message;
    memcpy(exact, text, size);
    message_parse(exact, size, &message);
    free(exact);
    enum error error = message.count ? message.calls[0].refusal.error : message.refusal.error;
    for (size_t i = 0; i < message.count; i++) {
        struct buffer answer CLEAN_BUFFER = {0};
        assert_non_null(message.calls[i].id);
        message_error(&answer, message.calls[i].id, &message.calls[i].refusal);
    }
    message_clear(&message);
    return error;
}

static void every_example_is_understood(void **state)
{
    (void)state;
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        size_t size;
        char *request CLEAN_FREE = example_request(command_row((enum command_kind)kind)->name, &size);
        assert_int_equal(parse_exactly(request, size), ERROR_none);
    }
}

static void every_beginning_of_an_example_is_a_parse_error(void **state)
{
    (void)state;
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        size_t size;
        char *request CLEAN_FREE = example_request(command_row((enum command_kind)kind)->name, &size);
        for (size_t cut = 0; cut < size; cut++)
            assert_int_equal(parse_exactly(request, cut), ERROR_parse_error);
    }
}

static void an_example_with_any_byte_bent_is_answered(void **state)
{
    static const unsigned char bends[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF};
    (void)state;
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        size_t size;
        char *request CLEAN_FREE = example_request(command_row((enum command_kind)kind)->name, &size);
        for (size_t i = 0; i < size; i++)
            for (size_t bend = 0; bend < sizeof(bends); bend++) {
                request[i] = (char)(request[i] ^ bends[bend]);
                parse_exactly(request, size);
                request[i] = (char)(request[i] ^ bends[bend]);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_a_command_with_its_id),
        cmocka_unit_test(the_envelope_is_that_of_json_rpc_2),
        cmocka_unit_test(what_is_no_json_is_a_parse_error),
        cmocka_unit_test(a_nul_anywhere_is_a_parse_error),
        cmocka_unit_test(json_deeper_than_the_limit_is_refused_and_brackets_in_texts_are_not_depth),
        cmocka_unit_test(a_batch_is_as_many_calls_each_with_its_own_fate),
        cmocka_unit_test(a_batch_holds_one_to_sixteen_calls),
        cmocka_unit_test(every_wrong_parameter_is_refused_with_its_name_and_limit),
        cmocka_unit_test(texts_are_counted_in_characters),
        cmocka_unit_test(texts_are_cleaned_and_absent_ones_stay_absent),
        cmocka_unit_test(a_body_without_parameters_may_be_empty_and_one_that_is_no_object_is_refused),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
        cmocka_unit_test(answers_say_what_applies),
        cmocka_unit_test(results_of_writes_are_typed_and_a_vote_has_no_version),
        cmocka_unit_test(every_example_is_understood),
        cmocka_unit_test(every_beginning_of_an_example_is_a_parse_error),
        cmocka_unit_test(an_example_with_any_byte_bent_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
