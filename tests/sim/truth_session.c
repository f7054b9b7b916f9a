/* A truth as a whole: the session's own words and states, and what happens next. */
#include "truth_inside.h"
#include "base/memory.h"

static void put_time(struct truth *truth, int64_t time, const char *name)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, time);
    truth_put(truth, time ? text : "", "s:s.%s", name);
}

static void put_state(struct truth *truth)
{
    truth_put(truth, word_name(WORDS_session_state, truth->state), "s:s.state");
    put_time(truth, truth->opened_at, "opened_at");
    put_time(truth, truth->ends_at, "ends_at");
    put_time(truth, truth->closed_at, "closed_at");
    truth_put(truth, truth->rehearsal, "s:s.rehearsal");
}

static void put_session(struct truth *truth)
{
    truth_put(truth, truth->title, "s:s.title");
    truth_put(truth, "fr", "s:s.locale");
    truth_put(truth, "fr en", "s:s.languages");
    truth_put(truth, truth_groups, "s:s.groups");
    truth_put(truth, "{\"version\":\"1\",\"text\":{\"fr\":\"T\"}}", "s:s.terms");
    truth_put(truth, truth->join, "s:s.join");
    truth_put(truth, "60000", "s:s.created_at");
    truth_put(truth, truth->announcement, "s:s.announcement");
    put_time(truth, truth->announced_at, "announced_at");
    truth_put(truth, truth->frozen ? "1" : "", "s:s.frozen");
    truth_put(truth, truth->revoked ? "1" : "", "s:s.revoked.k1");
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, truth->online);
    truth_put(truth, text, "s:s.people");
    put_state(truth);
}

void truth_session_edit(struct truth *truth)
{
    char text[24];
    switch (truth_pick(truth, 6)) {
    case 0:
        truth_words(truth, truth->title);
        truth_put(truth, truth->title, "s:s.title");
        break;
    case 1:
        truth_words(truth, truth->announcement);
        truth->announcement[0] *= (char)truth_pick(truth, 2);
        truth->announced_at = truth->announcement[0] ? truth->clock : 0;
        truth_put(truth, truth->announcement, "s:s.announcement");
        put_time(truth, truth->announced_at, "announced_at");
        break;
    case 2:
        truth->frozen = !truth->frozen;
        truth_put(truth, truth->frozen ? "1" : "", "s:s.frozen");
        break;
    case 3:
        snprintf(truth->join, sizeof(truth->join), "%s", truth_pick(truth, 2) ? "open code" : "sso");
        truth_put(truth, truth->join, "s:s.join");
        break;
    case 4:
        truth->ends_at = truth_pick(truth, 2) ? truth->clock + 90000 : 0;
        put_time(truth, truth->ends_at, "ends_at");
        break;
    default:
        truth->online = truth_pick(truth, 4);
        snprintf(text, sizeof(text), "%" PRId64, truth->online);
        truth_put(truth, text, "s:s.people");
    }
    snprintf(truth->trace, sizeof(truth->trace), "session_edit");
    truth_emit(truth, EVENT_session_edited);
}

/* The brand's own ideas stay, under new names; all else that was contributed is gone. Returns how many were.
 */
static int discard(struct truth *truth)
{
    int kept = 0, count = truth->idea_count;
    for (int i = 0; i < count; i++)
        if (truth->ideas[i].author < 0) {
            truth->ideas[kept] = truth->ideas[i];
            truth->ideas[kept++].state = idea_state_published;
        }
    truth->idea_count = kept;
    for (int p = 0; p < TRUTH_PEOPLE; p++)
        truth->people[p] = (struct truth_person){.merged = -1};
    for (int c = 0; c < truth->challenge_count; c++) {
        struct truth_challenge *challenge = &truth->challenges[c];
        challenge->state = challenge->opens_at ? challenge_state_planned : challenge_state_open;
        challenge->opened_at = challenge->state == challenge_state_open ? truth->clock : 0;
        challenge->closed_at = 0;
        challenge->hashed = false;
        challenge->outcomes[0] = challenge->unsealed[0] = challenge->timeline[0] = '\0';
        memset(challenge->minutes, 0, sizeof(challenge->minutes));
    }
    memset(truth->dirty_idea, 0, sizeof(truth->dirty_idea));
    memset(truth->dirty_minute, 0, sizeof(truth->dirty_minute));
    memset(truth->dirty_ballot, 0, sizeof(truth->dirty_ballot));
    memset(truth->dirty_challenge, 0, sizeof(truth->dirty_challenge));
    memset(truth->dirty_group, 0, sizeof(truth->dirty_group));
    memset(truth->dirty_groups, 0, sizeof(truth->dirty_groups));
    truth->dirty = false;
    return count - kept;
}

