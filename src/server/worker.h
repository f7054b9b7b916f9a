/* A worker's side of its supervisor: what it was handed at its start, and what the two say to each other.
 *
 * A worker is this program run again, as `palabre worker NUMBER COUNT [private] [again]`: a command that
 * nobody types. Its settings are variables (settings_environment()); the descriptors from 3 on are its
 * listening socket, the counters and a socket to the supervisor. Running it anew, in place of a bare fork(),
 * leaves nothing of the supervisor in it: no loop, no thread, no lock held by one, no connection, no heap;
 * and a worker that starts an hour later starts the same.
 *
 * The supervisor's end is the worker's. Says `here` once signals are handled, `serving`, and where it runs
 * the demo `demo {JSON}`, which the supervisor hands on to the others. */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include "base/counters.h"
#include "server/lines.h"

#include <stdbool.h>

enum { WORKER_LISTENER = 3, WORKER_COUNTERS, WORKER_LINES, WORKER_DESCRIPTORS };

struct worker {
    unsigned number, count; /* from 1 */
    bool private_redis;     /* settings->redis is one that the supervisor looks after */
    bool again;             /* in place of one that died */
    struct counters *counters;
    struct lines *lines; /* NULL before worker_open() */
};

/* What `palabre worker` was started with. False, with nothing held, where no supervisor did it. */
bool worker_read(struct worker *out_worker, int argc, char **argv);
/* The arguments after the program's name, for the supervisor; the caller frees each. */
void worker_arguments(const struct worker *worker, char *out_arguments[6]);
/* Begins to listen to the supervisor, and says `here`. */
void worker_open(struct worker *worker, uv_loop_t *loop, const struct lines_settings *settings);
/* Whether this one runs the simulated people of the demo. */
bool worker_runs_demo(const struct worker *worker);
/* Closes; the loop must run. */
void worker_close(struct worker *worker);

#endif
