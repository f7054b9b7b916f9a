/* A deployment as a process opens it: the data directory, its keys, the private Redis (or one's own) and the
 * store. `serve` and every command begin with it and end by closing it.
 *
 *   OPENING --store connected--> READY --(Redis dies)--> READY, the store away, until it is back --> closed
 */
#ifndef SERVER_DEPLOYMENT_H
#define SERVER_DEPLOYMENT_H

#include "server/redis_private.h"
#include "server/settings.h"
#include "store/store.h"
#include "token/keyring.h"

struct deployment {
    uv_loop_t *loop;
    const struct settings *settings;
    bool serve;
    struct keyring *keyring;
    struct redis_private *redis; /* NULL: one's own */
    struct store *store;
    bool is_connected;
    char *fault; /* why it could not open; the deployment's */
    void *owner;
    void (*connected)(void *owner, bool connected); /* the store came or went; NULL: nobody asks */
    void (*log)(const char *message);
};

/* Makes the directory (0700) and the keys, starts or adopts Redis, begins to connect. False with
 * deployment->fault where that cannot be; what opened so far is closed by deployment_close(). The struct's
 * first three members, `owner`, `connected` and `log` are set by the caller. */
bool deployment_open(struct deployment *deployment);
/* Runs the loop until the store has connected (true), or for as long as wait_ms; false with a fault. */
bool deployment_wait(struct deployment *deployment, int64_t wait_ms);
/* The folder of the keys, below a data directory that is made where it is not there; the caller frees. NULL
 * with a message. */
char *deployment_keys(const struct settings *settings, char **out_message);
/* Closes the store, and stops a Redis that this process started. Runs the loop until all is closed. */
void deployment_close(struct deployment *deployment);

#endif
