#include "server/demo.h"
#include "base/memory.h"
#include "live/call.h"
#include "store/store_arguments.h"
#include "token/code.h"
#include "wire/definition_picture.h"
#include "wire/json_write.h"
#include "wire/voices.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DEMO_PEOPLE  40  /* simulated people a session */
#define DEMO_CODES   2   /* links that are codes */
#define DEMO_STEP_MS 300 /* between two things that one of them does */
#define DEMO_IDEA_ONE_IN                                                                                     \
    14 /* one step in so many is an idea, where people may propose and have some left                        \
        */

/* One session: made, then peopled, then given the codes of its links, each step beginning when the one before
 * has answered. */
struct demo_session {
    struct demo *demo;
    struct definition definition;
    struct demo_link link;
    struct voices voices;
    struct room *room; /* held once it is there */
    size_t joined, voiced, coded;
    size_t ideas; /* i1 to i<ideas> are of its first challenge */
};

struct demo {
    struct live *live;
    void (*ready)(void *arg, const char *fault);
    void *arg;
    struct demo_session sessions[DEMO_SESSIONS];
    struct demo_link links[DEMO_SESSIONS];
    size_t count, at; /* `at`: the session being made */
    uint64_t random;
    uv_timer_t timer;
    unsigned calls; /* under way */
    struct buffer json;
    bool closing;
    void (*closed)(void *arg);
    void *closed_arg;
};

static void session_next(struct demo_session *session);

/* xorshift64 (Marsaglia, 2003): who does what needs no more. */
static uint64_t demo_random(struct demo *demo, uint64_t below)
{
    demo->random ^= demo->random << 13;
    demo->random ^= demo->random >> 7;
    demo->random ^= demo->random << 17;
    return demo->random % below;
}

static void demo_check_closed(struct demo *demo)
{
    if (!demo->closing || demo->calls || !demo->closed)
        return;
    void (*closed)(void *arg) = demo->closed;
    void *arg = demo->closed_arg;
    for (size_t i = 0; i < demo->count; i++) {
        struct demo_session *session = &demo->sessions[i];
        room_release(&session->room);
        definition_clear(&session->definition);
        voices_clear(&session->voices);
        free(session->link.title);
        free(session->link.participant);
        free(session->link.wall);
        free(session->link.moderator);
    }
    buffer_clear(&demo->json);
    free(demo);
    closed(arg);
}

static void demo_call_over(struct demo *demo)
{
    demo->calls--;
    demo_check_closed(demo);
}

/* ---- making */

static struct refusal picture_inside(void *arg, const char *name, struct definition_media *out_media)
{
    const struct embedded_file *file = embedded_find(demo_files, name);
    (void)arg;
    if (!file)
        return refusal_field(ERROR_invalid_params, "", "a picture that the demo holds");
    return definition_picture_take(file->bytes, file->size, out_media);
}

static void session_fail(struct demo_session *session, const struct refusal *refusal)
{
    char text[200];
    snprintf(text, sizeof(text), "demo: %s: %s", session->link.session, error_message(refusal->error));
    session->demo->ready(session->demo->arg, text);
}

static void session_told(struct demo_session *session)
{
    struct demo *demo = session->demo;
    session->room = room_hold(demo->live, session->link.session);
    demo->links[demo->at] = session->link;
    if (++demo->at < demo->count)
        session_next(&demo->sessions[demo->at]);
    else
        demo->ready(demo->arg, NULL);
}

static void session_code(struct demo_session *session);

/* A code that is there already is that of an earlier start. */
static void session_coded(void *arg, const struct store_answer *answer)
{
    struct demo_session *session = arg;
    struct demo *demo = session->demo;
    enum error error = answer->refusal.error;
    if (!demo->closing && error && error != ERROR_key_reused)
        session_fail(session, &answer->refusal);
    else if (!demo->closing && ++session->coded < DEMO_CODES)
        session_code(session);
    else if (!demo->closing)
        session_told(session);
    demo_call_over(demo);
}

/* Links for a moderator and for the wall: codes for many, the same at each start of this deployment. */
static void session_code(struct demo_session *session)
{
    static const enum role roles[DEMO_CODES] = {ROLE_moderator, ROLE_observer};
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    const struct keyring *keyring = session->demo->live->settings.keyring;
    const char *id = session->link.session;
    char secret[CODE_ROOM], digest[CODE_DIGEST_ROOM];
    struct command command;
    command_init(&command, COMMAND_code_make);
    command.code_make.role = roles[session->coded];
    command.code_make.uses = 0;
    command.code_make.label = memory_string("demo");
    code_derive(keyring, id, actor.id, "demo", (unsigned)session->coded, secret);
    code_digest(keyring, id, secret, digest);
    if (roles[session->coded] == ROLE_moderator)
        session->link.moderator = memory_print("/%s/wall#k=%s", id, secret);
    else
        session->link.wall = memory_print("/%s/wall#k=%s", id, secret);
    const struct store_argument extra = {digest, strlen(digest)};
    session->demo->calls++;
    store_command_with(session->demo->live->settings.store, id, &actor, &command, &extra, 1, 0, session_coded,
                       session);
    command_clear(&command);
}

