#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "view_fixture.h"

#define SEALED                                                                                               \
    "s:s.title=S\ns:s.state=open\nc:c1.n=1\nc:c1.state=open\nc:c1.tally=sealed\nc:c2.n=2\nc:c2.state=open\n" \
    "c:c2.tally=after_vote\ni:i1.challenge=c1\ni:i1.n=1\ni:i1.author=p3\ni:i2.challenge=c2\ni:i2.n=1\n"      \
    "p:p3.n=3\np:p3.name=Ana\np:p3.role=participant\n"

static void an_unknown_field_is_not_understood(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_false(fixture_apply(view, 2, "i:i1.stage=accepted"));
    assert_false(fixture_apply(view, 2, "x:i1.title=a"));
    assert_false(fixture_apply(view, 2, "i:i1.title.fr=a"));
    assert_false(fixture_apply(view, 2, "c:c1.minute=1 2 3"));
    assert_false(fixture_apply(view, 2, "c:c1.ballot=condorcet"));
    view_free(&view);
}

static void what_was_not_understood_is_forgotten_by_the_next_load(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    view_person_enter(view, "p3");
    assert_false(fixture_apply(view, 2, "p:p3.name=Zoé\ni:i1.title=T\np:p9.n=9\ni:i1.stage=accepted"));
    fixture_load(view, 3, SEALED);
    assert_true(fixture_apply(view, 4, "p:p3.name=Léa"));
    assert_string_equal(view_idea(view, "i1")->author->fields.name, "Léa");
    assert_non_null(strstr(fixture_told, "idea:i1/staff@4"));
    view_person_leave(view, "p3");
    view_free(&view);
}

static void an_event_that_is_not_newer_is_ignored(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_true(fixture_apply(view, 1, "s:s.title=old"));
    assert_string_equal(view->session.fields.title, "S");
    assert_string_equal(fixture_told, "");
    assert_int_equal(view_seq(view), 1);
    view_free(&view);
}

static void what_is_sealed_changes_nothing_for_anyone(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_true(fixture_apply(view, 2, "i:i1.tally=1 0 0 0 0 0\nc:c1.votes=1\nc:c1.minute.7=1 0 0"));
    assert_string_equal(fixture_told, "");
    assert_int_equal(view_seq(view), 2);
    assert_true(fixture_apply(view, 3, "c:c1.voters=1"));
    assert_non_null(strstr(fixture_told, "session/public@3"));
    assert_non_null(strstr(fixture_told, "results:c1/staff@3"));
    assert_null(strstr(fixture_told, "idea:i1"));
    view_free(&view);
}

static void what_shows_after_a_vote_changes_for_who_voted_and_for_staff(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_true(fixture_apply(view, 2, "i:i2.tally=1 0 0 0 0 0"));
    assert_string_equal(fixture_told,
                        "idea:i2/voted@2 idea:i2/staff@2 ideas:c2:top/voted@2 ideas:c2:new/voted@2 "
                        "results:c2/voted@2 ideas:c2:top/staff@2 ideas:c2:new/staff@2 results:c2/staff@2 ");
    view_free(&view);
}

static void votes_that_only_change_levels_change_results_alone(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, "c:c1.state=open\ni:i1.challenge=c1\ni:i1.n=1\ni:i1.tally=1 0 0 0 0 0\n");
    assert_true(fixture_apply(view, 2, "i:i1.tally=0 0 1 0 0 0"));
    assert_string_equal(fixture_told,
                        "results:c1/public@2 results:c1/expert@2 results:c1/voted@2 results:c1/staff@2 ");
    view_free(&view);
}

static void the_same_values_again_are_no_change(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_true(fixture_apply(view, 2, "s:s.title=S\nc:c1.state=open\ni:i1.n=1\np:p3.name=Ana"));
    assert_string_equal(fixture_told, "");
    assert_true(fixture_apply(view, 3, "s:s.revoked.k3=1\nc:c1.level_voters=1 0 0")); /* in no document */
    assert_string_equal(fixture_told, "");
    assert_false(view_is_open(view));
    assert_true(fixture_apply(view, 4, "s:s.join=open code"));
    assert_true(view_is_open(view));
    view_free(&view);
}

