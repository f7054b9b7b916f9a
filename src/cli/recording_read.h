/* A recording (docs/recordings.md), read line by line: the session it began with as the arguments of
 * session_create, and each entry as the call that it was.
 *
 * What is wrong is told with its line. Knows nothing of who makes the calls. */
#ifndef CLI_RECORDING_READ_H
#define CLI_RECORDING_READ_H

#include "domain/actor.h"
#include "domain/command.h"
#include "store/store_arguments.h"

#include <jansson.h>

/* What a line is that is no command. */
enum recording_kind {
    RECORDING_COMMAND,
    RECORDING_JOIN,
    RECORDING_UPGRADE,
    RECORDING_MERGE,
    RECORDING_DUE,
    RECORDING_UNSEAL,
};

struct recording_line {
    size_t number; /* the first is 1 */
    int64_t at;
    enum recording_kind kind;
    struct actor actor; /* ROLE_admin with an id that is no participant's; no id: the system */
    bool system;
    const char *name;       /* of the function */
    struct command command; /* of a RECORDING_COMMAND */
    json_t *json;           /* the line */
    const json_t *params;
    const char *made; /* the id that it made, NULL where none was */
};

struct recording {
    const char *path;
    char *text;
    size_t size;
    json_t *header;
    int64_t began_at;
    char *at; /* the next line */
    struct recording_line line;
};

/* Reads the file and its first line. False with a message (the caller frees). */
bool recording_open(struct recording *recording, const char *path, char **out_message);
void recording_close(struct recording *recording);

/* The next line into recording->line: 1, 0 at the end, -1 with a message that names the line. */
int recording_next(struct recording *recording, char **out_message);
/* Back to the line after the first. */
void recording_rewind(struct recording *recording);

/* The arguments of the line's call, from the ninth on. */
void recording_line_arguments(const struct recording_line *line, struct store_arguments *arguments);

/* What the session is made as. */
struct recording_creation {
    const char *as, *nonce;
    bool replay; /* its dates are not dates but what happens, and all it says is that it is simulated */
    /* The bytes of a picture, NULL where nobody has them; the caller frees. */
    char *(*picture)(void *arg, const char *hash, const char *type, size_t *out_size);
    void *arg;
};
/* The arguments of session_create. False with a message (the caller frees). */
bool recording_create(const struct recording *recording, const struct recording_creation *creation,
                      struct store_arguments *arguments, char **out_message);

#endif
