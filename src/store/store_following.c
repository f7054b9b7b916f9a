#include "store/store_following.h"
#include "base/memory.h"
#include "store/store_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FOLLOWING_RETRY_MS     200
#define FOLLOWING_RETRY_MAX_MS 5000

/* ---- events kept ---- */

static struct kept_event *kept_new(const struct event *event, const char *bytes, size_t size)
{
    struct kept_event *kept = memory_alloc(sizeof(*kept) + size);
    kept->seq = event->seq;
    memcpy(kept->epoch, event->epoch, sizeof(kept->epoch));
    kept->size = size;
    memcpy(kept->bytes, bytes, size);
    return kept;
}

void following_drop_kept(struct store_following *f, struct kept_event *kept)
{
    list_remove(&kept->link);
    f->kept_count--;
    free(kept);
}

static struct kept_event *kept_of(struct list *link)
{
    return CONTAINER_OF(link, struct kept_event, link);
}

/* ---- the load's own memory ---- */

static void load_clear(struct store_following *f)
{
    struct following_load *load = &f->load;
    memory_free(&load->cursor);
    buffer_clear(&load->fields);
    list_for_each_safe (at, &load->replay) {
        list_remove(at);
        free(kept_of(at));
    }
    *load = (struct following_load){0};
    list_init(&load->replay);
}

static void load_add_field(struct following_load *load, const struct field_write *field)
{
    size_t sizes[2] = {field->key_size, field->value_size};
    buffer_add(&load->fields, sizes, sizeof(sizes));
    buffer_add(&load->fields, field->key, field->key_size + 1);
    buffer_add(&load->fields, field->value, field->value_size + 1);
}

/* ---- handing over ---- */

void following_set_stale(struct store_following *f, bool stale)
{
    if (f->ended || !f->loaded || f->stale == stale)
        return;
    f->stale = stale;
    if (f->follower.stale)
        f->follower.stale(f->follower.owner, stale);
}

void following_gone(struct store_following *f, enum error error)
{
    if (f->ended)
        return;
    following_leave(f);
    f->follower.gone(f->follower.owner, error);
}

static bool event_moves_dates(enum event_kind kind)
{
    return kind == EVENT_session_created || kind == EVENT_challenge_added || kind == EVENT_challenge_edited ||
           kind == EVENT_challenge_opened || kind == EVENT_session_edited || kind == EVENT_session_opened;
}

static void following_apply(struct store_following *f, const struct event *event)
{
    f->seq = event->seq;
    f->follower.event(f->follower.owner, event);
    if (!f->ended && event_moves_dates(event->kind))
        following_check(f); /* when is something due now? */
}

/* False where it cannot be read: nothing follows any more. */
static bool following_read_event(struct store_following *f, char *bytes, size_t size, struct event *out_event)
{
    enum event_form form = store_event_read(bytes, size, out_event, &f->writes, &f->writes_room);
    if (form == EVENT_FORM_GOOD)
        return true;
    if (form == EVENT_FORM_BROKEN)
        store_warn(f->store, "an event arrived that is none");
    following_gone(f, form == EVENT_FORM_BROKEN ? ERROR_internal_error : ERROR_not_supported);
    return false;
}

void following_arrive(struct store_following *f, char *bytes, size_t size)
{
    struct event event;
    if (!following_read_event(f, bytes, size, &event))
        return;
    bool same = strcmp(event.epoch, f->epoch) == 0;
    if (f->state == FOLLOWING_LIVE && list_is_empty(&f->kept) && same && event.seq <= f->seq + 1) {
        if (event.seq == f->seq + 1) {
            following_apply(f, &event);
            following_settle(f);
        }
        return;
    }
    if (f->kept_count >= FOLLOWING_KEPT)
        return;
    list_push_back(&f->kept, &kept_new(&event, bytes, size)->link);
    f->kept_count++;
    following_step(f);
}

/* ---- failures ---- */

void following_retry_later(struct store_following *f)
{
    uint64_t wait = FOLLOWING_RETRY_MS;
    for (unsigned i = 0; i < f->failures && wait < FOLLOWING_RETRY_MAX_MS; i++)
        wait *= 2;
    f->failures++;
    f->retry_at = uv_now(f->store->settings.loop) + wait / 2 + store_random((uint32_t)wait / 2);
}

void following_abort_load(struct store_following *f)
{
    if (f->reading)
        f->read_void = true;
    load_clear(f);
    f->state = FOLLOWING_ABSENT;
}

void following_reload(struct store_following *f)
{
    following_abort_load(f);
    f->checked = false;
    following_set_stale(f, true);
    if (!f->ended)
        following_step(f);
}

