/* The private Redis of a data directory: started, shared, adopted, restarted, stopped. */
#include "../store/redis_fixture.h"

#include "server/redis_files.h"
#include "server/redis_private.h"

#include <fcntl.h>

struct user {
    struct redis_private *redis;
    uv_loop_t loop;
    char *url, *message;
    bool ready, failed, warned, stopped;
};

static void user_ready(void *owner, const char *url)
{
    struct user *user = owner;
    assert_false(user->ready);
    user->ready = true;
    user->url = memory_string(url);
}

static void user_failed(void *owner, const char *message)
{
    struct user *user = owner;
    user->failed = true;
    free(user->message);
    user->message = memory_string(message);
}

static void user_warned(void *owner, const char *message)
{
    struct user *user = owner;
    user->warned = true;
    free(user->message);
    user->message = memory_string(message);
}

static void user_stopped(void *arg)
{
    ((struct user *)arg)->stopped = true;
}

static void user_start(struct user *user, const char *data, bool keep)
{
    *user = (struct user){0};
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&user->loop);
    struct redis_private_settings settings = {.loop = &user->loop,
                                              .data = data,
                                              .keep = keep,
                                              .owner = user,
                                              .ready = user_ready,
                                              .failed = user_failed,
                                              .warned = user_warned};
    user->redis = redis_private_start(&settings);
    assert_false(user->ready || user->failed);
}

static bool user_is_settled(void *arg)
{
    struct user *user = arg;
    return user->ready || user->failed;
}

static void user_expect_ready(struct user *user)
{
    loop_until(&user->loop, user_is_settled, user);
    if (user->failed)
        fail_msg("%s", user->message);
}

static void user_stop(struct user *user)
{
    redis_private_stop(&user->redis, user_stopped, user);
    assert_null(user->redis);
    loop_until(&user->loop, is_true, &user->stopped);
    uv_run(&user->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&user->loop), 0);
    free(user->url);
    free(user->message);
}

static char *directory_new(void)
{
    char *directory = memory_string("/tmp/palabre-test-XXXXXX");
    assert_non_null(mkdtemp(directory));
    return directory;
}

static void directory_remove(char *directory) /* Takes directory */
{
    CLEAN_FREE char *command = memory_print("rm -rf '%s'", directory);
    assert_int_equal(system(command), 0);
    free(directory);
}

static struct redis_fixture peer_of(const struct user *user)
{
    struct redis_fixture redis = {0};
    snprintf(redis.socket, sizeof(redis.socket), "%s", user->url + strlen("unix:"));
    return redis;
}

static bool is_alive(const char *data)
{
    struct redis_files files = {.data = (char *)data, .owner_lock = -1, .users_lock = -1};
    return redis_files_is_alive(&files);
}

static pid_t pid_of(const struct user *user)
{
    struct redis_files files = {.socket = user->url + strlen("unix:")};
    return redis_files_peer(&files);
}

static void test_it_starts_without_a_port_keeps_what_is_written_and_stops(void **state)
{
    (void)state;
    char *directory = directory_new();
    CLEAN_FREE char *data = memory_print("%s/palabre data/d", directory);
    for (int i = 0; i < 2; i++) {
        struct user user;
        user_start(&user, data, true);
        user_expect_ready(&user);
        assert_true(redis_private_is_owner(user.redis));
        struct stat made;
        assert_int_equal(stat(data, &made), 0);
        assert_int_equal(made.st_mode & 0777, 0700);
        struct redis_fixture redis = {0};
        snprintf(redis.socket, sizeof(redis.socket), "%s/redis.sock", data);
        assert_int_equal(stat(redis.socket, &made), 0);
        assert_int_equal(made.st_mode & 0077, 0);
        assert_int_equal(redis_integer(&redis, "INCR n"), i + 1);
        redisReply *reply = redis_do(&redis, "CONFIG GET port");
        assert_string_equal(reply->element[1]->str, "0");
        freeReplyObject(reply);
        struct store_fixture fixture; /* its URL is one for the store, spaces and all */
        fixture_open(&fixture, user.url);
        session_make(&fixture, i ? "second" : "first");
        assert_null(fixture.warned);
        fixture_close(&fixture);
        user_stop(&user);
        assert_false(is_alive(data));
        assert_int_not_equal(access(redis.socket, F_OK), 0);
    }
    directory_remove(directory);
}

