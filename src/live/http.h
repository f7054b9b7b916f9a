/* HTTP: the same commands and topics, joining, pages, health. Routes are a table in http.c. */
#ifndef LIVE_HTTP_H
#define LIVE_HTTP_H

#include "domain/error.h"
#include "live/live.h"
#include "live/room.h"

void http_request(void *live, struct edge_request *request);
size_t http_body_limit(void *live, const char *path);
/* Body of an answer that the edge gives by itself. */
void http_problem(void *live, int status, struct frame **out_body);

/* Answers with JSON text, or with an RFC 9457 problem. */
void http_json(struct edge_request *request, int status, const char *text, size_t size);
void http_refuse(struct edge_request *request, const struct refusal *refusal);
void http_refuse_error(struct edge_request *request, enum error error);

/* A request under /api/v1/sessions/{session}/: the id, and what follows it. */
struct http_session {
    struct live *live;
    struct edge_request *request;
    char session[33];
    const char *rest; /* "" or what follows the id's '/' */
};

/* http_session.c */
void http_session_create(struct live *live, struct edge_request *request);
void http_command(const struct http_session *at);
/* http_join.c */
void http_session_door(const struct http_session *at);
void http_session_join(const struct http_session *at);
/* http_topic.c */
void http_topic(const struct http_session *at);
void http_media(struct live *live, struct edge_request *request, const char *rest);
/* The bearer's actor; true where there is one or none was sent, else the request is answered. */
bool http_actor(const struct http_session *at, struct actor *out_actor);
/* What an actor draws from: a person's are theirs on all connections, a stranger's those of their address. */
struct rules_buckets *http_buckets(const struct http_session *at, struct room *room,
                                   const struct actor *actor);

#endif
