#include "wire/document.h"
#include "base/memory.h"
#include "base/scan.h"
#include "domain/command.h"
#include "wire/document_write.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct document_writer *const document_writers[TOPIC_COUNT] = {
    [TOPIC_session] = &document_session_writer, [TOPIC_ideas] = &document_ideas_writer,
    [TOPIC_idea] = &document_idea_writer,       [TOPIC_leaders] = &document_leaders_writer,
    [TOPIC_me] = &document_me_writer,           [TOPIC_results] = &document_results_writer,
};

void document_epoch(const struct view *view, enum audience audience, char out_epoch[DOCUMENT_EPOCH_ROOM])
{
    snprintf(out_epoch, DOCUMENT_EPOCH_ROOM, "%s.%s.%d", view_epoch(view), audience_name(audience),
             DOCUMENT_FORMAT);
}

static struct document document_of(const struct view *view, const struct topic *topic, enum audience audience)
{
    struct document document = {.view = view, .topic = topic, .class = view_class(audience)};
    assert((topic->kind == TOPIC_me) == (audience == AUDIENCE_SELF));
    if (topic->kind == TOPIC_me) {
        document.person = view_person(view, topic->subject);
    } else if (topic->kind == TOPIC_idea) {
        document.idea = view_idea(view, topic->subject);
        document.challenge = document.idea ? document.idea->challenge : NULL;
    } else if (topic_kind_subject(topic->kind) == SUBJECT_CHALLENGE) {
        document.challenge = view_challenge(view, topic->subject);
    }
    return document;
}

/* {"jsonrpc":"2.0","method":<method>,"params":{"topic":<topic> */
static void document_begin(struct buffer *out, const char *method, const struct topic *topic)
{
    char name[TOPIC_NAME_ROOM];
    topic_format(topic, name);
    json_write_object(out);
    if (method) {
        json_write_text(out, "jsonrpc", "2.0");
        json_write_text(out, "method", method);
        json_write_key(out, "params");
        json_write_object(out);
    }
    json_write_text(out, "topic", name);
}

static struct frame *document_end(struct buffer *out)
{
    json_write_end_object(out);
    json_write_end_object(out);
    return frame_new(out->bytes, out->size);
}

static void document_write_epoch(struct buffer *out, const struct view *view, enum audience audience)
{
    char epoch[DOCUMENT_EPOCH_ROOM];
    document_epoch(view, audience, epoch);
    json_write_text(out, "epoch", epoch);
}

static void document_write_state(struct buffer *out, const struct document *document,
                                 struct document_slice *slice)
{
    json_write_key(out, "state");
    json_write_object(out);
    document_writers[document->topic->kind]->state(document, out, slice);
    json_write_end_object(out);
}

static void document_write_patch(struct buffer *out, const struct document *document, int64_t since)
{
    json_write_key(out, "patch");
    json_write_object(out);
    document_writers[document->topic->kind]->patch(document, out, since);
    json_write_end_object(out);
}

/* The first message of a snapshot, cut where it grows too large. */
static struct frame *document_snapshot_first(const struct document *document, enum audience audience,
                                             struct document_cursor *cursor)
{
    CLEAN_BUFFER struct buffer out = {0};
    document_begin(&out, "snapshot", document->topic);
    document_write_epoch(&out, document->view, audience);
    json_write_number(&out, "v", document->view->seq);
    struct document_slice slice = {.after = "", .bytes = DOCUMENT_PART_BYTES};
    document_write_state(&out, document, &slice);
    *cursor = (struct document_cursor){0};
    if (slice.more) {
        json_write_flag(&out, "more", true);
        *cursor = (struct document_cursor){.first = document->view->seq, .parts = true};
        memcpy(cursor->after, slice.last, sizeof(cursor->after));
    }
    return document_end(&out);
}

/* The next part, or NULL where none is left. */
static struct frame *document_snapshot_part(const struct document *document, struct document_cursor *cursor)
{
    CLEAN_BUFFER struct buffer out = {0};
    document_begin(&out, "part", document->topic);
    json_write_key(&out, "patch");
    json_write_object(&out);
    struct document_slice slice = {.after = cursor->after, .bytes = DOCUMENT_PART_BYTES};
    document_writers[document->topic->kind]->part(document, &out, &slice);
    if (!slice.last[0])
        return NULL;
    memcpy(cursor->after, slice.last, sizeof(cursor->after));
    json_write_end_object(&out);
    return document_end(&out);
}

struct frame *document_snapshot(const struct view *view, const struct topic *topic, enum audience audience,
                                struct document_cursor *cursor)
{
    struct document document = document_of(view, topic, audience);
    if (!cursor->parts || cursor->first < view_topic_horizon(view, topic, audience))
        return document_snapshot_first(&document, audience, cursor);
    struct frame *part = document_snapshot_part(&document, cursor);
    if (part)
        return part;
    CLEAN_BUFFER struct buffer out = {0};
    document_begin(&out, "delta", topic);
    document_write_epoch(&out, view, audience);
    json_write_number(&out, "from", cursor->first);
    json_write_number(&out, "v", view->seq);
    document_write_patch(&out, &document, cursor->first);
    *cursor = (struct document_cursor){0};
    return document_end(&out);
}

