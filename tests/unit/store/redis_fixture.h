/* A real Redis of a test's own, on a unix socket in a fresh directory, and a loop that runs until something
 * is so. */
#ifndef TESTS_UNIT_STORE_REDIS_FIXTURE_H
#define TESTS_UNIT_STORE_REDIS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "store/store.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct redis_fixture {
    char directory[64], socket[96], url[128];
    const char *options[16]; /* of redis-server, in pairs */
    pid_t pid;
};

static inline redisContext *redis_dial(const struct redis_fixture *redis)
{
    for (int i = 0; i < 1000; i++) {
        redisContext *context = redisConnectUnix(redis->socket);
        if (context && !context->err) {
            redisReply *reply = redisCommand(context, "PING");
            bool ready = reply && (reply->type == REDIS_REPLY_STATUS || strstr(reply->str, "NOAUTH"));
            if (reply)
                freeReplyObject(reply);
            if (ready)
                return context;
        }
        if (context)
            redisFree(context);
        usleep(10000);
    }
    fail_msg("redis-server did not start");
    return NULL;
}

static inline void redis_run(struct redis_fixture *redis)
{
    redis->pid = fork();
    assert_true(redis->pid >= 0);
    if (redis->pid == 0) {
        const char *argv[40] = {"redis-server", "--port",         "0",          "--unixsocket", redis->socket,
                                "--dir",        redis->directory, "--loglevel", "warning",      "--logfile",
                                "redis.log"};
        size_t count = 11;
        for (size_t i = 0; i < ARRAY_SIZE(redis->options) && redis->options[i]; i++)
            argv[count++] = redis->options[i];
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp("redis-server", (char **)argv);
        execvp("valkey-server", (char **)argv);
        _exit(127);
    }
    redisFree(redis_dial(redis));
}

/* Options in pairs, then NULL; none: append-only. */
static inline void redis_start(struct redis_fixture *redis, ...)
{
    *redis = (struct redis_fixture){.directory = "/tmp/palabre-test-XXXXXX"};
    assert_non_null(mkdtemp(redis->directory));
    snprintf(redis->socket, sizeof(redis->socket), "%s/s", redis->directory);
    snprintf(redis->url, sizeof(redis->url), "unix:%s", redis->socket);
    va_list list;
    va_start(list, redis);
    const char *option;
    size_t count = 0;
    while ((option = va_arg(list, const char *)) && count < ARRAY_SIZE(redis->options))
        redis->options[count++] = option;
    va_end(list);
    if (!count) {
        static const char *const usual[] = {"--appendonly",           "yes", "--save", "",
                                            "--enable-debug-command", "yes"};
        memcpy(redis->options, usual, sizeof(usual));
    }
    redis_run(redis);
}

static inline void redis_kill(struct redis_fixture *redis, int sig)
{
    kill(redis->pid, sig);
    waitpid(redis->pid, NULL, 0);
    redis->pid = 0;
}

static inline void redis_stop(struct redis_fixture *redis)
{
    if (redis->pid) {
        kill(redis->pid, SIGCONT);
        redis_kill(redis, SIGKILL);
    }
    CLEAN_FREE char *command = memory_print("rm -rf '%s'", redis->directory);
    assert_int_equal(system(command), 0);
}

/* A command on a connection of the test's own; the caller frees. */
static inline redisReply *redis_do(const struct redis_fixture *redis, const char *format, ...)
{
    redisContext *context = redis_dial(redis);
    va_list list;
    va_start(list, format);
    redisReply *reply = redisvCommand(context, format, list);
    va_end(list);
    redisFree(context);
    assert_non_null(reply);
    return reply;
}

static inline int64_t redis_integer(const struct redis_fixture *redis, const char *command)
{
    redisReply *reply = redis_do(redis, command);
    int64_t number = reply->type == REDIS_REPLY_INTEGER ? reply->integer
                     : reply->str                       ? atoll(reply->str)
                                                        : -1;
    freeReplyObject(reply);
    return number;
}

static inline void redis_ok(const struct redis_fixture *redis, const char *command)
{
    redisReply *reply = redis_do(redis, command);
    if (reply->type == REDIS_REPLY_ERROR)
        fail_msg("%s: %s", command, reply->str);
    freeReplyObject(reply);
}

/* ---- the loop ---- */

static inline void loop_tick(uv_timer_t *timer)
{
    (void)timer;
}