/* The load starts again, and not at once where this goes on. */
static void load_again(struct store_following *f)
{
    if (f->failures > 0)
        following_retry_later(f);
    f->failures++;
    following_reload(f);
}

static void following_read_failed(struct store_following *f, enum error error)
{
    if (error == ERROR_session_unknown || error == ERROR_not_supported ||
        error == ERROR_session_importing) {
        following_gone(f, error);
        return;
    }
    following_retry_later(f);
    if (f->state == FOLLOWING_LOADING)
        following_abort_load(f);
    f->checked = false;
    following_set_stale(f, true);
}

/* The reading is over. False where its answer does not count. */
static bool following_read_ended(struct store_following *f)
{
    bool counts = !f->read_void && !f->ended;
    f->reading = f->read_void = false;
    if (!counts && !f->ended)
        following_step(f);
    return counts;
}

/* ---- the log ---- */

/* The next event that the log gave: handed over, or laid up for the end of the load. */
static bool log_take(struct store_following *f, const struct field_write *value)
{
    CLEAN_FREE char *bytes = memory_bytes(value->value, value->value_size);
    struct event event;
    if (!following_read_event(f, bytes, value->value_size, &event))
        return false;
    if (f->state == FOLLOWING_LIVE) {
        if (event.seq == f->seq + 1 && strcmp(event.epoch, f->epoch) == 0)
            following_apply(f, &event);
    } else if (event.seq == f->load.replayed + 1 && f->load.replayed < f->load.last &&
               strcmp(event.epoch, f->load.epoch) == 0) {
        list_push_back(&f->load.replay, &kept_new(&event, bytes, value->value_size)->link);
        f->load.replayed++;
    }
    return !f->ended;
}

static void log_use(struct store_following *f, const struct store_answer *answer)
{
    bool live = f->state == FOLLOWING_LIVE;
    if (strcmp(answer->epoch, live ? f->epoch : f->load.epoch) != 0 || store_answer_get(answer, "gap")) {
        load_again(f);
        return;
    }
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(answer->values[i].key, "event") == 0 && !log_take(f, &answer->values[i]))
            return;
    if (live && answer->seq > f->target)
        f->target = answer->seq;
    if (live && f->seq > f->read_from)
        counter_add(f->store->settings.counters, COUNTER_gaps_repaired_total, 1);
    if ((live ? f->seq : f->load.replayed) == f->read_from)
        load_again(f); /* the log has not what it should */
    else
        following_step(f);
}

static void log_answered(void *arg, const struct store_answer *answer)
{
    struct store_following *f = arg;
    if (following_read_ended(f)) {
        if (answer->refusal.error)
            following_read_failed(f, answer->refusal.error);
        else
            log_use(f, answer);
    }
    following_unref(f);
}

static void log_read(struct store_following *f, int64_t from)
{
    char seq[24], count[24];
    struct store_argument arguments[] = {
        {seq, (size_t)snprintf(seq, sizeof(seq), "%" PRId64, from)},
        {count, (size_t)snprintf(count, sizeof(count), "%d", FOLLOWING_LOG_COUNT)}};
    f->reading = true;
    f->read_from = from;
    following_call(f, "log_read", arguments, 2, log_answered);
}

/* ---- the load ---- */

static void load_hand_over(struct store_following *f)
{
    struct following_load *load = &f->load;
    void *owner = f->follower.owner;
    f->follower.load_begin(owner);
    for (size_t at = 0; at < load->fields.size && !f->ended;) {
        size_t sizes[2];
        memcpy(sizes, load->fields.bytes + at, sizeof(sizes));
        const char *key = load->fields.bytes + at + sizeof(sizes);
        struct field_write field = {key, key + sizes[0] + 1, sizes[0], sizes[1]};
        f->follower.load_field(owner, &field);
        at += sizeof(sizes) + sizes[0] + sizes[1] + 2;
    }
    list_for_each (at, &load->replay) {
        struct event event;
        if (f->ended || !following_read_event(f, kept_of(at)->bytes, kept_of(at)->size, &event))
            return;
        f->follower.event(owner, &event);
    }
    if (!f->ended)
        f->follower.load_end(owner, load->epoch, load->last);
}

static void load_finish(struct store_following *f)
{
    memcpy(f->epoch, f->load.epoch, sizeof(f->epoch));
    f->seq = f->target = f->load.last;
    f->state = FOLLOWING_LIVE;
    f->failures = 0;
    f->loaded = f->checked = true;
    counter_add(f->store->settings.counters, COUNTER_loads_total, 1);
    load_hand_over(f);
    load_clear(f);
    if (f->ended)
        return;
    list_for_each_safe (at, &f->kept) {
        if (strcmp(kept_of(at)->epoch, f->epoch) != 0) /* of before; a newer one shows in the check */
            following_drop_kept(f, kept_of(at));
    }
    following_check(f);
    following_step(f);
}

