/* What a tick costs in which one tally changes: applying the event and encoding the delta that all listeners
 * at the same version share. Printed with 100 and with 10,000 ideas in the challenge; the cost must not grow
 * with their number.
 *
 * Where the votes fall on the window's ideas, every tick makes a frame; where they fall on any, many ideas
 * tie, and one vote moves an idea past all that tied with it. */
#include "base/memory.h"
#include "view/view.h"
#include "wire/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_TICKS 20000

static void bench_changed(void *owner, const struct topic *topic, enum audience audience, int64_t seq)
{
    (void)owner, (void)topic, (void)audience, (void)seq;
}

static void bench_promoted(void *owner, const char *person, const char *challenge)
{
    (void)owner, (void)person, (void)challenge;
}

static struct field_write bench_write(const char *key, const char *value)
{
    return (struct field_write){
        .key = key, .value = value, .key_size = strlen(key), .value_size = strlen(value)};
}

static void bench_put(struct view *view, const char *value, const char *key, ...)
    __attribute__((format(printf, 3, 4)));
static void bench_put(struct view *view, const char *value, const char *key, ...)
{
    char name[32];
    va_list list;
    va_start(list, key);
    vsnprintf(name, sizeof(name), key, list);
    va_end(list);
    struct field_write write = bench_write(name, value);
    if (!view_load_field(view, &write))
        abort();
}

static struct view *bench_view(int ideas, int *scores)
{
    struct view *view =
        view_new(&(struct view_settings){.changed = bench_changed, .promoted = bench_promoted});
    view_load_begin(view);
    bench_put(view, "approval", "c:c1.ballot");
    bench_put(view, "open", "c:c1.state");
    bench_put(view, "live", "c:c1.tally");
    for (int i = 0; i < ideas; i++) {
        char number[32], tally[64];
        scores[i] = i < 100 ? 10000 - i : (int)((unsigned)i * 2654435761u % 100);
        snprintf(number, sizeof(number), "%d", i + 1);
        snprintf(tally, sizeof(tally), "%d 0 0 0 0 0", scores[i]);
        bench_put(view, "c1", "i:i%d.challenge", i);
        bench_put(view, "Une glace aux mirabelles de Lorraine", "i:i%d.title", i);
        bench_put(view, number, "i:i%d.n", i);
        bench_put(view, tally, "i:i%d.tally", i);
    }
    view_load_end(view, "9f3c01aa77e2", 1);
    return view;
}

static double bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Microseconds a tick. */
static double bench_run(int ideas, bool window)
{
    int *scores = memory_alloc((size_t)ideas * sizeof(*scores));
    struct view *view = bench_view(ideas, scores);
    struct topic topic = {.kind = TOPIC_ideas, .subject = "c1", .order = order_top};
    struct document_cursor cursor = {0};
    size_t frames = 0;
    double start = bench_now();
    for (int tick = 0; tick < BENCH_TICKS; tick++) {
        int idea = (int)((unsigned)tick * 40503u % (unsigned)(window ? 100 : ideas));
        char key[32], tally[64], minute[32], counts[32], votes[32];
        snprintf(key, sizeof(key), "i:i%d.tally", idea);
        snprintf(tally, sizeof(tally), "%d 0 0 0 0 0", ++scores[idea]);
        snprintf(minute, sizeof(minute), "c:c1.minute.%d", 1000 + tick / 1200);
        snprintf(counts, sizeof(counts), "%d 0 0", tick % 1200 + 1);
        snprintf(votes, sizeof(votes), "%d", tick);
        const struct field_write writes[] = {bench_write(key, tally), bench_write("c:c1.votes", votes),
                                             bench_write(minute, counts)};
        struct event event = {
            .kind = EVENT_tally_flushed, .seq = tick + 2, .writes = writes, .write_count = 3};
        if (!view_apply(view, &event))
            abort();
        struct frame *frame = document_delta(view, &topic, AUDIENCE_PUBLIC, tick + 1, &cursor);
        frames += frame != NULL;
        frame_unref(&frame);
    }
    double cost = (bench_now() - start) / BENCH_TICKS;
    printf("%6d ideas, votes on %s: %6.2f us a tick (%zu of %d made a frame)\n", ideas,
           window ? "the window" : "any idea  ", cost, frames, BENCH_TICKS);
    view_free(&view);
    free(scores);
    return cost;
}

int main(void)
{
    bench_run(100, true); /* warms up */
    double few = bench_run(100, true), many = bench_run(10000, true);
    bench_run(100, false);
    bench_run(10000, false);
    printf("a frame of 10,000 ideas costs %.2f times one of 100\n", many / few);
    return 0;
}
