/* Wrong codes, by network. */
#include "base/memory.h"
#include "domain/command.h"
#include "rules/guesses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1000000

static void networks_are_24_bits_of_ipv4_and_48_of_ipv6(void **state)
{
    static const struct {
        const char *address, *network;
    } cases[] = {
        {"192.168.1.17", "192.168.1.0/24"},
        {"::ffff:192.168.1.17", "192.168.1.0/24"},
        {"2001:db8:1:2::5", "2001:db8:1::/48"},
        {"::1", "0:0:0::/48"},
        {"", ""},
        {"a socket with a very long name", "a socket with a very lo"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char network[NETWORK_ROOM];
        network_of(cases[i].address, network);
        assert_string_equal(network, cases[i].network);
    }
}

static void guess(struct guesses *guesses, const char *address, int64_t now, bool wrong)
{
    assert_int_equal(guesses_begin(guesses, address, now).error, ERROR_none);
    guesses_end(guesses, address, wrong, now);
}

static void a_network_that_guessed_too_much_waits_and_others_do_not(void **state)
{
    const struct rate_row *row = rate_row(RATE_GUESS);
    struct guesses guesses;
    (void)state;
    guesses_init(&guesses);
    for (int i = 0; i < row->burst; i++)
        guess(&guesses, i % 2 ? "10.0.0.1" : "10.0.0.2", NOW, true);
    struct refusal refusal = guesses_begin(&guesses, "10.0.0.3", NOW);
    assert_int_equal(refusal.error, ERROR_rate_limited);
    assert_int_equal(refusal.limit, row->per_minute);
    guess(&guesses, "10.0.1.1", NOW, true);
    assert_int_equal(guesses_begin(&guesses, "10.0.0.3", NOW + refusal.retry_ms - 1).error,
                     ERROR_rate_limited);
    guess(&guesses, "10.0.0.3", NOW + refusal.retry_ms, false);
    guess(&guesses, "10.0.0.3", NOW + refusal.retry_ms, true);
    assert_int_equal(guesses_begin(&guesses, "10.0.0.3", NOW + refusal.retry_ms).error, ERROR_rate_limited);
    guess(&guesses, "10.0.0.3", NOW + 3600000, true);
    guesses_clear(&guesses);
}

static void what_is_right_costs_nothing_and_is_forgotten(void **state)
{
    struct guesses guesses;
    (void)state;
    guesses_init(&guesses);
    for (int i = 0; i < 100000; i++)
        guess(&guesses, "10.0.0.1", NOW, false);
    assert_int_equal(guesses.count, 0);
    guesses_clear(&guesses);
}

static void guesses_under_way_together_are_no_more_than_a_burst(void **state)
{
    const struct rate_row *row = rate_row(RATE_GUESS);
    struct guesses guesses;
    int begun = 0;
    (void)state;
    guesses_init(&guesses);
    for (int i = 0; i < 10000; i++)
        begun += guesses_begin(&guesses, "10.0.0.1", NOW).error == ERROR_none;
    assert_int_equal(begun, row->burst);
    for (int i = 0; i < begun; i++)
        guesses_end(&guesses, "10.0.0.1", i != 0, NOW);
    guess(&guesses, "10.0.0.1", NOW, true); /* the one that was right gave its place back */
    assert_int_equal(guesses_begin(&guesses, "10.0.0.1", NOW).error, ERROR_rate_limited);
    guesses_clear(&guesses);
}

static void no_more_networks_are_remembered_than_there_is_room_for(void **state)
{
    struct guesses guesses;
    char address[32];
    (void)state;
    guesses_init(&guesses);
    assert_int_equal(guesses_begin(&guesses, "192.0.2.1", NOW).error,
                     ERROR_none); /* is not forgotten meanwhile */
    for (int i = 0; i < GUESSES_NETWORKS + 500; i++) {
        snprintf(address, sizeof(address), "10.%d.%d.1", i / 256, i % 256);
        guess(&guesses, address, NOW, true);
    }
    assert_int_equal(guesses.count, GUESSES_NETWORKS);
    guesses_end(&guesses, "192.0.2.1", false, NOW);
    assert_int_equal(guesses.count, GUESSES_NETWORKS - 1);
    guesses_clear(&guesses);
    assert_int_equal(guesses.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_24_bits_of_ipv4_and_48_of_ipv6),
        cmocka_unit_test(a_network_that_guessed_too_much_waits_and_others_do_not),
        cmocka_unit_test(what_is_right_costs_nothing_and_is_forgotten),
        cmocka_unit_test(guesses_under_way_together_are_no_more_than_a_burst),
        cmocka_unit_test(no_more_networks_are_remembered_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
