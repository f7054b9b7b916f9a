/* Bytes ready to be sent, shared by all who are sent the same: immutable once made, counted, with room before
 * the first byte for a transport's header. The count is not atomic: a frame stays on its loop. */
#ifndef BASE_FRAME_H
#define BASE_FRAME_H

#include <stddef.h>

#define FRAME_HEADROOM 16 /* at least LWS_PRE */

struct frame {
    unsigned references;
    size_t size;
    unsigned char room[]; /* FRAME_HEADROOM bytes, then `size` bytes */
};

struct frame *frame_new(const void *bytes, size_t size); /* one reference, the caller's; copies */
struct frame *frame_ref(struct frame *frame);
void frame_unref(struct frame **frame); /* sets *frame to NULL */

static inline unsigned char *frame_bytes(struct frame *frame)
{
    return frame->room + FRAME_HEADROOM;
}

#endif
