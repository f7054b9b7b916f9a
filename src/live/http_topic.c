/* GET of topics and pictures. */
#include "base/memory.h"
#include "live/call.h"
#include "live/http.h"
#include "live/room.h"
#include "wire/document.h"

#include <stdio.h>
#include <string.h>

/* A GET that waits for the room, the person and the version that it asks for. */
struct topic_get {
    struct room *room; /* held */
    struct edge_request *request;
    struct actor actor;
    struct topic topic;
    struct room_wait wait;
    char epoch[65]; /* of `since`; "" without one */
    int64_t since;
};

static void get_end(struct topic_get *get)
{
    room_visit(get->room, &get->actor, false);
    room_release(&get->room);
    free(get);
}

/* `<epoch>.<class>.<format>:<v>`: false where it is not of that form. */
static bool position_parse(const char *text, size_t size, char out_epoch[65], int64_t *out_v)
{
    const char *colon = memrchr(text, ':', size);
    if (!colon || colon == text || colon - text > 64)
        return false;
    memcpy(out_epoch, text, (size_t)(colon - text));
    out_epoch[colon - text] = '\0';
    char *end;
    *out_v = strtoll(colon + 1, &end, 10);
    return end != colon + 1 && end == text + size && *out_v >= 0 && *out_v <= (int64_t)LIMIT_SEQUENCE;
}

/* If-None-Match is a list, compared weakly (RFC 9110, 13.1.2); no position holds a quote. */
static bool get_holds(const struct topic_get *get, const char *tag)
{
    const char *held = edge_request_header(get->request, "if-none-match");
    return strcmp(held, "*") == 0 || strstr(held, tag);
}

static void get_answer(struct topic_get *get)
{
    const struct view *view = get->room->view;
    enum audience audience = view_audience(view, &get->actor, &get->topic);
    char epoch[DOCUMENT_EPOCH_ROOM], tag[DOCUMENT_EPOCH_ROOM + 32];
    document_epoch(view, audience, epoch);
    int64_t version = view_topic_version(view, &get->topic, audience);
    snprintf(tag, sizeof(tag), "\"%s:%lld\"", epoch, (long long)version);
    const struct edge_header headers[] = {{"content-type", "application/json"},
                                          {"cache-control", "private, no-cache"},
                                          {"vary", "Authorization"},
                                          {"etag", tag},
                                          {NULL, NULL}};
    if (get_holds(get, tag)) {
        edge_request_answer(get->request, 304, headers, NULL);
        return;
    }
    struct buffer text CLEAN_BUFFER = {0};
    if (get->epoch[0] && strcmp(get->epoch, epoch) == 0)
        document_since(view, &get->topic, audience, get->since, &text);
    else
        document_state(view, &get->topic, audience, &text);
    struct frame *body = frame_new(text.bytes, text.size);
    edge_request_answer(get->request, 200, headers, body);
    frame_unref(&body);
}

static void get_run(struct room_wait *wait, enum error error)
{
    struct topic_get *get = CONTAINER_OF(wait, struct topic_get, wait);
    if (!error)
        error = room_refuses(get->room, &get->actor);
    if (!error && !view_has_topic(get->room->view, &get->topic))
        error = ERROR_topic_unknown;
    if (error)
        http_refuse_error(get->request, error);
    else
        get_answer(get);
    get_end(get);
}

/* What a GET asks for, before it is known who asks. */
static struct refusal get_parse(const struct http_session *at, struct topic_get *out_get)
{
    char text[128];
    size_t size = strlen(at->rest);
    if (size > 7 && strcmp(at->rest + size - 7, "/stream") == 0)
        return refusal_of(ERROR_not_supported);
    if (!topic_parse(at->rest, size, &out_get->topic))
        return refusal_of(ERROR_topic_unknown);
    if (edge_request_parameter(at->request, "since", text, sizeof(text)) &&
        !position_parse(text, strlen(text), out_get->epoch, &out_get->since))
        return refusal_field(ERROR_invalid_params, "since",
                             "<epoch>:<v>, as the ETag has it without its quotes");
    if (edge_request_parameter(at->request, "wait", text, sizeof(text)))
        return refusal_field(ERROR_not_supported, "wait", "no long poll: ask again with since");
    return refusal_of(ERROR_none);
}

static struct refusal get_allow(const struct http_session *at, struct topic_get *get)
{
    if (get->topic.kind == TOPIC_me && !actor_is_person(&get->actor))
        return refusal_of(ERROR_token_required);
    return rules_draw_rate(http_buckets(at, get->room, &get->actor), RATE_TOPIC, live_loop_now(at->live));
}

void http_topic(const struct http_session *at)
{
    struct topic_get asked = {.request = at->request};
    struct refusal refusal = get_parse(at, &asked);
    if (refusal.error) {
        http_refuse(at->request, &refusal);
        return;
    }
    if (!http_actor(at, &asked.actor))
        return;
    asked.room = room_hold(at->live, at->session);
    refusal = get_allow(at, &asked);
    if (refusal.error) {
        room_release(&asked.room);
        http_refuse(at->request, &refusal);
        return;
    }
    struct topic_get *get = memory_alloc(sizeof(*get));
    *get = asked;
    if (get->topic.kind == TOPIC_me)
        memcpy(get->topic.subject, get->actor.id, sizeof(get->topic.subject));
    room_visit(get->room, &get->actor, true);
    const struct room_position position = {get->epoch, get->since};
    room_wait(get->room, &get->wait, room_ballots_needed(&get->actor, &get->topic), &position, LIMIT_STORE_MS,
              get_run);
}

/* ---- pictures */

static const char *media_type(const char *bytes, size_t size)
{
    if (size > 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return "image/png";
    if (size > 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return "image/webp";
    return "image/jpeg"; /* nothing else was let in */
}

static void media_answer(void *arg, const struct store_answer *answer)
{
    struct edge_request *request = arg;
    const struct field_write *bytes = answer->count ? &answer->values[0] : NULL;
    if (answer->refusal.error || !bytes) {
        struct refusal refusal = answer->refusal.error ? call_refusal(answer) : refusal_of(ERROR_not_found);
        http_refuse(request, &refusal);
        return;
    }
    const struct edge_header headers[] = {{"content-type", media_type(bytes->value, bytes->value_size)},
                                          {"cache-control", "public, max-age=31536000, immutable"},
                                          {NULL, NULL}};
    struct frame *body = frame_new(bytes->value, bytes->value_size);
    edge_request_answer(request, 200, headers, body);
    frame_unref(&body);
}

void http_media(struct live *live, struct edge_request *request, const char *rest)
{
    char session[TEXT_ID_ROOM];
    size_t size = strcspn(rest, "/");
    const char *hash = rest + size + 1;
    if (!text_is_id(rest, size) || rest[size] != '/' || strlen(hash) != 64 ||
        strspn(hash, "0123456789abcdef") != 64) {
        http_refuse_error(request, ERROR_not_found);
        return;
    }
    memcpy(session, rest, size);
    session[size] = '\0';
    store_media(live->settings.store, session, hash, media_answer, request);
}
