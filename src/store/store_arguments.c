#include "store/store_arguments.h"
#include "base/memory.h"

#include <stdio.h>

void store_arguments_add(void *to, const char *bytes, size_t size)
{
    struct store_arguments *arguments = to;
    if (arguments->count == arguments->room) {
        arguments->room = arguments->room ? arguments->room * 2 : 16;
        arguments->list = memory_resize(arguments->list, arguments->room * sizeof(*arguments->list));
    }
    arguments->list[arguments->count++] = (struct store_argument){memory_bytes(bytes, size), size};
}

void store_nonce(uint64_t random, char out_nonce[STORE_NONCE_ROOM])
{
    snprintf(out_nonce, STORE_NONCE_ROOM, "%04x", (unsigned)(random & 0xffff));
}

void store_nonce_random(char out_nonce[STORE_NONCE_ROOM])
{
    uint64_t random;
    uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);
    store_nonce(random, out_nonce);
}

void store_arguments_clear(struct store_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free((char *)arguments->list[i].bytes);
    free(arguments->list);
    *arguments = (struct store_arguments){0};
}
