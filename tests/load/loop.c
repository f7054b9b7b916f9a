#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#define LOOP_EVENTS 512

uint64_t loop_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void loop_fail(const char *what)
{
    perror(what);
    exit(1);
}

void loop_init(struct loop *loop)
{
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        loop_fail("epoll_create1");
}

static void loop_control(struct loop *loop, int operation, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll, operation, watch->fd, &event) < 0)
        loop_fail("epoll_ctl");
}

void loop_watch(struct loop *loop, struct watch *watch, uint32_t events)
{
    loop_control(loop, EPOLL_CTL_ADD, watch, events);
}

void loop_change(struct loop *loop, struct watch *watch, uint32_t events)
{
    loop_control(loop, EPOLL_CTL_MOD, watch, events);
}

static void loop_turn(struct loop *loop, uint64_t wait)
{
    struct epoll_event events[LOOP_EVENTS];
    struct timespec time = {.tv_sec = (time_t)(wait / 1000000), .tv_nsec = (long)(wait % 1000000) * 1000};
    int count = epoll_pwait2(loop->epoll, events, LOOP_EVENTS, &time, NULL);
    if (count < 0 && errno != EINTR)
        loop_fail("epoll_pwait2");
    for (int i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;
        if (watch->fd >= 0)
            watch->ready(watch, events[i].events);
    }
}

bool loop_run(struct loop *loop, uint64_t until, bool (*step)(void *arg, uint64_t now, uint64_t *out_next),
              void *arg)
{
    for (;;) {
        uint64_t now = loop_now(), next = until;
        if (step && step(arg, now, &next))
            return true;
        if (now >= until)
            return false;
        if (next > until)
            next = until;
        loop_turn(loop, next > now ? next - now : 0);
    }
}
