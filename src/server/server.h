/* `palabre serve`: a worker on its loop, from the first listening socket to the last bye. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/demo.h"
#include "server/settings.h"

/* Told once the server serves: what links begin with, and a demo's links (count 0: no demo). */
typedef void server_serving(const char *url, const struct demo_link *links, size_t count);

/* Serves until SIGTERM or SIGINT; the exit status. Says `palabre: ready on http://ADDRESS:PORT` on stdout
 * once it serves, all else on stderr. */
int server_run(const struct settings *settings, server_serving *serving);

#endif
