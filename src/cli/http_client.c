#include "cli/http_client.h"
#include "base/memory.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CLIENT_SECONDS 10
#define CLIENT_MOST    (4u << 20) /* bytes of an answer */

bool http_client_open(struct http_client *client, const char *url)
{
    static const char scheme[] = "http://";
    *client = (struct http_client){.fd = -1};
    if (strncmp(url, scheme, strlen(scheme)) != 0)
        return false;
    const char *host = url + strlen(scheme), *end = host + strcspn(host, "/?#");
    const char *name = host, *name_end = end;
    if (*host == '[') { /* IPv6 */
        name = host + 1;
        name_end = memchr(name, ']', (size_t)(end - name));
        if (!name_end)
            return false;
    }
    const char *from = *host == '[' ? name_end : host, *colon = memchr(from, ':', (size_t)(end - from));
    if (*host != '[' && colon)
        name_end = colon;
    if (name_end == name || (*end && strcmp(end, "/") != 0) || (colon && colon + 1 == end))
        return false;
    client->host = memory_bytes(name, (size_t)(name_end - name));
    client->port = colon ? memory_bytes(colon + 1, (size_t)(end - colon - 1)) : memory_string("80");
    return true;
}

static void client_hang_up(struct http_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}

void http_client_close(struct http_client *client)
{
    client_hang_up(client);
    free(client->host);
    free(client->port);
    client->host = client->port = NULL;
}

static bool client_connect(struct http_client *client)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    const struct timeval limit = {.tv_sec = CLIENT_SECONDS};
    const int on = 1;
    if (getaddrinfo(client->host, client->port, &hints, &found) != 0)
        return false;
    for (const struct addrinfo *at = found; at && client->fd < 0; at = at->ai_next) {
        client->fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (connect(client->fd, at->ai_addr, at->ai_addrlen) != 0)
            client_hang_up(client);
    }
    freeaddrinfo(found);
    return client->fd >= 0;
}

static bool client_send(struct http_client *client, const char *bytes, size_t size)
{
    while (size) {
        ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* More of the answer; false at its end. */
static bool client_receive(struct http_client *client, struct buffer *text)
{
    char bytes[8192];
    ssize_t got;
    do
        got = recv(client->fd, bytes, sizeof(bytes), 0);
    while (got < 0 && errno == EINTR);
    if (got <= 0 || text->size > CLIENT_MOST)
        return false;
    buffer_add(text, bytes, (size_t)got);
    return true;
}

/* The value of a header; NULL where it is not there. `head` ends with an empty line. */
static const char *head_find(const char *head, const char *name)
{
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        const char *at = line + 2;
        if (strncasecmp(at, name, strlen(name)) == 0 && at[strlen(name)] == ':')
            return at + strlen(name) + 1 + strspn(at + strlen(name) + 1, " \t");
    }
    return NULL;
}

/* The status of an answer with a Content-Length, and its body; 0 where it broke off. */
static int client_read(struct http_client *client, struct buffer *out_body)
{
    struct buffer text CLEAN_BUFFER = {0};
    const char *end = NULL;
    while (!end && client_receive(client, &text))
        end = strstr(text.bytes, "\r\n\r\n");
    if (!end || strncmp(text.bytes, "HTTP/1.", 7) != 0)
        return 0;
    size_t head = (size_t)(end - text.bytes) + 4;
    text.bytes[head - 2] = '\0'; /* what follows is the body's */
    const char *length = head_find(text.bytes, "content-length"), *kept = head_find(text.bytes, "connection");
    size_t size = length ? (size_t)strtoul(length, NULL, 10) : 0;
    int status = atoi(text.bytes + strlen("HTTP/1.1 "));
    bool closes = (kept && strncasecmp(kept, "close", 5) == 0) || !length;
    while (text.size - head < size || !length)
        if (!client_receive(client, &text))
            break;
    if (text.size - head < size)
        return 0;
    buffer_reset(out_body);
    buffer_add(out_body, text.bytes + head, length ? size : text.size - head);
    if (closes)
        client_hang_up(client);
    return status;
}

bool http_client_reach(struct http_client *client)
{
    return client->fd >= 0 || client_connect(client);
}

int http_client_post(struct http_client *client, const char *path, const char *token, const char *json,
                     struct buffer *out_body)
{
    struct buffer request CLEAN_BUFFER = {0};
    bool wide = strchr(client->host, ':');
    buffer_print(&request,
                 "POST %s HTTP/1.1\r\nHost: %s%s%s:%s\r\nAuthorization: Bearer %s\r\nContent-Type: "
                 "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                 path, wide ? "[" : "", client->host, wide ? "]" : "", client->port, token, strlen(json),
                 json);
    for (int tries = 0; tries < 2; tries++) {
        bool fresh = client->fd < 0;
        if (fresh && !client_connect(client))
            break;
        int status = client_send(client, request.bytes, request.size) ? client_read(client, out_body) : 0;
        if (status)
            return status;
        client_hang_up(client);
        if (fresh)
            break;
    }
    buffer_reset(out_body);
    buffer_print(out_body, "nothing answers on %s port %s", client->host, client->port);
    return 0;
}
