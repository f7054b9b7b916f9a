/* The supervisor: STARTING --all serve--> READY --SIGTERM--> STOPPING --the last worker ended--> over
 *
 * A worker:  spawned --> STARTING --here--> (SIGHUP reaches it) --serving--> SERVING
 *               ^                                                               |
 *               +-----------------------------<--- patience ---<--- died -------+ */
#include "server/supervisor.h"
#include "base/counters.h"
#include "base/memory.h"
#include "edge/edge.h"
#include "server/deployment.h"
#include "server/port.h"
#include "server/worker.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SUPERVISOR_PATIENCE_MS                                                                               \
    10 /* doubled at each death, up to the most; again the least after a long life */
#define SUPERVISOR_PATIENCE_MAX_MS 10000
#define SUPERVISOR_WELL_MS         60000
#define SUPERVISOR_STOP_MS         20000 /* then a worker that does not end is killed */
#define SUPERVISOR_PORT_MS         3000  /* in which the workers of a supervisor that was killed are gone */

struct process {
    uv_process_t handle;
    struct child *child;
};

/* A worker's place: it outlives the processes that fill it. */
struct child {
    struct supervisor *supervisor;
    struct worker worker;
    int listener;
    struct process *process; /* NULL: none lives */
    struct lines *lines;
    bool here, serving;
    uint64_t began; /* ms of the loop */
    unsigned deaths;
    uv_timer_t patience;
};

struct supervisor {
    uv_loop_t loop;
    const struct settings *settings;
    void (*log)(const char *message);
    unsigned count;
    struct child *children;
    uint16_t port;
    struct counters *counters; /* the last slot is this process' own */
    struct redis_private *redis;
    char *redis_url, *demo, **environment;
    uv_signal_t signals[3];
    uv_timer_t deadline; /* of stopping */
    bool ready, stopping;
    int status;
};

static void __attribute__((format(printf, 2, 3)))
supervisor_log(const struct supervisor *supervisor, const char *format, ...)
{
    char line[512];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof(line), format, list);
    va_end(list);
    supervisor->log(line);
}

static void child_close_listener(struct child *child)
{
    if (child->listener >= 0)
        close(child->listener);
    child->listener = -1;
}

/* ---- stopping */

static void supervisor_kill(uv_timer_t *timer)
{
    struct supervisor *supervisor = timer->data;
    for (unsigned i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].process)
            uv_process_kill(&supervisor->children[i].process->handle, SIGKILL);
}

/* The sockets are closed here at once, so that the port is free as soon as the workers have let go of it. */
static void supervisor_stop(struct supervisor *supervisor)
{
    if (supervisor->stopping)
        return;
    supervisor->stopping = true;
    for (unsigned i = 0; i < supervisor->count; i++) {
        struct child *child = &supervisor->children[i];
        uv_timer_stop(&child->patience);
        child_close_listener(child);
        if (child->process)
            uv_process_kill(&child->process->handle, SIGTERM);
    }
    uv_timer_start(&supervisor->deadline, supervisor_kill, SUPERVISOR_STOP_MS, 0);
}

static void supervisor_fail(struct supervisor *supervisor, const char *message)
{
    supervisor->log(message);
    supervisor->status = 1;
    supervisor_stop(supervisor);
}

static void supervisor_signalled(uv_signal_t *signal, int number)
{
    struct supervisor *supervisor = signal->data;
    if (number != SIGHUP) {
        supervisor_stop(supervisor);
        return;
    }
    for (unsigned i = 0; i < supervisor->count; i++) /* who is not here yet has not read the keys */
        if (supervisor->children[i].process && supervisor->children[i].here)
            uv_process_kill(&supervisor->children[i].process->handle, SIGHUP);
}

/* ---- what workers say */

static void supervisor_check_ready(struct supervisor *supervisor)
{
    for (unsigned i = 0; i < supervisor->count; i++)
        if (!supervisor->children[i].serving)
            return;
    if (supervisor->ready || supervisor->stopping)
        return;
    supervisor->ready = true;
    port_say_ready(supervisor->settings, supervisor->port);
}

static void supervisor_take_demo(struct supervisor *supervisor, const char *json)
{
    free(supervisor->demo);
    supervisor->demo = memory_string(json);
    for (unsigned i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].lines && !worker_runs_demo(&supervisor->children[i].worker))
            lines_say(supervisor->children[i].lines, "demo", json);
}

static void child_heard(void *owner, const char *line)
{
    struct child *child = owner;
    if (strcmp(line, "here") == 0) {
        child->here = true;
    } else if (strcmp(line, "serving") == 0) {
        child->serving = true;
        supervisor_check_ready(child->supervisor);
    } else if (strncmp(line, "demo ", 5) == 0) {
        supervisor_take_demo(child->supervisor, line + 5);
    }
}