static void a_rename_reaches_the_ideas_that_are_signed(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_true(fixture_apply(view, 2, "p:p3.name=Zoé"));
    assert_non_null(strstr(fixture_told, "idea:i1/public@2"));
    assert_true(fixture_apply(view, 3, "i:i1.unsigned=1"));
    assert_true(fixture_apply(view, 4, "p:p3.name=Léa"));
    assert_null(strstr(fixture_told, "idea:i1"));
    view_free(&view);
}

static void who_is_shut_out_is_told_why(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED "p:p4.n=4\np:p4.role=moderator\np:p4.code=k2-7\n");
    struct actor actor = {.id = "p3", .role = ROLE_participant, .generation = 1};
    struct actor staff = {.id = "p4", .role = ROLE_moderator},
                 unknown = {.id = "p9", .role = ROLE_participant};
    struct actor admin = {.id = "p3", .role = ROLE_admin}, observer = {.role = ROLE_observer};
    assert_int_equal(view_shuts_out(view, &actor), ERROR_none);
    assert_true(fixture_apply(view, 2, "p:p3.generation=1\np:p4.generation=1"));
    assert_int_equal(view_shuts_out(view, &actor), ERROR_none);
    assert_int_equal(view_shuts_out(view, &staff), ERROR_none); /* whose token says none: the first */
    assert_true(fixture_apply(view, 3, "p:p3.generation=2"));
    assert_int_equal(view_shuts_out(view, &actor), ERROR_token_retired);
    actor.generation = 3; /* given elsewhere, of which the news is on its way */
    assert_int_equal(view_shuts_out(view, &actor), ERROR_none);
    assert_true(fixture_apply(view, 4, "s:s.revoked.k2-70=1\ns:s.revoked.k=1"));
    assert_int_equal(view_shuts_out(view, &staff), ERROR_none);
    assert_true(fixture_apply(view, 5, "s:s.revoked.k2-7=1"));
    assert_int_equal(view_shuts_out(view, &staff), ERROR_code_revoked);
    assert_true(fixture_apply(view, 6, "s:s.revoked.k2-7=\ns:s.revoked.k2=1"));
    assert_int_equal(view_shuts_out(view, &staff), ERROR_code_revoked);
    assert_true(fixture_apply(view, 7, "p:p3.banned=1"));
    assert_int_equal(view_shuts_out(view, &actor), ERROR_banned);
    assert_true(fixture_apply(view, 8, "p:p3.banned=\np:p3.merged=p4"));
    assert_int_equal(view_shuts_out(view, &actor), ERROR_token_retired);
    assert_int_equal(view_shuts_out(view, &unknown), ERROR_none);
    assert_int_equal(view_shuts_out(view, &admin), ERROR_none);
    assert_int_equal(view_shuts_out(view, &observer), ERROR_none);
    fixture_load(view, 9, SEALED "p:p4.n=4\np:p4.code=k2-7\n");
    assert_int_equal(view_shuts_out(view, &staff), ERROR_none);
    view_free(&view);
}

static void only_levels_that_count_make_an_order(void **state)
{
    (void)state;
    struct view *view = fixture_view(
        0, "c:c1.state=planned\nc:c1.outcome={\"counts\":[\"code\",\"verified\"],\"winners\":1}\n"
           "i:i1.challenge=c1\ni:i1.n=1\ni:i1.tally=9 0 0 0 0 0\n"
           "i:i2.challenge=c1\ni:i2.n=2\ni:i2.tally=0 0 1 0 1 0\n");
    const struct ranking *top = &view_challenge(view, "c1")->rankings[RANK_SCORE][RANK_ALL];
    assert_ptr_equal(top->items[0], view_idea(view, "i2"));
    assert_int_equal(view_idea(view, "i1")->score, 0);
    assert_true(fixture_apply(view, 2, "i:i1.tally=6 0 3 0 0 0")); /* another level, the same total */
    assert_ptr_equal(top->items[0], view_idea(view, "i1"));
    assert_non_null(strstr(fixture_told, "ideas:c1:top/public@2"));
    assert_true(fixture_apply(view, 3, "c:c1.outcome={\"counts\":[\"verified\"]}"));
    assert_ptr_equal(top->items[0], view_idea(view, "i2"));
    assert_true(fixture_apply(view, 4, "c:c1.outcome="));
    assert_int_equal(view_idea(view, "i1")->score, 9);
    view_free(&view);
}