static void test_the_second_uses_what_the_first_started_and_the_last_one_out_stops_it(void **state)
{
    (void)state;
    char *data = directory_new();
    struct user server, command;
    user_start(&server, data, true);
    user_expect_ready(&server);
    user_start(&command, data, false);
    user_expect_ready(&command);
    assert_false(redis_private_is_owner(command.redis));
    assert_string_equal(server.url, command.url);
    struct redis_fixture redis = peer_of(&server);
    user_stop(&command);
    assert_int_equal(redis_integer(&redis, "INCR n"), 1); /* left running */
    user_start(&command, data, false);
    user_expect_ready(&command);
    user_stop(&server); /* which a command still uses */
    assert_int_equal(redis_integer(&redis, "INCR n"), 2);
    user_stop(&command);
    assert_false(is_alive(data));
    directory_remove(data);
}

static bool user_owns(void *arg)
{
    return redis_private_is_owner(((struct user *)arg)->redis);
}

static void test_a_server_looks_after_what_a_command_started_and_left(void **state)
{
    (void)state;
    char *data = directory_new();
    struct user server, command;
    user_start(&command, data, false);
    user_expect_ready(&command);
    user_start(&server, data, true);
    user_expect_ready(&server);
    pid_t pid = pid_of(&server);
    user_stop(&command);
    loop_until(&server.loop, user_owns, &server);
    assert_int_equal(pid_of(&server), pid);
    assert_false(server.warned);
    user_stop(&server);
    assert_false(is_alive(data));
    directory_remove(data);
}

static bool user_has_another(void *arg)
{
    struct user *user = arg;
    return user->warned && pid_of(user) > 0;
}

static void test_one_that_is_killed_is_started_again_with_all_it_had(void **state)
{
    (void)state;
    char *data = directory_new();
    struct user user;
    user_start(&user, data, true);
    user_expect_ready(&user);
    struct store_fixture fixture;
    fixture_open(&fixture, user.url);
    session_make(&fixture, "danette");
    for (int i = 0; i < 3; i++) {
        user.warned = false;
        kill(pid_of(&user), SIGKILL);
        loop_until(&user.loop, user_has_another, &user);
        assert_non_null(strstr(user.message, "signal 9"));
    }
    assert_false(user.failed);
    loop_run_ms(&fixture.loop, 10);
    loop_until(&fixture.loop, fixture_is_connected, &fixture); /* the store finds it by itself */
    struct outcome outcome = {0};
    call_now(&fixture, &outcome, NULL, NULL, "danette", "session_due");
    expect_ok(&outcome);
    outcome_clear(&outcome);
    fixture_close(&fixture);
    user_stop(&user);
    assert_false(is_alive(data));
    directory_remove(data);
}

/* A server that starts, says so in a pipe, and stays until it is killed. */
static pid_t server_fork(const char *data)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct user user;
        close(ends[0]);
        user_start(&user, data, true);
        while (!user.ready)
            uv_run(&user.loop, UV_RUN_ONCE);
        close(ends[1]);
        uv_run(&user.loop, UV_RUN_DEFAULT);
        _exit(0);
    }
    close(ends[1]);
    char end;
    assert_int_equal(read(ends[0], &end, 1), 0);
    close(ends[0]);
    return pid;
}

