#include "sim.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

static void listener_fail(struct sim *sim, const struct sim_listener *listener, const char *what,
                          const json_t *has, const json_t *want)
{
    char name[TOPIC_NAME_ROOM];
    topic_format(&listener->topic, name);
    char *a = has ? json_dumps(has, JSON_SORT_KEYS) : NULL,
         *b = want ? json_dumps(want, JSON_SORT_KEYS) : NULL;
    sim_fail(sim, "%s: %s for %s at %lld\n  has   %s\n  truth %s", what, name,
             audience_name(listener->audience), (long long)listener->version, a ? a : "", b ? b : "");
    free(a);
    free(b);
}

/* The document as the worker would give it whole. */
static json_t *listener_truth(const struct sim_listener *listener)
{
    CLEAN_BUFFER struct buffer out = {0};
    document_state(listener->worker->view, &listener->topic, listener->audience, &out);
    json_t *all = json_loads(out.bytes, 0, NULL), *state = json_incref(json_object_get(all, "state"));
    json_decref(all);
    return state;
}

void listener_check(struct sim *sim, struct sim_listener *listener)
{
    if (!listener->worker || listener->waits || listener->version < 0)
        return;
    json_t *want = listener_truth(listener);
    if (!want || !json_equal(listener->document, want))
        listener_fail(sim, listener, "what a listener holds is not the document", listener->document, want);
    if (json_has_null(listener->document))
        listener_fail(sim, listener, "a null in a document", listener->document, NULL);
    json_decref(want);
}

static void listener_take_patch(struct sim *sim, struct sim_listener *listener, const json_t *params,
                                bool delta)
{
    listener->document = merge_patch(listener->document, json_object_get(params, "patch"));
    if (!delta)
        return;
    int64_t from = json_integer_value(json_object_get(params, "from"));
    int64_t version = json_integer_value(json_object_get(params, "v"));
    if (listener->version >= 0 && from > listener->version)
        listener_fail(sim, listener, "a delta from beyond what its listener holds", params, NULL);
    if (version < listener->version)
        listener_fail(sim, listener, "a version goes back", params, NULL);
    const char *epoch = json_string_value(json_object_get(params, "epoch"));
    if (epoch)
        snprintf(listener->epoch, sizeof(listener->epoch), "%s", epoch);
    else if (listener->version < 0)
        listener_fail(sim, listener, "a delta without an epoch for a listener without a version", params,
                      NULL);
    listener->version = version;
}

/* Takes a frame in as a client does. Takes the reference. */
static void listener_take(struct sim *sim, struct sim_listener *listener, struct frame *frame)
{
    if (sim_is_of_now(sim, listener->worker->view) && !sim_may_see(sim, &listener->topic, listener->audience))
        listener->digest = digest_fnv1a(listener->digest, frame_bytes(frame), frame->size);
    json_t *message = json_loadb((const char *)frame_bytes(frame), frame->size, JSON_REJECT_DUPLICATES, NULL);
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *params = json_object_get(message, "params");
    if (!method) {
        sim_fail(sim, "not JSON: %.*s", (int)frame->size, (const char *)frame_bytes(frame));
    } else if (strcmp(method, "snapshot") == 0) {
        json_decref(listener->document);
        listener->document = json_deep_copy(json_object_get(params, "state"));
        bool more = json_is_true(json_object_get(params, "more"));
        listener->version = more ? -1 : json_integer_value(json_object_get(params, "v"));
        snprintf(listener->epoch, sizeof(listener->epoch), "%s",
                 json_string_value(json_object_get(params, "epoch")));
        if (more != listener->cursor.parts)
            listener_fail(sim, listener, "parts are not told", params, NULL);
    } else {
        listener_take_patch(sim, listener, params, strcmp(method, "delta") == 0);
    }
    json_decref(message);
    frame_unref(&frame);
    char epoch[DOCUMENT_EPOCH_ROOM];
    document_epoch(listener->worker->view, listener->audience, epoch);
    if (strcmp(listener->epoch, epoch) != 0)
        listener_fail(sim, listener, "a listener does not know in which epoch and class it is", NULL, NULL);
    if (truth_draw(&sim->checks, 3) == 0 && listener->topic.kind != TOPIC_me)
        listener_check(sim, listener);
}

