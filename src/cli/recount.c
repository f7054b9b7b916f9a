/* `palabre recount SESSION`: what the journal adds up to, held against what Redis counts. */
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/recount_fold.h"

#include <stdio.h>
#include <string.h>

#define RECOUNT_TRIES 5  /* of reading a session that goes on meanwhile */
#define RECOUNT_TOLD  50 /* differences told one by one */

static const char recount_help[] =
    "usage: palabre recount SESSION... [--data DIR | --redis URL]\n\n"
    "Counts each session again from its journal: every tally in total, by level and by group, ballots, "
    "voters,\n"
    "votes, points, minutes and outcomes; and compares with what the server counted. Tells what differs; "
    "exit\n"
    "status 1 where anything does. Of a challenge under a seal it tells whether all agrees, and no number.\n";

struct recount {
    struct cli_context context;
    struct record record;
    struct fold fold;
    const struct fold_challenge *at; /* whose counts are compared; NULL: the session's */
    bool hidden;                     /* under a seal: no number is told */
    size_t compared, different, told;
};

/* ---- comparing */

static void recount_differs(struct recount *recount, const char *what, const char *counted, const char *held)
{
    recount->different++;
    if (!recount->hidden && ++recount->told <= RECOUNT_TOLD)
        printf("%s%s%s: counted %s, Redis holds %s\n", recount->at ? recount->at->id : "",
               recount->at ? " " : "", what, *counted ? counted : "nothing", *held ? held : "nothing");
}

static void compare_text(struct recount *recount, const char *what, const char *counted, const char *held)
{
    recount->compared++;
    if (strcmp(counted, held) != 0)
        recount_differs(recount, what, counted, held);
}

static void compare_number(struct recount *recount, const char *what, int64_t counted, const char *held)
{
    char text[24];
    char *end;
    recount->compared++;
    if (strtoll(held, &end, 10) == counted && !*end)
        return;
    snprintf(text, sizeof(text), "%lld", (long long)counted);
    recount_differs(recount, what, text, held);
}

/* Both ways: what was counted is held, and what is held was counted. 0 and nothing are the same. */
static void compare_sums(struct recount *recount, const char *kind, const struct map *sums,
                         const struct map *held)
{
    map_for_each (at, sums) {
        const struct sum *sum = at->value;
        char *what CLEAN_FREE = memory_print("%s %s", kind, sum->name);
        compare_number(recount, what, sum->number, record_get(held, NULL, sum->name));
    }
    map_for_each (at, held) {
        char *what CLEAN_FREE = memory_print("%s %s", kind, at->key);
        if (!map_get(sums, at->key))
            compare_number(recount, what, 0, at->value);
    }
}

/* ---- a challenge */

static void tally_sums(const struct fold_challenge *challenge, const char *idea, const char *value,
                       const struct score_counts *counts, struct map *sums)
{
    for (int i = 0; i < 2; i++) {
        const char *name = score_names[challenge->ballot][i];
        if (!name || !counts->of[i])
            continue;
        char *field CLEAN_FREE = memory_print("%s:%s:%s", idea, value, name);
        sums_add(sums, field, counts->of[i]);
    }
}

static void compare_levels(struct recount *recount, const struct record_counts *held)
{
    struct map sums = {0};
    for (size_t i = 0; i < recount->fold.idea_count; i++) {
        const struct fold_idea *idea = recount->fold.ideas[i];
        for (int level = 0; idea->challenge == recount->at && level < level_count; level++)
            tally_sums(recount->at, idea->id, word_name(WORDS_level, level), &idea->levels[level], &sums);
    }
    compare_sums(recount, "tally", &sums, &held->tally);
    sums_clear(&sums);
}

/* The value that a ballot's owner has in a dimension; "" for none. */
static void ballot_group(const struct fold_ballot *ballot, const char *dimension, char value[TEXT_ID_ROOM])
{
    char *groups CLEAN_FREE = memory_string(ballot->groups);
    size_t size = strlen(dimension);
    value[0] = '\0';
    for (char *rest = groups, *pair; (pair = strsep(&rest, ","));)
        if (strncmp(pair, dimension, size) == 0 && pair[size] == '=')
            snprintf(value, TEXT_ID_ROOM, "%s", pair + size + 1);
}

static void compare_group(struct recount *recount, const char *dimension, const struct map *held)
{
    struct map sums = {0};
    map_for_each (one, &recount->at->ballots) {
        const struct fold_ballot *ballot = one->value;
        char group[TEXT_ID_ROOM];
        ballot_group(ballot, dimension, group);
        map_for_each (at, &ballot->values) {
            const struct fold_value *value = at->value;
            struct score_counts counts = {0};
            if (!group[0] || value->given_up)
                continue;
            score_add(&counts, recount->at->ballot, value->value, 1);
            tally_sums(recount->at, value->idea, group, &counts, &sums);
        }
    }
    char *kind CLEAN_FREE = memory_print("tally by %s", dimension);
    compare_sums(recount, kind, &sums, held);
    sums_clear(&sums);
}

