#include "view/group.h"
#include "base/memory.h"
#include "base/scan.h"

#include <string.h>

static bool group_id(const struct scan_piece *piece, char out_id[TEXT_ID_ROOM])
{
    if (!text_is_id(piece->at, piece->size))
        return false;
    memcpy(out_id, piece->at, piece->size);
    out_id[piece->size] = '\0';
    return true;
}

static void dimension_set(struct dimension *dimension, const char *definition)
{
    struct scan_piece values, id, title;
    if (!scan_find(definition, "values", &values))
        return;
    dimension->values = memory_alloc(GROUP_VALUES * sizeof(*dimension->values));
    for (const char *at = values.at; dimension->count < GROUP_VALUES && scan_member(&at, &id, &title);)
        dimension->count += group_id(&id, dimension->values[dimension->count]);
}

void dimensions_set(struct dimensions *dimensions, const char *json)
{
    struct scan_piece id, definition;
    dimensions_clear(dimensions);
    while (json && dimensions->count < GROUP_DIMENSIONS && scan_member(&json, &id, &definition)) {
        struct dimension *dimension = &dimensions->of[dimensions->count];
        if (!group_id(&id, dimension->id))
            continue;
        dimension_set(dimension, definition.at);
        dimensions->count++;
    }
}

void dimensions_clear(struct dimensions *dimensions)
{
    for (size_t i = 0; i < dimensions->count; i++)
        free(dimensions->of[i].values);
    *dimensions = (struct dimensions){0};
}

bool group_parse(const char *text, struct group *out_group)
{
    const char *dash = strchr(text, '-');
    int64_t dimension, value;
    if (!dash || !field_integer(text, (size_t)(dash - text), &dimension) ||
        !field_integer(dash + 1, strlen(dash + 1), &value) || dimension < 0 ||
        dimension >= GROUP_DIMENSIONS || value < 0 || value >= GROUP_VALUES)
        return false;
    *out_group = (struct group){(unsigned)dimension, (unsigned)value};
    return true;
}

/* ---- who voted */

void group_voters_clear(struct group_voters *voters)
{
    free(voters->voters);
    free(voters->shown);
    *voters = (struct group_voters){0};
}

enum field_result group_voters_set(struct group_voters *voters, unsigned value, const char *text, size_t size)
{
    int64_t number = 0;
    if (size && !field_integer(text, size, &number))
        return FIELD_BAD;
    if (value >= voters->count) {
        size_t count = value + 1u;
        voters->voters = memory_resize(voters->voters, count * sizeof(*voters->voters));
        voters->shown = memory_resize(voters->shown, count * sizeof(*voters->shown));
        memset(voters->voters + voters->count, 0, (count - voters->count) * sizeof(*voters->voters));
        memset(voters->shown + voters->count, 0, (count - voters->count) * sizeof(*voters->shown));
        voters->count = count;
    }
    if (voters->voters[value] == number)
        return FIELD_SAME;
    voters->voters[value] = number;
    return FIELD_CHANGED;
}

/* The smallest value that is shown, of equal ones the last; `count` where there is none. */
static size_t group_voters_smallest(const struct group_voters *voters, const bool *shown)
{
    size_t smallest = voters->count;
    for (size_t i = 0; i < voters->count; i++)
        if (shown[i] && (smallest == voters->count || voters->voters[i] <= voters->voters[smallest]))
            smallest = i;
    return smallest;
}

bool group_voters_settle(struct group_voters *voters, int64_t total)
{
    bool shown[GROUP_VALUES];
    int64_t other = total;
    for (size_t i = 0; i < voters->count; i++) {
        shown[i] = voters->voters[i] >= GROUP_LEAST;
        other -= shown[i] ? voters->voters[i] : 0;
    }
    size_t next;
    while (other > 0 && other < GROUP_LEAST &&
           (next = group_voters_smallest(voters, shown)) < voters->count) {
        shown[next] = false;
        other += voters->voters[next];
    }
    bool changed = voters->other != (other > 0);
    for (size_t i = 0; i < voters->count; i++) {
        changed |= voters->shown[i] != shown[i];
        voters->shown[i] = shown[i];
    }
    voters->other = other > 0;
    return changed;
}

/* ---- what an idea counts */

void group_counts_clear(struct group_counts *counts)
{
    free(counts->of);
    *counts = (struct group_counts){0};
}

/* Where it is, or would be. */
static size_t group_counts_place(const struct group_counts *counts, struct group group)
{
    size_t low = 0, high = counts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct group at = counts->of[middle].group;
        if (at.dimension < group.dimension || (at.dimension == group.dimension && at.value < group.value))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct group_count *group_counts_find(const struct group_counts *counts, struct group group)
{
    size_t at = group_counts_place(counts, group);
    const struct group_count *count = at < counts->count ? &counts->of[at] : NULL;
    return count && count->group.dimension == group.dimension && count->group.value == group.value ? count
                                                                                                   : NULL;
}

enum field_result group_counts_set(struct group_counts *counts, struct group group, const char *text,
                                   size_t size, int64_t seq)
{
    struct group_count new = {.group = group, .version = seq};
    if (size && !field_integers(text, size, new.of, ARRAY_SIZE(new.of)))
        return FIELD_BAD;
    size_t at = group_counts_place(counts, group);
    struct group_count *old = (struct group_count *)group_counts_find(counts, group);
    if (old ? memcmp(old->of, new.of, sizeof(new.of)) == 0 : !new.of[0] && !new.of[1])
        return FIELD_SAME;
    if (old) {
        *old = new;
        return FIELD_CHANGED;
    }
    if (counts->count == counts->room) {
        counts->room = counts->room ? counts->room * 2 : 4;
        counts->of = memory_resize(counts->of, counts->room * sizeof(*counts->of));
    }
    memmove(counts->of + at + 1, counts->of + at, (counts->count - at) * sizeof(*counts->of));
    counts->of[at] = new;
    counts->count++;
    return FIELD_CHANGED;
}
