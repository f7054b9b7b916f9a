#include "hub/hub.h"
#include "base/memory.h"

#include <assert.h>
#include <string.h>

/* A frame that others in the same place will want: of this class, from this version, at this part. */
struct hub_cached {
    int class;
    int64_t from, version;
    struct hub_cursor before, after;
    struct frame *frame; /* NULL: an empty slot */
};

#define HUB_CACHE 8

struct hub {
    struct hub_settings settings;
    struct list dirty;  /* topics that changed since their last frames */
    struct list topics; /* all */
    uint64_t encoded[HUB_CLASSES], sent[HUB_CLASSES];
};

struct hub_topic {
    struct list link, dirty_link;
    struct hub *hub;
    void *subject;
    struct list listeners;
    unsigned changed; /* bit per class: changed since its last frames */
    int64_t sent_at;  /* when frames last left */
    struct hub_cached cache[HUB_CACHE];
    unsigned cache_next;
};

struct hub *hub_new(const struct hub_settings *settings)
{
    struct hub *hub = memory_alloc(sizeof(*hub));
    hub->settings = *settings;
    list_init(&hub->dirty);
    list_init(&hub->topics);
    return hub;
}

void hub_free(struct hub **hub)
{
    if (!*hub)
        return;
    assert(list_is_empty(&(*hub)->topics));
    memory_free(hub);
}

static void cache_forget(struct hub_topic *topic, unsigned classes)
{
    for (int i = 0; i < HUB_CACHE; i++)
        if (topic->cache[i].frame && (classes & 1u << topic->cache[i].class))
            frame_unref(&topic->cache[i].frame);
}

struct hub_topic *hub_topic_open(struct hub *hub, void *subject)
{
    struct hub_topic *topic = memory_alloc(sizeof(*topic));
    topic->hub = hub;
    topic->subject = subject;
    topic->sent_at = INT64_MIN / 2;
    list_init(&topic->listeners);
    list_init(&topic->dirty_link);
    list_push_back(&hub->topics, &topic->link);
    return topic;
}

void hub_topic_close(struct hub_topic **topic)
{
    if (!*topic)
        return;
    assert(list_is_empty(&(*topic)->listeners));
    cache_forget(*topic, ~0u);
    list_remove(&(*topic)->link);
    list_remove(&(*topic)->dirty_link);
    memory_free(topic);
}

bool hub_topic_is_empty(const struct hub_topic *topic)
{
    return list_is_empty(&topic->listeners);
}

static bool cursor_equals(const struct hub_cursor *a, const struct hub_cursor *b)
{
    return a->parts == b->parts && a->first == b->first && strcmp(a->after, b->after) == 0;
}

static struct hub_cached *cache_find(struct hub_topic *topic, int class, int64_t from,
                                     const struct hub_cursor *cursor)
{
    for (int i = 0; i < HUB_CACHE; i++) {
        struct hub_cached *cached = &topic->cache[i];
        if (cached->frame && cached->class == class && cached->from == from &&
            cursor_equals(&cached->before, cursor))
            return cached;
    }
    return NULL;
}

/* The frame that a listener needs next, or NULL where it has all. A frame stays in the cache until its class
 * changes: what it says is true then too, at its older version. */
static struct hub_cached *topic_encode(struct hub_topic *topic, const struct hub_listener *listener)
{
    const struct hub_settings *settings = &topic->hub->settings;
    int64_t from = listener->cursor.parts ? listener->cursor.first : listener->version;
    if (from != HUB_NOTHING)
        from = settings->from(topic->subject, listener->class, from);
    struct hub_cached *cached = cache_find(topic, listener->class, from, &listener->cursor);
    if (cached)
        return cached;
    struct hub_cached fresh = {.class = listener->class, .from = from, .before = listener->cursor};
    fresh.after = listener->cursor;
    fresh.frame =
        settings->encode(topic->subject, listener->class, listener->version, &fresh.after, &fresh.version);
    if (!fresh.frame)
        return NULL;
    if (!fresh.after.parts)
        fresh.after = (struct hub_cursor){0}; /* who is through with parts is as any other at that version */
    topic->hub->encoded[listener->class]++;
    if (listener->class == settings->counted)
        counter_add(settings->counters, COUNTER_public_frames_encoded_total, 1);
    cached = &topic->cache[topic->cache_next++ % HUB_CACHE];
    frame_unref(&cached->frame);
    *cached = fresh;
    return cached;
}

