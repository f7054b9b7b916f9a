#include "server/lines.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <assert.h>
#include <string.h>

#define LINES_READ 4096

struct lines {
    uv_pipe_t pipe;
    struct lines_settings settings;
    struct buffer in;
    char scratch[LINES_READ];
};

struct line_out {
    uv_write_t write;
    char *text;
};

static void lines_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out_room)
{
    struct lines *lines = handle->data;
    (void)wanted;
    *out_room = uv_buf_init(lines->scratch, sizeof(lines->scratch));
}

/* `heard` may free the lines: what is left is looked for again only where they are still open. */
static void lines_hand_over(struct lines *lines)
{
    struct buffer text = lines->in;
    lines->in = (struct buffer){0};
    char *at = text.bytes, *end;
    while (!uv_is_closing((uv_handle_t *)&lines->pipe) && (end = strchr(at, '\n'))) {
        *end = '\0';
        lines->settings.heard(lines->settings.owner, at);
        at = end + 1;
    }
    if (!uv_is_closing((uv_handle_t *)&lines->pipe))
        buffer_add_string(&lines->in, at);
    buffer_clear(&text);
}

static void lines_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
    struct lines *lines = stream->data;
    if (size > 0) {
        buffer_add(&lines->in, room->base, (size_t)size);
        lines_hand_over(lines);
    } else if (size < 0) {
        uv_read_stop(stream);
        if (lines->settings.ended)
            lines->settings.ended(lines->settings.owner);
    }
}

struct lines *lines_new(uv_loop_t *loop, int descriptor, const struct lines_settings *settings)
{
    struct lines *lines = memory_alloc(sizeof(*lines));
    lines->settings = *settings;
    uv_pipe_init(loop, &lines->pipe, 0);
    lines->pipe.data = lines;
    int wrong = uv_pipe_open(&lines->pipe, descriptor);
    assert(!wrong); /* a socket of our own making */
    (void)wrong;
    uv_read_start((uv_stream_t *)&lines->pipe, lines_room, lines_read);
    return lines;
}

static void line_written(uv_write_t *write, int status)
{
    struct line_out *line = CONTAINER_OF(write, struct line_out, write);
    (void)status;
    free(line->text);
    free(line);
}

void lines_say(struct lines *lines, const char *word, const char *rest)
{
    struct line_out *line = memory_alloc(sizeof(*line));
    line->text = rest ? memory_print("%s %s\n", word, rest) : memory_print("%s\n", word);
    uv_buf_t bytes = uv_buf_init(line->text, (unsigned)strlen(line->text));
    if (uv_write(&line->write, (uv_stream_t *)&lines->pipe, &bytes, 1, line_written) != 0)
        line_written(&line->write, 0);
}

static void lines_closed(uv_handle_t *handle)
{
    struct lines *lines = handle->data;
    buffer_clear(&lines->in);
    free(lines);
}

void lines_free(struct lines **where)
{
    struct lines *lines = *where;
    *where = NULL;
    if (lines)
        uv_close((uv_handle_t *)&lines->pipe, lines_closed);
}
