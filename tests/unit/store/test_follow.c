/* Following a session through what happens to connections and to Redis: what the follower holds is always
 * what Redis has. */
#include "redis_fixture.h"

#include "base/map.h"

/* A fold of what it was handed: a field a key. Checks the order of what comes. */
struct fold {
    struct map fields; /* key -> struct fold_field */
    char epoch[EPOCH_ROOM];
    int64_t seq, want;
    bool loading, stale;
    int loads, events, stales;
    enum error gone;
};

struct fold_field {
    char *key, *value;
};

static void fold_clear_fields(struct fold *fold)
{
    map_for_each (entry, &fold->fields) {
        struct fold_field *field = entry->value;
        free(field->key);
        free(field->value);
        free(field);
    }
    map_clear(&fold->fields);
}

static void fold_write(struct fold *fold, const struct field_write *write)
{
    struct fold_field *field = memory_alloc(sizeof(*field));
    field->key = memory_bytes(write->key, write->key_size);
    field->value = memory_bytes(write->value, write->value_size);
    struct fold_field *old =
        write->value_size ? map_put(&fold->fields, field->key, field) : map_remove(&fold->fields, write->key);
    if (!write->value_size) {
        free(field->key);
        free(field->value);
        free(field);
    }
    if (old) {
        free(old->key);
        free(old->value);
        free(old);
    }
}

static void fold_load_begin(void *owner)
{
    struct fold *fold = owner;
    assert_false(fold->loading);
    fold_clear_fields(fold);
    fold->loading = true;
    fold->seq = 0;
}

static void fold_load_field(void *owner, const struct field_write *field)
{
    assert_true(((struct fold *)owner)->loading);
    fold_write(owner, field);
}

static void fold_load_end(void *owner, const char *epoch, int64_t seq)
{
    struct fold *fold = owner;
    assert_true(fold->loading);
    assert_true(fold->seq == 0 || fold->seq == seq); /* every event up to here came */
    snprintf(fold->epoch, sizeof(fold->epoch), "%s", epoch);
    fold->seq = seq;
    fold->loading = false;
    fold->loads++;
}

static void fold_event(void *owner, const struct event *event)
{
    struct fold *fold = owner;
    assert_true((fold->loading && fold->seq == 0) ||
                event->seq == fold->seq + 1); /* in order, none missing, none twice */
    if (!fold->loading)
        assert_string_equal(event->epoch, fold->epoch);
    fold->seq = event->seq;
    fold->events++;
    for (size_t i = 0; i < event->write_count; i++)
        fold_write(fold, &event->writes[i]);
}

static void fold_stale(void *owner, bool stale)
{
    struct fold *fold = owner;
    assert_true(fold->stale != stale);
    fold->stale = stale;
    fold->stales += stale;
}

static void fold_gone(void *owner, enum error error)
{
    struct fold *fold = owner;
    assert_int_equal(fold->gone, ERROR_none);
    fold->gone = error;
}

static struct store_following *fold_follow(struct fold *fold, struct store *store, const char *session)
{
    struct store_follower follower = {.owner = fold,
                                      .load_begin = fold_load_begin,
                                      .load_field = fold_load_field,
                                      .load_end = fold_load_end,
                                      .event = fold_event,
                                      .stale = fold_stale,
                                      .gone = fold_gone};
    return store_follow(store, session, &follower);
}

static const char *fold_get(struct fold *fold, const char *key)
{
    struct fold_field *field = map_get(&fold->fields, key);
    return field ? field->value : NULL;
}

static bool fold_is_loaded(void *arg)
{
    return ((struct fold *)arg)->loads > 0;
}

static bool fold_is_there(void *arg)
{
    struct fold *fold = arg;
    return !fold->stale && !fold->loading && fold->seq >= fold->want;
}

static bool fold_is_stale(void *arg)
{
    return ((struct fold *)arg)->stale;
}

static bool fold_is_gone(void *arg)
{
    return ((struct fold *)arg)->gone != ERROR_none;
}

struct scene {
    struct redis_fixture redis;
    struct store_fixture fixture;
    struct fold fold;
    struct store_following *following;
};