/* A draft opens: another epoch, in which nobody has been here yet. */
static void open_draft(struct truth *truth)
{
    int people = 0, votes = 0;
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        people += truth->people[p].joined;
        for (int c = 0; c < truth->challenge_count; c++) /* not what was voted: that may be sealed */
            votes += truth->people[p].ballots[c].cast;
    }
    int ideas = discard(truth);
    snprintf(truth->rehearsal, sizeof(truth->rehearsal),
             "{\"at\":%" PRId64 ",\"people\":%d,\"ideas\":%d,\"votes\":%d}", truth->clock, people, ideas,
             votes);
    snprintf(truth->epoch, sizeof(truth->epoch), "9f3c01aa77e3");
    truth->state = session_state_open;
    truth->opened_at = truth->clock;
    truth->revoked = false;
    truth->began = truth->seq + 1;
    map_clear(&truth->published);
    put_session(truth);
    for (int c = 0; c < truth->challenge_count; c++)
        truth_put_challenge(truth, c);
    for (int i = 0; i < truth->idea_count; i++)
        truth_put_idea(truth, i);
    snprintf(truth->trace, sizeof(truth->trace), "session_open of a draft");
    truth_emit(truth, EVENT_session_opened);
    if (!truth->idea_count)
        truth_idea_add(truth);
}

void truth_session_turn(struct truth *truth)
{
    bool closes = truth->state == session_state_open;
    if (truth->state == session_state_draft) {
        open_draft(truth);
        return;
    }
    for (int c = 0; closes && truth->twins && c < truth->challenge_count; c++)
        if (truth->challenges[c].state == challenge_state_open && truth->challenges[c].tally != tally_live)
            return; /* what twins differ in stays under its seal */
    truth_flush_groups(truth);
    truth->state = closes ? session_state_closed : session_state_open;
    if (closes)
        truth->closed_at = truth->clock;
    for (int c = 0; closes && c < truth->challenge_count; c++)
        if (truth->challenges[c].state == challenge_state_open)
            truth_challenge_close(truth, c);
    put_state(truth);
    truth_put_points(truth);
    snprintf(truth->trace, sizeof(truth->trace), "session %s", closes ? "closes" : "opens again");
    truth_emit(truth, closes ? EVENT_session_closed : EVENT_session_opened);
}

static void steer(struct truth *truth, unsigned op, int c)
{
    if (op < 3 && truth->challenge_count < TRUTH_CHALLENGES)
        truth_challenge_add(truth);
    else if (op < 7)
        truth_challenge_edit(truth, c);
    else if (op < 13)
        truth_challenge_turn(truth, c);
    else if (op < 15)
        truth_challenge_override(truth, c);
    else if (op == 15)
        truth_challenge_unseal(truth, c);
    else if (op < 18)
        truth_session_turn(truth);
    else
        truth_session_edit(truth);
}

void truth_step(struct truth *truth)
{
    truth->clock += 1000 + truth_pick(truth, 30000);
    unsigned op = truth_pick(truth, 100), i = truth_pick(truth, 1000),
             c = truth_pick(truth, (unsigned)truth->challenge_count);
    if (truth->idea_count)
        i %= (unsigned)truth->idea_count;
    if (op < 10 && truth->idea_count < TRUTH_IDEAS)
        truth_idea_add(truth);
    else if (op < 15 && truth->idea_count)
        truth_idea_edit(truth, (int)i);
    else if (op < 23 && truth->idea_count)
        truth_idea_move(truth, (int)i);
    else if (op < 54)
        truth_vote(truth);
    else if (op < 63)
        truth_flush(truth);
    else if (op < 70)
        truth_flush_groups(truth);
    else if (op < 85)
        steer(truth, truth_pick(truth, 20), (int)c);
    else if (op < 93)
        truth_person_change(truth, (int)truth_pick(truth, TRUTH_PEOPLE));
    else
        truth_person_join(truth, (int)truth_pick(truth, TRUTH_PEOPLE));
}

void truth_init(struct truth *truth, uint64_t seed, bool twins, bool twin)
{
    *truth =
        (struct truth){.random = {seed * 7919 + 17}, .other = {seed * 31 + 5}, .twins = twins, .twin = twin};
    truth->clock = 60000;
    truth->began = 1;
    snprintf(truth->epoch, sizeof(truth->epoch), "9f3c01aa77e2");
    snprintf(truth->title, sizeof(truth->title), "s");
    snprintf(truth->join, sizeof(truth->join), "open");
    truth->state = truth_pick(truth, 3) ? session_state_open : session_state_draft;
    for (int p = 0; p < TRUTH_PEOPLE; p++)
        truth->people[p].merged = -1;
    put_session(truth);
    truth_emit(truth, EVENT_session_created);
    truth_challenge_add(truth);
    truth_challenge_add(truth);
    for (int p = 0; p < TRUTH_PEOPLE - 1; p++)
        truth_person_join(truth, p);
    for (int i = 0; i < 4; i++)
        truth_idea_add(truth);
}
