#include "truth_inside.h"
#include "base/memory.h"

#include <stdarg.h>

const char *const truth_dimensions[TRUTH_DIMENSIONS] = {"status", "store"};
const char *const truth_values[TRUTH_DIMENSIONS][TRUTH_VALUES] = {{"client", "staff", "jury"},
                                                                  {"lille", "nantes"}};
const char truth_groups[] = "{\"status\":{\"title\":\"Qui, "
                            "{[\\\"?\",\"values\":{\"client\":\"Client\",\"staff\":{\"fr\":\"Équipe\",\"en\":"
                            "\"Staff\"},\"jury\":\"Jury\"},\"from\":[\"code\",\"ask\"]},\"store\":{\"title\":"
                            "{\"fr\":\"Où\"},\"values\":{"
                            "\"lille\":\"Lille\",\"nantes\":\"Nantes\"},\"from\":[\"ask\"]}}";

unsigned truth_draw(struct truth_random *random, unsigned below)
{
    random->state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (unsigned)((z ^ (z >> 31)) % below);
}

unsigned truth_pick(struct truth *truth, unsigned below)
{
    return truth_draw(&truth->random, below);
}

void truth_put(struct truth *truth, const char *value, const char *key, ...)
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

void truth_put_number(struct truth *truth, int64_t value, bool absent, const char *entity, int id,
                      const char *name)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, value);
    truth_put(truth, absent ? "" : text, "%s%d.%s", entity, id, name);
}

void truth_emit(struct truth *truth, enum event_kind kind)
{
    struct truth_event *event = &truth->events[++truth->seq];
    event->writes = truth->pending;
    event->event = (struct event){.kind = kind,
                                  .seq = truth->seq,
                                  .at = truth->clock,
                                  .writes = event->writes,
                                  .write_count = truth->pending_count};
    snprintf(event->event.epoch, sizeof(event->event.epoch), "%s", truth->epoch);
    for (size_t i = 0; i < truth->pending_count; i++)
        map_put(&truth->published, event->writes[i].key, (void *)&event->writes[i]);
    truth->pending = NULL;
    truth->pending_count = truth->pending_room = 0;
}

void truth_words(struct truth *truth, char out_words[TRUTH_WORDS])
{
    unsigned number = truth_pick(truth, 99);
    switch (truth_pick(truth, 5)) {
    case 0:
        snprintf(out_words, TRUTH_WORDS, "\x01{\"fr\":\"u%u \\\"en\\\":\",\"en\":\"w%u\"}", number, number);
        break;
    case 1: snprintf(out_words, TRUTH_WORDS, "\x01{\"en\":\"w%u\"}", number); break;
    case 2: snprintf(out_words, TRUTH_WORDS, "\x01{\"fr\":\"le corps %u\"}", number); break;
    default: snprintf(out_words, TRUTH_WORDS, "t%u \\\"", number);
    }
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

static bool ballot_fits(const struct truth_ballot *ballot, int level, int dimension, int value)
{
    return (level < 0 || ballot->level == level) && (dimension < 0 || ballot->groups[dimension] == value);
}

void truth_tally(const struct truth *truth, int idea, int level, int dimension, int value,
                 int64_t out_counts[2])
{
    out_counts[0] = out_counts[1] = 0;
    int c = truth->ideas[idea].challenge;
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        const struct truth_ballot *ballot = &truth->people[p].ballots[c];
        if (!truth_counts(truth, p, idea) || !ballot_fits(ballot, level, dimension, value))
            continue;
        switch (truth->challenges[c].ballot) {
        case ballot_updown: out_counts[ballot->value[idea] < 0]++; break;
        case ballot_budget:
        case ballot_stars:
            out_counts[0] += ballot->value[idea];
            out_counts[1]++;
            break;
        default: out_counts[0]++;
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

int64_t truth_voters(const struct truth *truth, int challenge, int level, int dimension, int value)
{
    int64_t voters = 0;
    for (int p = 0; p < TRUTH_PEOPLE; p++) {
        const struct truth_ballot *ballot = &truth->people[p].ballots[challenge];
        voters += ballot->cast && ballot_fits(ballot, level, dimension, value);
    }
    return voters;
}

int64_t truth_published(const struct truth *truth, int challenge)
{
    int64_t ideas = 0;
    for (int i = 0; i < truth->idea_count; i++)
        ideas += truth->ideas[i].challenge == challenge && truth->ideas[i].state == idea_state_published;
    return ideas;
}

bool truth_admits(const struct truth *truth, int person, int64_t generation)
{
    const struct truth_person *who = &truth->people[person];
    bool revoked = who->revoked || (truth->revoked && person % 2);
    return !who->banned && who->merged < 0 && generation >= who->generation && !revoked;
}

void truth_put_points(struct truth *truth)
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
            truth_put_number(truth, points, points == 0, "p:p", p, "points");
        truth->people[p].points = points;
    }
}

static void put_ballot(struct truth *truth, int p, int c)
{
    char text[256];
    const struct truth_ballot *ballot = &truth->people[p].ballots[c];
    int size = snprintf(text, sizeof(text), "%s -", word_name(WORDS_level, ballot->level));
    for (int i = truth->idea_count - 1; i >= 0; i--) /* in no order that a document has */
        if (ballot->value[i])
            size += snprintf(text + size, sizeof(text) - (size_t)size, " i%d:%" PRId64 "%s", i,
                             ballot->value[i], ballot->given_up[i] ? "*" : "");
    truth_put(truth, text, "p:p%d.ballot.c%d", p, c);
}

void truth_put_tally(struct truth *truth, int i)
{
    char text[160];
    int size = 0;
    for (int level = 0; level < level_count; level++) {
        int64_t counts[2];
        truth_tally(truth, i, level, -1, -1, counts);
        size += snprintf(text + size, sizeof(text) - (size_t)size, "%s%" PRId64 " %" PRId64, level ? " " : "",
                         counts[0], counts[1]);
    }
    truth_put(truth, text, "i:i%d.tally", i);
}

void truth_put_groups(struct truth *truth, int i)
{
    for (int d = 0; d < TRUTH_DIMENSIONS; d++)
        for (int value = 0; value < TRUTH_VALUES && truth_values[d][value]; value++) {
            int64_t counts[2];
            char text[48];
            truth_tally(truth, i, -1, d, value, counts);
            snprintf(text, sizeof(text), "%" PRId64 " %" PRId64, counts[0], counts[1]);
            truth_put(truth, text, "i:i%d.group.%d-%d", i, d, value);
        }
}

void truth_put_group_voters(struct truth *truth, int c)
{
    for (int d = 0; d < TRUTH_DIMENSIONS; d++)
        for (int value = 0; value < TRUTH_VALUES && truth_values[d][value]; value++) {
            char text[24];
            snprintf(text, sizeof(text), "%" PRId64, truth_voters(truth, c, -1, d, value));
            truth_put(truth, text, "c:c%d.group_voters.%d-%d", c, d, value);
        }
}

void truth_put_counts(struct truth *truth, int c)
{
    char text[80];
    truth_put_number(truth, truth_voters(truth, c, -1, -1, -1), false, "c:c", c, "voters");
    truth_put_number(truth, truth_votes(truth, c), false, "c:c", c, "votes");
    snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %" PRId64,
             truth_voters(truth, c, level_open, -1, -1), truth_voters(truth, c, level_code, -1, -1),
             truth_voters(truth, c, level_verified, -1, -1));
    truth_put(truth, text, "c:c%d.level_voters", c);
}

