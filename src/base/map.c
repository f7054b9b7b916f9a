#include "base/map.h"
#include "base/digest.h"
#include "base/memory.h"

#include <assert.h>
#include <string.h>

static const char map_gone[] = "";
static uint32_t map_start = DIGEST_FNV1A_START;

void map_seed(uint32_t seed)
{
    map_start = DIGEST_FNV1A_START ^ seed;
}

static uint32_t map_hash(const char *key)
{
    return digest_fnv1a(map_start, key, strlen(key));
}

void map_clear(struct map *map)
{
    free(map->entries);
    *map = (struct map){0};
}

static struct map_entry *map_find(const struct map *map, const char *key, uint32_t hash)
{
    if (!map->room)
        return NULL;
    for (size_t i = hash & (map->room - 1);; i = (i + 1) & (map->room - 1)) {
        struct map_entry *entry = &map->entries[i];
        if (!entry->key)
            return NULL;
        if (entry->key != map_gone && entry->hash == hash && strcmp(entry->key, key) == 0)
            return entry;
    }
}

void *map_get(const struct map *map, const char *key)
{
    struct map_entry *entry = map_find(map, key, map_hash(key));
    return entry ? entry->value : NULL;
}

static void map_insert(struct map *map, const char *key, void *value, uint32_t hash)
{
    size_t i = hash & (map->room - 1);
    while (map->entries[i].key)
        i = (i + 1) & (map->room - 1);
    map->entries[i] = (struct map_entry){.key = key, .value = value, .hash = hash};
    map->count++;
    map->used++;
}

static void map_grow(struct map *map)
{
    struct map old = *map;
    size_t room = 16;
    while (room < old.count * 4)
        room *= 2;
    *map = (struct map){.entries = memory_alloc(room * sizeof(*map->entries)), .room = room};
    for (size_t i = 0; i < old.room; i++)
        if (old.entries[i].key && old.entries[i].key != map_gone)
            map_insert(map, old.entries[i].key, old.entries[i].value, old.entries[i].hash);
    free(old.entries);
}

void *map_put(struct map *map, const char *key, void *value)
{
    assert(key && value);
    uint32_t hash = map_hash(key);
    struct map_entry *entry = map_find(map, key, hash);
    if (entry) {
        void *old = entry->value;
        entry->key = key; /* the old key may lie in the old value */
        entry->value = value;
        return old;
    }
    if ((map->used + 1) * 4 > map->room * 3)
        map_grow(map);
    map_insert(map, key, value, hash);
    return NULL;
}

void *map_remove(struct map *map, const char *key)
{
    struct map_entry *entry = map_find(map, key, map_hash(key));
    if (!entry)
        return NULL;
    void *old = entry->value;
    entry->key = map_gone;
    entry->value = NULL;
    map->count--;
    return old;
}

struct map_entry *map_next(const struct map *map, struct map_entry *at)
{
    size_t i = at ? (size_t)(at - map->entries) + 1 : 0;
    for (; i < map->room; i++)
        if (map->entries[i].key && map->entries[i].key != map_gone)
            return &map->entries[i];
    return NULL;
}
