/* The moments at which a document changed for an audience: the last few, and the horizon before which it is
 * not known what changed. A document changed only if its bytes did. */
#ifndef VIEW_TRACK_H
#define VIEW_TRACK_H

#include <stdint.h>

#define TRACK_CHANGES 4

struct track {
    int64_t horizon;
    int64_t changes[TRACK_CHANGES]; /* newest first; 0 behind the last that is remembered */
};

static inline void track_init(struct track *track, int64_t seq)
{
    *track = (struct track){.horizon = seq, .changes = {seq}};
}

static inline void track_add(struct track *track, int64_t seq)
{
    if (track->changes[0] == seq)
        return;
    for (int i = TRACK_CHANGES - 1; i > 0; i--)
        track->changes[i] = track->changes[i - 1];
    track->changes[0] = seq;
}

/* The last change not after `since`; `since` itself where it is no longer remembered. */
static inline int64_t track_from(const struct track *track, int64_t since)
{
    for (int i = 0; i < TRACK_CHANGES; i++)
        if (track->changes[i] && track->changes[i] <= since)
            return track->changes[i];
    return since;
}

#endif
