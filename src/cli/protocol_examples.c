#include "cli/protocol_examples.h"
#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct example_file {
    const char *path; /* below protocol/examples */
    const unsigned char *bytes;
    size_t size;
};

#include "examples_json.h"

json_t *example_load(const char *kind, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s.json", kind, name);
    for (const struct example_file *file = example_files; file->path; file++) {
        if (strcmp(file->path, path) != 0)
            continue;
        json_t *example = json_loadb((const char *)file->bytes, file->size, JSON_REJECT_DUPLICATES, NULL);
        assert(example); /* a file of this repository that is no JSON */
        return example;
    }
    return NULL;
}
