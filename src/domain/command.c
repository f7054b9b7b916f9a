#include "domain/command.h"
#include "base/memory.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The set of words of a CHOICE is the set of its field's name. */
#define WORDS(set) CHOICE_##set = WORDS_##set,
#define WORD(set, name)
#define WORDS_END(set)
enum {
#include "words.def"
};
#undef WORDS
#undef WORD
#undef WORDS_END
#define CHOICE_OF_ID(field)           (-1)
#define CHOICE_OF_LINE(field)         (-1)
#define CHOICE_OF_TEXT(field)         (-1)
#define CHOICE_OF_TOPIC(field)        (-1)
#define CHOICE_OF_TOKEN(field)        (-1)
#define CHOICE_OF_MEDIA(field)        (-1)
#define CHOICE_OF_INTEGER(field)      (-1)
#define CHOICE_OF_DATE(field)         (-1)
#define CHOICE_OF_BOOLEAN(field)      (-1)
#define CHOICE_OF_CHOICE(field)       CHOICE_##field
#define CHOICE_OF_BUDGET(field)       (-1)
#define CHOICE_OF_ROLE(field)         (-1)
#define CHOICE_OF_LINE_WORDS(field)   (-1)
#define CHOICE_OF_TEXT_WORDS(field)   (-1)
#define CHOICE_OF_ELECTORATE(field)   (-1)
#define CHOICE_OF_OUTCOME_RULE(field) (-1)
#define CHOICE_OF_GROUPS(field)       (-1)
#define CHOICE_OF_IDS(field)          (-1)

#define COMMAND(name, rights, doors, rate, effect, summary)                                                  \
    static const struct param_row params_of_##name[] = {
#define COMMAND_END(name)                                                                                    \
    {                                                                                                        \
        NULL, PARAM_ID, OPTIONAL, 0, NULL, 0, -1                                                             \
    }                                                                                                        \
    }                                                                                                        \
    ;
#define PARAM(owner, field, type, presence, limit, summary)                                                  \
    {#field,                                                                                                 \
     PARAM_##type,                                                                                           \
     presence,                                                                                               \
     limit,                                                                                                  \
     summary,                                                                                                \
     offsetof(struct command, owner.field),                                                                  \
     CHOICE_OF_##type(field)},
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END

static const struct command_row commands[] = {
#define COMMAND(name, rights, doors, rate, effect, summary)                                                  \
    {#name, rights, doors, rate, effect, summary, params_of_##name, ARRAY_SIZE(params_of_##name) - 1},
#define PARAM(owner, field, type, presence, limit, summary)
#define COMMAND_END(name)
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END
};

static const struct rate_row rates[] = {
#define RATE(name, per_minute, burst, summary) {#name, per_minute, burst},
#include "rates.def"
#undef RATE
};

const struct command_row *command_row(enum command_kind kind)
{
    return &commands[kind];
}

const struct rate_row *rate_row(enum rate rate)
{
    return &rates[rate];
}

int command_find(const char *name, size_t size)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strlen(commands[i].name) == size && memcmp(commands[i].name, name, size) == 0)
            return i;
    return -1;
}

static bool param_holds_string(enum param_type type)
{
    return type == PARAM_LINE || type == PARAM_TEXT || type == PARAM_TOPIC || type == PARAM_TOKEN ||
           type == PARAM_MEDIA || type >= PARAM_LINE_WORDS;
}

void command_init(struct command *command, enum command_kind kind)
{
    *command = (struct command){.kind = kind};
    for (size_t i = 0; i < commands[kind].param_count; i++) {
        const struct param_row *row = &commands[kind].params[i];
        void *at = (char *)command + row->offset;
        if (row->type == PARAM_INTEGER || row->type == PARAM_DATE)
            *(int64_t *)at = PARAM_ABSENT;
        else if (row->type == PARAM_BOOLEAN || row->type == PARAM_CHOICE || row->type == PARAM_ROLE)
            *(int *)at = -1;
        else if (row->type == PARAM_BUDGET)
            *(struct param_budget *)at = (struct param_budget){PARAM_ABSENT, PARAM_ABSENT};
    }
}

void command_clear(struct command *command)
{
    for (size_t i = 0; i < commands[command->kind].param_count; i++) {
        const struct param_row *row = &commands[command->kind].params[i];
        if (param_holds_string(row->type))
            memory_free((char *)command + row->offset);
    }
    memory_free(&command->key);
}

/* The value as text; false where it is absent. `number` has room for an integer. */
static bool param_text(const struct param_row *row, const void *at, char number[24], const char **out_text)
{
    int64_t integer = PARAM_ABSENT;
    if (row->type == PARAM_ID)
        *out_text = at;
    else if (param_holds_string(row->type))
        *out_text = *(char *const *)at;
    else if (row->type == PARAM_CHOICE)
        *out_text = word_name((enum words)row->words, *(const int *)at);
    else if (row->type == PARAM_ROLE)
        *out_text = *(const int *)at < 0 ? NULL : role_name((enum role) * (const int *)at);
    else if (row->type == PARAM_BOOLEAN)
        *out_text = *(const int *)at < 0 ? NULL : *(const int *)at ? "1" : "0";
    else
        integer = *(const int64_t *)at;
    if (row->type == PARAM_INTEGER || row->type == PARAM_DATE || row->type == PARAM_BUDGET) {
        snprintf(number, 24, "%lld", (long long)integer);
        *out_text = number;
        return integer != PARAM_ABSENT;
    }
    return *out_text && (row->type != PARAM_ID || **out_text);
}

static void argument_add(const struct param_row *row, const void *at,
                         void (*add)(void *to, const char *bytes, size_t size), void *to)
{
    char number[24];
    const char *text = NULL;
    if (!param_text(row, at, number, &text)) {
        add(to, "", 0);
        return;
    }
    if (row->presence == REQUIRED) {
        add(to, text, strlen(text));
        return;
    }
    struct buffer given CLEAN_BUFFER = {0};
    buffer_add_char(&given, '=');
    buffer_add_string(&given, text);
    add(to, given.bytes, given.size);
}

void command_arguments(const struct command *command, void (*add)(void *to, const char *bytes, size_t size),
                       void *to)
{
    for (size_t i = 0; i < commands[command->kind].param_count; i++) {
        const struct param_row *row = &commands[command->kind].params[i];
        const void *at = (const char *)command + row->offset;
        argument_add(row, at, add, to);
        if (row->type == PARAM_BUDGET)
            argument_add(row, &((const struct param_budget *)at)->per_idea, add, to);
    }
}
