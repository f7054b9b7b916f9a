/* The hub against subjects that are no more than numbers: a class of a topic is the list of the versions at
 * which it changed, a frame the two versions between which it takes its listener. */
#ifndef TESTS_HUB_FIXTURE_H
#define TESTS_HUB_FIXTURE_H

#include "hub/hub.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CHANGES 512
#define CLASSES 2

struct subject {
    int64_t changed[CLASSES][CHANGES];
    size_t count[CLASSES];
    int64_t seq;
    int parts; /* of a snapshot; 0: whole */
    bool away; /* there is nothing to encode from */
    unsigned encoded;
};

/* A socket, and what the one who reads it holds. */
struct reader {
    struct hub_listener listener;
    bool full;
    int class;
    int64_t version; /* HUB_NOTHING: holds nothing */
    int parts;       /* of a snapshot under way */
    unsigned frames;
    char last[64];
};

static int64_t subject_from(void *of, int class, int64_t since)
{
    const struct subject *subject = of;
    int64_t from = 0;
    for (size_t i = 0; i < subject->count[class] && subject->changed[class][i] <= since; i++)
        from = subject->changed[class][i];
    return from;
}

static struct frame *text_frame(const char *format, ...) __attribute__((format(printf, 1, 2)));
static struct frame *text_frame(const char *format, ...)
{
    char text[64];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    return frame_new(text, strlen(text));
}

static struct frame *subject_encode(void *of, int class, int64_t since, struct hub_cursor *cursor,
                                    int64_t *out_version)
{
    struct subject *subject = of;
    int64_t last = subject->count[class] ? subject->changed[class][subject->count[class] - 1] : 0;
    *out_version = subject->seq;
    if (subject->away || (!cursor->parts && since != HUB_NOTHING && last <= since))
        return NULL;
    subject->encoded++;
    if (cursor->parts) {
        int part = atoi(cursor->after) + 1;
        snprintf(cursor->after, sizeof(cursor->after), "%d", part);
        cursor->parts = part < subject->parts;
        return text_frame("%s %d %lld %lld", cursor->parts ? "part" : "end", class, (long long)cursor->first,
                          (long long)subject->seq);
    }
    if (since == HUB_NOTHING) {
        if (subject->parts) {
            *cursor = (struct hub_cursor){.first = subject->seq, .parts = true};
            strcpy(cursor->after, "0");
        }
        return text_frame("%s %d 0 %lld", subject->parts ? "first" : "snapshot", class,
                          (long long)subject->seq);
    }
    return text_frame("delta %d %lld %lld", class, (long long)subject_from(subject, class, since),
                      (long long)subject->seq);
}

/* A reader is as strict as a client of the protocol. */
static bool reader_take(void *owner, struct frame *frame)
{
    struct reader *reader = owner;
    char kind[16];
    int class;
    long long from, to;
    if (reader->full)
        return false;
    snprintf(reader->last, sizeof(reader->last), "%.*s", (int)frame->size, (const char *)frame_bytes(frame));
    reader->frames++;
    assert_int_equal(sscanf(reader->last, "%15s %d %lld %lld", kind, &class, &from, &to), 4);
    if (strcmp(kind, "snapshot") == 0 || strcmp(kind, "first") == 0) {
        reader->class = class;
        reader->version = strcmp(kind, "first") == 0 ? HUB_NOTHING : to;
        reader->parts = strcmp(kind, "first") == 0;
        return true;
    }
    if (strcmp(kind, "promote") == 0)
        reader->class = class;
    assert_int_equal(class, reader->class);
    if (strcmp(kind, "part") == 0) {
        assert_true(reader->parts);
        return true;
    }
    assert_int_equal(strcmp(kind, "end") == 0, reader->parts != 0);
    assert_true(reader->parts || (reader->version != HUB_NOTHING && from <= reader->version));
    reader->parts = 0;
    reader->version = to;
    return true;
}

struct fixture {
    struct hub *hub;
    struct subject subject;
    struct hub_topic *topic;
};

static void open_fixture(struct fixture *fixture)
{
    static const struct hub_settings settings = {
        .tick_ms = 50, .encode = subject_encode, .from = subject_from, .send = reader_take};
    *fixture = (struct fixture){.hub = hub_new(&settings)};
    fixture->topic = hub_topic_open(fixture->hub, &fixture->subject);
}

static void close_fixture(struct fixture *fixture)
{
    hub_assert_sane(fixture->hub);
    hub_topic_close(&fixture->topic);
    hub_free(&fixture->hub);
    assert_null(fixture->topic);
    assert_null(fixture->hub);
}

static void change(struct fixture *fixture, int class)
{
    struct subject *subject = &fixture->subject;
    assert_true(subject->count[class] < CHANGES);
    subject->changed[class][subject->count[class]++] = ++subject->seq;
    hub_topic_changed(fixture->topic, class);
}

static void listen_as(struct fixture *fixture, struct reader *reader, int class, int64_t version)
{
    reader->version = version;
    reader->class = class;
    hub_listen(fixture->topic, &reader->listener, reader, class, version);
}

#endif