/* ---- starting workers, and their deaths */

static void child_spawn(struct child *child);

static void child_patience_over(uv_timer_t *timer)
{
    struct child *child = timer->data;
    counter_add(counters_slot(child->supervisor->counters, child->supervisor->count),
                COUNTER_worker_restarts_total, 1);
    child_spawn(child);
}

static void child_again(struct child *child)
{
    uint64_t wait = SUPERVISOR_PATIENCE_MS;
    if (uv_now(&child->supervisor->loop) - child->began > SUPERVISOR_WELL_MS)
        child->deaths = 0;
    for (unsigned i = 0; i < child->deaths && wait < SUPERVISOR_PATIENCE_MAX_MS; i++)
        wait *= 2;
    child->deaths++;
    child->worker.again = true;
    uv_timer_start(&child->patience, child_patience_over,
                   wait < SUPERVISOR_PATIENCE_MAX_MS ? wait : SUPERVISOR_PATIENCE_MAX_MS, 0);
}

static void process_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct process, handle));
}

static void child_exited(uv_process_t *handle, int64_t status, int number)
{
    struct child *child = CONTAINER_OF(handle, struct process, handle)->child;
    struct supervisor *supervisor = child->supervisor;
    child->process = NULL;
    child->here = child->serving = false;
    lines_free(&child->lines);
    uv_close((uv_handle_t *)handle, process_closed);
    counters_clear_gauges(counters_slot(supervisor->counters, child->worker.number - 1));
    char *how CLEAN_FREE =
        number ? memory_print("died (signal %d)", number) : memory_print("ended (status %d)", (int)status);
    if (supervisor->stopping) {
        if (status || (number && number != SIGTERM)) {
            supervisor_log(supervisor, "worker %u %s", child->worker.number, how);
            supervisor->status = 1;
        }
    } else if (status && !number && !supervisor->ready) {
        supervisor_fail(supervisor, "a worker cannot start"); /* it has said why */
    } else {
        supervisor_log(supervisor, "worker %u %s; it is started again", child->worker.number, how);
        child_again(child);
    }
}

static int child_run(struct child *child, int lines)
{
    char *arguments[8] = {(char *)"palabre"};
    worker_arguments(&child->worker, arguments + 1);
    uv_stdio_container_t stdio[WORKER_DESCRIPTORS] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = STDOUT_FILENO},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        [WORKER_LISTENER] = {.flags = UV_INHERIT_FD, .data.fd = child->listener},
        [WORKER_COUNTERS] = {.flags = UV_INHERIT_FD,
                             .data.fd = counters_descriptor(child->supervisor->counters)},
        [WORKER_LINES] = {.flags = UV_INHERIT_FD, .data.fd = lines}};
    /* This very program, also where its file was replaced since: one version of it runs at a time. */
    const uv_process_options_t options = {.exit_cb = child_exited,
                                          .file = "/proc/self/exe",
                                          .args = arguments,
                                          .env = child->supervisor->environment,
                                          .stdio_count = WORKER_DESCRIPTORS,
                                          .stdio = stdio};
    struct process *process = memory_alloc(sizeof(*process));
    process->child = child;
    int wrong = uv_spawn(&child->supervisor->loop, &process->handle, &options);
    if (wrong)
        uv_close((uv_handle_t *)&process->handle, process_closed);
    else
        child->process = process;
    for (char **at = arguments + 1; *at; at++)
        free(*at);
    return wrong;
}

static void child_spawn(struct child *child)
{
    struct supervisor *supervisor = child->supervisor;
    int ends[2] = {-1, -1};
    child->began = uv_now(&supervisor->loop);
    int wrong =
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? child_run(child, ends[1]) : UV_EMFILE;
    if (ends[1] >= 0)
        close(ends[1]);
    if (wrong) {
        if (ends[0] >= 0)
            close(ends[0]);
        supervisor_log(supervisor, "worker %u cannot be started: %s", child->worker.number,
                       uv_strerror(wrong));
        child_again(child);
        return;
    }
    child->lines =
        lines_new(&supervisor->loop, ends[0], &(struct lines_settings){.owner = child, .heard = child_heard});
    if (supervisor->demo)
        lines_say(child->lines, "demo", supervisor->demo);
}

/* ---- the private Redis, and keys */

static void redis_ready(void *owner, const char *url)
{
    struct supervisor *supervisor = owner;
    supervisor->redis_url = memory_string(url);
}

static void redis_failed(void *owner, const char *message)
{
    supervisor_fail(owner, message);
}

static void redis_warned(void *owner, const char *message)
{
    ((struct supervisor *)owner)->log(message);
}

