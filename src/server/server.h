/* `palabre serve`: a worker on its loop, from the first listening socket to the last bye. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/settings.h"

/* Serves until SIGTERM or SIGINT; the exit status. Says `palabre: ready on http://ADDRESS:PORT` on stdout once it serves, all else on
 * stderr. */
int server_run(const struct settings *settings);

/* The address of this machine that phones on the same network reach, as text; "127.0.0.1" where there is none. */
void server_network_address(char out_address[46]);

#endif
