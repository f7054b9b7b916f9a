/* The positional arguments of a command, as the store takes them, back to the JSON that a client sends: what
 * params_decode() and command_arguments() did, undone by the same tables. */
#ifndef CLI_RECORDING_PARAMS_H
#define CLI_RECORDING_PARAMS_H

#include "domain/command.h"

#include <jansson.h>

/* A text, or a text by language (a byte 0x01, then its JSON). */
json_t *recording_words(const char *text);
/* "status=client,store=lille", with commas or spaces between, as an object; "" or "-" for none. */
json_t *recording_groups(const char *groups);
/* Words with spaces between as a list. */
json_t *recording_list(const char *words);
/* A moment in ms as a date. */
json_t *recording_date(int64_t ms);

/* A new object from `arguments`, a list of strings of which those beyond the command's are passed over. */
json_t *recording_params(enum command_kind kind, const json_t *arguments);

#endif
