#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../view/view_fixture.h"
#include "wire/document.h"

#define SESSION                                                                                              \
    "s:s.title=Été\ns:s.brief=B\ns:s.mandate=M\ns:s.locale=fr\ns:s.created_at=5\ns:s.state=open\ns:s."     \
    "people=2\n"
#define CHALLENGE                                                                                            \
    "c:c1.n=1\nc:c1.title=Q\nc:c1.state=open\nc:c1.opened_at=6\nc:c1.ballot=updown\nc:c1.ideas=2\nc:c1."     \
    "voters=3\n"                                                                                             \
    "c:c1.votes=4\nc:c1.minute.28871140=3 0 1\n"
#define IDEAS                                                                                                \
    "i:i1.challenge=c1\ni:i1.n=1\ni:i1.title=Un\ni:i1.at=7\ni:i1.mix=9\ni:i1.author=p3\ni:i1.tally=2 1 0 0 " \
    "1 0\n"                                                                                                  \
    "i:i2.challenge=c1\ni:i2.n=2\ni:i2.title=Deux\ni:i2.at=8\ni:i2.mix=4\ni:i2.brand=1\ni:i2.state=hidden\n" \
    "i:i2.body=corps\ni:i2.media=[{\"hash\":\"ab\"}]\n"
#define PEOPLE "p:p3.n=3\np:p3.name=Ana\np:p3.role=participant\np:p3.level=code\np:p3.points=12\np:p4.n=4\n"

static const struct topic session = {.kind = TOPIC_session}, leaders = {.kind = TOPIC_leaders},
                          me = {.kind = TOPIC_me, .subject = "p3"},
                          top = {.kind = TOPIC_ideas, .subject = "c1", .order = order_top},
                          results = {.kind = TOPIC_results, .subject = "c1"},
                          idea_1 = {.kind = TOPIC_idea, .subject = "i1"},
                          idea_2 = {.kind = TOPIC_idea, .subject = "i2"};

static void assert_state(const struct view *view, const struct topic *topic, enum audience audience,
                         const char *want)
{
    CLEAN_BUFFER struct buffer out = {0};
    document_state(view, topic, audience, &out);
    const char *state = strstr(out.bytes, "\"state\":{");
    assert_non_null(state);
    out.bytes[out.size - 1] = '\0'; /* of the params */
    assert_string_equal(state + 8, want);
}

static void assert_frame(struct frame *frame, const char *want)
{
    if (!want) {
        assert_null(frame);
        return;
    }
    assert_non_null(frame);
    char *text = strndup((const char *)frame_bytes(frame), frame->size);
    assert_string_equal(text, want);
    free(text);
    frame_unref(&frame);
}

static struct frame *delta(const struct view *view, const struct topic *topic, enum audience audience,
                           int64_t since)
{
    struct document_cursor cursor = {0};
    return document_delta(view, topic, audience, since, &cursor);
}

static void the_session_is_as_the_protocol_says(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, SESSION "s:s.announcement=A\ns:s.announced_at=9\ns:s.frozen=1\n"
                                "c:c1.n=1\nc:c1.title=Q\nc:c1.ballot=budget\nc:c1.dots=10\nc:c1.per_idea=3\n"
                                "c:c1.tally=sealed\nc:c1.proposals=brand\nc:c1.final=1\n");
    assert_state(
        view, &session, AUDIENCE_PUBLIC,
        "{\"title\":\"Été\",\"brief\":\"B\",\"mandate\":\"M\",\"brand\":\"default\",\"locale\":\"fr\","
        "\"languages\":[\"fr\"],\"created_at\":5,\"join\":[],\"groups\":{},\"state\":\"open\",\"frozen\":"
        "true,\"announcement\":{\"text\":\"A\",\"at\":9},\"people\":2,"
        "\"challenges\":{\"c1\":{\"n\":1,\"title\":\"Q\",\"timeline\":[],\"ballot\":\"budget\","
        "\"budget\":{\"dots\":10,\"per_idea\":3},\"final\":true,\"proposals\":\"brand\",\"tally\":\"sealed\","
        "\"state\":\"planned\",\"ideas\":0,\"voters\":0}}}");
    view_free(&view);
}

