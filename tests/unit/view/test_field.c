#include "view/field.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static enum field_result set(void *fields, enum field_id field, const char *value)
{
    return field_set(fields, field, value, strlen(value));
}

static void a_field_is_written_by_its_kind(void **state)
{
    (void)state;
    struct challenge_fields fields = {0};
    assert_int_equal(set(&fields, FIELD_challenge_title, "Quel parfum ?"), FIELD_CHANGED);
    assert_string_equal(fields.title, "Quel parfum ?");
    assert_int_equal(set(&fields, FIELD_challenge_ballot, "stars"), FIELD_CHANGED);
    assert_int_equal(fields.ballot, ballot_stars);
    assert_int_equal(set(&fields, FIELD_challenge_closes_at, "1732268400123"), FIELD_CHANGED);
    assert_true(fields.closes_at == 1732268400123);
    assert_int_equal(set(&fields, FIELD_challenge_final, "1"), FIELD_CHANGED);
    assert_true(fields.is_final);
    field_clear(&fields, ENTITY_challenge);
    assert_null(fields.title);
}

static void the_same_value_is_no_change(void **state)
{
    (void)state;
    struct idea_fields fields = {0};
    assert_int_equal(set(&fields, FIELD_idea_body, ""), FIELD_SAME);
    assert_int_equal(set(&fields, FIELD_idea_body, "a"), FIELD_CHANGED);
    assert_int_equal(set(&fields, FIELD_idea_body, "a"), FIELD_SAME);
    assert_int_equal(set(&fields, FIELD_idea_tally, "1 0 2 0 3 0"), FIELD_CHANGED);
    assert_int_equal(set(&fields, FIELD_idea_tally, "1 0 2 0 3 0"), FIELD_SAME);
    assert_int_equal(fields.tally.of[level_verified][0], 3);
    assert_int_equal(set(&fields, FIELD_idea_state, "published"), FIELD_SAME);
    field_clear(&fields, ENTITY_idea);
}

static void an_empty_value_takes_the_field_away(void **state)
{
    (void)state;
    struct idea_fields fields = {0};
    set(&fields, FIELD_idea_body, "a");
    set(&fields, FIELD_idea_edited_at, "7");
    set(&fields, FIELD_idea_unsigned, "1");
    assert_int_equal(set(&fields, FIELD_idea_body, ""), FIELD_CHANGED);
    assert_int_equal(set(&fields, FIELD_idea_edited_at, ""), FIELD_CHANGED);
    assert_int_equal(set(&fields, FIELD_idea_unsigned, ""), FIELD_CHANGED);
    assert_null(fields.body);
    assert_true(fields.edited_at == 0 && !fields.is_unsigned);
}

static void a_value_of_another_kind_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    struct challenge_fields challenge = {0};
    struct idea_fields idea = {0};
    static const char *const numbers[] = {"-", "1 ", " 1", "1.5", "0x1", "99999999999999999"};
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        assert_int_equal(set(&challenge, FIELD_challenge_dots, numbers[i]), FIELD_BAD);
    assert_int_equal(challenge.dots, 0);
    assert_int_equal(set(&challenge, FIELD_challenge_ballot, "condorcet"), FIELD_BAD);
    assert_int_equal(set(&challenge, FIELD_challenge_final, "yes"), FIELD_BAD);
    static const char *const tallies[] = {"1 2 3 4 5", "1 2 3 4 5 6 7", "1 2 3 4 5 x", "1  2 3 4 5 6"};
    for (size_t i = 0; i < ARRAY_SIZE(tallies); i++)
        assert_int_equal(set(&idea, FIELD_idea_tally, tallies[i]), FIELD_BAD);
    assert_int_equal(set(&challenge, FIELD_challenge_minute, "1 2 3"), FIELD_BAD);
    assert_true(field_is_many(FIELD_challenge_minute) && field_is_many(FIELD_person_ballot));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_written_by_its_kind),
        cmocka_unit_test(the_same_value_is_no_change),
        cmocka_unit_test(an_empty_value_takes_the_field_away),
        cmocka_unit_test(a_value_of_another_kind_is_refused_and_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
