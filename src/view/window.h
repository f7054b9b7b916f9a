/* A live window: the first so many items of a ranking, each with the sequence at which it entered, and the
 * last so many that left, each with the sequence at which it did.
 *
 * An item has a `struct window_slot` for each window it may be in, at an offset that the window knows. The
 * window is evaluated after every event, never later: what is in it at a sequence is a function of the events
 * up to it. */
#ifndef VIEW_WINDOW_H
#define VIEW_WINDOW_H

#include "view/ranking.h"

#include <stdint.h>

struct window_slot {
    bool within;
    int64_t entered; /* where within: since when */
    int64_t left;    /* where not: since when; 0: it never was */
    uint64_t round;  /* the last evaluation that found it within */
};

struct window_tombstone {
    void *item;
    int64_t seq;
};

struct window {
    const struct ranking *ranking;
    size_t slot; /* offset in an item */
    size_t limit;
    void **members;
    size_t count;
    uint64_t round;
    struct window_tombstone *tombstones; /* a ring */
    size_t tombstone_limit, tombstone_count, tombstone_next;
    int64_t horizon; /* the newest departure that was forgotten */
};

void window_init(struct window *window, const struct ranking *ranking, size_t slot, size_t limit,
                 size_t tombstones);
void window_clear(struct window *window);

static inline struct window_slot *window_slot(const struct window *window, void *item)
{
    return (struct window_slot *)((char *)item + window->slot);
}

/* Takes in the first items of the ranking as they are now; whether any entered or left. */
bool window_evaluate(struct window *window, int64_t seq);

/* The departures after `since` of items that are not back, in no order; `call` for each. Right only where
 * `since` is not before the horizon. */
void window_each_left(const struct window *window, int64_t since, void (*call)(void *to, void *item),
                      void *to);

#endif
