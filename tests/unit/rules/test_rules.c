/* Who may ask what, and how often. */
#include "rules/rules.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum error right_of(enum role role, enum command_kind kind)
{
    const struct actor actor = {.id = "p1", .role = role};
    return rules_allow(&actor, kind, DOOR_BOTH).error;
}

static void every_role_may_do_what_the_table_says_and_nothing_else(void **state)
{
    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++)
        for (int kind = 0; kind < COMMAND_COUNT; kind++) {
            bool may = role_rights((enum role)role) & command_row((enum command_kind)kind)->rights;
            assert_int_equal(right_of((enum role)role, (enum command_kind)kind),
                             may ? ERROR_none : ERROR_forbidden);
        }
}

static void staff_neither_votes_nor_moderates_beyond_its_rights(void **state)
{
    (void)state;
    assert_int_equal(right_of(ROLE_participant, COMMAND_vote_cast), ERROR_none);
    assert_int_equal(right_of(ROLE_expert, COMMAND_vote_cast), ERROR_none);
    assert_int_equal(right_of(ROLE_moderator, COMMAND_vote_cast), ERROR_forbidden);
    assert_int_equal(right_of(ROLE_brand, COMMAND_vote_cast), ERROR_forbidden);
    assert_int_equal(right_of(ROLE_admin, COMMAND_vote_cast), ERROR_forbidden);
    assert_int_equal(right_of(ROLE_moderator, COMMAND_idea_moderate), ERROR_none);
    assert_int_equal(right_of(ROLE_moderator, COMMAND_session_freeze), ERROR_none);
    assert_int_equal(right_of(ROLE_moderator, COMMAND_session_edit), ERROR_forbidden);
    assert_int_equal(right_of(ROLE_moderator, COMMAND_challenge_add), ERROR_forbidden);
    assert_int_equal(right_of(ROLE_brand, COMMAND_challenge_add), ERROR_none);
    assert_int_equal(right_of(ROLE_admin, COMMAND_session_edit), ERROR_none);
    assert_int_equal(right_of(ROLE_participant, COMMAND_idea_moderate), ERROR_forbidden);
    assert_int_equal(right_of(ROLE_observer, COMMAND_idea_list), ERROR_none);
}

static void who_is_nobody_is_asked_for_a_token(void **state)
{
    const struct actor nobody = {.role = ROLE_observer}, admin = {.role = ROLE_admin};
    (void)state;
    assert_int_equal(rules_allow(&nobody, COMMAND_vote_cast, DOOR_HTTP).error, ERROR_token_required);
    assert_int_equal(rules_allow(&admin, COMMAND_vote_cast, DOOR_HTTP).error, ERROR_forbidden);
}

static void a_command_of_the_other_door_is_refused(void **state)
{
    const struct actor participant = {.id = "p1", .role = ROLE_participant};
    (void)state;
    assert_int_equal(rules_allow(&participant, COMMAND_topic_open, DOOR_HTTP).error, ERROR_door_closed);
    assert_int_equal(rules_allow(&participant, COMMAND_topic_open, DOOR_WEBSOCKET).error, ERROR_none);
}

static unsigned draw_all(struct rules_buckets *buckets, enum command_kind kind, int64_t now)
{
    unsigned drawn = 0;
    while (rules_draw(buckets, kind, now).error == ERROR_none)
        drawn++;
    return drawn;
}

static void a_bucket_begins_full_and_holds_its_burst(void **state)
{
    (void)state;
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        struct rules_buckets buckets = {0};
        const struct rate_row *row = rate_row(command_row((enum command_kind)kind)->rate);
        assert_int_equal(draw_all(&buckets, (enum command_kind)kind, 5000), row->burst);
    }
}

static void a_refusal_says_the_rate_and_when_to_come_back(void **state)
{
    struct rules_buckets buckets = {0};
    const struct rate_row *row = rate_row(RATE_VOTE);
    (void)state;
    draw_all(&buckets, COMMAND_vote_cast, 5000);
    struct refusal refusal = rules_draw(&buckets, COMMAND_vote_cast, 5000);
    assert_int_equal(refusal.error, ERROR_rate_limited);
    assert_int_equal(refusal.limit, row->per_minute);
    assert_int_equal(refusal.retry_ms, 60000 / row->per_minute);
    assert_int_equal(rules_draw(&buckets, COMMAND_vote_cast, 5000 + refusal.retry_ms - 1).error,
                     ERROR_rate_limited);
    assert_int_equal(rules_draw(&buckets, COMMAND_vote_cast, 5000 + refusal.retry_ms).error, ERROR_none);
}

