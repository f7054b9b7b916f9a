/* A session's record as Redis keeps it: the journal with what staff said, the definition it began with, and
 * the hashes of its entities. What exports write and recounts count.
 *
 * Owns copies of all it holds. Knows where things lie; nothing of what they mean. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "base/map.h"
#include "cli/context.h"

#include <jansson.h>

#define RECORD_ID_ROOM 48 /* of a stream's entry */

/* One entry of the journal: `<name> <participant> <level> <groups> <fact>...`, `-` where there is none. */
struct record_entry {
    char id[RECORD_ID_ROOM];
    int64_t at;
    const char *name, *participant, *level, *groups;
    char **facts;
    size_t fact_count;
    json_t *said;        /* what a staff member's call was given, a list of strings; NULL for others */
    char *text, **words; /* where the above point */
};

/* What is counted of a challenge, as Redis holds it. */
struct record_counts {
    char id[TEXT_ID_ROOM];
    struct map tally;   /* <idea>:<level>:<name> */
    struct map *groups; /* for each dimension in its order: <idea>:<value>:<name> */
    struct map ballots; /* participant -> record */
    struct map held;    /* participant -> points */
    struct map series;  /* <minute>:<level> */
    struct map rank;    /* idea -> score */
    struct map turnout; /* <level> and <dimension>=<value>: people who ever cast a ballot */
};

struct record {
    char session[TEXT_ID_ROOM];
    json_t *definition; /* list of strings: the arguments of session_create from the count of fields on */
    struct record_entry *entries;
    size_t count, room;
    struct map meta, challenges, ideas, people; /* field -> value, as in Redis */
    json_t *groups;                             /* of the session, by dimension, in their order */
    struct record_counts *counts;               /* of each challenge in its order, once read */
    size_t counts_count;
    struct map points; /* participant -> points, once read */
};

/* Reads a hash or a sorted set of the session (`meta`, `tally:c1`...), whole, into `map`: field -> value. */
struct refusal record_hash_read(struct cli_context *context, const char *session, const char *name,
                                struct map *map);
void record_hash_clear(struct map *map);
/* "" where absent. `<id>.<name>`, where `id` is not NULL. */
const char *record_get(const struct map *map, const char *id, const char *name);

/* The journal from after the last entry that `record` holds. A zeroed record with its session's name is an
 * empty one. */
struct refusal record_journal_read(struct cli_context *context, struct record *record);
/* Definition, journal, then entities: what the journal tells of is in the entities. */
struct refusal record_read(struct cli_context *context, struct record *record);
/* What was counted. */
struct refusal record_counts_read(struct cli_context *context, struct record *record);
const struct record_counts *record_counts_of(const struct record *record, const char *challenge);
void record_clear(struct record *record);

/* The session's challenges in their order, each by `call`. */
void record_challenges(const struct record *record, void (*call)(void *arg, const char *id), void *arg);

#endif
