#include "edge/edge_internal.h"

#include "base/memory.h"

#include <assert.h>
#include <sys/random.h>
#include <sys/resource.h>

#define EDGE_SWEEP_MS         1000
#define EDGE_DESCRIPTOR_LIMIT 1000000 /* beyond 10,000,000 libwebsockets falls back to 2,560 connections */
#define EDGE_RECEIVE_ROOM     1024    /* memory of each connection; larger messages come in pieces */
#define EDGE_SEND_ROOM        (256 * 1024) /* a larger frame would be cut, and its rest copied */

static const struct lws_protocols edge_protocols[] = {
    {.name = "http", .callback = edge_socket_callback}, /* where libwebsockets binds what is not open yet */
    {.name = EDGE_PROTOCOL,
     .callback = edge_socket_callback,
     .per_session_data_size = sizeof(struct edge_socket *),
     .rx_buffer_size = EDGE_RECEIVE_ROOM,
     .tx_packet_size = EDGE_SEND_ROOM},
    {0},
};

/* No checks of validity by libwebsockets: each would be a timer in one sorted list. Our pings do it. */
static const lws_retry_bo_t edge_policy = {.secs_since_valid_ping = 0, .secs_since_valid_hangup = 0};

uint64_t edge_now(const struct edge *edge)
{
    return uv_now(edge->settings.loop);
}

uint32_t edge_random(struct edge *edge, uint32_t below)
{
    edge->random = edge->random * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (uint32_t)(edge->random >> 33) % below;
}

static void edge_on_sweep(uv_timer_t *timer)
{
    struct edge *edge = CONTAINER_OF(timer, struct edge, sweep);
    uint64_t now = edge_now(edge);
    list_for_each_safe (at, &edge->connections)
        edge_connection_sweep(CONTAINER_OF(at, struct edge_connection, link), now);
    list_for_each_safe (at, &edge->sockets)
        edge_socket_sweep(CONTAINER_OF(at, struct edge_socket, link), now);
}

static void edge_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t wanted = limit.rlim_max < EDGE_DESCRIPTOR_LIMIT ? limit.rlim_max : EDGE_DESCRIPTOR_LIMIT;
    if (limit.rlim_cur == wanted)
        return;
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void edge_count_handles(uv_handle_t *handle, void *count)
{
    (void)handle;
    ++*(size_t *)count;
}

struct edge_handle_search {
    struct edge *edge;
    size_t skip;
};

/* uv_walk goes from the oldest handle to the newest. */
static void edge_note_handle(uv_handle_t *handle, void *data)
{
    struct edge_handle_search *search = data;
    struct edge *edge = search->edge;
    if (search->skip) {
        search->skip--;
        return;
    }
    if (handle->type == UV_POLL) /* of the pipe; it goes before the others do */
        return;
    assert(edge->context_handle_count < ARRAY_SIZE(edge->context_handles));
    edge->context_handles[edge->context_handle_count++] = handle;
}

static bool edge_open_context(struct edge *edge, char **out_error)
{
    void *loops[] = {edge->settings.loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = edge_protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_VALIDATE_UTF8,
        .foreign_loops = loops,
        .alpn = "http/1.1",
        .retry_and_idle_policy = &edge_policy,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .user = edge,
    };
    struct edge_handle_search search = {.edge = edge};
    uv_walk(edge->settings.loop, edge_count_handles, &search.skip);
    lws_set_log_level(0, NULL); /* what it would say is told by our errors, or is a peer's doing */
    edge->context = lws_create_context(&info);
    if (!edge->context) {
        *out_error = memory_print("libwebsockets does not start; is its libuv plugin there "
                                  "(on Debian the package libwebsockets-evlib-uv)?");
        return false;
    }
    edge->vhost = lws_get_vhost_by_name(edge->context, "default");
    assert(edge->vhost);
    uv_walk(edge->settings.loop, edge_note_handle, &search);
    return true;
}

