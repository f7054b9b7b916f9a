/* Challenges of a truth: their rules, their words, and what they decided. */
#include "truth_inside.h"

static const char *const electorates[] = {
    "",
    "{\"levels\":[\"code\",\"verified\"]}",
    "{\"roles\":[\"expert\"]}",
    "{\"groups\":{\"status\":[\"client\",\"jury\"]},\"levels\":[\"code\"]}",
    "{\"groups\":{\"store\":[\"lille\"]},\"roles\":[\"participant\"]}",
    "{\"groups\":{\"status\":[\"staff\"],\"store\":[\"nantes\"]}}"};

static const struct {
    const char *rule;
    unsigned counts;
} outcome_rules[] = {{"", 7},
                     {"{\"winners\":2}", 7},
                     {"{\"counts\":[\"code\",\"verified\"]}", 6},
                     {"{\"counts\":[\"open\"],\"quorum\":3,\"winners\":1}", 1},
                     {"{\"counts\":[\"verified\"],\"quorum\":1}", 4}};

static void put_rules(struct truth *truth, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    truth_put(truth, word_name(WORDS_ballot, challenge->ballot), "c:c%d.ballot", c);
    truth_put(truth, word_name(WORDS_tally, challenge->tally), "c:c%d.tally", c);
    truth_put(truth, word_name(WORDS_proposals, challenge->proposals), "c:c%d.proposals", c);
    truth_put_number(truth, challenge->dots, !challenge->dots, "c:c", c, "dots");
    truth_put_number(truth, challenge->per_idea, !challenge->per_idea, "c:c", c, "per_idea");
    truth_put_number(truth, challenge->choose, !challenge->choose, "c:c", c, "choose");
    truth_put_number(truth, challenge->per_person, !challenge->per_person, "c:c", c, "ideas_per_person");
    truth_put(truth, challenge->electors, "c:c%d.electors", c);
    truth_put(truth, challenge->proposers, "c:c%d.proposers", c);
    truth_put(truth, challenge->outcome, "c:c%d.outcome", c);
    truth_put(truth, challenge->hashed ? "7d1f" : "", "c:c%d.rules", c);
}

static void put_state(struct truth *truth, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    truth_put(truth, word_name(WORDS_challenge_state, challenge->state), "c:c%d.state", c);
    truth_put_number(truth, challenge->opens_at, !challenge->opens_at, "c:c", c, "opens_at");
    truth_put_number(truth, challenge->closes_at, !challenge->closes_at, "c:c", c, "closes_at");
    truth_put_number(truth, challenge->opened_at, !challenge->opened_at, "c:c", c, "opened_at");
    truth_put_number(truth, challenge->closed_at, !challenge->closed_at, "c:c", c, "closed_at");
    truth_put(truth, challenge->outcomes, "c:c%d.outcomes", c);
    truth_put(truth, challenge->unsealed, "c:c%d.unsealed", c);
}

static void put_text(struct truth *truth, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    truth_put(truth, challenge->timeline, "c:c%d.timeline", c);
    truth_put(truth, challenge->title, "c:c%d.title", c);
    truth_put(truth, challenge->brief, "c:c%d.brief", c);
    truth_put(truth, challenge->noun, "c:c%d.noun", c);
}

void truth_put_challenge(struct truth *truth, int c)
{
    truth_put_number(truth, c + 1, false, "c:c", c, "n");
    put_text(truth, c);
    put_rules(truth, c);
    put_state(truth, c);
    truth_put_number(truth, truth_published(truth, c), false, "c:c", c, "ideas");
    truth_put_counts(truth, c);
    truth_put_group_voters(truth, c);
}

static void draw_rules(struct truth *truth, struct truth_challenge *challenge)
{
    challenge->ballot = (int)truth_pick(truth, ballot_count);
    challenge->tally = (int)truth_pick(truth, tally_count);
    challenge->proposals = (int)truth_pick(truth, proposals_count);
    challenge->dots = challenge->ballot == ballot_budget ? 5 + truth_pick(truth, 5) : 0;
    challenge->per_idea = challenge->dots && truth_pick(truth, 2) ? 3 : 0;
    challenge->choose = challenge->ballot == ballot_approval && truth_pick(truth, 2) ? 2 : 0;
    challenge->per_person = truth_pick(truth, 2) ? 3 : 0;
    snprintf(challenge->electors, sizeof(challenge->electors), "%s", electorates[truth_pick(truth, 6)]);
    snprintf(challenge->proposers, sizeof(challenge->proposers), "%s", electorates[truth_pick(truth, 6)]);
    unsigned rule = truth_pick(truth, 5);
    snprintf(challenge->outcome, sizeof(challenge->outcome), "%s", outcome_rules[rule].rule);
    challenge->counts = outcome_rules[rule].counts;
}

void truth_challenge_add(struct truth *truth)
{
    int c = truth->challenge_count++;
    struct truth_challenge *challenge = &truth->challenges[c];
    draw_rules(truth, challenge);
    truth_words(truth, challenge->title);
    challenge->state = truth_pick(truth, 3) ? challenge_state_open : challenge_state_planned;
    challenge->opens_at = challenge->state == challenge_state_planned ? truth->clock + 1000 : 0;
    challenge->opened_at = challenge->state == challenge_state_open ? truth->clock : 0;
    truth_put_challenge(truth, c);
    snprintf(truth->trace, sizeof(truth->trace), "challenge_add c%d %s %s", c,
             word_name(WORDS_ballot, challenge->ballot), word_name(WORDS_tally, challenge->tally));
    truth_emit(truth, EVENT_challenge_added);
}

