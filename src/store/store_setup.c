/* What is checked on each new connection before it takes calls: that Redis is new enough, is no replica,
 * never evicts, and has our library. All questions leave in one write. */
#include "base/memory.h"
#include "store/store_inside.h"

#include <stdio.h>
#include <string.h>

#include "functions_lua.h"

#define SETUP_VERSION_LEAST 7
#define WARNED_AGAIN_MS     60000

/* The value of `name:` in INFO's text, cut to fit; "" where it is not there. */
static void info_get(const char *info, const char *name, char *out_value, size_t room)
{
    size_t size = strlen(name);
    out_value[0] = '\0';
    for (const char *line = info; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, name, size) == 0 && line[size] == ':') {
            snprintf(out_value, room, "%.*s", (int)strcspn(line + size + 1, "\r\n"), line + size + 1);
            return;
        }
}

static void setup_fault(struct store *store, char *fault) /* Takes fault */
{
    if (store->setup.fault)
        free(fault);
    else
        store->setup.fault = fault;
}

static void setup_check_eviction(struct store *store, const char *maxmemory, const char *policy)
{
    if (*maxmemory && strcmp(maxmemory, "0") != 0 && *policy && strcmp(policy, "noeviction") != 0)
        setup_fault(
            store, memory_print("this Redis may evict what is in it (maxmemory-policy %s, maxmemory %s): set "
                                "maxmemory-policy noeviction",
                                policy, maxmemory));
}

static void setup_check_durability(struct store *store, bool appends, const char *saves)
{
    if (appends || store->settings.own || store->setup.warning)
        return;
    store->setup.warning =
        memory_string(!*saves ? "this Redis keeps nothing on disk (appendonly no): all is lost when it stops"
                              : "this Redis writes snapshots only (appendonly no): what came after the last "
                                "one is lost when it stops");
}

static void setup_done(struct store *store)
{
    struct store_setup *setup = &store->setup;
    if (setup->waiting > 0)
        return;
    store_set_fault(store, setup->fault);
    if (setup->fault) {
        store_connection_cut(store->calls);
    } else {
        store_connection_settle(store->calls);
        store->connected = true;
        if (setup->warning)
            store_warn(store, setup->warning);
        store_requests_send_held(store);
        store_follow_connected(store, true);
        if (store->settings.connected)
            store->settings.connected(store->settings.owner, true);
    }
}

/* The end of each reply's handling. False: the connection went, or Redis is not ready. */
static bool setup_replied(struct store *store, const redisReply *reply)
{
    if (!reply)
        return false;
    if (reply->type == REDIS_REPLY_ERROR &&
        (strncmp(reply->str, "LOADING", 7) == 0 || strncmp(reply->str, "BUSY ", 5) == 0)) {
        store_connection_cut(store->calls);
        return false;
    }
    store->setup.waiting--;
    return true;
}

static void setup_info(void *arg, const redisReply *reply)
{
    struct store *store = arg;
    if (!setup_replied(store, reply))
        return;
    if (reply->type != REDIS_REPLY_STRING) {
        setup_fault(store, memory_print("Redis does not tell its version: %s", reply->str ? reply->str : ""));
        setup_done(store);
        return;
    }
    char version[32], role[16], maxmemory[32], policy[32], appends[4];
    info_get(reply->str, "redis_version", version, sizeof(version));
    info_get(reply->str, "role", role, sizeof(role));
    info_get(reply->str, "maxmemory", maxmemory, sizeof(maxmemory));
    info_get(reply->str, "maxmemory_policy", policy, sizeof(policy));
    info_get(reply->str, "aof_enabled", appends, sizeof(appends));
    if (strtol(version, NULL, 10) < SETUP_VERSION_LEAST)
        setup_fault(store, memory_print("this Redis is version %s; Palabre needs %d.0 or later, or Valkey",
                                        *version ? version : "unknown", SETUP_VERSION_LEAST));
    if (strcmp(role, "slave") == 0)
        setup_fault(store, memory_string("this Redis is a replica: give the address of its master"));
    setup_check_eviction(store, maxmemory, policy);
    if (strcmp(appends, "0") == 0)
        store->setup.appends_not =
            true; /* CONFIG says whether there are snapshots; the default is that there are */
    setup_done(store);
}

