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

/* A text as above, or an object of texts, one for each language: TEXT_BY_LANGUAGE and its compact JSON. */
struct refusal params_words(const json_t *value, const char *field, int64_t limit, bool lines, bool required,
                            char **out_text);
/* What such a text is as JSON: a string or an object. NULL where `text` is neither. */
json_t *params_words_json(const char *text);
bool params_is_language(const char *text, size_t size); /* the tag of a language: fr, pt-BR */

/* {dimension: value} as "status=client,store=lille", in the order given. */
struct refusal params_group_list(const json_t *value, const char *field, char **out_groups);
/* {roles?, levels?, groups?} as canonical JSON. */
struct refusal params_electors(const json_t *value, const char *field, char **out_json);

/* JSON text with nothing deeper than LIMIT_DEPTH and no NUL: what jansson alone would take. NULL with a
 * refusal. */
json_t *params_load(const char *text, size_t size, struct refusal *out_refusal);

#endif
