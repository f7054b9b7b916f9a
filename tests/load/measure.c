/* The measured time: votes or publications are sent, then all that is under way is waited for.
 *
 * With a rate, votes are sent when they are due whatever the server does, and their times count from when
 * they were due, so that a server that stalls is not spared the votes that it held up (coordinated omission).
 * With a window, so many are under way at once: this finds what a server can do, and its times say little. */
#include "load.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define DRAIN_US 15000000u
#define LOOK_US  20000u  /* between two looks whether all was seen */
#define SLOW_US  200000u /* between two reads of a slow listener */
#define BURST    256     /* votes sent before messages are read again */

struct measure {
    struct load *load;
    uint64_t looked, slow_read;
    uint64_t cpu, own_cpu; /* when the measured time began */
    bool began, ended;
};

static uint64_t own_cpu(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void send_vote(struct load *load, uint64_t stamp)
{
    unsigned sessions = load->options.sessions, voter, idea;
    int value;
    struct session *session = &load->sessions[load->turn % sessions];
    board_vote(&session->board, stamp, &voter, &idea, &value);
    load->stamps[load->turn % LOAD_STAMPS] = stamp;
    struct client *client = &load->voters[voter * sessions + (unsigned)(load->turn % sessions)];
    load->dialect->vote(client, load->turn++, idea, value);
}

static void send_publication(struct load *load)
{
    char text[65536];
    int head = snprintf(text, sizeof(text), "{\"n\":%llu,\"pad\":\"", (unsigned long long)load->rounds++);
    int pad = (int)load->options.payload - head - 2;
    if (pad < 0)
        pad = 0;
    memset(text + head, 'x', (size_t)pad);
    memcpy(text + head + pad, "\"}", 3);
    load->dialect->publish(&load->voters[0], text, (size_t)(head + pad + 2));
}

static bool votes_are_left(const struct load *load)
{
    return load->voter_count && (!load->options.votes || load->turn < load->options.votes);
}

static bool publishes(const struct load *load)
{
    return load->rounds || (load->dialect->publish && load->options.payload);
}

static void send_due(struct load *load, uint64_t now, uint64_t *out_next)
{
    const struct options *options = &load->options;
    if (publishes(load)) {
        while (load->rounds < load->frames_ever / load->listener_count + options->window)
            send_publication(load);
    } else if (options->rate > 0) {
        double gap = 1e6 / options->rate;
        for (int i = 0; votes_are_left(load) && load->next <= now && i < BURST; i++) {
            send_vote(load, load->next);
            load->next = load->started + (uint64_t)((double)load->turn * gap);
        }
        if (votes_are_left(load))
            *out_next = load->next;
    } else {
        for (int i = 0; votes_are_left(load) && load->turn - load->acks < options->window && i < BURST; i++)
            send_vote(load, now);
    }
}

static bool all_seen(const struct load *load)
{
    if (publishes(load))
        return load->frames_ever >= load->rounds * load->listener_count;
    if (load->acks < load->turn)
        return false;
    for (unsigned i = 0; i < load->listener_count; i++)
        for (unsigned idea = 0; idea < load->listeners[i].session->board.ideas; idea++)
            if (load->listeners[i].seen[idea] != load->listeners[i].session->board.tracks[idea].sent)
                return false;
    return true;
}

static void read_slowly(struct measure *measure, uint64_t now, bool whole)
{
    struct load *load = measure->load;
    if (load->options.slow <= 0 || now < measure->slow_read + SLOW_US)
        return;
    measure->slow_read = now;
    for (unsigned i = 0; i < load->listener_count; i++) {
        if (whole)
            load->listeners[i].channel.slow = false; /* what was measured is over: catch up */
        channel_read(&load->listeners[i].channel);
    }
}

static void measured(struct measure *measure)
{
    struct load *load = measure->load;
    double seconds = load->options.seconds;
    uint64_t cpu = process_cpu(load->options.pid) - measure->cpu;
    measure->ended = true;
    report_period(load, load->measured_from, load->measured_to);
    report_number(load, "frames_per_second", (double)load->frames / seconds);
    report_number(load, "bytes_per_frame", load->frames ? (double)load->bytes / (double)load->frames : 0);
    if (load->voter_count && !publishes(load))
        report_number(load, "votes_answered_per_second", (double)load->acks_measured / seconds);
    if (load->options.pid) {
        report_number(load, "server_cpu_share", (double)cpu / 1e6 / seconds);
        report_number(load, "frames_per_server_cpu_second",
                      cpu ? (double)load->frames * 1e6 / (double)cpu : 0);
        report_number(load, "server_cpu_us_per_tick",
                      load->frames ? (double)cpu * load->listener_count / (double)load->frames : 0);
    }
    report_number(load, "client_cpu_share", (double)(own_cpu() - measure->own_cpu) / 1e6 / seconds);
}

static bool measure_step(void *arg, uint64_t now, uint64_t *out_next)
{
    struct measure *measure = arg;
    struct load *load = measure->load;
    if (load->fault[0])
        return true;
    if (load->options.slow > 0)
        *out_next = measure->slow_read + SLOW_US;
    if (!measure->began && now >= load->measured_from) {
        measure->began = true;
        measure->cpu = process_cpu(load->options.pid);
        measure->own_cpu = own_cpu();
    }
    read_slowly(measure, now, now >= load->measured_to);
    if (now < load->measured_to) {
        uint64_t next = load->measured_to;
        send_due(load, now, &next);
        if (next < *out_next)
            *out_next = next;
        return false;
    }
    if (!measure->ended)
        measured(measure);
    if (now < measure->looked + LOOK_US)
        return false;
    measure->looked = now;
    *out_next = now + LOOK_US;
    return all_seen(load);
}

void load_measure(struct load *load)
{
    struct measure measure = {.load = load};
    if (load->fault[0])
        return;
    uint64_t now = loop_now();
    load->measured_from = now + (uint64_t)(load->options.warmup * 1e6);
    load->measured_to = load->measured_from + (uint64_t)(load->options.seconds * 1e6);
    load->started = load->next = now;
    for (unsigned i = 0; i < load->listener_count; i++)
        load->listeners[i].channel.slow = load->listeners[i].slow;
    if (!loop_run(&load->loop, load->measured_to + DRAIN_US, measure_step, &measure)) {
        load->wrong++;
        load_fault(load, "not all that was sent was seen by everyone within %d s", (int)(DRAIN_US / 1000000));
    }
    if (!measure.ended)
        return;
    report_number(load, "sent", (double)(publishes(load) ? load->rounds : load->turn));
    if (load->shown->count) {
        report_number(load, "updates_seen_per_second", (double)load->updates / load->options.seconds);
        report_times(load, "vote_to_screen_ms", load->shown);
    }
    if (load->answered->count)
        report_times(load, "vote_to_answer_ms", load->answered);
}
