/* Files that travel inside the binary: tables made by cmake/embed_files.cmake from folders of the repository.
 *
 * Owns the shape of such a table. Knows nothing of what the files hold. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name;           /* path below the folder; NULL closes a table */
    const unsigned char *bytes; /* followed by a zero that `size` does not count */
    size_t size;
};

/* The file of that name, or NULL. */
const struct embedded_file *embedded_find(const struct embedded_file *files, const char *name);

#endif