static inline void loop_late(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Runs the loop until `is` (or for as long as it does not become so, half a minute at most, and says what did
 * not). */
static inline void loop_until_(uv_loop_t *loop, bool (*is)(void *arg), void *arg, const char *what)
{
    uv_timer_t tick, end;
    bool late = false;
    uv_timer_init(loop, &tick);
    uv_timer_init(loop, &end);
    end.data = &late;
    uv_timer_start(&tick, loop_tick, 5, 5);
    uv_timer_start(&end, loop_late, 30000, 0);
    while (!is(arg) && !late)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_close((uv_handle_t *)&end, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    if (late)
        fail_msg("it never came to: %s", what);
}
#define loop_until(loop, is, arg) loop_until_(loop, is, arg, #is)

static inline bool is_true(void *arg)
{
    return *(bool *)arg;
}

static inline bool is_late(void *arg)
{
    return uv_hrtime() >= *(uint64_t *)arg;
}

static inline void loop_run_ms(uv_loop_t *loop, unsigned ms)
{
    uint64_t end = uv_hrtime() + ms * 1000000ull;
    loop_until(loop, is_late, &end);
}

/* ---- a store on it ---- */

struct store_fixture {
    struct store *store;
    uv_loop_t loop;
    int connects, disconnects;
    bool closed;
    char *warned; /* the last */
    int warnings;
};

static inline void fixture_connected(void *owner, bool connected)
{
    struct store_fixture *fixture = owner;
    fixture->connects += connected;
    fixture->disconnects += !connected;
}

static inline void fixture_warned(void *owner, const char *message)
{
    struct store_fixture *fixture = owner;
    free(fixture->warned);
    fixture->warned = memory_string(message);
    fixture->warnings++;
}

static inline bool fixture_is_connected(void *arg)
{
    return store_is_connected(((struct store_fixture *)arg)->store);
}

static inline bool fixture_has_fault(void *arg)
{
    return store_fault(((struct store_fixture *)arg)->store) != NULL;
}

static inline bool fixture_has_warned(void *arg)
{
    return ((struct store_fixture *)arg)->warned != NULL;
}

static inline void fixture_open(struct store_fixture *fixture, const char *url)
{
    *fixture = (struct store_fixture){0};
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&fixture->loop);
    char *error = NULL;
    struct store_settings settings = {.loop = &fixture->loop,
                                      .url = url,
                                      .owner = fixture,
                                      .connected = fixture_connected,
                                      .warned = fixture_warned};
    fixture->store = store_open(&settings, &error);
    if (!fixture->store)
        fail_msg("%s", error);
}

static inline void fixture_closed(void *arg)
{
    *(bool *)arg = true;
}

static inline void fixture_close(struct store_fixture *fixture)
{
    store_close(&fixture->store, fixture_closed, &fixture->closed);
    assert_null(fixture->store);
    assert_false(fixture->closed);
    loop_until(&fixture->loop, is_true, &fixture->closed);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    free(fixture->warned);
}

/* ---- calls ---- */

struct outcome {
    bool done;
    int order; /* among all outcomes */
    struct refusal refusal;
    char epoch[EPOCH_ROOM];
    int64_t seq, now;
    size_t count;
    char *names[64], *values[64];
};

static inline void outcome_set(void *arg, const struct store_answer *answer)
{
    static int order;
    struct outcome *outcome = arg;
    assert_false(outcome->done);
    *outcome = (struct outcome){
        .done = true, .order = ++order, .refusal = answer->refusal, .seq = answer->seq, .now = answer->now};
    memcpy(outcome->epoch, answer->epoch, sizeof(outcome->epoch));
    for (size_t i = 0; i < answer->count && i < ARRAY_SIZE(outcome->names); i++) {
        outcome->names[i] = memory_string(answer->values[i].key);
        outcome->values[i] = memory_bytes(answer->values[i].value, answer->values[i].value_size);
        outcome->count++;
    }
}

static inline void outcome_clear(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++) {
        free(outcome->names[i]);
        free(outcome->values[i]);
    }
    *outcome = (struct outcome){0};
}

static inline const char *outcome_get(const struct outcome *outcome, const char *name)
{
    for (size_t i = 0; i < outcome->count; i++)
        if (strcmp(outcome->names[i], name) == 0)
            return outcome->values[i];
    return NULL;
}

/* Arguments are texts, then NULL. */
static inline void call_start(struct store_fixture *fixture, struct outcome *outcome,
                              const struct actor *actor, const char *key, const char *session,
                              const char *function, ...)
{
    struct store_argument arguments[64];
    size_t count = 0;
    va_list list;
    va_start(list, function);
    const char *text;
    while ((text = va_arg(list, const char *)))
        arguments[count++] = (struct store_argument){text, strlen(text)};
    va_end(list);
    store_call(fixture->store, session, function, actor, key, 0, arguments, count, outcome_set, outcome);
    assert_false(outcome->done); /* never from inside */
}

#define call_now(fixture, outcome, ...)                                                                      \
    (call_start(fixture, outcome, __VA_ARGS__, NULL), loop_until(&(fixture)->loop, is_true, &(outcome)->done))

static inline void expect_ok(struct outcome *outcome)
{
    if (outcome->refusal.error)
        fail_msg("refused: %s %s %s", error_name(outcome->refusal.error), outcome->refusal.field,
                 outcome->refusal.expected);
}

/* A session with one open challenge c1 of approval and one idea i1 (or more, by hand). */
static inline void session_make(struct store_fixture *fixture, const char *id)
{
    struct outcome outcome = {0};
    call_now(fixture, &outcome, NULL, NULL, id, "session_create", "abcd", /* its fields */ "3", "title",
             "Crémerie", "join", "open", "seed", id, /* no media */ "0", /* a challenge */ "1", "c1",
             "Quel parfum ?", "", "", "approval", "", "", "", "", "open", "live", "", "", "", "", "", "",
             /* an idea */ "1", "c1", "Vanille", "", "", "", "");
    expect_ok(&outcome);
    outcome_clear(&outcome);
}

#endif
