/* The supervisor: a process that owns the listening sockets, one for each worker, and the private Redis, and
 * looks after the workers, which do all the rest.
 *
 * Knows nothing of sessions and holds no connection. A worker that dies is started again on the socket that
 * it had, so that who waits in its queue is served; at once the first time, with growing patience where it
 * dies again and again. SIGTERM and SIGINT end the workers, then Redis, then this; SIGHUP is handed on. Where
 * the supervisor is killed, the workers end by themselves, and Redis stays to be adopted by the next start.
 */
#ifndef SERVER_SUPERVISOR_H
#define SERVER_SUPERVISOR_H

#include "server/settings.h"

/* Serves with `workers` processes until SIGTERM or SIGINT; the exit status. Says `palabre: ready on
 * http://ADDRESS:PORT` on stdout once all of them serve. */
int supervisor_run(const struct settings *settings, unsigned workers, void (*log)(const char *message));

#endif
