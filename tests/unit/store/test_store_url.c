#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "store/store_url.h"

#include <string.h>

static struct store_url good(const char *text)
{
    struct store_url url = {0};
    char *error = NULL;
    if (!store_url_parse(text, &url, &error))
        fail_msg("%s: %s", text, error);
    return url;
}

static void expect_text(const char *value, const char *expected)
{
    if (!expected)
        assert_null(value);
    else
        assert_string_equal(value, expected);
}

static void test_every_part_of_a_url_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *port, *path, *user, *password;
        int db;
    } cases[] = {
        {"redis://localhost", "localhost", "6379", NULL, NULL, NULL, 0},
        {"redis://localhost/", "localhost", "6379", NULL, NULL, NULL, 0},
        {"REDIS://10.0.0.7:6380/3", "10.0.0.7", "6380", NULL, NULL, NULL, 3},
        {"redis://:secret@h/1", "h", "6379", NULL, NULL, "secret", 1},
        {"redis://ana:p%40ss%2F%3a@h:1", "h", "1", NULL, "ana", "p@ss/:", 0},
        {"redis://ana:p@ss@h", "h", "6379", NULL, "ana", "p@ss", 0},
        {"redis://[::1]:6390/2", "::1", "6390", NULL, NULL, NULL, 2},
        {"redis://[fe80::1]", "fe80::1", "6379", NULL, NULL, NULL, 0},
        {"unix:/run/redis.sock", NULL, NULL, "/run/redis.sock", NULL, NULL, 0},
        {"unix:///run/a%20b", NULL, NULL, "/run/a b", NULL, NULL, 0},
        {"redis+unix:///s?db=15", NULL, NULL, "/s", NULL, NULL, 15},
        {"redis+unix://u:p@/s?db=2", NULL, NULL, "/s", "u", "p", 2},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct store_url url = good(cases[i].text);
        expect_text(url.host, cases[i].host);
        expect_text(url.port, cases[i].port);
        expect_text(url.path, cases[i].path);
        expect_text(url.user, cases[i].user);
        expect_text(url.password, cases[i].password);
        assert_int_equal(url.db, cases[i].db);
        store_url_clear(&url);
    }
}

static void test_what_is_wrong_is_named_and_no_password_repeated(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named;
    } cases[] = {
        {"", "starts with"},
        {"localhost:6379", "starts with"},
        {"http://localhost", "starts with"},
        {"rediss://h", "TLS"},
        {"rediss://:hunter2@h", "TLS"},
        {"redis://", "host"},
        {"redis://:6379", "host"},
        {"redis://h:", "port"},
        {"redis://h:0", "port"},
        {"redis://h:65536", "port"},
        {"redis://h:63x", "port"},
        {"redis://h:-1", "port"},
        {"redis://h/x", "/db"},
        {"redis://h/1/2", "/db"},
        {"redis://h/99999999999999999999", "/db"},
        {"redis://h?x=1", "/db"},
        {"redis://::1", "IPv6"},
        {"redis://[::1", "IPv6"},
        {"redis://[::1]x", "host"},
        {"redis://hunter2@h", "password"},
        {"redis://u:hunter2%zz@h", "password"},
        {"redis://u:hunter2%00@h", "password"},
        {"redis://u:hunter2%4@h", "password"},
        {"redis://u%:hunter2@h", "user"},
        {"unix:", "path"},
        {"unix:relative", "path"},
        {"unix://host/path", "path"},
        {"unix:/s?db=x", "db"},
        {"unix:/s?other=1", "db"},
        {"unix:/"
         "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
         "9"
         "0123456",
         "107"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct store_url url;
        char *error = NULL;
        if (store_url_parse(cases[i].text, &url, &error))
            fail_msg("taken: %s", cases[i].text);
        if (!strstr(error, cases[i].named))
            fail_msg("%s: %s", cases[i].text, error);
        assert_null(strstr(error, "hunter2"));
        free(error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_part_of_a_url_is_taken),
        cmocka_unit_test(test_what_is_wrong_is_named_and_no_password_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