static void ideas_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE);
    assert_state(
        view, &top, AUDIENCE_PUBLIC,
        "{\"challenge\":\"c1\",\"order\":\"top\",\"totals\":{\"ideas\":2,\"voters\":3},\"ideas\":{\"i1\":{"
        "\"n\":1,"
        "\"at\":7,\"mix\":9,\"title\":\"Un\",\"author\":\"p3\",\"name\":\"Ana\",\"state\":\"published\","
        "\"tally\":{\"up\":3,\"down\":1,\"score\":2}}}}");
    assert_state(
        view, &idea_1, AUDIENCE_EXPERT,
        "{\"challenge\":\"c1\",\"idea\":{\"n\":1,\"at\":7,\"mix\":9,\"title\":\"Un\",\"author\":\"p3\","
        "\"name\":\"Ana\",\"state\":\"published\",\"tally\":{\"up\":3,\"down\":1,\"score\":2}}}");
    view_free(&view);
}

static void hidden_ideas_are_for_staff_alone(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE);
    assert_state(view, &idea_2, AUDIENCE_PUBLIC, "{}");
    assert_state(view, &idea_2, AUDIENCE_VOTED, "{}");
    assert_state(
        view, &idea_2, AUDIENCE_STAFF,
        "{\"challenge\":\"c1\",\"idea\":{\"n\":2,\"brand\":true,\"at\":8,\"mix\":4,\"title\":\"Deux\","
        "\"body\":\"corps\",\"media\":[{\"hash\":\"ab\"}],\"state\":\"hidden\",\"tally\":{\"up\":0,\"down\":"
        "0,"
        "\"score\":0}}}");
    view_free(&view);
}

static void a_tally_has_the_fields_of_its_ballot(void **state)
{
    (void)state;
    static const struct {
        const char *ballot, *tally;
    } cases[] = {
        {"approval", "{\"votes\":7,\"score\":7}"},
        {"single", "{\"votes\":7,\"score\":7}"},
        {"updown", "{\"up\":7,\"down\":3,\"score\":4}"},
        {"budget", "{\"dots\":7,\"voters\":3,\"score\":7}"},
        {"stars", "{\"sum\":7,\"voters\":3,\"score\":2750}"}, /* floor(1000 * 22 / 8) */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[256], want[128];
        snprintf(text, sizeof(text), "c:c1.ballot=%s\ni:i1.challenge=c1\ni:i1.n=1\ni:i1.tally=1 0 2 1 4 2",
                 cases[i].ballot);
        struct view *view = fixture_view(0, text);
        CLEAN_BUFFER struct buffer out = {0};
        document_state(view, &idea_1, AUDIENCE_PUBLIC, &out);
        snprintf(want, sizeof(want), "\"tally\":%s", cases[i].tally);
        assert_non_null(strstr(out.bytes, want));
        view_free(&view);
    }
}

static void results_are_by_level_and_by_minute(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE);
    assert_state(view, &results, AUDIENCE_PUBLIC,
                 "{\"totals\":{\"voters\":3,\"votes\":4},\"minutes\":{\"m28871140\":{\"open\":3,\"code\":0,"
                 "\"verified\":1}},"
                 "\"ideas\":{\"i1\":{\"up\":3,\"down\":1,\"score\":2}},\"by\":{\"level\":{"
                 "\"open\":{\"i1\":{\"up\":2,\"down\":1,\"score\":1}},\"code\":{\"i1\":{\"up\":0,\"down\":0,"
                 "\"score\":0}},"
                 "\"verified\":{\"i1\":{\"up\":1,\"down\":0,\"score\":1}}}}}");
    view_free(&view);
}

