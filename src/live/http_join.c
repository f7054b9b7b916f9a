/* The door: what a session is before one is anyone in it, and joining by link, code or a brand's log-in.
 *
 *   link or code:  participant_join ---------------------------------------------------> a token
 *   log-in:        session_door (whose is it?) -> the brand's keys -> participant_join -> a token
 */
#include "base/memory.h"
#include "live/call.h"
#include "live/http.h"
#include "live/who.h"
#include "store/store_arguments.h"
#include "token/code.h"
#include "token/paserk.h"
#include "token/sso.h"
#include "wire/greeting.h"

#include <stdio.h>
#include <string.h>

/* ---- the door */

struct door_asked {
    struct live *live;
    struct edge_request *request;
    char session[TEXT_ID_ROOM];
};

static void door_answered(void *arg, const struct store_answer *answer)
{
    struct door_asked *asked = arg;
    struct live *live = asked->live;
    struct buffer text CLEAN_BUFFER = {0};
    struct refusal refusal = call_refusal(answer);
    if (refusal.error) {
        http_refuse(asked->request, &refusal);
    } else {
        greeting_door(&text, asked->session, answer->values, answer->count);
        http_json(asked->request, 200, text.bytes, text.size);
    }
    free(asked);
    live_handle_closed(live);
}

void http_session_door(const struct http_session *at)
{
    struct refusal refusal = rules_draw_rate(live_stranger(at->live, edge_request_peer(at->request)),
                                             RATE_TOPIC, live_loop_now(at->live));
    if (refusal.error) {
        http_refuse(at->request, &refusal);
        return;
    }
    struct door_asked *asked = memory_alloc(sizeof(*asked));
    *asked = (struct door_asked){.live = at->live, .request = at->request};
    memcpy(asked->session, at->session, sizeof(asked->session));
    live_handle_opened(at->live);
    store_call(at->live->settings.store, at->session, "session_door", NULL, NULL, 0, NULL, 0, door_answered,
               asked);
}

/* ---- joining */

struct joining {
    struct live *live;
    struct edge_request *request;
    char session[TEXT_ID_ROOM], brand[TEXT_ID_ROOM];
    char peer[64];
    struct greeting_join join;
    char digest[CODE_DIGEST_ROOM]; /* "" without a code */
    struct actor holder;           /* who joins has a place already; id "" for nobody */
    struct sso sso;                /* subject "" without a log-in */
};

static void join_end(struct joining *joining)
{
    struct live *live = joining->live;
    greeting_join_clear(&joining->join);
    free(joining);
    live_handle_closed(live);
}

static void join_refuse(struct joining *joining, const struct refusal *refusal)
{
    http_refuse(joining->request, refusal);
    join_end(joining);
}

static void join_ask_door(struct joining *joining, store_answered *answered)
{
    store_call(joining->live->settings.store, joining->session, "session_door", NULL, NULL, 0, NULL, 0,
               answered, joining);
}

static void copy_value(const struct store_answer *answer, const char *name, char *out_text, size_t room)
{
    const char *value = store_answer_get(answer, name);
    snprintf(out_text, room, "%s", value && strcmp(value, "-") != 0 ? value : "");
}

/* Who the store says that joined. */
static struct actor join_actor(const struct joining *joining, const struct store_answer *answer)
{
    struct actor actor = {.role = ROLE_participant, .level = level_open};
    const char *role = store_answer_get(answer, "role"), *level = store_answer_get(answer, "level"),
               *generation = store_answer_get(answer, "generation");
    int found_role = role ? role_find(role, strlen(role)) : -1;
    int found_level = level ? word_find(WORDS_level, level, strlen(level)) : -1;
    if (found_role >= 0)
        actor.role = (enum role)found_role;
    if (found_level >= 0)
        actor.level = (enum level)found_level;
    actor.generation = generation ? (int)strtol(generation, NULL, 10) : 0;
    memcpy(actor.session, joining->session, sizeof(actor.session));
    copy_value(answer, "participant", actor.id, sizeof(actor.id));
    copy_value(answer, "groups", actor.groups, sizeof(actor.groups));
    return actor;
}

static void join_answer(struct joining *joining, const struct store_answer *answer)
{
    const struct actor actor = join_actor(joining, answer);
    char name[TOKEN_NAME_ROOM];
    const char *until = store_answer_get(answer, "until"), *ends = store_answer_get(answer, "ends_at");
    copy_value(answer, "name", name, sizeof(name));
    char *token CLEAN_FREE =
        who_token_until(joining->live, &actor, name, until ? strtoll(until, NULL, 10) : 0,
                        ends ? strtoll(ends, NULL, 10) : 0);
    struct buffer text CLEAN_BUFFER = {0};
    if (token) {
        greeting_join(&text, &actor, name, token);
        http_json(joining->request, 201, text.bytes, text.size);
    } else {
        http_refuse_error(joining->request, ERROR_internal_error);
    }
    join_end(joining);
}

