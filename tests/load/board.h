/* The votes of one session as they were sent, so that a tally that arrives says which of them it shows.
 *
 * Every voter votes for every idea once in a pass: 1 in even passes, 0 in odd ones. So an idea's count of
 * votes says how many of its votes of this pass are in it, and the first that were sent are taken for those:
 * over all votes of an idea the sum of the times is exact, and only which vote waited how long may be
 * another's. */
#ifndef LOAD_BOARD_H
#define LOAD_BOARD_H

#include <stdint.h>

struct board_idea {
    uint64_t sent;    /* votes so far, all passes */
    uint64_t *stamps; /* of the last two passes: when each was to be sent */
};

struct board {
    unsigned ideas, voters;
    uint64_t turn; /* votes handed out */
    struct board_idea *tracks;
};

void board_init(struct board *board, unsigned ideas, unsigned voters);
void board_clear(struct board *board);
/* The next vote, which is to be sent at `stamp`: by which voter, for which idea (from 0), its value. */
void board_vote(struct board *board, uint64_t stamp, unsigned *out_voter, unsigned *out_idea, int *out_value);
/* How many of the votes that were sent for an idea a count of votes shows. */
uint64_t board_shown(const struct board *board, unsigned idea, uint64_t count);
/* When the vote of that number (from 1) was to be sent. */
static inline uint64_t board_stamp(const struct board *board, unsigned idea, uint64_t number)
{
    return board->tracks[idea].stamps[(number - 1) % (2 * board->voters)];
}
/* The count of votes that an idea has when all that were sent count. */
uint64_t board_count(const struct board *board, unsigned idea);

#endif
