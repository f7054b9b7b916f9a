/* The limit: an epoll server that knows WebSocket's handshake for one key, and send()s a ready frame to every
 * listener for each message of a driver. No checks, no buffers: a socket that takes no bytes misses the
 * frame.
 *
 *   load-bare    prints `ready on http://127.0.0.1:PORT`, ends with SIGTERM */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS 65536
#define PIECE   65536

enum state { GONE, ASKING, LISTENING, DRIVING };

static enum state states[SOCKETS];
static int listeners[SOCKETS];
static unsigned listener_count;

static const char upgraded[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void leave(int fd)
{
    for (unsigned i = 0; states[fd] == LISTENING && i < listener_count; i++)
        if (listeners[i] == fd)
            listeners[i--] = listeners[--listener_count];
    states[fd] = GONE;
    close(fd);
}

static void broadcast(const unsigned char *payload, size_t size)
{
    unsigned char frame[PIECE + 4] = {0x81};
    size_t head = size < 126 ? 2 : 4;
    frame[1] = size < 126 ? (unsigned char)size : 126;
    frame[2] = (unsigned char)(size >> 8);
    frame[3] = (unsigned char)size;
    memcpy(frame + head, payload, size);
    for (unsigned i = 0; i < listener_count; i++)
        send(listeners[i], frame, head + size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The masked frames of a driver, which arrive whole: they are small and one side waits for the other. */
static void drive(unsigned char *bytes, size_t size)
{
    while (size >= 6) {
        size_t length = bytes[1] & 127, head = length == 126 ? 4 : 2;
        if (length == 126)
            length = (size_t)bytes[2] << 8 | bytes[3];
        if (size < head + 4 + length)
            return;
        const unsigned char *mask = bytes + head;
        unsigned char *payload = bytes + head + 4;
        for (size_t i = 0; i < length; i++)
            payload[i] ^= mask[i & 3];
        if ((bytes[0] & 15) == 1)
            broadcast(payload, length);
        bytes = payload + length;
        size -= head + 4 + length;
    }
}

static void hear(int fd)
{
    unsigned char bytes[PIECE];
    ssize_t size = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN)) {
        leave(fd);
    } else if (size > 0 && states[fd] == ASKING) {
        bool drives = size > 9 && memcmp(bytes, "GET /pub ", 9) == 0;
        states[fd] = drives ? DRIVING : LISTENING;
        if (!drives)
            listeners[listener_count++] = fd;
        if (send(fd, upgraded, sizeof(upgraded) - 1, MSG_NOSIGNAL) < 0)
            leave(fd);
    } else if (size > 0 && states[fd] == DRIVING) {
        drive(bytes, (size_t)size);
    }
}

static void greet(int epoll, int door)
{
    int on = 1, fd;
    while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= SOCKETS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        states[fd] = ASKING;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
            fail("epoll_ctl");
    }
}

int main(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
        epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = door};
    if (door < 0 || epoll < 0 || bind(door, (struct sockaddr *)&address, size) < 0 ||
        listen(door, 4096) < 0 || getsockname(door, (struct sockaddr *)&address, &size) < 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, door, &event) < 0)
        fail("load-bare");
    printf("ready on http://127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd == door)
                greet(epoll, door);
            else
                hear(events[i].data.fd);
    }
}