struct frame *document_delta(const struct view *view, const struct topic *topic, enum audience audience,
                             int64_t since, struct document_cursor *cursor)
{
    if (since < view_topic_horizon(view, topic, audience)) {
        *cursor = (struct document_cursor){0};
        return document_snapshot(view, topic, audience, cursor);
    }
    if (view_topic_version(view, topic, audience) <= since)
        return NULL;
    int64_t from = view_topic_from(view, topic, audience, since);
    struct document document = document_of(view, topic, audience);
    CLEAN_BUFFER struct buffer out = {0};
    document_begin(&out, "delta", topic);
    json_write_number(&out, "from", from);
    json_write_number(&out, "v", view->seq);
    document_write_patch(&out, &document, from);
    return document_end(&out);
}

struct frame *document_promote(const struct view *view, const struct topic *topic, enum audience from,
                               enum audience to)
{
    const struct document_writer *writer = document_writers[topic->kind];
    if (!writer->promote || to != AUDIENCE_VOTED || (from != AUDIENCE_PUBLIC && from != AUDIENCE_EXPERT))
        return NULL;
    struct document old = document_of(view, topic, from), new = document_of(view, topic, to);
    CLEAN_BUFFER struct buffer out = {0};
    document_begin(&out, "delta", topic);
    document_write_epoch(&out, view, to);
    json_write_number(&out, "from", view_topic_version(view, topic, from));
    json_write_number(&out, "v", view->seq);
    json_write_key(&out, "patch");
    json_write_object(&out);
    writer->promote(&old, &new, &out);
    json_write_end_object(&out);
    return document_end(&out);
}

void document_state(const struct view *view, const struct topic *topic, enum audience audience,
                    struct buffer *out)
{
    struct document document = document_of(view, topic, audience);
    struct document_slice slice = {.after = ""};
    document_begin(out, NULL, topic);
    document_write_epoch(out, view, audience);
    json_write_number(out, "v", view->seq);
    document_write_state(out, &document, &slice);
    json_write_end_object(out);
}

void document_since(const struct view *view, const struct topic *topic, enum audience audience, int64_t since,
                    struct buffer *out)
{
    if (since < view_topic_horizon(view, topic, audience) || since > view->seq) {
        document_state(view, topic, audience, out);
        return;
    }
    struct document document = document_of(view, topic, audience);
    int64_t from = view_topic_from(view, topic, audience, since);
    document_begin(out, NULL, topic);
    json_write_number(out, "from", from);
    json_write_number(out, "v", view->seq);
    if (view_topic_version(view, topic, audience) > since) {
        document_write_patch(out, &document, from);
    } else {
        json_write_key(out, "patch");
        json_write_object(out);
        json_write_end_object(out);
    }
    json_write_end_object(out);
}

void document_optional_text(struct buffer *out, const char *key, const char *text, bool patch)
{
    if (text)
        json_write_text(out, key, text);
    else if (patch)
        json_write_absent(out, key);
}

void document_optional_number(struct buffer *out, const char *key, int64_t value, bool patch)
{
    if (value)
        json_write_number(out, key, value);
    else if (patch)
        json_write_absent(out, key);
}

void document_optional_raw(struct buffer *out, const char *key, const char *json, bool patch)
{
    if (json) {
        json_write_key(out, key);
        json_write_raw(out, json);
    } else if (patch) {
        json_write_absent(out, key);
    }
}

void document_words(const struct view *view, struct buffer *out, const char *key, const char *text,
                    bool patch)
{
    json_write_key(out, key);
    if (command_text_is_by_language(text))
        document_members(out, text + 1, view->session.fields.languages, patch);
    else
        json_write_string(out, text ? text : "");
}

void document_optional_words(const struct view *view, struct buffer *out, const char *key, const char *text,
                             bool patch)
{
    if (text)
        document_words(view, out, key, text, patch);
    else if (patch)
        json_write_absent(out, key);
}

void document_members(struct buffer *out, const char *json, const char *names, bool patch)
{
    struct scan_piece name, value;
    json_write_object(out);
    for (const char *at = json; scan_member(&at, &name, &value);) {
        if (out->bytes[out->size - 1] != '{')
            buffer_add_char(out, ',');
        buffer_add(out, name.at - 1, name.size + 2); /* with its quotes */
        buffer_add_char(out, ':');
        buffer_add(out, value.at, value.size);
    }
    while (patch && names && *names) {
        char one[TEXT_ID_ROOM];
        snprintf(one, sizeof(one), "%.*s", (int)strcspn(names, " "), names);
        if (!scan_find(json, one, &value))
            json_write_absent(out, one);
        names += strcspn(names, " ");
        names += *names == ' ';
    }
    json_write_end_object(out);
}

void document_changes_add(struct document_changes *changes, const void *entity, bool gone, bool entered)
{
    if (changes->count == changes->room) {
        changes->room = changes->room ? changes->room * 2 : 16;
        changes->of = memory_resize(changes->of, changes->room * sizeof(*changes->of));
    }
    changes->of[changes->count++] = (struct document_change){entity, gone, entered};
}

static void document_changes_leave(void *to, void *item)
{
    document_changes_add(to, item, true, false);
}

void document_changes_left(struct document_changes *changes, const struct window *window, int64_t since)
{
    window_each_left(window, since, document_changes_leave, changes);
}

static int document_changes_compare(const void *a, const void *b)
{
    const struct document_change *x = a, *y = b;
    return strcmp(x->entity->id, y->entity->id);
}

void document_changes_sort(struct document_changes *changes)
{
    if (changes->count)
        qsort(changes->of, changes->count, sizeof(*changes->of), document_changes_compare);
}

void document_changes_clear(struct document_changes *changes)
{
    free(changes->of);
    *changes = (struct document_changes){0};
}
