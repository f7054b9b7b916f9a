#include "server/file.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

#define FILE_MOST (256u << 20)

char *file_read(const char *path, size_t *out_size, char **out_message)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        *out_message = memory_print("%s: %s", path, strerror(errno));
        return NULL;
    }
    struct buffer bytes = {0};
    char chunk[16384];
    size_t size;
    while ((size = fread(chunk, 1, sizeof(chunk), file)) > 0 && bytes.size < FILE_MOST)
        buffer_add(&bytes, chunk, size);
    bool failed = ferror(file) || bytes.size >= FILE_MOST;
    fclose(file);
    if (failed) {
        *out_message = memory_print("%s: cannot be read, or is larger than 256 MiB", path);
        buffer_clear(&bytes);
        return NULL;
    }
    *out_size = bytes.size;
    return buffer_take(&bytes);
}
