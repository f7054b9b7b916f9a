/* Ticks: when frames are made, and how long they take to leave.
 *
 *   resting --tick_want--> wanted --tick_begin--> leaving --tick_end--> resting, or wanted once more
 *
 * A tick begins where frames are made (hub_run) and ends when the last of them has left, some turns of the
 * loop later. Meanwhile no other begins: under load a tick so is as long as sending takes, and what changes
 * in it is conflated before it is encoded. Knows no clock: it is told the time, in ns.
 *
 * Invariants (tick_assert_sane):
 *   1. while a tick leaves, nothing is wanted or due since before it began. */
#ifndef HUB_TICK_H
#define HUB_TICK_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed, with least_ms set, it is at rest. */
struct tick {
    int64_t least_ms;   /* between the frames of a topic */
    uint64_t wanted_at; /* since when frames are wanted; 0: they are not */
    uint64_t due_at;    /* when those of topics that had some lately may follow; 0: none wait */
    uint64_t begun_at;  /* of the tick that is leaving; 0: none */
    int64_t average_us; /* what a tick takes; the last has a quarter in it */
};

/* Frames are wanted, or still are. */
void tick_want(struct tick *tick, uint64_t now);
/* Whether frames can be made now, and how many ns after they could have been. Where not, they are wanted when
 * those that leave have left. */
bool tick_begin(struct tick *tick, uint64_t now, uint64_t *out_late);
/* hub_run() said when more are due: ms from the beginning, or -1. */
void tick_wait(struct tick *tick, int64_t wait_ms);
/* All frames have left, or there were none: the ns that it took, which make none of the next late. */
uint64_t tick_end(struct tick *tick, uint64_t now);
bool tick_is_wanted(const struct tick *tick);
/* A tick that counts for the average took so many ns. */
void tick_took(struct tick *tick, uint64_t took);
/* The time between two frames of a topic that keeps changing, as it is now. */
int64_t tick_ms(const struct tick *tick);
void tick_assert_sane(const struct tick *tick);

#endif