static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof(*scene));
    redis_start(&scene->redis, NULL);
    fixture_open(&scene->fixture, scene->redis.url);
    session_make(&scene->fixture, "danette");
    scene->following = fold_follow(&scene->fold, scene->fixture.store, "danette");
    loop_until(&scene->fixture.loop, fold_is_loaded, &scene->fold);
}

static void scene_close(struct scene *scene)
{
    store_unfollow(&scene->following);
    assert_null(scene->following);
    fixture_close(&scene->fixture);
    fold_clear_fields(&scene->fold);
    redis_stop(&scene->redis);
}

/* Writes by a connection of the test's own: `count` edits of the title; the last is `<title> <count>`. */
static void write_titles(const struct redis_fixture *redis, const char *title, int count)
{
    redisContext *context = redis_dial(redis);
    for (int i = 1; i <= count; i++) {
        CLEAN_FREE char *text = memory_print("=%s %d", title, i);
        const char *arguments[] = {"FCALL", "session_edit_3",
                                   "1",     "palabre:{danette}:meta",
                                   "0",     "",
                                   "",      "brand",
                                   "open",  "",
                                   "",      "",
                                   text,    "",
                                   ""};
        redisReply *reply = redisCommandArgv(context, ARRAY_SIZE(arguments), arguments, NULL);
        assert_non_null(reply);
        if (reply->type != REDIS_REPLY_ARRAY || strcmp(reply->element[0]->str, "ok") != 0)
            fail_msg("%s", reply->str ? reply->str : reply->element[0]->str);
        freeReplyObject(reply);
    }
    redisFree(context);
}

static int64_t redis_seq(const struct redis_fixture *redis)
{
    return redis_integer(redis, "HGET palabre:{danette}:meta seq");
}

/* A second follower, made now, must hold the very same. */
static void expect_same_as_a_new_load(struct scene *scene)
{
    scene->fold.want = redis_seq(&scene->redis);
    loop_until(&scene->fixture.loop, fold_is_there, &scene->fold);
    struct store_fixture other;
    struct fold fold = {0};
    fixture_open(&other, scene->redis.url);
    struct store_following *following = fold_follow(&fold, other.store, "danette");
    loop_until(&other.loop, fold_is_loaded, &fold);
    assert_int_equal(fold.seq, scene->fold.seq);
    assert_string_equal(fold.epoch, scene->fold.epoch);
    assert_int_equal(fold.fields.count, scene->fold.fields.count);
    map_for_each (entry, &fold.fields) {
        const char *value = fold_get(&scene->fold, entry->key);
        assert_non_null(value);
        assert_string_equal(value, ((struct fold_field *)entry->value)->value);
    }
    store_unfollow(&following);
    fixture_close(&other);
    fold_clear_fields(&fold);
}

static void test_a_session_is_loaded_whole_and_then_each_event_follows(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Crémerie");
    assert_string_equal(fold_get(&scene.fold, "i:i1.title"), "Vanille");
    write_titles(&scene.redis, "Le lait", 50);
    scene.fold.want = redis_seq(&scene.redis);
    loop_until(&scene.fixture.loop, fold_is_there, &scene.fold);
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Le lait 50");
    assert_int_equal(scene.fold.loads, 1);
    assert_int_equal(scene.fold.stales, 0);
    expect_same_as_a_new_load(&scene);
    scene_close(&scene);
}

static void test_an_unknown_session_is_gone_and_one_unfollowed_says_nothing(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    struct fold nobody = {0}, quiet = {0};
    struct store_following *following = fold_follow(&nobody, scene.fixture.store, "nobody");
    loop_until(&scene.fixture.loop, fold_is_gone, &nobody);
    assert_int_equal(nobody.gone, ERROR_session_unknown);
    assert_int_equal(nobody.loads, 0);
    store_unfollow(&following);
    following = fold_follow(&quiet, scene.fixture.store, "nobody");
    store_unfollow(&following);
    loop_run_ms(&scene.fixture.loop, 100);
    assert_int_equal(quiet.gone, ERROR_none);
    store_unfollow(&scene.following); /* and followed again at once */
    scene.following = fold_follow(&scene.fold, scene.fixture.store, "danette");
    write_titles(&scene.redis, "Encore", 3);
    scene.fold.want = redis_seq(&scene.redis);
    loop_until(&scene.fixture.loop, fold_is_there, &scene.fold);
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Encore 3");
    scene_close(&scene);
}