static void compare_turnout(struct recount *recount, const struct record_counts *held)
{
    struct map sums = {0};
    const char *dimension;
    json_t *group;
    map_for_each (one, &recount->at->ballots) {
        const struct fold_ballot *ballot = one->value;
        sums_add(&sums, word_name(WORDS_level, (int)ballot->level), 1);
        json_object_foreach(recount->record.groups, dimension, group)
        {
            char value[TEXT_ID_ROOM];
            ballot_group(ballot, dimension, value);
            char *name CLEAN_FREE = memory_print("%s=%s", dimension, value);
            if (value[0])
                sums_add(&sums, name, 1);
        }
    }
    compare_sums(recount, "voters", &sums, &held->turnout);
    char levels[80];
    snprintf(levels, sizeof(levels), "%lld %lld %lld", (long long)sums_get(&sums, "open"),
             (long long)sums_get(&sums, "code"), (long long)sums_get(&sums, "verified"));
    compare_text(recount, "voters by level, as shown", levels,
                 record_get(&recount->record.challenges, recount->at->id, "level_voters"));
    sums_clear(&sums);
}

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* `open - i1:1 i4:2*` with its entries sorted: their order is that of casting, which counts for nothing. */
static char *ballot_sorted(const char *record)
{
    char *copy CLEAN_FREE = memory_string(record);
    const char **words = memory_alloc((strlen(record) + 2) * sizeof(*words));
    struct buffer text = {0};
    size_t count = 0;
    for (char *rest = copy, *word; (word = strsep(&rest, " "));)
        words[count++] = word;
    if (count > 2)
        qsort(words + 2, count - 2, sizeof(*words), text_compare);
    for (size_t i = 0; i < count; i++)
        buffer_print(&text, "%s%s", i ? " " : "", words[i]);
    free(words);
    return buffer_take(&text);
}

static char *ballot_text(const struct fold_ballot *ballot)
{
    struct buffer text = {0};
    buffer_print(&text, "%s %s", word_name(WORDS_level, (int)ballot->level), ballot->groups);
    map_for_each (at, &ballot->values) {
        const struct fold_value *value = at->value;
        if (value->value)
            buffer_print(&text, " %s:%lld%s", value->idea, (long long)value->value,
                         value->given_up ? "*" : "");
    }
    return buffer_take(&text);
}

/* Ballots are compared and never told: who voted what is shown to the voter alone. */
static void compare_ballots(struct recount *recount, const struct record_counts *held)
{
    map_for_each (at, &recount->at->ballots) {
        char *plain CLEAN_FREE = ballot_text(at->value);
        char *counted CLEAN_FREE = ballot_sorted(plain);
        char *kept CLEAN_FREE = ballot_sorted(record_get(&held->ballots, NULL, at->key));
        char *what CLEAN_FREE = memory_print("ballot of %s", at->key);
        recount->compared++;
        if (strcmp(counted, kept) != 0)
            recount_differs(recount, what, "one", *kept ? "another" : "");
    }
    map_for_each (at, &held->ballots) {
        char *what CLEAN_FREE = memory_print("ballot of %s", at->key);
        if (!map_get(&recount->at->ballots, at->key))
            recount_differs(recount, what, "", "one");
    }
}

static void compare_shown(struct recount *recount, const struct record_counts *held)
{
    const struct fold_challenge *challenge = recount->at;
    struct map ranks = {0};
    int64_t published = 0, votes = 0;
    for (size_t i = 0; i < recount->fold.idea_count; i++) {
        const struct fold_idea *idea = recount->fold.ideas[i];
        struct score_counts deciding = {0};
        if (idea->challenge != challenge || !idea->published)
            continue;
        published++;
        for (int level = 0; level < level_count; level++) {
            votes += score_ballots(challenge->ballot, &idea->levels[level]);
            for (int n = 0; challenge->counts[level] && n < 2; n++)
                deciding.of[n] += idea->levels[level].of[n];
        }
        sums_add(&ranks, idea->id, score_of(challenge->ballot, &deciding));
    }
    const struct map *shown = &recount->record.challenges;
    compare_number(recount, "ideas", published, record_get(shown, challenge->id, "ideas"));
    compare_number(recount, "votes", votes, record_get(shown, challenge->id, "votes"));
    compare_number(recount, "voters", (int64_t)challenge->ballots.count,
                   record_get(shown, challenge->id, "voters"));
    compare_text(recount, "state", word_name(WORDS_challenge_state, (int)challenge->state),
                 record_get(shown, challenge->id, "state"));
    compare_sums(recount, "score", &ranks, &held->rank);
    sums_clear(&ranks);
}