static void results_under_a_seal_hold_voters_only(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE "c:c1.tally=sealed");
    static const char sealed[] = "{\"totals\":{\"voters\":3},\"minutes\":{},\"ideas\":{},"
                                 "\"by\":{\"level\":{\"open\":{},\"code\":{},\"verified\":{}}}}";
    assert_state(view, &results, AUDIENCE_PUBLIC, sealed);
    assert_state(view, &results, AUDIENCE_STAFF, sealed);
    assert_true(fixture_apply(view, 2, "c:c1.state=closed"));
    CLEAN_BUFFER struct buffer out = {0};
    document_since(view, &results, AUDIENCE_PUBLIC, 1, &out);
    assert_non_null(strstr(
        out.bytes, "\"patch\":{\"totals\":{\"voters\":3,\"votes\":4},\"outcome\":null,\"corrections\":null,"
                   "\"ideas\":{\"i1\":{\"up\":3,"));
    view_free(&view);
}

static void leaders_have_points(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION PEOPLE);
    assert_state(view, &leaders, AUDIENCE_PUBLIC,
                 "{\"people\":{\"p3\":{\"n\":3,\"name\":\"Ana\",\"points\":12}}}");
    assert_true(fixture_apply(view, 2, "p:p3.points=\np:p4.points=2"));
    assert_frame(
        delta(view, &leaders, AUDIENCE_STAFF, 1),
        "{\"jsonrpc\":\"2.0\",\"method\":\"delta\",\"params\":{\"topic\":\"leaders\",\"from\":1,\"v\":2,"
        "\"patch\":{\"people\":{\"p3\":null,\"p4\":{\"n\":4,\"name\":null,\"points\":2}}}}}");
    view_free(&view);
}

static void me_is_one_s_own_votes_and_ideas(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE "c:c2.ballot=budget\nc:c2.dots=9\n"
                                                       "i:i3.challenge=c2\ni:i3.n=1\ni:i4.challenge=c2\n"
                                                       "i:i4.n=2\ni:i4.state=withdrawn\n");
    view_person_enter(view, "p3");
    fixture_person(view, "p3", 1, "p:p3.ballot.c2=code - i4:2 i3:4 i5:1*");
    assert_state(view, &me, AUDIENCE_SELF,
                 "{\"participant\":{\"id\":\"p3\",\"name\":\"Ana\",\"role\":\"participant\",\"level\":"
                 "\"code\",\"groups\":{}},\"points\":12,"
                 "\"ballots\":{\"c2\":{\"votes\":{\"i3\":4},\"parked\":{\"i4\":2},\"given_up\":{\"i5\":1},"
                 "\"left\":5}},"
                 "\"ideas\":{\"i1\":{\"challenge\":\"c1\",\"title\":\"Un\",\"state\":\"published\",\"at\":7,"
                 "\"signed\":true}}}");
    assert_true(fixture_apply(view, 2, "p:p3.ballot.c2=code - i4:2 i5:1*\ni:i1.state=hidden\ni:i1.reason=R"));
    assert_frame(
        delta(view, &me, AUDIENCE_SELF, 1),
        "{\"jsonrpc\":\"2.0\",\"method\":\"delta\",\"params\":{\"topic\":\"me\",\"from\":1,\"v\":2,\"patch\":"
        "{"
        "\"ballots\":{\"c2\":{\"votes\":{\"i3\":null},\"parked\":{\"i3\":null},\"given_up\":{\"i3\":null},"
        "\"left\":9}},\"ideas\":{\"i1\":{\"challenge\":\"c1\",\"title\":\"Un\",\"state\":\"hidden\","
        "\"reason\":\"R\",\"at\":7,\"signed\":true}}}}}");
    view_person_leave(view, "p3");
    view_free(&view);
}

