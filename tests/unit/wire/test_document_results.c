#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../view/view_fixture.h"
#include "wire/document.h"

#define GROUPS                                                                                               \
    "s:s.languages=fr en\ns:s.groups={\"status\":{\"title\":\"Qui\",\"values\":{\"client\":\"Client\","      \
    "\"staff\":\"Staff\"},\"from\":[\"code\"]}}\n"
#define CHALLENGE                                                                                            \
    "c:c1.n=1\nc:c1.title=Q\nc:c1.state=open\nc:c1.ballot=approval\nc:c1.voters=12\nc:c1.votes=12\n"         \
    "c:c1.group_voters.0-0=6\nc:c1.group_voters.0-1=5\n"
#define IDEAS                                                                                                \
    "i:i1.challenge=c1\ni:i1.n=1\ni:i1.title=Un\ni:i1.tally=7 0 0 0 0 0\ni:i1.group.0-0=4 0\n"               \
    "i:i1.group.0-1=3 0\ni:i2.challenge=c1\ni:i2.n=2\ni:i2.title=Deux\ni:i2.tally=5 0 0 0 0 0\n"             \
    "i:i2.group.0-0=2 0\ni:i2.group.0-1=2 0\n"

static const struct topic session = {.kind = TOPIC_session},
                          top = {.kind = TOPIC_ideas, .subject = "c1", .order = order_top},
                          results = {.kind = TOPIC_results, .subject = "c1"};

/* What follows `after` in the patch since, or the state (since -1), is `want`. */
static void assert_says(const struct view *view, const struct topic *topic, enum audience audience,
                        int64_t since, const char *want)
{
    CLEAN_BUFFER struct buffer out = {0};
    if (since < 0)
        document_state(view, topic, audience, &out);
    else
        document_since(view, topic, audience, since, &out);
    if (!strstr(out.bytes, want))
        assert_string_equal(out.bytes, want);
}

static void assert_never_says(const struct view *view, enum audience audience, const char *word)
{
    CLEAN_BUFFER struct buffer out = {0};
    document_state(view, &results, audience, &out);
    assert_null(strstr(out.bytes, word));
}

/* One voter has no value: with five of staff, six others. */
static void a_value_of_enough_voters_stands_by_itself(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, GROUPS CHALLENGE IDEAS);
    assert_says(view, &results, AUDIENCE_PUBLIC, -1,
                "\"status\":{\"client\":{\"i1\":{\"votes\":4,\"score\":4},\"i2\":{\"votes\":2,\"score\":2}},"
                "\"other\":{\"i1\":{\"votes\":3,\"score\":3},\"i2\":{\"votes\":3,\"score\":3}}}}");
    assert_true(fixture_apply(view, 2, "i:i2.group.0-0=3 0")); /* its total follows */
    assert_says(view, &results, AUDIENCE_PUBLIC, 1,
                "\"status\":{\"client\":{\"i2\":{\"votes\":3,\"score\":3}},"
                "\"other\":{\"i2\":{\"votes\":2,\"score\":2}}}}");
    view_free(&view);
}

static void another_set_of_values_is_written_anew(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, GROUPS CHALLENGE IDEAS);
    assert_true(fixture_apply(view, 2, "c:c1.group_voters.0-0=7\nc:c1.voters=12"));
    assert_says(
        view, &results, AUDIENCE_PUBLIC, 1,
        "\"status\":{\"client\":{\"i1\":{\"votes\":4,\"score\":4},\"i2\":{\"votes\":2,\"score\":2}},"
        "\"staff\":{\"i1\":{\"votes\":3,\"score\":3},\"i2\":{\"votes\":2,\"score\":2}},\"other\":null}}");
    assert_true(fixture_apply(view, 3, "c:c1.group_voters.0-1=4\nc:c1.voters=11"));
    assert_says(view, &results, AUDIENCE_PUBLIC, 2,
                "\"status\":{\"client\":null,\"staff\":null,\"other\":{\"i1\":{\"votes\":7,\"score\":7},"
                "\"i2\":{\"votes\":5,\"score\":5}}}}");
    view_free(&view);
}

static void who_leaves_the_window_leaves_every_value(void **state)
{
    (void)state;
    struct view *view = fixture_view(1, GROUPS CHALLENGE IDEAS);
    assert_true(fixture_apply(view, 2, "i:i2.tally=9 0 0 0 0 0\ni:i2.group.0-0=6 0"));
    assert_says(view, &results, AUDIENCE_PUBLIC, 1,
                "\"status\":{\"client\":{\"i1\":null,\"i2\":{\"votes\":6,\"score\":6}},"
                "\"other\":{\"i1\":null,\"i2\":{\"votes\":3,\"score\":3}}}}");
    view_free(&view);
}

static void totals_ahead_of_groups_leave_nothing_below_zero(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, GROUPS CHALLENGE IDEAS);
    assert_true(fixture_apply(view, 2, "i:i1.tally=3 0 0 0 0 0"));
    assert_says(view, &results, AUDIENCE_PUBLIC, 1, "\"other\":{\"i1\":{\"votes\":0,\"score\":0}");
    view_free(&view);
}