static void refused_calls_cost_nothing(void **state)
{
    struct rules_buckets buckets = {0};
    int64_t wait = 60000 / rate_row(RATE_IDEA)->per_minute;
    (void)state;
    draw_all(&buckets, COMMAND_idea_add, 1000);
    for (int64_t now = 1000; now < 1000 + wait; now += 10)
        assert_int_equal(rules_draw(&buckets, COMMAND_idea_add, now).error, ERROR_rate_limited);
    assert_int_equal(rules_draw(&buckets, COMMAND_idea_add, 1000 + wait).error, ERROR_none);
}

static void a_minute_gives_what_a_minute_gives(void **state)
{
    struct rules_buckets buckets = {0};
    const struct rate_row *row = rate_row(RATE_VOTE);
    int64_t now = 7;
    (void)state;
    draw_all(&buckets, COMMAND_vote_cast, now);
    int drawn = 0;
    for (int ms = 0; ms < 60000; ms++)
        drawn += rules_draw(&buckets, COMMAND_vote_cast, ++now).error == ERROR_none;
    assert_in_range(drawn, row->per_minute - 1, row->per_minute);
}

static void a_long_rest_fills_no_more_than_the_bucket(void **state)
{
    static const int64_t rests[] = {60000, 3599999, 3600000, 86400000, INT64_MAX / 2};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rests); i++) {
        struct rules_buckets buckets = {0};
        draw_all(&buckets, COMMAND_vote_cast, 1000);
        assert_int_equal(draw_all(&buckets, COMMAND_vote_cast, 1000 + rests[i]), rate_row(RATE_VOTE)->burst);
    }
}

static void a_clock_that_goes_back_neither_fills_nor_locks(void **state)
{
    struct rules_buckets buckets = {0};
    int64_t wait = 60000 / rate_row(RATE_VOTE)->per_minute;
    (void)state;
    draw_all(&buckets, COMMAND_vote_cast, 1000000);
    assert_int_equal(rules_draw(&buckets, COMMAND_vote_cast, 1).error, ERROR_rate_limited);
    assert_int_equal(rules_draw(&buckets, COMMAND_vote_cast, 1000000 + wait).error, ERROR_none);
}

static void a_draw_at_the_first_moment_counts(void **state)
{
    struct rules_buckets buckets = {0};
    (void)state;
    assert_int_equal(draw_all(&buckets, COMMAND_vote_cast, 1), rate_row(RATE_VOTE)->burst);
}

static void buckets_of_different_rates_do_not_share(void **state)
{
    struct rules_buckets buckets = {0};
    (void)state;
    draw_all(&buckets, COMMAND_vote_cast, 1000);
    assert_int_equal(rules_draw(&buckets, COMMAND_idea_add, 1000).error, ERROR_none);
    assert_int_equal(rules_draw(&buckets, COMMAND_idea_list, 1000).error, ERROR_none);
}

static void staff_may_send_larger_messages(void **state)
{
    const struct actor participant = {.role = ROLE_participant}, observer = {.role = ROLE_observer};
    const struct actor moderator = {.role = ROLE_moderator}, admin = {.role = ROLE_admin};
    (void)state;
    assert_int_equal(rules_message_limit(&participant), LIMIT_MESSAGE_PARTICIPANT);
    assert_int_equal(rules_message_limit(&observer), LIMIT_MESSAGE_PARTICIPANT);
    assert_int_equal(rules_message_limit(&moderator), LIMIT_MESSAGE_STAFF);
    assert_int_equal(rules_message_limit(&admin), LIMIT_MESSAGE_STAFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_may_do_what_the_table_says_and_nothing_else),
        cmocka_unit_test(staff_neither_votes_nor_moderates_beyond_its_rights),
        cmocka_unit_test(who_is_nobody_is_asked_for_a_token),
        cmocka_unit_test(a_command_of_the_other_door_is_refused),
        cmocka_unit_test(a_bucket_begins_full_and_holds_its_burst),
        cmocka_unit_test(a_refusal_says_the_rate_and_when_to_come_back),
        cmocka_unit_test(refused_calls_cost_nothing),
        cmocka_unit_test(a_minute_gives_what_a_minute_gives),
        cmocka_unit_test(a_long_rest_fills_no_more_than_the_bucket),
        cmocka_unit_test(a_clock_that_goes_back_neither_fills_nor_locks),
        cmocka_unit_test(a_draw_at_the_first_moment_counts),
        cmocka_unit_test(buckets_of_different_rates_do_not_share),
        cmocka_unit_test(staff_may_send_larger_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
