#include "base/memory.h"
#include "domain/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void every_name_of_a_topic_is_taken_apart_and_put_together(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct topic topic;
    } good[] = {
        {"session", {TOPIC_session, "", 0}},
        {"ideas:c1:top", {TOPIC_ideas, "c1", order_top}},
        {"ideas:c1:new", {TOPIC_ideas, "c1", order_new}},
        {"ideas:top:new", {TOPIC_ideas, "top", order_new}},
        {"idea:i4", {TOPIC_idea, "i4", 0}},
        {"leaders", {TOPIC_leaders, "", 0}},
        {"me", {TOPIC_me, "", 0}},
        {"results:abcdefghijklmnopqrstuvwxyz012345", {TOPIC_results, "abcdefghijklmnopqrstuvwxyz012345", 0}},
        {"ideas:abcdefghijklmnopqrstuvwxyz012345:top",
         {TOPIC_ideas, "abcdefghijklmnopqrstuvwxyz012345", order_top}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        struct topic topic;
        char name[TOPIC_NAME_ROOM];
        assert_true(topic_parse(good[i].name, strlen(good[i].name), &topic));
        assert_int_equal(topic.kind, good[i].topic.kind);
        assert_string_equal(topic.subject, good[i].topic.subject);
        assert_int_equal(topic.order, good[i].topic.order);
        topic_format(&topic, name);
        assert_string_equal(name, good[i].name);
    }
}

static void what_names_no_topic_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ":",
        "sessions",
        "Session",
        "sessio",
        "session:",
        "session:x",
        "me:p1",
        "leaders:c1",
        "idea",
        "idea:",
        "idea:I4",
        "idea:i4:",
        "idea:i4:top",
        "ideas",
        "ideas:",
        "ideas:c1",
        "ideas:c1:",
        "ideas:c1:best",
        "ideas::top",
        "ideas:c1:top:",
        "ideas:c1:top:x",
        "ideas:c1:top ",
        " session",
        "results:c1:top",
        "results:",
        "ideas:c1,top",
        "ideas:abcdefghijklmnopqrstuvwxyz0123456:top",
        "queue",
        "ideas:c1:TOP",
    };
    struct topic topic, untouched;
    memset(&topic, 0xAB, sizeof(topic));
    memset(&untouched, 0xAB, sizeof(untouched));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (topic_parse(bad[i], strlen(bad[i]), &topic))
            fail_msg("%s", bad[i]);
    assert_false(topic_parse("session\0", 8, &topic));
    assert_false(topic_parse("ideas:c1:top\0", 13, &topic));
    assert_memory_equal(&topic, &untouched, sizeof(topic));
}

static void a_name_ends_where_its_size_says(void **state)
{
    (void)state;
    struct topic topic;
    assert_true(topic_parse("ideas:c12:top", 13, &topic));
    for (size_t size = 0; size < 13; size++)
        assert_false(topic_parse("ideas:c12:top", size, &topic));
    assert_true(topic_parse("idea:i45", 7, &topic));
    assert_string_equal(topic.subject, "i4");
}

static void kinds_say_what_their_names_hold(void **state)
{
    (void)state;
    assert_string_equal(topic_kind_name(TOPIC_results), "results");
    assert_int_equal(topic_kind_subject(TOPIC_session), SUBJECT_NONE);
    assert_int_equal(topic_kind_subject(TOPIC_ideas), SUBJECT_CHALLENGE);
    assert_int_equal(topic_kind_subject(TOPIC_idea), SUBJECT_IDEA);
    assert_int_equal(topic_kind_rule(TOPIC_me), TOPIC_RULE_SELF);
    assert_int_equal(topic_kind_rule(TOPIC_leaders), TOPIC_RULE_PLAIN);
    assert_int_equal(topic_kind_rule(TOPIC_results), TOPIC_RULE_CHALLENGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_of_a_topic_is_taken_apart_and_put_together),
        cmocka_unit_test(what_names_no_topic_is_refused_and_writes_nothing),
        cmocka_unit_test(a_name_ends_where_its_size_says),
        cmocka_unit_test(kinds_say_what_their_names_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
