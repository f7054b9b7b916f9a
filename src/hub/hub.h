/* The hub: who listens to what, and at which version each of them is.
 *
 * Owns topics and listeners as numbers and lists; knows no document, no socket and no clock: it is told the
 * time, asks `encode` for bytes and gives them to `send`. No queue per listener exists: a listener is a
 * version number, and one whose socket cannot take bytes is skipped until it can, when one frame has all that
 * it missed.
 *
 *   opened -> [PARTS: a snapshot comes in parts] -> LIVE --(send says no)--> BEHIND --hub_listener_ready()-->
 * LIVE
 *
 * Invariants (hub_assert_sane):
 *   1. a listener without parts under way is at a version that its socket took;
 *   2. between the parts of a snapshot no other frame of that topic is sent to that listener;
 *   3. a frame is encoded once for all listeners of a class at the same version. */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include "base/counters.h"
#include "base/frame.h"
#include "base/list.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#define HUB_CLASSES 5  /* audiences */
#define HUB_NOTHING -1 /* the version of a listener that holds nothing */

/* Where a snapshot in parts is; only `encode` knows what it means. */
struct hub_cursor {
    int64_t first;
    char after[TEXT_ID_ROOM];
    bool parts; /* more follow */
};

struct hub;
struct hub_topic;

struct hub_settings {
    void *owner;
    int64_t tick_ms;                /* between the frames of a topic, at least: hub/tick.h */
    struct counters_slot *counters; /* where frames of the class `counted` are; NULL: nowhere */
    int counted;
    /* The message from `since` (or HUB_NOTHING) or at `cursor` to now, for this class, and the version at
     * which it leaves the listener; NULL where nothing changed for it. The reference is the hub's. */
    struct frame *(*encode)(void *subject, int class, int64_t since, struct hub_cursor *cursor,
                            int64_t *out_version);
    /* The topic's last change for this class not after `since`: what listeners at `since` share. */
    int64_t (*from)(void *subject, int class, int64_t since);
    /* False where the listener's socket cannot take bytes now. */
    bool (*send)(void *listener, struct frame *frame);
};

struct hub_listener {
    struct list link;        /* of its topic */
    struct hub_topic *topic; /* NULL: closed */
    void *owner;             /* handed to `send` */
    int class;
    int64_t version;
    struct hub_cursor cursor;
    bool behind; /* wants hub_listener_ready() */
};

struct hub *hub_new(const struct hub_settings *settings);
void hub_free(struct hub **hub); /* all topics must be closed */

struct hub_topic *hub_topic_open(struct hub *hub, void *subject);
void hub_topic_close(struct hub_topic **topic); /* no listener may be left */
bool hub_topic_is_empty(const struct hub_topic *topic);

/* Listens from `version` on (HUB_NOTHING: from nothing) and sends what it misses at once. Keeps the listener.
 */
void hub_listen(struct hub_topic *topic, struct hub_listener *listener, void *owner, int class,
                int64_t version);
void hub_unlisten(struct hub_listener *listener);
/* The listener's socket takes bytes again. */
void hub_listener_ready(struct hub_listener *listener);
/* Whether all it has was sent: nothing changed since, nothing waits. */
bool hub_listener_is_current(const struct hub_listener *listener);
/* The listener becomes of another class; `patch` (Borrows; NULL: a snapshot will do) takes it there at
 * `version`. */
void hub_listener_reclass(struct hub_listener *listener, int class, struct frame *patch, int64_t version);
/* All listeners of the topic start again from nothing: another epoch. */
void hub_topic_restart(struct hub_topic *topic);

/* The topic changed for a class. Frames leave with the next hub_run(). */
void hub_topic_changed(struct hub_topic *topic, int class);
/* Sends what is due at `now_ms`: a topic's first change after a quiet tick at once, later ones a tick after
 * the last. Returns the ms until something is due, or -1. */
int64_t hub_run(struct hub *hub, int64_t now_ms);
uint64_t hub_sent(const struct hub *hub); /* frames so far, of all classes */
/* Frames encoded and sent so far, of one class. */
void hub_counts(const struct hub *hub, int class, uint64_t *out_encoded, uint64_t *out_sent);
void hub_assert_sane(const struct hub *hub);

#endif
