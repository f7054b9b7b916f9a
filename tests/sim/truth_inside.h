/* How the steps of a truth write their events. */
#ifndef SIM_TRUTH_INSIDE_H
#define SIM_TRUTH_INSIDE_H

#include "truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

unsigned truth_pick(struct truth *truth, unsigned below); /* a draw of the history */
/* One write of the event being made: `key` by printf. */
void truth_put(struct truth *truth, const char *value, const char *key, ...)
    __attribute__((format(printf, 3, 4)));
void truth_put_number(struct truth *truth, int64_t value, bool absent, const char *entity, int id,
                      const char *name);
void truth_emit(struct truth *truth, enum event_kind kind);

/* A text, sometimes by language. */
void truth_words(struct truth *truth, char out_words[TRUTH_WORDS]);

void truth_put_points(
    struct truth *truth); /* by points.def, what is earned under a seal held until it opens */
void truth_put_tally(struct truth *truth, int idea);
void truth_put_groups(struct truth *truth, int idea);
void truth_put_counts(struct truth *truth, int challenge);
void truth_put_group_voters(struct truth *truth, int challenge);
void truth_put_challenge(struct truth *truth, int challenge);
void truth_put_idea(struct truth *truth, int idea);

void truth_challenge_add(struct truth *truth);
void truth_challenge_edit(struct truth *truth, int challenge);
void truth_challenge_turn(struct truth *truth, int challenge);  /* opens or closes */
void truth_challenge_close(struct truth *truth, int challenge); /* its writes alone; all is flushed before */
void truth_challenge_override(struct truth *truth, int challenge);
void truth_challenge_unseal(struct truth *truth, int challenge);
void truth_idea_add(struct truth *truth);
void truth_idea_edit(struct truth *truth, int idea);
void truth_idea_move(struct truth *truth, int idea);
void truth_vote(struct truth *truth);
void truth_person_join(struct truth *truth, int person);
void truth_person_change(struct truth *truth, int person); /* upgraded, merged, banned, erased ... */
void truth_session_edit(struct truth *truth);
void truth_session_turn(struct truth *truth); /* opens or closes; from a draft, begins anew */

#endif
