/* `palabre health`: asks a running server's /readyz, as a container's health check does. */
#include "base/memory.h"
#include "cli/cli.h"
#include "server/settings.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char health_help[] =
    "usage: palabre health [--listen ADDRESS:PORT]\n\n"
    "Asks the server that listens there (127.0.0.1:7700 unless said) whether it is ready.\n"
    "Exit status 0 where it is, 1 where it is not.\n";

#define HEALTH_SECONDS 5

static int health_connect(const char *address, uint16_t port)
{
    char service[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST}, *found = NULL;
    /* What listens everywhere answers here. */
    const char *host = strcmp(address, "0.0.0.0") == 0 ? "127.0.0.1"
                       : strcmp(address, "::") == 0    ? "::1"
                                                       : address;
    snprintf(service, sizeof(service), "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return -1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = {.tv_sec = HEALTH_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static int health_ask(const char *address, uint16_t port)
{
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char answer[16] = "";
    int fd = health_connect(address, port);
    if (fd < 0)
        return cli_fail("nothing answers on %s port %u", address, port);
    bool asked = send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(request) - 1 &&
                 recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) > 12;
    close(fd);
    if (!asked || strncmp(answer, "HTTP/1.1 200", 12) != 0)
        return cli_fail("the server on %s port %u is not ready", address, port);
    puts("ready");
    return 0;
}

int cli_health(int argc, char **argv)
{
    struct settings settings;
    char *message CLEAN_FREE = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(health_help, stdout), 0;
    if (!settings_read(&settings, &argc, argv, false, &message))
        return cli_usage("health", "%s", message);
    int status = argc > 1 ? cli_usage("health", "%s: not expected here", argv[1])
                          : health_ask(settings.address, settings.port);
    settings_clear(&settings);
    return status;
}