static void test_a_load_in_many_slices_under_writes_is_what_redis_has(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    redisContext *context = redis_dial(&scene.redis);
    for (int i = 0; i < 1500; i++) {
        const char *arguments[] = {"FCALL", "idea_add_3", "1", "palabre:{danette}:meta",
                                   "0",     "",           "",  "brand",
                                   "open",  "",           "",  "",
                                   "c1",    "Une idée",   "",  ""};
        freeReplyObject(redisCommandArgv(context, ARRAY_SIZE(arguments), arguments, NULL));
    }
    redisFree(context);
    struct store_fixture other;
    struct fold fold = {0};
    fixture_open(&other, scene.redis.url);
    struct store_following *following = fold_follow(&fold, other.store, "danette");
    for (int i = 0; i < 300 && !fold_is_loaded(&fold); i++) {
        write_titles(&scene.redis, "Pendant", 3); /* between the slices */
        uv_run(&other.loop, UV_RUN_NOWAIT);
        uv_run(&other.loop, UV_RUN_ONCE);
    }
    fold.want = redis_seq(&scene.redis);
    loop_until(&other.loop, fold_is_there, &fold);
    assert_true(fold.fields.count > 1500 * 5);
    assert_string_equal(fold_get(&fold, "s:s.title"), "Pendant 3");
    store_unfollow(&following);
    fixture_close(&other);
    fold_clear_fields(&fold);
    expect_same_as_a_new_load(&scene);
    scene_close(&scene);
}

static void test_lost_messages_are_read_from_the_log(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    for (int i = 0; i < 3; i++) {
        redis_ok(&scene.redis, "CLIENT KILL TYPE pubsub");
        write_titles(&scene.redis, "Perdu", 20); /* nobody is subscribed */
        scene.fold.want = redis_seq(&scene.redis);
        loop_until(&scene.fixture.loop, fold_is_there, &scene.fold);
        assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Perdu 20");
    }
    assert_int_equal(scene.fold.loads, 1); /* repaired, never loaded again */
    assert_true(scene.fold.stales > 0);
    expect_same_as_a_new_load(&scene);
    scene_close(&scene);
}

static void test_a_gap_in_the_messages_is_seen_at_the_next_one(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    /* the event with this number is in the log and was never published */
    redisReply *epoch = redis_do(&scene.redis, "HGET palabre:{danette}:meta epoch");
    int64_t seq = redis_seq(&scene.redis) + 1;
    CLEAN_FREE char *number = memory_print("%lld", (long long)seq);
    CLEAN_FREE char *event =
        memory_print("*7\r\n$1\r\n1\r\n$%zu\r\n%s\r\n$12\r\n%s\r\n$1\r\n5\r\n$14\r\nsession_edited\r\n"
                     "$9\r\ns:s.brief\r\n$4\r\nbref\r\n",
                     strlen(number), number, epoch->str);
    freeReplyObject(epoch);
    freeReplyObject(
        redis_do(&scene.redis, "XADD palabre:{danette}:log %s-0 e %b", number, event, strlen(event)));
    freeReplyObject(redis_do(&scene.redis, "HSET palabre:{danette}:meta seq %s brief bref", number));
    write_titles(&scene.redis, "Après", 1);
    scene.fold.want = seq + 1;
    loop_until(&scene.fixture.loop, fold_is_there, &scene.fold);
    assert_string_equal(fold_get(&scene.fold, "s:s.brief"), "bref");
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Après 1");
    assert_int_equal(scene.fold.loads, 1);
    scene_close(&scene);
}

static void test_where_the_log_does_not_reach_the_session_is_loaded_again(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    redis_ok(&scene.redis, "CLIENT KILL TYPE pubsub");
    write_titles(&scene.redis, "Loin", 30);
    redis_ok(&scene.redis, "XTRIM palabre:{danette}:log MAXLEN 3");
    scene.fold.want = redis_seq(&scene.redis);
    loop_until(&scene.fixture.loop, fold_is_there, &scene.fold);
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Loin 30");
    assert_int_equal(scene.fold.loads, 2);
    expect_same_as_a_new_load(&scene);
    scene_close(&scene);
}

