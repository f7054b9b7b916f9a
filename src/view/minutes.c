#include "view/minutes.h"
#include "base/memory.h"

#include <string.h>

void minutes_clear(struct minutes *minutes)
{
    free(minutes->of);
    *minutes = (struct minutes){.limit = minutes->limit};
}

static size_t minutes_find(const struct minutes *minutes, int64_t minute)
{
    size_t low = 0, high = minutes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (minutes->of[middle].minute < minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void minutes_forget_first(struct minutes *minutes)
{
    if (minutes->of[0].dropped > minutes->horizon)
        minutes->horizon = minutes->of[0].dropped;
    minutes->count--;
    minutes->first--;
    memmove(minutes->of, minutes->of + 1, minutes->count * sizeof(*minutes->of));
}

static void minutes_insert(struct minutes *minutes, size_t at, const struct minute *minute, bool remember)
{
    if (minutes->count == minutes->room) {
        minutes->room = minutes->room ? minutes->room * 2 : 16;
        minutes->of = memory_resize(minutes->of, minutes->room * sizeof(*minutes->of));
    }
    memmove(minutes->of + at + 1, minutes->of + at, (minutes->count - at) * sizeof(*minutes->of));
    minutes->of[at] = *minute;
    minutes->count++;
    if (minutes->count - minutes->first <= minutes->limit)
        return;
    minutes->of[minutes->first++].dropped = minute->version;
    while (minutes->first > (remember ? minutes->limit : 0))
        minutes_forget_first(minutes);
}

enum field_result minutes_set(struct minutes *minutes, int64_t minute, const char *value, size_t size,
                              int64_t seq, bool remember)
{
    struct minute new = {.minute = minute, .version = seq};
    if (size && !field_integers(value, size, new.counts, level_count))
        return FIELD_BAD;
    size_t at = minutes_find(minutes, minute);
    struct minute *old = at < minutes->count ? &minutes->of[at] : NULL;
    if (old && old->minute == minute) {
        if (memcmp(old->counts, new.counts, sizeof(new.counts)) == 0)
            return FIELD_SAME;
        memcpy(old->counts, new.counts, sizeof(new.counts));
        old->version = seq;
        return old->dropped ? FIELD_SAME : FIELD_CHANGED;
    }
    bool full = minutes->count - minutes->first == minutes->limit;
    if (at < minutes->first || (full && at == minutes->first))
        return FIELD_SAME;
    minutes_insert(minutes, at, &new, remember);
    return FIELD_CHANGED;
}

void minutes_load_end(struct minutes *minutes, int64_t seq)
{
    for (size_t i = 0; i < minutes->count; i++)
        minutes->of[i].version = seq;
    minutes->horizon = 0; /* what a load forgets was never shown */
}
