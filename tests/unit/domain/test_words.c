#include "base/memory.h"
#include "base/text.h"
#include "domain/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void every_word_is_found_by_its_name_and_named_by_its_number(void **state)
{
    (void)state;
    for (enum words set = 0; set < WORDS_COUNT; set++) {
        assert_true(words_count(set) > 0);
        for (size_t word = 0; word < words_count(set); word++) {
            const char *name = word_name(set, (int)word);
            assert_non_null(name);
            assert_int_equal(word_find(set, name, strlen(name)), word);
        }
    }
}

static void no_set_has_a_word_or_a_name_twice(void **state)
{
    (void)state;
    for (enum words set = 0; set < WORDS_COUNT; set++) {
        for (enum words other = 0; other < set; other++)
            assert_string_not_equal(words_name(set), words_name(other));
        for (size_t one = 0; one < words_count(set); one++)
            for (size_t other = 0; other < one; other++)
                assert_string_not_equal(word_name(set, (int)one), word_name(set, (int)other));
    }
}

static void what_is_in_no_set_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(word_find(WORDS_ballot, "", 0), -1);
    assert_int_equal(word_find(WORDS_ballot, "singles", 7), -1);
    assert_int_equal(word_find(WORDS_ballot, "single", 5), -1);
    assert_int_equal(word_find(WORDS_ballot, "Single", 6), -1);
    assert_int_equal(word_find(WORDS_ballot, "single\0", 7), -1);
    assert_int_equal(word_find(WORDS_ballot, "sealed", 6), -1);
    assert_int_equal(word_find(WORDS_ballot, "single!", 6), ballot_single); /* the size says where it ends */
    assert_null(word_name(WORDS_ballot, -1));
    assert_null(word_name(WORDS_ballot, ballot_count));
}

static void words_keep_the_order_in_which_they_are_stored(void **state)
{
    (void)state;
    assert_string_equal(word_name(WORDS_level, 0), "open");
    assert_string_equal(word_name(WORDS_level, 1), "code");
    assert_string_equal(word_name(WORDS_level, 2), "verified");
    assert_string_equal(words_name(WORDS_level), "level");
    assert_int_equal(words_count(WORDS_level), level_count);
}

static void every_role_is_found_by_its_name(void **state)
{
    (void)state;
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        const char *name = role_name(role);
        assert_int_equal(role_find(name, strlen(name)), role);
        assert_true(text_is_id(name, strlen(name)));
        assert_true(role_rights(role) & RIGHT_READ);
    }
    assert_int_equal(role_find("owner", 5), -1);
    assert_int_equal(role_find("", 0), -1);
    assert_int_equal(role_find("admins", 6), -1);
    assert_int_equal(role_find("admi", 4), -1);
}

static void staff_neither_vote_nor_propose_as_participants(void **state)
{
    (void)state;
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        assert_int_equal(role_is_staff(role), role_audience(role) == AUDIENCE_STAFF);
        if (role_is_staff(role))
            assert_int_equal(role_rights(role) & (RIGHT_VOTE | RIGHT_PROPOSE | RIGHT_OWN), 0);
        else
            assert_int_equal(role_rights(role) & (RIGHT_MODERATE | RIGHT_STEER | RIGHT_DIRECT | RIGHT_CREATE),
                             0);
    }
    assert_int_equal(role_rights(ROLE_observer), RIGHT_READ);
    assert_true(role_rights(ROLE_participant) & RIGHT_VOTE);
    assert_false(role_rights(ROLE_moderator) & RIGHT_DIRECT);
    assert_false(role_rights(ROLE_brand) & RIGHT_CREATE);
    assert_int_equal(role_audience(ROLE_observer), AUDIENCE_PUBLIC);
    assert_int_equal(role_audience(ROLE_expert), AUDIENCE_EXPERT);
}

static void audiences_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"public", "voted", "expert", "staff", "self"};
    assert_int_equal(ARRAY_SIZE(names), AUDIENCE_COUNT);
    for (enum audience audience = 0; audience < AUDIENCE_COUNT; audience++)
        assert_string_equal(audience_name(audience), names[audience]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_found_by_its_name_and_named_by_its_number),
        cmocka_unit_test(no_set_has_a_word_or_a_name_twice),
        cmocka_unit_test(what_is_in_no_set_is_not_found),
        cmocka_unit_test(words_keep_the_order_in_which_they_are_stored),
        cmocka_unit_test(every_role_is_found_by_its_name),
        cmocka_unit_test(staff_neither_vote_nor_propose_as_participants),
        cmocka_unit_test(audiences_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
