#include "edge/edge_internal.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 4096
#define LISTEN_BUDGET  64 /* connections accepted in a turn, so that those that are open have theirs */
#define LISTEN_UNSENT_ROOM                                                                                   \
    16384 /* unsent bytes that the kernel takes; frames beyond it would only grow stale there */

union listen_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int listen_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void listen_name(const union listen_address *address, char room[EDGE_PEER_ROOM])
{
    const struct in6_addr *v6 = &address->v6.sin6_addr;
    room[0] = '\0';
    if (address->any.sa_family == AF_INET)
        inet_ntop(AF_INET, &address->v4.sin_addr, room, EDGE_PEER_ROOM);
    else if (IN6_IS_ADDR_V4MAPPED(v6))
        inet_ntop(AF_INET, v6->s6_addr + 12, room, EDGE_PEER_ROOM);
    else
        inet_ntop(AF_INET6, v6, room, EDGE_PEER_ROOM);
}

/* No descriptor is left: what waits is accepted with the spare one and closed, or the listening socket would
 * stay readable and turn the loop for nothing. */
static bool listen_shed(struct edge *edge)
{
    if (edge->spare_fd < 0)
        return false;
    close(edge->spare_fd);
    int fd = accept4(edge->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    edge->spare_fd = listen_spare();
    return fd >= 0;
}

/* Accepts what waits, at most `budget` connections. */
static void listen_accept(struct edge *edge, int budget)
{
    while (budget-- > 0) {
        union listen_address address;
        socklen_t size = sizeof(address);
        int fd = accept4(edge->listen_fd, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE) && listen_shed(edge))
            continue;
        if (fd < 0 && (errno == ECONNABORTED || errno == EINTR))
            continue;
        if (fd < 0)
            return;
        int one = 1, room = LISTEN_UNSENT_ROOM;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &room, sizeof(room));
        char peer[EDGE_PEER_ROOM];
        listen_name(&address, peer);
        edge_connection_new(edge, fd, peer);
    }
}

static void listen_on_poll(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status >= 0)
        listen_accept(CONTAINER_OF(poll, struct edge, listener), LISTEN_BUDGET);
}

static bool listen_parse(const char *text, uint16_t port, union listen_address *address, socklen_t *out_size)
{
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        *out_size = sizeof(address->v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) != 1)
        return false;
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(port);
    *out_size = sizeof(address->v6);
    return true;
}

static uint16_t listen_port(const union listen_address *address)
{
    return ntohs(address->any.sa_family == AF_INET ? address->v4.sin_port : address->v6.sin6_port);
}

int edge_open_listener(const char *text, uint16_t *port, char **out_error)
{
    union listen_address address;
    socklen_t size;
    if (!listen_parse(text, *port, &address, &size)) {
        *out_error = memory_print("%s is not an address to listen on", text);
        return -1;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1, zero = 0;
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one,
                   sizeof(one)); /* workers share a port; 4.1.6 would not set it */
        if (address.any.sa_family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
    }
    if (fd >= 0 && bind(fd, &address.any, size) == 0 && listen(fd, LISTEN_BACKLOG) == 0 &&
        getsockname(fd, &address.any, &size) == 0) {
        *port = listen_port(&address);
        return fd;
    }
    *out_error = memory_print("cannot listen on %s port %u: %s", text, *port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

bool edge_listen(struct edge *edge, char **out_error)
{
    uint16_t port = edge->settings.port;
    int fd = edge->settings.listen_fd;
    if (fd <= 0)
        fd = edge_open_listener(edge->settings.address, &port, out_error);
    if (fd < 0)
        return false;
    union listen_address address = {0};
    socklen_t size = sizeof(address);
    if (getsockname(fd, &address.any, &size) != 0 ||
        uv_poll_init(edge->settings.loop, &edge->listener, fd) != 0) {
        *out_error = memory_print("cannot listen on the descriptor %d", fd);
        if (fd != edge->settings.listen_fd)
            close(fd);
        return false;
    }
    edge->port = listen_port(&address);
    edge->listen_fd = fd;
    edge->spare_fd = listen_spare();
    uv_poll_start(&edge->listener, UV_READABLE, listen_on_poll);
    return true;
}

void edge_listen_stop(struct edge *edge)
{
    int fd = edge->listen_fd;
    bool ours =
        fd != edge->settings.listen_fd; /* another's socket keeps its queue for whoever listens next */
    if (ours && !edge->freeing)
        listen_accept(edge, LISTEN_BACKLOG); /* who is in the queue would be reset with it */
    edge->listen_fd = -1;
    uv_poll_stop(&edge->listener);
    if (ours)
        close(fd);
    if (edge->spare_fd >= 0)
        close(edge->spare_fd);
    edge->spare_fd = -1;
}
