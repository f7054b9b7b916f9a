#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void parses(const char *text, int64_t expected)
{
    int64_t ms = 12345;
    if (!date_parse(text, strlen(text), &ms))
        fail_msg("%s was refused", text);
    if (ms != expected)
        fail_msg("%s is %lld, not %lld", text, (long long)ms, (long long)expected);
}

static void the_examples_of_rfc_3339_are_read(void **state)
{
    (void)state;
    parses("1985-04-12T23:20:50.52Z", 482196050520);
    parses("1996-12-19T16:39:57-08:00", 851042397000);
    parses("1937-01-01T12:00:27.87+00:20", -1041337172130);
    parses("1970-01-01T00:00:00Z", 0);
    parses("1970-01-01t00:00:00z", 0);
    parses("1970-01-01T01:30:00+01:30", 0);
    parses("1969-12-31T22:30:00-01:30", 0);
    parses("1970-01-01T00:00:00-00:00", 0);
    parses("2000-02-29T00:00:00Z", 951782400000);
    parses("2024-02-29T23:59:59.999Z", 1709251199999);
    parses("0000-01-01T00:00:00Z", DATE_MIN);
    parses("9999-12-31T23:59:59.999Z", DATE_MAX);
}

static void digits_beyond_the_millisecond_are_dropped(void **state)
{
    (void)state;
    parses("1970-01-01T00:00:00.1Z", 100);
    parses("1970-01-01T00:00:00.1239Z", 123);
    parses("1970-01-01T00:00:00.000999999999999999999999Z", 0);
    parses("1969-12-31T23:59:59.9999Z", -1);
}

static void what_is_no_date_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "Z",
        "2026",
        "2026-07-14",
        "2026-07-14T08:30:00",
        "2026-07-14T08:30Z",
        "2026-07-14 08:30:00Z",
        "2026-07-14T08:30:00.Z",
        "2026-07-14T08:30:00,5Z",
        "2026-07-14T08:30:00+2",
        "2026-07-14T08:30:00+0200",
        "2026-07-14T08:30:00+02",
        "2026-07-14T08:30:00+24:00",
        "2026-07-14T08:30:00+02:60",
        "2026-07-14T08:30:00Z ",
        " 2026-07-14T08:30:00Z",
        "2026-07-14T08:30:00ZZ",
        "2026-7-14T08:30:00Z",
        "26-07-14T08:30:00Z",
        "+2026-07-14T08:30:00Z",
        "02026-07-14T08:30:00Z",
        "2026-00-14T08:30:00Z",
        "2026-13-14T08:30:00Z",
        "2026-07-00T08:30:00Z",
        "2026-07-32T08:30:00Z",
        "2026-04-31T08:30:00Z",
        "2026-02-29T08:30:00Z",
        "1900-02-29T08:30:00Z",
        "2024-02-30T08:30:00Z",
        "2026-07-14T24:00:00Z",
        "2026-07-14T08:60:00Z",
        "2026-07-14T08:30:60Z",
        "2016-12-31T23:59:60Z",
        "2026-07-14T-8:30:00Z",
        "2026-07-14T08:30:00\u22122:00",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-W29-2T08:30:00Z",
        "1752481800",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        int64_t ms = 12345;
        if (date_parse(bad[i], strlen(bad[i]), &ms))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(ms, 12345);
    }
}

static void a_date_ends_where_its_size_says(void **state)
{
    (void)state;
    const char *text = "2026-07-14T08:30:00Z";
    int64_t ms;
    for (size_t size = 0; size < strlen(text); size++)
        assert_false(date_parse(text, size, &ms));
    assert_false(date_parse("2026-07-14T08:30:00Z", strlen(text) + 1, &ms)); /* its NUL is no part of it */
    assert_false(date_parse("2026-07-14T08:30:00\0Z", 21, &ms));
}

static void formats(int64_t ms, const char *expected)
{
    char text[DATE_ROOM];
    date_format(ms, text);
    assert_string_equal(text, expected);
}

static void dates_are_written_in_utc_with_milliseconds_where_there_are_some(void **state)
{
    (void)state;
    formats(0, "1970-01-01T00:00:00Z");
    formats(1, "1970-01-01T00:00:00.001Z");
    formats(-1, "1969-12-31T23:59:59.999Z");
    formats(-1000, "1969-12-31T23:59:59Z");
    formats(951782400000, "2000-02-29T00:00:00Z");
    formats(1709251199999, "2024-02-29T23:59:59.999Z");
    formats(DATE_MIN, "0000-01-01T00:00:00Z");
    formats(DATE_MAX, "9999-12-31T23:59:59.999Z");
    formats(INT64_MIN, "0000-01-01T00:00:00Z");
    formats(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

static void days_of_ten_thousand_years_agree_with_the_c_library_and_read_back(void **state)
{
    (void)state;
    for (int64_t ms = DATE_MIN; ms <= DATE_MAX; ms += 86400000 * 13LL - 1) {
        char text[DATE_ROOM], expected[80];
        date_format(ms, text);
        time_t seconds = (time_t)((ms - ((ms % 1000) + 1000) % 1000) / 1000);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        assert_memory_equal(text, expected, strlen(expected));
        int64_t back;
        assert_true(date_parse(text, strlen(text), &back));
        assert_true(back == ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_3339_are_read),
        cmocka_unit_test(digits_beyond_the_millisecond_are_dropped),
        cmocka_unit_test(what_is_no_date_is_refused_and_writes_nothing),
        cmocka_unit_test(a_date_ends_where_its_size_says),
        cmocka_unit_test(dates_are_written_in_utc_with_milliseconds_where_there_are_some),
        cmocka_unit_test(days_of_ten_thousand_years_agree_with_the_c_library_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
