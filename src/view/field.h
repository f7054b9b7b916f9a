/* The fields of fields.def as members, and one setter for all of them.
 *
 * An entity is anything that has fields: the session, a challenge, an idea, a person. Its fields fall into
 * parts, and it remembers the sequence at which each part last changed. Knows nothing of what follows from a
 * change.
 *
 * An absent text is NULL, an absent number or time 0, an absent word the first of its set. */
#ifndef VIEW_FIELD_H
#define VIEW_FIELD_H

#include "domain/event.h"
#include "domain/words.h"

/* Two counts a level: what they mean is the ballot's (fields.def, TALLY). */
struct tally_counts {
    int64_t of[level_count][2];
};

/* A number for each level. */
struct level_counts {
    int64_t of[level_count];
};

/* The parts of each entity, as the PART column of fields.def names them. */
enum session_part {
    PART_session_TEXT,
    PART_session_JOIN,
    PART_session_GROUPS,
    PART_session_TERMS,
    PART_session_STATE,
    PART_session_REVOKED,
    PART_session_ANNOUNCEMENT,
    PART_session_PEOPLE,
};
enum challenge_part {
    PART_challenge_TEXT,
    PART_challenge_RULES,
    PART_challenge_STATE,
    PART_challenge_IDEAS,
    PART_challenge_VOTERS,
    PART_challenge_VOTES,
    PART_challenge_MINUTES,
    PART_challenge_OUTCOME,
    PART_challenge_TURNOUT,
    PART_challenge_GROUPS,
};
enum idea_part {
    PART_idea_ORIGIN,
    PART_idea_AUTHOR,
    PART_idea_SIGNED,
    PART_idea_TITLE,
    PART_idea_TEXT,
    PART_idea_STATE,
    PART_idea_REASON,
    PART_idea_TALLY,
    PART_idea_GROUPS,
    PART_idea_TOTAL, /* of the tally: what is not shown by level changes less often */
};
enum person_part {
    PART_person_NAME,
    PART_person_ROLE,
    PART_person_POINTS,
    PART_person_BALLOT,
};
#define PART_MAX       10
#define PART_BIT(part) (1u << (part))
#define PART_ALL       ((1u << PART_MAX) - 1)

struct entity {
    char id[TEXT_ID_ROOM];
    enum field_entity kind;
    bool touched;     /* in the view's list for the event being applied */
    bool fresh;       /* made by the event being applied */
    uint32_t changed; /* its parts that the event being applied changed, as bits */
    int64_t versions[PART_MAX];
};

#define FIELD_MEMBER_TEXT(name)                 char *name;
#define FIELD_MEMBER_RAW(name)                  char *name;
#define FIELD_MEMBER_WORDS(name)                char *name; /* a text, or TEXT_BY_LANGUAGE and JSON */
#define FIELD_MEMBER_ID(name)                   char *name;
#define FIELD_MEMBER_NUMBER(name)               int64_t name;
#define FIELD_MEMBER_TIME(name)                 int64_t name;
#define FIELD_MEMBER_FLAG(name)                 bool is_##name; /* `unsigned` is a word of C */
#define FIELD_MEMBER_WORD_session_state(name)   int name;
#define FIELD_MEMBER_WORD_challenge_state(name) int name;
#define FIELD_MEMBER_WORD_idea_state(name)      int name;
#define FIELD_MEMBER_WORD_ballot(name)          int name;
#define FIELD_MEMBER_WORD_proposals(name)       int name;
#define FIELD_MEMBER_WORD_tally(name)           int name;
#define FIELD_MEMBER_WORD_level(name)           int name;
#define FIELD_MEMBER_TALLY(name)                struct tally_counts name;
#define FIELD_MEMBER_BALLOT(name)               /* many values under one name: person.h, minutes.h */
#define FIELD_MEMBER_MINUTE(name)
#define FIELD_MEMBER_NUMBERS(name)
#define FIELD_MEMBER_FLAGS(name)
#define FIELD_MEMBER_TALLY2(name)
#define FIELD_MEMBER_LEVELS(name) struct level_counts name;

#define FIELD(entity, name, kind, part, summary) FIELD_OF_##entity(name, kind)
#define FIELD_OF_session(name, kind)             FIELD_MEMBER_##kind(name)
#define FIELD_OF_challenge(name, kind)
#define FIELD_OF_idea(name, kind)
#define FIELD_OF_person(name, kind)
struct session_fields {
#include "fields.def"
};
#undef FIELD_OF_session
#undef FIELD_OF_challenge
#define FIELD_OF_session(name, kind)
#define FIELD_OF_challenge(name, kind) FIELD_MEMBER_##kind(name)
struct challenge_fields {
#include "fields.def"
};
#undef FIELD_OF_challenge
#undef FIELD_OF_idea
#define FIELD_OF_challenge(name, kind)
#define FIELD_OF_idea(name, kind) FIELD_MEMBER_##kind(name)
struct idea_fields {
#include "fields.def"
};
#undef FIELD_OF_idea
#undef FIELD_OF_person
#define FIELD_OF_idea(name, kind)
#define FIELD_OF_person(name, kind) FIELD_MEMBER_##kind(name)
struct person_fields {
#include "fields.def"
};
#undef FIELD_OF_session
#undef FIELD_OF_challenge
#undef FIELD_OF_idea
#undef FIELD_OF_person
#undef FIELD

enum field_result { FIELD_BAD, FIELD_SAME, FIELD_CHANGED };

/* Writes one field of an entity whose <entity>_fields are at `fields`. FIELD_BAD where the value is not of
 * its kind (an unknown word, say), and nothing is written. Not for fields that are many. */
enum field_result field_set(void *fields, enum field_id field, const char *value, size_t size);
bool field_is_many(enum field_id field); /* many values, told apart by `sub` */
unsigned field_part(enum field_id field);

/* A whole integer, nothing before or behind it. */
bool field_integer(const char *value, size_t size, int64_t *out_value);
/* `count` integers with one space between. */
bool field_integers(const char *value, size_t size, int64_t *out_values, size_t count);

/* Frees what the fields of this kind of entity hold. */
void field_clear(void *fields, enum field_entity entity);

#endif
