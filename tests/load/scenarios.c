/* The scenarios: what is connected, what is sent, what is told. */
#include "load.h"

#include <stdio.h>

/* Voters and listeners connected, and measured. */
static void run_votes(struct load *load)
{
    const struct options *options = &load->options;
    if (load->dialect->peer && options->payload && !load->dialect->publish)
        load_fault(load, "this dialect cannot publish");
    load_make_sessions(load);
    load->voter_count = options->voters;
    load->voters = load_make_clients(load, VOTER, options->voters);
    load_make_tokens(load, load->voters, load->voter_count);
    load->listener_count = options->listeners;
    load->listeners = load_make_clients(load, LISTENER, options->listeners);
    load_connect(load, load->voters, load->voter_count);
    load_connect(load, load->listeners, load->listener_count);
    load_measure(load);
    load_verify(load);
}

/* Palabre: one idea changes with each vote. A peer: a driver publishes. */
static void run_broadcast(struct load *load)
{
    if (load->dialect->peer)
        load->options.voters = 1;
    else
        load->options.payload = 0;
    run_votes(load);
}

static void run_plain_votes(struct load *load)
{
    load->options.payload = 0;
    run_votes(load);
}

static void run_join(struct load *load)
{
    load->options.voters = 0;
    load_make_sessions(load);
    load->listener_count = load->options.clients;
    load->listeners = load_make_clients(load, LISTENER, load->listener_count);
    if (!load->options.bare)
        load_make_tokens(load, load->listeners, load->listener_count);
    uint64_t cpu = process_cpu(load->options.pid), bytes = 0;
    uint64_t from = loop_now(), took = load_connect(load, load->listeners, load->listener_count);
    cpu = process_cpu(load->options.pid) - cpu;
    for (unsigned i = 0; i < load->listener_count; i++)
        bytes += load->listeners[i].channel.bytes;
    report_period(load, from, from + took);
    report_number(load, "seconds", (double)took / 1e6);
    report_number(load, "joins_per_second", load->listener_count * 1e6 / (double)took);
    report_number(load, "bytes_per_join", (double)bytes / load->listener_count);
    if (load->options.pid)
        report_number(load, "server_cpu_us_per_join", (double)cpu / load->listener_count);
    report_times(load, "join_ms", load->joined);
    if (!load->options.bare)
        load_verify(load);
}

static void run_idle(struct load *load)
{
    load->options.voters = 0;
    load_make_sessions(load);
    load->listener_count = load->options.clients;
    load->listeners = load_make_clients(load, LISTENER, load->listener_count);
    load_make_tokens(load, load->listeners, load->listener_count);
    if (!load->options.pid)
        load_fault(load, "idle measures memory: --pid of the server is needed");
    uint64_t before = process_memory(load->options.pid);
    load_connect(load, load->listeners, load->listener_count);
    uint64_t cpu = process_cpu(load->options.pid), began = loop_now();
    loop_run(&load->loop, began + (uint64_t)(load->options.seconds * 1e6), NULL, NULL);
    uint64_t after = process_memory(load->options.pid);
    cpu = process_cpu(load->options.pid) - cpu;
    report_number(load, "server_memory_before", (double)before);
    report_number(load, "server_memory_after", (double)after);
    report_number(load, "bytes_per_connection", ((double)after - (double)before) / load->listener_count);
    report_number(load, "server_cpu_share", (double)cpu / (double)(loop_now() - began));
    load_verify(load);
}

/* Everyone leaves, votes go on, and everyone comes back with the version that they hold. */
static void run_resume(struct load *load)
{
    const struct options *options = &load->options;
    uint64_t snapshots = 0, bytes = 0;
    run_votes(load);
    load_close(load->listeners, load->listener_count);
    unsigned listeners = load->listener_count;
    load->listener_count = 0; /* nobody is waited for */
    load_measure(load);
    load->listener_count = listeners;
    load->resuming = true;
    *load->joined = (struct histogram){0};
    uint64_t cpu = process_cpu(options->pid), took = load_connect(load, load->listeners, listeners);
    cpu = process_cpu(options->pid) - cpu;
    for (unsigned i = 0; i < listeners; i++) {
        snapshots += load->listeners[i].snapshot;
        bytes += load->listeners[i].channel.bytes;
    }
    json_object_clear(load->report);
    report_number(load, "seconds", (double)took / 1e6);
    report_number(load, "resumed_per_second", listeners * 1e6 / (double)took);
    report_number(load, "answered_with_a_snapshot", (double)snapshots);
    report_number(load, "bytes_per_resume", (double)bytes / listeners);
    if (options->pid)
        report_number(load, "server_cpu_us_per_resume", (double)cpu / listeners);
    report_times(load, "resume_ms", load->joined);
    load_verify(load);
}

#define COMMON .concurrency = 256, .window = 4
#define ONE    COMMON, .sessions = 1, .sample = 20
#define LONG   ONE, .warmup = 2, .seconds = 10
/* In a storm nobody waits for the others. */
#define STORM .concurrency = 2000, .window = 4, .sessions = 1, .sample = 20

const struct scenario scenarios[] = {
    {"idle",
     "memory of connections that joined and do nothing",
     {LONG, .clients = 5000, .ideas = 100},
     run_idle},
    {"broadcast",
     "one topic that changes all the time, many listeners: frames per second",
     {LONG, .listeners = 2000, .voters = 200, .ideas = 1, .rate = 400, .payload = 200},
     run_broadcast},
    {"votes",
     "many voters, many listeners: from a vote to the screens",
     {LONG, .listeners = 2000, .voters = 1000, .ideas = 20, .rate = 1000},
     run_plain_votes},
    {"join",
     "a storm of joins, each with a snapshot of a full window",
     {STORM, .clients = 5000, .ideas = 200},
     run_join},
    {"resume",
     "everyone reconnects at once with what they hold",
     {STORM, .listeners = 5000, .voters = 200, .ideas = 100, .rate = 200, .seconds = 2},
     run_resume},
    {"slow",
     "votes, where a tenth of the listeners reads slowly: times of the others",
     {LONG, .listeners = 2000, .voters = 1000, .ideas = 20, .rate = 1000, .slow = 0.1},
     run_plain_votes},
    {"sessions",
     "votes in 500 small sessions at once",
     {COMMON, .sessions = 500, .sample = 200, .warmup = 2, .seconds = 10, .listeners = 5000, .voters = 1000,
      .ideas = 20, .rate = 1000},
     run_plain_votes},
    {"ideas",
     "many ideas of which one changes: what a tick costs",
     {LONG, .listeners = 10, .voters = 100, .ideas = 10000, .voted = 1, .rate = 100},
     run_plain_votes},
};

const unsigned scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);
