#include "base/counters.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void slots_are_summed(void **state)
{
    (void)state;
    struct counters *counters = counters_new(3);
    assert_int_equal(counters_slots(counters), 3);
    counter_add(counters_slot(counters, 0), COUNTER_public_frames_sent_total, 5);
    counter_add(counters_slot(counters, 2), COUNTER_public_frames_sent_total, 7);
    counter_add(counters_slot(counters, 2), COUNTER_public_frames_sent_total, 1);
    counter_set(counters_slot(counters, 1), COUNTER_connections, 4);
    counter_set(counters_slot(counters, 1), COUNTER_connections, 2);
    assert_int_equal(counters_sum(counters, COUNTER_public_frames_sent_total), 13);
    assert_int_equal(counters_sum(counters, COUNTER_connections), 2);
    assert_int_equal(counters_sum(counters, COUNTER_sessions), 0);
    counters_free(&counters);
    assert_null(counters);
    counters_free(&counters);
}

static void what_is_counted_nowhere_is_no_fault(void **state)
{
    (void)state;
    counter_add(NULL, COUNTER_public_frames_sent_total, 5);
    counter_set(NULL, COUNTER_connections, 4);
    histogram_add(NULL, HISTOGRAM_tick_seconds, 1);
}

static void who_is_gone_leaves_its_counts_and_holds_nothing(void **state)
{
    (void)state;
    struct counters *counters = counters_new(2);
    struct counters_slot *slot = counters_slot(counters, 0);
    counter_set(slot, COUNTER_connections, 4);
    counter_set(slot, COUNTER_store_connected, 1);
    counter_add(slot, COUNTER_votes_accepted_total, 9);
    histogram_add(slot, HISTOGRAM_tick_seconds, 1);
    counter_set(counters_slot(counters, 1), COUNTER_connections, 3);
    counters_clear_gauges(slot);
    assert_int_equal(counters_sum(counters, COUNTER_connections), 3);
    assert_int_equal(counters_sum(counters, COUNTER_store_connected), 0);
    assert_int_equal(counters_sum(counters, COUNTER_votes_accepted_total), 9);
    counters_free(&counters);
}

static void another_process_writes_into_the_same_counters(void **state)
{
    (void)state;
    struct counters *counters = counters_new(2);
    pid_t child = fork();
    if (child == 0) {
        struct counters *same = counters_adopt(dup(counters_descriptor(counters)));
        if (!same || counters_slots(same) != 2)
            _exit(1);
        counter_add(counters_slot(same, 1), COUNTER_loads_total, 3);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(counters_sum(counters, COUNTER_loads_total), 3);
    assert_true(fcntl(counters_descriptor(counters), F_GETFD) & FD_CLOEXEC);
    counters_free(&counters);
}

static void a_descriptor_of_something_else_is_refused(void **state)
{
    (void)state;
    int ends[2];
    assert_null(counters_adopt(-1));
    assert_int_equal(pipe(ends), 0);
    assert_null(counters_adopt(ends[0]));
    close(ends[0]);
    close(ends[1]);
}

static bool has_line(const struct buffer *text, const char *line)
{
    const char *at = strstr(text->bytes, line);
    return at && (at == text->bytes || at[-1] == '\n') && at[strlen(line)] == '\n';
}

static void the_text_is_what_prometheus_reads(void **state)
{
    (void)state;
    struct counters *counters = counters_new(2);
    CLEAN_BUFFER struct buffer text = {0};
    counter_add(counters_slot(counters, 0), COUNTER_votes_accepted_total, 40);
    counter_add(counters_slot(counters, 1), COUNTER_votes_accepted_total, 2);
    counter_set(counters_slot(counters, 1), COUNTER_connections, 6);
    counters_print(counters, &text);
    assert_true(has_line(&text, "# TYPE palabre_votes_accepted_total counter"));
    assert_true(has_line(&text, "palabre_votes_accepted_total 42"));
    assert_true(has_line(&text, "# TYPE palabre_connections gauge"));
    assert_true(has_line(&text, "palabre_connections 6"));
    assert_true(has_line(&text, "palabre_worker_restarts_total 0"));
    counters_free(&counters);
}

static void a_histogram_is_cumulative_and_its_bounds_are_inside(void **state)
{
    (void)state;
    struct counters *counters = counters_new(2);
    CLEAN_BUFFER struct buffer text = {0};
    histogram_add(counters_slot(counters, 0), HISTOGRAM_store_call_seconds, 1000000);
    histogram_add(counters_slot(counters, 0), HISTOGRAM_store_call_seconds, 1000001);
    histogram_add(counters_slot(counters, 1), HISTOGRAM_store_call_seconds, 0);
    histogram_add(counters_slot(counters, 1), HISTOGRAM_store_call_seconds, 3000000000);
    counters_print(counters, &text);
    assert_true(has_line(&text, "# TYPE palabre_store_call_seconds histogram"));
    assert_true(has_line(&text, "palabre_store_call_seconds_bucket{le=\"0.00025\"} 1"));
    assert_true(has_line(&text, "palabre_store_call_seconds_bucket{le=\"0.001\"} 2"));
    assert_true(has_line(&text, "palabre_store_call_seconds_bucket{le=\"0.0025\"} 3"));
    assert_true(has_line(&text, "palabre_store_call_seconds_bucket{le=\"1\"} 3"));
    assert_true(has_line(&text, "palabre_store_call_seconds_bucket{le=\"+Inf\"} 4"));
    assert_true(has_line(&text, "palabre_store_call_seconds_sum 3.002000001"));
    assert_true(has_line(&text, "palabre_store_call_seconds_count 4"));
    assert_true(has_line(&text, "palabre_tick_seconds_count 0"));
    counters_free(&counters);
}

#define WRITES 200000

static void *write_many(void *slot)
{
    for (int i = 0; i < WRITES; i++)
        counter_add(slot, COUNTER_public_frames_sent_total, 1);
    return NULL;
}

static void a_reader_sees_counts_that_never_go_back(void **state)
{
    (void)state;
    struct counters *counters = counters_new(2);
    pthread_t writers[2];
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_many, counters_slot(counters, i)), 0);
    uint64_t last = 0, sum = 0;
    for (int i = 0; i < 1000; i++, last = sum) {
        sum = counters_sum(counters, COUNTER_public_frames_sent_total);
        assert_true(sum >= last);
    }
    for (unsigned i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    assert_int_equal(counters_sum(counters, COUNTER_public_frames_sent_total), 2 * WRITES);
    counters_free(&counters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_summed),
        cmocka_unit_test(what_is_counted_nowhere_is_no_fault),
        cmocka_unit_test(who_is_gone_leaves_its_counts_and_holds_nothing),
        cmocka_unit_test(another_process_writes_into_the_same_counters),
        cmocka_unit_test(a_descriptor_of_something_else_is_refused),
        cmocka_unit_test(the_text_is_what_prometheus_reads),
        cmocka_unit_test(a_histogram_is_cumulative_and_its_bounds_are_inside),
        cmocka_unit_test(a_reader_sees_counts_that_never_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
