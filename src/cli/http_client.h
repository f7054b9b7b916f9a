/* A client of one server's HTTP door, as a browser is one: one connection, kept open, one request at a time,
 * each waited for. For commands of the command line; blocks, and so belongs on no server's loop. */
#ifndef CLI_HTTP_CLIENT_H
#define CLI_HTTP_CLIENT_H

#include "base/buffer.h"

#include <stdbool.h>

struct http_client {
    char *host, *port;
    int fd; /* -1: not connected */
};

/* Takes http://host[:port] apart; false where it is none. Connects at the first request. */
bool http_client_open(struct http_client *client, const char *url);
void http_client_close(struct http_client *client);

/* Connects now; false where nobody answers. */
bool http_client_reach(struct http_client *client);

/* Sends JSON and reads the answer into out_body (replaced). Its status; 0 where nothing answered, which is
 * told in out_body. Connects again where the server had closed the connection between two requests. */
int http_client_post(struct http_client *client, const char *path, const char *token, const char *json,
                     struct buffer *out_body);

#endif