/* Lays up the events from the first slice to the last, from those kept and from the log. */
static void load_fill(struct store_following *f)
{
    struct following_load *load = &f->load;
    list_for_each_safe (at, &f->kept) {
        struct kept_event *kept = kept_of(at);
        if (strcmp(kept->epoch, load->epoch) != 0 || load->replayed >= load->last)
            continue;
        if (kept->seq <= load->replayed) {
            following_drop_kept(f, kept);
        } else if (kept->seq == load->replayed + 1) {
            list_remove(&kept->link);
            f->kept_count--;
            list_push_back(&load->replay, &kept->link);
            load->replayed++;
        }
    }
    if (load->replayed >= load->last)
        load_finish(f);
    else
        log_read(f, load->replayed);
}

static void slice_use(struct store_following *f, const struct store_answer *answer)
{
    struct following_load *load = &f->load;
    if (!load->begun) {
        load->begun = true;
        memcpy(load->epoch, answer->epoch, sizeof(load->epoch));
        load->first = load->replayed = answer->seq;
    } else if (strcmp(load->epoch, answer->epoch) != 0) {
        load_again(f);
        return;
    }
    load->last = answer->seq;
    const char *next = "";
    for (size_t i = 0; i < answer->count; i++) {
        if (strcmp(answer->values[i].key, "cursor") == 0)
            next = answer->values[i].value;
        else
            load_add_field(load, &answer->values[i]);
    }
    char *cursor = *next ? memory_string(next) : NULL;
    free(load->cursor);
    load->cursor = cursor;
    following_step(f);
}

static void slice_answered(void *arg, const struct store_answer *answer)
{
    struct store_following *f = arg;
    if (following_read_ended(f)) {
        if (answer->refusal.error)
            following_read_failed(f, answer->refusal.error);
        else
            slice_use(f, answer);
    }
    following_unref(f);
}

static void slice_read(struct store_following *f)
{
    struct store_argument cursor = {f->load.cursor, strlen(f->load.cursor)};
    f->reading = true;
    following_call(f, "session_read", &cursor, 1, slice_answered);
}

/* ---- in step ---- */

/* Hands over what is kept as far as it goes on without a gap, and asks the log for the rest. */
static void following_advance(struct store_following *f)
{
    while (!f->ended && f->state == FOLLOWING_LIVE && !list_is_empty(&f->kept)) {
        struct kept_event *kept = kept_of(f->kept.next);
        if (strcmp(kept->epoch, f->epoch) != 0) {
            following_reload(f);
            return;
        }
        if (kept->seq > f->seq + 1)
            break;
        struct event event;
        list_remove(&kept->link);
        f->kept_count--;
        if (kept->seq == f->seq + 1 && following_read_event(f, kept->bytes, kept->size, &event))
            following_apply(f, &event);
        free(kept);
    }
    if (f->ended || f->state != FOLLOWING_LIVE)
        return;
    if (!list_is_empty(&f->kept) || f->seq < f->target)
        log_read(f, f->seq);
    else
        following_settle(f);
}

void following_settle(struct store_following *f)
{
    if (f->ended || f->state != FOLLOWING_LIVE || !f->subscribed || !f->store->connected || !f->checked ||
        f->seq < f->target)
        return;
    f->failures = 0;
    following_set_stale(f, false);
}

void following_step(struct store_following *f)
{
    struct store *store = f->store;
    if (f->ended || store->closing || !store->connected || !store->subscribing || f->asked || f->reading ||
        uv_now(store->settings.loop) < f->retry_at)
        return;
    if (!f->subscribed) {
        following_subscribe(f);
    } else if (f->state == FOLLOWING_LIVE) {
        following_advance(f);
    } else if (f->state == FOLLOWING_ABSENT) {
        load_clear(f);
        f->load.cursor = memory_string("");
        f->state = FOLLOWING_LOADING;
        slice_read(f);
    } else if (f->load.cursor) {
        slice_read(f);
    } else {
        load_fill(f);
    }
}

struct store_following *following_ref(struct store_following *f)
{
    f->references++;
    return f;
}

void following_unref(struct store_following *f)
{
    if (--f->references > 0)
        return;
    load_clear(f);
    list_for_each_safe (at, &f->kept) {
        following_drop_kept(f, kept_of(at));
    }
    free(f->writes);
    free(f->channel);
    free(f);
}
