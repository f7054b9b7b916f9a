/* The hash of frozen rules, against hashes made elsewhere of texts written by hand. */
#include "wire/rules_hash.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../view/view_fixture.h"

struct written {
    struct buffer calls;
    size_t count;
};

static void write_down(void *arg, const char *const *arguments, size_t count)
{
    struct written *written = arg;
    for (size_t i = 0; i < count; i++)
        buffer_print(&written->calls, "%s|", arguments[i]);
    buffer_add_char(&written->calls, '\n');
    written->count++;
}

static struct view *view_of(const char *text)
{
    const struct view_settings settings = {.changed = fixture_changed, .promoted = fixture_promoted};
    struct view *view = view_new(&settings);
    struct field_write writes[64];
    char *lines = strdup(text);
    size_t count = fixture_writes(lines, writes, 64);
    view_load_begin(view);
    for (size_t i = 0; i < count; i++)
        assert_true(view_load_field(view, &writes[i]));
    view_load_end(view, FIXTURE_EPOCH, 1);
    free(lines);
    return view;
}

static void expect_written(const char *fields, const char *expected)
{
    struct view *view = view_of(fields);
    struct written written = {0};
    rules_hash_missing(view, write_down, &written);
    assert_string_equal(written.count ? written.calls.bytes : "", expected);
    buffer_clear(&written.calls);
    view_free(&view);
}

/* b2sum -l 256 of {"ballot":"budget","budget":{"dots":5,"per_idea":3},"final":false,"ideas_per_person":2,
 * "proposals":"open","tally":"sealed"} on one line without blanks. */
static void the_hash_is_blake2b_of_the_canonical_rules(void **state)
{
    (void)state;
    expect_written(
        "c:c1.n=1\nc:c1.title=Q\nc:c1.ballot=budget\nc:c1.dots=5\nc:c1.per_idea=3\nc:c1.proposals=open\n"
        "c:c1.tally=sealed\nc:c1.ideas_per_person=2\nc:c1.state=open\nc:c1.opened_at=5\n",
        "c1|cfa13fda2393971328e04d34e975ed743159f6f54e48b9ab1be9c382a8e41434|ballot|budget|choose||dots|5|"
        "electors||final||ideas_per_person|2|outcome||per_idea|3|proposals|open|proposers||tally|sealed|\n");
}

/* Of {"ballot":"approval","choose":3,"final":true,"proposals":"brand","tally":"live"}. */
static void absent_rules_are_in_no_hash(void **state)
{
    (void)state;
    expect_written(
        "c:c1.n=1\nc:c1.title=Q\nc:c1.ballot=approval\nc:c1.choose=3\nc:c1.final=1\nc:c1.proposals=brand\n"
        "c:c1.tally=live\nc:c1.state=open\nc:c1.opened_at=5\n",
        "c1|feec19517f6478e7af4cdede7cff1816bd4341b39b98be33fe62e077d785948a|ballot|approval|choose|3|dots||"
        "electors||final|1|ideas_per_person||outcome||per_idea||proposals|brand|proposers||tally|live|\n");
}

/* Of
 * {"ballot":"budget","budget":{"dots":5,"per_idea":3},"final":false,"ideas_per_person":2,"outcome":{"counts":
 * ["code","verified"],"quorum":10,"winners":2},"proposals":"open","proposers":{"roles":["expert"]},"tally":"sealed",
 * "voters":{"groups":{"status":["client"]},"levels":["code"]}}. */
static void who_votes_who_proposes_and_what_decides_are_rules(void **state)
{
    (void)state;
    expect_written(
        "c:c1.n=1\nc:c1.ballot=budget\nc:c1.dots=5\nc:c1.per_idea=3\nc:c1.proposals=open\nc:c1.tally=sealed\n"
        "c:c1.ideas_per_person=2\nc:c1.state=open\nc:c1.opened_at=5\n"
        "c:c1.outcome={\"counts\":[\"code\",\"verified\"],\"quorum\":10,\"winners\":2}\n"
        "c:c1.proposers={\"roles\":[\"expert\"]}\n"
        "c:c1.electors={\"groups\":{\"status\":[\"client\"]},\"levels\":[\"code\"]}\n",
        "c1|32319988ee14a5acca0385cec76669d4f5b5b91cfbcc1f890adc35ea6ce49628|ballot|budget|choose||dots|5|"
        "electors|{\"groups\":{\"status\":[\"client\"]},\"levels\":[\"code\"]}|final||ideas_per_person|2|"
        "outcome|{\"counts\":[\"code\",\"verified\"],\"quorum\":10,\"winners\":2}|per_idea|3|proposals|open|"
        "proposers|{\"roles\":[\"expert\"]}|tally|sealed|\n");
}

static void only_what_has_opened_and_has_none_is_hashed(void **state)
{
    (void)state;
    expect_written("c:c1.n=1\nc:c1.title=Q\nc:c1.ballot=stars\nc:c1.proposals=open\nc:c1.tally=live\n", "");
    expect_written(
        "c:c1.n=1\nc:c1.title=Q\nc:c1.ballot=stars\nc:c1.proposals=open\nc:c1.tally=live\nc:c1.state=open\n"
        "c:c1.opened_at=5\nc:c1.rules=abc\n",
        "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_blake2b_of_the_canonical_rules),
        cmocka_unit_test(absent_rules_are_in_no_hash),
        cmocka_unit_test(who_votes_who_proposes_and_what_decides_are_rules),
        cmocka_unit_test(only_what_has_opened_and_has_none_is_hashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
