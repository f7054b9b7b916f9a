#include "truth.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned truth_draw(struct truth_random *random, unsigned below)
{
    random->state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (unsigned)((z ^ (z >> 31)) % below);
}

static unsigned draw(struct truth *truth, unsigned below)
{
    return truth_draw(&truth->random, below);
}

/* One write of the event being made: `key` by printf, behind it the value. */
static void put(struct truth *truth, const char *value, const char *key, ...)
    __attribute__((format(printf, 3, 4)));
static void put(struct truth *truth, const char *value, const char *key, ...)
{
    char name[64];
    va_list list;
    va_start(list, key);
    vsnprintf(name, sizeof(name), key, list);
    va_end(list);
    if (truth->pending_count == truth->pending_room) {
        truth->pending_room = truth->pending_room ? truth->pending_room * 2 : 32;
        truth->pending = memory_resize(truth->pending, truth->pending_room * sizeof(*truth->pending));
    }
    struct field_write *write = &truth->pending[truth->pending_count++];
    write->key = memory_string(name);
    write->value = memory_string(value);
    write->key_size = strlen(write->key);
    write->value_size = strlen(write->value);
}

static void put_number(struct truth *truth, int64_t value, bool absent, const char *entity, int id,
                       const char *name)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, value);
    put(truth, absent ? "" : text, "%s%d.%s", entity, id, name);
}

static void emit(struct truth *truth, enum event_kind kind)
{
    struct truth_event *event = &truth->events[++truth->seq];
    event->writes = truth->pending;
    event->event = (struct event){.kind = kind,
                                  .seq = truth->seq,
                                  .at = truth->clock,
                                  .epoch = TRUTH_EPOCH,
                                  .writes = event->writes,
                                  .write_count = truth->pending_count};
    for (size_t i = 0; i < truth->pending_count; i++)
        map_put(&truth->published, event->writes[i].key, (void *)&event->writes[i]);
    truth->pending = NULL;
    truth->pending_count = truth->pending_room = 0;
}

int64_t truth_minute(const struct truth *truth)
{
    return truth->clock / 60000;
}

bool truth_counts(const struct truth *truth, int person, int idea)
{
    const struct truth_ballot *ballot = &truth->people[person].ballots[truth->ideas[idea].challenge];
    return ballot->value[idea] != 0 && !ballot->given_up[idea];
}

void truth_tally(const struct truth *truth, int idea, int64_t out_counts[level_count][2])
{
    memset(out_counts, 0, sizeof(int64_t) * level_count * 2);
    const struct truth_challenge *challenge = &truth->challenges[truth->ideas[idea].challenge];
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        if (!truth_counts(truth, p, idea))
            continue;
        int64_t value = truth->people[p].ballots[truth->ideas[idea].challenge].value[idea];
        int64_t *counts = out_counts[truth->people[p].level];
        switch (challenge->ballot) {
        case ballot_updown: counts[value < 0]++; break;
        case ballot_budget:
        case ballot_stars:
            counts[0] += value;
            counts[1]++;
            break;
        default: counts[0]++;
        }
    }
}

int64_t truth_votes(const struct truth *truth, int challenge)
{
    int64_t votes = 0;
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->ideas[i].challenge == challenge && truth->ideas[i].state == idea_state_published)
            for (int p = 0; p < TRUTH_PEOPLE; p++)
                votes += truth_counts(truth, p, i);
    return votes;
}

int64_t truth_voters(const struct truth *truth, int challenge)
{
    int64_t voters = 0;
    for (int p = 0; p < TRUTH_PEOPLE; p++)
        voters += truth->people[p].ballots[challenge].cast;
    return voters;
}

int64_t truth_published(const struct truth *truth, int challenge)
{
    int64_t ideas = 0;
    for (int i = 0; i < truth->idea_count; i++)
        ideas += truth->ideas[i].challenge == challenge && truth->ideas[i].state == idea_state_published;
    return ideas;
}