static void join_joined(void *arg, const struct store_answer *answer)
{
    struct joining *joining = arg;
    if (answer->now)
        live_heard(joining->live, answer->now);
    struct refusal refusal = call_refusal(answer);
    if (joining->digest[0])
        guesses_end(&joining->live->guesses, joining->peer, refusal.error == ERROR_code_unknown,
                    live_loop_now(joining->live));
    if (refusal.error == ERROR_terms_required)
        refusal.terms = store_answer_get(answer, "terms");
    if (refusal.error)
        join_refuse(joining, &refusal);
    else
        join_answer(joining, answer);
}

static void join_send(struct joining *joining)
{
    const struct greeting_join *join = &joining->join;
    struct store_arguments arguments = {0};
    char expires[24] = "", subject[CODE_DIGEST_ROOM] = "";
    if (joining->sso.subject[0]) {
        snprintf(expires, sizeof(expires), "%lld", (long long)joining->sso.expires_at);
        code_subject(joining->live->settings.keyring, joining->session, joining->sso.subject, subject);
    }
    const char *const texts[] = {
        join->name, "door",       joining->digest,     subject,      joining->sso.id,
        expires,    join->groups, joining->sso.groups, join->accept, "",
        ""};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        store_arguments_add(&arguments, texts[i], strlen(texts[i]));
    store_call(joining->live->settings.store, joining->session, "participant_join",
               joining->holder.id[0] ? &joining->holder : &(struct actor){.role = ROLE_participant}, NULL, 0,
               arguments.list, arguments.count, join_joined, joining);
    store_arguments_clear(&arguments);
}

/* ---- a brand's log-in */

static void join_brand(void *arg, const struct store_answer *answer)
{
    struct joining *joining = arg;
    unsigned char keys[SSO_KEYS][PASETO_PUBLIC_BYTES];
    size_t count = 0;
    struct refusal refusal = call_refusal(answer);
    if (refusal.error == ERROR_brand_unknown)
        refusal = refusal_of(ERROR_none); /* one without keys */
    for (size_t i = 0; !refusal.error && i < answer->count && count < SSO_KEYS; i++)
        if (strncmp(answer->values[i].key, "key.", 4) == 0 &&
            paserk_parse(PASERK_PUBLIC, answer->values[i].value, answer->values[i].value_size, keys[count]))
            count++;
    if (!refusal.error)
        refusal =
            sso_verify(keys, count, joining->join.sso, strlen(joining->join.sso), joining->brand,
                       joining->live->deployment, joining->session, live_now(joining->live), &joining->sso);
    if (refusal.error)
        join_refuse(joining, &refusal);
    else
        join_send(joining);
}

static void join_door(void *arg, const struct store_answer *answer)
{
    struct joining *joining = arg;
    struct refusal refusal = call_refusal(answer);
    if (answer->now)
        live_heard(joining->live, answer->now);
    if (refusal.error) {
        join_refuse(joining, &refusal);
        return;
    }
    copy_value(answer, "brand", joining->brand, sizeof(joining->brand));
    if (!joining->brand[0])
        strcpy(joining->brand, "default");
    store_brand_read(joining->live->settings.store, joining->brand, join_brand, joining);
}

/* ---- what was asked */

/* What can be no code is no guess. */
static struct refusal join_take_code(struct joining *joining)
{
    char code[CODE_ROOM];
    struct live *live = joining->live;
    if (!joining->join.code[0])
        return refusal_of(ERROR_none);
    if (!code_read(joining->join.code, strlen(joining->join.code), code))
        return refusal_field(ERROR_code_unknown, "code", "%s", "ten letters and digits, as 7H3KX-9QMRT");
    struct refusal refusal = guesses_begin(&live->guesses, joining->peer, live_loop_now(live));
    if (!refusal.error)
        code_digest(live->settings.keyring, joining->session, code, joining->digest);
    return refusal;
}

void http_session_join(const struct http_session *at)
{
    struct actor actor;
    size_t size;
    if (!http_actor(at, &actor))
        return;
    struct joining *joining = memory_alloc(sizeof(*joining));
    *joining = (struct joining){.live = at->live, .request = at->request};
    live_handle_opened(at->live);
    memcpy(joining->session, at->session, sizeof(joining->session));
    snprintf(joining->peer, sizeof(joining->peer), "%s", edge_request_peer(at->request));
    if (actor_is_person(&actor) && !role_is_staff(actor.role) && actor.role != ROLE_observer)
        joining->holder = actor;
    const char *body = edge_request_body(at->request, &size);
    struct refusal refusal = greeting_join_params(body, size, &joining->join);
    if (!refusal.error && !at->live->deployment[0])
        refusal = live_refusal(ERROR_store_unavailable);
    if (!refusal.error)
        refusal = join_take_code(joining);
    if (refusal.error)
        join_refuse(joining, &refusal);
    else if (joining->join.sso[0])
        join_ask_door(joining, join_door);
    else
        join_send(joining);
}
