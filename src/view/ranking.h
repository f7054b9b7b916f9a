/* A sorted array of items in a total order. Owns the array, borrows the items. The order is a function of
 * what is in an item, so an item's place must be taken (ranking_find) before its keys change and settled
 * afterwards.
 *
 * Finding costs log n, or the log of the distance from a place nearby; moving costs one memmove between the
 * old place and the new. */
#ifndef VIEW_RANKING_H
#define VIEW_RANKING_H

#include <stdbool.h>
#include <stddef.h>

/* Negative, zero or positive; zero only for an item and itself. */
typedef int (*ranking_compare)(const void *a, const void *b);

struct ranking {
    ranking_compare compare;
    void **items;
    size_t count, room;
    size_t touched; /* the first place that changed since the windows on it were last evaluated; SIZE_MAX:
                       none */
};

void ranking_init(struct ranking *ranking, ranking_compare compare);
void ranking_clear(struct ranking *ranking);

/* Adds at the end, for loading; ranking_sort() before anything else. */
void ranking_append(struct ranking *ranking, void *item);
void ranking_sort(struct ranking *ranking);

void ranking_touch_all(struct ranking *ranking); /* so that every window on it is evaluated */
void ranking_insert(struct ranking *ranking, void *item);
void ranking_remove(struct ranking *ranking, const void *item);       /* must be there */
size_t ranking_find(const struct ranking *ranking, const void *item); /* where it is, or would be */
/* The same, looked for from a place near which it is likely to be: costs the log of how far it is from there.
 */
size_t ranking_find_near(const struct ranking *ranking, const void *item, size_t near);
/* The keys of the item at this place changed; where it is now. Costs the log of how far it moved, and one
 * memmove. */
size_t ranking_settle(struct ranking *ranking, size_t at);

#endif
