#include "channel.h"
#include "base/memory.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CHANNEL_READ      262144
#define CHANNEL_SLOW_READ 2048

enum opcode { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9 };

/* The key of RFC 6455, section 1.3, and the answer to it: no digest is needed to see that the server is
 * right. */
static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==", accepted[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

static char incoming[CHANNEL_READ]; /* between recv() and the handlers, of whichever channel is read */

void channel_close(struct channel *channel)
{
    if (channel->watch.fd >= 0 && channel->state != CHANNEL_CLOSED)
        close(channel->watch.fd);
    channel->watch.fd = -1;
    channel->state = CHANNEL_CLOSED;
    buffer_clear(&channel->in);
    buffer_clear(&channel->out);
}

static void channel_fail(struct channel *channel, const char *why)
{
    channel_close(channel);
    channel->settings->closed(channel, why);
}

static void channel_want(struct channel *channel)
{
    uint32_t events = (channel->paused ? 0 : EPOLLIN) | (channel->out.size ? EPOLLOUT : 0);
    loop_change(channel->settings->loop, &channel->watch, events);
}

static void channel_flush(struct channel *channel)
{
    size_t before = channel->out.size;
    ssize_t size = send(channel->watch.fd, channel->out.bytes, before, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) {
        channel_fail(channel, strerror(errno));
        return;
    }
    if (size > 0) {
        memmove(channel->out.bytes, channel->out.bytes + size, before - (size_t)size);
        channel->out.size -= (size_t)size;
    }
    channel_want(channel);
}

