/*              alive                    greeted
 *   LOOKING -----------> PROBING --------------------> READY
 *    |  ^  \ owner: spawn  ^  |                          |
 *    |  |   \-------------/   | died before it answered  | died
 *    |  |                     v                          v
 *    |  +------------------ PATIENCE <-------------------+        FAILED: the first start did not come to
 * READY v                                                            STOPPING: from any (waits, where another
 * process owns)
 *
 * One timer looks after all of it: whether a Redis lives is told by its lock, whoever started it. */
#include "server/redis_private.h"
#include "base/memory.h"
#include "server/redis_files.h"
#include "store/store_connection.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define PRIVATE_TICK_MS         20 /* while something is awaited */
#define PRIVATE_SYNC_MS         1000
#define PRIVATE_WATCH_MS        250 /* while all is well */
#define PRIVATE_START_MS        60000
#define PRIVATE_STOP_MS         20000
#define PRIVATE_AGAIN_MS        1000
#define PRIVATE_PATIENCE_MS     50 /* doubled at each death, up to the most; well again after the longest */
#define PRIVATE_PATIENCE_MAX_MS 10000
#define PRIVATE_WELL_MS         60000

enum private_state { LOOKING, PROBING, READY, PATIENCE, FAILED, STOPPING };

struct private_process {
    uv_process_t handle;
    struct redis_private *redis; /* NULL: not watched any more */
};