static void edge_on_handle_closed(uv_handle_t *handle)
{
    struct edge *edge = handle->data;
    if (--edge->handle_count == 0)
        free(edge);
}

static void edge_close_handle(struct edge *edge, uv_handle_t *handle)
{
    handle->data = edge;
    uv_close(handle, edge_on_handle_closed);
}

struct edge *edge_new(const struct edge_settings *settings, char **out_error)
{
    struct edge *edge = memory_alloc(sizeof(*edge));
    edge->settings = *settings;
    edge->listen_fd = edge->spare_fd = -1;
    list_init(&edge->sockets);
    list_init(&edge->connections);
    list_init(&edge->runnable);
    list_init(&edge->holding);
    if (getrandom(&edge->random, sizeof(edge->random), GRND_NONBLOCK) < 0)
        edge->random = uv_hrtime();
    edge_raise_descriptors();
    if (!edge_listen(edge, out_error)) {
        free(edge);
        return NULL;
    }
    edge->handle_count = 1;
    if (!edge_open_context(edge, out_error)) {
        edge->freeing = true;
        edge_stop_listening(edge);
        return NULL;
    }
    uv_timer_init(settings->loop, &edge->sweep);
    uv_idle_init(settings->loop, &edge->work);
    uv_idle_init(settings->loop, &edge->sending);
    uv_prepare_init(settings->loop, &edge->turn_end);
    edge->handle_count += 4;
    uv_prepare_start(&edge->turn_end, edge_turn_end);
    uv_timer_start(&edge->sweep, edge_on_sweep, EDGE_SWEEP_MS, EDGE_SWEEP_MS);
    return edge;
}

uint16_t edge_port(const struct edge *edge)
{
    return edge->port;
}

void edge_count(struct edge *edge, int more)
{
    edge->count += (size_t)more;
    counter_set(edge->settings.counters, COUNTER_connections, edge->count);
}

size_t edge_connections(const struct edge *edge)
{
    return edge->count;
}

void edge_stop_listening(struct edge *edge)
{
    if (edge->listen_fd < 0)
        return;
    edge_listen_stop(edge);
    edge_close_handle(edge, (uv_handle_t *)&edge->listener);
}

static void edge_find_context_handle(uv_handle_t *handle, void *data)
{
    struct edge_handle_search *search = data;
    for (unsigned i = 0; i < search->edge->context_handle_count; i++)
        if (search->edge->context_handles[i] == handle)
            search->skip++;
}

/* On a loop that is not its own, libwebsockets closes its handles and then waits to be told a second time;
 * told too early, 4.1.6 frees what is still in use. It is time when its handles are no longer on the loop. */
static void edge_on_wait(uv_idle_t *idle)
{
    struct edge *edge = CONTAINER_OF(idle, struct edge, work);
    struct edge_handle_search search = {.edge = edge};
    uv_walk(edge->settings.loop, edge_find_context_handle, &search);
    if (search.skip)
        return;
    lws_context_destroy(edge->context);
    edge_close_handle(edge, (uv_handle_t *)&edge->work);
}

void edge_free(struct edge **where)
{
    struct edge *edge = *where;
    if (!edge)
        return;
    *where = NULL;
    edge->freeing = true;
    edge_stop_listening(edge);
    list_for_each_safe (at, &edge->connections)
        edge_connection_close(CONTAINER_OF(at, struct edge_connection, link));
    edge_close_handle(edge, (uv_handle_t *)&edge->sweep);
    edge_turn_flush_first(edge, SIZE_MAX);
    edge_close_handle(edge, (uv_handle_t *)&edge->turn_end);
    edge_close_handle(edge, (uv_handle_t *)&edge->sending);
    lws_context_destroy(edge->context); /* calls socket_closed for each */
    assert(list_is_empty(&edge->sockets));
    uv_idle_stop(&edge->work);
    uv_idle_start(&edge->work, edge_on_wait);
}
