/* A session here: its view, what follows it in the store, the topics that someone listens to, and the people
 * in it.
 *
 *   OPENING --load_end--> READY --(Redis away)--> STALE --> READY      READY/STALE --(another epoch)-->
 * OPENING
 *      `--gone--> GONE (said to all who wait; the room is forgotten once nobody holds it)
 *
 * A room lives while someone holds it, and a minute longer. */
#ifndef LIVE_ROOM_H
#define LIVE_ROOM_H

#include "live/live.h"
#include "rules/rules.h"
#include "view/view.h"

enum room_state { ROOM_OPENING, ROOM_READY, ROOM_GONE };

#define ROOM_TOPIC_NAME_ROOM (TOPIC_NAME_ROOM + 4)

/* A topic of a room that someone listens to. */
struct room_topic {
    struct room *room;
    struct topic topic;
    char name[ROOM_TOPIC_NAME_ROOM]; /* the key: its name, and the participant of `me` */
    struct hub_topic *hub_topic;
    struct frame *promotion; /* the patch from PUBLIC or EXPERT to VOTED at `promotion_seq`, shared by all who
                                need it */
    enum audience promotion_from;
    int64_t promotion_seq;
};

/* Someone who now sees after_vote tallies; kept until the event that said so is applied whole. */
struct room_promotion {
    struct list link;
    char person[TEXT_ID_ROOM];
};

/* A participant who is connected here, or was and may be soon again (their buckets are kept with the room).
 */
struct room_person {
    char id[TEXT_ID_ROOM];
    unsigned sockets;
    unsigned visits;     /* requests over HTTP that need their ballots */
    bool counted;        /* as one of the people online */
    struct list unread;  /* in room->unread, until they are asked for */
    bool loading;        /* people_read is under way, or will be */
    struct list clients; /* struct client, by person_link */
    struct rules_buckets buckets;
};

/* Something that waits for the room, the person and a version: run once, later, with what became of it. */
struct room_wait {
    struct list link;
    struct room *room;
    const char *person;     /* "" or the person whose ballots it needs; Borrows */
    char epoch[EPOCH_ROOM]; /* the epoch of `seq`: a version of another one is not waited for */
    int64_t seq;            /* the version it needs */
    int64_t until;          /* loop time at which it fails; INT64_MAX: never */
    void (*run)(struct room_wait *wait, enum error error);
};

struct room {
    struct live *live;
    char session[TEXT_ID_ROOM];
    enum room_state state;
    enum error gone; /* why, in ROOM_GONE */
    bool stale;
    char epoch[EPOCH_ROOM]; /* of the last load */
    struct view *view;
    struct list promotions;
    struct store_following *following;
    struct map topics;   /* name -> struct room_topic */
    struct map people;   /* id -> struct room_person */
    struct list clients; /* struct client, by room_link */
    struct list waits;
    struct list unread; /* struct room_person, by unread: to be read soon, together */
    size_t unread_count;
    int64_t read_at; /* loop time of the last reading */
    bool reading;    /* one is under way */
    unsigned holders;
    int64_t idle_since;  /* loop time; while nobody holds it */
    int64_t online;      /* distinct participants connected */
    int64_t online_told; /* as the store was last told at once */
    bool votes;          /* accepted since the last flush */
    bool groups; /* of those votes may not be told yet: a flush tells them a second after the one before */
    bool flushing;
    bool freezing;      /* a challenge_rules is under way */
    int64_t flushed_at; /* loop time */
    uv_timer_t flush_timer;
};

/* The room of a session, made and followed where there is none; hold it until room_release(). */
struct room *room_hold(struct live *live, const char *session);
/* Holds a room that one has once more; room_hold() would make one that is gone anew, and free this one. */
struct room *room_keep(struct room *room);
void room_release(struct room **room);
/* All of live goes: refuses what waits, and goes with the last call that holds it. */
void room_end(struct room *room);
/* The worker's second: waits that end, people to load again, and whether the room is to be forgotten. */
void room_second(struct room *room, int64_t loop_now);

/* Where a client says it is: a version, and the epoch (as clients see it) that came with it. */
struct room_position {
    const char *epoch;
    int64_t seq;
};

/* Runs `wait->run` later, once room, person and position (NULL: any) are there, or with an error. Keeps the
 * wait. timeout_ms -1: waits for as long as it takes. */
void room_wait(struct room *room, struct room_wait *wait, const char *person,
               const struct room_position *position, int64_t timeout_ms,
               void (*run)(struct room_wait *wait, enum error error));
void room_wait_cancel(struct room_wait *wait);

struct room_person *room_enter(struct room *room, const struct actor *actor);
void room_leave(struct room *room, const struct actor *actor);
/* The person whose ballots say what this actor sees of a topic; "" where they do not matter. Borrows of the
 * actor. */
const char *room_ballots_needed(const struct actor *actor, const struct topic *topic);
/* Why this actor may not read here at all, or ERROR_none: an observer without a token may where the session
 * is open to anyone, a brand's staff in its own sessions (others are unknown to them), a person unless shut
 * out. */
enum error room_refuses(const struct room *room, const struct actor *actor);
/* Keeps a person's ballots for the length of a request; nothing for who is no person. */
void room_visit(struct room *room, const struct actor *actor, bool begins);
/* The person's buckets and name, whether or not they are connected. */
struct room_person *room_person(struct room *room, const char *id);

/* The topic, opened where nobody listens yet; closed again by room_topic_check() once nobody does. */
struct room_topic *room_topic_find(struct room *room,
                                   const struct topic *topic); /* NULL: nobody listens to it */
struct room_topic *room_topic_open(struct room *room, const struct topic *topic);
void room_topic_check(struct room_topic *topic);
/* A vote is handed to the store in this turn: a flush follows within a tick. */
void room_voted(struct room *room);
/* Runs the waits that are over and has people read; live calls it once a turn. Answers in how many ms it
 * wants to be called again, or -1 for not before something happens. */
int64_t room_turn(struct room *room, int64_t loop_now);

/* What the hub asks of a room's topics (hub.h). */
struct frame *room_topic_encode(void *subject, int class, int64_t since, struct hub_cursor *cursor,
                                int64_t *out_version);
int64_t room_topic_from(void *subject, int class, int64_t since);

#endif
