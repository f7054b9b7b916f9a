#include "server/worker.h"
#include "base/memory.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static bool is_socket(int descriptor, int option, int wanted)
{
    int value = 0;
    socklen_t size = sizeof(value);
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

static bool read_number(const char *text, unsigned *out_number)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    *out_number = (unsigned)number;
    return end != text && !*end && number > 0 && number < 10000;
}

bool worker_read(struct worker *out_worker, int argc, char **argv)
{
    struct worker worker = {0};
    if (argc < 3 || !read_number(argv[1], &worker.number) || !read_number(argv[2], &worker.count) ||
        worker.number > worker.count)
        return false;
    for (int i = 3; i < argc; i++) {
        worker.private_redis = worker.private_redis || strcmp(argv[i], "private") == 0;
        worker.again = worker.again || strcmp(argv[i], "again") == 0;
    }
    if (!is_socket(WORKER_LISTENER, SO_ACCEPTCONN, 1) || !is_socket(WORKER_LINES, SO_DOMAIN, AF_UNIX))
        return false;
    worker.counters = counters_adopt(WORKER_COUNTERS);
    if (!worker.counters)
        return false;
    for (int descriptor = WORKER_LISTENER; descriptor < WORKER_DESCRIPTORS; descriptor++)
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_NAME, "palabre"); /* it was run as /proc/self/exe, and would be listed as `exe` */
    *out_worker = worker;
    return true;
}

void worker_arguments(const struct worker *worker, char *out_arguments[6])
{
    size_t count = 0;
    out_arguments[count++] = memory_string("worker");
    out_arguments[count++] = memory_print("%u", worker->number);
    out_arguments[count++] = memory_print("%u", worker->count);
    if (worker->private_redis)
        out_arguments[count++] = memory_string("private");
    if (worker->again)
        out_arguments[count++] = memory_string("again");
    out_arguments[count] = NULL;
}

void worker_open(struct worker *worker, uv_loop_t *loop, const struct lines_settings *settings)
{
    worker->lines = lines_new(loop, WORKER_LINES, settings);
    lines_say(worker->lines, "here", NULL);
}

bool worker_runs_demo(const struct worker *worker)
{
    return worker->number == 1;
}

void worker_close(struct worker *worker)
{
    lines_free(&worker->lines);
}
