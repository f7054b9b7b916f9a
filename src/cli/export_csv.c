#include "cli/export_csv.h"
#include "base/date.h"
#include "base/memory.h"
#include "cli/csv_cell.h"
#include "cli/score.h"
#include "wire/params.h"

#include <string.h>

/* ---- cells */

struct row {
    FILE *to;
    size_t cells;
};

static void row_separate(struct row *row)
{
    if (row->cells++)
        putc(',', row->to);
}

static void row_text(struct row *row, const char *text)
{
    struct buffer cell CLEAN_BUFFER = {0};
    row_separate(row);
    csv_cell(&cell, text);
    if (cell.size)
        fwrite(cell.bytes, 1, cell.size, row->to);
}

static void row_number(struct row *row, int64_t number)
{
    row_separate(row);
    fprintf(row->to, "%lld", (long long)number);
}

static void row_empty(struct row *row)
{
    row_separate(row);
}

static void row_date(struct row *row, const char *ms)
{
    char date[DATE_ROOM];
    if (!*ms) {
        row_empty(row);
        return;
    }
    date_format(strtoll(ms, NULL, 10), date);
    row_text(row, date);
}

static void row_end(struct row *row)
{
    fputs("\r\n", row->to);
    row->cells = 0;
}

static void row_header(struct row *row, const char *const *names)
{
    for (; *names; names++)
        row_text(row, *names);
}

/* A text, or of a text by language the session's own, else the first. */
static void row_words(struct row *row, const struct record *record, const char *text)
{
    json_t *words = params_words_json(text);
    const char *locale = record_get(&record->meta, NULL, "locale");
    const json_t *one = json_is_object(words) ? json_object_get(words, locale) : words;
    if (!one && json_is_object(words))
        one = json_object_iter_value(json_object_iter(words));
    row_text(row, one ? json_string_value(one) : "");
    json_decref(words);
}

/* ---- ideas: by challenge, then as they were made */

struct idea_row {
    char id[TEXT_ID_ROOM];
    const char *challenge;
    long challenge_n, n;
};

static int idea_compare(const void *a, const void *b)
{
    const struct idea_row *x = a, *y = b;
    if (x->challenge_n != y->challenge_n)
        return x->challenge_n < y->challenge_n ? -1 : 1;
    return x->n < y->n ? -1 : x->n > y->n;
}

/* Every idea that was not withdrawn; the caller frees. */
static struct idea_row *ideas_list(const struct record *record, size_t *out_count)
{
    struct idea_row *rows = NULL;
    size_t count = 0, room = 0;
    long last = strtol(record_get(&record->meta, NULL, "last_idea"), NULL, 10);
    for (long number = 1; number <= last; number++) {
        struct idea_row row;
        snprintf(row.id, sizeof(row.id), "i%ld", number);
        const char *state = record_get(&record->ideas, row.id, "state");
        if (!*state || strcmp(state, "withdrawn") == 0)
            continue;
        row.challenge = record_get(&record->ideas, row.id, "challenge");
        row.challenge_n = strtol(record_get(&record->challenges, row.challenge, "n"), NULL, 10);
        row.n = strtol(record_get(&record->ideas, row.id, "n"), NULL, 10);
        if (count == room)
            rows = memory_resize(rows, (room = room ? room * 2 : 256) * sizeof(*rows));
        rows[count++] = row;
    }
    if (count)
        qsort(rows, count, sizeof(*rows), idea_compare);
    *out_count = count;
    return rows;
}

static void idea_additions(struct row *row, const char *json)
{
    struct buffer text CLEAN_BUFFER = {0};
    json_t *additions = json_loads(json, 0, NULL), *one;
    size_t i;
    json_array_foreach(additions, i, one)
        buffer_print(&text, "%s%s", i ? "\n" : "", json_string_value(json_object_get(one, "text")));
    row_text(row, text.size ? text.bytes : "");
    json_decref(additions);
}

static void ideas_write(const struct record *record, struct row *row)
{
    static const char *const names[] = {"challenge", "idea",  "n",      "title",       "body",
                                        "additions", "state", "author", "author_name", "at",
                                        "edited_at", "lang",  NULL};
    size_t count;
    struct idea_row *ideas = ideas_list(record, &count);
    row_header(row, names);
    row_end(row);
    for (size_t i = 0; i < count; i++) {
        const char *id = ideas[i].id;
        bool is_signed = !*record_get(&record->ideas, id, "unsigned");
        const char *author = is_signed ? record_get(&record->ideas, id, "author") : "";
        row_text(row, ideas[i].challenge);
        row_text(row, id);
        row_number(row, ideas[i].n);
        row_words(row, record, record_get(&record->ideas, id, "title"));
        row_words(row, record, record_get(&record->ideas, id, "body"));
        idea_additions(row, record_get(&record->ideas, id, "additions"));
        row_text(row, record_get(&record->ideas, id, "state"));
        row_text(row, author);
        row_text(row, *author ? record_get(&record->people, author, "name") : "");
        row_date(row, record_get(&record->ideas, id, "at"));
        row_date(row, record_get(&record->ideas, id, "edited_at"));
        row_text(row, record_get(&record->ideas, id, "lang"));
        row_end(row);
    }
    free(ideas);
}

