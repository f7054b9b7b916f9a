#include "board.h"
#include "histogram.h"
#include "message.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void shares_are_known_to_a_sixtieth(void **state)
{
    (void)state;
    struct histogram *histogram = memory_alloc(sizeof(*histogram));
    for (uint64_t i = 1; i <= 100000; i++)
        histogram_add(histogram, i * 37);
    static const double shares[] = {0.01, 0.5, 0.9, 0.99, 0.999};
    for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
        double truth = shares[i] * 100000 * 37, said = (double)histogram_share(histogram, shares[i]);
        assert_true(said <= truth && said >= truth * (1 - 1.0 / 60));
    }
    assert_int_equal(histogram->largest, 3700000);
    free(histogram);
}

static void small_and_enormous_values_have_a_bucket(void **state)
{
    (void)state;
    struct histogram *histogram = memory_alloc(sizeof(*histogram));
    assert_int_equal(histogram_share(histogram, 0.5), 0);
    histogram_add(histogram, 0);
    assert_int_equal(histogram_share(histogram, 0.5), 0);
    histogram_add(histogram, UINT64_MAX);
    assert_int_equal(histogram->count, 2);
    for (unsigned i = 0; i < 38; i++) {
        *histogram = (struct histogram){0};
        histogram_add(histogram, 1ull << i);
        assert_int_equal(histogram_share(histogram, 0.5), 1ull << i);
    }
    free(histogram);
}

/* Casts votes as a server would count them: one value for each voter and idea. */
static void a_count_says_which_votes_it_shows(void **state)
{
    (void)state;
    enum { IDEAS = 3, VOTERS = 5 };
    struct board board;
    int cast[IDEAS][VOTERS] = {0};
    board_init(&board, IDEAS, VOTERS);
    for (uint64_t i = 1; i <= 7 * IDEAS * VOTERS; i++) {
        unsigned voter, idea;
        int value;
        uint64_t votes = 0;
        board_vote(&board, i, &voter, &idea, &value);
        assert_int_not_equal(cast[idea][voter], value); /* every vote changes something */
        cast[idea][voter] = value;
        for (unsigned each = 0; each < VOTERS; each++)
            votes += (uint64_t)cast[idea][each];
        assert_int_equal(board_count(&board, idea), votes);
        assert_int_equal(board_shown(&board, idea, votes), board.tracks[idea].sent);
        assert_int_equal(board_stamp(&board, idea, board.tracks[idea].sent), i);
    }
    board_clear(&board);
}

static void a_count_from_before_the_pass_is_of_the_pass_before(void **state)
{
    (void)state;
    struct board board;
    unsigned voter, idea;
    int value;
    board_init(&board, 1, 10);
    for (unsigned i = 0; i < 12; i++) /* ten cast, two taken back: the count is 8 */
        board_vote(&board, i, &voter, &idea, &value);
    assert_int_equal(board_shown(&board, 0, 8), 12);
    assert_int_equal(board_shown(&board, 0, 9), 11);
    assert_int_equal(board_shown(&board, 0, 7), 7);
    board_clear(&board);
}

/* RFC 7396, appendix A. */
static void patches_merge_as_the_standard_says(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        json_t *patch = json_loads(rows[i][1], JSON_DECODE_ANY, NULL),
               *wanted = json_loads(rows[i][2], JSON_DECODE_ANY, NULL);
        json_t *merged = merge_patch(json_loads(rows[i][0], JSON_DECODE_ANY, NULL), patch);
        assert_true(json_equal(merged, wanted));
        json_decref(patch);
        json_decref(wanted);
        json_decref(merged);
    }
}

static void a_message_is_read_once(void **state)
{
    (void)state;
    static const char delta[] =
        "{\"jsonrpc\":\"2.0\",\"method\":\"delta\",\"params\":{\"topic\":\"ideas:c1:top\",\"from\":4,\"v\":9,"
        "\"patch\":{\"ideas\":{\"i3\":{\"tally\":{\"votes\":5,\"score\":5}},\"i4\":null}}}}";
    const struct message *message = message_read(delta, strlen(delta), false);
    assert_int_equal(message->kind, MESSAGE_DELTA);
    assert_int_equal(message->from, 4);
    assert_int_equal(message->v, 9);
    assert_int_equal(message->count, 1);
    assert_int_equal(message->counts[0].idea, 2);
    assert_int_equal(message->counts[0].votes, 5);
    assert_ptr_equal(message_read(delta, strlen(delta), false), message);
    static const char event[] = "42[\"tally\",{\"tally\":{\"i2\":7}}]";
    const struct message *peer = message_read(event, strlen(event), true);
    assert_int_equal(peer->kind, MESSAGE_TALLY);
    assert_int_equal(peer->counts[0].votes, 7);
    messages_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_known_to_a_sixtieth),
        cmocka_unit_test(small_and_enormous_values_have_a_bucket),
        cmocka_unit_test(a_count_says_which_votes_it_shows),
        cmocka_unit_test(a_count_from_before_the_pass_is_of_the_pass_before),
        cmocka_unit_test(patches_merge_as_the_standard_says),
        cmocka_unit_test(a_message_is_read_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
