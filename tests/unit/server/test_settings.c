/* Settings from the command line, the environment and a config file: which one stands, and what each mistake
 * is told. */
#include "server/settings.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char config[] = "/tmp/palabre-config-XXXXXX";

#define MOST 12

static void write_config(const char *text)
{
    FILE *file = fopen(config, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Reads the words of a line; what was no option is left in `rest`, by spaces. */
static bool read_line(struct settings *settings, const char *line, bool command, char **out_message,
                      char *rest)
{
    char words[512], *argv[MOST], *more = NULL;
    int argc = 0;
    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok_r(words, " ", &more); word && argc < MOST; word = strtok_r(NULL, " ", &more))
        argv[argc++] = word;
    *out_message = NULL;
    bool good = settings_read(settings, &argc, argv, command, out_message);
    if (rest)
        *rest = '\0';
    for (int i = 0; good && rest && i < argc; i++)
        sprintf(rest + strlen(rest), "%s%s", i ? " " : "", argv[i]);
    assert_int_equal(good, !*out_message);
    return good;
}

static void expect(struct settings *settings, const char *line)
{
    char *message;
    if (!read_line(settings, line, false, &message, NULL))
        fail_msg("%s: %s", line, message);
}

static void expect_message(const char *line, const char *expected)
{
    struct settings settings;
    char *message;
    if (read_line(&settings, line, false, &message, NULL))
        fail_msg("%s: is no mistake, \"%s\" was expected", line, expected);
    if (!strstr(message, expected))
        fail_msg("%s: \"%s\", not \"%s\"", line, message, expected);
    free(message);
}

static void without_any_setting_there_are_defaults(void **state)
{
    struct settings settings;
    (void)state;
    expect(&settings, "serve");
    assert_string_equal(settings.listen, "127.0.0.1:7700");
    assert_string_equal(settings.address, "127.0.0.1");
    assert_int_equal(settings.port, 7700);
    assert_string_equal(settings.data, "./palabre-data");
    assert_null(settings.redis);
    assert_null(settings.public_url);
    assert_null(settings.allow_origins);
    assert_int_equal(settings.tick_ms, 50);
    assert_false(settings.demo);
    assert_false(settings.check);
    settings_clear(&settings);
}

static void every_option_is_read(void **state)
{
    struct settings settings;
    (void)state;
    expect(&settings,
           "serve --listen [::1]:0 --data /d --redis redis://h:1/2 --public-url=https://p.example/ --tick 7");
    assert_string_equal(settings.address, "::1");
    assert_int_equal(settings.port, 0);
    assert_string_equal(settings.data, "/d");
    assert_string_equal(settings.redis, "redis://h:1/2");
    assert_string_equal(settings.public_url, "https://p.example");
    assert_int_equal(settings.tick_ms, 7);
    settings_clear(&settings);
    expect(&settings,
           "serve --demo --check --allow-origin https://a.example --allow-origin=http://b.example:81");
    assert_true(settings.demo);
    assert_true(settings.check);
    assert_string_equal(settings.allow_origins[0], "https://a.example");
    assert_string_equal(settings.allow_origins[1], "http://b.example:81");
    assert_null(settings.allow_origins[2]);
    settings_clear(&settings);
}

static void the_command_line_is_stronger_than_the_environment_and_that_than_a_file(void **state)
{
    struct settings settings;
    char line[128];
    (void)state;
    write_config("{\"data\": \"/file\", \"tick\": 30, \"redis\": \"unix:/file\", \"demo\": true}");
    setenv("PALABRE_DATA", "/environment", 1);
    setenv("PALABRE_TICK", "20", 1);
    snprintf(line, sizeof(line), "serve --config %s --data /line", config);
    expect(&settings, line);
    assert_string_equal(settings.data, "/line");
    assert_int_equal(settings.tick_ms, 20);
    assert_string_equal(settings.redis, "unix:/file");
    assert_true(settings.demo);
    settings_clear(&settings);
    setenv("PALABRE_CONFIG", config, 1);
    expect(&settings, "serve");
    assert_string_equal(settings.data, "/environment");
    assert_string_equal(settings.redis, "unix:/file");
    settings_clear(&settings);
    snprintf(line, sizeof(line), "serve --config %s", "/dev/null");
    expect_message(line, "/dev/null");
    unsetenv("PALABRE_DATA");
    unsetenv("PALABRE_TICK");
    unsetenv("PALABRE_CONFIG");
}

static void a_list_comes_whole_from_its_strongest_source(void **state)
{
    struct settings settings;
    char line[128];
    (void)state;
    write_config("{\"allow-origin\": [\"https://a.example\", \"https://b.example\"]}");
    snprintf(line, sizeof(line), "serve --config %s", config);
    expect(&settings, line);
    assert_int_equal(settings.origin_count, 2);
    settings_clear(&settings);
    setenv("PALABRE_ALLOW_ORIGIN", "https://c.example  https://d.example https://e.example", 1);
    expect(&settings, line);
    assert_int_equal(settings.origin_count, 3);
    assert_string_equal(settings.allow_origins[2], "https://e.example");
    settings_clear(&settings);
    unsetenv("PALABRE_ALLOW_ORIGIN");
}

static void a_wrong_value_is_told_with_its_option_and_what_was_expected(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"serve --listen 7700", "command line: listen: ADDRESS:PORT is expected"},
        {"serve --listen :7700", "listen: ADDRESS:PORT"},
        {"serve --listen 127.0.0.1:", "listen: ADDRESS:PORT"},
        {"serve --listen 127.0.0.1:65536", "listen: ADDRESS:PORT"},
        {"serve --listen 127.0.0.1:-1", "listen: ADDRESS:PORT"},
        {"serve --listen 127.0.0.1:+1", "listen: ADDRESS:PORT"},
        {"serve --listen 127.0.0.1:80x", "listen: ADDRESS:PORT"},
        {"serve --data=", "data: a directory is expected"},
        {"serve --redis http://x", "redis: redis://"},
        {"serve --public-url example.com", "public-url: http://HOST or https://HOST is expected"},
        {"serve --public-url https://", "public-url: "},
        {"serve --public-url https:///x", "public-url: "},
        {"serve --public-url https://a\"b", "public-url: "},
        {"serve --public-url https://a\tb", "public-url: "},
        {"serve --allow-origin https://a/b", "allow-origin: an origin is expected"},
        {"serve --allow-origin a.example", "allow-origin: an origin is expected"},
        {"serve --tick 0", "tick: milliseconds from 1 to 10000 are expected"},
        {"serve --tick 10001", "tick: "},
        {"serve --tick 5ms", "tick: "},
        {"serve --tick=", "tick: "},
        {"serve --demo=yes", "demo: true or false is expected"},
        {"serve --data", "--data: a value is expected"},
        {"serve --colour red", "--colour: there is no such option"},
        {"serve --dat /x", "--dat: there is no such option"},
        {"serve --config /nowhere/at/all", "/nowhere/at/all: No such file or directory"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        expect_message(cases[i].line, cases[i].message);
}

static void a_mistake_in_a_file_is_told_with_the_file(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{", ": line 1: "},
        {"[]", ": a JSON object is expected"},
        {"", ": line "},
        {"{\"colour\": \"red\"}", ": colour: there is no such option"},
        {"{\"config\": \"x\"}", ": config: there is no such option"},
        {"{\"check\": true}", ": check: there is no such option"},
        {"{\"tick\": 0}", ": tick: milliseconds"},
        {"{\"tick\": 1.5}", ": tick: a text, a number"},
        {"{\"data\": null}", ": data: a text, a number"},
        {"{\"allow-origin\": [\"https://a.example\", 1.5]}", ": allow-origin: a text, a number"},
        {"{\"allow-origin\": [\"https://a.example\", \"x\"]}", ": allow-origin: an origin is expected"},
        {"{\"tick\": 5, \"tick\": 6}", "duplicate"},
    };
    char line[128], expected[256];
    (void)state;
    snprintf(line, sizeof(line), "serve --config %s", config);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        write_config(cases[i].text);
        expect_message(line, cases[i].message);
        snprintf(expected, sizeof(expected), "%s", config);
        expect_message(line, expected);
    }
}

