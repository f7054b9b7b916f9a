#include "sim.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_FIELDS 40

bool sim_is_of_now(const struct sim *sim, const struct view *view)
{
    return strcmp(view_epoch(view), sim->truth.epoch) == 0;
}

bool sim_may_see(const struct sim *sim, const struct topic *topic, enum audience audience)
{
    if (topic->kind == TOPIC_me)
        return true;
    if (topic_kind_subject(topic->kind) == SUBJECT_NONE)
        return false;
    int challenge = atoi(topic->subject + 1);
    if (topic->kind == TOPIC_idea)
        challenge = sim->truth.ideas[challenge].challenge;
    return (audience == AUDIENCE_VOTED || audience == AUDIENCE_STAFF) &&
           sim->truth.challenges[challenge].tally == tally_after_vote;
}

static void worker_changed(void *owner, const struct topic *topic, enum audience audience, int64_t seq)
{
    struct sim_worker *worker = owner;
    char name[TOPIC_NAME_ROOM + 48], topic_name[TOPIC_NAME_ROOM];
    for (size_t i = 0; i < worker->told_count; i++)
        if (worker->told[i].audience == audience &&
            memcmp(&worker->told[i].topic, topic, sizeof(*topic)) == 0)
            sim_fail(worker->sim, "changed is told twice in one event");
    if (worker->told_count < SIM_TOLD)
        worker->told[worker->told_count++] = (struct sim_told){*topic, audience};
    if (view_topic_version(worker->view, topic, audience) != seq || view_seq(worker->view) != seq)
        sim_fail(worker->sim, "changed is told before it is so");
    if (!sim_is_of_now(worker->sim, worker->view) || sim_may_see(worker->sim, topic, audience))
        return;
    topic_format(topic, topic_name);
    int size = snprintf(name, sizeof(name), "%s %d %lld;", topic_name, (int)audience, (long long)seq);
    worker->told_digest = digest_fnv1a(worker->told_digest, name, (size_t)size);
}

static void worker_promoted(void *owner, const char *person, const char *challenge)
{
    struct sim_worker *worker = owner;
    struct actor actor = {.role = ROLE_participant};
    struct topic topic = {.kind = TOPIC_results};
    snprintf(actor.id, sizeof(actor.id), "%s", person);
    snprintf(topic.subject, sizeof(topic.subject), "%s", challenge);
    if (view_audience(worker->view, &actor, &topic) != AUDIENCE_VOTED)
        sim_fail(worker->sim, "promoted is told of somebody who is not");
}

void worker_start(struct sim *sim, struct sim_worker *worker)
{
    *worker = (struct sim_worker){.sim = sim, .told_digest = DIGEST_FNV1A_START};
    const struct view_settings settings = {.owner = worker,
                                           .changed = worker_changed,
                                           .promoted = worker_promoted,
                                           .window = SIM_WINDOW,
                                           .leaders = SIM_LEADERS,
                                           .minutes = SIM_MINUTES,
                                           .tombstones = SIM_TOMBSTONES};
    worker->view = view_new(&settings);
}

void worker_stop(struct sim_worker *worker)
{
    view_free(&worker->view);
}

