#include "view/window.h"
#include "base/memory.h"

#include <string.h>

void window_init(struct window *window, const struct ranking *ranking, size_t slot, size_t limit,
                 size_t tombstones)
{
    *window =
        (struct window){.ranking = ranking, .slot = slot, .limit = limit, .tombstone_limit = tombstones};
    window->members = memory_alloc(limit * sizeof(*window->members));
}

void window_clear(struct window *window)
{
    free(window->members);
    free(window->tombstones);
    *window = (struct window){0};
}

static void window_bury(struct window *window, void *item, int64_t seq)
{
    if (!window->tombstones)
        window->tombstones = memory_alloc(window->tombstone_limit * sizeof(*window->tombstones));
    struct window_tombstone *stone = &window->tombstones[window->tombstone_next];
    if (window->tombstone_count == window->tombstone_limit)
        window->horizon = stone->seq; /* stones lie in the order of their sequence */
    else
        window->tombstone_count++;
    *stone = (struct window_tombstone){.item = item, .seq = seq};
    window->tombstone_next = (window->tombstone_next + 1) % window->tombstone_limit;
}

bool window_evaluate(struct window *window, int64_t seq)
{
    const struct ranking *ranking = window->ranking;
    size_t count = ranking->count < window->limit ? ranking->count : window->limit;
    bool changed = false;
    window->round++;
    for (size_t i = 0; i < count; i++)
        window_slot(window, ranking->items[i])->round = window->round;
    for (size_t i = 0; i < window->count; i++) {
        struct window_slot *slot = window_slot(window, window->members[i]);
        if (slot->round == window->round)
            continue;
        slot->within = false;
        slot->left = seq;
        window_bury(window, window->members[i], seq);
        changed = true;
    }
    for (size_t i = 0; i < count; i++) {
        struct window_slot *slot = window_slot(window, ranking->items[i]);
        if (slot->within)
            continue;
        slot->within = true;
        slot->entered = seq;
        changed = true;
    }
    if (count)
        memcpy(window->members, ranking->items, count * sizeof(*window->members));
    window->count = count;
    return changed;
}

void window_each_left(const struct window *window, int64_t since, void (*call)(void *to, void *item),
                      void *to)
{
    for (size_t i = 0; i < window->tombstone_count; i++) {
        size_t at = (window->tombstone_next + window->tombstone_limit - 1 - i) % window->tombstone_limit;
        const struct window_tombstone *stone = &window->tombstones[at];
        if (stone->seq <= since)
            return;
        const struct window_slot *slot = window_slot(window, stone->item);
        if (!slot->within && slot->left == stone->seq)
            call(to, stone->item);
    }
}
