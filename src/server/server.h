/* `palabre serve`: a server on its loop, from the first listening socket to the last bye; alone, or one
 * worker of many below a supervisor. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/demo.h"
#include "server/settings.h"
#include "server/worker.h"

/* Told once the server serves: what links begin with, and a demo's links (count 0: no demo). */
typedef void server_serving(const char *url, const struct demo_link *links, size_t count);

/* Serves until SIGTERM or SIGINT, with as many workers as the settings say; the exit status. Says `palabre:
 * ready on http://ADDRESS:PORT` on stdout once it serves, all else on stderr. One worker needs no supervisor:
 * it is this process. */
int server_run(const struct settings *settings, server_serving *serving);
/* The same in one process: as a worker (Takes its counters), or with NULL alone. */
int server_work(const struct settings *settings, struct worker *worker, server_serving *serving);

#endif
