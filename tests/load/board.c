#include "board.h"
#include "base/memory.h"

void board_init(struct board *board, unsigned ideas, unsigned voters)
{
    *board = (struct board){.ideas = ideas, .voters = voters};
    board->tracks = memory_alloc(ideas * sizeof(*board->tracks));
    for (unsigned i = 0; voters && i < ideas; i++)
        board->tracks[i].stamps = memory_alloc(2 * voters * sizeof(uint64_t));
}

void board_clear(struct board *board)
{
    for (unsigned i = 0; i < board->ideas; i++)
        free(board->tracks[i].stamps);
    free(board->tracks);
    *board = (struct board){0};
}

void board_vote(struct board *board, uint64_t stamp, unsigned *out_voter, unsigned *out_idea, int *out_value)
{
    unsigned voter = (unsigned)(board->turn % board->voters);
    unsigned idea = (unsigned)((board->turn / board->voters + voter) % board->ideas);
    struct board_idea *track = &board->tracks[idea];
    board->turn++;
    *out_voter = voter;
    *out_idea = idea;
    *out_value = track->sent / board->voters % 2 == 0;
    track->stamps[track->sent++ % (2 * board->voters)] = stamp;
}

static uint64_t board_shown_in(const struct board *board, uint64_t pass, uint64_t count)
{
    return pass * board->voters + (pass % 2 ? board->voters - count : count);
}

uint64_t board_shown(const struct board *board, unsigned idea, uint64_t count)
{
    uint64_t sent = board->tracks[idea].sent;
    if (!sent || count > board->voters)
        return 0;
    uint64_t pass = (sent - 1) / board->voters, shown = board_shown_in(board, pass, count);
    if (shown > sent && pass > 0)
        shown = board_shown_in(board, pass - 1, count);
    return shown > sent ? 0 : shown;
}

uint64_t board_count(const struct board *board, unsigned idea)
{
    uint64_t sent = board->tracks[idea].sent;
    if (!sent)
        return 0;
    uint64_t pass = (sent - 1) / board->voters, in_pass = sent - pass * board->voters;
    return pass % 2 ? board->voters - in_pass : in_pass;
}
