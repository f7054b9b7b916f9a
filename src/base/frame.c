#include "base/frame.h"
#include "base/memory.h"

#include <assert.h>
#include <string.h>

struct frame *frame_new(const void *bytes, size_t size)
{
    struct frame *frame = memory_resize(NULL, sizeof(*frame) + FRAME_HEADROOM + size);
    frame->references = 1;
    frame->size = size;
    if (size)
        memcpy(frame_bytes(frame), bytes, size);
    return frame;
}

struct frame *frame_ref(struct frame *frame)
{
    frame->references++;
    return frame;
}

void frame_unref(struct frame **frame)
{
    if (!*frame)
        return;
    assert((*frame)->references > 0);
    if (--(*frame)->references == 0)
        free(*frame);
    *frame = NULL;
}