static int compare_keys(const void *a, const void *b)
{
    const struct field_write *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* Reads the next slice of what was published so far: false at the end. */
static bool worker_read_slice(struct sim_worker *worker)
{
    struct truth *truth = &worker->sim->truth;
    truth_flush(truth);
    if (!worker->slice[0]) {
        worker->first_slice = truth->seq;
        snprintf(worker->epoch, sizeof(worker->epoch), "%s", truth->epoch);
    }
    const struct field_write **all = memory_alloc(truth->published.count * sizeof(*all));
    size_t count = 0;
    map_for_each (at, &truth->published) {
        const struct field_write *write = at->value;
        if (write->value_size && !strstr(write->key, ".ballot."))
            all[count++] = write;
    }
    /* Ordered by key, which is not the order in which things were made: the session and challenges come
     * first. */
    qsort(all, count, sizeof(*all), compare_keys);
    size_t at = 0, end;
    while (at < count && strcmp(all[at]->key, worker->slice) <= 0)
        at++;
    for (end = at + SLICE_FIELDS; at < count && at < end; at++) {
        if (!view_load_field(worker->view, all[at]))
            sim_fail(worker->sim, "a field is not understood: %s", all[at]->key);
        snprintf(worker->slice, sizeof(worker->slice), "%s", all[at]->key);
    }
    bool more = at < count;
    free(all);
    return more;
}

void worker_load(struct sim_worker *worker)
{
    struct truth *truth = &worker->sim->truth;
    if (!worker->loading) {
        view_load_begin(worker->view);
        worker->loading = true;
        worker->slice[0] = '\0';
        return;
    }
    if (worker_read_slice(worker))
        return;
    if (strcmp(worker->epoch, truth->epoch) != 0) { /* it changed on the way */
        view_load_begin(worker->view);
        worker->slice[0] = '\0';
        return;
    }
    for (int64_t seq = worker->first_slice + 1; seq <= truth->seq; seq++)
        view_apply(worker->view, &truth->events[seq].event);
    view_load_end(worker->view, truth->epoch, truth->seq);
    worker->loading = false;
    worker->generation++;
    worker->told_count = 0;
}

static char *worker_state(struct sim_worker *worker, const struct topic *topic, enum audience audience)
{
    struct buffer out = {0};
    if (view_has_topic(worker->view, topic))
        document_state(worker->view, topic, audience, &out);
    char *text = buffer_take(&out), *state = strstr(text, "\"state\":{");
    if (state) /* without its version */
        memmove(text, state, strlen(state) + 1);
    return text;
}

static bool worker_was_told(const struct sim_worker *worker, const struct topic *topic,
                            enum audience audience)
{
    for (size_t i = 0; i < worker->told_count; i++)
        if (worker->told[i].audience == audience &&
            memcmp(&worker->told[i].topic, topic, sizeof(*topic)) == 0)
            return true;
    return false;
}

/* Applies the next event, watching some document: `changed` is told if and only if its bytes changed. */
void worker_follow(struct sim_worker *worker)
{
    struct sim *sim = worker->sim;
    if (!view_is_ready(worker->view) || view_seq(worker->view) >= sim->truth.seq)
        return;
    const struct event *event = &sim->truth.events[view_seq(worker->view) + 1].event;
    if (strcmp(event->epoch, view_epoch(worker->view)) != 0) {
        worker_load(worker);
        return;
    }
    static const enum audience audiences[] = {AUDIENCE_PUBLIC, AUDIENCE_EXPERT, AUDIENCE_VOTED,
                                              AUDIENCE_STAFF};
    struct topic topic = sim_topic(sim, &sim->checks, NULL);
    enum audience audience = audiences[truth_draw(&sim->checks, 4)];
    if (topic_kind_rule(topic.kind) == TOPIC_RULE_PLAIN && audience == AUDIENCE_VOTED)
        audience = AUDIENCE_STAFF;
    bool existed = view_has_topic(worker->view, &topic);
    CLEAN_FREE char *before = worker_state(worker, &topic, audience);
    worker->told_count = 0;
    if (!view_apply(worker->view, event))
        sim_fail(sim, "an event is not understood: %s", event_name(event->kind));
    CLEAN_FREE char *after = worker_state(worker, &topic, audience);
    bool told = worker_was_told(worker, &topic, audience), changed = strcmp(before, after) != 0;
    if (existed && told != changed)
        sim_fail(sim, "topic kind %d of %s, %s: told %d, changed %d\n%s\n%s", (int)topic.kind, topic.subject,
                 audience_name(audience), told, changed, before, after);
}

void worker_enter(struct sim_worker *worker, int person)
{
    char id[8];
    snprintf(id, sizeof(id), "p%d", person);
    if (!worker->entered[person])
        view_person_enter(worker->view, id);
    worker->entered[person] = true;
}

void worker_leave(struct sim_worker *worker, int person)
{
    char id[8];
    snprintf(id, sizeof(id), "p%d", person);
    view_person_leave(worker->view, id);
    worker->entered[person] = false;
}

/* What people_read answers of one: the fields as published at this moment. */
void worker_read_person(struct sim_worker *worker, int person)
{
    struct truth *truth = &worker->sim->truth;
    struct field_write fields[TRUTH_CHALLENGES + 2];
    size_t count = 0;
    char id[8], key[32];
    snprintf(id, sizeof(id), "p%d", person);
    if (!worker->entered[person] || view_person_is_ready(worker->view, id) ||
        strcmp(view_epoch(worker->view), truth->epoch) != 0)
        return;
    truth_flush(truth);
    for (int c = 0; c < truth->challenge_count; c++) {
        snprintf(key, sizeof(key), "p:p%d.ballot.c%d", person, c);
        const struct field_write *write = map_get(&truth->published, key);
        if (write)
            fields[count++] = *write;
    }
    view_person_load(worker->view, id, fields, count, truth->seq);
}
