/* `palabre import FILE --as NEW`: a recording becomes a session of its own. */
#ifndef CLI_RECORDING_IMPORT_H
#define CLI_RECORDING_IMPORT_H

#include "cli/context.h"

/* Makes the session, or goes on with one whose import was broken off. `media` is a folder of pictures, or
 * NULL. 0, or 1 after telling why. */
int recording_import(struct cli_context *context, const char *path, const char *as, const char *media);

/* For recording_create(): where pictures are looked for. */
struct recording_pictures {
    struct cli_context *context;
    const char *folder;      /* NULL: none */
    const char *sessions[3]; /* whose pictures may be the same; NULL-terminated */
};
char *recording_picture(void *pictures, const char *hash, const char *type, size_t *out_size);
/* The name of a picture's file. */
char *recording_picture_path(const char *folder, const char *hash, const char *type);

#endif
