#include "edge/edge_internal.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

/* The headers that edge_request_header() knows: those of edge_head.h that a handler has a use for. */
static const struct {
    const char *name;
    enum head_header header;
} request_headers[] = {
    {"authorization", HEAD_AUTHORIZATION},
    {"idempotency-key", HEAD_IDEMPOTENCY_KEY},
    {"if-none-match", HEAD_IF_NONE_MATCH},
    {"content-type", HEAD_CONTENT_TYPE},
    {"accept-encoding", HEAD_ACCEPT_ENCODING},
    {"accept-language", HEAD_ACCEPT_LANGUAGE},
    {"host", HEAD_HOST},
    {"origin", HEAD_ORIGIN},
};

void edge_request_free(struct edge_request **request)
{
    if (!*request)
        return;
    free((*request)->room);
    free((*request)->body);
    memory_free(request);
}

enum edge_method edge_request_method(const struct edge_request *request)
{
    return request->head.method;
}

const char *edge_request_path(const struct edge_request *request)
{
    return request->head.path;
}

const char *edge_request_query(const struct edge_request *request)
{
    return request->head.query;
}

const char *edge_request_header(const struct edge_request *request, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(request_headers); i++)
        if (strcmp(name, request_headers[i].name) == 0)
            return request->head.headers[request_headers[i].header];
    assert(!"a header that edge_request.c does not list");
    return "";
}

const char *edge_request_body(const struct edge_request *request, size_t *out_size)
{
    *out_size = request->body_size;
    return request->body ? request->body : "";
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
           strncmp(address, "::ffff:127.", 11) == 0;
}

/* A proxy on this machine says whom it speaks for, and the last address is the one that it saw itself. */
const char *edge_request_peer(const struct edge_request *request)
{
    unsigned char bytes[16];
    const char *said = request->head.headers[HEAD_FORWARDED_FOR], *comma = strrchr(said, ',');
    if (comma)
        said = comma + 1;
    said += strspn(said, " \t");
    bool address = inet_pton(AF_INET, said, bytes) == 1 || inet_pton(AF_INET6, said, bytes) == 1;
    return address && is_loopback(request->peer) ? said : request->peer;
}

const char *edge_request_parameter(const struct edge_request *request, const char *name, char *room,
                                   size_t size)
{
    size_t name_size = strlen(name);
    for (const char *at = request->head.query; *at;) {
        size_t length = strcspn(at, "&");
        if (length > name_size && strncmp(at, name, name_size) == 0 && at[name_size] == '=') {
            size_t value_size = length - name_size - 1;
            if (value_size >= size)
                return NULL;
            memcpy(room, at + name_size + 1, value_size);
            room[value_size] = '\0';
            for (char *c = room; *c; c++)
                if (*c == '+')
                    *c = ' ';
            return head_decode(room) ? room : NULL;
        }
        at += length;
        if (*at)
            at++;
    }
    return NULL;
}

void edge_request_answer(struct edge_request *request, int status, const struct edge_header *headers,
                         struct frame *body)
{
    struct edge_connection *connection = request->connection;
    if (connection) {
        assert(connection->request == request && connection->state == CONNECTION_HELD);
        connection->request = NULL;
        request->connection = NULL;
        edge_connection_answer(connection, request, status, headers, body);
    }
    edge_request_free(&request);
}