static void groups_of_few_change_nothing_until_they_are_shown(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, "s:s.groups={\"store\":{\"values\":{\"lille\":\"L\",\"nantes\":\"N\"}}}\nc:c1.state="
                        "open\nc:c1.voters=12\n"
                        "c:c1.group_voters.0-0=5\nc:c1.group_voters.0-1=4\ni:i1.challenge=c1\ni:i1.n=1\n");
    assert_true(fixture_apply(view, 2, "i:i1.group.0-1=2 0"));
    assert_string_equal(fixture_told, "");
    assert_true(fixture_apply(view, 3, "i:i1.group.0-0=2 0"));
    assert_string_equal(fixture_told,
                        "results:c1/public@3 results:c1/expert@3 results:c1/voted@3 results:c1/staff@3 ");
    assert_true(fixture_apply(view, 4, "c:c1.group_voters.0-0=6"));
    assert_string_equal(fixture_told, "");
    assert_true(
        fixture_apply(view, 5, "c:c1.group_voters.0-0=7\nc:c1.group_voters.0-1=5")); /* none are left */
    assert_non_null(strstr(fixture_told, "results:c1/public@5"));
    assert_false(fixture_apply(view, 6, "i:i1.group.0=1 0"));
    assert_false(fixture_apply(view, 6, "i:i1.group.4-0=1 0"));
    assert_false(fixture_apply(view, 6, "c:c1.group_voters.0-256=1"));
    view_free(&view);
}

static void who_votes_is_promoted_where_the_tally_shows_after_it(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    struct actor actor = {.id = "p3", .role = ROLE_expert}, staff = {.id = "p4", .role = ROLE_moderator};
    struct topic ideas = {.kind = TOPIC_ideas, .subject = "c2"}, session = {.kind = TOPIC_session};
    struct topic sealed = {.kind = TOPIC_results, .subject = "c1"};
    view_person_enter(view, "p3");
    fixture_person(view, "p3", 1, "p:p3.name=Ana");
    assert_int_equal(view_audience(view, &actor, &ideas), AUDIENCE_EXPERT);
    assert_true(fixture_apply(view, 2, "p:p3.ballot.c2=open - i2:1\np:p3.ballot.c1=open - i1:1"));
    assert_non_null(strstr(fixture_told, "+p3/c2 "));
    assert_null(strstr(fixture_told, "+p3/c1 "));
    assert_int_equal(view_audience(view, &actor, &ideas), AUDIENCE_VOTED);
    assert_int_equal(view_audience(view, &actor, &sealed), AUDIENCE_EXPERT);
    assert_int_equal(view_audience(view, &actor, &session), AUDIENCE_EXPERT);
    assert_int_equal(view_audience(view, &staff, &ideas), AUDIENCE_STAFF);
    assert_true(fixture_apply(view, 3, "p:p3.ballot.c2=open -"));
    assert_int_equal(view_audience(view, &actor, &ideas), AUDIENCE_VOTED); /* once is for ever */
    view_person_leave(view, "p3");
    assert_int_equal(view_audience(view, &actor, &ideas), AUDIENCE_EXPERT);
    view_free(&view);
}

static void a_view_without_callbacks_applies_events_and_tells_nobody(void **state)
{
    (void)state;
    struct view *view = view_new(&(struct view_settings){.owner = NULL});
    fixture_load(view, 1, SEALED);
    view_person_enter(view, "p3");
    fixture_person(view, "p3", 1, "p:p3.name=Ana");
    assert_true(fixture_apply(view, 2, "s:s.title=new\np:p3.ballot.c2=open - i2:1"));
    assert_string_equal(view->session.fields.title, "new");
    view_free(&view);
}

