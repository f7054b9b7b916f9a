/* A challenge: its fields, the orders of its ideas, the windows on them, and who sees its tallies. */
#ifndef VIEW_CHALLENGE_H
#define VIEW_CHALLENGE_H

#include "view/field.h"
#include "view/group.h"
#include "view/minutes.h"
#include "view/track.h"
#include "view/window.h"

struct idea;
struct similar;
struct view;

/* Audiences that see the same of a challenge. Experts are public until they have voted. */
enum view_class { CLASS_PUBLIC, CLASS_VOTED, CLASS_STAFF, CLASS_COUNT };
enum view_class view_class(enum audience audience);

/* The total orders: score descending, mix ascending, n descending; ties by n ascending. */
enum rank { RANK_SCORE, RANK_MIX, RANK_NUMBER, RANK_COUNT };
enum rank_set { RANK_PUBLISHED, RANK_ALL, RANK_SETS };

struct challenge {
    struct entity entity; /* first: entities are told apart by their kind */
    struct challenge_fields fields;
    struct minutes minutes;
    struct group_voters groups[GROUP_DIMENSIONS]; /* those of the session's dimensions */
    struct ranking rankings[RANK_COUNT][RANK_SETS];
    struct window windows[order_count][CLASS_COUNT];
    struct track ideas_tracks[order_count][CLASS_COUNT];
    struct track results_tracks[CLASS_COUNT];
    bool sees[CLASS_COUNT];             /* whether the class sees the tallies */
    int64_t revealed[CLASS_COUNT];      /* when that last changed: a tally is no older than this */
    int64_t ideas_horizon[CLASS_COUNT]; /* of the topics of single ideas */
    int ballot;                         /* by which the scores were computed */
    unsigned counts;                    /* the levels that they count, as bits */
    bool placed;                        /* rankings and windows are made */
    struct similar *similar;            /* NULL until somebody asks */
};

struct challenge *challenge_new(const char *id, size_t minutes);
void challenge_free(struct challenge **challenge);

bool challenge_sees(const struct challenge *challenge, enum view_class class); /* by its fields */
/* The order in which this class sees the ideas. */
struct ranking *challenge_ranking(struct challenge *challenge, enum order order, enum view_class class);

/* The levels that its outcome counts, and by which ideas are ranked, as bits. */
unsigned challenge_counts(const struct challenge *challenge);
/* What a score is worth: of two counts, under this ballot. */
int64_t challenge_score(enum ballot ballot, int64_t a, int64_t b);

/* Takes in what the event changed in its fields. */
void challenge_settle(struct view *view, struct challenge *challenge, int64_t seq);
/* Evaluates the windows whose order changed. */
void challenge_evaluate(struct view *view, struct challenge *challenge, int64_t seq);
/* The session has other dimensions: nothing is known of what was shown by the old ones. */
void challenge_regroup(struct view *view, struct challenge *challenge, int64_t seq);
/* Makes rankings and windows of all ideas at once, with nothing remembered. */
void challenge_load_end(struct view *view, struct challenge *challenge, int64_t seq);

#endif
