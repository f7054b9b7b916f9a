/* Whom the store follows: subscriptions, position checks of all live sessions in one pipeline, and dates that
 * come due. How one session comes into step is in store_following.c. */
#include "base/memory.h"
#include "store/store_following.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FOLLOW_CHECK_MS   5000 /* between two position checks, give or take a fifth */
#define FOLLOW_HURRY_MS   250  /* while something is not in step */
#define FOLLOW_DUE_MAX_MS 3600000

/* Each one followed now; the visitor may end any. */
static void follow_each(struct store *store, void (*visit)(struct store_following *f))
{
    size_t count = 0;
    struct store_following **all = memory_alloc(store->followings.count * sizeof(struct store_following *));
    map_for_each (entry, &store->followings)
        all[count++] = following_ref(entry->value);
    for (size_t i = 0; i < count; i++) {
        if (!all[i]->ended)
            visit(all[i]);
        following_unref(all[i]);
    }
    free(all);
}

void following_call(struct store_following *f, const char *function, const struct store_argument *arguments,
                    size_t count, store_answered *answered)
{
    store_call(f->store, f->session, function, NULL, NULL, 0, arguments, count, answered, following_ref(f));
}

/* ---- dates ---- */

static void follow_due_arm(struct store *store);

static void following_take_due(struct store_following *f, const struct store_answer *answer)
{
    const char *due = store_answer_get(answer, "due");
    f->due = due ? strtoll(due, NULL, 10) : 0;
    follow_due_arm(f->store);
}

static void due_answered(void *arg, const struct store_answer *answer)
{
    struct store_following *f = arg;
    if (!f->ended && !answer->refusal.error)
        following_take_due(f, answer);
    following_unref(f);
}

static void follow_due(uv_timer_t *timer)
{
    struct store *store = timer->data;
    int64_t now = (int64_t)uv_now(store->settings.loop) + store->clock_offset;
    map_for_each (entry, &store->followings) {
        struct store_following *f = entry->value;
        if (f->due && f->due <= now) {
            f->due = 0; /* the answer tells the next; a check does where it fails */
            following_call(f, "session_due", NULL, 0, due_answered);
        }
    }
    follow_due_arm(store);
}

static void follow_due_arm(struct store *store)
{
    int64_t first = 0;
    map_for_each (entry, &store->followings) {
        const struct store_following *f = entry->value;
        if (f->due && (!first || f->due < first))
            first = f->due;
    }
    if (!first || store->closing)
        return;
    int64_t wait = first - store->clock_offset - (int64_t)uv_now(store->settings.loop);
    wait = wait < 1 ? 1 : wait > FOLLOW_DUE_MAX_MS ? FOLLOW_DUE_MAX_MS : wait;
    uv_timer_start(&store->dues, follow_due, (uint64_t)wait, 0);
}

/* ---- position checks ---- */

static void check_use(struct store_following *f, const struct store_answer *answer)
{
    following_take_due(f, answer);
    bool counts = !f->check_again;
    f->check_again = false;
    if (!counts)
        following_check(f);
    if (f->state != FOLLOWING_LIVE)
        return;
    if (strcmp(answer->epoch, f->epoch) != 0) {
        following_reload(f);
        return;
    }
    if (answer->seq > f->target)
        f->target = answer->seq;
    if (counts)
        f->checked = true;
    following_step(f);
    following_settle(f);
}

static void check_answered(void *arg, const struct store_answer *answer)
{
    struct store_following *f = arg;
    f->checking = false;
    if (f->ended) {
        following_unref(f);
        return;
    }
    if (!answer->refusal.error) {
        check_use(f, answer);
    } else if (answer->refusal.error == ERROR_session_unknown ||
               answer->refusal.error == ERROR_not_supported) {
        following_gone(f, answer->refusal.error);
    } else {
        f->checked = f->check_again = false;
        following_set_stale(f, true);
    }
    following_unref(f);
}

void following_check(struct store_following *f)
{
    if (f->ended || !f->store->connected)
        return;
    if (f->checking) {
        f->check_again = true; /* what is awaited may be older than what is asked for now */
        return;
    }
    char people[24];
    int size = snprintf(people, sizeof(people), "%" PRId64, f->people);
    struct store_argument arguments[] = {{people, (size_t)size},
                                         {f->store->worker, strlen(f->store->worker)}};
    f->checking = true;
    following_call(f, "session_check", arguments, 2, check_answered);
}

static void following_visit_all(struct store_following *f)
{
    if (f->state == FOLLOWING_LIVE && !f->checking)
        following_check(f);
}

static void following_visit_late(struct store_following *f)
{
    following_step(f);
    if (f->stale)
        following_visit_all(f);
}

