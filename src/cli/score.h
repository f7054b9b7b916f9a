/* What ballots count for: the published rules of protocol/README.md, written a second time and independently
 * of the functions that Redis runs, so that a recount does not believe them. */
#ifndef CLI_SCORE_H
#define CLI_SCORE_H

#include "domain/words.h"

#include <stdint.h>

#define POINTS(name, points, summary) __extension__ enum { POINTS_##name = (points) };
#include "points.def"
#undef POINTS

/* Two counts, as a tally has them: approval and single `votes`; updown `up`, `down`; budget `dots`, `voters`;
 * stars `sum`, `voters`. */
struct score_counts {
    int64_t of[2];
};

extern const char *const score_names[ballot_count][2]; /* NULL where there is no second */

/* Adds (sign 1) or takes away (-1) one ballot. */
void score_add(struct score_counts *counts, enum ballot ballot, int64_t value, int sign);
int64_t score_of(enum ballot ballot, const struct score_counts *counts);
/* Ballots that are not 0. */
int64_t score_ballots(enum ballot ballot, const struct score_counts *counts);
/* Whether a value supports an idea, which earns its author points. */
bool score_supports(enum ballot ballot, int64_t value);

#endif