static void setup_config(void *arg, const redisReply *reply)
{
    struct store *store = arg;
    if (!setup_replied(store, reply))
        return;
    const char *maxmemory = "", *policy = "", *appends = "", *saves = "?";
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        const char *name = reply->element[i]->str, *value = reply->element[i + 1]->str;
        if (!name || !value)
            continue;
        if (strcmp(name, "maxmemory") == 0)
            maxmemory = value;
        else if (strcmp(name, "maxmemory-policy") == 0)
            policy = value;
        else if (strcmp(name, "appendonly") == 0)
            appends = value;
        else if (strcmp(name, "save") == 0)
            saves = value;
    }
    setup_check_eviction(store, maxmemory, policy);
    /* where CONFIG is forbidden, INFO (which came before) has told of the append-only file */
    setup_check_durability(store, *appends ? strcmp(appends, "yes") == 0 : !store->setup.appends_not, saves);
    setup_done(store);
}

static void setup_loaded(void *arg, const redisReply *reply)
{
    struct store *store = arg;
    if (!setup_replied(store, reply))
        return;
    if (reply->type == REDIS_REPLY_ERROR && !strstr(reply->str, "already exists"))
        setup_fault(store, memory_print("Redis does not take Palabre's functions: %s", reply->str));
    setup_done(store);
}

static void setup_send_library(struct store *store, store_replied *replied)
{
    const char *arguments[] = {"FUNCTION", "LOAD", (const char *)functions_lua};
    store_connection_send(store->calls, 3, arguments, (size_t[]){8, 4, sizeof(functions_lua) - 1}, replied,
                          store);
}

static void setup_listed(void *arg, const redisReply *reply)
{
    struct store *store = arg;
    if (!setup_replied(store, reply))
        return;
    if (reply->type != REDIS_REPLY_ARRAY) {
        setup_fault(store,
                    memory_print("Redis does not show its functions: %s", reply->str ? reply->str : ""));
    } else if (reply->elements == 0) {
        store->setup.waiting++;
        setup_send_library(store, setup_loaded); /* another worker may be quicker: it exists then */
    }
    setup_done(store);
}

void store_setup_start(struct store *store)
{
    struct store_connection *calls = store->calls;
    memory_free(&store->setup.fault);
    memory_free(&store->setup.warning);
    store->setup = (struct store_setup){.waiting = 3};
    store->loading = false;
    store_connection_send(calls, 5,
                          (const char *[]){"INFO", "server", "memory", "persistence", "replication"}, NULL,
                          setup_info, store);
    store_connection_send(
        calls, 6, (const char *[]){"CONFIG", "GET", "maxmemory", "maxmemory-policy", "appendonly", "save"},
        NULL, setup_config, store);
    store_connection_send(calls, 4, (const char *[]){"FUNCTION", "LIST", "LIBRARYNAME", STORE_LIBRARY}, NULL,
                          setup_listed, store);
}

static void setup_reloaded(void *arg, const redisReply *reply)
{
    struct store *store = arg;
    store->loading = false;
    if (reply && reply->type == REDIS_REPLY_ERROR && !strstr(reply->str, "already exists"))
        store_warn(store, reply->str);
}

void store_setup_load(struct store *store)
{
    if (store->loading)
        return;
    store->loading = true;
    setup_send_library(store, setup_reloaded);
}

void store_warn(struct store *store, const char *message)
{
    uint64_t now = uv_now(store->settings.loop);
    if (store->warned && strcmp(store->warned, message) == 0 && now - store->warned_at < WARNED_AGAIN_MS)
        return;
    store->warned_at = now;
    free(store->warned);
    store->warned = memory_string(message);
    if (store->settings.warned)
        store->settings.warned(store->settings.owner, message);
}

void store_set_fault(struct store *store, const char *fault)
{
    char *copy = fault ? memory_string(fault) : NULL;
    free(store->fault);
    store->fault = copy;
    if (fault)
        store_warn(store, fault);
}
