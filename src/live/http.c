#include "live/http.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "live/room.h"
#include "live/who.h"
#include "wire/definition.h"
#include "wire/json_write.h"
#include "wire/message.h"

#include <stdio.h>
#include <string.h>

void http_json(struct edge_request *request, int status, const char *text, size_t size)
{
    static const struct edge_header headers[] = {
        {"content-type", "application/json"}, {"cache-control", "no-store"}, {NULL, NULL}};
    struct frame *body = frame_new(text, size);
    edge_request_answer(request, status, headers, body);
    frame_unref(&body);
}

/* `header`: one that goes with this refusal, or NULL. */
static void refuse_with(struct edge_request *request, const struct refusal *refusal,
                        const struct edge_header *header)
{
    struct edge_header headers[] = {{"content-type", "application/problem+json"},
                                    {"cache-control", "no-store"},
                                    {NULL, NULL},
                                    {NULL, NULL}};
    if (header)
        headers[2] = *header;
    struct buffer text CLEAN_BUFFER = {0};
    message_problem(&text, refusal);
    struct frame *body = frame_new(text.bytes, text.size);
    edge_request_answer(request, error_status(refusal->error), headers, body);
    frame_unref(&body);
}

void http_refuse(struct edge_request *request, const struct refusal *refusal)
{
    char seconds[24];
    const struct edge_header bearer = {"www-authenticate", "Bearer"}, retry = {"retry-after", seconds};
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(refusal->retry_ms + 999) / 1000);
    const struct edge_header *header = NULL;
    if (refusal->retry_ms >= 0)
        header = &retry;
    else if (error_status(refusal->error) == 401)
        header = &bearer;
    refuse_with(request, refusal, header);
}

#define METHODS_READ  "GET, HEAD"
#define METHODS_WRITE "POST"

/* Another method than those (RFC 9110, Allow). */
static void refuse_method(struct edge_request *request, const char *allow)
{
    const struct refusal refusal = refusal_of(ERROR_door_closed);
    const struct edge_header header = {"allow", allow};
    refuse_with(request, &refusal, &header);
}

void http_refuse_error(struct edge_request *request, enum error error)
{
    struct refusal refusal = live_refusal(error);
    http_refuse(request, &refusal);
}

void http_problem(void *live, int status, struct frame **out_body)
{
    enum error error = status == 413   ? ERROR_too_large
                       : status == 403 ? ERROR_origin_refused
                       : status == 404 ? ERROR_not_found
                                       : ERROR_invalid_request;
    struct refusal refusal = refusal_of(error);
    struct buffer text CLEAN_BUFFER = {0};
    (void)live;
    message_problem(&text, &refusal);
    *out_body = frame_new(text.bytes, text.size);
}

size_t http_body_limit(void *live, const char *path)
{
    (void)live;
    return strcmp(path, "/api/v1/sessions") == 0 ? LIMIT_MEDIA_BYTES : LIMIT_MESSAGE_STAFF;
}

bool http_actor(const struct http_session *at, struct actor *out_actor)
{
    char name[TOKEN_NAME_ROOM];
    const char *header = edge_request_header(at->request, "authorization");
    const char *token = NULL;
    struct refusal refusal = refusal_of(ERROR_none);
    if (strncasecmp(header, "bearer ", 7) == 0)
        token = header + 7 + strspn(header + 7, " ");
    else if (*header)
        refusal = refusal_field(ERROR_token_invalid, "authorization", "Bearer and a token");
    if (!refusal.error)
        refusal = who_is(at->live, token, token ? strlen(token) : 0, at->session, out_actor, name);
    if (refusal.error)
        http_refuse(at->request, &refusal);
    return !refusal.error;
}

struct rules_buckets *http_buckets(const struct http_session *at, struct room *room,
                                   const struct actor *actor)
{
    return actor_is_person(actor) ? &room_person(room, actor->id)->buckets
                                  : live_stranger(at->live, edge_request_peer(at->request));
}

static void http_health(struct live *live, struct edge_request *request)
{
    (void)live;
    http_json(request, 200, "{\"status\":\"ok\"}", 15);
}

static void http_ready(struct live *live, struct edge_request *request)
{
    if (store_is_connected(live->settings.store) && live->deployment[0])
        http_json(request, 200, "{\"status\":\"ready\"}", 18);
    else
        http_refuse_error(request, ERROR_store_unavailable);
}

