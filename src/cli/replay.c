/* `palabre replay FILE --as NEW --speed N`: a recording happens again, through the running server's own door.
 *
 * People are made as they were and speak with tokens of this deployment; each line waits for its moment and
 * is posted as its actor would. What dates did is done by hand when it happened. Idea ids are those that the
 * server makes, so that what one refusal changes is carried through. */
#include "base/date.h"
#include "base/map.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/http_client.h"
#include "cli/recording_import.h"
#include "cli/recording_read.h"
#include "token/token.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define REPLAY_TOKEN_MS (7 * 86400000LL)
#define REPLAY_NAP_MS   100
#define REPLAY_TOLD     10  /* refusals told one by one */
#define REPLAY_WAITS    100 /* of one command that comes too often */
#define REPLAY_LATER    "9999-12-31T00:00:00Z"

static const char replay_help[] =
    "usage: palabre replay FILE --as ID --speed FACTOR [--url http://host:port] [--media DIR] [--data DIR | "
    "--redis URL]\n\n"
    "Lets a recording (docs/recordings.md) happen again in the new session ID of a running server, FACTOR\n"
    "times as fast as it was, through the server's own door: screens that watch /ID show it as it happens.\n"
    "The session says that its participants are simulated. --url is where the server listens\n"
    "(http://127.0.0.1:7700 unless said); --data or --redis is the same as the server's.\n";

struct replay {
    struct cli_context context;
    struct recording recording;
    struct http_client client;
    const char *session, *path, *url, *media;
    double speed;
    char deployment[64];
    struct map ids;    /* recorded id of an idea or a challenge -> the one made here; both owned */
    struct map tokens; /* participant -> token; both owned */
    char *admin;       /* an admin's token */
    int64_t started;   /* of the monotonic clock, ms */
    size_t done, refused, passed;
};

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits, while the store's connection lives on: its loop is seen to now and then, and knows what time it is.
 */
static void replay_wait(struct replay *replay, int64_t ms)
{
    const int64_t end = clock_ms(CLOCK_MONOTONIC) + ms;
    for (;;) {
        uv_run(&replay->context.loop, UV_RUN_NOWAIT);
        int64_t left = end - clock_ms(CLOCK_MONOTONIC);
        if (left <= 0)
            break;
        uv_sleep((unsigned)(left < REPLAY_NAP_MS ? left : REPLAY_NAP_MS));
    }
    uv_update_time(&replay->context.loop);
}

static int replay_read_arguments(struct replay *replay, int argc, char **argv)
{
    const char *speed = NULL;
    replay->url = "http://127.0.0.1:7700";
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--as") == 0      ? &replay->session
                             : strcmp(argv[i], "--speed") == 0 ? &speed
                             : strcmp(argv[i], "--url") == 0   ? &replay->url
                             : strcmp(argv[i], "--media") == 0 ? &replay->media
                                                               : NULL;
        if (value && i + 1 == argc)
            return cli_usage("replay", "%s: a value is expected", argv[i]);
        if (value)
            *value = argv[++i];
        else if (argv[i][0] != '-' && !replay->path)
            replay->path = argv[i];
        else
            return cli_usage("replay", "%s: not expected here", argv[i]);
    }
    char *end = NULL;
    replay->speed = speed ? strtod(speed, &end) : 0;
    if (!replay->path || !replay->session || !text_is_id(replay->session, strlen(replay->session)))
        return cli_usage("replay", "FILE and --as ID are expected");
    if (!speed || *end || !isfinite(replay->speed) || replay->speed <= 0)
        return cli_usage("replay", "--speed: a number above 0 is expected");
    if (!http_client_open(&replay->client, replay->url))
        return cli_usage("replay", "--url: http://host:port is expected");
    return 0;
}

/* ---- who speaks */

static void deployment_answered(void *arg, const struct store_answer *answer)
{
    struct replay *replay = arg;
    const char *id = store_answer_get(answer, "deployment");
    snprintf(replay->deployment, sizeof(replay->deployment), "%s", id ? id : "-");
}

static char *replay_sign(struct replay *replay, const struct actor *actor)
{
    if (!replay->deployment[0])
        store_deployment(replay->context.deployment.store, deployment_answered, replay);
    while (!replay->deployment[0])
        uv_run(&replay->context.loop, UV_RUN_ONCE);
    return token_make(replay->context.deployment.keyring, actor, "", clock_ms(CLOCK_REALTIME),
                      REPLAY_TOKEN_MS, replay->deployment);
}

static const char *replay_admin(struct replay *replay)
{
    const struct actor admin = {.id = "admin", .role = ROLE_admin, .level = level_open};
    if (!replay->admin)
        replay->admin = replay_sign(replay, &admin);
    return replay->admin;
}

