/* One epoll loop, and the monotonic clock in microseconds. */
#ifndef LOAD_LOOP_H
#define LOAD_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct watch {
    int fd; /* -1: none */
    void (*ready)(struct watch *watch, uint32_t events);
};

struct loop {
    int epoll;
};

#define LOOP_NEVER UINT64_MAX

uint64_t loop_now(void); /* us */
void loop_init(struct loop *loop);
void loop_watch(struct loop *loop, struct watch *watch, uint32_t events);  /* from now on */
void loop_change(struct loop *loop, struct watch *watch, uint32_t events); /* of one that is watched */
/* Runs until `step` says that it is over or the time has come, whichever is first; true for the former.
 * `step` is asked before each wait, and says in *out_next when it wants to be asked again at the latest. */
bool loop_run(struct loop *loop, uint64_t until, bool (*step)(void *arg, uint64_t now, uint64_t *out_next),
              void *arg);

#endif
