/* A sorted array of items in a total order. Owns the array, borrows the items. The order is a function of
 * what is in an item, so an item's place must be taken (ranking_find) before its keys change and settled
 * afterwards.
 *
 * Finding costs log n; moving costs one memmove between the old place and the new. */
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
void ranking_settle(struct ranking *ranking, size_t at); /* the keys of the item at this place changed */

#endif
