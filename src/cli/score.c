#include "cli/score.h"

#include <stddef.h>

const char *const score_names[ballot_count][2] = {
    [ballot_approval] = {"votes", NULL}, [ballot_updown] = {"up", "down"},
    [ballot_single] = {"votes", NULL},   [ballot_budget] = {"dots", "voters"},
    [ballot_stars] = {"sum", "voters"},
};

void score_add(struct score_counts *counts, enum ballot ballot, int64_t value, int sign)
{
    if (value == 0)
        return;
    switch (ballot) {
    case ballot_approval:
    case ballot_single: counts->of[0] += sign; break;
    case ballot_updown: counts->of[value > 0 ? 0 : 1] += sign; break;
    case ballot_budget:
    case ballot_stars:
        counts->of[0] += sign * value;
        counts->of[1] += sign;
        break;
    case ballot_count: break;
    }
}

int64_t score_of(enum ballot ballot, const struct score_counts *counts)
{
    switch (ballot) {
    case ballot_updown: return counts->of[0] - counts->of[1];
    case ballot_stars: return 1000 * (counts->of[0] + 15) / (counts->of[1] + 5);
    default: return counts->of[0];
    }
}

int64_t score_ballots(enum ballot ballot, const struct score_counts *counts)
{
    switch (ballot) {
    case ballot_updown: return counts->of[0] + counts->of[1];
    case ballot_budget:
    case ballot_stars: return counts->of[1];
    default: return counts->of[0];
    }
}

bool score_supports(enum ballot ballot, int64_t value)
{
    return ballot == ballot_stars ? value >= 4 : value > 0;
}
