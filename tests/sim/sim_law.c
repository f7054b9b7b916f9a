/* The law of documents, on random histories:
 *
 *   merge(snapshot(a), delta(a, b)) == snapshot(b), for every audience, on whatever worker a listener
 * resumes; any two workers give the same bytes at the same version, and at rest the documents that the truth
 * asks for; `changed` is told if and only if a document changed; twins, alike but for what was voted under
 * seals, send the same bytes to whoever may not see it.
 *
 * sim_law [first seed] [count]: prints the first seed that breaks it, and its history. */
#include "sim.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIM_STEPS 110

static bool sim_tracing;

void sim_fail(struct sim *sim, const char *format, ...)
{
    if (sim->failed)
        return;
    sim->failed = true;
    va_list list;
    va_start(list, format);
    vsnprintf(sim->failure, sizeof(sim->failure), format, list);
    va_end(list);
    if (sim_tracing) {
        va_start(list, format);
        vprintf(format, list);
        va_end(list);
        putchar('\n');
    }
}

struct topic sim_topic(struct sim *sim, struct truth_random *random, const struct sim_listener *listener)
{
    static const enum topic_kind kinds[] = {TOPIC_session, TOPIC_leaders, TOPIC_ideas,
                                            TOPIC_ideas,   TOPIC_ideas,   TOPIC_ideas,
                                            TOPIC_idea,    TOPIC_results, TOPIC_results};
    struct topic topic = {.kind = kinds[truth_draw(random, ARRAY_SIZE(kinds))]};
    if (listener && listener->person >= 0 && truth_draw(random, 5) == 0) {
        topic.kind = TOPIC_me;
        snprintf(topic.subject, sizeof(topic.subject), "p%d", listener->person);
    }
    unsigned challenge = truth_draw(random, (unsigned)sim->truth.challenge_count),
             order = truth_draw(random, order_count);
    unsigned idea = truth_draw(random, (unsigned)sim->truth.idea_count);
    if (topic_kind_subject(topic.kind) == SUBJECT_CHALLENGE)
        snprintf(topic.subject, sizeof(topic.subject), "c%u", challenge);
    if (topic.kind == TOPIC_ideas)
        topic.order = order;
    if (topic.kind == TOPIC_idea)
        snprintf(topic.subject, sizeof(topic.subject), "i%u", idea);
    return topic;
}

void listener_renew(struct sim *sim, struct sim_listener *listener, struct truth_random *random)
{
    static const enum role roles[] = {ROLE_observer, ROLE_participant, ROLE_participant, ROLE_participant,
                                      ROLE_expert,   ROLE_moderator,   ROLE_brand};
    json_decref(listener->document);
    uint32_t digest = listener->digest, renewal = listener->renewal + 1;
    *listener = (struct sim_listener){.version = -1, .person = -1, .digest = digest, .renewal = renewal};
    listener->actor.role = roles[truth_draw(random, ARRAY_SIZE(roles))];
    unsigned person = truth_draw(random, TRUTH_PEOPLE - 1);
    int64_t generation = sim->truth.people[person].generation;
    if (!sim->truth.people[person].joined || !truth_admits(&sim->truth, (int)person, generation)) {
        listener->actor.role = ROLE_observer;
    } else if (listener->actor.role == ROLE_participant || listener->actor.role == ROLE_expert) {
        listener->person = (int)person;
        listener->actor.generation = generation;
        snprintf(listener->actor.id, sizeof(listener->actor.id), "p%u", person);
    }
    listener->topic = sim_topic(sim, random, listener);
}

bool sim_has_topic(const struct sim *sim, const struct topic *topic)
{
    int number = topic->subject[0] ? atoi(topic->subject + 1) : 0;
    switch (topic->kind) {
    case TOPIC_idea: return number < sim->truth.idea_count;
    case TOPIC_me: return sim->truth.people[number].joined;
    default: return true;
    }
}

void listener_shut_out(struct sim *sim, struct sim_listener *listener)
{
    const struct view *view = listener->worker->view;
    if (!view_is_ready(view) || !sim_is_of_now(sim, view))
        return;
    bool here = view_shuts_out(view, &listener->actor) == ERROR_none;
    bool gone = listener->person >= 0 && !sim->truth.people[listener->person].joined;
    if (view_seq(view) == sim->truth.seq && listener->person >= 0 && !gone &&
        here != truth_admits(&sim->truth, listener->person, listener->actor.generation))
        sim_fail(sim, "p%d may %sbe here", listener->person, here ? "not " : "");
    if (here && !gone && sim_has_topic(sim, &listener->topic))
        return;
    listener_drop(sim, listener);
    struct truth_random random = {sim->seed * 97 + listener->renewal * 13 +
                                  (uint64_t)(listener - sim->listeners)};
    listener_renew(sim, listener, &random);
}

