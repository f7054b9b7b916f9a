/* Lines of text between a supervisor and a worker, over a socket pair. Knows nothing of what they say.
 * Callbacks run on the loop, never from inside a call of this header; none after lines_free(). */
#ifndef SERVER_LINES_H
#define SERVER_LINES_H

#include <uv.h>

struct lines;

struct lines_settings {
    void *owner;
    void (*heard)(void *owner,
                  const char *line); /* without its end; the bytes are the callback's for its time */
    void (*ended)(void *owner);      /* the other end is gone; may be NULL */
};

/* Takes the descriptor. */
struct lines *lines_new(uv_loop_t *loop, int descriptor, const struct lines_settings *settings);
/* `rest` follows after a space; NULL: nothing. Neither has a line's end in it. Lost where the other end is
 * gone. */
void lines_say(struct lines *lines, const char *word, const char *rest);
/* What was said leaves first, as far as the other end takes it at once. Its handle closes later. */
void lines_free(struct lines **lines);

#endif
