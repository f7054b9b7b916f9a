/* Settings from where they come, and handed on to another process. */
#include "server/settings.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

extern char **environ;

static bool read_words(struct settings *out_settings, const char *const *words, size_t count,
                       char **out_message)
{
    char *arguments[16];
    int kept = (int)count;
    assert_true(count < ARRAY_SIZE(arguments));
    for (size_t i = 0; i < count; i++)
        arguments[i] = (char *)words[i];
    return settings_read(out_settings, &kept, arguments, false, out_message);
}

static void another_process_reads_the_same(void **state)
{
    (void)state;
    static const char *const words[] = {"--listen",       "[::1]:0",
                                        "--tick=20",      "--demo",
                                        "--workers",      "3",
                                        "--public-url",   "https://palabre.example/x?a=b",
                                        "--allow-origin", "https://two.example"};
    char *const first[] = {(char *)"PALABRE_TICK=70", (char *)"PALABRE_DATA=/tmp/a b", (char *)"HOME=/h",
                           NULL};
    char **outside = environ;
    char *message = NULL;
    struct settings settings, same;
    environ = (char **)first;
    assert_true(read_words(&settings, words, ARRAY_SIZE(words), &message));
    assert_int_equal(settings.workers, 3);
    char **variables = settings_environment(&settings, "unix:/tmp/redis.sock");
    environ = variables;
    assert_true(read_words(&same, NULL, 0, &message));
    environ = outside;
    assert_string_equal(same.listen, "[::1]:0");
    assert_string_equal(same.address, "::1");
    assert_string_equal(same.data, "/tmp/a b");
    assert_string_equal(same.redis, "unix:/tmp/redis.sock");
    assert_string_equal(same.public_url, "https://palabre.example/x?a=b");
    assert_int_equal(same.tick_ms, 20);
    assert_int_equal(same.workers, 3);
    assert_true(same.demo);
    assert_int_equal(same.origin_count, 1);
    assert_string_equal(same.allow_origins[0], "https://two.example");
    bool has_home = false;
    for (char **at = variables; *at; at++) {
        has_home = has_home || strcmp(*at, "HOME=/h") == 0;
        free(*at);
    }
    assert_true(has_home);
    free(variables);
    settings_clear(&settings);
    settings_clear(&same);
}

static void a_list_is_handed_on_whole(void **state)
{
    (void)state;
    static const char *const words[] = {"--allow-origin", "https://one.example",
                                        "--allow-origin=https://two.example"};
    char *const none[] = {NULL};
    char **outside = environ, *message = NULL;
    struct settings settings, same;
    environ = (char **)none;
    assert_true(read_words(&settings, words, ARRAY_SIZE(words), &message));
    assert_int_equal(settings.workers, 0);
    char **variables = settings_environment(&settings, NULL);
    environ = variables;
    assert_true(read_words(&same, NULL, 0, &message));
    environ = outside;
    assert_int_equal(same.origin_count, 2);
    assert_string_equal(same.allow_origins[0], "https://one.example");
    assert_string_equal(same.allow_origins[1], "https://two.example");
    assert_null(same.redis);
    for (char **at = variables; *at; at++)
        free(*at);
    free(variables);
    settings_clear(&settings);
    settings_clear(&same);
}

static void a_number_of_workers_is_from_1_to_256(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0", "-1", "257", "many", "", "2x"};
    struct settings settings;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        CLEAN_FREE char *message = NULL;
        assert_false(read_words(&settings, (const char *const[]){"--workers", wrong[i]}, 2, &message));
        assert_string_equal(message, "command line: workers: a number from 1 to 256 is expected");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_process_reads_the_same),
        cmocka_unit_test(a_list_is_handed_on_whole),
        cmocka_unit_test(a_number_of_workers_is_from_1_to_256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