/* Any two workers at one version give the same bytes. */
static void sim_compare(struct sim *sim)
{
    for (int i = 0; i + 1 < SIM_WORKERS; i++) {
        const struct view *a = sim->workers[i].view, *b = sim->workers[i + 1].view;
        if (!view_is_ready(a) || !view_is_ready(b) || view_seq(a) != view_seq(b) || !sim_is_of_now(sim, a) ||
            !sim_is_of_now(sim, b))
            continue;
        struct topic topic = sim_topic(sim, &sim->checks, NULL);
        enum audience audience = topic_kind_rule(topic.kind) == TOPIC_RULE_PLAIN
                                     ? AUDIENCE_PUBLIC
                                     : (enum audience)truth_draw(&sim->checks, AUDIENCE_SELF);
        if (view_has_topic(a, &topic) != view_has_topic(b, &topic))
            sim_fail(sim, "two workers hold different topics");
        if (!view_has_topic(a, &topic))
            continue;
        CLEAN_BUFFER struct buffer x = {0};
        CLEAN_BUFFER struct buffer y = {0};
        document_state(a, &topic, audience, &x);
        document_state(b, &topic, audience, &y);
        if (topic.kind == TOPIC_ideas) {
            document_idea_list(a, audience, topic.subject, topic.order, "i2", 4, &x);
            document_idea_list(b, audience, topic.subject, topic.order, "i2", 4, &y);
            document_idea_similar(a, audience, topic.subject, "le corps de l'idee", &x);
            document_idea_similar(b, audience, topic.subject, "le corps de l'idee", &y);
        }
        if (x.size != y.size || memcmp(x.bytes, y.bytes, x.size) != 0)
            sim_fail(sim, "two workers differ at one version:\n%s\n%s", x.bytes, y.bytes);
    }
}

static void sim_listen(struct sim *sim, struct truth_random *random)
{
    struct sim_listener *listener = &sim->listeners[truth_draw(random, SIM_LISTENERS)];
    struct sim_worker *worker = &sim->workers[truth_draw(random, SIM_WORKERS)];
    unsigned op = truth_draw(random, 20);
    struct truth_random renewal = {
        truth_draw(random, 1u << 31)}; /* as many draws whatever the listener holds */
    if (op == 0 && listener->worker)
        listener_drop(sim, listener);
    if (op == 0)
        listener_renew(sim, listener, &renewal);
    if (op < 3 && listener->worker)
        listener_drop(sim, listener);
    else if (!listener->worker)
        listener_connect(sim, listener, worker);
    else
        listener_tick(sim, listener);
    if (listener->worker)
        listener_shut_out(sim, listener);
}

static void sim_step(struct sim *sim)
{
    struct truth_random *random = &sim->truth.random;
    unsigned op = truth_draw(random, 100);
    struct sim_worker *worker = &sim->workers[truth_draw(random, SIM_WORKERS)];
    if (op < 25) {
        truth_step(&sim->truth);
        if (sim_tracing)
            printf("%4lld %s\n", (long long)sim->truth.seq, sim->truth.trace);
    } else if (op < 50) {
        if (worker->loading || !worker->generation)
            worker_load(worker);
        else
            worker_follow(worker);
    } else if (op < 52) {
        worker_load(worker); /* begins again, though it had all */
    } else if (op < 58) {
        worker_read_person(worker, (int)truth_draw(random, TRUTH_PEOPLE));
    } else {
        sim_listen(sim, random);
    }
    if (truth_draw(&sim->checks, 6) == 0)
        sim_compare(sim);
}

/* The class in which the truth says that this listener sees its topic. */
static enum audience sim_audience(const struct sim *sim, const struct sim_listener *listener)
{
    const struct truth *truth = &sim->truth;
    enum audience audience = role_audience(listener->actor.role);
    if (listener->topic.kind == TOPIC_me)
        return AUDIENCE_SELF;
    if (topic_kind_subject(listener->topic.kind) == SUBJECT_NONE || audience == AUDIENCE_STAFF ||
        listener->person < 0)
        return audience;
    int challenge = atoi(listener->topic.subject + 1);
    if (listener->topic.kind == TOPIC_idea)
        challenge = truth->ideas[challenge].challenge;
    bool voted = truth->people[listener->person].ballots[challenge].cast;
    return voted && truth->challenges[challenge].tally == tally_after_vote ? AUDIENCE_VOTED : audience;
}

