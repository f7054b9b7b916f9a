#include "edge/edge_internal.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const struct {
    int status;
    const char *phrase;
} answer_phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const char answer_policy_page[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src "
    "'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

static const char answer_policy_other[] = "default-src 'none'; frame-ancestors 'none'";

static const char answer_security[] = "x-content-type-options: nosniff\r\n"
                                      "referrer-policy: no-referrer\r\n"
                                      "cross-origin-resource-policy: same-origin\r\n";

static const char *answer_phrase(int status)
{
    for (size_t i = 0; i < sizeof(answer_phrases) / sizeof(answer_phrases[0]); i++)
        if (answer_phrases[i].status == status)
            return answer_phrases[i].phrase;
    return "Answer";
}

static void answer_add(struct buffer *out, const char *name, const char *value)
{
    assert(!strpbrk(name, "\r\n:") && !strpbrk(value, "\r\n")); /* or an answer could be made two */
    buffer_add_string(out, name);
    buffer_add_string(out, ": ");
    buffer_add_string(out, value);
    buffer_add_string(out, "\r\n");
}

static void answer_add_date(struct buffer *out)
{
    time_t now = time(NULL);
    struct tm parts;
    char text[64];
    gmtime_r(&now, &parts);
    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    answer_add(out, "date", text);
}

static void answer_add_cors(struct buffer *out, const struct edge *edge, const struct edge_request *request)
{
    const char *const *allowed = edge->settings.allow_origins;
    if (!allowed || !*allowed)
        return;
    answer_add(out, "vary",
               "origin"); /* also without one: a cache must not give this answer to who has one */
    if (!request || !*request->head.headers[HEAD_ORIGIN] || edge_origin_same(&request->head) ||
        !edge_origin_allowed(edge, &request->head))
        return;
    answer_add(out, "access-control-allow-origin", request->head.headers[HEAD_ORIGIN]);
    if (edge_origin_is_preflight(&request->head)) {
        answer_add(out, "access-control-allow-methods", "GET, POST");
        answer_add(out, "access-control-allow-headers",
                   "authorization, content-type, idempotency-key, if-none-match");
        answer_add(out, "access-control-max-age", "600");
    } else {
        answer_add(out, "access-control-expose-headers", "etag, retry-after");
    }
}

void edge_answer_head(struct buffer *out, const struct edge *edge, const struct edge_request *request,
                      int status, const struct edge_header *headers, size_t body_size, bool keep)
{
    bool page = false;
    buffer_print(out, "HTTP/1.1 %d %s\r\n", status, answer_phrase(status));
    for (const struct edge_header *header = headers; header && header->name; header++) {
        if (strcasecmp(header->name, "content-type") == 0)
            page = strncasecmp(header->value, "text/html", 9) == 0;
        answer_add(out, header->name, header->value);
    }
    if (status != 204 && status != 304)
        buffer_print(out, "content-length: %zu\r\n", body_size);
    answer_add_date(out);
    answer_add(out, "content-security-policy", page ? answer_policy_page : answer_policy_other);
    buffer_add_string(out, answer_security);
    answer_add_cors(out, edge, request);
    if (!keep)
        answer_add(out, "connection", "close");
    else if (request && !request->head.minor)
        answer_add(out, "connection", "keep-alive");
    buffer_add_string(out, "\r\n");
}