/* ---- results: an idea's counts in total, by level, by group */

#define RESULTS_VOTERS 5 /* a value of fewer is shown in `other` */

struct results {
    const struct record *record;
    struct row *row;
    const struct record_counts *counts;
    const struct idea_row *idea;
    enum ballot ballot;
};

static void counts_add(struct score_counts *to, const struct results *results, const struct map *tally,
                       const char *value)
{
    for (int i = 0; i < 2; i++) {
        const char *name = score_names[results->ballot][i];
        if (!name)
            continue;
        char *field CLEAN_FREE = memory_print("%s:%s:%s", results->idea->id, value, name);
        to->of[i] += strtoll(record_get(tally, NULL, field), NULL, 10);
    }
}

static void results_row(const struct results *results, const char *dimension, const char *value,
                        const struct score_counts *counts)
{
    static const char *const columns[] = {"votes", "up", "down", "dots", "sum", "voters"};
    struct row *row = results->row;
    row_text(row, results->idea->challenge);
    row_text(row, results->idea->id);
    row_words(row, results->record, record_get(&results->record->ideas, results->idea->id, "title"));
    row_text(row, dimension);
    row_text(row, value);
    row_number(row, score_of(results->ballot, counts));
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        int found = -1;
        for (int n = 0; n < 2; n++)
            if (score_names[results->ballot][n] && strcmp(score_names[results->ballot][n], columns[i]) == 0)
                found = n;
        if (found >= 0)
            row_number(row, counts->of[found]);
        else
            row_empty(row);
    }
    row_end(row);
}

/* The levels whose ballots decide: those of the rule of the outcome, else all. */
static bool level_counts(const struct results *results, const char *level)
{
    json_t *rule =
        json_loads(record_get(&results->record->challenges, results->counts->id, "outcome"), 0, NULL);
    json_t *levels = json_object_get(rule, "counts"), *one;
    bool counts = !levels;
    size_t i;
    json_array_foreach(levels, i, one) counts |= strcmp(json_string_value(one), level) == 0;
    json_decref(rule);
    return counts;
}

static void results_levels(const struct results *results)
{
    struct score_counts total = {0}, deciding = {0}, of[level_count] = {0};
    bool all = true;
    for (int level = 0; level < level_count; level++) {
        const char *name = word_name(WORDS_level, level);
        counts_add(&of[level], results, &results->counts->tally, name);
        counts_add(&total, results, &results->counts->tally, name);
        if (level_counts(results, name))
            counts_add(&deciding, results, &results->counts->tally, name);
        else
            all = false;
    }
    results_row(results, "", "", &total);
    if (!all)
        results_row(results, "deciding", "", &deciding);
    for (int level = 0; level < level_count; level++)
        results_row(results, "level", word_name(WORDS_level, level), &of[level]);
}

/* Which values of a dimension are shown by themselves: as in topic `results`. */
struct shown {
    const char *name;
    int64_t voters;
    bool other;
};

static int64_t dimension_voters(const struct results *results, const char *dimension, struct shown *values,
                                size_t count)
{
    int64_t without = 0;
    map_for_each (at, &results->counts->ballots) {
        char *text CLEAN_FREE = memory_string(at->value), *rest = text;
        strsep(&rest, " ");
        char *groups = strsep(&rest, " ");
        size_t found = count;
        for (char *pair; groups && (pair = strsep(&groups, ","));) {
            char *value = strchr(pair, '=');
            if (!value || strlen(dimension) != (size_t)(value - pair) ||
                strncmp(pair, dimension, (size_t)(value - pair)) != 0)
                continue;
            for (size_t i = 0; i < count; i++)
                if (strcmp(values[i].name, value + 1) == 0)
                    found = i;
        }
        if (found < count)
            values[found].voters++;
        else
            without++;
    }
    return without;
}

/* Voters without a value, and values of too few, are one; it takes in the smallest others until it is enough.
 */
static bool dimension_hide(struct shown *values, size_t count, int64_t other)
{
    for (size_t i = 0; i < count; i++) {
        values[i].other = values[i].voters < RESULTS_VOTERS;
        other += values[i].other ? values[i].voters : 0;
    }
    while (other > 0 && other < RESULTS_VOTERS) {
        struct shown *least = NULL;
        for (size_t i = 0; i < count; i++)
            if (!values[i].other && (!least || values[i].voters <= least->voters))
                least = &values[i];
        if (!least)
            break;
        least->other = true;
        other += least->voters;
    }
    return other > 0;
}

