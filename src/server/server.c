#include "server/server.h"
#include "base/map.h"
#include "base/memory.h"
#include "edge/edge.h"
#include "live/live.h"
#include "server/deployment.h"
#include "server/links.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SERVER_BYE_SPREAD_MS 3000 /* over which those who were sent away come back */

/* STARTING --live is ready--> (PREPARING a demo) --> SERVING --SIGTERM--> STOPPING */
struct server {
    uv_loop_t loop;
    const struct settings *settings;
    struct deployment deployment;
    struct live *live;
    struct edge *edge;
    struct edge_files *files;
    struct demo *demo;
    char *url; /* what links begin with */
    uv_signal_t signals[3];
    server_serving *tell;
    bool serving, stopping;
    int status;
};

static void server_log(const char *message)
{
    fprintf(stderr, "palabre: %s\n", message);
}

static int server_fail(struct server *server, const char *message)
{
    server_log(message);
    server->status = 1;
    server->stopping = true;
    return 1;
}

/* The pages lie in `web` beside the binary, or where an installation puts them. */
static struct edge_files *load_pages(void)
{
    char binary[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", binary, sizeof(binary) - 1);
    char *slash = size > 0 ? memrchr(binary, '/', (size_t)size) : NULL;
    if (!slash)
        return NULL;
    *slash = '\0';
    char *const folders[] = {memory_print("%s/web", binary), memory_print("%s/../share/palabre/web", binary)};
    struct edge_files *files = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        char *error = NULL;
        if (!files)
            files = edge_files_load(folders[i], &error);
        free(error);
        free(folders[i]);
    }
    if (!files)
        server_log("no pages are found beside the binary: only the API is served");
    return files;
}

static void server_serve(struct server *server)
{
    const char *address = server->settings->address;
    bool wide = strchr(address, ':');
    server->serving = true;
    size_t count = 0;
    const struct demo_link *links = server->demo ? demo_links(server->demo, &count) : NULL;
    server->tell(server->url, links, count);
    if (server->demo)
        demo_start(server->demo);
    printf("palabre: ready on http://%s%s%s:%u\n", wide ? "[" : "", address, wide ? "]" : "",
           edge_port(server->edge));
    fflush(stdout);
}

static void server_demo_ready(void *arg, const char *fault)
{
    struct server *server = arg;
    if (fault) {
        server_fail(server, fault);
        uv_stop(&server->loop);
        return;
    }
    live_set_demo(server->live, demo_json(server->demo, server->url));
    server_serve(server);
}

static void server_connected(void *owner, bool connected)
{
    struct server *server = owner;
    if (server->live)
        live_store_connected(server->live, connected);
}

static void server_live_ready(void *owner)
{
    struct server *server = owner;
    if (server->stopping)
        return;
    if (server->settings->demo)
        server->demo = demo_new(server->live, server_demo_ready, server);
    else
        server_serve(server);
}

static void server_reload_keys(struct server *server)
{
    char *message CLEAN_FREE = NULL;
    char *folder CLEAN_FREE = deployment_keys(server->settings, &message);
    struct buffer problem CLEAN_BUFFER = {0};
    struct keyring *keyring = folder ? keyring_open(folder, &problem) : NULL;
    if (!keyring) {
        server_log(folder ? problem.bytes : message);
        return;
    }
    keyring_free(&server->deployment.keyring);
    server->deployment.keyring = keyring;
    live_set_keyring(server->live, keyring);
    server_log("keys read again");
}

static void server_signalled(uv_signal_t *signal, int number)
{
    struct server *server = signal->data;
    if (number == SIGHUP) {
        server_reload_keys(server);
        return;
    }
    server->stopping = true;
    uv_stop(&server->loop);
}

static void server_watch_signals(struct server *server)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        uv_signal_init(&server->loop, &server->signals[i]);
        server->signals[i].data = server;
        uv_signal_start(&server->signals[i], server_signalled, numbers[i]);
    }
}

/* Whether nobody else listens there: the edge's sockets share their port (SO_REUSEPORT), and two servers that share one by
 * mistake would each answer every other phone. */