static void sim_reference(struct sim *sim, const struct sim_listener *listener)
{
    CLEAN_BUFFER struct buffer out = {0};
    document_state(listener->worker->view, &listener->topic, listener->audience, &out);
    json_t *all = json_loads(out.bytes, 0, NULL), *has = json_object_get(all, "state");
    json_t *want = reference_document(&sim->truth, &listener->topic, listener->audience);
    if (!json_equal(has, want)) {
        char *a = json_dumps(has, JSON_SORT_KEYS), *b = json_dumps(want, JSON_SORT_KEYS);
        sim_fail(sim, "a document is not the truth, for %s\n  has   %s\n  truth %s",
                 audience_name(listener->audience), a, b);
        free(a);
        free(b);
    }
    json_decref(all);
    json_decref(want);
}

/* Everything arrives: then everyone holds the truth. */
static void sim_rest(struct sim *sim)
{
    truth_flush_groups(&sim->truth);
    for (int i = 0; i < SIM_WORKERS; i++) {
        struct sim_worker *worker = &sim->workers[i];
        while (!view_is_ready(worker->view) || view_seq(worker->view) < sim->truth.seq)
            if (view_is_ready(worker->view))
                worker_follow(worker);
            else
                worker_load(worker);
        for (int p = 0; p < TRUTH_PEOPLE; p++)
            worker_read_person(worker, p);
    }
    for (int i = 0; i < SIM_LISTENERS; i++) {
        struct sim_listener *listener = &sim->listeners[i];
        if (listener->worker)
            listener_shut_out(sim, listener);
        while (!listener->worker) {
            listener_connect(sim, listener, &sim->workers[i % SIM_WORKERS]);
            listener_shut_out(sim, listener);
        }
        if (listener->person >= 0)
            worker_read_person(listener->worker, listener->person);
        for (int tick = 0; tick < 8; tick++)
            listener_tick(sim, listener);
        if (listener->waits || listener->version < 0)
            sim_fail(sim, "a listener has nothing at rest");
        if (listener->audience != sim_audience(sim, listener))
            sim_fail(sim, "a listener is %s at rest", audience_name(listener->audience));
        listener_check(sim, listener);
        if (!sim->failed)
            sim_reference(sim, listener);
    }
}

static void sim_run(struct sim *sim, uint64_t seed, bool twins, bool twin)
{
    *sim = (struct sim){.seed = seed, .checks = {seed ^ 0x5bd1e995}};
    truth_init(&sim->truth, seed, twins, twin);
    for (int i = 0; i < SIM_WORKERS; i++)
        worker_start(sim, &sim->workers[i]);
    for (int i = 0; i < SIM_LISTENERS; i++) {
        sim->listeners[i].digest = DIGEST_FNV1A_START;
        listener_renew(sim, &sim->listeners[i], &sim->truth.random);
    }
    for (int step = 0; step < SIM_STEPS && !sim->failed && !truth_is_full(&sim->truth); step++) {
        sim_step(sim);
        if (step == SIM_STEPS / 2 && seed % 2 == 0)
            sim_rest(sim);
    }
    if (!sim->failed)
        sim_rest(sim);
}

static void sim_end(struct sim *sim)
{
    for (int i = 0; i < SIM_LISTENERS; i++)
        json_decref(sim->listeners[i].document);
    for (int i = 0; i < SIM_WORKERS; i++)
        worker_stop(&sim->workers[i]);
    truth_clear(&sim->truth);
}

/* Two sessions alike but for what was voted under seals: the same frames, the same calls of `changed`. */
static void sim_run_twins(struct sim *sim, uint64_t seed)
{
    struct sim *other = memory_alloc(sizeof(*other));
    sim_run(other, seed, true, true);
    sim_run(sim, seed, true, false);
    for (int i = 0; i < SIM_LISTENERS && !sim->failed; i++)
        if (sim->listeners[i].digest != other->listeners[i].digest)
            sim_fail(sim, "a listener of %d tells twins apart", (int)sim->listeners[i].topic.kind);
    for (int i = 0; i < SIM_WORKERS; i++)
        if (sim->workers[i].told_digest != other->workers[i].told_digest)
            sim_fail(sim, "what is told to have changed tells twins apart");
    sim_end(other);
    free(other);
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1,
             count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    sim_tracing = argc > 3;
    struct sim *sim = memory_alloc(sizeof(*sim));
    for (uint64_t seed = first; seed < first + count; seed++) {
        if (seed % 4 == 3)
            sim_run_twins(sim, seed);
        else
            sim_run(sim, seed, false, false);
        bool failed = sim->failed;
        if (failed)
            printf("seed %llu breaks the law: %s\n(run again with \"%llu 1 trace\" to see its history)\n",
                   (unsigned long long)seed, sim->failure, (unsigned long long)seed);
        sim_end(sim);
        if (failed) {
            free(sim);
            return 1;
        }
    }
    free(sim);
    printf("%llu histories keep the law\n", (unsigned long long)count);
    return 0;
}