/* The token of the line's actor; an operator's and a date's doing is an admin's. */
static const char *replay_token(struct replay *replay)
{
    const struct recording_line *line = &replay->recording.line;
    const char *known = map_get(&replay->tokens, line->actor.id);
    if (known || line->system || line->actor.role == ROLE_admin)
        return known ? known : replay_admin(replay);
    struct actor actor = line->actor;
    snprintf(actor.session, sizeof(actor.session), "%s", replay->session);
    char *token = replay_sign(replay, &actor);
    if (token)
        map_put(&replay->tokens, memory_string(actor.id), token);
    return token;
}

/* ---- what is asked */

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void replay_rename(const struct replay *replay, json_t *params, const char *name)
{
    const char *recorded = text_of(params, name), *here = recorded ? map_get(&replay->ids, recorded) : NULL;
    if (here)
        json_object_set_new(params, name, json_string(here));
}

static void replay_remember(struct replay *replay, const char *recorded, const char *here)
{
    if (!recorded || !here || strcmp(recorded, here) == 0 || map_get(&replay->ids, recorded))
        return;
    map_put(&replay->ids, memory_string(recorded), memory_string(here));
}

/* Dates are taken out: what they did is a line of its own. A challenge that was to open waits. */
static void replay_undate(json_t *params, int64_t at)
{
    int64_t opens = 0;
    const char *text = text_of(params, "opens_at");
    bool later = text && date_parse(text, strlen(text), &opens) && opens > at;
    json_object_del(params, "closes_at");
    json_object_del(params, "ends_at");
    if (later)
        json_object_set_new(params, "opens_at", json_string(REPLAY_LATER));
    else
        json_object_del(params, "opens_at");
}

/* The command that a line becomes, and its params; NULL where it becomes none. */
static json_t *replay_command(const struct replay *replay, const char **out_name)
{
    const struct recording_line *line = &replay->recording.line;
    const char *state = text_of(line->params, "state"), *what = text_of(line->params, "what");
    *out_name = line->name;
    if (line->kind == RECORDING_DUE) {
        bool session = what && strcmp(what, "s") == 0, closed = state && strcmp(state, "closed") == 0;
        *out_name = session ? "session_close" : closed ? "challenge_close" : "challenge_open";
        return session ? json_object() : json_pack("{s:s}", "challenge", what ? what : "");
    }
    json_t *params = json_deep_copy(line->params), *winners = json_object_get(params, "winners"), *one;
    size_t i;
    replay_rename(replay, params, "idea");
    replay_rename(replay, params, "challenge");
    json_array_foreach(winners, i, one)
    {
        const char *here = map_get(&replay->ids, json_string_value(one));
        if (here)
            json_array_set_new(winners, i, json_string(here));
    }
    replay_undate(params, line->at);
    bool nothing = (strcmp(line->name, "challenge_edit") == 0 &&
                    json_object_size(params) <= 1u + (json_object_get(params, "reason") != NULL)) ||
                   (strcmp(line->name, "session_edit") == 0 && json_object_size(params) == 0) ||
                   strncmp(line->name, "code_", 5) == 0;
    if (!nothing)
        return params;
    json_decref(params);
    return NULL;
}

static void replay_refused(struct replay *replay, const char *why)
{
    if (replay->refused++ < REPLAY_TOLD)
        fprintf(stderr, "palabre: line %zu: %s: %s\n", replay->recording.line.number,
                replay->recording.line.name, why);
}

/* Takes the answer: what was made, or why nothing was. */
static void replay_answered(struct replay *replay, int status, const char *body)
{
    const json_t *recorded = json_object_get(replay->recording.line.json, "result");
    json_t *answer = json_loads(body, 0, NULL);
    if (status == 200) {
        replay->done++;
        replay_remember(replay, text_of(recorded, "idea"), text_of(answer, "idea"));
        replay_remember(replay, text_of(recorded, "challenge"), text_of(answer, "challenge"));
    } else {
        const char *title = text_of(answer, "title");
        replay_refused(replay, title ? title : body);
    }
    json_decref(answer);
}

/* Posts, and again after what a refusal for haste asks to wait. False where nobody answers. */
static bool replay_post(struct replay *replay, const char *name, const json_t *params)
{
    char *path CLEAN_FREE = memory_print("/api/v1/sessions/%s/%s", replay->session, name);
    char *json CLEAN_FREE = json_dumps(params, JSON_COMPACT);
    struct buffer body CLEAN_BUFFER = {0};
    const char *token = replay_token(replay);
    int status = 0;
    if (!token)
        return replay_refused(replay, "its token cannot be signed"), true;
    for (int tries = 0; tries < REPLAY_WAITS; tries++) {
        status = http_client_post(&replay->client, path, token, json, &body);
        if (status != 429 && status != 503)
            break;
        json_t *answer = json_loads(body.bytes, 0, NULL);
        int64_t wait = json_integer_value(json_object_get(answer, "retry_ms"));
        json_decref(answer);
        replay_wait(replay, wait > 0 ? wait : 100);
    }
    if (!status)
        return cli_fail("%s", body.bytes), false;
    replay_answered(replay, status, body.bytes);
    return true;
}