static void compare_member(struct recount *recount, size_t n, const char *name, const json_t *counted,
                           const json_t *held)
{
    const size_t flags = JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS;
    char *what CLEAN_FREE = memory_print("outcome %zu, %s", n + 1, name);
    char *mine CLEAN_FREE = counted ? json_dumps(counted, flags) : NULL;
    char *theirs CLEAN_FREE = held ? json_dumps(held, flags) : NULL;
    compare_text(recount, what, mine ? mine : "", theirs ? theirs : "");
}

/* All that each closing and each override says, but for the hash of the rules. */
static void compare_outcomes(struct recount *recount, const char *text, json_t *held)
{
    json_t *counted = recount->at->outcomes, *mine, *theirs;
    size_t count = json_array_size(counted), held_count = json_array_size(held);
    const char *name;
    char held_text[24];
    snprintf(held_text, sizeof(held_text), "%zu", held_count);
    compare_number(recount, "outcomes", (int64_t)count, *text && !json_is_array(held) ? text : held_text);
    for (size_t i = 0; i < count || i < held_count; i++) {
        json_t *one = json_array_get(counted, i), *other = json_array_get(held, i);
        json_object_foreach(one, name, mine)
            compare_member(recount, i, name, mine, json_object_get(other, name));
        json_object_foreach(other, name, theirs)
        {
            if (!json_object_get(one, name) && strcmp(name, "rules") != 0)
                compare_member(recount, i, name, NULL, theirs);
        }
    }
}

/* The hash of the rules comes a moment after they are frozen: it may be absent, until something has it. */
static void compare_rules(struct recount *recount, const json_t *outcomes)
{
    const char *shown = record_get(&recount->record.challenges, recount->at->id, "rules");
    char hash[DIGEST_HEX_ROOM];
    bool known = false;
    fold_rules_hash(recount->at, hash);
    json_t *counted = json_string(hash);
    for (size_t i = 0; i < json_array_size(outcomes); i++) {
        const json_t *held = json_object_get(json_array_get(outcomes, i), "rules");
        known |= held != NULL;
        if (known)
            compare_member(recount, i, "rules", counted, held);
    }
    json_decref(counted);
    if (known || *shown)
        compare_text(recount, "rules", hash, shown);
}

/* What was decided, said and when, and by which rules. */
static void compare_decided(struct recount *recount)
{
    const char *text = record_get(&recount->record.challenges, recount->at->id, "outcomes");
    json_t *held = json_loads(text, JSON_DECODE_ANY, NULL);
    compare_outcomes(recount, text, held);
    compare_rules(recount, held);
    json_decref(held);
}

/* ---- points */

struct earned {
    struct map points, held; /* sums by person; held of the challenge at hand */
};

/* What supports earn is held back while a tally is not live: since it last closed, or ever. */
static void earned_supports(struct recount *recount, struct earned *earned, const struct record_counts *held)
{
    const struct fold_challenge *challenge = recount->at;
    bool back = challenge->tally != tally_live && challenge->state != challenge_state_closed;
    struct map now = {0};
    fold_supports(&recount->fold, challenge, &now);
    map_for_each (at, &now) {
        const struct sum *sum = at->value;
        sums_add(back ? &earned->held : &earned->points, sum->name, sum->number);
    }
    map_for_each (at, &challenge->given) {
        const struct sum *sum = at->value;
        if (!back)
            continue;
        sums_add(&earned->points, sum->name, sum->number);
        sums_add(&earned->held, sum->name, -sum->number);
    }
    compare_sums(recount, "points held back", &earned->held, &held->held);
    sums_clear(&earned->held);
    sums_clear(&now);
}

/* How many counts a challenge has follows from what was voted. Until its tally is everybody's, whatever was
 * compared of it is one count, that agrees or does not. */
static void recount_as_one(struct recount *recount, size_t compared, size_t different)
{
    bool differs = recount->different > different;
    if (recount->at->tally == tally_live || recount->at->state == challenge_state_closed)
        return;
    recount->compared = compared + 1;
    recount->different = different + differs;
    if (recount->hidden && differs)
        printf("%s: under its seal, what is counted differs from what Redis holds\n", recount->at->id);
}

