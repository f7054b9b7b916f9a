/* JSON objects to the parameters of commands, by the tables of domain/command.h. */
#ifndef WIRE_PARAMS_H
#define WIRE_PARAMS_H

#include "domain/command.h"
#include "domain/error.h"

#include <jansson.h>

/* Decodes an object (NULL: none was given) into a command initialised for its kind. `pointer` goes before the
 * name of a field that is refused ("" or "/challenges/0/"); `ignored` names fields that are somebody else's
 * (NULL-terminated). The caller clears the command also after a refusal. */
struct refusal params_decode(const json_t *object, const char *pointer, const char *const *ignored,
                             struct command *command);

/* A text that is clean and within `limit` code points, or a refusal that names `field`. `required`: not
 * empty. */
struct refusal params_text(const json_t *value, const char *field, int64_t limit, bool lines, bool required,
                           char **out_text);

/* JSON text with nothing deeper than LIMIT_DEPTH and no NUL: what jansson alone would take. NULL with a
 * refusal. */
json_t *params_load(const char *text, size_t size, struct refusal *out_refusal);

#endif