static void session_joined(void *arg, const struct store_answer *answer);

static void session_join(struct demo_session *session, const char *name)
{
    const struct actor actor = {.role = ROLE_participant, .level = level_open};
    const struct store_argument arguments[] = {{name, strlen(name)}, {"operator", 8}};
    session->demo->calls++;
    store_call(session->demo->live->settings.store, session->link.session, "participant_join", &actor, NULL,
               0, arguments, ARRAY_SIZE(arguments), session_joined, session);
}

static void session_joined(void *arg, const struct store_answer *answer)
{
    struct demo_session *session = arg;
    struct demo *demo = session->demo;
    if (!demo->closing && answer->refusal.error)
        session_fail(session, &answer->refusal);
    else if (!demo->closing && ++session->joined < DEMO_PEOPLE)
        session_join(session, session->voices.names[session->joined % session->voices.name_count]);
    else if (!demo->closing)
        session_code(session);
    demo_call_over(demo);
}

static void session_created(void *arg, const struct store_answer *answer)
{
    struct demo_session *session = arg;
    struct demo *demo = session->demo;
    enum error error = answer->refusal.error;
    if (!demo->closing && error && error != ERROR_session_exists)
        session_fail(session, &answer->refusal);
    else if (!demo->closing && error) /* it was made at an earlier start, and peopled: p1 to p40 are they */
        session_code(session);
    else if (!demo->closing)
        session_join(session, session->voices.names[0]);
    demo_call_over(demo);
}

static void session_next(struct demo_session *session)
{
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    struct store_arguments arguments = {0};
    char nonce[STORE_NONCE_ROOM];
    store_nonce(demo_random(session->demo, 65536), nonce);
    definition_arguments(&session->definition, nonce, store_arguments_add, &arguments);
    session->demo->calls++;
    store_call(session->demo->live->settings.store, session->link.session, "session_create", &actor, NULL, 0,
               arguments.list, arguments.count, session_created, session);
    store_arguments_clear(&arguments);
}

static bool demo_read(struct demo *demo, const struct embedded_file *file)
{
    struct demo_session *session = &demo->sessions[demo->count];
    const struct embedded_file *voices = embedded_find(demo_files, "voices.json");
    struct refusal refusal =
        definition_parse((const char *)file->bytes, file->size, picture_inside, NULL, &session->definition);
    demo->count++;
    session->demo = demo;
    session->definition.simulated = true;
    session->ideas = session->definition.idea_count;
    memcpy(session->link.session, session->definition.id, TEXT_ID_ROOM);
    session->link.title = memory_string(refusal.error ? "" : session->definition.title);
    session->link.participant = memory_print("/%s", session->definition.id);
    return !refusal.error && voices &&
           voices_parse((const char *)voices->bytes, voices->size, session->definition.id, &session->voices);
}

/* The demo begins later, on the loop, once the deployment is known: tokens name it. */
static void demo_begin(uv_timer_t *timer)
{
    struct demo *demo = timer->data;
    if (!demo->live->deployment[0])
        return;
    uv_timer_stop(timer);
    session_next(&demo->sessions[0]);
}

struct demo *demo_new(struct live *live, void (*ready)(void *arg, const char *fault), void *arg)
{
    struct demo *demo = memory_alloc(sizeof(*demo));
    demo->live = live;
    demo->ready = ready;
    demo->arg = arg;
    uv_random(NULL, NULL, &demo->random, sizeof(demo->random), 0, NULL);
    demo->random |= 1;
    for (const struct embedded_file *file = demo_files; file->name; file++) {
        if (strchr(file->name, '/') || strcmp(file->name, "voices.json") == 0 || demo->count == DEMO_SESSIONS)
            continue;
        bool read = demo_read(demo, file);
        assert(read); /* ours, and tested */
        (void)read;
    }
    uv_timer_init(live->settings.loop, &demo->timer);
    demo->timer.data = demo;
    uv_timer_start(&demo->timer, demo_begin, 0, 50);
    return demo;
}

/* ---- simulating */

struct demo_call {
    struct demo_session *session;
    bool idea;
};

static void demo_replied(void *arg, const struct refusal *refusal, const char *result, size_t size)
{
    struct demo_call *call = arg;
    struct demo *demo = call->session->demo;
    (void)result;
    (void)size;
    if (call->idea && !refusal->error)
        call->session->ideas++;
    free(call);
    demo_call_over(demo);
}

