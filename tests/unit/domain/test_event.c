#include "base/memory.h"
#include "domain/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void key_is(const char *key, enum field_id field, const char *id, const char *sub)
{
    struct field_key found;
    if (!field_parse(key, strlen(key), &found))
        fail_msg("%s", key);
    assert_int_equal(found.field, field);
    assert_string_equal(found.id, id);
    assert_string_equal(found.sub, sub);
}

static void keys_are_taken_apart_by_their_entity(void **state)
{
    (void)state;
    key_is("s:s.title", FIELD_session_title, "s", "");
    key_is("c:c1.title", FIELD_challenge_title, "c1", "");
    key_is("i:i4.title", FIELD_idea_title, "i4", "");
    key_is("p:p12.name", FIELD_person_name, "p12", "");
    key_is("c:c1.n", FIELD_challenge_n, "c1", "");
    key_is("c:c1.minute.28871140", FIELD_challenge_minute, "c1", "28871140");
    key_is("p:p12.ballot.c1", FIELD_person_ballot, "p12", "c1");
}

/* An id of 32 characters is an id everywhere. */
static void the_longest_ids_fit_on_either_side(void **state)
{
    (void)state;
    key_is("p:abcdefghijklmnopqrstuvwxyz012345.ballot.zbcdefghijklmnopqrstuvwxyz012345", FIELD_person_ballot,
           "abcdefghijklmnopqrstuvwxyz012345", "zbcdefghijklmnopqrstuvwxyz012345");
    struct field_key found;
    static const char longer[] = "p:p1.ballot.zbcdefghijklmnopqrstuvwxyz0123456";
    assert_false(field_parse(longer, strlen(longer), &found));
}

static void every_field_is_found_by_its_key(void **state)
{
    (void)state;
    for (enum field_id field = 0; field < FIELD_COUNT; field++) {
        char key[64];
        snprintf(key, sizeof(key), "%c:x1.%s", "scip"[field_entity(field)], field_name(field));
        key_is(key, field, "x1", "");
    }
}

static void what_is_no_key_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",          "s",           "s:",           "s:s",       "s:s.",
        "s:.title",  "x:s.title",   "s.s.title",    "s:S.title", "s:s.titles",
        "s:s.titl",  "c:c1.people", "i:i4.nothing", "p:.name",   "i:i 4.title",
        ":i4.title", "ii4.title",   "i::i4.title",
    };
    struct field_key found, untouched;
    memset(&found, 0xAB, sizeof(found));
    memset(&untouched, 0xAB, sizeof(untouched));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (field_parse(bad[i], strlen(bad[i]), &found))
            fail_msg("%s", bad[i]);
    assert_false(field_parse("\0:s.title", 9, &found));
    assert_memory_equal(&found, &untouched, sizeof(found));
}

static void every_event_is_found_by_its_name(void **state)
{
    (void)state;
    for (enum event_kind kind = 0; kind < EVENT_COUNT; kind++)
        assert_int_equal(event_find(event_name(kind), strlen(event_name(kind))), kind);
    assert_int_equal(event_find("", 0), -1);
    assert_int_equal(event_find("tally_flushe", 12), -1);
    assert_int_equal(event_find("tally_flushed2", 14), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_taken_apart_by_their_entity),
        cmocka_unit_test(the_longest_ids_fit_on_either_side),
        cmocka_unit_test(every_field_is_found_by_its_key),
        cmocka_unit_test(what_is_no_key_is_refused_and_writes_nothing),
        cmocka_unit_test(every_event_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