static void a_delta_holds_what_is_newer_with_null_for_what_is_absent(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE);
    assert_frame(delta(view, &top, AUDIENCE_PUBLIC, 1), NULL);
    assert_true(fixture_apply(view, 2, "i:i1.body=B\ni:i1.unsigned=1"));
    assert_true(fixture_apply(view, 3, "s:s.people=9"));
    assert_frame(
        delta(view, &top, AUDIENCE_PUBLIC, 1),
        "{\"jsonrpc\":\"2.0\",\"method\":\"delta\",\"params\":{\"topic\":\"ideas:c1:top\",\"from\":1,\"v\":3,"
        "\"patch\":{\"ideas\":{\"i1\":{\"body\":\"B\",\"media\":null,\"edited_at\":null,\"additions\":null,"
        "\"author\":null,\"name\":null,\"erased\":null}}}}}");
    assert_frame(delta(view, &top, AUDIENCE_PUBLIC, 2), NULL);
    view_free(&view);
}

static void from_before_the_horizon_only_a_snapshot_serves(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION);
    fixture_load(view, 7, SESSION);
    struct frame *frame = delta(view, &session, AUDIENCE_EXPERT, 6);
    assert_non_null(frame);
    char *text = strndup((const char *)frame_bytes(frame), frame->size);
    assert_non_null(strstr(text, "\"method\":\"snapshot\""));
    assert_non_null(strstr(text, "\"epoch\":\"" FIXTURE_EPOCH ".expert.1\",\"v\":7,"));
    free(text);
    frame_unref(&frame);
    view_free(&view);
}

static void a_large_snapshot_comes_in_parts_and_ends_with_a_delta(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, CHALLENGE);
    char text[2200], body[2001];
    memset(body, 'x', 2000);
    body[2000] = '\0';
    for (int i = 0; i < 30; i++) {
        snprintf(text, sizeof(text), "i:i%d.challenge=c1\ni:i%d.n=%d\ni:i%d.body=%s", i, i, i, i, body);
        assert_true(fixture_apply(view, i + 2, text));
    }
    struct document_cursor cursor = {0};
    int ideas = 0, parts = 0;
    do {
        struct frame *frame = document_snapshot(view, &top, AUDIENCE_PUBLIC, &cursor);
        char *message = strndup((const char *)frame_bytes(frame), frame->size);
        assert_true(frame->size < 2 * DOCUMENT_PART_BYTES);
        for (const char *at = message; (at = strstr(at, "\"body\"")); at++)
            ideas++;
        assert_int_equal(strstr(message, "\"more\":true") != NULL, parts == 0);
        assert_int_equal(strstr(message, "\"method\":\"part\"") != NULL, parts > 0 && cursor.parts);
        assert_int_equal(strstr(message, "\"method\":\"delta\"") != NULL, !cursor.parts);
        parts++;
        free(message);
        frame_unref(&frame);
    } while (cursor.parts);
    assert_true(parts > 3);
    assert_int_equal(ideas, 30);
    view_free(&view);
}

static void a_promotion_carries_tallies_and_the_new_epoch(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(1, SESSION "c:c1.tally=after_vote\ni:i1.challenge=c1\ni:i1.n=1\ni:i1.mix=1\n"
                                "i:i2.challenge=c1\ni:i2.n=2\ni:i2.mix=2\ni:i2.tally=3 0 0 0 0 0\n");
    assert_frame(
        document_promote(view, &top, AUDIENCE_PUBLIC, AUDIENCE_VOTED),
        "{\"jsonrpc\":\"2.0\",\"method\":\"delta\",\"params\":{\"topic\":\"ideas:c1:top\",\"epoch\":"
        "\"" FIXTURE_EPOCH
        ".voted.1\",\"from\":1,\"v\":1,\"patch\":{\"ideas\":{\"i1\":null,\"i2\":{\"n\":2,\"at\":0,\"mix\":2,"
        "\"title\":\"\",\"state\":\"published\",\"tally\":{\"votes\":3,\"score\":3}}}}}}");
    assert_frame(
        document_promote(view, &idea_1, AUDIENCE_EXPERT, AUDIENCE_VOTED),
        "{\"jsonrpc\":\"2.0\",\"method\":\"delta\",\"params\":{\"topic\":\"idea:i1\",\"epoch\":"
        "\"" FIXTURE_EPOCH
        ".voted.1\",\"from\":1,\"v\":1,\"patch\":{\"idea\":{\"tally\":{\"votes\":0,\"score\":0}}}}}");
    assert_frame(document_promote(view, &top, AUDIENCE_STAFF, AUDIENCE_PUBLIC), NULL);
    view_free(&view);
}