void truth_challenge_edit(struct truth *truth, int c)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    if (challenge->state == challenge_state_planned && truth_pick(truth, 2)) {
        draw_rules(truth, challenge);
        put_rules(truth, c);
        for (int i = 0; i < truth->idea_count; i++)
            if (truth->ideas[i].challenge == c)
                truth_put_tally(truth, i);
    } else {
        snprintf(challenge->timeline, sizeof(challenge->timeline),
                 "[{\"at\":%" PRId64 ",\"reason\":\"r\",\"title\":{\"fr\":\"q\"}}]", truth->clock);
        truth_words(truth, challenge->title);
        truth_words(truth, challenge->brief);
        challenge->brief[0] *= (char)truth_pick(truth, 2);
        truth_words(truth, challenge->noun);
        challenge->noun[0] *= (char)truth_pick(truth, 2);
        challenge->closes_at = truth_pick(truth, 2) ? truth->clock + 60000 : 0;
        put_text(truth, c);
        put_state(truth, c);
    }
    snprintf(truth->trace, sizeof(truth->trace), "challenge_edit c%d", c);
    truth_emit(truth, EVENT_challenge_edited);
}

/* One more outcome beside those that there are: a part of what a real one says, of votes too. */
static void decide(struct truth *truth, int c, const char *kind)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    size_t size = strlen(challenge->outcomes);
    if (size + 160 > sizeof(challenge->outcomes))
        return;
    if (size)
        challenge->outcomes[--size] = '\0'; /* the closing bracket */
    snprintf(challenge->outcomes + size, sizeof(challenge->outcomes) - size,
             "%s{\"at\":%" PRId64 ",\"kind\":\"%s\",\"turnout\":{\"open\":%" PRId64 ",\"code\":%" PRId64
             "},\"winners\":[\"i%" PRId64 "\"],\"reason\":\"a, }]\\\" b\"}]",
             size ? "," : "[", truth->clock, kind, truth_voters(truth, c, level_open, -1, -1),
             truth_voters(truth, c, level_code, -1, -1), truth_votes(truth, c));
}

/* Those whose level or groups changed while it was closed count as they are now. */
static void recount(struct truth *truth, int c)
{
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        struct truth_person *person = &truth->people[p];
        person->ballots[c].level = person->level;
        memcpy(person->ballots[c].groups, person->groups, sizeof(person->groups));
    }
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->ideas[i].challenge == c) {
            truth_put_tally(truth, i);
            truth->dirty_group[i] = true;
        }
    truth_put_counts(truth, c);
    truth->dirty_groups[c] = true;
}

void truth_challenge_close(struct truth *truth, int c)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    challenge->state = challenge_state_closed;
    challenge->closed_at = truth->clock;
    decide(truth, c, "closing");
    put_state(truth, c);
}

/* planned -> open -> closed; closed -> open where it is not sealed. Closing flushes first. */
void truth_challenge_turn(struct truth *truth, int c)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    bool reopened = challenge->state == challenge_state_closed;
    if ((reopened && challenge->tally == tally_sealed) ||
        (truth->twins && challenge->state == challenge_state_open && challenge->tally != tally_live))
        return;
    truth_flush_groups(truth);
    bool opens = challenge->state != challenge_state_open;
    if (opens) {
        challenge->state = challenge_state_open;
        challenge->opened_at = challenge->opened_at ? challenge->opened_at : truth->clock;
        challenge->hashed |= !reopened;
        put_state(truth, c);
        truth_put(truth, challenge->hashed ? "7d1f" : "", "c:c%d.rules", c);
        recount(truth, c);
    } else {
        truth_challenge_close(truth, c);
    }
    truth_put_points(truth);
    snprintf(truth->trace, sizeof(truth->trace), "challenge c%d %s", c, opens ? "opens" : "closes");
    truth_emit(truth, opens ? EVENT_challenge_opened : EVENT_challenge_closed);
}

void truth_challenge_override(struct truth *truth, int c)
{
    if (truth->challenges[c].state != challenge_state_closed)
        return;
    decide(truth, c, "choice");
    truth_put(truth, truth->challenges[c].outcomes, "c:c%d.outcomes", c);
    snprintf(truth->trace, sizeof(truth->trace), "outcome_override c%d", c);
    truth_emit(truth, EVENT_outcome_overridden);
}

void truth_challenge_unseal(struct truth *truth, int c)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    if (challenge->tally != tally_sealed || challenge->state != challenge_state_open ||
        challenge->unsealed[0])
        return;
    snprintf(challenge->unsealed, sizeof(challenge->unsealed), "{\"at\":%" PRId64 ",\"by\":\"x\"}",
             truth->clock);
    truth_put(truth, challenge->unsealed, "c:c%d.unsealed", c);
    snprintf(truth->trace, sizeof(truth->trace), "seal_open c%d", c);
    truth_emit(truth, EVENT_seal_opened);
}