/* Sends all that the listener misses, until it has it or its socket is full. */
static void listener_deliver(struct hub_listener *listener)
{
    struct hub_topic *topic = listener->topic;
    do {
        struct hub_cached *cached = topic_encode(topic, listener);
        if (!cached) {
            if (listener->cursor
                    .parts) /* what the first parts were of is gone: from the beginning, once there is one */
                listener->version = HUB_NOTHING;
            listener->cursor = (struct hub_cursor){0};
            break;
        }
        if (!topic->hub->settings.send(listener->owner, cached->frame)) {
            listener->behind = true;
            return;
        }
        topic->hub->sent[listener->class]++;
        if (listener->class == topic->hub->settings.counted)
            counter_add(topic->hub->settings.counters, COUNTER_public_frames_sent_total, 1);
        listener->cursor = cached->after;
        if (!listener->cursor.parts)
            listener->version = cached->version;
    } while (listener->cursor.parts);
    listener->behind = false;
}

void hub_listen(struct hub_topic *topic, struct hub_listener *listener, void *owner, int class,
                int64_t version)
{
    assert(class >= 0 && class < HUB_CLASSES);
    *listener = (struct hub_listener){.topic = topic, .owner = owner, .class = class, .version = version};
    list_push_back(&topic->listeners, &listener->link);
    listener_deliver(listener);
}

void hub_unlisten(struct hub_listener *listener)
{
    if (!listener->topic)
        return;
    list_remove(&listener->link);
    listener->topic = NULL;
}

void hub_listener_ready(struct hub_listener *listener)
{
    if (listener->topic && listener->behind)
        listener_deliver(listener);
}

bool hub_listener_is_current(const struct hub_listener *listener)
{
    return !listener->behind && !listener->cursor.parts &&
           !(listener->topic->changed & 1u << listener->class);
}

void hub_listener_reclass(struct hub_listener *listener, int class, struct frame *patch, int64_t version)
{
    struct hub_topic *topic = listener->topic;
    if (listener->version != HUB_NOTHING)
        listener_deliver(listener); /* up to date in the old class first: the patch begins there */
    bool whole = listener->version != HUB_NOTHING && !listener->cursor.parts && !listener->behind;
    listener->class = class;
    listener->cursor = (struct hub_cursor){0};
    if (whole && patch && topic->hub->settings.send(listener->owner, patch)) {
        listener->version = version;
        return;
    }
    listener->version = HUB_NOTHING;
    listener_deliver(listener);
}

void hub_topic_restart(struct hub_topic *topic)
{
    cache_forget(topic, ~0u);
    topic->changed = 0;
    list_remove(&topic->dirty_link);
    list_for_each_safe (at, &topic->listeners) {
        struct hub_listener *listener = CONTAINER_OF(at, struct hub_listener, link);
        listener->version = HUB_NOTHING;
        listener->cursor = (struct hub_cursor){0};
        listener_deliver(listener);
    }
}

void hub_topic_changed(struct hub_topic *topic, int class)
{
    cache_forget(topic, 1u << class);
    topic->changed |= 1u << class;
    if (list_is_empty(&topic->dirty_link))
        list_push_back(&topic->hub->dirty, &topic->dirty_link);
}

static void topic_deliver(struct hub_topic *topic, int64_t now)
{
    unsigned changed = topic->changed;
    topic->changed = 0;
    topic->sent_at = now;
    list_for_each_safe (at, &topic->listeners) {
        struct hub_listener *listener = CONTAINER_OF(at, struct hub_listener, link);
        if ((changed & 1u << listener->class) && !listener->behind)
            listener_deliver(listener);
    }
}

int64_t hub_run(struct hub *hub, int64_t now_ms)
{
    int64_t next = -1;
    list_for_each_safe (at, &hub->dirty) {
        struct hub_topic *topic = CONTAINER_OF(at, struct hub_topic, dirty_link);
        int64_t wait = topic->sent_at + hub->settings.tick_ms - now_ms;
        if (wait > 0) {
            if (next < 0 || wait < next)
                next = wait;
            continue;
        }
        list_remove(&topic->dirty_link);
        topic_deliver(topic, now_ms);
    }
    return next;
}

uint64_t hub_sent(const struct hub *hub)
{
    uint64_t sent = 0;
    for (int i = 0; i < HUB_CLASSES; i++)
        sent += hub->sent[i];
    return sent;
}

void hub_counts(const struct hub *hub, int class, uint64_t *out_encoded, uint64_t *out_sent)
{
    *out_encoded = hub->encoded[class];
    *out_sent = hub->sent[class];
}

void hub_assert_sane(const struct hub *hub)
{
    list_for_each (at, &hub->topics) {
        const struct hub_topic *topic = CONTAINER_OF(at, struct hub_topic, link);
        assert(!topic->changed == list_is_empty(&topic->dirty_link));
        list_for_each (l, &topic->listeners) {
            const struct hub_listener *listener = CONTAINER_OF(l, struct hub_listener, link);
            assert(listener->topic == topic && listener->class >= 0 && listener->class < HUB_CLASSES);
            assert(listener->behind || !listener->cursor.parts);
        }
    }
}