static void put_minute(struct truth *truth, int c, int minute)
{
    char text[80];
    const int64_t *counts = truth->challenges[c].minutes[minute];
    snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %" PRId64, counts[0], counts[1], counts[2]);
    truth_put(truth, text, "c:c%d.minute.%d", c, minute);
}

static void put_dirty_groups(struct truth *truth)
{
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->dirty_group[i])
            truth_put_groups(truth, i);
    for (int c = 0; c < truth->challenge_count; c++)
        if (truth->dirty_groups[c])
            truth_put_group_voters(truth, c);
    memset(truth->dirty_group, 0, sizeof(truth->dirty_group));
    memset(truth->dirty_groups, 0, sizeof(truth->dirty_groups));
}

static void flush(struct truth *truth, bool groups)
{
    for (int i = 0; i < truth->idea_count; i++)
        if (truth->dirty_idea[i])
            truth_put_tally(truth, i);
    for (int c = 0; c < truth->challenge_count; c++) {
        for (int p = 0; p < TRUTH_PEOPLE; p++)
            if (truth->dirty_ballot[p][c])
                put_ballot(truth, p, c);
        for (int m = 0; m < TRUTH_MINUTES; m++)
            if (truth->dirty_minute[c][m])
                put_minute(truth, c, m);
        if (truth->dirty_challenge[c])
            truth_put_counts(truth, c);
    }
    if (groups)
        put_dirty_groups(truth);
    truth_put_points(truth);
    memset(truth->dirty_idea, 0, sizeof(truth->dirty_idea));
    memset(truth->dirty_minute, 0, sizeof(truth->dirty_minute));
    memset(truth->dirty_ballot, 0, sizeof(truth->dirty_ballot));
    memset(truth->dirty_challenge, 0, sizeof(truth->dirty_challenge));
    truth->dirty = false;
    truth_emit(truth, EVENT_tally_flushed);
}

void truth_flush(struct truth *truth)
{
    if (truth->dirty)
        flush(truth, false);
}

void truth_flush_groups(struct truth *truth)
{
    bool groups = false;
    for (int i = 0; i < truth->idea_count; i++)
        groups |= truth->dirty_group[i];
    for (int c = 0; c < truth->challenge_count; c++)
        groups |= truth->dirty_groups[c];
    if (truth->dirty || groups)
        flush(truth, true);
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
