#include "base/counters.h"
#include "base/memory.h"

#include <assert.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct counters {
    int descriptor;
    unsigned count;
    struct counters_slot *slots;
};

static const struct {
    const char *name, *help, *type;
} rows[] = {
#define COUNTERS_ROW(name, help) {"palabre_" #name, help, "gauge"},
    COUNTERS_GAUGES(COUNTERS_ROW)
#undef COUNTERS_ROW
#define COUNTERS_ROW(name, help) {"palabre_" #name, help, "counter"},
        COUNTERS_COUNTERS(COUNTERS_ROW)
#undef COUNTERS_ROW
};

static const struct {
    const char *name, *help;
} histogram_rows[] = {
#define COUNTERS_ROW(name, help) {"palabre_" #name, help},
    COUNTERS_HISTOGRAMS(COUNTERS_ROW)
#undef COUNTERS_ROW
};

/* The upper bound of each bucket: for the clock and for Prometheus. */
static const struct {
    uint64_t nanoseconds;
    const char *seconds;
} bounds[HISTOGRAM_BOUNDS] = {
    {250000, "0.00025"}, {500000, "0.0005"},  {1000000, "0.001"},  {2500000, "0.0025"},
    {5000000, "0.005"},  {10000000, "0.01"},  {25000000, "0.025"}, {50000000, "0.05"},
    {100000000, "0.1"},  {250000000, "0.25"}, {500000000, "0.5"},  {1000000000, "1"},
};

static struct counters *counters_map(int descriptor, unsigned count)
{
    void *memory =
        mmap(NULL, count * sizeof(struct counters_slot), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED)
        return NULL;
    struct counters *counters = memory_alloc(sizeof(*counters));
    *counters = (struct counters){descriptor, count, memory};
    return counters;
}

struct counters *counters_new(unsigned slots)
{
    int descriptor = memfd_create("palabre-counters", MFD_CLOEXEC);
    struct counters *counters = NULL;
    if (descriptor >= 0 && ftruncate(descriptor, (off_t)(slots * sizeof(struct counters_slot))) == 0)
        counters = counters_map(descriptor, slots);
    if (!counters)
        abort(); /* out of memory, as memory_alloc */
    return counters;
}

int counters_descriptor(const struct counters *counters)
{
    return counters->descriptor;
}

struct counters *counters_adopt(int descriptor)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0 || status.st_size <= 0 ||
        status.st_size % (off_t)sizeof(struct counters_slot) != 0)
        return NULL;
    return counters_map(descriptor, (unsigned)(status.st_size / (off_t)sizeof(struct counters_slot)));
}

void counters_free(struct counters **counters)
{
    if (!*counters)
        return;
    munmap((*counters)->slots, (*counters)->count * sizeof(struct counters_slot));
    close((*counters)->descriptor);
    memory_free(counters);
}

unsigned counters_slots(const struct counters *counters)
{
    return counters->count;
}

struct counters_slot *counters_slot(struct counters *counters, unsigned number)
{
    assert(number < counters->count);
    return &counters->slots[number];
}

static uint64_t relaxed(const _Atomic uint64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

uint64_t counters_sum(const struct counters *counters, enum counter counter)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < counters->count; i++)
        sum += relaxed(&counters->slots[i].values[counter]);
    return sum;
}

void counters_clear_gauges(struct counters_slot *slot)
{
#define COUNTERS_CLEAR(name, help) counter_set(slot, COUNTER_##name, 0);
    COUNTERS_GAUGES(COUNTERS_CLEAR)
#undef COUNTERS_CLEAR
}

void histogram_add(struct counters_slot *slot, enum histogram histogram, uint64_t nanoseconds)
{
    if (!slot)
        return;
    size_t bucket = 0;
    while (bucket < HISTOGRAM_BOUNDS && nanoseconds > bounds[bucket].nanoseconds)
        bucket++;
    _Atomic uint64_t *count = &slot->histograms[histogram].buckets[bucket],
                     *sum = &slot->histograms[histogram].sum;
    atomic_store_explicit(count, relaxed(count) + 1, memory_order_relaxed);
    atomic_store_explicit(sum, relaxed(sum) + nanoseconds, memory_order_relaxed);
}

/* The count is the sum of the buckets as they were read, so that the two agree while others write. */
static void print_histogram(const struct counters *counters, enum histogram histogram, struct buffer *out)
{
    const char *name = histogram_rows[histogram].name;
    uint64_t count = 0, sum = 0;
    buffer_print(out, "# HELP %s %s\n# TYPE %s histogram\n", name, histogram_rows[histogram].help, name);
    for (size_t bucket = 0; bucket <= HISTOGRAM_BOUNDS; bucket++) {
        for (unsigned i = 0; i < counters->count; i++)
            count += relaxed(&counters->slots[i].histograms[histogram].buckets[bucket]);
        buffer_print(out, "%s_bucket{le=\"%s\"} %llu\n", name,
                     bucket < HISTOGRAM_BOUNDS ? bounds[bucket].seconds : "+Inf", (unsigned long long)count);
    }
    for (unsigned i = 0; i < counters->count; i++)
        sum += relaxed(&counters->slots[i].histograms[histogram].sum);
    buffer_print(out, "%s_sum %llu.%09llu\n%s_count %llu\n", name, (unsigned long long)(sum / 1000000000),
                 (unsigned long long)(sum % 1000000000), name, (unsigned long long)count);
}

void counters_print(const struct counters *counters, struct buffer *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", rows[i].name, rows[i].help, rows[i].name,
                     rows[i].type, rows[i].name, (unsigned long long)counters_sum(counters, (enum counter)i));
    for (size_t i = 0; i < ARRAY_SIZE(histogram_rows); i++)
        print_histogram(counters, (enum histogram)i, out);
}