struct redis_private {
    struct redis_private_settings settings;
    enum private_state state;
    uint64_t since, retry_at;
    struct redis_files files;
    bool opened; /* the files are */
    uv_timer_t timer;
    struct private_process *process; /* our child, while it lives */
    struct store_connection *probe;
    struct store_url probe_url;
    bool was_ready;
    uv_work_t sync;
    bool syncing;
    uint64_t synced_at;
    unsigned deaths;
    unsigned parts;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void private_tick(uv_timer_t *timer);

static void private_enter(struct redis_private *redis, enum private_state state)
{
    redis->state = state;
    redis->since = uv_now(redis->settings.loop);
    uint64_t every = state == READY ? PRIVATE_WATCH_MS : PRIVATE_TICK_MS;
    if (state == FAILED)
        uv_timer_stop(&redis->timer);
    else
        uv_timer_start(&redis->timer, private_tick, every, every);
}

static void private_part_done(struct redis_private *redis)
{
    if (--redis->parts > 0)
        return;
    redis_files_close(&redis->files);
    store_url_clear(&redis->probe_url);
    free((char *)redis->settings.data);
    void (*stopped)(void *) = redis->stopped;
    void *arg = redis->stopped_arg;
    free(redis);
    if (stopped)
        stopped(arg);
}

static void private_part_closed(void *arg)
{
    private_part_done(arg);
}

static void private_fail(struct redis_private *redis, char *message) /* Takes message */
{
    private_enter(redis, FAILED);
    if (redis->settings.failed)
        redis->settings.failed(redis->settings.owner, message);
    free(message);
}

/* ---- does it answer? ---- */

static void private_unprobe(struct redis_private *redis)
{
    if (redis->probe)
        store_connection_close(&redis->probe, private_part_closed, redis);
}

static void private_answered(void *owner)
{
    struct redis_private *redis = owner;
    private_unprobe(redis);
    private_enter(redis, READY);
    if (redis->was_ready)
        return;
    redis->was_ready = true;
    CLEAN_FREE char *url = redis_files_url(&redis->files);
    redis->settings.ready(redis->settings.owner, url);
}

static void private_probe_lost(void *owner)
{
    (void)owner; /* it tries again by itself */
}

static void private_probe_refused(void *owner, const char *why)
{
    (void)owner; /* so it does then; PRIVATE_START_MS ends that */
    (void)why;
}

static void private_probe(struct redis_private *redis)
{
    if (redis->state != PROBING)
        private_enter(redis, PROBING);
    redis_files_find_socket(&redis->files);
    if (redis->probe || strlen(redis->files.socket) > 107)
        return; /* the old attempt goes on; a socket elsewhere is not told yet */
    char *error = NULL;
    CLEAN_FREE char *url = redis_files_url(&redis->files);
    store_url_clear(&redis->probe_url);
    if (!store_url_parse(url, &redis->probe_url, &error)) {
        private_fail(redis, error);
        return;
    }
    redis->probe =
        store_connection_open(&(struct store_connection_settings){.loop = redis->settings.loop,
                                                                  .url = &redis->probe_url,
                                                                  .owner = redis,
                                                                  .opened = private_answered,
                                                                  .lost = private_probe_lost,
                                                                  .refused = private_probe_refused});
    redis->parts++;
}

/* ---- starting, dying ---- */

static void private_died(struct redis_private *redis, char *how) /* Takes how */
{
    uint64_t now = uv_now(redis->settings.loop);
    private_unprobe(redis);
    if (!redis->was_ready) {
        private_fail(redis, how);
        return;
    }
    if (!redis->settings.keep) {
        private_enter(redis, FAILED); /* a command's own calls tell of it */
        free(how);
        return;
    }
    if (redis->state == READY && now - redis->since > PRIVATE_WELL_MS)
        redis->deaths = 0;
    uint64_t wait = PRIVATE_PATIENCE_MS;
    for (unsigned i = 0; i < redis->deaths && wait < PRIVATE_PATIENCE_MAX_MS; i++)
        wait *= 2;
    redis->deaths++;
    private_enter(redis, PATIENCE);
    redis->retry_at = now + wait;
    if (redis->settings.warned)
        redis->settings.warned(redis->settings.owner, how);
    free(how);
}

static void private_process_closed(uv_handle_t *handle)
{
    struct private_process *process = handle->data;
    struct redis_private *redis = process->redis;
    free(process);
    private_part_done(redis);
}

static void private_exited(uv_process_t *handle, int64_t status, int sig)
{
    struct private_process *process = handle->data;
    struct redis_private *redis = process->redis;
    if (redis->process == process)
        redis->process = NULL;
    uv_close((uv_handle_t *)handle, private_process_closed);
    if (redis->state == STOPPING || redis->state == FAILED)
        return;
    CLEAN_FREE char *words = redis_files_last_words(&redis->files);
    private_died(redis, sig ? memory_print("the private Redis died (signal %d)", sig)
                            : memory_print("the private Redis ended (status %d)%s%s; see %s/redis.log",
                                           (int)status, *words ? ": " : "", words, redis->files.data));
}

static int private_spawn_in(struct redis_private *redis, const char *binary, int lock, int log)
{
    char *arguments[] = {(char *)binary, (char *)"redis.conf", NULL};
    uv_stdio_container_t stdio[] = {{.flags = UV_IGNORE},
                                    {.flags = UV_INHERIT_FD, .data.fd = log},
                                    {.flags = UV_INHERIT_FD, .data.fd = log},
                                    {.flags = UV_INHERIT_FD, .data.fd = lock}}; /* held as long as it lives */
    struct private_process *process = memory_alloc(sizeof(*process));
    process->redis = redis;
    process->handle.data = process;
    int wrong =
        uv_spawn(redis->settings.loop, &process->handle,
                 &(uv_process_options_t){.exit_cb = private_exited,
                                         .file = binary,
                                         .args = arguments,
                                         .cwd = redis->files.data,
                                         .flags = UV_PROCESS_DETACHED, /* Ctrl-C is the server's to handle */
                                         .stdio_count = ARRAY_SIZE(stdio),
                                         .stdio = stdio});
    redis->parts++;
    if (wrong)
        uv_close((uv_handle_t *)&process->handle, private_process_closed);
    else
        redis->process = process;
    return wrong;
}

static void private_spawn(struct redis_private *redis)
{
    char *error = NULL;
    int lock = -1, log = -1;
    CLEAN_FREE char *binary = redis_files_binary();
    if (!binary) {
        error = memory_string(
            "neither redis-server nor valkey-server is installed here: install one, or give the address of "
            "a Redis with --redis");
    } else if (redis_files_prepare(&redis->files, &lock, &log, &error)) {
        int wrong = private_spawn_in(redis, binary, lock, log);
        close(lock);
        close(log);
        if (wrong)
            error = memory_print("cannot start %s: %s", binary, uv_strerror(wrong));
    }
    if (error)
        private_died(redis, error);
    else
        private_probe(redis);
}

static void private_look(struct redis_private *redis)
{
    bool owns = redis_files_try_own(&redis->files);
    if (redis_files_is_alive(&redis->files))
        private_probe(redis);
    else if (owns)
        private_spawn(redis);
    else if (uv_now(redis->settings.loop) - redis->since > PRIVATE_START_MS && !redis->was_ready)
        private_fail(redis,
                     memory_print("another process holds %s and starts no Redis there", redis->files.data));
}

/* ---- stopping ---- */

static void private_timer_closed(uv_handle_t *handle)
{
    private_part_done(handle->data);
}

static void private_finish(struct redis_private *redis)
{
    if (uv_is_closing((uv_handle_t *)&redis->timer))
        return;
    if (redis->process) /* it stays, and so does not concern this loop any more */
        uv_close((uv_handle_t *)&redis->process->handle, private_process_closed);
    redis->process = NULL;
    uv_close((uv_handle_t *)&redis->timer, private_timer_closed);
}

static void private_ask_to_end(struct redis_private *redis, int sig)
{
    pid_t pid =
        redis->process ? uv_process_get_pid(&redis->process->handle) : redis_files_peer(&redis->files);
    if (pid > 0)
        kill(pid, sig);
}

static void private_stopping(struct redis_private *redis)
{
    uint64_t now = uv_now(redis->settings.loop);
    if (!redis->process && !redis_files_is_alive(&redis->files)) {
        redis_files_remove_socket(&redis->files);
        private_finish(redis);
    } else if (now >= redis->retry_at) { /* again, where it did not listen yet */
        redis->retry_at = now + PRIVATE_AGAIN_MS;
        private_ask_to_end(redis, now - redis->since > PRIVATE_STOP_MS ? SIGKILL : SIGTERM);
    }
}

/* One that we did not start is gone. */
static void private_gone(struct redis_private *redis)
{
    if (redis->was_ready) {
        private_died(redis, memory_string("the private Redis is gone"));
        return;
    }
    private_unprobe(redis); /* whoever looked after it stopped it: it may be our turn */
    private_enter(redis, LOOKING);
}

/* ---- once a second: to the disk ---- */

static void private_sync(uv_work_t *sync)
{
    struct redis_private *redis = sync->data;
    redis_files_sync(&redis->files);
}

static void private_synced(uv_work_t *sync, int status)
{
    struct redis_private *redis = sync->data;
    (void)status;
    redis->syncing = false;
    private_part_done(redis);
}

static void private_keep_synced(struct redis_private *redis)
{
    uint64_t now = uv_now(redis->settings.loop);
    if (redis->state != READY || !redis->files.owns || redis->syncing ||
        now - redis->synced_at < PRIVATE_SYNC_MS)
        return;
    redis->synced_at = now;
    redis->sync.data = redis;
    redis->syncing = uv_queue_work(redis->settings.loop, &redis->sync, private_sync, private_synced) == 0;
    redis->parts += redis->syncing;
}

static void private_tick(uv_timer_t *timer)
{
    struct redis_private *redis = timer->data;
    uint64_t now = uv_now(redis->settings.loop);
    char *error = NULL;
    if (!redis->opened && redis->state == LOOKING) {
        redis->opened = redis_files_open(&redis->files, redis->settings.data, &error);
        if (!redis->opened) {
            private_fail(redis, error);
            return;
        }
    }
    private_keep_synced(redis);
    bool gone = false;
    if (redis->state == PROBING || redis->state == READY) {
        redis_files_try_own(&redis->files); /* where its owner went */
        gone = !redis->process && !redis_files_is_alive(&redis->files);
    }
    if (redis->state == STOPPING)
        private_stopping(redis);
    else if (redis->state == LOOKING)
        private_look(redis);
    else if (redis->state == PATIENCE && now >= redis->retry_at)
        private_enter(redis, LOOKING);
    else if (gone)
        private_gone(redis);
    else if (redis->state == PROBING && now - redis->since > PRIVATE_START_MS && !redis->was_ready)
        private_fail(redis, memory_print("the Redis in %s lives and does not answer; see %s/redis.log",
                                         redis->files.data, redis->files.data));
    else if (redis->state == PROBING && !redis->probe)
        private_probe(redis);
}

struct redis_private *redis_private_start(const struct redis_private_settings *settings)
{
    struct redis_private *redis = memory_alloc(sizeof(*redis));
    redis->settings = *settings;
    redis->settings.data = memory_string(settings->data);
    redis->files.owner_lock = redis->files.users_lock = -1;
    uv_timer_init(settings->loop, &redis->timer);
    redis->timer.data = redis;
    redis->parts = 1;
    private_enter(redis, LOOKING);
    uv_timer_start(&redis->timer, private_tick, 0, PRIVATE_TICK_MS);
    return redis;
}

void redis_private_stop(struct redis_private **where, void (*stopped)(void *arg), void *arg)
{
    struct redis_private *redis = *where;
    *where = NULL;
    redis->stopped = stopped;
    redis->stopped_arg = arg;
    private_unprobe(redis);
    bool failed = redis->state == FAILED && !redis->process && !redis->was_ready;
    bool last = redis->opened && redis_files_leave(&redis->files) && !failed;
    private_enter(redis, STOPPING);
    redis->retry_at = 0;
    if (!last)
        private_finish(redis);
}

bool redis_private_is_owner(const struct redis_private *redis)
{
    return redis->files.owns;
}
