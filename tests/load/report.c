/* What a load says at its end: for people, or as one line of JSON. */
#include "load.h"

#include <math.h>
#include <stdio.h>

void report_number(struct load *load, const char *name, double value)
{
    bool whole = value == floor(value) && fabs(value) < 1e15;
    json_object_set_new(load->report, name, whole ? json_integer((json_int_t)value) : json_real(value));
}

void report_period(struct load *load, uint64_t from, uint64_t to)
{
    report_number(load, "measured_from_s", (double)from / 1e6);
    report_number(load, "measured_to_s", (double)to / 1e6);
}

void report_times(struct load *load, const char *name, const struct histogram *histogram)
{
    static const struct {
        const char *name;
        double share;
    } shares[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
    json_t *times = json_object();
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
        json_object_set_new(times, shares[i].name,
                            json_real((double)histogram_share(histogram, shares[i].share) / 1e3));
    json_object_set_new(times, "max", json_real((double)histogram->largest / 1e3));
    double mean = histogram->count ? (double)histogram->sum / (double)histogram->count / 1e3 : 0;
    json_object_set_new(times, "mean", json_real(mean));
    json_object_set_new(times, "count", json_integer((json_int_t)histogram->count));
    json_object_set_new(load->report, name, times);
}

static void print_value(const char *name, const json_t *value)
{
    if (json_is_integer(value))
        printf("  %-34s %lld\n", name, (long long)json_integer_value(value));
    else if (json_is_real(value))
        printf("  %-34s %.2f\n", name, json_real_value(value));
    else if (json_is_string(value))
        printf("  %-34s %s\n", name, json_string_value(value));
}

void report_print(struct load *load)
{
    const char *name, *part;
    json_t *value, *inner;
    json_object_set_new(load->report, "ok", json_boolean(!load->fault[0]));
    if (load->fault[0])
        json_object_set_new(load->report, "fault", json_string(load->fault));
    if (load->options.json) {
        json_dumpf(load->report, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
        putchar('\n');
        return;
    }
    json_object_foreach(load->report, name, value)
    {
        if (!json_is_object(value)) {
            print_value(name, value);
            continue;
        }
        printf("  %-34s", name);
        json_object_foreach(value, part, inner)
        {
            printf(json_is_integer(inner) ? " %s %.0f" : " %s %.2f", part, json_number_value(inner));
        }
        putchar('\n');
    }
    puts(load->fault[0] ? load->fault : "  all that was received is right");
}
