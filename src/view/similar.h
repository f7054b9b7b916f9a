/* What ideas of a challenge are like a text: character trigrams of folded titles and bodies, in an inverted
 * index.
 *
 * Each idea has two entries, its title and its title with its body, so that a long body does not drown a
 * title that says the same. Likeness is Dice's coefficient in thousandths, of the better one. An entry that
 * went stale is dropped and made again. Entering takes some 30 us an idea, so that it goes by steps: a
 * question enters SIMILAR_STEP ideas at most, the newest first, and answers from what is entered. */
#ifndef VIEW_SIMILAR_H
#define VIEW_SIMILAR_H

#include "view/challenge.h"

#define SIMILAR_BEST  5
#define SIMILAR_LEAST 250 /* less alike is not alike */
#define SIMILAR_STEP  500 /* ideas entered at a time */

struct similar_match {
    const struct idea *idea;
    int likeness; /* thousandths */
};

/* The ideas that this class sees and that are most like the text, best first; at most SIMILAR_BEST. */
size_t similar_find(struct challenge *challenge, enum view_class class, const char *text,
                    struct similar_match out_matches[SIMILAR_BEST]);

/* One step ahead of the next question; how many ideas it entered. */
size_t similar_warm(struct challenge *challenge);

void similar_stale(struct similar *similar,
                   struct idea *idea); /* its text changed, or it is new; similar may be NULL */
void similar_free(struct similar **similar);

#endif
