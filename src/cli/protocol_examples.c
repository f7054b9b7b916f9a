#include "cli/protocol_examples.h"
#include "base/embedded.h"

#include <assert.h>
#include <stdio.h>

extern const struct embedded_file example_files[]; /* made by cmake/embed_files.cmake */

json_t *example_load(const char *kind, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s.json", kind, name);
    const struct embedded_file *file = embedded_find(example_files, path);
    if (!file)
        return NULL;
    json_t *example = json_loadb((const char *)file->bytes, file->size, JSON_REJECT_DUPLICATES, NULL);
    assert(example); /* a file of this repository that is no JSON */
    return example;
}
