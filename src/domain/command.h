/* Commands: protocol/commands.def as structs, and as tables that decode, check and pass them on without
 * knowing them.
 *
 * `struct idea_add` holds the parameters of `idea_add`; `struct command` any command with its key. Texts are
 * clean (text_clean) and within their limits once decoded; what depends on the state of a session is not
 * checked here. */
#ifndef DOMAIN_COMMAND_H
#define DOMAIN_COMMAND_H

#include "base/buffer.h"
#include "base/text.h"
#include "domain/limits.h"
#include "domain/words.h"

#include <stdbool.h>
#include <stdint.h>

enum command_kind {
#define COMMAND(name, rights, doors, rate, effect, summary) COMMAND_##name,
#define PARAM(owner, field, type, presence, limit, summary)
#define COMMAND_END(name)
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END
    COMMAND_COUNT
};

enum param_type {
    PARAM_ID,   /* char[TEXT_ID_ROOM], "" where absent */
    PARAM_LINE, /* char *, NULL where absent; so are TEXT, TOPIC, TOKEN */
    PARAM_TEXT,
    PARAM_TOPIC,
    PARAM_TOKEN,
    PARAM_MEDIA,   /* char *: hashes with a space between, NULL where absent */
    PARAM_INTEGER, /* int64_t, PARAM_ABSENT where absent; so is DATE, in ms */
    PARAM_DATE,
    PARAM_BOOLEAN, /* int: 0, 1, or -1 where absent */
    PARAM_CHOICE,  /* int: a word of the set of the field's name, -1 where absent */
    PARAM_BUDGET,  /* struct param_budget, dots PARAM_ABSENT where absent */
    PARAM_ROLE,    /* int: an enum role, -1 where absent */
    /* All of the following: char *, NULL where absent. */
    PARAM_LINE_WORDS, /* a text, or TEXT_BY_LANGUAGE and compact JSON {"fr": ..., "en": ...} */
    PARAM_TEXT_WORDS,
    PARAM_ELECTORATE,   /* canonical JSON (RFC 8785), lists in the order of their tables */
    PARAM_OUTCOME_RULE, /* canonical JSON */
    PARAM_GROUPS,       /* "status=client,store=lille" in the order given; "" for none */
    PARAM_IDS,          /* "i4 i7" */
};

#define PARAM_ABSENT     INT64_MIN
#define TEXT_BY_LANGUAGE '\x01' /* begins what is no text but an object of texts; clean text has none */

struct param_budget {
    int64_t dots, per_idea; /* per_idea PARAM_ABSENT: as many as one likes */
};

#define PARAM_MEMBER_ID(field)           char field[TEXT_ID_ROOM];
#define PARAM_MEMBER_LINE(field)         char *field;
#define PARAM_MEMBER_TEXT(field)         char *field;
#define PARAM_MEMBER_TOPIC(field)        char *field;
#define PARAM_MEMBER_TOKEN(field)        char *field;
#define PARAM_MEMBER_MEDIA(field)        char *field;
#define PARAM_MEMBER_INTEGER(field)      int64_t field;
#define PARAM_MEMBER_DATE(field)         int64_t field;
#define PARAM_MEMBER_BOOLEAN(field)      int field;
#define PARAM_MEMBER_CHOICE(field)       int field;
#define PARAM_MEMBER_BUDGET(field)       struct param_budget field;
#define PARAM_MEMBER_ROLE(field)         int field;
#define PARAM_MEMBER_LINE_WORDS(field)   char *field;
#define PARAM_MEMBER_TEXT_WORDS(field)   char *field;
#define PARAM_MEMBER_ELECTORATE(field)   char *field;
#define PARAM_MEMBER_OUTCOME_RULE(field) char *field;
#define PARAM_MEMBER_GROUPS(field)       char *field;
#define PARAM_MEMBER_IDS(field)          char *field;

#define COMMAND(name, rights, doors, rate, effect, summary)                                                  \
    struct name {                                                                                            \
        char nothing; /* so that a command without parameters is a struct too */
#define PARAM(owner, field, type, presence, limit, summary) PARAM_MEMBER_##type(field)
#define COMMAND_END(name)                                                                                    \
    }                                                                                                        \
    ;
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END

struct command {
    enum command_kind kind;
    char *key; /* idempotency key, or NULL */
    union {
#define COMMAND(name, rights, doors, rate, effect, summary) struct name name;
#define PARAM(owner, field, type, presence, limit, summary)
#define COMMAND_END(name)
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END
    };
};

enum door { DOOR_WEBSOCKET = 1, DOOR_HTTP = 2, DOOR_BOTH = 3 };
enum effect { WRITE, READ, CONNECTION };
enum presence { REQUIRED, OPTIONAL };
enum rate {
#define RATE(name, per_minute, burst, summary) RATE_##name,
#include "rates.def"
#undef RATE
    RATE_COUNT
};

struct param_row {
    const char *name;
    enum param_type type;
    enum presence presence;
    int64_t limit;
    const char *summary;
    size_t offset; /* in struct command */
    int words;     /* of a CHOICE: enum words; else -1 */
};

struct command_row {
    const char *name;
    unsigned rights;
    enum door doors;
    enum rate rate;
    enum effect effect;
    const char *summary;
    const struct param_row *params;
    size_t param_count;
};

const struct command_row *command_row(enum command_kind kind);
int command_find(const char *name, size_t size); /* an enum command_kind; -1 where there is none */

/* A command of this kind with every parameter absent. */
void command_init(struct command *command, enum command_kind kind);
void command_clear(struct command *command); /* frees what its parameters hold */

/* Whether a text is an object of texts by language. */
static inline bool command_text_is_by_language(const char *text)
{
    return text && *text == TEXT_BY_LANGUAGE;
}

/* The positional arguments of a write, in field order, each by `add` (Borrows the bytes for the call). A
 * required parameter is its value; an optional one is empty where absent, and else its value behind '='.
 * BUDGET gives two. */
void command_arguments(const struct command *command, void (*add)(void *to, const char *bytes, size_t size),
                       void *to);

struct rate_row {
    const char *name;
    int per_minute, burst;
};
const struct rate_row *rate_row(enum rate rate);

#endif
