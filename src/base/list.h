/* Intrusive doubly linked lists. A list head and its members are both a `struct list`; an empty head points
 * to itself. Knows nothing of what it links: CONTAINER_OF (memory.h) finds the owner. Nothing here allocates.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *list)
{
    list->next = list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

static inline void list_insert_after(struct list *where, struct list *item)
{
    item->prev = where;
    item->next = where->next;
    where->next->prev = item;
    where->next = item;
}

static inline void list_push_front(struct list *list, struct list *item)
{
    list_insert_after(list, item);
}

static inline void list_push_back(struct list *list, struct list *item)
{
    list_insert_after(list->prev, item);
}

/* Leaves the item a list of its own, so that removing it twice does no harm. */
static inline void list_remove(struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

#define list_for_each(at, head) for (struct list *at = (head)->next; at != (head); at = at->next)
#define list_for_each_safe(at, head)                                                                         \
    for (struct list *at = (head)->next, *at##_next = at->next; at != (head);                                \
         at = at##_next, at##_next = at->next)

#endif