static void an_unknown_variable_is_a_mistake_and_others_are_left_alone(void **state)
{
    struct settings settings;
    (void)state;
    setenv("PALABRE_COLOUR", "red", 1);
    expect_message("serve", "environment: PALABRE_COLOUR: there is no such setting");
    unsetenv("PALABRE_COLOUR");
    setenv("PALABRE_A_NAME_THAT_IS_LONGER_THAN_ANY_OPTION", "1", 1);
    expect_message("serve", "PALABRE_A_NAME_THAT_IS_LONGER_THAN_ANY_OPTION: there is no such setting");
    unsetenv("PALABRE_A_NAME_THAT_IS_LONGER_THAN_ANY_OPTION");
    setenv("PALABRE_TICK", "x", 1);
    expect_message("serve", "environment: tick: ");
    unsetenv("PALABRE_TICK");
    setenv("PALABRECOLOUR", "red", 1);
    expect(&settings, "serve");
    settings_clear(&settings);
    unsetenv("PALABRECOLOUR");
}

static void a_command_takes_what_says_where_its_data_is_and_leaves_the_rest(void **state)
{
    struct settings settings;
    char *message, rest[256];
    (void)state;
    setenv("PALABRE_DEMO", "nonsense", 1); /* serve's alone */
    assert_true(read_line(&settings, "token --role admin --data /d --name Ana -x", true, &message, rest));
    assert_string_equal(rest, "token --role admin --name Ana -x");
    assert_string_equal(settings.data, "/d");
    settings_clear(&settings);
    unsetenv("PALABRE_DEMO");
}

static void what_is_no_option_stays_in_order(void **state)
{
    struct settings settings;
    char *message, rest[256];
    (void)state;
    assert_true(read_line(&settings, "serve a --demo b -- c", false, &message, rest));
    assert_string_equal(rest, "serve a b -- c");
    settings_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_setting_there_are_defaults),
        cmocka_unit_test(every_option_is_read),
        cmocka_unit_test(the_command_line_is_stronger_than_the_environment_and_that_than_a_file),
        cmocka_unit_test(a_list_comes_whole_from_its_strongest_source),
        cmocka_unit_test(a_wrong_value_is_told_with_its_option_and_what_was_expected),
        cmocka_unit_test(a_mistake_in_a_file_is_told_with_the_file),
        cmocka_unit_test(an_unknown_variable_is_a_mistake_and_others_are_left_alone),
        cmocka_unit_test(a_command_takes_what_says_where_its_data_is_and_leaves_the_rest),
        cmocka_unit_test(what_is_no_option_stays_in_order),
    };
    int fd = mkstemp(config);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(config);
    return failed;
}