static void groups_and_outcome_are_under_the_seal(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, GROUPS CHALLENGE IDEAS
                     "c:c1.tally=after_vote\nc:c1.outcomes=[{\"at\":1}]\nc:c1.level_voters=9 0 3\n");
    assert_says(view, &results, AUDIENCE_PUBLIC, -1,
                "{\"totals\":{\"voters\":12},\"minutes\":{},\"ideas\":{},\"by\":{"
                "\"level\":{\"open\":{},\"code\":{},\"verified\":{}},\"status\":{}}}");
    assert_never_says(view, AUDIENCE_PUBLIC, "outcome");
    assert_says(view, &results, AUDIENCE_VOTED, -1, "\"outcome\":{\"at\":1}");
    assert_says(view, &results, AUDIENCE_STAFF, -1, "\"status\":{\"client\":{");
    assert_true(fixture_apply(view, 2, "c:c1.tally=sealed"));
    assert_never_says(view, AUDIENCE_STAFF, "outcome");
    assert_never_says(view, AUDIENCE_STAFF, "client");
    assert_true(fixture_apply(view, 3, "i:i1.group.0-0=5 0\nc:c1.group_voters.0-1=9"));
    assert_string_equal(fixture_told, "");
    view_free(&view);
}

static void an_outcome_is_the_bytes_that_were_stored(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, CHALLENGE IDEAS);
    assert_never_says(view, AUDIENCE_PUBLIC, "outcome");
    assert_true(fixture_apply(view, 2,
                              "c:c1.state=closed\n"
                              "c:c1.outcomes=[{\"at\":5,\"winners\":[\"i1\"],\"reason\":\"a]},{\\\"\"}]"));
    static const char first[] = "\"outcome\":{\"at\":5,\"winners\":[\"i1\"],\"reason\":\"a]},{\\\"\"}";
    assert_says(view, &results, AUDIENCE_PUBLIC, -1, first);
    assert_says(view, &results, AUDIENCE_PUBLIC, 1, first);
    assert_says(view, &results, AUDIENCE_PUBLIC, 1, ",\"corrections\":null,");
    assert_never_says(view, AUDIENCE_PUBLIC, "corrections");
    assert_true(fixture_apply(
        view, 3,
        "c:c1.outcomes=[{\"at\":5,\"winners\":[\"i1\"],\"reason\":\"a]},{\\\"\"},{\"at\":6},{\"at\":7}]"));
    assert_says(view, &results, AUDIENCE_STAFF, 2, "\"corrections\":[{\"at\":6},{\"at\":7}],");
    assert_says(view, &results, AUDIENCE_STAFF, 2, first);
    assert_string_equal(fixture_told,
                        "results:c1/public@3 results:c1/expert@3 results:c1/voted@3 results:c1/staff@3 ");
    view_free(&view);
}

static void scores_count_the_levels_that_decide(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, "c:c1.state=open\nc:c1.ballot=updown\nc:c1.outcome={\"counts\":[\"code\"]}\n"
                        "i:i1.challenge=c1\ni:i1.n=1\ni:i1.tally=5 1 2 1 0 0\n");
    assert_says(view, &top, AUDIENCE_PUBLIC, -1, "\"tally\":{\"up\":7,\"down\":2,\"score\":1}");
    assert_says(view, &results, AUDIENCE_PUBLIC, -1, "\"ideas\":{\"i1\":{\"up\":7,\"down\":2,\"score\":1}}");
    assert_says(view, &results, AUDIENCE_PUBLIC, -1, "\"open\":{\"i1\":{\"up\":5,\"down\":1,\"score\":4}}");
    assert_true(fixture_apply(view, 2, "i:i1.tally=4 1 3 1 0 0"));
    assert_says(view, &top, AUDIENCE_PUBLIC, 1,
                "\"ideas\":{\"i1\":{\"tally\":{\"up\":7,\"down\":2,\"score\":2}}}");
    view_free(&view);
}