/* What no door has: people as they were, made and joined by the operator. */
static void replay_call(struct replay *replay)
{
    const struct recording_line *line = &replay->recording.line;
    struct store_arguments arguments = {0};
    recording_line_arguments(line, &arguments);
    struct refusal refusal = cli_context_call(&replay->context, replay->session, line->name,
                                              line->system ? NULL : &line->actor, NULL, 0, &arguments);
    store_arguments_clear(&arguments);
    replay->done += !refusal.error;
    if (refusal.error)
        replay_refused(replay, error_message(refusal.error));
}

/* Taking one's name off an idea is what ten minutes make of a withdrawal: in a replay they have not passed.
 */
static bool replay_passes_over(const struct recording_line *line)
{
    const json_t *result = json_object_get(line->json, "result");
    return strcmp(line->name, "idea_withdraw") == 0 && json_is_false(json_object_get(result, "withdrawn"));
}

static bool replay_line(struct replay *replay)
{
    const struct recording_line *line = &replay->recording.line;
    const char *name;
    double moment = (double)(line->at - replay->recording.began_at) / replay->speed;
    replay_wait(replay, replay->started + (int64_t)moment - clock_ms(CLOCK_MONOTONIC));
    if (line->kind != RECORDING_COMMAND && line->kind != RECORDING_DUE)
        return replay_call(replay), true;
    json_t *params = replay_passes_over(line) ? NULL : replay_command(replay, &name);
    bool good = !params || replay_post(replay, name, params);
    replay->passed += !params;
    json_decref(params);
    return good;
}

/* ---- the whole */

static int replay_create(struct replay *replay)
{
    const json_t *header = replay->recording.header;
    char nonce[STORE_NONCE_ROOM], *message CLEAN_FREE = NULL;
    struct recording_pictures pictures = {
        .context = &replay->context,
        .folder = replay->media,
        .sessions = {text_of(json_object_get(header, "session"), "id"), text_of(header, "seed")}};
    const struct recording_creation creation = {.as = replay->session,
                                                .nonce = nonce,
                                                .replay = true,
                                                .picture = recording_picture,
                                                .arg = &pictures};
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    struct store_arguments arguments = {0};
    store_nonce_random(nonce);
    int status = 0;
    if (!recording_create(&replay->recording, &creation, &arguments, &message))
        status = cli_fail("%s", message);
    struct refusal refusal = refusal_of(ERROR_none);
    if (!status)
        refusal = cli_context_call(&replay->context, replay->session, "session_create", &actor, NULL, 0,
                                   &arguments);
    store_arguments_clear(&arguments);
    return refusal.error ? cli_context_refused(&refusal, replay->session) : status;
}

/* Every line is read before the first happens. */
static int replay_check(struct replay *replay)
{
    char *message CLEAN_FREE = NULL;
    int next = -1;
    if (recording_open(&replay->recording, replay->path, &message))
        while ((next = recording_next(&replay->recording, &message)) == 1)
            ;
    if (next < 0)
        return cli_fail("%s", message);
    recording_rewind(&replay->recording);
    return 0;
}

static int replay_run(struct replay *replay)
{
    char *message CLEAN_FREE = NULL;
    int status = replay_check(replay);
    if (!status)
        status =
            http_client_reach(&replay->client) /* before the id is used up */
                ? replay_create(replay)
                : cli_fail("nothing answers at %s: is it where the server listens (--url)?", replay->url);
    if (status)
        return status;
    replay->started = clock_ms(CLOCK_MONOTONIC);
    while (recording_next(&replay->recording, &message) == 1)
        if (!replay_line(replay))
            return 1;
    printf("%s: %zu entries happened again, %zu were refused, %zu passed over\n", replay->session,
           replay->done, replay->refused, replay->passed);
    return 0;
}

static void replay_clear(struct replay *replay)
{
    struct map *maps[] = {&replay->ids, &replay->tokens};
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        map_for_each (at, maps[i]) {
            free((char *)at->key);
            free(at->value);
        }
        map_clear(maps[i]);
    }
    free(replay->admin);
    http_client_close(&replay->client);
    recording_close(&replay->recording);
}

int cli_replay(int argc, char **argv)
{
    struct replay replay = {.client = {.fd = -1}};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(replay_help, stdout), 0;
    int status = cli_context_open(&replay.context, "replay", &argc, argv);
    if (status)
        return status;
    status = replay_read_arguments(&replay, argc, argv);
    if (!status)
        status = replay_run(&replay);
    replay_clear(&replay);
    cli_context_close(&replay.context);
    return status;
}
