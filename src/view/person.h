/* A person: name and points of everybody, and the ballots of those who are connected here. */
#ifndef VIEW_PERSON_H
#define VIEW_PERSON_H

#include "base/list.h"
#include "view/field.h"
#include "view/track.h"
#include "view/window.h"

struct idea;
struct view;

struct ballot_entry {
    char idea[TEXT_ID_ROOM];
    int64_t value; /* 0: taken back; remembered so that a delta can say so */
    bool given_up;
    int64_t version;
};

/* What one person voted in one challenge. */
struct ballot_record {
    char challenge[TEXT_ID_ROOM];
    struct ballot_entry *entries; /* by id */
    size_t count;
    int64_t version; /* since when it is there */
    int64_t known;   /* the sequence at which it was true */
};

struct person {
    struct entity entity; /* first */
    struct person_fields fields;
    bool exists;             /* some field of it is known; else only its id is */
    struct list ideas;       /* own ideas */
    int64_t points, n;       /* by which it is ranked now */
    struct window_slot slot; /* leaders */
    unsigned here;           /* connections to this process */
    struct list of_here;
    bool loaded;      /* its ballots are known */
    int64_t followed; /* its ballots were kept from this sequence on: what was read before is not enough */
    struct ballot_record *ballots; /* by challenge */
    size_t ballot_count;
    struct track track; /* of `me` */
};

struct person *person_new(const char *id);
void person_free(struct person **person);

int person_compare(const void *a, const void *b); /* leaders: points descending, n ascending */

const struct ballot_record *person_ballot(const struct person *person, const char *challenge);
const struct ballot_entry *ballot_entry(const struct ballot_record *record, const char *idea);
/* Takes the ballot in as it was at `known`; FIELD_SAME where what is known is newer. Changed entries get
 * `seq` as their version. */
enum field_result person_set_ballot(struct person *person, const char *challenge, const char *value,
                                    size_t size, int64_t known, int64_t seq);

void person_settle(struct view *view, struct person *person, int64_t seq);
/* Before the ideas: tells own ideas that the name on them changed. */
void person_touch_ideas(struct view *view, struct person *person);
void person_mark(struct view *view, struct person *person, int64_t seq); /* topic `me`, where here */
void person_forget_ballots(struct person *person);

#endif