static void recount_challenge(struct recount *recount, struct fold_challenge *challenge,
                              struct earned *earned)
{
    const size_t compared = recount->compared, different = recount->different;
    static const struct record_counts none;
    const struct record_counts *held = record_counts_of(&recount->record, challenge->id);
    const char *dimension;
    json_t *group;
    size_t n = 0;
    recount->at = challenge;
    recount->hidden = challenge->tally == tally_sealed && challenge->state != challenge_state_closed;
    if (!held) {
        recount_differs(recount, "challenge", "one", "");
        held = &none;
    }
    fold_count(&recount->fold, challenge);
    compare_levels(recount, held);
    json_object_foreach(recount->record.groups, dimension, group)
    {
        if (held->groups)
            compare_group(recount, dimension, &held->groups[n++]);
    }
    compare_turnout(recount, held);
    compare_ballots(recount, held);
    compare_sums(recount, "votes of the minute", &challenge->series, &held->series);
    compare_shown(recount, held);
    compare_decided(recount);
    earned_supports(recount, earned, held);
    recount_as_one(recount, compared, different);
    map_for_each (one, &challenge->ballots)
        sums_add(&earned->points, ((const struct fold_ballot *)one->value)->person, POINTS_ballot);
}

static void recount_points(struct recount *recount, struct earned *earned)
{
    recount->at = NULL;
    recount->hidden = false;
    for (size_t i = 0; i < recount->fold.idea_count; i++) {
        const struct fold_idea *idea = recount->fold.ideas[i];
        if (idea->author[0] && idea->published)
            sums_add(&earned->points, idea->author, POINTS_idea);
    }
    compare_sums(recount, "points of", &earned->points, &recount->record.points);
}

/* ---- the whole */

/* Reads the session so that nothing happened between its journal and its counts. */
static struct refusal recount_read(struct recount *recount)
{
    struct record *record = &recount->record;
    char session[TEXT_ID_ROOM];
    snprintf(session, sizeof(session), "%s", record->session);
    struct refusal refusal = refusal_of(ERROR_none);
    for (int tries = 0; tries < RECOUNT_TRIES; tries++) {
        record_clear(record);
        snprintf(record->session, sizeof(record->session), "%s", session);
        refusal = cli_context_call(&recount->context, session, "tally_flush", NULL, "again", 0, NULL);
        if (!refusal.error)
            refusal = record_read(&recount->context, record);
        if (!refusal.error)
            refusal = record_counts_read(&recount->context, record);
        size_t count = record->count;
        if (!refusal.error)
            refusal = record_journal_read(&recount->context, record);
        if (refusal.error || record->count == count)
            return refusal;
    }
    return refusal_field(ERROR_session_state, "",
                         "a moment in which nothing happens: session_freeze makes one");
}

static int recount_session(struct recount *recount)
{
    struct earned earned = {0};
    const char *session = recount->record.session;
    recount->compared = recount->different = recount->told = 0;
    struct refusal refusal = recount_read(recount);
    if (refusal.error)
        return cli_context_refused(&refusal, session);
    if (*record_get(&recount->record.meta, NULL, "importing"))
        return cli_fail("%s: its import has not come to its end", session);
    if (!fold_run(&recount->fold, &recount->record))
        return cli_fail("%s: %s", session, recount->fold.fault);
    for (size_t i = 0; i < recount->fold.challenge_count; i++)
        recount_challenge(recount, recount->fold.challenges[i], &earned);
    recount_points(recount, &earned);
    sums_clear(&earned.points);
    if (recount->told > RECOUNT_TOLD)
        printf("... and more\n");
    /* Not how long the journal is: a vote that changes nothing is not in it, under a seal either. */
    if (recount->different)
        return cli_fail("%s: %zu of %zu counts differ from what the journal adds up to", session,
                        recount->different, recount->compared);
    printf("%s: %zu counts agree with the journal\n", session, recount->compared);
    return 0;
}

/* 1 where one of them differs, or could not be counted. */
static int recount_run(struct recount *recount, int count, char **sessions)
{
    int status = 0;
    for (int i = 0; i < count; i++) {
        snprintf(recount->record.session, sizeof(recount->record.session), "%s", sessions[i]);
        status |= recount_session(recount);
        fold_clear(&recount->fold);
        record_clear(&recount->record);
    }
    return status;
}

int cli_recount(int argc, char **argv)
{
    struct recount recount = {0};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(recount_help, stdout), 0;
    int status = cli_context_open(&recount.context, "recount", &argc, argv);
    if (status)
        return status;
    if (argc < 2)
        status = cli_usage("recount", "a session's id is expected");
    for (int i = 1; i < argc && !status; i++)
        if (!text_is_id(argv[i], strlen(argv[i])))
            status = cli_usage("recount", "%s: a session's id is expected", argv[i]);
    if (!status)
        status = recount_run(&recount, argc - 1, argv + 1);
    cli_context_close(&recount.context);
    return status;
}