static void http_about(struct live *live, struct edge_request *request)
{
    struct buffer text CLEAN_BUFFER = {0};
    json_write_object(&text);
    json_write_text(&text, "version", PALABRE_VERSION);
    json_write_text(&text, "public_url", live->public_url);
    json_write_flag(&text, "demo", live->demo);
    if (live->deployment[0])
        json_write_text(&text, "deployment", live->deployment);
    json_write_end_object(&text);
    http_json(request, 200, text.bytes, text.size);
}

static void http_demo(struct live *live, struct edge_request *request)
{
    if (live->demo)
        http_json(request, 200, live->demo, strlen(live->demo));
    else
        http_refuse_error(request, ERROR_not_found);
}

static void http_metrics(struct live *live, struct edge_request *request)
{
    CLEAN_BUFFER struct buffer text = {0};
    counters_print(live->settings.all_counters, &text);
    static const struct edge_header headers[] = {{"content-type", "text/plain; version=0.0.4"}, {NULL, NULL}};
    struct frame *body = frame_new(text.bytes, text.size);
    edge_request_answer(request, 200, headers, body);
    frame_unref(&body);
}

static const struct {
    const char *path;
    enum edge_method method;
    void (*run)(struct live *live, struct edge_request *request);
} routes[] = {
    {"/healthz", EDGE_GET, http_health},     {"/readyz", EDGE_GET, http_ready},
    {"/metrics", EDGE_GET, http_metrics},    {"/demo.json", EDGE_GET, http_demo},
    {"/api/v1/about", EDGE_GET, http_about}, {"/api/v1/sessions", EDGE_POST, http_session_create},
};

static bool method_fits(enum edge_method asked, enum edge_method wanted)
{
    return asked == wanted || (asked == EDGE_HEAD && wanted == EDGE_GET);
}

/* /api/v1/sessions/{session}/... */
static void http_in_session(struct live *live, struct edge_request *request, const char *path)
{
    struct http_session at = {.live = live, .request = request};
    size_t size = strcspn(path, "/");
    enum edge_method method = edge_request_method(request);
    if (!text_is_id(path, size)) {
        http_refuse_error(request, ERROR_session_unknown);
        return;
    }
    memcpy(at.session, path, size);
    if (path[size] == '\0') {
        if (method_fits(method, EDGE_GET))
            http_session_door(&at);
        else
            refuse_method(request, METHODS_READ);
        return;
    }
    at.rest = path + size + 1;
    bool topic = strncmp(at.rest, "topics/", 7) == 0;
    if (!method_fits(method, topic ? EDGE_GET : EDGE_POST)) {
        refuse_method(request, topic ? METHODS_READ : METHODS_WRITE);
    } else if (topic) {
        at.rest += 7;
        http_topic(&at);
    } else if (strcmp(at.rest, "join") == 0) {
        http_session_join(&at);
    } else {
        http_command(&at);
    }
}

/* Pages: /, /{session}, /{session}/wall, /{session}/print and the files they are made of. */
static void http_page(struct live *live, struct edge_request *request, const char *path)
{
    const struct edge_files *files = live->settings.files;
    size_t size = strcspn(path + 1, "/");
    bool session = text_is_id(path + 1, size) && !definition_id_is_reserved(path + 1, size);
    const char *page = path + 1;
    if (strcmp(path, "/") == 0)
        page = "index.html";
    else if (session && path[1 + size] == '\0')
        page = "session.html";
    else if (session && strcmp(path + 1 + size, "/wall") == 0)
        page = "wall.html";
    else if (session && strcmp(path + 1 + size, "/print") == 0)
        page = "print.html";
    if (!method_fits(edge_request_method(request), EDGE_GET))
        refuse_method(request, METHODS_READ);
    else if (!files || !edge_request_answer_file(request, files, page))
        http_refuse_error(request, ERROR_not_found);
}

void http_request(void *owner, struct edge_request *request)
{
    struct live *live = owner;
    const char *path = edge_request_path(request);
    for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
        if (strcmp(routes[i].path, path) != 0)
            continue;
        if (method_fits(edge_request_method(request), routes[i].method))
            routes[i].run(live, request);
        else
            refuse_method(request, routes[i].method == EDGE_GET ? METHODS_READ : METHODS_WRITE);
        return;
    }
    if (strncmp(path, "/api/v1/sessions/", 17) == 0)
        http_in_session(live, request, path + 17);
    else if (strncmp(path, "/media/", 7) == 0 && !method_fits(edge_request_method(request), EDGE_GET))
        refuse_method(request, METHODS_READ);
    else if (strncmp(path, "/media/", 7) == 0)
        http_media(live, request, path + 7);
    else if (strncmp(path, "/api/", 5) == 0)
        http_refuse_error(request, ERROR_not_found);
    else
        http_page(live, request, path);
}
