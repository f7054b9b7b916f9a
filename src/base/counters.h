/* Counters that all workers of a deployment write and any of them reads: what /metrics says.
 *
 * A mapping of anonymous memory, shared by processes, with one slot for each writer. A slot has one writer at
 * a time, who adds with plain relaxed loads and stores; a reader adds the slots up and blocks nobody: what it
 * reads may be a few counts apart, and no count ever goes back. A slot outlives its writer, whose successor
 * counts on.
 *
 * /metrics is read by anyone, so none of them may tell of a vote under a seal: what is counted does not
 * depend on what was voted, only on that someone did. Frames to voters and staff, which do, are not counted.
 *
 * Knows the names of the counters and how Prometheus wants them; nothing of what is counted. */
#ifndef BASE_COUNTERS_H
#define BASE_COUNTERS_H

#include "base/buffer.h"

#include <stdatomic.h>
#include <stdint.h>

/* X(name, what it says): a gauge goes up and down and is 0 for a writer that is gone, a counter only grows.
 * Both are summed over the slots. */
#define COUNTERS_GAUGES(X)                                                                                   \
    X(workers, "Processes that serve now")                                                                   \
    X(connections, "Open connections, WebSocket and HTTP")                                                   \
    X(sessions, "Sessions held in memory; one that two workers hold counts twice")                           \
    X(store_connected, "Workers that are connected to Redis")                                                \
    X(tick_milliseconds, "Time between two frames of a topic, longer under load; of all workers together")

#define COUNTERS_COUNTERS(X)                                                                                 \
    X(public_frames_encoded_total, "Frames of topics made for the public")                                   \
    X(public_frames_sent_total, "Frames of topics sent to the public; one made is sent to many")             \
    X(votes_accepted_total, "Votes that Redis accepted")                                                     \
    X(flushes_total, "Calls of tally_flush, each of which publishes what votes changed in a tick")           \
    X(store_errors_total, "Calls of Redis functions that Redis did not answer, or with an error of its own") \
    X(loads_total, "Sessions loaded from Redis whole")                                                       \
    X(gaps_repaired_total, "Times that missed events were read from a session's log")                        \
    X(worker_restarts_total, "Workers started again after they died")

/* In seconds. */
#define COUNTERS_HISTOGRAMS(X)                                                                               \
    X(tick_lag_seconds, "How late the frames of a tick, those of the public among them, began to be made")   \
    X(tick_seconds, "Time from the making of a tick's frames until the last had left")                       \
    X(store_call_seconds, "Time from a call of a Redis function to its answer")

#define COUNTERS_ENUM(name, help) COUNTER_##name,
enum counter { COUNTERS_GAUGES(COUNTERS_ENUM) COUNTERS_COUNTERS(COUNTERS_ENUM) COUNTER_COUNT };
#undef COUNTERS_ENUM
#define COUNTERS_ENUM(name, help) HISTOGRAM_##name,
enum histogram { COUNTERS_HISTOGRAMS(COUNTERS_ENUM) HISTOGRAM_COUNT };
#undef COUNTERS_ENUM

#define HISTOGRAM_BOUNDS 12

struct counters;

/* One writer's. Its own page or more, so that no two writers share a cache line. */
struct counters_slot {
    _Atomic uint64_t values[COUNTER_COUNT];
    struct {
        _Atomic uint64_t buckets[HISTOGRAM_BOUNDS + 1]; /* the last: beyond the highest bound */
        _Atomic uint64_t sum;                           /* nanoseconds */
    } histograms[HISTOGRAM_COUNT];
} __attribute__((aligned(4096)));

/* All zero. Aborts where there is no memory. */
struct counters *counters_new(unsigned slots);
/* A descriptor of the mapping for another process to inherit; open as long as the counters are, closed by
 * exec. */
int counters_descriptor(const struct counters *counters);
/* The mapping behind an inherited descriptor (Takes it); NULL where it holds none, and the descriptor stays.
 */
struct counters *counters_adopt(int descriptor);
void counters_free(struct counters **counters);

unsigned counters_slots(const struct counters *counters);
struct counters_slot *counters_slot(struct counters *counters, unsigned number);
uint64_t counters_sum(const struct counters *counters, enum counter counter);
/* A slot's writer is gone, and all that it held open. */
void counters_clear_gauges(struct counters_slot *slot);
/* The sum of all slots as Prometheus' text format 0.0.4. */
void counters_print(const struct counters *counters, struct buffer *out);

/* Where `slot` is NULL nothing is counted. */
static inline void counter_set(struct counters_slot *slot, enum counter counter, uint64_t value)
{
    if (slot)
        atomic_store_explicit(&slot->values[counter], value, memory_order_relaxed);
}

static inline void counter_add(struct counters_slot *slot, enum counter counter, uint64_t more)
{
    if (slot)
        counter_set(slot, counter, atomic_load_explicit(&slot->values[counter], memory_order_relaxed) + more);
}

void histogram_add(struct counters_slot *slot, enum histogram histogram, uint64_t nanoseconds);

#endif
