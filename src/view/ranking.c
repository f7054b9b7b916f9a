#include "view/ranking.h"
#include "base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

void ranking_init(struct ranking *ranking, ranking_compare compare)
{
    *ranking = (struct ranking){.compare = compare, .touched = SIZE_MAX};
}

void ranking_clear(struct ranking *ranking)
{
    free(ranking->items);
    ranking_init(ranking, ranking->compare);
}

static void ranking_touch(struct ranking *ranking, size_t at)
{
    if (at < ranking->touched)
        ranking->touched = at;
}

void ranking_touch_all(struct ranking *ranking)
{
    ranking_touch(ranking, 0);
}

void ranking_append(struct ranking *ranking, void *item)
{
    if (ranking->count == ranking->room) {
        ranking->room = ranking->room ? ranking->room * 2 : 16;
        ranking->items = memory_resize(ranking->items, ranking->room * sizeof(*ranking->items));
    }
    ranking->items[ranking->count++] = item;
}

static int ranking_compare_pointers(const void *a, const void *b, void *compare)
{
    return (*(ranking_compare *)compare)(*(void *const *)a, *(void *const *)b);
}

void ranking_sort(struct ranking *ranking)
{
    if (ranking->count)
        qsort_r(ranking->items, ranking->count, sizeof(*ranking->items), ranking_compare_pointers,
                &ranking->compare);
    ranking_touch(ranking, 0);
}

/* The first place in [low, high) whose item is not before this one. */
static size_t ranking_bound(const struct ranking *ranking, const void *item, size_t low, size_t high)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranking->compare(ranking->items[middle], item) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* As ranking_bound of [0, end), by steps that double away from `near`: what moved little is found in few
 * looks, however many items there are. */
static size_t ranking_bound_near(const struct ranking *ranking, const void *item, size_t near, size_t end)
{
    size_t step = 1, low = 0, high = end;
    if (near >= end || ranking->compare(ranking->items[near], item) >= 0) {
        for (size_t at = near < end ? near : end; at > 0; step *= 2) {
            high = at;
            at = at > step ? at - step : 0;
            if (ranking->compare(ranking->items[at], item) < 0) {
                low = at + 1;
                break;
            }
        }
    } else {
        for (size_t at = near; at < end; step *= 2) {
            low = at + 1;
            at = end - at > step ? at + step : end;
            if (at == end || ranking->compare(ranking->items[at], item) >= 0) {
                high = at;
                break;
            }
        }
    }
    return ranking_bound(ranking, item, low, high);
}

size_t ranking_find_near(const struct ranking *ranking, const void *item, size_t near)
{
    return ranking_bound_near(ranking, item, near, ranking->count);
}

size_t ranking_find(const struct ranking *ranking, const void *item)
{
    return ranking_bound(ranking, item, 0, ranking->count);
}

void ranking_insert(struct ranking *ranking, void *item)
{
    size_t at = ranking_find(ranking, item);
    ranking_append(ranking, item);
    memmove(ranking->items + at + 1, ranking->items + at,
            (ranking->count - 1 - at) * sizeof(*ranking->items));
    ranking->items[at] = item;
    ranking_touch(ranking, at);
}

void ranking_remove(struct ranking *ranking, const void *item)
{
    size_t at = ranking_find(ranking, item);
    assert(at < ranking->count && ranking->items[at] == item);
    ranking->count--;
    memmove(ranking->items + at, ranking->items + at + 1, (ranking->count - at) * sizeof(*ranking->items));
    ranking_touch(ranking, at);
}

/* The last place before which everything after `at` comes before this item: it belongs behind them. */
static size_t ranking_bound_after(const struct ranking *ranking, const void *item, size_t at)
{
    size_t step = 1, low = at + 1;
    while (low < ranking->count) {
        size_t next = ranking->count - low > step ? low + step : ranking->count;
        if (ranking->compare(ranking->items[next - 1], item) >= 0)
            return ranking_bound(ranking, item, low, next - 1);
        low = next;
        step *= 2;
    }
    return low;
}

size_t ranking_settle(struct ranking *ranking, size_t at)
{
    void **items = ranking->items, *item = items[at];
    size_t to = ranking_bound_near(ranking, item, at, at);
    if (to == at) {
        to = ranking_bound_after(ranking, item, at) - 1;
        memmove(items + at, items + at + 1, (to - at) * sizeof(*items));
    } else {
        memmove(items + to + 1, items + to, (at - to) * sizeof(*items));
    }
    items[to] = item;
    if (to != at)
        ranking_touch(ranking, to < at ? to : at);
    return to;
}
