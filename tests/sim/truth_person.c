/* People of a truth: who they are, and what becomes of them. */
#include "truth_inside.h"

static void put_groups(struct truth *truth, int p)
{
    const struct truth_person *person = &truth->people[p];
    char text[96] = "";
    size_t size = 0;
    for (int d = 0; d < TRUTH_DIMENSIONS; d++)
        if (person->groups[d] >= 0)
            size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s=%s", size ? "," : "",
                                     truth_dimensions[d], truth_values[d][person->groups[d]]);
    truth_put(truth, text, "p:p%d.groups", p);
}

static void draw_groups(struct truth *truth, struct truth_person *person)
{
    for (int d = 0; d < TRUTH_DIMENSIONS; d++) {
        unsigned value = truth_pick(truth, TRUTH_VALUES + 1);
        if (person->groups[d] < 0 && value < TRUTH_VALUES && truth_values[d][value])
            person->groups[d] = (int)value;
    }
}

static void put_who(struct truth *truth, int p)
{
    const struct truth_person *person = &truth->people[p];
    truth_put(truth, word_name(WORDS_level, person->level), "p:p%d.level", p);
    truth_put_number(truth, person->generation, !person->generation, "p:p", p, "generation");
    put_groups(truth, p);
}

void truth_person_join(struct truth *truth, int p)
{
    struct truth_person *person = &truth->people[p];
    if (!person->joined) {
        int64_t points = person->points;
        *person = (struct truth_person){
            .joined = true, .generation = 1, .merged = -1, .groups = {-1, -1}, .points = points};
        person->level = (int)truth_pick(truth, level_count);
        person->role = p == 2 ? "expert" : "participant";
        draw_groups(truth, person);
        char code[16];
        snprintf(code, sizeof(code), "k1-%d", p);
        truth_put_number(truth, p + 1, false, "p:p", p, "n");
        truth_put(truth, person->role, "p:p%d.role", p);
        truth_put(truth, p % 2 ? code : "", "p:p%d.code", p);
        put_who(truth, p);
    }
    snprintf(person->name, sizeof(person->name), "%s",
             truth_pick(truth, 3) ? (truth_pick(truth, 2) ? "Ana" : "Zoé") : "");
    truth_put(truth, person->name, "p:p%d.name", p);
    snprintf(truth->trace, sizeof(truth->trace), "name p%d %s", p, person->name);
    truth_emit(truth, EVENT_participant_named);
}

/* What this person's ballots in challenges that are not closed touch, is to be told again. */
static void touch_ballots(struct truth *truth, int p, bool withdraw)
{
    struct truth_person *person = &truth->people[p];
    for (int c = 0; c < truth->challenge_count; c++) {
        struct truth_ballot *ballot = &person->ballots[c];
        if (!ballot->cast || truth->challenges[c].state == challenge_state_closed)
            continue;
        for (int i = 0; i < truth->idea_count; i++)
            if (ballot->value[i])
                truth->dirty_idea[i] = truth->dirty_group[i] = true;
        if (withdraw)
            *ballot = (struct truth_ballot){0};
        ballot->level = person->level;
        memcpy(ballot->groups, person->groups, sizeof(ballot->groups));
        truth->dirty_ballot[p][c] = !withdraw;
        truth->dirty_challenge[c] = truth->dirty_groups[c] = truth->dirty = true;
    }
}

/* By a code: a higher level, what was missing of the groups. */
static void upgrade(struct truth *truth, int p)
{
    struct truth_person *person = &truth->people[p];
    person->level += person->level < level_verified;
    draw_groups(truth, person);
    touch_ballots(truth, p, false);
    put_who(truth, p);
    truth_emit(truth, EVENT_participant_upgraded);
}

static void merge(struct truth *truth, int p, int into)
{
    struct truth_person *person = &truth->people[p];
    char id[8];
    person->merged = into;
    touch_ballots(truth, p, true);
    snprintf(id, sizeof(id), "p%d", into);
    truth_put(truth, id, "p:p%d.merged", p);
    truth_emit(truth, EVENT_participant_merged);
}

static void erase(struct truth *truth, int p)
{
    truth->people[p].name[0] = '\0';
    truth_put(truth, "", "p:p%d.name", p);
    for (int i = 0; i < truth->idea_count; i++) {
        struct truth_idea *idea = &truth->ideas[i];
        if (idea->author != p)
            continue;
        idea->erased = idea->is_unsigned = true;
        idea->title[0] = idea->body[0] = idea->media[0] = idea->additions[0] = '\0';
        truth_put(truth, "1", "i:i%d.erased", i);
        truth_put(truth, "1", "i:i%d.unsigned", i);
        truth_put(truth, "", "i:i%d.title", i);
        truth_put(truth, "", "i:i%d.body", i);
        truth_put(truth, "", "i:i%d.media", i);
        truth_put(truth, "", "i:i%d.additions", i);
    }
    truth_emit(truth, EVENT_participant_erased);
}

static void ban(struct truth *truth, int p)
{
    struct truth_person *person = &truth->people[p];
    person->banned = !person->banned;
    truth_put(truth, person->banned ? "1" : "", "p:p%d.banned", p);
    truth_emit(truth, person->banned ? EVENT_participant_banned : EVENT_participant_unbanned);
}

/* Their own code, or the batch that all of them are of. */
static void revoke(struct truth *truth, int p)
{
    bool batch = truth_pick(truth, 8) == 0;
    if (p % 2 == 0)
        return;
    if (batch) {
        truth->revoked = true;
        truth_put(truth, "1", "s:s.revoked.k1");
    } else {
        truth->people[p].revoked = true;
        truth_put(truth, "1", "s:s.revoked.k1-%d", p);
    }
    truth_emit(truth, EVENT_code_revoked);
}

void truth_person_change(struct truth *truth, int p)
{
    unsigned op = truth_pick(truth, 12), other = truth_pick(truth, TRUTH_PEOPLE);
    snprintf(truth->trace, sizeof(truth->trace), "person p%d change %u", p, op);
    if (!truth->people[p].joined || truth->people[p].merged >= 0)
        return;
    if (op < 6) {
        upgrade(truth, p);
    } else if (op == 6 && truth->people[other].joined && (int)other != p && truth->people[other].merged < 0) {
        merge(truth, p, (int)other);
    } else if (op == 7) {
        erase(truth, p);
    } else if (op == 8) {
        truth->people[p].generation++;
        put_who(truth, p);
        truth_emit(truth, EVENT_participant_joined);
    } else if (op == 9) {
        revoke(truth, p);
    } else {
        ban(truth, p);
    }
}