/* By points.def, what is earned under a seal held until it opens. */
static void put_points(struct truth *truth)
{
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        int64_t points = 0;
        for (int c = 0; c < truth->challenge_count; c++)
            points += 2 * truth->people[p].ballots[c].cast;
        for (int i = 0; i < truth->idea_count; i++) {
            const struct truth_idea *idea = &truth->ideas[i];
            const struct truth_challenge *challenge = &truth->challenges[idea->challenge];
            if (idea->author != p || idea->state != idea_state_published)
                continue;
            points += 10;
            for (int q = 0; q < TRUTH_PEOPLE; q++)
                points += q != p && truth_counts(truth, q, i) &&
                          (challenge->tally == tally_live || challenge->state == challenge_state_closed);
        }
        if (points != truth->people[p].points)
            put_number(truth, points, points == 0, "p:p", p, "points");
        truth->people[p].points = points;
    }
}

static void put_ballot(struct truth *truth, int p, int c)
{
    char text[256];
    int size = snprintf(text, sizeof(text), "%s -", word_name(WORDS_level, truth->people[p].level));
    const struct truth_ballot *ballot = &truth->people[p].ballots[c];
    for (int i = truth->idea_count - 1; i >= 0; i--) /* in no order that a document has */
        if (ballot->value[i])
            size += snprintf(text + size, sizeof(text) - (size_t)size, " i%d:%" PRId64 "%s", i,
                             ballot->value[i], ballot->given_up[i] ? "*" : "");
    put(truth, text, "p:p%d.ballot.c%d", p, c);
}

static void put_tally(struct truth *truth, int i)
{
    int64_t counts[level_count][2];
    truth_tally(truth, i, counts);
    char text[160];
    int size = 0;
    for (int level = 0; level < level_count; level++)
        size += snprintf(text + size, sizeof(text) - (size_t)size, "%s%" PRId64 " %" PRId64, level ? " " : "",
                         counts[level][0], counts[level][1]);
    put(truth, text, "i:i%d.tally", i);
}

static void put_counts(struct truth *truth, int c)
{
    put_number(truth, truth_voters(truth, c), false, "c:c", c, "voters");
    put_number(truth, truth_votes(truth, c), false, "c:c", c, "votes");
}

void truth_flush(struct truth *truth)
{
    if (!truth->dirty)
        return;
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->dirty_idea[i])
            put_tally(truth, i);
    for (int c = 0; c < truth->challenge_count; c++) {
        for (int p = 0; p < TRUTH_PEOPLE; p++)
            if (truth->dirty_ballot[p][c])
                put_ballot(truth, p, c);
        for (int m = 0; m < TRUTH_MINUTES; m++)
            if (truth->dirty_minute[c][m]) {
                char text[80];
                const int64_t *counts = truth->challenges[c].minutes[m];
                snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %" PRId64, counts[0], counts[1],
                         counts[2]);
                put(truth, text, "c:c%d.minute.%d", c, m);
            }
        if (truth->dirty_challenge[c])
            put_counts(truth, c);
    }
    put_points(truth);
    memset(truth->dirty_idea, 0, sizeof(truth->dirty_idea));
    memset(truth->dirty_minute, 0, sizeof(truth->dirty_minute));
    memset(truth->dirty_ballot, 0, sizeof(truth->dirty_ballot));
    memset(truth->dirty_challenge, 0, sizeof(truth->dirty_challenge));
    truth->dirty = false;
    emit(truth, EVENT_tally_flushed);
}

static void put_rules(struct truth *truth, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    put(truth, word_name(WORDS_ballot, challenge->ballot), "c:c%d.ballot", c);
    put(truth, word_name(WORDS_tally, challenge->tally), "c:c%d.tally", c);
    put(truth, word_name(WORDS_proposals, challenge->proposals), "c:c%d.proposals", c);
    put_number(truth, challenge->dots, !challenge->dots, "c:c", c, "dots");
    put_number(truth, challenge->per_idea, !challenge->per_idea, "c:c", c, "per_idea");
    put_number(truth, challenge->choose, !challenge->choose, "c:c", c, "choose");
    put_number(truth, challenge->per_person, !challenge->per_person, "c:c", c, "ideas_per_person");
}

