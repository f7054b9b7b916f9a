/* A person here: one WebSocket connection, who speaks on it, the topics open on it, and answers that wait for
 * its socket.
 *
 *   OPENED --hello--> GREETING (token verified, room awaited) --> HERE --> (closed by either side)
 *
 * Topics that are opened right behind a hello are held until that is answered, so that a phone that sends all
 * at once has its first screen a round trip earlier.
 *
 * Answers are the one thing that may wait for a full socket, bounded by CLIENT_ANSWERS_BYTES: beyond it the
 * connection is closed. Frames of topics never wait (hub.h). */
#ifndef LIVE_CLIENT_H
#define LIVE_CLIENT_H

#include "live/call.h"
#include "live/room.h"
#include "token/token.h"

#define CLIENT_ANSWERS_BYTES 262144 /* of answers that wait for a socket */

enum client_state { CLIENT_OPENED, CLIENT_GREETING, CLIENT_HERE };

struct client_topic {
    struct hub_listener listener;
    struct client *client;
    struct room_topic *topic;
};

/* A call under way; outlives its client, whose answer is then nobody's. */
struct client_call {
    struct list link;      /* of the client's calls */
    struct client *client; /* NULL once it has gone */
    char *id;              /* JSON text */
    bool notification;
    struct client_batch *batch; /* NULL: answered by itself */
};

/* A topic_open (or _close) that came behind a hello which is not answered yet. */
struct client_held {
    struct list link;
    struct client_call *call;
    struct command command;
};

/* A topic_open that waits for the view to reach where the client is. */
struct client_opening {
    struct list link;
    struct room_wait wait;
    struct client_call *call;
    struct topic topic;
    int64_t since; /* HUB_NOTHING: from nothing */
    char epoch[65];
};

struct client {
    struct edge_socket *socket; /* NULL once it is closed */
    struct list answers;        /* that wait for the socket */
    struct list link, room_link, person_link;
    struct live *live;
    enum client_state state;
    struct actor actor;
    char name[TOKEN_NAME_ROOM];
    struct room *room;
    bool entered;                              /* counted in its room */
    struct rules_buckets buckets;              /* before hello, and of who is nobody's participant */
    struct client_topic *topics[LIMIT_TOPICS]; /* NULL: nothing is open there */
    struct list openings, calls, held;
    size_t held_count;
    struct room_wait hello_wait;
    struct client_call *hello_call;
    size_t answers_bytes;
    int64_t opened_at, heartbeat_at; /* loop time */
};

void *client_opened(void *live, struct edge_socket *socket);
void client_message(void *client, const char *text, size_t size);
void client_ready(void *client);
void client_closed(void *client);
/* The worker's second: a late hello, a heartbeat. */
void client_second(struct client *client, int64_t loop_now);
/* Says whether the store is away, and the version; with the next second where something waits for this
 * socket. */
void client_tell_stale(struct client *client);
void client_bye(struct client *client, const char *reason, int64_t retry_ms);
/* Sends text, or keeps it until the socket takes it. */
void client_send(struct client *client, const char *text, size_t size);
/* Ends a call with a refusal (ERROR_none: with a result). Takes the call. */
void client_answer(struct client_call *call, const struct refusal *refusal, const char *result, size_t size);
void client_refuse(struct client_call *call, enum error error);

/* Runs what came behind a hello, which is answered now. */
void client_run_held(struct client *client);

/* client_topics.c */
void client_topic_open(struct client *client, struct client_call *call, const struct topic_open *params);
void client_topic_close(struct client *client, struct client_call *call, const struct topic_close *params);
void client_topics_ready(struct client *client); /* the socket takes bytes again */
/* Whether every open topic has all there is, and nothing waits for the socket; then all are true at `v`, and
 * marked so. */
bool client_topics_are_current(struct client *client, int64_t v);
void client_topics_leave(struct client *client);
void client_topics_reclass(struct client *client); /* what this person sees may be of another class now */
/* What a room tells the clients in it. */
void clients_promoted(struct room *room, const char *person); /* may see more tallies now */
void clients_person_loaded(struct room *room, const char *person);
void clients_person_unknown(struct room *room,
                            const char *person); /* the token is of a person who is not there */
/* Says bye to those who may be here no longer: this person's connections, or all where `person` is NULL. */
void clients_shut_out(struct room *room, const char *person);
void clients_stale(struct room *room);
void clients_bye(struct room *room, const char *reason, int64_t retry_ms);

#endif
