/* `palabre session codes`. */
#ifndef CLI_CODES_H
#define CLI_CODES_H

#include "cli/context.h"

/* argv[2] is the session, argv[3] how many. The exit status. */
int cli_codes(struct cli_context *context, int argc, char **argv);

#endif
