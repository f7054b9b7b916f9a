/* A history: one truth, workers that follow it, listeners that follow them. */
#ifndef SIM_H
#define SIM_H

#include "reference.h"
#include "truth.h"
#include "view/view.h"
#include "wire/document.h"

#define SIM_WORKERS   3
#define SIM_LISTENERS 10
#define SIM_TOLD      512

struct sim;

/* One call of `changed`. */
struct sim_told {
    struct topic topic;
    enum audience audience;
};

struct sim_worker {
    struct sim *sim;
    struct view *view;
    int generation; /* of its view: 0 before the first load */
    bool loading;
    char slice[64];         /* the last key read */
    int64_t first_slice;    /* the sequence of the first slice */
    char epoch[EPOCH_ROOM]; /* in which it was read */
    bool entered[TRUTH_PEOPLE];
    struct sim_told told[SIM_TOLD]; /* by the event being applied */
    size_t told_count;
    uint32_t told_digest; /* of all that concerns who may not see */
};

struct sim_listener {
    struct sim_worker *worker; /* NULL: not connected */
    int generation;
    struct actor actor;
    int person; /* -1: none */
    bool waits; /* its position is ahead of the view, or the view is not ready */
    struct topic topic;
    enum audience audience;
    json_t *document;
    int64_t version; /* -1: none */
    char epoch[DOCUMENT_EPOCH_ROOM];
    struct document_cursor cursor;
    uint32_t digest;  /* of all frames while it may not see */
    uint32_t renewal; /* so many others before it */
};

struct sim {
    uint64_t seed;
    struct truth truth;
    struct truth_random checks; /* draws of what to check: no part of the history */
    struct sim_worker workers[SIM_WORKERS];
    struct sim_listener listeners[SIM_LISTENERS];
    bool failed;
    char failure[4096];
};

void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

void worker_start(struct sim *sim, struct sim_worker *worker);
void worker_stop(struct sim_worker *worker);
void worker_load(struct sim_worker *worker);   /* one step of a load, which it begins where there is none */
void worker_follow(struct sim_worker *worker); /* applies one event, if there is one */
void worker_enter(struct sim_worker *worker, int person);
void worker_leave(struct sim_worker *worker, int person);
void worker_read_person(struct sim_worker *worker, int person);
struct topic sim_topic(struct sim *sim, struct truth_random *random, const struct sim_listener *listener);
bool sim_is_of_now(const struct sim *sim, const struct view *view); /* of the epoch that the truth tells of */
bool sim_may_see(const struct sim *sim, const struct topic *topic,
                 enum audience audience); /* what twins differ in */

bool sim_has_topic(const struct sim *sim, const struct topic *topic); /* in this epoch */
/* Somebody else instead. */
void listener_renew(struct sim *sim, struct sim_listener *listener, struct truth_random *random);
/* Who may be here no longer, or holds a topic that is no more, is cut, and somebody else comes. */
void listener_shut_out(struct sim *sim, struct sim_listener *listener);
void listener_connect(struct sim *sim, struct sim_listener *listener, struct sim_worker *worker);
void listener_tick(struct sim *sim, struct sim_listener *listener);
void listener_drop(struct sim *sim, struct sim_listener *listener);
void listener_check(struct sim *sim, struct sim_listener *listener); /* what it holds is the document */

#endif