static void put_state(struct truth *truth, int c)
{
    const struct truth_challenge *challenge = &truth->challenges[c];
    put(truth, word_name(WORDS_challenge_state, challenge->state), "c:c%d.state", c);
    put_number(truth, challenge->opens_at, !challenge->opens_at, "c:c", c, "opens_at");
    put_number(truth, challenge->closes_at, !challenge->closes_at, "c:c", c, "closes_at");
    put_number(truth, challenge->opened_at, !challenge->opened_at, "c:c", c, "opened_at");
    put_number(truth, challenge->closed_at, !challenge->closed_at, "c:c", c, "closed_at");
}

static void draw_rules(struct truth *truth, struct truth_challenge *challenge)
{
    challenge->ballot = (int)draw(truth, ballot_count);
    challenge->tally = (int)draw(truth, tally_count);
    challenge->proposals = (int)draw(truth, proposals_count);
    challenge->dots = challenge->ballot == ballot_budget ? 5 + draw(truth, 5) : 0;
    challenge->per_idea = challenge->dots && draw(truth, 2) ? 3 : 0;
    challenge->choose = challenge->ballot == ballot_approval && draw(truth, 2) ? 2 : 0;
    challenge->per_person = draw(truth, 2) ? 3 : 0;
}

static void challenge_add(struct truth *truth)
{
    int c = truth->challenge_count++;
    struct truth_challenge *challenge = &truth->challenges[c];
    draw_rules(truth, challenge);
    snprintf(challenge->title, sizeof(challenge->title), "q%u", draw(truth, 99));
    challenge->state = draw(truth, 3) ? challenge_state_open : challenge_state_planned;
    challenge->opens_at = challenge->state == challenge_state_planned ? truth->clock + 1000 : 0;
    challenge->opened_at = challenge->state == challenge_state_open ? truth->clock : 0;
    put_number(truth, c + 1, false, "c:c", c, "n");
    put(truth, challenge->title, "c:c%d.title", c);
    put_rules(truth, c);
    put_state(truth, c);
    put(truth, "0", "c:c%d.ideas", c);
    put_counts(truth, c);
    snprintf(truth->trace, sizeof(truth->trace), "challenge_add c%d %s %s", c,
             word_name(WORDS_ballot, challenge->ballot), word_name(WORDS_tally, challenge->tally));
    emit(truth, EVENT_challenge_added);
}

static void challenge_edit(struct truth *truth, int c)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    if (challenge->state == challenge_state_planned && draw(truth, 2)) {
        draw_rules(truth, challenge);
        put_rules(truth, c);
        for (int i = 0; i < truth->idea_count; i++)
            if (truth->ideas[i].challenge == c)
                put_tally(truth, i);
    } else {
        char old[16];
        memcpy(old, challenge->title, sizeof(old));
        snprintf(challenge->timeline, sizeof(challenge->timeline),
                 "[{\"at\":%" PRId64 ",\"reason\":\"r\",\"title\":\"%s\"}]", truth->clock, old);
        snprintf(challenge->title, sizeof(challenge->title), "q%u", draw(truth, 99));
        snprintf(challenge->brief, sizeof(challenge->brief), "%s", draw(truth, 2) ? "brief \"é\"" : "");
        snprintf(challenge->noun, sizeof(challenge->noun), "%s", draw(truth, 2) ? "parfum" : "");
        challenge->closes_at = draw(truth, 2) ? truth->clock + 60000 : 0;
        put(truth, challenge->timeline, "c:c%d.timeline", c);
        put(truth, challenge->title, "c:c%d.title", c);
        put(truth, challenge->brief, "c:c%d.brief", c);
        put(truth, challenge->noun, "c:c%d.noun", c);
        put_state(truth, c);
    }
    snprintf(truth->trace, sizeof(truth->trace), "challenge_edit c%d", c);
    emit(truth, EVENT_challenge_edited);
}