static bool port_is_free(const char *address, uint16_t port)
{
    struct sockaddr_storage where = {0};
    struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&where;
    struct sockaddr_in *narrow = (struct sockaddr_in *)&where;
    socklen_t size = sizeof(*wide);
    if (uv_ip6_addr(address, port, wide) != 0) {
        size = sizeof(*narrow);
        if (uv_ip4_addr(address, port, narrow) != 0)
            return true; /* the edge says what is wrong with it */
    }
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (where.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    bool free_port = bind(fd, (struct sockaddr *)&where, size) == 0 || errno != EADDRINUSE;
    close(fd);
    return free_port;
}

static bool server_listen(struct server *server)
{
    char *error = NULL;
    if (!port_is_free(server->settings->address, server->settings->port)) {
        error = memory_print("%s: another program listens there: choose another port with --listen",
                             server->settings->listen);
        server_fail(server, error);
        free(error);
        return false;
    }
    struct edge_settings settings = {.loop = &server->loop,
                                     .address = server->settings->address,
                                     .port = server->settings->port,
                                     .allow_origins = (const char *const *)server->settings->allow_origins};
    live_edge_settings(server->live, &settings);
    server->edge = edge_new(&settings, &error);
    if (!server->edge) {
        server_fail(server, error);
        free(error);
        return false;
    }
    live_attach(server->live, server->edge);
    server->url = links_public_url(server->settings, edge_port(server->edge));
    live_set_public_url(server->live, server->url);
    return true;
}

/* Opens all but the doors, then the doors: the store may connect at any time after. */
static bool server_open(struct server *server)
{
    server->deployment = (struct deployment){.loop = &server->loop,
                                             .settings = server->settings,
                                             .serve = true,
                                             .owner = server,
                                             .connected = server_connected,
                                             .log = server_log};
    if (!deployment_open(&server->deployment)) {
        server_fail(server, server->deployment.fault);
        return false;
    }
    /* The private Redis says where it is once it answers; only then is there a store to live on. */
    while (!server->deployment.store && !server->deployment.fault && !server->stopping)
        uv_run(&server->loop, UV_RUN_ONCE);
    if (server->deployment.fault)
        server_fail(server, server->deployment.fault);
    if (server->stopping)
        return false;
    server->files = load_pages();
    const struct live_settings live = {.loop = &server->loop,
                                       .store = server->deployment.store,
                                       .keyring = server->deployment.keyring,
                                       .files = server->files,
                                       .tick_ms = server->settings->tick_ms,
                                       .log = server_log,
                                       .owner = server,
                                       .ready = server_live_ready};
    server->live = live_new(&live);
    if (!server_listen(server))
        return false;
    if (store_is_connected(server->deployment.store))
        server_connected(server, true);
    return true;
}

static void server_run_loop(struct server *server)
{
    while (!server->stopping) {
        uv_run(&server->loop, UV_RUN_ONCE);
        const char *fault = store_fault(server->deployment.store);
        if (!server->stopping && fault && !server->serving)
            server_fail(server, fault);
    }
}

static void part_closed(void *arg)
{
    *(bool *)arg = true;
}

/* Waits for what closes later. */
static void server_until(struct server *server, const bool *closed)
{
    while (!*closed)
        uv_run(&server->loop, UV_RUN_ONCE);
}

static void server_close(struct server *server)
{
    bool closed = false;
    if (server->edge) {
        edge_stop_listening(server->edge);
        live_say_bye(server->live, "draining", SERVER_BYE_SPREAD_MS);
        for (int i = 0; i < 20 && edge_connections(server->edge) > 0; i++)
            uv_run(&server->loop, UV_RUN_NOWAIT); /* the byes leave */
    }
    if (server->demo) {
        demo_free(&server->demo, part_closed, &closed);
        server_until(server, &closed);
    }
    edge_free(&server->edge);
    closed = false;
    if (server->live) {
        live_free(&server->live, part_closed, &closed);
        server_until(server, &closed);
    }
    deployment_close(&server->deployment);
    edge_files_free(&server->files);
    for (size_t i = 0; i < ARRAY_SIZE(server->signals); i++)
        uv_close((uv_handle_t *)&server->signals[i], NULL);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    uv_loop_close(&server->loop);
    free(server->url);
}

int server_run(const struct settings *settings, server_serving *serving)
{
    if (settings->check) {
        puts("palabre: the settings are right");
        return 0;
    }
    struct server *server = memory_alloc(sizeof(*server));
    uint32_t seed;
    server->settings = settings;
    server->tell = serving;
    uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
    map_seed(seed);
    uv_loop_init(&server->loop);
    server_watch_signals(server);
    if (server_open(server))
        server_run_loop(server);
    server_close(server);
    int status = server->status;
    free(server);
    return status;
}
