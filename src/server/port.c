#include "server/port.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define PORT_LOOK_MS 20

static bool port_is_free_now(const char *address, uint16_t port)
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
    bool is_free = bind(fd, (struct sockaddr *)&where, size) == 0 || errno != EADDRINUSE;
    close(fd);
    return is_free;
}

bool port_is_free(const struct settings *settings, int wait_ms, char **out_message)
{
    while (!port_is_free_now(settings->address, settings->port)) {
        if (wait_ms <= 0) {
            *out_message = memory_print(
                "%s: another program listens there: choose another port with --listen", settings->listen);
            return false;
        }
        usleep(PORT_LOOK_MS * 1000);
        wait_ms -= PORT_LOOK_MS;
    }
    return true;
}

void port_say_ready(const struct settings *settings, uint16_t port)
{
    bool wide = strchr(settings->address, ':');
    printf("palabre: ready on http://%s%s%s:%u\n", wide ? "[" : "", settings->address, wide ? "]" : "", port);
    fflush(stdout);
}
