/* An idea, its place in the orders of its challenge, and the windows it is in. */
#ifndef VIEW_IDEA_H
#define VIEW_IDEA_H

#include "base/list.h"
#include "view/challenge.h"

struct person;

struct idea {
    struct entity entity; /* first */
    struct idea_fields fields;
    struct challenge *challenge;          /* NULL until it is placed */
    struct person *author;                /* NULL for the brand's own */
    struct list of_author;                /* in person.ideas */
    int64_t score, mix, n;                /* by which it is ranked now */
    bool published;                       /* by which it is ranked now */
    int64_t total[2];                     /* of its tally, all levels together */
    struct group_counts groups;           /* its tally by group */
    size_t places[RANK_COUNT][RANK_SETS]; /* where it was last seen in each order: a hint */
    int64_t flipped;                      /* when it last became published, or ceased to be */
    struct window_slot slots[order_count][CLASS_COUNT];
    struct track tracks[CLASS_COUNT]; /* of topic idea:<id> */
    uint32_t similar_slots[2];        /* similar.h */
};

struct idea *idea_new(const char *id);
void idea_free(struct idea **idea);

/* Whether the class sees it at all. */
bool idea_is_visible(const struct idea *idea, enum view_class class);
/* The counts of all levels together. */
void idea_total(const struct idea *idea, int64_t out_counts[2]);
int64_t idea_score(const struct idea *idea); /* of the levels that count */

int idea_compare_score(const void *a, const void *b);
int idea_compare_mix(const void *a, const void *b);
int idea_compare_number(const void *a, const void *b);

/* Takes in what the event changed: places it, ranks it, marks its topic and the `me` of those whom it
 * concerns. */
void idea_settle(struct view *view, struct idea *idea, int64_t seq);
/* After the windows: marks the topics of those that it is in. */
void idea_mark_windows(struct view *view, struct idea *idea, int64_t seq);
/* Marks topic idea:<id> for a class that sees it. */
void idea_mark(struct view *view, struct idea *idea, enum view_class class, int64_t seq);
/* Links it and takes its keys, for a load; false where its challenge does not exist. */
bool idea_place(struct view *view, struct idea *idea);

#endif