static void test_after_kill_9_of_redis_the_epoch_is_another_and_all_is_loaded_again(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    char epoch[EPOCH_ROOM];
    snprintf(epoch, sizeof(epoch), "%s", scene.fold.epoch);
    write_titles(&scene.redis, "Avant", 5);
    redis_kill(&scene.redis, SIGKILL);
    loop_until(&scene.fixture.loop, fold_is_stale, &scene.fold);
    redis_run(&scene.redis);
    write_titles(&scene.redis, "Retour", 2);
    scene.fold.want = redis_seq(&scene.redis);
    loop_until(&scene.fixture.loop, fold_is_there, &scene.fold);
    assert_string_not_equal(scene.fold.epoch, epoch);
    assert_int_equal(scene.fold.loads, 2);
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Retour 2");
    expect_same_as_a_new_load(&scene);
    scene_close(&scene);
}

static void test_a_redis_that_stands_still_makes_stale_and_all_converges_when_it_goes_on(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    kill(scene.redis.pid, SIGSTOP);
    loop_until(&scene.fixture.loop, fold_is_stale, &scene.fold);
    kill(scene.redis.pid, SIGCONT);
    write_titles(&scene.redis, "Reprise", 2);
    expect_same_as_a_new_load(&scene);
    assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Reprise 2");
    scene_close(&scene);
}

static void test_an_event_of_an_unknown_kind_or_version_ends_the_following(void **state)
{
    (void)state;
    static const char *const events[] = {
        "*5\r\n$1\r\n2\r\n$1\r\n9\r\n$12\r\n0123456789ab\r\n$1\r\n5\r\n$14\r\nsession_edited\r\n",
        "*5\r\n$1\r\n1\r\n$1\r\n9\r\n$12\r\n0123456789ab\r\n$1\r\n5\r\n$14\r\nsession_danced\r\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        struct scene scene;
        scene_open(&scene);
        freeReplyObject(
            redis_do(&scene.redis, "SPUBLISH palabre:{danette}:events:0 %b", events[i], strlen(events[i])));
        loop_until(&scene.fixture.loop, fold_is_gone, &scene.fold);
        assert_int_equal(scene.fold.gone, ERROR_not_supported);
        write_titles(&scene.redis, "Sourd", 2);
        loop_run_ms(&scene.fixture.loop, 50);
        assert_string_equal(fold_get(&scene.fold, "s:s.title"), "Crémerie");
        scene_close(&scene);
    }
}

static void test_data_of_an_unknown_version_end_the_following(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    freeReplyObject(redis_do(&scene.redis, "HSET palabre:{danette}:meta data 1"));
    store_following_check(scene.following);
    loop_until(&scene.fixture.loop, fold_is_gone, &scene.fold);
    assert_int_equal(scene.fold.gone, ERROR_not_supported);
    store_unfollow(&scene.following);
    struct fold late = {0};
    scene.following = fold_follow(&late, scene.fixture.store, "danette");
    loop_until(&scene.fixture.loop, fold_is_gone, &late);
    assert_int_equal(late.gone, ERROR_not_supported);
    assert_int_equal(late.loads, 0);
    scene_close(&scene);
}

static void test_bytes_that_are_no_event_end_the_following_and_are_told(void **state)
{
    (void)state;
    static const char *const events[] = {"",
                                         "*",
                                         "*5\r\n$1\r\n1\r\n",
                                         "*5\r\n$9999999999\r\n1\r\n",
                                         "*2\r\n$1\r\n1\r\n$1\r\n1\r\n",
                                         "hello",
                                         "*99999\r\n$1\r\n1\r\n"};
    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        struct scene scene;
        scene_open(&scene);
        freeReplyObject(
            redis_do(&scene.redis, "SPUBLISH palabre:{danette}:events:0 %b", events[i], strlen(events[i])));
        loop_until(&scene.fixture.loop, fold_is_gone, &scene.fold);
        assert_int_equal(scene.fold.gone, ERROR_internal_error);
        assert_non_null(scene.fixture.warned);
        scene_close(&scene);
    }
}

