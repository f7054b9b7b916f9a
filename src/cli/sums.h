/* Sums by name. A zeroed map is empty; owns its names. */
#ifndef CLI_SUMS_H
#define CLI_SUMS_H

#include "base/map.h"

#include <stdint.h>

struct sum {
    int64_t number;
    char name[];
};

void sums_add(struct map *sums, const char *name, int64_t number);
int64_t sums_get(const struct map *sums, const char *name); /* 0 where nothing was added */
void sums_clear(struct map *sums);

#endif
