/* The files of protocol/examples, embedded at build time. */
#ifndef CLI_PROTOCOL_EXAMPLES_H
#define CLI_PROTOCOL_EXAMPLES_H

#include <jansson.h>

/* The file `<kind>/<name>.json` as an object, NULL where there is none; the caller owns it. */
json_t *example_load(const char *kind, const char *name);

#endif
