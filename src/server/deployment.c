#include "server/deployment.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void deployment_connected(void *owner, bool connected)
{
    struct deployment *deployment = owner;
    deployment->is_connected = connected;
    if (deployment->connected)
        deployment->connected(deployment->owner, connected);
}

static void deployment_warned(void *owner, const char *message)
{
    struct deployment *deployment = owner;
    deployment->log(message);
}

static bool deployment_fail(struct deployment *deployment, char *message)
{
    free(deployment->fault);
    deployment->fault = message;
    return false;
}

/* Makes the data directory, for its owner alone. False with a message. */
static bool make_folder(const char *path, char **out_message)
{
    struct stat status;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        *out_message = memory_print("%s: cannot be made: %s", path, strerror(errno));
        return false;
    }
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        *out_message = memory_print("%s: a directory is expected", path);
        return false;
    }
    return true;
}

char *deployment_keys(const struct settings *settings, char **out_message)
{
    if (!make_folder(settings->data, out_message))
        return NULL;
    return memory_print("%s/keys", settings->data);
}

static bool open_store(struct deployment *deployment, const char *url, bool own)
{
    char *message = NULL;
    const struct store_settings settings = {.loop = deployment->loop,
                                            .url = url,
                                            .own = own,
                                            .counters = deployment->counters,
                                            .owner = deployment,
                                            .connected = deployment_connected,
                                            .warned = deployment_warned};
    deployment->store = store_open(&settings, &message);
    return deployment->store || deployment_fail(deployment, message);
}

static void redis_ready(void *owner, const char *url)
{
    open_store(owner, url, true);
}

static void redis_failed(void *owner, const char *message)
{
    deployment_fail(owner, memory_string(message));
}

bool deployment_open(struct deployment *deployment)
{
    const struct settings *settings = deployment->settings;
    char *message = NULL;
    char *folder CLEAN_FREE = deployment_keys(settings, &message);
    if (!folder)
        return deployment_fail(deployment, message);
    struct buffer problem = {0};
    deployment->keyring = keyring_open(folder, &problem);
    if (!deployment->keyring)
        return deployment_fail(deployment, buffer_take(&problem));
    buffer_clear(&problem);
    if (settings->redis)
        return open_store(deployment, settings->redis, deployment->looked_after);
    const struct redis_private_settings redis = {.loop = deployment->loop,
                                                 .data = settings->data,
                                                 .keep = deployment->serve,
                                                 .owner = deployment,
                                                 .ready = redis_ready,
                                                 .failed = redis_failed,
                                                 .warned = deployment_warned};
    deployment->redis = redis_private_start(&redis);
    return true;
}

static void wait_over(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

static void wait_closed(uv_handle_t *handle)
{
    (void)handle;
}

bool deployment_wait(struct deployment *deployment, int64_t wait_ms)
{
    uv_timer_t timer;
    bool over = false;
    uv_timer_init(deployment->loop, &timer);
    timer.data = &over;
    uv_timer_start(&timer, wait_over, (uint64_t)wait_ms, 0);
    while (!deployment->is_connected && !deployment->fault && !over) {
        uv_run(deployment->loop, UV_RUN_ONCE);
        const char *fault = deployment->store ? store_fault(deployment->store) : NULL;
        if (fault)
            deployment_fail(deployment, memory_string(fault));
    }
    uv_close((uv_handle_t *)&timer, wait_closed);
    uv_run(deployment->loop, UV_RUN_NOWAIT);
    return deployment->is_connected && !deployment->fault;
}

static void part_closed(void *arg)
{
    *(bool *)arg = true;
}

void deployment_close(struct deployment *deployment)
{
    bool closed = true;
    if (deployment->store) {
        closed = false;
        store_close(&deployment->store, part_closed, &closed);
    }
    while (!closed)
        uv_run(deployment->loop, UV_RUN_ONCE);
    if (deployment->redis) {
        closed = false;
        redis_private_stop(&deployment->redis, part_closed, &closed);
    }
    while (!closed)
        uv_run(deployment->loop, UV_RUN_ONCE);
    keyring_free(&deployment->keyring);
    memory_free(&deployment->fault);
}
