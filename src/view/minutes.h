/* The votes cast in each minute of a challenge: the last so many minutes that had one, and those that fell
 * out of them lately, with the sequence at which they did. */
#ifndef VIEW_MINUTES_H
#define VIEW_MINUTES_H

#include "view/field.h"

struct minute {
    int64_t minute; /* unix time in minutes */
    int64_t counts[level_count];
    int64_t version;
    int64_t dropped; /* when it fell out; 0: it is within */
};

struct minutes {
    struct minute *of; /* ascending */
    size_t count, room;
    size_t first;    /* the first that is within */
    size_t limit;    /* how many are within; as many that fell out are remembered */
    int64_t horizon; /* when the last forgotten one fell out */
};

void minutes_clear(struct minutes *minutes); /* keeps the limit */
/* FIELD_SAME also where the minute is too old to be within. A load has nothing to remember: `remember` false.
 */
enum field_result minutes_set(struct minutes *minutes, int64_t minute, const char *value, size_t size,
                              int64_t seq, bool remember);
void minutes_load_end(struct minutes *minutes, int64_t seq);

#endif
