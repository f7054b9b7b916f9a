/* The head of an HTTP/1.1 request, read strictly (RFC 9112): what could be read in two ways is refused, so
 * that nothing before us can have read it otherwise. Pure. */
#ifndef EDGE_EDGE_HEAD_H
#define EDGE_EDGE_HEAD_H

#include "edge/edge.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAD_TARGET_LIMIT 8192
#define HEAD_LINES_LIMIT  100

/* Headers that are kept: HEADER(constant, name). */
#define HEAD_HEADERS(HEADER)                                                                                 \
    HEADER(AUTHORIZATION, "authorization")                                                                   \
    HEADER(IDEMPOTENCY_KEY, "idempotency-key")                                                               \
    HEADER(IF_NONE_MATCH, "if-none-match")                                                                   \
    HEADER(CONTENT_TYPE, "content-type")                                                                     \
    HEADER(ACCEPT_ENCODING, "accept-encoding")                                                               \
    HEADER(ACCEPT_LANGUAGE, "accept-language")                                                               \
    HEADER(FORWARDED_FOR, "x-forwarded-for")                                                                 \
    HEADER(HOST, "host")                                                                                     \
    HEADER(ORIGIN, "origin")                                                                                 \
    HEADER(CONTENT_LENGTH, "content-length")                                                                 \
    HEADER(TRANSFER_ENCODING, "transfer-encoding")                                                           \
    HEADER(CONNECTION, "connection")                                                                         \
    HEADER(EXPECT, "expect")                                                                                 \
    HEADER(UPGRADE, "upgrade")                                                                               \
    HEADER(WEBSOCKET_KEY, "sec-websocket-key")                                                               \
    HEADER(WEBSOCKET_VERSION, "sec-websocket-version")                                                       \
    HEADER(WEBSOCKET_PROTOCOL, "sec-websocket-protocol")                                                     \
    HEADER(REQUEST_METHOD, "access-control-request-method")

enum head_header {
#define HEADER(constant, name) HEAD_##constant,
    HEAD_HEADERS(HEADER)
#undef HEADER
        HEAD_HEADER_COUNT
};

struct head {
    enum edge_method method;
    bool options;                           /* the method is OPTIONS */
    bool minor;                             /* HTTP/1.1, not 1.0 */
    bool keep;                              /* the client means to go on with this connection */
    uint64_t length;                        /* bytes of the body */
    const char *path;                       /* decoded */
    const char *query;                      /* raw */
    const char *headers[HEAD_HEADER_COUNT]; /* "" where absent */
};

/* Reads a head of `size` bytes up to and with its empty line; writes into the bytes, and points into them. 0,
 * or the status that refuses it: 400, 411, 414 or 431. */
int head_parse(struct head *head, char *bytes, size_t size);

/* Decodes %XX in place; false where an escape is wrong or hides a control character. */
bool head_decode(char *text);

/* Whether a comma-separated list has this token, without regard to case. */
bool head_list_has(const char *list, const char *token);

#endif