/* planned -> open -> closed; closed -> open where it is not sealed. Closing flushes first. */
static void challenge_turn(struct truth *truth, int c)
{
    struct truth_challenge *challenge = &truth->challenges[c];
    bool reopened = challenge->state == challenge_state_closed;
    if ((reopened && challenge->tally == tally_sealed) ||
        (truth->twins && challenge->state == challenge_state_open && challenge->tally != tally_live))
        return;
    truth_flush(truth);
    bool opens = challenge->state != challenge_state_open;
    challenge->state = opens ? challenge_state_open : challenge_state_closed;
    if (opens)
        challenge->opened_at = challenge->opened_at ? challenge->opened_at : truth->clock;
    else
        challenge->closed_at = truth->clock;
    put_state(truth, c);
    if (opens && !reopened)
        put(truth, "7d1f", "c:c%d.rules", c);
    put_points(truth);
    snprintf(truth->trace, sizeof(truth->trace), "challenge c%d %s", c, opens ? "opens" : "closes");
    emit(truth, opens ? EVENT_challenge_opened : EVENT_challenge_closed);
}

static void idea_add(struct truth *truth)
{
    int i = truth->idea_count++, c = (int)draw(truth, (unsigned)truth->challenge_count);
    struct truth_idea *idea = &truth->ideas[i];
    int author = (int)draw(truth, TRUTH_PEOPLE + 2);
    *idea =
        (struct truth_idea){.challenge = c,
                            .n = ++truth->challenges[c].ideas,
                            .at = truth->clock,
                            .mix = draw(truth, 1000),
                            .author = author < TRUTH_PEOPLE && truth->people[author].joined ? author : -1};
    snprintf(idea->title, sizeof(idea->title), "t%u \\\"", draw(truth, 99));
    snprintf(idea->body, sizeof(idea->body), "%s", draw(truth, 2) ? "le corps\nde l'idée" : "");
    snprintf(idea->media, sizeof(idea->media), "%s",
             draw(truth, 3) ? "" : "[{\"hash\":\"ab\",\"alt\":\"x\"}]");
    idea->state = draw(truth, 8) ? idea_state_published : idea_state_hidden;
    put(truth, idea->title, "i:i%d.title", i);
    put(truth, idea->body, "i:i%d.body", i);
    put(truth, idea->media, "i:i%d.media", i);
    put(truth, word_name(WORDS_idea_state, idea->state), "i:i%d.state", i);
    put_number(truth, idea->n, false, "i:i", i, "n");
    put_number(truth, idea->at, false, "i:i", i, "at");
    put_number(truth, idea->mix, false, "i:i", i, "mix");
    put_tally(truth, i);
    char text[24];
    snprintf(text, sizeof(text), "p%d", idea->author);
    put(truth, idea->author < 0 ? "" : text, "i:i%d.author", i);
    put(truth, idea->author < 0 ? "1" : "", "i:i%d.brand", i);
    snprintf(text, sizeof(text), "c%d", c);
    put(truth, text, "i:i%d.challenge", i);
    put_number(truth, truth_published(truth, c), false, "c:c", c, "ideas");
    put_points(truth);
    snprintf(truth->trace, sizeof(truth->trace), "idea_add i%d in c%d %s", i, c,
             word_name(WORDS_idea_state, idea->state));
    emit(truth, EVENT_idea_added);
}

static void idea_edit(struct truth *truth, int i)
{
    struct truth_idea *idea = &truth->ideas[i];
    if (draw(truth, 3)) {
        snprintf(idea->title, sizeof(idea->title), "t%u", draw(truth, 99));
        snprintf(idea->body, sizeof(idea->body), "%s", draw(truth, 2) ? "autre" : "");
        idea->edited_at = truth->clock;
        put(truth, idea->title, "i:i%d.title", i);
        put(truth, idea->body, "i:i%d.body", i);
        put_number(truth, idea->edited_at, false, "i:i", i, "edited_at");
    } else {
        snprintf(idea->additions, sizeof(idea->additions), "[{\"at\":%" PRId64 ",\"text\":\"+\"}]",
                 truth->clock);
        put(truth, idea->additions, "i:i%d.additions", i);
    }
    snprintf(truth->trace, sizeof(truth->trace), "idea_edit i%d", i);
    emit(truth, EVENT_idea_edited);
}