static bool supervisor_open_redis(struct supervisor *supervisor)
{
    if (supervisor->settings->redis)
        return true;
    supervisor->redis =
        redis_private_start(&(struct redis_private_settings){.loop = &supervisor->loop,
                                                             .data = supervisor->settings->data,
                                                             .keep = true,
                                                             .owner = supervisor,
                                                             .ready = redis_ready,
                                                             .failed = redis_failed,
                                                             .warned = redis_warned});
    while (!supervisor->redis_url && !supervisor->stopping)
        uv_run(&supervisor->loop, UV_RUN_ONCE);
    return !supervisor->stopping;
}

/* Made here where they are not there yet: workers that start side by side would each make their own. */
static bool supervisor_make_keys(struct supervisor *supervisor)
{
    char *message CLEAN_FREE = NULL;
    char *folder CLEAN_FREE = deployment_keys(supervisor->settings, &message);
    struct buffer problem CLEAN_BUFFER = {0};
    struct keyring *keyring = folder ? keyring_open(folder, &problem) : NULL;
    if (!keyring)
        supervisor_fail(supervisor, folder ? problem.bytes : message);
    keyring_free(&keyring);
    return !supervisor->stopping;
}

/* ---- all of it */

static bool supervisor_listen(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;
    char *error CLEAN_FREE = NULL;
    supervisor->port = settings->port;
    if (!port_is_free(settings, SUPERVISOR_PORT_MS, &error)) {
        supervisor_fail(supervisor, error);
        return false;
    }
    for (unsigned i = 0; i < supervisor->count; i++) {
        struct child *child = &supervisor->children[i];
        child->listener = edge_open_listener(settings->address, &supervisor->port, &error);
        if (child->listener < 0) {
            supervisor_fail(supervisor, error);
            return false;
        }
    }
    return true;
}

static void supervisor_init(struct supervisor *supervisor)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    uv_loop_init(&supervisor->loop);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        uv_signal_init(&supervisor->loop, &supervisor->signals[i]);
        supervisor->signals[i].data = supervisor;
        uv_signal_start(&supervisor->signals[i], supervisor_signalled, numbers[i]);
    }
    uv_timer_init(&supervisor->loop, &supervisor->deadline);
    supervisor->deadline.data = supervisor;
    supervisor->counters = counters_new(supervisor->count + 1);
    supervisor->children = memory_alloc(supervisor->count * sizeof(*supervisor->children));
    for (unsigned i = 0; i < supervisor->count; i++) {
        struct child *child = &supervisor->children[i];
        child->supervisor = supervisor;
        child->worker = (struct worker){
            .number = i + 1, .count = supervisor->count, .private_redis = !supervisor->settings->redis};
        child->listener = -1;
        uv_timer_init(&supervisor->loop, &child->patience);
        child->patience.data = child;
    }
}

static bool supervisor_has_children(const struct supervisor *supervisor)
{
    for (unsigned i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].process)
            return true;
    return false;
}

static void supervisor_serve(struct supervisor *supervisor)
{
    supervisor->environment = settings_environment(supervisor->settings, supervisor->redis_url);
    for (unsigned i = 0; i < supervisor->count; i++)
        child_spawn(&supervisor->children[i]);
    while (!supervisor->stopping || supervisor_has_children(supervisor))
        uv_run(&supervisor->loop, UV_RUN_ONCE);
}

static void redis_stopped(void *arg)
{
    *(bool *)arg = true;
}

static void supervisor_close(struct supervisor *supervisor)
{
    bool stopped = !supervisor->redis;
    if (supervisor->redis)
        redis_private_stop(&supervisor->redis, redis_stopped, &stopped);
    while (!stopped)
        uv_run(&supervisor->loop, UV_RUN_ONCE);
    for (size_t i = 0; i < ARRAY_SIZE(supervisor->signals); i++)
        uv_close((uv_handle_t *)&supervisor->signals[i], NULL);
    uv_close((uv_handle_t *)&supervisor->deadline, NULL);
    for (unsigned i = 0; i < supervisor->count; i++) {
        child_close_listener(&supervisor->children[i]);
        uv_close((uv_handle_t *)&supervisor->children[i].patience, NULL);
    }
    uv_run(&supervisor->loop, UV_RUN_DEFAULT);
    uv_loop_close(&supervisor->loop);
    for (char **at = supervisor->environment; at && *at; at++)
        free(*at);
    free(supervisor->environment);
    counters_free(&supervisor->counters);
    free(supervisor->children);
    free(supervisor->redis_url);
    free(supervisor->demo);
}

int supervisor_run(const struct settings *settings, unsigned workers, void (*log)(const char *message))
{
    struct supervisor supervisor = {.settings = settings, .log = log, .count = workers};
    supervisor_init(&supervisor);
    if (supervisor_make_keys(&supervisor) && supervisor_listen(&supervisor) &&
        supervisor_open_redis(&supervisor))
        supervisor_serve(&supervisor);
    supervisor_close(&supervisor);
    return supervisor.status;
}
