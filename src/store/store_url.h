/* Where a Redis is, as an operator writes it.
 *
 *   redis://[user:password@]host[:port][/db]     redis+unix://[user:password@]/path[?db=n] unix:/path[?db=n]
 *
 * Owns its strings. Errors name the part that is wrong and never repeat a password. */
#ifndef STORE_STORE_URL_H
#define STORE_STORE_URL_H

#include <stdbool.h>

struct store_url {
    char *path;            /* of a unix socket, or NULL */
    char *host, *port;     /* of TCP, or NULL */
    char *user, *password; /* NULL where not given */
    int db;
};

/* False with a message (the caller frees) where the text is no such URL; out_url is untouched then. */
bool store_url_parse(const char *text, struct store_url *out_url, char **out_error);
void store_url_clear(struct store_url *url);

#endif
