/* The inside of a view, for the files of this folder and for wire, which only reads it. */
#ifndef VIEW_MODEL_H
#define VIEW_MODEL_H

#include "base/map.h"
#include "view/challenge.h"
#include "view/idea.h"
#include "view/person.h"
#include "view/view.h"

struct session {
    struct entity entity; /* first */
    struct session_fields fields;
};

struct view_mark {
    struct topic topic;
    unsigned audiences; /* bits of enum audience */
};

struct view_promotion {
    char person[TEXT_ID_ROOM], challenge[TEXT_ID_ROOM];
};

struct view {
    struct view_settings settings;
    bool loading, ready;
    char epoch[EPOCH_ROOM];
    int64_t seq, horizon;
    struct session session;
    struct track session_track;
    struct dimensions dimensions;
    struct map revoked; /* codes and batches of them; owns its keys, which are its values too */
    struct map challenges, ideas, people; /* own their values; keys lie in them */
    struct ranking challenge_order;       /* by id, so that every process writes them alike */
    struct ranking leaders;               /* people with points */
    struct window leaders_window;
    struct track leaders_track;
    struct list here; /* people connected to this process */

    /* Of the event being applied. */
    struct entity **touched;
    size_t touched_count, touched_room;
    struct view_mark *marks;
    size_t mark_count, mark_room;
    struct view_promotion *promotions;
    size_t promotion_count, promotion_room;
};

struct challenge *view_challenge(const struct view *view, const char *id); /* NULL where there is none */
struct idea *view_idea(const struct view *view, const char *id); /* NULL also where it is not placed */
struct person *view_person(const struct view *view, const char *id);
struct person *view_person_make(struct view *view, const char *id); /* with no field, where it is new */

/* Remembers that the event changed these parts (bits). */
void view_touch(struct view *view, struct entity *entity, uint32_t parts);
/* The document of this topic changed for these audiences (bits) at this sequence. */
void view_mark(struct view *view, struct track *track, const struct topic *topic, unsigned audiences,
               int64_t seq);
unsigned view_class_audiences(enum view_class class);
#define VIEW_AUDIENCES_PLAIN (1u << AUDIENCE_PUBLIC | 1u << AUDIENCE_EXPERT | 1u << AUDIENCE_STAFF)
void view_promote(struct view *view, const char *person, const char *challenge);

/* Folds one write; false where it is not understood. */
bool view_fold(struct view *view, const struct field_write *write, int64_t seq);
void view_settle(struct view *view, int64_t seq); /* after all writes of an event */

#endif