static void idea_move(struct truth *truth, int i)
{
    struct truth_idea *idea = &truth->ideas[i];
    if (draw(truth, 5) == 0) {
        idea->is_unsigned = true;
        put(truth, "1", "i:i%d.unsigned", i);
    } else {
        idea->state = (int)(draw(truth, 2) ? idea_state_published : draw(truth, idea_state_count));
        snprintf(idea->reason, sizeof(idea->reason), "%s", draw(truth, 2) ? "hors sujet" : "");
        put(truth, word_name(WORDS_idea_state, idea->state), "i:i%d.state", i);
        put(truth, idea->reason, "i:i%d.reason", i);
        put_number(truth, truth_published(truth, idea->challenge), false, "c:c", idea->challenge, "ideas");
        put_number(truth, truth_votes(truth, idea->challenge), false, "c:c", idea->challenge, "votes");
        put_points(truth);
    }
    snprintf(truth->trace, sizeof(truth->trace), "idea_moderate i%d %s%s", i,
             word_name(WORDS_idea_state, idea->state), idea->is_unsigned ? " unsigned" : "");
    emit(truth, EVENT_idea_moderated);
}

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
            truth->dirty_idea[other] = true;
        }
    int64_t need = challenge->ballot == ballot_budget ? value : value != 0;
    for (int other = 0; limit && other < truth->idea_count; other++)
        if (other != i && need && spent(truth, p, c, i, true) + need > limit &&
            truth_counts(truth, p, other) && truth->ideas[other].challenge == c &&
            truth->ideas[other].state != idea_state_published) {
            ballot->given_up[other] = true;
            truth->dirty_idea[other] = true;
        }
    ballot->value[i] = value;
    ballot->given_up[i] = false;
    ballot->cast = true;
    challenge->minutes[truth_minute(truth)][truth->people[p].level]++;
    truth->dirty_idea[i] = truth->dirty_ballot[p][c] = truth->dirty_challenge[c] = truth->dirty = true;
    truth->dirty_minute[c][truth_minute(truth)] = true;
}

static void vote(struct truth *truth)
{
    int p = (int)draw(truth, TRUTH_PEOPLE), c = (int)draw(truth, (unsigned)truth->challenge_count),
        of[TRUTH_IDEAS];
    unsigned pick = draw(truth, 1000), value = draw(truth, 1000), count = 0;
    if (truth->twin && truth->challenges[c].tally != tally_live) {
        pick = truth_draw(&truth->other, 1000);
        value = truth_draw(&truth->other, 1000);
    }
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->ideas[i].challenge == c && truth->ideas[i].state == idea_state_published)
            of[count++] = i;
    if (!truth->people[p].joined || truth->challenges[c].state != challenge_state_open || !count)
        return;
    vote_record(truth, p, c, of[pick % count], value);
    snprintf(truth->trace, sizeof(truth->trace), "vote_cast p%d i%d", p, of[pick % count]);
}

static void person_join(struct truth *truth, int p)
{
    struct truth_person *person = &truth->people[p];
    if (!person->joined) {
        person->joined = true;
        person->level = (int)draw(truth, level_count);
        person->role = p == 2 ? "expert" : "participant";
        put_number(truth, p + 1, false, "p:p", p, "n");
        put(truth, person->role, "p:p%d.role", p);
        put(truth, word_name(WORDS_level, person->level), "p:p%d.level", p);
    }
    snprintf(person->name, sizeof(person->name), "%s",
             draw(truth, 3) ? (draw(truth, 2) ? "Ana" : "Zoé") : "");
    put(truth, person->name, "p:p%d.name", p);
    snprintf(truth->trace, sizeof(truth->trace), "name p%d %s", p, person->name);
    emit(truth, EVENT_participant_named);
}