static void ballots_read_before_their_owner_entered_are_not_taken(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    assert_true(fixture_apply(view, 5, "c:c1.voters=1"));
    view_person_enter(view, "p3");
    fixture_person(view, "p3", 4, "p:p3.ballot.c1=open - i1:1");
    assert_false(view_person_is_ready(view, "p3"));
    fixture_person(view, "p3", 5, "p:p3.ballot.c1=open - i1:1");
    assert_true(view_person_is_ready(view, "p3"));
    fixture_load(view, 6, SEALED);
    assert_false(view_person_is_ready(view, "p3"));
    view_person_leave(view, "p3");
    view_free(&view);
}

static void a_ballot_of_an_event_stands_against_an_older_reading(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    view_person_enter(view, "p3");
    assert_true(fixture_apply(view, 9, "p:p3.ballot.c1=open - i1:-1"));
    fixture_person(view, "p3", 8, "p:p3.ballot.c1=open - i1:1");
    assert_int_equal(ballot_entry(person_ballot(view_person(view, "p3"), "c1"), "i1")->value, -1);
    fixture_person(view, "p3", 12, "p:p3.ballot.c1=open - i1:1*"); /* ahead of the view */
    assert_true(fixture_apply(view, 10, "p:p3.ballot.c1=open - i1:0"));
    assert_true(ballot_entry(person_ballot(view_person(view, "p3"), "c1"), "i1")->given_up);
    assert_non_null(strstr(fixture_told, "me/self@10")); /* told, for who came here with less */
    view_person_leave(view, "p3");
    view_free(&view);
}

static void a_topic_is_where_its_subject_is(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED "i:i5.challenge=c1\ni:i5.n=2\ni:i5.state=hidden");
    struct topic topic = {.kind = TOPIC_idea, .subject = "i5"};
    assert_true(view_has_topic(view, &topic)); /* whoever may see it */
    memcpy(topic.subject, "i6", 3);
    assert_false(view_has_topic(view, &topic));
    assert_false(view_has_topic(view, &(struct topic){.kind = TOPIC_results, .subject = "c9"}));
    assert_false(view_has_topic(view, &(struct topic){.kind = TOPIC_me, .subject = "p3"})); /* not here */
    assert_true(view_has_topic(view, &(struct topic){.kind = TOPIC_leaders}));
    view_free(&view);
}

static void from_is_the_last_change_that_a_listener_has(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, SEALED);
    struct topic session = {.kind = TOPIC_session};
    assert_true(fixture_apply(view, 5, "s:s.people=1"));
    assert_true(fixture_apply(view, 9, "s:s.people=2"));
    assert_int_equal(view_topic_version(view, &session, AUDIENCE_PUBLIC), 9);
    assert_int_equal(view_topic_from(view, &session, AUDIENCE_PUBLIC, 8), 5);
    assert_int_equal(view_topic_from(view, &session, AUDIENCE_PUBLIC, 5), 5);
    assert_int_equal(view_topic_from(view, &session, AUDIENCE_PUBLIC, 4), 1);
    assert_int_equal(view_topic_horizon(view, &session, AUDIENCE_PUBLIC), 1);
    view_free(&view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_field_is_not_understood),
        cmocka_unit_test(what_was_not_understood_is_forgotten_by_the_next_load),
        cmocka_unit_test(an_event_that_is_not_newer_is_ignored),
        cmocka_unit_test(what_is_sealed_changes_nothing_for_anyone),
        cmocka_unit_test(what_shows_after_a_vote_changes_for_who_voted_and_for_staff),
        cmocka_unit_test(votes_that_only_change_levels_change_results_alone),
        cmocka_unit_test(the_same_values_again_are_no_change),
        cmocka_unit_test(a_rename_reaches_the_ideas_that_are_signed),
        cmocka_unit_test(who_is_shut_out_is_told_why),
        cmocka_unit_test(only_levels_that_count_make_an_order),
        cmocka_unit_test(groups_of_few_change_nothing_until_they_are_shown),
        cmocka_unit_test(who_votes_is_promoted_where_the_tally_shows_after_it),
        cmocka_unit_test(a_view_without_callbacks_applies_events_and_tells_nobody),
        cmocka_unit_test(ballots_read_before_their_owner_entered_are_not_taken),
        cmocka_unit_test(a_ballot_of_an_event_stands_against_an_older_reading),
        cmocka_unit_test(a_topic_is_where_its_subject_is),
        cmocka_unit_test(from_is_the_last_change_that_a_listener_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
