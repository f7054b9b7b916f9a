/* palabre-load: many clients of one server, what they see, and how long it took.
 *
 * A load is one run of one scenario: sessions made for it, clients that listen or vote, counters and a
 * report. A client speaks a dialect: Palabre's, or that of a peer of tests/load/peers. Nothing here knows the
 * server's code. */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include "board.h"
#include "channel.h"
#include "histogram.h"
#include "loop.h"
#include "message.h"
#include "target.h"

struct options {
    const char *url, *token, *dialect, *ballot;
    unsigned listeners, voters, clients, ideas, voted, sessions, sample, concurrency, window, payload, votes;
    double rate, seconds, warmup, slow;
    pid_t pid;
    bool json, bare;
};

struct client;

struct dialect {
    const char *name;
    const char *listen_path, *drive_path;
    const char *protocol;
    bool peer;      /* messages are those of a peer */
    bool has_tally; /* votes are counted, and shown to listeners */
    void (*opened)(struct client *client);
    void (*text)(struct client *client, const char *text, size_t size);
    void (*vote)(struct client *client, uint64_t id, unsigned idea, int value);
    void (*publish)(struct client *client, const char *text, size_t size); /* NULL: not in this dialect */
};

const struct dialect *dialect_find(const char *name);

struct session {
    char id[40];
    struct board board;
};

enum client_role { LISTENER, VOTER, DRIVER };

struct client {
    struct channel channel;
    struct load *load;
    struct session *session;
    enum client_role role;
    unsigned number; /* among those of its role in its session */
    char *token;     /* NULL: an observer */
    bool slow;       /* reads little: its times do not count */
    bool ready;      /* has all that it asked for */
    bool snapshot;   /* its last opening was answered with one */
    int64_t version; /* -1: none */
    char epoch[80];
    uint64_t *seen;            /* listeners: votes shown, by idea */
    struct document *document; /* of the sample: followed by merging */
    uint64_t began;            /* when it began to connect */
};

struct load {
    struct options options;
    const struct dialect *dialect;
    struct target target;
    struct loop loop;
    struct channel_settings listening, driving;
    struct session *sessions;
    struct client *listeners, *voters;
    unsigned listener_count, voter_count;
    unsigned opening; /* connections under way of the crowd that connects */
    bool resuming;
    uint64_t turn;                       /* votes sent */
    uint64_t *stamps;                    /* of votes not answered yet, by id modulo LOAD_STAMPS */
    uint64_t started, next;              /* when the first and the next vote are due */
    uint64_t measured_from, measured_to; /* votes to be sent in this time are measured */
    /* what was seen from measured_from to measured_to */
    uint64_t frames, bytes, updates, acks, acks_measured;
    uint64_t frames_ever, refused, gaps, wrong, lost, snapshots, rounds;
    struct histogram *shown, *answered, *joined;
    char fault[240]; /* the first thing that went wrong */
    json_t *report;
};

#define LOAD_STAMPS 1048576

/* load.c: crowds of clients, votes, measuring */
void load_fault(struct load *load, const char *format, ...) __attribute__((format(printf, 2, 3)));
void load_make_sessions(struct load *load);
void load_make_tokens(struct load *load, struct client *clients, unsigned count);
struct client *load_make_clients(struct load *load, enum client_role role, unsigned count);
/* Opens these and waits until all are ready; how long it took in us. */
uint64_t load_connect(struct load *load, struct client *clients, unsigned count);
void load_close(struct client *clients, unsigned count);
void load_measure(struct load *load); /* warm-up, then the measured time, then until all was seen */
void load_verify(struct load *load);  /* the truth, against what the sample merged and everyone saw */
void load_clear(struct load *load);

/* heard.c: what a dialect tells of its client */
void heard_ready(struct client *client);
void heard_message(struct client *client, const struct message *message, const char *text, size_t size);
void heard_answer(struct client *client, uint64_t id, bool refused, const char *text, size_t size);

/* report.c */
void report_number(struct load *load, const char *name, double value);
/* When it was measured: the clock is loop_now()'s, for who samples the server meanwhile. */
void report_period(struct load *load, uint64_t from, uint64_t to);
void report_times(struct load *load, const char *name, const struct histogram *histogram);
void report_print(struct load *load);

/* scenarios.c */
struct scenario {
    const char *name, *summary;
    struct options defaults;
    void (*run)(struct load *load);
};
extern const struct scenario scenarios[];
extern const unsigned scenario_count;

#endif