static void session_edit(struct truth *truth)
{
    switch (draw(truth, 5)) {
    case 0:
        snprintf(truth->title, sizeof(truth->title), "s%u", draw(truth, 9));
        put(truth, truth->title, "s:s.title");
        break;
    case 1:
        snprintf(truth->announcement, sizeof(truth->announcement), "%s", draw(truth, 2) ? "pause" : "");
        truth->announced_at = truth->announcement[0] ? truth->clock : 0;
        put(truth, truth->announcement, "s:s.announcement");
        char text[24];
        snprintf(text, sizeof(text), "%" PRId64, truth->announced_at);
        put(truth, truth->announced_at ? text : "", "s:s.announced_at");
        break;
    case 2:
        truth->frozen = !truth->frozen;
        put(truth, truth->frozen ? "1" : "", "s:s.frozen");
        break;
    case 3: put(truth, draw(truth, 2) ? "open" : "", "s:s.join"); break; /* in no document */
    default:
        truth->online = draw(truth, 4);
        snprintf(text, sizeof(text), "%" PRId64, truth->online);
        put(truth, text, "s:s.people");
    }
    snprintf(truth->trace, sizeof(truth->trace), "session_edit");
    emit(truth, EVENT_session_edited);
}

void truth_step(struct truth *truth)
{
    truth->clock += 1000 + draw(truth, 30000);
    unsigned op = draw(truth, 100), i = draw(truth, 1000), c = draw(truth, (unsigned)truth->challenge_count);
    if (truth->idea_count)
        i %= (unsigned)truth->idea_count;
    if (op < 12 && truth->idea_count < TRUTH_IDEAS)
        idea_add(truth);
    else if (op < 19 && truth->idea_count)
        idea_edit(truth, (int)i);
    else if (op < 30 && truth->idea_count)
        idea_move(truth, (int)i);
    else if (op < 62)
        vote(truth);
    else if (op < 80)
        truth_flush(truth);
    else if (op < 84)
        challenge_edit(truth, (int)c);
    else if (op < 89)
        challenge_turn(truth, (int)c);
    else if (op < 91 && truth->challenge_count < TRUTH_CHALLENGES)
        challenge_add(truth);
    else if (op < 95)
        session_edit(truth);
    else
        person_join(truth, (int)draw(truth, TRUTH_PEOPLE));
}

void truth_init(struct truth *truth, uint64_t seed, bool twins, bool twin)
{
    *truth =
        (struct truth){.random = {seed * 7919 + 17}, .other = {seed * 31 + 5}, .twins = twins, .twin = twin};
    truth->clock = 60000;
    snprintf(truth->title, sizeof(truth->title), "s");
    put(truth, truth->title, "s:s.title");
    put(truth, "fr", "s:s.locale");
    put(truth, "open", "s:s.state");
    put(truth, "60000", "s:s.created_at");
    emit(truth, EVENT_session_created);
    challenge_add(truth);
    challenge_add(truth);
    for (int p = 0; p < TRUTH_PEOPLE - 1; p++)
        person_join(truth, p);
    for (int i = 0; i < 4; i++)
        idea_add(truth);
}

bool truth_is_full(const struct truth *truth)
{
    return truth->seq + 8 > TRUTH_EVENTS || truth_minute(truth) + 1 >= TRUTH_MINUTES;
}

void truth_clear(struct truth *truth)
{
    for (int64_t seq = 1; seq <= truth->seq; seq++) {
        for (size_t i = 0; i < truth->events[seq].event.write_count; i++) {
            free((char *)truth->events[seq].writes[i].key);
            free((char *)truth->events[seq].writes[i].value);
        }
        free(truth->events[seq].writes);
    }
    map_clear(&truth->published);
}
