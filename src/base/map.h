/* A hash map from strings to pointers: open addressing, linear probing, FNV-1a seeded per process.
 * Keeps the keys it is given (Borrows: a key must outlive its entry, and usually lies inside the value).
 * Owns neither keys nor values. A zeroed struct is an empty map. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
    const char *key; /* NULL: never used; map_gone: removed */
    void *value;
    uint32_t hash;
};

struct map {
    struct map_entry *entries;
    size_t room;  /* a power of two, or 0 */
    size_t count; /* live entries */
    size_t used;  /* live and removed entries */
};

void map_clear(struct map *map);                       /* frees the table; keys and values are the caller's */
void *map_get(const struct map *map, const char *key); /* NULL where absent */
void *map_put(struct map *map, const char *key, void *value); /* the value that was there, or NULL */
void *map_remove(struct map *map, const char *key);           /* the value that was there, or NULL */
/* The next entry after `at` (NULL: the first), or NULL at the end. The entry just returned may be removed. */
struct map_entry *map_next(const struct map *map, struct map_entry *at);

/* Makes the positions of keys unpredictable to those who choose them; called once, before the first map is
 * filled. */
void map_seed(uint32_t seed);

#define map_for_each(at, from)                                                                               \
    for (struct map_entry *at = map_next((from), NULL); at; at = map_next((from), at))

#endif
