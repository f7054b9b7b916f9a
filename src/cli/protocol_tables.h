/* The tables of protocol/ as data to print from: one kind of row for parameters, results and every other
 * object. */
#ifndef CLI_PROTOCOL_TABLES_H
#define CLI_PROTOCOL_TABLES_H

#include <stdbool.h>
#include <stddef.h>

/* What a member may be: the types of shapes.def, and those that commands.def has besides. */
enum member_type {
    MEMBER_ID,
    MEMBER_LINE,
    MEMBER_TEXT,
    MEMBER_STRING,
    MEMBER_BOOLEAN,
    MEMBER_TRUE,
    MEMBER_DATE,
    MEMBER_TOPIC,
    MEMBER_TOKEN,
    MEMBER_EPOCH,
    MEMBER_HASH,
    MEMBER_TIME,
    MEMBER_INTEGER,
    MEMBER_SIGNED,
    MEMBER_VALUE,
    MEMBER_CONST,
    MEMBER_WORD,
    MEMBER_ROLE,
    MEMBER_POINTER,
    MEMBER_ERROR,
    MEMBER_SHAPE,
    MEMBER_LIST,
    MEMBER_STRINGS,
    MEMBER_MAP,
    MEMBER_VALUES,
    MEMBER_DOCUMENT,
    MEMBER_PATCH,
    MEMBER_CHOICE, /* of a parameter: a word of the set of its name */
    MEMBER_MEDIA,  /* of a parameter: hashes */
    MEMBER_BUDGET, /* of a parameter: the shape budget */
    MEMBER_LINE_WORDS,
    MEMBER_TEXT_WORDS,
    MEMBER_VALUE_WORDS,
    MEMBER_WORD_LIST,
    MEMBER_WORDS_OR_LIST,
    MEMBER_ROLES,
    MEMBER_IDS,
    MEMBER_GROUPS,
    MEMBER_CHOICES,
    MEMBER_ELECTORATE,
    MEMBER_OUTCOME_RULE,
    MEMBER_OTHERS,
};

struct member {
    const char *name; /* NULL ends a list */
    enum member_type type;
    bool required;
    const char *of;         /* shape, set of words or constant; "NONE" */
    long long limit;        /* 0 for none */
    const char *limit_name; /* LIMIT_X, a number, or 0 */
    const char *summary;    /* may be "" */
};

struct shape {
    const char *name; /* NULL ends the list */
    const char *base; /* a shape, or "NONE" */
    const char *summary;
    const struct member *members; /* of an object; NULL for a union */
    const char *const *options;   /* of a union, NULL-terminated; NULL for an object */
};

struct protocol_command {
    const char *name; /* NULL ends the list */
    const char *summary;
    unsigned doors; /* enum door */
    int effect;     /* enum effect */
    const struct member *params, *result;
};

struct protocol_topic {
    const char *name; /* NULL ends the list */
    bool challenge, idea, ordered;
    const char *summary;
};

struct protocol_notification {
    const char *name; /* NULL ends the list */
    bool topical;
    const char *summary;
};

struct protocol_limit {
    const char *name; /* NULL ends the list */
    long long value;
    const char *summary;
};

struct protocol_says {
    const char *error, *member; /* NULL ends the list */
};

extern const struct shape protocol_shapes[];
extern const struct protocol_command protocol_commands[];
extern const struct protocol_topic protocol_topics[];
extern const struct protocol_notification protocol_notifications[];
extern const struct protocol_limit protocol_limits[];
extern const struct protocol_says protocol_says[];

const struct shape *protocol_shape(const char *name); /* a name that is in the table */
/* The smallest value of an integer whose limit has this name (LIMIT_X): that of X_LEAST, else 0. */
long long protocol_least(const char *limit_name);

#endif
