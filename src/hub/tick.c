#include "hub/tick.h"

#include <assert.h>

#define TICK_NS_PER_MS 1000000
#define TICK_MAX_NS    1000000000 /* a longer one was no sending, but a machine that slept */

void tick_want(struct tick *tick, uint64_t now)
{
    if (!tick->wanted_at)
        tick->wanted_at = now;
}

bool tick_begin(struct tick *tick, uint64_t now, uint64_t *out_late)
{
    if (tick->begun_at) {
        tick_want(tick, now);
        return false;
    }
    uint64_t due = tick->wanted_at;
    if (tick->due_at && (!due || tick->due_at < due))
        due = tick->due_at;
    *out_late = due && due < now ? now - due : 0;
    tick->wanted_at = tick->due_at = 0;
    tick->begun_at = now;
    return true;
}

void tick_wait(struct tick *tick, int64_t wait_ms)
{
    tick->due_at = wait_ms < 0 ? 0 : tick->begun_at + (uint64_t)wait_ms * TICK_NS_PER_MS;
}

uint64_t tick_end(struct tick *tick, uint64_t now)
{
    assert(tick->begun_at);
    uint64_t took = now - tick->begun_at;
    if (tick->wanted_at)
        tick->wanted_at = now;
    if (tick->due_at && tick->due_at < now)
        tick->due_at = now;
    tick->begun_at = 0;
    return took;
}

bool tick_is_wanted(const struct tick *tick)
{
    return tick->wanted_at != 0;
}

void tick_took(struct tick *tick, uint64_t took)
{
    int64_t us = (int64_t)(took < TICK_MAX_NS ? took : TICK_MAX_NS) / 1000;
    tick->average_us += (us - tick->average_us) / 4;
}

int64_t tick_ms(const struct tick *tick)
{
    int64_t took = tick->average_us / 1000;
    return took > tick->least_ms ? took : tick->least_ms;
}

void tick_assert_sane(const struct tick *tick)
{
    uint64_t begun = tick->begun_at;
    assert(!begun || !tick->wanted_at || tick->wanted_at >= begun);
    assert(!begun || !tick->due_at || tick->due_at >= begun);
}
