/* Groups: the dimensions by which a session tells its people apart, and what a challenge counts by them.
 *
 * Dimensions and their values are addressed by their place in the session's definition, as
 * `<dimension>-<value>`. Fewer than five voters are shown added up as `other`: which values are shown by
 * themselves is decided here, and only here. */
#ifndef VIEW_GROUP_H
#define VIEW_GROUP_H

#include "view/field.h"

#define GROUP_DIMENSIONS 4
#define GROUP_VALUES     256 /* of a session, all dimensions together */
#ifndef GROUP_LEAST
#define GROUP_LEAST 5 /* fewer voters are not shown by themselves */
#endif

/* A dimension of the session, as its definition has it. */
struct dimension {
    char id[TEXT_ID_ROOM];
    char (*values)[TEXT_ID_ROOM];
    size_t count;
};

struct dimensions {
    struct dimension of[GROUP_DIMENSIONS];
    size_t count;
};

/* Takes in the session's `groups`: {"<dimension>":{...,"values":{"<value>":...}},...}; NULL for none. */
void dimensions_set(struct dimensions *dimensions, const char *json);
void dimensions_clear(struct dimensions *dimensions);

/* A dimension and a value by their places. */
struct group {
    unsigned dimension, value;
};
bool group_parse(const char *text, struct group *out_group); /* `0-12`; false where it is not of that form */

/* Who voted in a challenge, by the values of one dimension. */
struct group_voters {
    int64_t *voters; /* by value */
    bool *shown;     /* by value: it stands by itself */
    size_t count;    /* beyond it: nobody */
    bool other;      /* some voters are shown as `other` */
    int64_t changed; /* the sequence at which that set last changed */
};

void group_voters_clear(struct group_voters *voters);
enum field_result group_voters_set(struct group_voters *voters, unsigned value, const char *text,
                                   size_t size);
/* Decides anew which values are shown, `total` having voted with a value or without; whether that is another
 * set than before. */
bool group_voters_settle(struct group_voters *voters, int64_t total);
static inline bool group_voters_show(const struct group_voters *voters, size_t value)
{
    return value < voters->count && voters->shown[value];
}

/* An idea's counts for one value. */
struct group_count {
    struct group group;
    int64_t of[2];
    int64_t version;
};

/* The counts that an idea has, by dimension and value. */
struct group_counts {
    struct group_count *of;
    size_t count, room;
};

void group_counts_clear(struct group_counts *counts);
enum field_result group_counts_set(struct group_counts *counts, struct group group, const char *text,
                                   size_t size, int64_t seq);
const struct group_count *group_counts_find(const struct group_counts *counts,
                                            struct group group); /* or NULL */

#endif
