#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void *memory_sure(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void *memory_alloc(size_t size)
{
    return memory_sure(calloc(1, size ? size : 1));
}

void *memory_resize(void *old, size_t size)
{
    return memory_sure(realloc(old, size ? size : 1));
}

char *memory_string(const char *text)
{
    return memory_sure(strdup(text));
}

char *memory_bytes(const void *bytes, size_t size)
{
    char *copy = memory_sure(malloc(size + 1));
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

char *memory_print(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = NULL;
    int length = vasprintf(&text, format, list);
    va_end(list);
    return memory_sure(length < 0 ? NULL : text);
}

void memory_free(void *where)
{
    void **pointer = where;
    free(*pointer);
    *pointer = NULL;
}