static void follow_checks(uv_timer_t *timer)
{
    struct store *store = timer->data;
    uint64_t now = uv_now(store->settings.loop);
    follow_each(store, following_visit_late);
    if (now >= store->check_at) {
        store->check_at = now + FOLLOW_CHECK_MS * 4 / 5 + store_random(FOLLOW_CHECK_MS * 2 / 5);
        follow_each(store, following_visit_all);
    }
    if (store->closing || !store->followings.count)
        return;
    bool late = false;
    map_for_each (entry, &store->followings) {
        const struct store_following *f = entry->value;
        late = late || f->stale || f->state != FOLLOWING_LIVE || now < f->retry_at;
    }
    uint64_t wait = store->check_at - now;
    uint64_t hurry = FOLLOW_HURRY_MS / 2 + store_random(FOLLOW_HURRY_MS);
    uv_timer_start(timer, follow_checks, late && hurry < wait ? hurry : wait, 0);
}

/* Something changed: looks after all soon. */
static void follow_hurry(struct store *store)
{
    if (!store->closing && store->followings.count)
        uv_timer_start(&store->checks, follow_checks, 0, 0);
}

/* ---- connections ---- */

static void following_visit_lost(struct store_following *f)
{
    f->checked = false;
    f->retry_at = 0;
    following_set_stale(f, true);
}

void store_follow_connected(struct store *store, bool connected)
{
    if (!connected)
        follow_each(store, following_visit_lost);
    follow_hurry(store);
}

static void following_visit_unsubscribed(struct store_following *f)
{
    f->asked = f->subscribed = false;
    if (f->state == FOLLOWING_LOADING)
        following_abort_load(f);
    following_visit_lost(f);
}

void store_follow_subscribing(struct store *store, bool subscribing)
{
    if (!subscribing)
        follow_each(store, following_visit_unsubscribed);
    follow_hurry(store);
}

static void following_subscribed(void *arg, const redisReply *reply)
{
    struct store_following *f = arg;
    f->asked = false;
    if (!f->ended && reply && reply->type == REDIS_REPLY_ERROR) {
        CLEAN_FREE char *text = memory_print("Redis refuses a subscription: %s", reply->str);
        store_warn(f->store, text);
        following_retry_later(f);
    } else if (!f->ended && reply) {
        f->subscribed = true;
        f->checked = false;
        if (f->state == FOLLOWING_LIVE)
            following_check(f);
        following_step(f);
    }
    following_unref(f);
}

void following_subscribe(struct store_following *f)
{
    f->asked = true;
    store_connection_subscribe(f->store->channels, f->channel, true, following_subscribed, following_ref(f));
}

void store_follow_push(struct store *store, const redisReply *push)
{
    struct store_following *f = map_get(&store->followings, push->element[1]->str);
    if (!f)
        return;
    following_ref(f);
    if (strcmp(push->element[0]->str, "smessage") != 0) {
        f->subscribed = false; /* the slot moved away: events may be missed from now on */
        f->checked = false;
        following_set_stale(f, true);
        following_step(f);
    } else if (push->elements == 3 && push->element[2]->type == REDIS_REPLY_STRING) {
        following_arrive(f, push->element[2]->str, (size_t)push->element[2]->len);
    }
    following_unref(f);
}

/* ---- the contract ---- */

void store_follow_init(struct store *store)
{
    uv_timer_init(store->settings.loop, &store->checks);
    uv_timer_init(store->settings.loop, &store->dues);
    store->checks.data = store->dues.data = store;
}

struct store_following *store_follow(struct store *store, const char *session,
                                     const struct store_follower *follower)
{
    struct store_following *f = memory_alloc(sizeof(*f));
    f->store = store;
    f->follower = *follower;
    f->references = 1;
    snprintf(f->session, sizeof(f->session), "%s", session);
    f->channel = memory_print("palabre:{%s}:events:%s", f->session, store->db);
    list_init(&f->kept);
    list_init(&f->load.replay);
    struct store_following *other = map_put(&store->followings, f->channel, f);
    assert(!other); /* one following of a session in a store */
    follow_hurry(store);
    return f;
}

void following_leave(struct store_following *f)
{
    struct store *store = f->store;
    f->ended = true;
    f->due = 0;
    map_remove(&store->followings, f->channel);
    if (store->subscribing && (f->asked || f->subscribed))
        store_connection_subscribe(store->channels, f->channel, false, NULL, NULL);
}

void store_unfollow(struct store_following **following)
{
    struct store_following *f = *following;
    *following = NULL;
    if (!f)
        return;
    if (!f->ended)
        following_leave(f);
    following_unref(f);
}

void store_following_check(struct store_following *f)
{
    following_check(f);
}

void store_following_people(struct store_following *f, int64_t people)
{
    f->people = people;
}

void store_follow_clear(struct store *store)
{
    map_for_each (entry, &store->followings) {
        struct store_following *f = entry->value;
        f->ended = true;
        following_unref(f);
    }
    map_clear(&store->followings);
}
