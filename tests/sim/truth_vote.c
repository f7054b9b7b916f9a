/* Votes of a truth. */
#include "truth_inside.h"

/* What a person's other votes take of what there is to spend, by votes that count now or, with `parked`,
 * might again. */
static int64_t spent(const struct truth *truth, int p, int c, int but, bool parked)
{
    int64_t sum = 0;
    for (int i = 0; i < truth->idea_count; i++)
        if (i != but && truth->ideas[i].challenge == c && truth_counts(truth, p, i) &&
            (parked || truth->ideas[i].state == idea_state_published))
            sum += truth->challenges[c].ballot == ballot_budget ? truth->people[p].ballots[c].value[i] : 1;
    return sum;
}

/* The value that is accepted in place of the one drawn. */
static int64_t clamp(const struct truth *truth, int p, int c, int i, int64_t value)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    switch (challenge->ballot) {
    case ballot_updown: return value % 3 - 1;
    case ballot_stars: return value % 6;
    case ballot_single: return value % 4 != 0;
    case ballot_approval:
        return value % 4 != 0 && (!challenge->choose || spent(truth, p, c, i, false) < challenge->choose);
    default: break;
    }
    int64_t left = challenge->dots - spent(truth, p, c, i, false);
    value %= 4;
    return value > left ? left : value;
}

static void vote_record(struct truth *truth, int p, int c, int i, int64_t value)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    struct truth_ballot *ballot = &truth->people[p].ballots[c];
    value = clamp(truth, p, c, i, value);
    int64_t limit = challenge->ballot == ballot_budget   ? challenge->dots
                    : challenge->ballot == ballot_single ? 1
                                                         : challenge->choose;
    for (int other = 0; value && challenge->ballot == ballot_single && other < truth->idea_count; other++)
        if (other != i && ballot->value[other] && truth->ideas[other].challenge == c &&
            truth->ideas[other].state == idea_state_published) {
            ballot->value[other] = 0;
            truth->dirty_idea[other] = truth->dirty_group[other] = true;
        }
    int64_t need = challenge->ballot == ballot_budget ? value : value != 0;
    for (int other = 0; limit && other < truth->idea_count; other++)
        if (other != i && need && spent(truth, p, c, i, true) + need > limit &&
            truth_counts(truth, p, other) && truth->ideas[other].challenge == c &&
            truth->ideas[other].state != idea_state_published) {
            ballot->given_up[other] = true;
            truth->dirty_idea[other] = truth->dirty_group[other] = true;
        }
    ballot->value[i] = value;
    ballot->given_up[i] = false;
    ballot->cast = true;
    ballot->level = truth->people[p].level;
    memcpy(ballot->groups, truth->people[p].groups, sizeof(ballot->groups));
    challenge->minutes[truth_minute(truth)][truth->people[p].level]++;
    truth->dirty_group[i] = truth->dirty_groups[c] = true;
    truth->dirty_idea[i] = truth->dirty_ballot[p][c] = truth->dirty_challenge[c] = truth->dirty = true;
    truth->dirty_minute[c][truth_minute(truth)] = true;
}

void truth_vote(struct truth *truth)
{
    int p = (int)truth_pick(truth, TRUTH_PEOPLE),
        c = (int)truth_pick(truth, (unsigned)truth->challenge_count), of[TRUTH_IDEAS];
    unsigned pick = truth_pick(truth, 1000), value = truth_pick(truth, 1000), count = 0;
    if (truth->twin && truth->challenges[c].tally != tally_live) {
        pick = truth_draw(&truth->other, 1000);
        value = truth_draw(&truth->other, 1000);
    }
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->ideas[i].challenge == c && truth->ideas[i].state == idea_state_published)
            of[count++] = i;
    if (!truth->people[p].joined || truth->people[p].banned || truth->people[p].merged >= 0 ||
        truth->frozen || truth->state == session_state_closed ||
        truth->challenges[c].state != challenge_state_open || !count)
        return;
    vote_record(truth, p, c, of[pick % count], value);
    snprintf(truth->trace, sizeof(truth->trace), "vote_cast p%d i%d", p, of[pick % count]);
}
