/* The private Redis: a redis-server (or valkey-server) of our own on a unix socket in the data directory,
 * append-only file on, no port.
 *
 * Everyone who uses a data directory, server or command, starts with redis_private_start and ends with
 * redis_private_stop. The first becomes the owner: adopts a Redis that still answers, or starts one, and
 * looks after it. The others use it. The last one out stops it; an owner that goes before the others leaves
 * it running, and one of them looks after it. It outlives its owner's kill -9, to be adopted: nothing that
 * was acknowledged is lost.
 *
 * Owns the process, `lock`, `users`, `redis.lock`, `redis.conf`, `redis.log` and `redis.sock` in the data
 * directory. Does not know what is in Redis. Callbacks run later, on the loop. */
#ifndef SERVER_REDIS_PRIVATE_H
#define SERVER_REDIS_PRIVATE_H

#include <stdbool.h>
#include <uv.h>

struct redis_private;

struct redis_private_settings {
    uv_loop_t *loop;
    const char *data; /* directory; made with mode 0700 where it is absent */
    bool keep; /* a Redis that dies is started again, with growing patience (a server); else `failed` (a
                  command) */
    void *owner;
    void (*ready)(void *owner,
                  const char *url); /* it answers; once: what follows is the store's to reconnect */
    void (*failed)(void *owner, const char *message); /* there will be none; stop is still to be called */
    void (*warned)(void *owner, const char *message); /* it died and starts again; may be NULL */
};

struct redis_private *redis_private_start(const struct redis_private_settings *settings);
/* Stops Redis, where nobody else uses it, and waits for its end; then frees and runs `stopped`. */
void redis_private_stop(struct redis_private **redis, void (*stopped)(void *arg), void *arg);
/* Whether Redis is looked after by this process; false while another does. */
bool redis_private_is_owner(const struct redis_private *redis);

#endif