static bool listener_is_ready(const struct sim_listener *listener)
{
    const struct view *view = listener->worker->view;
    return view_is_ready(view) && view_has_topic(view, &listener->topic) &&
           (listener->topic.kind != TOPIC_me || view_person_is_ready(view, listener->topic.subject));
}

/* Opens its topic where it is connected now, resuming where its position allows. */
static void listener_open(struct sim *sim, struct sim_listener *listener)
{
    const struct view *view = listener->worker->view;
    size_t size = strlen(view_epoch(view));
    bool held = listener->version >= 0;
    listener->waits =
        !listener_is_ready(listener) ||
        (held && strncmp(listener->epoch, view_epoch(view), size) == 0 && listener->version > view_seq(view));
    if (listener->waits)
        return;
    char epoch[DOCUMENT_EPOCH_ROOM];
    listener->generation = listener->worker->generation;
    listener->audience = view_audience(view, &listener->actor, &listener->topic);
    listener->cursor = (struct document_cursor){0};
    document_epoch(view, listener->audience, epoch);
    if (held && strcmp(epoch, listener->epoch) == 0) {
        struct frame *frame =
            document_delta(view, &listener->topic, listener->audience, listener->version, &listener->cursor);
        if (frame)
            listener_take(sim, listener, frame);
    } else {
        listener_take(sim, listener,
                      document_snapshot(view, &listener->topic, listener->audience, &listener->cursor));
    }
}

void listener_connect(struct sim *sim, struct sim_listener *listener, struct sim_worker *worker)
{
    listener->worker = worker;
    if (listener->person >= 0) {
        worker_enter(worker, listener->person);
        if (listener->actor.role == ROLE_participant) /* others are read later */
            worker_read_person(worker, listener->person);
    }
    listener_open(sim, listener);
}

void listener_drop(struct sim *sim, struct sim_listener *listener)
{
    bool last = listener->person >= 0;
    for (int i = 0; i < SIM_LISTENERS; i++)
        last = last && (&sim->listeners[i] == listener || sim->listeners[i].worker != listener->worker ||
                        sim->listeners[i].person != listener->person);
    if (last)
        worker_leave(listener->worker, listener->person);
    listener->worker = NULL;
    if (listener->cursor.parts)
        listener->version = -1;
    listener->cursor = (struct document_cursor){0};
}

/* From one class to another: up to date in the old one, then the one patch, or a snapshot. */
static void listener_reclass(struct sim *sim, struct sim_listener *listener, enum audience to)
{
    const struct view *view = listener->worker->view;
    struct frame *frame = NULL;
    if (!listener->cursor.parts && listener->version >= 0) {
        frame =
            document_delta(view, &listener->topic, listener->audience, listener->version, &listener->cursor);
        if (frame)
            listener_take(sim, listener, frame);
        frame =
            listener->cursor.parts ? NULL : document_promote(view, &listener->topic, listener->audience, to);
    }
    listener->audience = to;
    listener->cursor = (struct document_cursor){0};
    if (!frame)
        frame = document_snapshot(view, &listener->topic, to, &listener->cursor);
    listener_take(sim, listener, frame);
    listener_check(sim, listener);
}

void listener_tick(struct sim *sim, struct sim_listener *listener)
{
    if (!listener->worker || !view_is_ready(listener->worker->view))
        return;
    const struct view *view = listener->worker->view;
    if (listener->waits || listener->generation != listener->worker->generation) {
        if (listener->cursor.parts)
            listener->version = -1;
        listener_open(sim, listener);
        return;
    }
    if (!listener_is_ready(listener))
        return;
    enum audience audience = view_audience(view, &listener->actor, &listener->topic);
    struct frame *frame = NULL;
    if (audience != listener->audience)
        listener_reclass(sim, listener, audience);
    else if (listener->cursor.parts)
        frame = document_snapshot(view, &listener->topic, audience, &listener->cursor);
    else
        frame = document_delta(view, &listener->topic, audience, listener->version, &listener->cursor);
    if (frame)
        listener_take(sim, listener, frame);
    else if (!listener->cursor.parts && view_seq(view) % 2)
        listener->version = view_seq(view); /* a heartbeat */
}
