#include "base/digest.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void fnv_1a_gives_the_published_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t hash;
    } known[] = {{"", 0x811c9dc5}, {"a", 0xe40c292c}, {"b", 0xe70c2de5}, {"foobar", 0xbf9cf968}};
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        assert_int_equal(digest_fnv1a(DIGEST_FNV1A_START, known[i].text, strlen(known[i].text)),
                         known[i].hash);
}

static void fnv_1a_goes_on_where_it_stopped(void **state)
{
    (void)state;
    uint32_t whole = digest_fnv1a(DIGEST_FNV1A_START, "danette/i4", 10);
    assert_int_equal(digest_fnv1a(digest_fnv1a(DIGEST_FNV1A_START, "danette", 7), "/i4", 3), whole);
    assert_int_not_equal(digest_fnv1a(1, "danette/i4", 10), whole);
}

/* Of the reference implementation (b2sum -l 256). */
static void blake2b_256_gives_the_known_values(void **state)
{
    (void)state;
    char hex[DIGEST_HEX_ROOM];
    digest_hex("", 0, hex);
    assert_string_equal(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    digest_hex("abc", 3, hex);
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fnv_1a_gives_the_published_values),
        cmocka_unit_test(fnv_1a_goes_on_where_it_stopped),
        cmocka_unit_test(blake2b_256_gives_the_known_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
