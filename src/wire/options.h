/* A config file: a JSON object of options by their names, as texts. */
#ifndef WIRE_OPTIONS_H
#define WIRE_OPTIONS_H

#include "domain/error.h"

#include <stdbool.h>

/* Each option as text (true is "1", false "0"; a list gives one call an element). False ends the reading. */
typedef bool options_each(void *arg, const char *name, const char *value);

/* False, with a message in out_message (the caller frees) where this is no object of texts, numbers, booleans
 * and lists of texts; out_message stays NULL where `each` said no. */
bool options_read(const char *text, size_t size, options_each *each, void *arg, char **out_message);

#endif
