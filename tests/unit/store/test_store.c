#include "redis_fixture.h"

#include <netinet/in.h>

static const struct actor ana = {
    .session = "danette", .id = "p1", .role = ROLE_participant, .level = level_open};

static void join(struct store_fixture *fixture, const char *session)
{
    struct outcome outcome = {0};
    call_now(fixture, &outcome, &(struct actor){.role = ROLE_participant}, NULL, session, "participant_join",
             "Ana", "operator");
    expect_ok(&outcome);
    assert_string_equal(outcome_get(&outcome, "participant"), "p1");
    outcome_clear(&outcome);
}

static void test_a_function_is_called_and_answers(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    assert_false(store_is_connected(fixture.store));
    session_make(&fixture, "danette"); /* made before there was a connection: held until there is */
    assert_int_equal(fixture.connects, 1);
    assert_null(store_fault(fixture.store));
    assert_null(fixture.warned);
    join(&fixture, "danette");
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, &ana, NULL, "danette", "vote_cast", "i1", "1");
    expect_ok(&outcome);
    assert_string_equal(outcome_get(&outcome, "value"), "1");
    assert_int_equal(strlen(outcome.epoch), 12);
    assert_true(outcome.now > 1700000000000);
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_refusal_carries_what_it_names(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    join(&fixture, "danette");
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, &ana, NULL, "danette", "vote_cast", "i1", "7");
    assert_int_equal(outcome.refusal.error, ERROR_value_invalid);
    assert_string_not_equal(outcome.refusal.expected, "");
    outcome_clear(&outcome);
    call_now(&fixture, &outcome, &ana, NULL, "nobody", "vote_cast", "i1", "1");
    assert_int_equal(outcome.refusal.error, ERROR_session_unknown);
    assert_int_equal(outcome.seq, 0);
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_command_is_sent_by_its_table_and_remembered_by_its_key(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    join(&fixture, "danette");
    char idea[16];
    struct outcome outcome = {0};
    for (int i = 0; i < 3; i++) {
        struct command command;
        command_init(&command, COMMAND_idea_add);
        command.key = memory_string("k1");
        snprintf(command.idea_add.challenge, sizeof(command.idea_add.challenge), "c1");
        command.idea_add.title = memory_string(i < 2 ? "Noisette" : "Pistache");
        store_command(fixture.store, "danette", &ana, &command, 0, outcome_set, &outcome);
        command_clear(&command); /* its arguments were copied */
        loop_until(&fixture.loop, is_true, &outcome.done);
        if (i == 2) {
            assert_int_equal(outcome.refusal.error, ERROR_key_reused);
        } else {
            expect_ok(&outcome);
            if (i == 1)
                assert_string_equal(outcome_get(&outcome, "idea"), idea);
            snprintf(idea, sizeof(idea), "%s", outcome_get(&outcome, "idea"));
        }
        outcome_clear(&outcome);
    }
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_pipelined_calls_are_answered_each_with_its_own_answer_in_order(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    join(&fixture, "danette");
    struct outcome *outcomes = memory_alloc(COUNT * sizeof(*outcomes));
    for (int i = 0; i < COUNT; i++)
        call_start(&fixture, &outcomes[i], &ana, NULL, "danette", "vote_cast", "i1", i % 2 ? "1" : "0", NULL);
    loop_until(&fixture.loop, is_true, &outcomes[COUNT - 1].done);
    for (int i = 0; i < COUNT; i++) {
        expect_ok(&outcomes[i]);
        assert_string_equal(outcome_get(&outcomes[i], "value"), i % 2 ? "1" : "0");
        assert_true(i == 0 || outcomes[i].order == outcomes[i - 1].order + 1);
    }
    for (int i = 0; i < COUNT; i++)
        outcome_clear(&outcomes[i]);
    free(outcomes);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_more_calls_than_the_cap_are_refused_at_once_while_the_others_wait(void **state)
{
    (void)state;
    enum { COUNT = STORE_PENDING + 10 };
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    kill(redis.pid, SIGSTOP);
    struct outcome *outcomes = memory_alloc(COUNT * sizeof(*outcomes));
    for (int i = 0; i < COUNT; i++)
        call_start(&fixture, &outcomes[i], NULL, NULL, "nobody", "vote_cast", "i1", "1", NULL);
    loop_until(&fixture.loop, is_true, &outcomes[COUNT - 1].done);
    for (int i = STORE_PENDING; i < COUNT; i++) {
        assert_true(outcomes[i].done);
        assert_int_equal(outcomes[i].refusal.error, ERROR_store_unavailable);
        assert_true(outcomes[i].refusal.retry_ms > 0);
    }
    loop_until(&fixture.loop, is_true, &outcomes[STORE_PENDING - 1].done);
    for (int i = 0; i < STORE_PENDING; i++)
        assert_true(outcomes[i].done && outcomes[i].order > outcomes[COUNT - 1].order);
    free(outcomes);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_call_that_redis_does_not_answer_ends_in_time_and_its_late_reply_is_dropped(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    join(&fixture, "danette");
    kill(redis.pid, SIGSTOP);
    struct outcome late = {0}, next = {0};
    call_now(&fixture, &late, &ana, NULL, "danette", "vote_cast", "i1", "1");
    assert_int_equal(late.refusal.error, ERROR_store_unavailable);
    assert_true(late.refusal.retry_ms > 0);
    kill(redis.pid, SIGCONT);
    call_now(&fixture, &next, &ana, NULL, "danette", "vote_cast", "i1", "0");
    expect_ok(&next);
    assert_string_equal(outcome_get(&next, "value"), "0");
    assert_int_equal(fixture.disconnects, 0); /* the same connection went on */
    outcome_clear(&late);
    outcome_clear(&next);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static bool fixture_was_cut(void *arg)
{
    return ((struct store_fixture *)arg)->disconnects > 0;
}

static void test_a_peer_that_stays_silent_is_cut_and_found_again(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    kill(redis.pid, SIGSTOP);
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    assert_int_equal(outcome.refusal.error, ERROR_store_unavailable);
    outcome_clear(&outcome);
    loop_until(&fixture.loop, fixture_was_cut, &fixture);
    kill(redis.pid, SIGCONT);
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    expect_ok(&outcome);
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_calls_fail_while_redis_is_away_and_work_when_it_returns(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    redis_kill(&redis, SIGKILL);
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    assert_int_equal(outcome.refusal.error, ERROR_store_unavailable);
    outcome_clear(&outcome);
    assert_int_equal(fixture.disconnects, 1);
    redis_run(&redis);
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    expect_ok(&outcome);
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_closing_answers_what_is_pending(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    kill(redis.pid, SIGSTOP);
    struct outcome outcomes[5] = {0};
    for (int i = 0; i < 5; i++)
        call_start(&fixture, &outcomes[i], NULL, NULL, "danette", "session_due", NULL);
    fixture_close(&fixture);
    for (int i = 0; i < 5; i++)
        assert_int_equal(outcomes[i].refusal.error, ERROR_store_unavailable);
    redis_stop(&redis);
    fixture_open(&fixture, redis.url); /* nobody is there: closing works all the same */
    outcome_clear(&outcomes[0]);
    call_start(&fixture, &outcomes[0], NULL, NULL, "danette", "session_due", NULL);
    fixture_close(&fixture);
    assert_int_equal(outcomes[0].refusal.error, ERROR_store_unavailable);
}

static void test_two_stores_load_the_library_at_once(void **state)
{
    (void)state;
    enum { COUNT = 6 };
    struct redis_fixture redis;
    struct store_fixture fixtures[COUNT];
    redis_start(&redis, NULL);
    kill(redis.pid, SIGSTOP); /* so that all ask before any loads */
    for (int i = 0; i < COUNT; i++)
        fixture_open(&fixtures[i], redis.url);
    for (int i = 0; i < COUNT; i++)
        loop_run_ms(&fixtures[i].loop, 20);
    kill(redis.pid, SIGCONT);
    for (int turn = 0; turn < 200; turn++)
        for (int i = 0; i < COUNT; i++)
            loop_run_ms(&fixtures[i].loop, 1);
    for (int i = 0; i < COUNT; i++) {
        loop_until(&fixtures[i].loop, fixture_is_connected, &fixtures[i]);
        assert_null(store_fault(fixtures[i].store));
        assert_null(fixtures[i].warned);
        fixture_close(&fixtures[i]);
    }
    redis_stop(&redis);
}

static void test_functions_that_vanished_are_loaded_again_and_the_calls_go_through(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    redis_ok(&redis, "FUNCTION FLUSH");
    struct outcome outcomes[20] = {0};
    for (int i = 0; i < 20; i++)
        call_start(&fixture, &outcomes[i], NULL, NULL, "danette", "session_due", NULL);
    for (int i = 0; i < 20; i++) {
        loop_until(&fixture.loop, is_true, &outcomes[i].done);
        expect_ok(&outcomes[i]);
        outcome_clear(&outcomes[i]);
    }
    assert_null(fixture.warned);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_call_of_no_function_is_our_own_fault_or_the_stores_and_is_told(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, NULL, NULL, "danette", "no_such_function");
    assert_int_equal(outcome.refusal.error, ERROR_store_unavailable);
    assert_non_null(fixture.warned);
    outcome_clear(&outcome);
    redis_ok(&redis, "SET palabre:{danette}:ideas x"); /* breaks the function's own reads */
    call_now(&fixture, &outcome, &ana, NULL, "danette", "idea_withdraw", "i1");
    assert_int_equal(outcome.refusal.error, ERROR_internal_error);
    assert_non_null(strstr(fixture.warned, "WRONGTYPE"));
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_full_memory_is_unavailable_and_told(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    session_make(&fixture, "danette");
    join(&fixture, "danette");
    redis_ok(&redis, "CONFIG SET maxmemory 1");
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, &ana, NULL, "danette", "vote_cast", "i1", "1");
    assert_int_equal(outcome.refusal.error, ERROR_store_unavailable);
    assert_non_null(strstr(fixture.warned, "OOM"));
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_redis_that_may_evict_is_refused(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", NULL);
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_has_fault, &fixture);
    assert_non_null(strstr(store_fault(fixture.store), "evict"));
    assert_non_null(strstr(fixture.warned, "allkeys-lru"));
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    assert_int_equal(outcome.refusal.error, ERROR_store_unavailable);
    outcome_clear(&outcome);
    assert_int_equal(fixture.connects, 0);
    redis_ok(&redis, "CONFIG SET maxmemory-policy noeviction"); /* an operator mends it: no restart needed */
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    assert_null(store_fault(fixture.store));
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_an_evicting_redis_is_refused_also_where_config_is_forbidden(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", "--rename-command",
                "CONFIG", "NO", NULL);
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_has_fault, &fixture);
    assert_non_null(strstr(store_fault(fixture.store), "evict"));
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_what_a_volatile_redis_can_lose_is_told(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, "--appendonly", "no", "--save", "", NULL);
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    assert_non_null(fixture.warned);
    assert_non_null(strstr(fixture.warned, "all is lost"));
    fixture_close(&fixture);
    redis_stop(&redis);
    redis_start(&redis, "--appendonly", "no", "--save", "3600 1", NULL);
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_is_connected, &fixture);
    assert_non_null(strstr(fixture.warned, "snapshot"));
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_wrong_password_is_a_fault_and_a_right_one_is_not(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, "--requirepass", "s@cret/1", "--appendonly", "yes", NULL);
    char url[256];
    fixture_open(&fixture, redis.url);
    loop_until(&fixture.loop, fixture_has_fault, &fixture);
    assert_non_null(strstr(store_fault(fixture.store), "NOAUTH"));
    fixture_close(&fixture);
    snprintf(url, sizeof(url), "redis+unix://:wrong@%s", redis.socket);
    fixture_open(&fixture, url);
    loop_until(&fixture.loop, fixture_has_fault, &fixture);
    fixture_close(&fixture);
    snprintf(url, sizeof(url), "redis+unix://default:s%%40cret%%2F1@%s?db=3", redis.socket);
    fixture_open(&fixture, url);
    session_make(&fixture, "danette");
    assert_null(store_fault(fixture.store));
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_sessions_and_the_deployment_are_found_by_all(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    struct outcome outcome = {0};
    store_sessions(fixture.store, outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    expect_ok(&outcome);
    assert_int_equal(outcome.count, 0);
    outcome_clear(&outcome);
    session_make(&fixture, "danette");
    redis_ok(&redis, "SADD palabre:sessions gone"); /* the list is a hint */
    store_sessions(fixture.store, outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    assert_int_equal(outcome.count, 1);
    assert_string_equal(outcome_get(&outcome, "session"), "danette");
    outcome_clear(&outcome);
    char id[40] = "";
    for (int i = 0; i < 2; i++) {
        store_deployment(fixture.store, outcome_set, &outcome);
        loop_until(&fixture.loop, is_true, &outcome.done);
        const char *now = outcome_get(&outcome, "deployment");
        assert_true(text_is_id(now, strlen(now)));
        assert_true(i == 0 || strcmp(now, id) == 0);
        snprintf(id, sizeof(id), "%s", now);
        outcome_clear(&outcome);
    }
    fixture_close(&fixture);
    redis_stop(&redis);
}

static int port_free(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int file = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(file, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(file, (struct sockaddr *)&address, &size), 0);
    close(file);
    return ntohs(address.sin_port);
}

static void test_a_host_is_looked_up_and_its_addresses_tried_in_turn(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    char port[8], url[64];
    snprintf(port, sizeof(port), "%d", port_free());
    redis_start(&redis, "--appendonly", "yes", "--port", port, "--bind", "127.0.0.1", NULL);
    static const char *const hosts[] = {"localhost",
                                        "127.0.0.1"}; /* the first may be ::1, where nobody listens */
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        snprintf(url, sizeof(url), "redis://%s:%s/%zu", hosts[i], port, i);
        fixture_open(&fixture, url);
        session_make(&fixture, "danette");
        fixture_close(&fixture);
    }
    assert_int_equal(redis_integer(&redis, "EXISTS palabre:{danette}:meta"), 1);
    redis_stop(&redis);
}

static void test_a_host_that_does_not_exist_leaves_the_store_trying_and_it_closes(void **state)
{
    (void)state;
    struct store_fixture fixture;
    fixture_open(&fixture, "redis://no-such-host.invalid:1");
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    assert_int_equal(outcome.refusal.error, ERROR_store_unavailable);
    outcome_clear(&outcome);
    fixture_close(&fixture);
}

static void test_a_brand_has_a_name_and_keys_and_the_default_is_there(void **state)
{
    (void)state;
    struct redis_fixture redis;
    struct store_fixture fixture;
    struct outcome outcome = {0};
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    store_brand_read(fixture.store, "danone", outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    assert_int_equal(outcome.refusal.error, ERROR_brand_unknown);
    outcome_clear(&outcome);
    store_brand_create(fixture.store, "danone", "Danone", NULL, NULL);
    store_brand_key(fixture.store, "danone", "k4.pid.a", "k4.public.a", NULL, NULL);
    store_brand_key(fixture.store, "danone", "k4.pid.b", "k4.public.b", NULL, NULL);
    store_brand_key(fixture.store, "danone", "k4.pid.a", NULL, NULL, NULL);
    store_brand_read(fixture.store, "danone", outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    expect_ok(&outcome);
    assert_string_equal(outcome_get(&outcome, "name"), "Danone");
    assert_string_equal(outcome_get(&outcome, "key.k4.pid.b"), "k4.public.b");
    assert_null(outcome_get(&outcome, "key.k4.pid.a"));
    outcome_clear(&outcome);
    store_brand_read(fixture.store, "default", outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    expect_ok(&outcome);
    outcome_clear(&outcome);
    store_brands(fixture.store, outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    assert_int_equal(outcome.count, 2);
    assert_string_equal(outcome.values[0], "default");
    assert_string_equal(outcome.values[1], "danone");
    outcome_clear(&outcome);
    fixture_close(&fixture);
    redis_stop(&redis);
}

static void test_a_picture_of_a_mebibyte_comes_back_byte_for_byte(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    struct redis_fixture redis;
    struct store_fixture fixture;
    redis_start(&redis, NULL);
    fixture_open(&fixture, redis.url);
    char *bytes = memory_alloc(SIZE);
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    static const char *const texts[] = {"abcd", "2", "title", "Images", "seed", "images", "1", "0f0f", "{}"};
    struct store_argument arguments[12];
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        arguments[i] = (struct store_argument){texts[i], strlen(texts[i])};
    arguments[9] = (struct store_argument){bytes, SIZE};
    arguments[10] = arguments[11] = (struct store_argument){"0", 1};
    struct outcome outcome = {0};
    store_call(fixture.store, "images", "session_create", NULL, NULL, 0, arguments, 12, outcome_set,
               &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    expect_ok(&outcome);
    outcome_clear(&outcome);
    store_media(fixture.store, "images", "0f0f", outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    expect_ok(&outcome);
    assert_memory_equal(outcome_get(&outcome, "bytes"), bytes, SIZE);
    outcome_clear(&outcome);
    store_media(fixture.store, "images", "1e1e", outcome_set, &outcome);
    loop_until(&fixture.loop, is_true, &outcome.done);
    assert_int_equal(outcome.refusal.error, ERROR_media_unknown);
    outcome_clear(&outcome);
    free(bytes);
    fixture_close(&fixture);
    redis_stop(&redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_function_is_called_and_answers),
        cmocka_unit_test(test_a_refusal_carries_what_it_names),
        cmocka_unit_test(test_a_command_is_sent_by_its_table_and_remembered_by_its_key),
        cmocka_unit_test(test_pipelined_calls_are_answered_each_with_its_own_answer_in_order),
        cmocka_unit_test(test_more_calls_than_the_cap_are_refused_at_once_while_the_others_wait),
        cmocka_unit_test(test_a_call_that_redis_does_not_answer_ends_in_time_and_its_late_reply_is_dropped),
        cmocka_unit_test(test_a_peer_that_stays_silent_is_cut_and_found_again),
        cmocka_unit_test(test_calls_fail_while_redis_is_away_and_work_when_it_returns),
        cmocka_unit_test(test_closing_answers_what_is_pending),
        cmocka_unit_test(test_two_stores_load_the_library_at_once),
        cmocka_unit_test(test_functions_that_vanished_are_loaded_again_and_the_calls_go_through),
        cmocka_unit_test(test_a_call_of_no_function_is_our_own_fault_or_the_stores_and_is_told),
        cmocka_unit_test(test_a_full_memory_is_unavailable_and_told),
        cmocka_unit_test(test_a_redis_that_may_evict_is_refused),
        cmocka_unit_test(test_an_evicting_redis_is_refused_also_where_config_is_forbidden),
        cmocka_unit_test(test_what_a_volatile_redis_can_lose_is_told),
        cmocka_unit_test(test_a_wrong_password_is_a_fault_and_a_right_one_is_not),
        cmocka_unit_test(test_sessions_and_the_deployment_are_found_by_all),
        cmocka_unit_test(test_a_host_is_looked_up_and_its_addresses_tried_in_turn),
        cmocka_unit_test(test_a_host_that_does_not_exist_leaves_the_store_trying_and_it_closes),
        cmocka_unit_test(test_a_brand_has_a_name_and_keys_and_the_default_is_there),
        cmocka_unit_test(test_a_picture_of_a_mebibyte_comes_back_byte_for_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