static bool challenge_is_closed(void *arg)
{
    const char *value = fold_get(arg, "c:c1.state");
    return value && strcmp(value, "closed") == 0;
}

static void test_what_comes_due_is_closed_at_its_date_without_anybody_asking(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    struct outcome outcome = {0};
    int64_t closes_at;
    call_now(&scene.fixture, &outcome, NULL, NULL, "danette", "session_due");
    expect_ok(&outcome);
    closes_at = outcome.now + 600;
    outcome_clear(&outcome);
    CLEAN_FREE char *date = memory_print("=%lld", (long long)closes_at);
    call_now(&scene.fixture, &outcome, NULL, NULL, "danette", "challenge_edit", "c1", "", "", "", "", "", "",
             "", "", "", "", "", date, "", "", "", "", "=plus court");
    expect_ok(&outcome);
    outcome_clear(&outcome);
    loop_until(&scene.fixture.loop, challenge_is_closed, &scene.fold);
    assert_int_equal(atoll(fold_get(&scene.fold, "c:c1.closed_at")), closes_at);
    scene_close(&scene);
}

static bool people_is_seven(void *arg)
{
    const char *value = fold_get(arg, "s:s.people");
    return value && strcmp(value, "7") == 0;
}

static void test_people_online_are_handed_in_with_the_check(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    store_following_people(scene.following, 7);
    store_following_check(scene.following);
    loop_until(&scene.fixture.loop, people_is_seven, &scene.fold);
    scene_close(&scene);
}

/* Random histories: writes, cuts, kills and pauses; at the end the fold is what Redis has. */
static void test_random_histories_converge(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        struct scene scene;
        unsigned random = seed;
        scene_open(&scene);
        for (int step = 0; step < 40; step++) {
            switch (rand_r(&random) % 8) {
            case 0: redis_ok(&scene.redis, "CLIENT KILL TYPE pubsub"); break;
            case 1: redis_ok(&scene.redis, "CLIENT KILL TYPE normal"); break;
            case 2: redis_ok(&scene.redis, "XTRIM palabre:{danette}:log MAXLEN 1"); break;
            case 3:
                if (step % 3 == 0) {
                    redis_kill(&scene.redis, SIGKILL);
                    redis_run(&scene.redis);
                }
                break;
            case 4: loop_run_ms(&scene.fixture.loop, (unsigned)rand_r(&random) % 60); break;
            default: write_titles(&scene.redis, "Pas", 1 + rand_r(&random) % 20); break;
            }
            uv_run(&scene.fixture.loop, UV_RUN_NOWAIT);
        }
        expect_same_as_a_new_load(&scene);
        scene_close(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session_is_loaded_whole_and_then_each_event_follows),
        cmocka_unit_test(test_an_unknown_session_is_gone_and_one_unfollowed_says_nothing),
        cmocka_unit_test(test_a_load_in_many_slices_under_writes_is_what_redis_has),
        cmocka_unit_test(test_lost_messages_are_read_from_the_log),
        cmocka_unit_test(test_a_gap_in_the_messages_is_seen_at_the_next_one),
        cmocka_unit_test(test_where_the_log_does_not_reach_the_session_is_loaded_again),
        cmocka_unit_test(test_after_kill_9_of_redis_the_epoch_is_another_and_all_is_loaded_again),
        cmocka_unit_test(test_a_redis_that_stands_still_makes_stale_and_all_converges_when_it_goes_on),
        cmocka_unit_test(test_an_event_of_an_unknown_kind_or_version_ends_the_following),
        cmocka_unit_test(test_data_of_an_unknown_version_end_the_following),
        cmocka_unit_test(test_bytes_that_are_no_event_end_the_following_and_are_told),
        cmocka_unit_test(test_what_comes_due_is_closed_at_its_date_without_anybody_asking),
        cmocka_unit_test(test_people_online_are_handed_in_with_the_check),
        cmocka_unit_test(test_random_histories_converge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
