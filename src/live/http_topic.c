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
    if (!error && !room_admits(get->room, &get->actor))
        error = ERROR_token_required;
    if (!error && !view_has_topic(get->room->view, &get->topic))
        error = ERROR_topic_unknown;
    if (error)
        http_refuse_error(get->request, error);
    else
        get_answer(get);
    get_end(get);
}

void http_topic(const struct http_session *at)
{
    struct topic topic;
    struct actor actor;
    char since[128], epoch[65] = "";
    int64_t v = 0;
    size_t size = strlen(at->rest);
    if (size > 7 && strcmp(at->rest + size - 7, "/stream") == 0) {
        http_refuse_error(at->request, ERROR_not_supported);
        return;
    }
    if (!topic_parse(at->rest, size, &topic)) {
        http_refuse_error(at->request, ERROR_topic_unknown);
        return;
    }
    struct refusal refusal = refusal_of(ERROR_none);
    if (edge_request_parameter(at->request, "wait", since, sizeof(since)))
        refusal = refusal_field(ERROR_not_supported, "wait", "no long poll: ask again with since");
    if (edge_request_parameter(at->request, "since", since, sizeof(since)) &&
        !position_parse(since, strlen(since), epoch, &v))
        refusal = refusal_field(ERROR_invalid_params, "since",
                                "<epoch>:<v>, as the ETag has it without its quotes");
    if (refusal.error) {
        http_refuse(at->request, &refusal);
        return;
    }
    if (!http_actor(at, &actor))
        return;
    if (topic.kind == TOPIC_me && !actor_is_person(&actor)) {
        http_refuse_error(at->request, ERROR_token_required);
        return;
    }
    if (topic.kind == TOPIC_me)
        memcpy(topic.subject, actor.id, sizeof(topic.subject));
    struct topic_get *get = memory_alloc(sizeof(*get));
    *get = (struct topic_get){.request = at->request, .actor = actor, .topic = topic, .since = v};
    memcpy(get->epoch, epoch, sizeof(epoch));
    get->room = room_hold(at->live, at->session);
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