static void test_it_outlives_a_server_that_is_killed_and_is_adopted(void **state)
{
    (void)state;
    char *data = directory_new();
    pid_t server = server_fork(data);
    struct redis_fixture redis = {0};
    snprintf(redis.socket, sizeof(redis.socket), "%s/redis.sock", data);
    assert_int_equal(redis_integer(&redis, "INCR n"), 1);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    assert_true(is_alive(data));
    struct user user;
    user_start(&user, data, true);
    user_expect_ready(&user);
    assert_true(redis_private_is_owner(user.redis));
    assert_int_equal(redis_integer(&redis, "INCR n"), 2); /* the same, or one that has all */
    kill(pid_of(&user), SIGKILL); /* not our child: that it is gone is seen all the same */
    loop_until(&user.loop, user_has_another, &user);
    assert_int_equal(redis_integer(&redis, "INCR n"), 3);
    user_stop(&user);
    assert_false(is_alive(data));
    directory_remove(data);
}

static void test_a_path_too_long_for_a_socket_has_it_elsewhere_and_leaves_nothing_there(void **state)
{
    (void)state;
    char *directory = directory_new();
    CLEAN_FREE char *data =
        memory_print("%s/%s/%s", directory, "a-directory-with-quite-a-long-name-for-what-it-holds",
                     "and-another-one-below-it-that-makes-the-path-longer-than-a-socket-may-have");
    struct user server, command;
    user_start(&server, data, true);
    user_expect_ready(&server);
    user_start(&command, data, false);
    user_expect_ready(&command);
    assert_string_equal(server.url, command.url);
    assert_true(strlen(server.url) < 107);
    char *parent = memory_string(server.url + strlen("unix:"));
    *strrchr(parent, '/') = '\0';
    struct stat made;
    assert_int_equal(stat(parent, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0700);
    user_stop(&command);
    user_stop(&server);
    assert_int_not_equal(stat(parent, &made), 0);
    free(parent);
    directory_remove(directory);
}

static void test_a_directory_that_cannot_be_is_told(void **state)
{
    (void)state;
    struct user user;
    user_start(&user, "/dev/null/data", true);
    loop_until(&user.loop, user_is_settled, &user);
    assert_true(user.failed);
    assert_non_null(strstr(user.message, "/dev/null"));
    user_stop(&user);
}

static void test_a_redis_that_cannot_start_is_told_with_its_last_words(void **state)
{
    (void)state;
    char *data = directory_new();
    struct user user;
    user_start(&user, data, true);
    user_expect_ready(&user);
    user_stop(&user);
    CLEAN_FREE char *command =
        memory_print("for f in %s/appendonlydir/*.manifest; do echo broken > $f; done", data);
    assert_int_equal(system(command), 0);
    user_start(&user, data, true);
    loop_until(&user.loop, user_is_settled, &user);
    assert_true(user.failed);
    assert_non_null(strstr(user.message, "redis.log"));
    user_stop(&user);
    assert_false(is_alive(data));
    directory_remove(data);
}

static void test_stopping_at_once_leaves_nothing_behind(void **state)
{
    (void)state;
    char *data = directory_new();
    for (unsigned ms = 0; ms <= 40; ms += 4) {
        struct user user;
        user_start(&user, data, true);
        if (ms)
            loop_run_ms(&user.loop, ms);
        user_stop(&user);
        assert_false(is_alive(data));
    }
    directory_remove(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_starts_without_a_port_keeps_what_is_written_and_stops),
        cmocka_unit_test(test_the_second_uses_what_the_first_started_and_the_last_one_out_stops_it),
        cmocka_unit_test(test_a_server_looks_after_what_a_command_started_and_left),
        cmocka_unit_test(test_one_that_is_killed_is_started_again_with_all_it_had),
        cmocka_unit_test(test_it_outlives_a_server_that_is_killed_and_is_adopted),
        cmocka_unit_test(test_a_path_too_long_for_a_socket_has_it_elsewhere_and_leaves_nothing_there),
        cmocka_unit_test(test_a_directory_that_cannot_be_is_told),
        cmocka_unit_test(test_a_redis_that_cannot_start_is_told_with_its_last_words),
        cmocka_unit_test(test_stopping_at_once_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