static void pages_go_on_where_the_last_one_ended(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, CHALLENGE "c:c1.tally=sealed\ni:i1.challenge=c1\ni:i1.n=1\ni:i1.mix=30\n"
                                  "i:i2.challenge=c1\ni:i2.n=2\ni:i2.mix=10\ni:i2.tally=9 0 0 0 0 0\n"
                                  "i:i3.challenge=c1\ni:i3.n=3\ni:i3.mix=20\ni:i3.state=hidden\n");
    CLEAN_BUFFER struct buffer out = {0};
    document_idea_list(view, AUDIENCE_PUBLIC, "c1", order_top, "", 1, &out);
    assert_non_null(
        strstr(out.bytes, "{\"challenge\":\"c1\",\"order\":\"top\",\"v\":1,\"ideas\":[{\"id\":\"i2\","));
    assert_non_null(strstr(out.bytes, "],\"after\":\"i2\"}"));
    assert_null(strstr(out.bytes, "tally"));
    buffer_reset(&out);
    document_idea_list(view, AUDIENCE_PUBLIC, "c1", order_top, "i3", 9,
                       &out); /* hidden, but it has a place */
    assert_non_null(strstr(out.bytes, "\"ideas\":[{\"id\":\"i1\""));
    assert_null(strstr(out.bytes, "after"));
    buffer_reset(&out);
    document_idea_list(view, AUDIENCE_STAFF, "c1", order_new, "i3", 1, &out);
    assert_non_null(strstr(out.bytes, "\"ideas\":[{\"id\":\"i2\""));
    view_free(&view);
}

static void similar_ideas_are_listed_with_their_likeness(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SESSION CHALLENGE IDEAS PEOPLE);
    CLEAN_BUFFER struct buffer out = {0};
    document_idea_similar(view, AUDIENCE_PUBLIC, "c1", "UN", &out);
    assert_string_equal(
        out.bytes, "{\"challenge\":\"c1\",\"ideas\":[{\"id\":\"i1\",\"title\":\"Un\",\"likeness\":1000}]}");
    view_free(&view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_session_is_as_the_protocol_says),
        cmocka_unit_test(ideas_are_as_the_protocol_says),
        cmocka_unit_test(hidden_ideas_are_for_staff_alone),
        cmocka_unit_test(a_tally_has_the_fields_of_its_ballot),
        cmocka_unit_test(results_are_by_level_and_by_minute),
        cmocka_unit_test(results_under_a_seal_hold_voters_only),
        cmocka_unit_test(leaders_have_points),
        cmocka_unit_test(me_is_one_s_own_votes_and_ideas),
        cmocka_unit_test(a_delta_holds_what_is_newer_with_null_for_what_is_absent),
        cmocka_unit_test(from_before_the_horizon_only_a_snapshot_serves),
        cmocka_unit_test(a_large_snapshot_comes_in_parts_and_ends_with_a_delta),
        cmocka_unit_test(a_promotion_carries_tallies_and_the_new_epoch),
        cmocka_unit_test(pages_go_on_where_the_last_one_ended),
        cmocka_unit_test(similar_ideas_are_listed_with_their_likeness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