static void results_dimension(const struct results *results, const char *dimension, const json_t *group,
                              const struct map *tally)
{
    json_t *names = json_object_get(group, "values"), *words;
    struct shown *values = memory_alloc((json_object_size(names) + 1) * sizeof(*values));
    struct score_counts total = {0}, shown = {0}, other;
    const char *name;
    size_t count = 0;
    json_object_foreach(names, name, words) values[count++].name = name;
    int64_t without = dimension_voters(results, dimension, values, count);
    bool others = dimension_hide(values, count, without);
    for (size_t i = 0; i < count; i++) {
        struct score_counts counts = {0};
        counts_add(&counts, results, tally, values[i].name);
        if (values[i].other)
            continue;
        results_row(results, dimension, values[i].name, &counts);
        shown.of[0] += counts.of[0];
        shown.of[1] += counts.of[1];
    }
    for (int level = 0; level < level_count; level++)
        counts_add(&total, results, &results->counts->tally, word_name(WORDS_level, level));
    other = (struct score_counts){{total.of[0] - shown.of[0], total.of[1] - shown.of[1]}};
    if (others)
        results_row(results, dimension, "other", &other);
    free(values);
}

static void results_write(const struct record *record, struct row *row)
{
    static const char *const names[] = {"challenge", "idea", "title", "dimension", "value",  "score", "votes",
                                        "up",        "down", "dots",  "sum",       "voters", NULL};
    size_t count;
    struct idea_row *ideas = ideas_list(record, &count);
    row_header(row, names);
    row_end(row);
    for (size_t i = 0; i < count; i++) {
        const char *ballot = record_get(&record->challenges, ideas[i].challenge, "ballot");
        struct results results = {.record = record,
                                  .row = row,
                                  .idea = &ideas[i],
                                  .ballot = (enum ballot)word_find(WORDS_ballot, ballot, strlen(ballot)),
                                  .counts = record_counts_of(record, ideas[i].challenge)};
        if (!results.counts || strcmp(record_get(&record->ideas, ideas[i].id, "state"), "published") != 0)
            continue;
        results_levels(&results);
        const char *dimension;
        json_t *group;
        size_t n = 0;
        json_object_foreach(record->groups, dimension, group)
            results_dimension(&results, dimension, group, &results.counts->groups[n++]);
    }
    free(ideas);
}

/* ---- participants */

static void person_write(const struct record *record, struct row *row, const struct record_entry *entry)
{
    const char *id = entry->participant;
    const struct map *people = &record->people;
    row_text(row, id);
    row_text(row, record_get(people, id, "name"));
    row_text(row, record_get(people, id, "role"));
    row_text(row, record_get(people, id, "level"));
    char *groups CLEAN_FREE = memory_string(record_get(people, id, "groups"));
    const char *dimension;
    json_t *group;
    json_object_foreach(record->groups, dimension, group)
    {
        char *copy CLEAN_FREE = memory_string(groups), *rest = copy;
        const char *value = "";
        for (char *pair; (pair = strsep(&rest, ", "));)
            if (strncmp(pair, dimension, strlen(dimension)) == 0 && pair[strlen(dimension)] == '=')
                value = pair + strlen(dimension) + 1;
        row_text(row, value);
    }
    row_text(row, *record_get(people, id, "banned")   ? "banned"
                  : *record_get(people, id, "merged") ? "merged"
                                                      : "");
    char joined[24];
    snprintf(joined, sizeof(joined), "%lld", (long long)entry->at);
    row_date(row, joined);
    row_number(row, strtoll(record_get(&record->points, NULL, id), NULL, 10));
    row_end(row);
}

static void participants_write(const struct record *record, struct row *row)
{
    static const char *const first[] = {"participant", "name", "role", "level", NULL};
    static const char *const last[] = {"state", "joined_at", "points", NULL};
    const char *dimension;
    json_t *group;
    row_header(row, first);
    json_object_foreach(record->groups, dimension, group) row_text(row, dimension);
    row_header(row, last);
    row_end(row);
    for (size_t i = 0; i < record->count; i++)
        if (strcmp(record->entries[i].name, "participant_join") == 0)
            person_write(record, row, &record->entries[i]);
}

/* ---- tables */

static const struct {
    const char *name;
    void (*write)(const struct record *record, struct row *row);
} tables[] = {
    {"ideas", ideas_write},
    {"results", results_write},
    {"participants", participants_write},
};

bool export_csv_find(const char *table)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        if (strcmp(tables[i].name, table) == 0)
            return true;
    return false;
}

struct refusal export_csv_read(struct cli_context *context, const char *table, struct record *record)
{
    if (strcmp(table, "ideas") == 0)
        return refusal_of(ERROR_none);
    struct refusal refusal =
        cli_context_call(context, record->session, "tally_flush", NULL, "again", 0, NULL);
    return refusal.error ? refusal : record_counts_read(context, record);
}

void export_csv_write(const char *table, const struct record *record, FILE *to)
{
    struct row row = {.to = to};
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        if (strcmp(tables[i].name, table) == 0)
            tables[i].write(record, &row);
}
