#include "base/buffer.h"
#include "base/memory.h"
#include "domain/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void add_argument(void *to, const char *bytes, size_t size)
{
    struct buffer *arguments = to;
    buffer_add_char(arguments, '[');
    buffer_add(arguments, bytes, size);
    buffer_add_char(arguments, ']');
}

/* The arguments of a command, each in brackets; the command is cleared. */
static void arguments_are(struct command *command, const char *expected)
{
    CLEAN_BUFFER struct buffer arguments = {0};
    buffer_reserve(&arguments, 0);
    command_arguments(command, add_argument, &arguments);
    assert_string_equal(arguments.bytes, expected);
    command_clear(command);
}

static void every_command_is_found_by_its_name(void **state)
{
    (void)state;
    for (enum command_kind kind = 0; kind < COMMAND_COUNT; kind++) {
        const char *name = command_row(kind)->name;
        assert_int_equal(command_find(name, strlen(name)), kind);
    }
    assert_int_equal(command_find("", 0), -1);
    assert_int_equal(command_find("idea_ad", 7), -1);
    assert_int_equal(command_find("idea_adds", 9), -1);
    assert_int_equal(command_find("Idea_add", 8), -1);
}

static void every_row_can_be_asked_for_and_is_explained(void **state)
{
    (void)state;
    for (enum command_kind kind = 0; kind < COMMAND_COUNT; kind++) {
        const struct command_row *row = command_row(kind);
        assert_true(row->rights && row->doors && row->summary[0]);
        assert_int_equal(row->effect == CONNECTION, row->doors == DOOR_WEBSOCKET);
        assert_true(row->rate < RATE_COUNT && rate_row(row->rate)->burst > 0);
        for (size_t i = 0; i < row->param_count; i++) {
            const struct param_row *param = &row->params[i];
            assert_int_equal(param->words >= 0, param->type == PARAM_CHOICE);
            if (param->type == PARAM_LINE || param->type == PARAM_TEXT || param->type == PARAM_LINE_WORDS ||
                param->type == PARAM_TEXT_WORDS)
                assert_true(param->limit > 0);
            for (size_t other = 0; other < i; other++)
                assert_string_not_equal(param->name, row->params[other].name);
        }
    }
}

static void a_choice_takes_the_words_of_its_name(void **state)
{
    (void)state;
    for (enum command_kind kind = 0; kind < COMMAND_COUNT; kind++)
        for (size_t i = 0; i < command_row(kind)->param_count; i++) {
            const struct param_row *param = &command_row(kind)->params[i];
            if (param->type == PARAM_CHOICE)
                assert_string_equal(words_name((enum words)param->words), param->name);
        }
}

static void in_a_new_command_everything_is_absent(void **state)
{
    (void)state;
    struct command command;
    command_init(&command, COMMAND_idea_add);
    arguments_are(&command, "[][][][][]");
    command_init(&command, COMMAND_challenge_add);
    assert_int_equal(command.challenge_add.final, -1);
    assert_int_equal(command.challenge_add.ballot, -1);
    arguments_are(&command, "[][][][][][][][][][][][][][][][][]");
    command_init(&command, COMMAND_session_freeze);
    arguments_are(&command, "");
}

static void arguments_come_in_field_order_and_optional_ones_behind_a_sign(void **state)
{
    (void)state;
    struct command command;
    command_init(&command, COMMAND_idea_add);
    snprintf(command.idea_add.challenge, sizeof(command.idea_add.challenge), "c1");
    command.idea_add.title = memory_string("=Une idée");
    command.idea_add.body = memory_string("");
    arguments_are(&command, "[c1][=Une idée][=][][]");

    command_init(&command, COMMAND_vote_cast);
    snprintf(command.vote_cast.idea, sizeof(command.vote_cast.idea), "i4");
    command.vote_cast.value = -1;
    arguments_are(&command, "[i4][-1]");

    command_init(&command, COMMAND_challenge_edit);
    snprintf(command.challenge_edit.challenge, sizeof(command.challenge_edit.challenge), "c1");
    command.challenge_edit.ballot = ballot_budget;
    command.challenge_edit.budget = (struct param_budget){10, PARAM_ABSENT};
    command.challenge_edit.choose = 0;
    command.challenge_edit.final = 0;
    command.challenge_edit.tally = tally_sealed;
    command.challenge_edit.closes_at = 1752481800125;
    arguments_are(&command, "[c1][][][][=budget][=10][][=0][=0][][=sealed][][=1752481800125][][][][][]");
}

static void clearing_twice_does_no_harm(void **state)
{
    (void)state;
    struct command command;
    command_init(&command, COMMAND_idea_add);
    command.key = memory_string("k1");
    command.idea_add.title = memory_string("words");
    command_clear(&command);
    assert_null(command.key);
    assert_null(command.idea_add.title);
    command_clear(&command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_found_by_its_name),
        cmocka_unit_test(every_row_can_be_asked_for_and_is_explained),
        cmocka_unit_test(a_choice_takes_the_words_of_its_name),
        cmocka_unit_test(in_a_new_command_everything_is_absent),
        cmocka_unit_test(arguments_come_in_field_order_and_optional_ones_behind_a_sign),
        cmocka_unit_test(clearing_twice_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