static void channel_write(struct channel *channel, const void *bytes, size_t size)
{
    ssize_t sent = 0;
    if (!channel->out.size)
        sent = send(channel->watch.fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        sent = 0; /* what is wrong is seen when it is read */
    if ((size_t)sent == size)
        return;
    buffer_add(&channel->out, (const char *)bytes + sent, size - (size_t)sent);
    channel_want(channel);
}

static void channel_frame(struct channel *channel, enum opcode opcode, const char *bytes, size_t size)
{
    static const unsigned char mask[4] = {0x5a, 0xc3, 0x3c, 0xa5};
    unsigned char room[4096], *frame = size + 14 <= sizeof(room) ? room : memory_alloc(size + 14);
    size_t head = 2;
    frame[0] = (unsigned char)(0x80 | opcode);
    if (size < 126) {
        frame[1] = (unsigned char)(0x80 | size);
    } else {
        frame[1] = size < 65536 ? 0x80 | 126 : 0x80 | 127;
        for (int i = size < 65536 ? 1 : 7; i >= 0; i--)
            frame[head++] = (unsigned char)((uint64_t)size >> (8 * i));
    }
    memcpy(frame + head, mask, 4);
    head += 4;
    for (size_t i = 0; i < size; i++)
        frame[head + i] = (unsigned char)bytes[i] ^ mask[i & 3];
    channel_write(channel, frame, head + size);
    if (frame != room)
        free(frame);
}

void channel_send(struct channel *channel, const char *text, size_t size)
{
    if (channel->state == CHANNEL_OPEN)
        channel_frame(channel, OPCODE_TEXT, text, size);
}

static void channel_take(struct channel *channel, int opcode, const char *bytes, size_t size)
{
    if (opcode == OPCODE_TEXT) {
        channel->bytes += size;
        channel->settings->text(channel, bytes, size);
    } else if (opcode == OPCODE_PING) {
        channel_frame(channel, OPCODE_PING + 1, bytes, size);
    } else if (opcode == OPCODE_CLOSE) {
        char why[160];
        int code = size >= 2 ? (unsigned char)bytes[0] << 8 | (unsigned char)bytes[1] : 1005;
        snprintf(why, sizeof(why), "closed by the server: %d %.*s", code, size > 2 ? (int)size - 2 : 0,
                 bytes + 2);
        channel_fail(channel, why);
    }
}

/* Takes the whole frames at the beginning of `bytes`; returns how many bytes they were. */
static size_t channel_frames(struct channel *channel, const char *bytes, size_t size)
{
    size_t at = 0;
    while (channel->state == CHANNEL_OPEN && size - at >= 2) {
        const unsigned char *frame = (const unsigned char *)bytes + at;
        size_t length = frame[1] & 127, head = length == 126 ? 4 : length == 127 ? 10 : 2;
        if (size - at < head)
            break;
        if (head > 2) {
            length = 0;
            for (size_t i = 2; i < head; i++)
                length = length << 8 | frame[i];
        }
        if (!(frame[0] & 0x80) || (frame[1] & 0x80)) {
            channel_fail(channel, "a fragment or a masked frame, which this client does not take");
            return size;
        }
        if (size - at - head < length)
            break;
        channel_take(channel, frame[0] & 15, bytes + at + head, length);
        at += head + length;
    }
    return at;
}

/* The head of the answer to the upgrade; returns its size, 0 where it is not whole, and fails the channel if
 * it is wrong. */
static size_t channel_upgraded(struct channel *channel, const char *bytes, size_t size)
{
    char head[2048];
    size_t kept = size < sizeof(head) - 1 ? size : sizeof(head) - 1;
    memcpy(head, bytes, kept);
    head[kept] = '\0';
    const char *end = strstr(head, "\r\n\r\n");
    if (!end) {
        if (kept == sizeof(head) - 1)
            channel_fail(channel, "the answer to the upgrade does not end");
        return 0;
    }
    if (strncmp(head, "HTTP/1.1 101", 12) != 0 || !strstr(head, accepted)) {
        head[strcspn(head, "\r")] = '\0';
        char why[160];
        snprintf(why, sizeof(why), "not upgraded: %.120s", head);
        channel_fail(channel, why);
        return 0;
    }
    channel->state = CHANNEL_OPEN;
    channel->settings->opened(channel);
    return (size_t)(end - head) + 4;
}

static size_t channel_eat(struct channel *channel, const char *bytes, size_t size)
{
    size_t eaten = 0;
    if (channel->state == CHANNEL_UPGRADING)
        eaten = channel_upgraded(channel, bytes, size);
    if (channel->state == CHANNEL_OPEN)
        eaten += channel_frames(channel, bytes + eaten, size - eaten);
    return eaten;
}

static void channel_receive(struct channel *channel)
{
    size_t room = channel->slow && channel->state == CHANNEL_OPEN ? CHANNEL_SLOW_READ : sizeof(incoming);
    ssize_t size = recv(channel->watch.fd, incoming, room, MSG_DONTWAIT);
    if (size <= 0) {
        if (size == 0 || errno != EAGAIN)
            channel_fail(channel, size ? strerror(errno) : "the connection ended");
        return;
    }
    if (!channel->in.size) {
        size_t eaten = channel_eat(channel, incoming, (size_t)size);
        if (channel->state != CHANNEL_CLOSED && eaten < (size_t)size)
            buffer_add(&channel->in, incoming + eaten, (size_t)size - eaten);
    } else {
        buffer_add(&channel->in, incoming, (size_t)size);
        size_t eaten = channel_eat(channel, channel->in.bytes, channel->in.size);
        if (channel->state == CHANNEL_CLOSED)
            return;
        memmove(channel->in.bytes, channel->in.bytes + eaten, channel->in.size - eaten);
        channel->in.size -= eaten;
        if (!channel->in.size)
            buffer_clear(&channel->in);
    }
    if (channel->slow && channel->state == CHANNEL_OPEN) {
        channel->paused = true;
        channel_want(channel);
    }
}

static void channel_ask(struct channel *channel)
{
    const struct channel_settings *settings = channel->settings;
    struct buffer request CLEAN_BUFFER = {0};
    buffer_print(&request,
                 "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
                 settings->path, settings->target->host, key);
    if (settings->protocol)
        buffer_print(&request, "Sec-WebSocket-Protocol: %s\r\n", settings->protocol);
    buffer_add_string(&request, "\r\n");
    channel->state = CHANNEL_UPGRADING;
    channel_write(channel, request.bytes, request.size);
    channel_want(channel);
}

static void channel_ready(struct watch *watch, uint32_t events)
{
    struct channel *channel = CONTAINER_OF(watch, struct channel, watch);
    if (channel->state == CHANNEL_CONNECTING) {
        int error = 0;
        socklen_t size = sizeof(error);
        getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error)
            channel_fail(channel, strerror(error));
        else if (events & EPOLLOUT)
            channel_ask(channel);
        return;
    }
    if (events & EPOLLOUT && channel->out.size)
        channel_flush(channel);
    if (channel->state == CHANNEL_CLOSED)
        return;
    if (events & EPOLLIN)
        channel_receive(channel);
    else if (events & (EPOLLERR | EPOLLHUP))
        channel_fail(channel, "the connection ended");
}

bool channel_open(struct channel *channel, const struct channel_settings *settings, bool little_room)
{
    int on = 1, little = 4096;
    const struct target *target = settings->target;
    int fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (little_room)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
    if (connect(fd, (const struct sockaddr *)&target->address, target->address_size) < 0 &&
        errno != EINPROGRESS) {
        close(fd);
        return false;
    }
    *channel = (struct channel){.watch = {fd, channel_ready}, .settings = settings};
    channel->state = CHANNEL_CONNECTING;
    loop_watch(settings->loop, &channel->watch, EPOLLOUT);
    return true;
}

void channel_read(struct channel *channel)
{
    if (channel->state != CHANNEL_OPEN || !channel->paused)
        return;
    channel->paused = false;
    channel_want(channel);
}