/* A value that fits the ballot, more often a kind one. */
static int64_t demo_value(struct demo *demo, const struct challenge_add *challenge)
{
    switch ((enum ballot)challenge->ballot) {
    case ballot_updown: return demo_random(demo, 5) ? 1 : -1;
    case ballot_budget:
        return (int64_t)demo_random(demo, (uint64_t)(challenge->budget.per_idea == PARAM_ABSENT
                                                         ? challenge->budget.dots
                                                         : challenge->budget.per_idea) +
                                              1);
    case ballot_stars: return 1 + (int64_t)demo_random(demo, 5);
    default: return 1;
    }
}

static void demo_act(struct demo_session *session)
{
    struct demo *demo = session->demo;
    const struct challenge_add *challenge = &session->definition.challenges[0].challenge_add;
    struct actor actor = {.role = ROLE_participant, .level = level_open};
    struct command command;
    bool idea = challenge->proposals == proposals_open && session->voiced < session->voices.idea_count &&
                demo_random(demo, DEMO_IDEA_ONE_IN) == 0;
    memcpy(actor.session, session->link.session, TEXT_ID_ROOM);
    snprintf(actor.id, sizeof(actor.id), "p%u", 1 + (unsigned)demo_random(demo, DEMO_PEOPLE));
    command_init(&command, idea ? COMMAND_idea_add : COMMAND_vote_cast);
    if (idea) {
        memcpy(command.idea_add.challenge, challenge->challenge, TEXT_ID_ROOM);
        command.idea_add.title = memory_string(session->voices.ideas[session->voiced++]);
    } else {
        /* The product of two draws: the first ideas are liked best, and change places now and then. */
        uint64_t number = demo_random(demo, 1 + demo_random(demo, session->ideas ? session->ideas : 1));
        snprintf(command.vote_cast.idea, TEXT_ID_ROOM, "i%u", 1 + (unsigned)number);
        command.vote_cast.value = demo_value(demo, challenge);
    }
    struct demo_call *call = memory_alloc(sizeof(*call));
    *call = (struct demo_call){session, idea};
    demo->calls++;
    call_run(session->room, &actor, &room_person(session->room, actor.id)->buckets, DOOR_WEBSOCKET, &command,
             demo_replied, call);
    command_clear(&command);
}

static void demo_step(uv_timer_t *timer)
{
    struct demo *demo = timer->data;
    if (store_is_connected(demo->live->settings.store) && demo->calls < DEMO_SESSIONS)
        demo_act(&demo->sessions[demo_random(demo, demo->count)]);
}

void demo_start(struct demo *demo)
{
    for (size_t i = 0; i < demo->count; i++)
        for (unsigned n = 1; n <= DEMO_PEOPLE; n++) {
            struct actor actor = {.role = ROLE_participant};
            snprintf(actor.id, sizeof(actor.id), "p%u", n);
            room_enter(demo->sessions[i].room, &actor);
        }
    uv_timer_start(&demo->timer, demo_step, DEMO_STEP_MS, DEMO_STEP_MS);
}

const struct demo_link *demo_links(const struct demo *demo, size_t *out_count)
{
    *out_count = demo->count;
    return demo->links;
}

static void json_link(struct buffer *out, const char *key, const char *url, const char *path)
{
    char *link CLEAN_FREE = memory_print("%s%s", url, path);
    json_write_text(out, key, link);
}

const char *demo_json(struct demo *demo, const char *url)
{
    struct buffer *out = &demo->json;
    buffer_reset(out);
    json_write_object(out);
    json_write_key(out, "sessions");
    json_write_array(out);
    for (size_t i = 0; i < demo->count; i++) {
        const struct demo_session *session = &demo->sessions[i];
        json_write_object(out);
        json_write_text(out, "id", session->link.session);
        json_write_text(out, "title", session->link.title);
        json_write_key(out, "challenges");
        json_write_array(out);
        for (size_t c = 0; c < session->definition.challenge_count; c++)
            json_write_string(out, session->definition.challenges[c].challenge_add.title);
        json_write_end_array(out);
        json_write_key(out, "links");
        json_write_object(out);
        json_link(out, "participant", url, session->link.participant);
        json_link(out, "wall", url, session->link.wall);
        json_link(out, "moderator", url, session->link.moderator);
        json_write_end_object(out);
        json_write_end_object(out);
    }
    json_write_end_array(out);
    json_write_end_object(out);
    return out->bytes;
}

static void demo_timer_closed(uv_handle_t *handle)
{
    demo_call_over(handle->data);
}

void demo_free(struct demo **where, void (*closed)(void *arg), void *arg)
{
    struct demo *demo = *where;
    *where = NULL;
    demo->closing = true;
    demo->closed = closed;
    demo->closed_arg = arg;
    demo->calls++; /* the timer's closing */
    uv_close((uv_handle_t *)&demo->timer, demo_timer_closed);
}
