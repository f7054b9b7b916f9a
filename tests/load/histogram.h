/* Latencies in microseconds, counted in logarithmic buckets: 64 to each power of two, so that a value is
 * known to 1.6 % and none is thrown away. A zeroed struct is an empty histogram. */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_FINE    6 /* bits of a value that are kept below its highest */
#define HISTOGRAM_BUCKETS ((40 - HISTOGRAM_FINE) << HISTOGRAM_FINE) /* up to 2^39 us, six days */

struct histogram {
    uint64_t count, sum, largest;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t value)
{
    if (value < 1u << HISTOGRAM_FINE)
        return (unsigned)value;
    unsigned high = 63 - (unsigned)__builtin_clzll(value);
    if (high > 38)
        return HISTOGRAM_BUCKETS - 1;
    unsigned shift = high - HISTOGRAM_FINE;
    return ((shift + 1) << HISTOGRAM_FINE) + (unsigned)((value >> shift) & ((1u << HISTOGRAM_FINE) - 1));
}

static inline void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->buckets[histogram_bucket(value)]++;
    histogram->count++;
    histogram->sum += value;
    if (value > histogram->largest)
        histogram->largest = value;
}

/* The smallest value of the bucket in which the given share (0 to 1) of all values ends; 0 where there are
 * none. */
uint64_t histogram_share(const struct histogram *histogram, double share);

#endif
