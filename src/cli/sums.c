#include "cli/sums.h"
#include "base/memory.h"

#include <string.h>

void sums_add(struct map *sums, const char *name, int64_t number)
{
    struct sum *sum = map_get(sums, name);
    if (!sum) {
        sum = memory_alloc(sizeof(*sum) + strlen(name) + 1);
        strcpy(sum->name, name);
        map_put(sums, sum->name, sum);
    }
    sum->number += number;
}

int64_t sums_get(const struct map *sums, const char *name)
{
    const struct sum *sum = map_get(sums, name);
    return sum ? sum->number : 0;
}

void sums_clear(struct map *sums)
{
    map_for_each (at, sums)
        free(at->value);
    map_clear(sums);
}