static void a_language_that_is_gone_is_taken_away(void **state)
{
    (void)state;
    struct view *view = fixture_view(
        0, "s:s.languages=fr en\ns:s.title=\x01{\"fr\":\"Été\",\"en\":\"Summer\"}\nc:c1.n=1\nc:c1.title=Q\n"
           "i:i1.challenge=c1\ni:i1.n=1\ni:i1.title=\x01{\"en\":\"One\"}\ni:i1.lang=fr\n");
    assert_says(view, &session, AUDIENCE_PUBLIC, -1, "\"title\":{\"fr\":\"Été\",\"en\":\"Summer\"},");
    assert_says(view, &top, AUDIENCE_PUBLIC, -1, "\"lang\":\"fr\",\"title\":{\"en\":\"One\"},");
    assert_true(fixture_apply(view, 2, "s:s.title=\x01{\"en\":\"Summer, \\\"fr\\\":\"}\ni:i1.title=Un"));
    assert_says(view, &session, AUDIENCE_PUBLIC, 1,
                "\"title\":{\"en\":\"Summer, \\\"fr\\\":\",\"fr\":null},");
    assert_says(view, &top, AUDIENCE_PUBLIC, 1, "\"title\":\"Un\"");
    CLEAN_BUFFER struct buffer out = {0};
    document_idea_similar(view, AUDIENCE_PUBLIC, "c1", "un", &out);
    assert_true(fixture_apply(view, 3, "i:i1.title=\x01{\"fr\":\"Un\"}"));
    buffer_reset(&out);
    document_idea_similar(view, AUDIENCE_PUBLIC, "c1", "un", &out);
    document_idea_list(view, AUDIENCE_PUBLIC, "c1", order_new, "", 9, &out);
    assert_non_null(strstr(out.bytes, "\"title\":{\"fr\":\"Un\"},\"likeness\":1000"));
    assert_non_null(strstr(out.bytes, "\"lang\":\"fr\",\"title\":{\"fr\":\"Un\"},\"state\""));
    view_free(&view);
}

static void another_electorate_takes_the_old_one_away(void **state)
{
    (void)state;
    struct view *view = fixture_view(
        0, GROUPS "c:c1.n=1\nc:c1.electors={\"groups\":{\"status\":[\"client\"]},\"levels\":[\"code\"]}\n"
                  "c:c1.outcome={\"counts\":[\"code\"],\"winners\":2}\n");
    assert_says(view, &session, AUDIENCE_PUBLIC, -1,
                "\"electors\":{\"groups\":{\"status\":[\"client\"]},\"levels\":[\"code\"]},"
                "\"outcome\":{\"counts\":[\"code\"],\"winners\":2},");
    assert_true(
        fixture_apply(view, 2, "c:c1.electors={\"roles\":[\"expert\"]}\nc:c1.outcome={\"quorum\":3}"));
    assert_says(view, &session, AUDIENCE_PUBLIC, 1,
                "\"electors\":{\"roles\":[\"expert\"],\"groups\":null,\"levels\":null},\"proposers\":null,"
                "\"outcome\":{\"quorum\":3,\"counts\":null,\"winners\":null}");
    assert_true(fixture_apply(view, 3, "c:c1.electors=\nc:c1.outcome="));
    assert_says(view, &session, AUDIENCE_PUBLIC, 2, "\"electors\":null,\"proposers\":null,\"outcome\":null");
    view_free(&view);
}

static void a_session_says_whose_it_is_and_what_was_rehearsed(void **state)
{
    (void)state;
    struct view *view = fixture_view(
        0, GROUPS "s:s.brand=danette\ns:s.locale=fr\ns:s.join=open code\ns:s.state=open\ns:s.opened_at=5\n"
                  "s:s.ends_at=9\ns:s.terms={\"version\":\"1\"}\ns:s.rehearsal={\"at\":5}\nc:c1.n=1\n"
                  "c:c1.unsealed={\"at\":7}\n");
    assert_says(view, &session, AUDIENCE_PUBLIC, -1,
                "\"brand\":\"danette\",\"locale\":\"fr\",\"languages\":[\"fr\",\"en\"],\"created_at\":0,"
                "\"join\":[\"open\",\"code\"],\"groups\":{\"status\":{");
    assert_says(
        view, &session, AUDIENCE_PUBLIC, -1,
        "\"terms\":{\"version\":\"1\"},\"state\":\"open\",\"frozen\":false,\"opened_at\":5,\"ends_at\":9,"
        "\"rehearsal\":{\"at\":5},");
    assert_says(view, &session, AUDIENCE_PUBLIC, -1, "\"unsealed\":{\"at\":7}");
    assert_true(fixture_apply(view, 2, "s:s.state=closed\ns:s.closed_at=8\ns:s.ends_at="));
    assert_says(
        view, &session, AUDIENCE_PUBLIC, 1,
        "\"patch\":{\"state\":\"closed\",\"frozen\":false,\"opened_at\":5,\"ends_at\":null,\"closed_at\":8,"
        "\"rehearsal\":{\"at\":5},\"challenges\":{}}");
    view_free(&view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_enough_voters_stands_by_itself),
        cmocka_unit_test(another_set_of_values_is_written_anew),
        cmocka_unit_test(who_leaves_the_window_leaves_every_value),
        cmocka_unit_test(totals_ahead_of_groups_leave_nothing_below_zero),
        cmocka_unit_test(groups_and_outcome_are_under_the_seal),
        cmocka_unit_test(an_outcome_is_the_bytes_that_were_stored),
        cmocka_unit_test(scores_count_the_levels_that_decide),
        cmocka_unit_test(a_language_that_is_gone_is_taken_away),
        cmocka_unit_test(another_electorate_takes_the_old_one_away),
        cmocka_unit_test(a_session_says_whose_it_is_and_what_was_rehearsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
