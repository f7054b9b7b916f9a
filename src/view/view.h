/* A view: one session as this process sees it, kept by folding the fields of a load and the events after it.
 *
 * Owns every idea, challenge and person of the session, the sequence at which each of their parts last
 * changed, and the windows of each order and audience. Knows nothing of bytes, sockets, Redis or clocks: what
 * a document looks like is wire's, who listens is hub's. Pure: same fields and events, same view.
 *
 *   view_load_begin -> view_load_field* / view_apply* -> view_load_end -> view_apply* ...
 *
 * While loading, writes are only folded; view_load_end() builds the windows and sets the horizon: what is
 * older is not known, and is served as a snapshot. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "domain/actor.h"
#include "domain/error.h"
#include "domain/event.h"
#include "domain/topic.h"

struct view;

/* Whom to tell; a view without callbacks tells nobody. */
struct view_settings {
    void *owner;
    /* The document of this topic changed for this audience at this sequence, and for each of its kind only
     * once an event; a topic of TOPIC_me comes with its participant as subject. Called from view_apply(),
     * after the event is applied. */
    void (*changed)(void *owner, const struct topic *topic, enum audience audience, int64_t seq);
    /* This person's class for topics of this challenge changed from PUBLIC (or EXPERT) to VOTED. Called like
     * `changed`. */
    void (*promoted)(void *owner, const char *person, const char *challenge);
    /* How much is kept; 0: LIMIT_WINDOW, LIMIT_LEADERS, LIMIT_MINUTES, LIMIT_TOMBSTONES. All processes must
     * agree. */
    size_t window, leaders, minutes, tombstones;
};

struct view *view_new(const struct view_settings *settings);
void view_free(struct view **view);

void view_load_begin(struct view *view); /* forgets everything but who is here */
/* False where no such field exists: the session is of a version that this worker does not know. */
bool view_load_field(struct view *view, const struct field_write *field);
void view_load_end(struct view *view, const char *epoch, int64_t seq);
bool view_apply(struct view *view, const struct event *event); /* false as above */

bool view_is_ready(const struct view *view);
const char *view_epoch(const struct view *view);
int64_t view_seq(const struct view *view);

/* People whose ballots are kept, because they are connected here; counted: each enter wants a leave. Between
 * enter and the fields of people_read the person's `me` is not ready. */
void view_person_enter(struct view *view, const char *person);
void view_person_leave(struct view *view, const char *person);
/* The fields of people_read, read at `seq`; newer ones that an event brought meanwhile stand. Nothing is
 * taken while the view is loading, nor what was read before the load or the last enter: the person stays not
 * ready, and is read again. A load makes everybody not ready. */
void view_person_load(struct view *view, const char *person, const struct field_write *fields, size_t count,
                      int64_t seq);
bool view_person_is_ready(const struct view *view, const char *person);

bool view_has_topic(const struct view *view,
                    const struct topic *topic); /* its subject exists, whoever may see it */
/* The class in which this actor sees this topic. */
enum audience view_audience(const struct view *view, const struct actor *actor, const struct topic *topic);
/* The topic's last change for this audience; its horizon: from before it only a snapshot serves. */
int64_t view_topic_version(const struct view *view, const struct topic *topic, enum audience audience);
int64_t view_topic_horizon(const struct view *view, const struct topic *topic, enum audience audience);
/* The topic's last change not after `since` as far as it is remembered, else `since` itself: what a delta
 * calls `from`. */
int64_t view_topic_from(const struct view *view, const struct topic *topic, enum audience audience,
                        int64_t since);

/* Does a part, of some 20 ms at most, of what the next idea_similar would have to do; for quiet moments. */
void view_warm(struct view *view);

/* What live needs to know to answer without a document. */
const char *view_person_name(const struct view *view, const char *person); /* NULL: not known; "": has none */
bool view_has_challenge(const struct view *view, const char *challenge);
bool view_has_groups(const struct view *view);
bool view_is_open(const struct view *view);      /* its doors: anyone may come in */
const char *view_brand(const struct view *view); /* whose session it is; "default" where it does not say */
int64_t view_ends_at(const struct view *view);   /* ms; 0: never by itself */
/* Why this actor may be here no longer: banned, token_retired (by a later token, or another place that became
 * theirs) or code_revoked; ERROR_none where they may, or are not known. */
enum error view_shuts_out(const struct view *view, const struct actor *actor);
enum session_state view_session_state(const struct view *view);

#endif
