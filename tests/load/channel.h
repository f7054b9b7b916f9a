/* A WebSocket from the client's side (RFC 6455), for thousands of them in one process: what arrives is read
 * into one buffer that all share, and only a frame that is not whole yet is kept. Text messages alone; pings
 * are answered. */
#ifndef LOAD_CHANNEL_H
#define LOAD_CHANNEL_H

#include "base/buffer.h"
#include "loop.h"
#include "target.h"

enum channel_state { CHANNEL_CLOSED, CHANNEL_CONNECTING, CHANNEL_UPGRADING, CHANNEL_OPEN };

struct channel;

struct channel_settings {
    struct loop *loop;
    const struct target *target;
    const char *path;
    const char *protocol; /* NULL: none is asked for */
    void (*opened)(struct channel *channel);
    void (*text)(struct channel *channel, const char *text, size_t size);
    void (*closed)(struct channel *channel, const char *why); /* not by channel_close() */
};

struct channel {
    struct watch watch;
    const struct channel_settings *settings;
    enum channel_state state;
    bool slow; /* the owner's: reads a little after each channel_read(), and nothing else */
    bool paused;
    struct buffer in, out;
    uint64_t bytes; /* of text received */
};

/* Begins to connect, with little room for what is not read yet where that is asked for. A channel that was
 * closed may be opened again. False where no socket is to be had. */
bool channel_open(struct channel *channel, const struct channel_settings *settings, bool little_room);
void channel_close(struct channel *channel);
void channel_send(struct channel *channel, const char *text, size_t size);
/* Lets a slow channel read once. */
void channel_read(struct channel *channel);

#endif
