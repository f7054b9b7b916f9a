#include "store/store_arguments.h"
#include "base/memory.h"

void store_arguments_add(void *to, const char *bytes, size_t size)
{
    struct store_arguments *arguments = to;
    if (arguments->count == arguments->room) {
        arguments->room = arguments->room ? arguments->room * 2 : 16;
        arguments->list = memory_resize(arguments->list, arguments->room * sizeof(*arguments->list));
    }
    arguments->list[arguments->count++] = (struct store_argument){memory_bytes(bytes, size), size};
}

void store_arguments_clear(struct store_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free((char *)arguments->list[i].bytes);
    free(arguments->list);
    *arguments = (struct store_arguments){0};
}
