#include "edge/edge_internal.h"

#include <string.h>

/* RFC 6455, 4.2.1. libwebsockets reads the same bytes again; it sees none that would be wrong. */
bool edge_handshake_right(const struct head *head)
{
    const char *key = head->headers[HEAD_WEBSOCKET_KEY];
    return head->method == EDGE_GET && head->minor && !head->length &&
           strcmp(head->headers[HEAD_UPGRADE], "websocket") == 0 &&
           head_list_has(head->headers[HEAD_CONNECTION], "upgrade") &&
           strlen(head->headers[HEAD_CONNECTION]) < 100 &&
           strcmp(head->headers[HEAD_WEBSOCKET_VERSION], "13") == 0 && strlen(key) == 24 &&
           strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == 22 &&
           key[22] == '=' && key[23] == '=' &&
           head_list_has(head->headers[HEAD_WEBSOCKET_PROTOCOL], EDGE_PROTOCOL) &&
           strlen(head->headers[HEAD_WEBSOCKET_PROTOCOL]) < 100; /* what libwebsockets has room for */
}
