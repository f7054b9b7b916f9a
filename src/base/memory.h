/* Memory that is there, or the worker ends: every input is bounded before it is stored, so running out of
 * memory is not an input's doing. All functions abort instead of returning NULL; what they return is freed
 * with free(). */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

void *memory_alloc(size_t size) __attribute__((malloc, returns_nonnull));       /* zeroed */
void *memory_resize(void *old, size_t size) __attribute__((returns_nonnull));   /* Takes old */
char *memory_string(const char *text) __attribute__((malloc, returns_nonnull)); /* a copy */
char *memory_bytes(const void *bytes, size_t size)
    __attribute__((malloc, returns_nonnull)); /* a copy, and a NUL */
char *memory_print(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* Frees *where and sets it to NULL; also as a cleanup: CLEAN_FREE char *text = ... */
void memory_free(void *where);
#define CLEAN_FREE __attribute__((cleanup(memory_free)))

#define ARRAY_SIZE(array)                   (sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif
