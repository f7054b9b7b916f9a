#include "histogram.h"

uint64_t histogram_share(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)histogram->count + 0.5), seen = 0;
    if (!histogram->count)
        return 0;
    if (wanted < 1)
        wanted = 1;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen < wanted)
            continue;
        unsigned shift = i >> HISTOGRAM_FINE;
        if (shift == 0)
            return i;
        return ((uint64_t)(i & ((1u << HISTOGRAM_FINE) - 1)) | (1u << HISTOGRAM_FINE)) << (shift - 1);
    }
    return histogram->largest;
}
