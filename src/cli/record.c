#include "cli/record.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

#define RECORD_PAGE "1000" /* entries of the journal a call */

/* ---- hashes */

struct hash_page {
    struct map *map;
    char cursor[32];
};

static void hash_put(struct map *map, const struct field_write *field)
{
    /* name and value in one allocation, which the key is */
    char *pair = memory_alloc(field->key_size + field->value_size + 2);
    memcpy(pair, field->key, field->key_size);
    memcpy(pair + field->key_size + 1, field->value, field->value_size);
    char *old = map_put(map, pair, pair + field->key_size + 1);
    if (old) /* a scan may tell a field twice */
        free(old - field->key_size - 1);
}

static void hash_taken(void *arg, const struct store_answer *answer)
{
    struct hash_page *page = arg;
    if (answer->refusal.error || answer->count == 0)
        return;
    snprintf(page->cursor, sizeof(page->cursor), "%s", answer->values[0].value);
    for (size_t i = 1; i < answer->count; i++)
        hash_put(page->map, &answer->values[i]);
}

struct refusal record_hash_read(struct cli_context *context, const char *session, const char *name,
                                struct map *map)
{
    struct hash_page page = {.map = map, .cursor = "0"};
    struct refusal refusal;
    do {
        struct store_arguments arguments = {0};
        store_arguments_add(&arguments, name, strlen(name));
        store_arguments_add(&arguments, page.cursor, strlen(page.cursor));
        refusal = cli_context_ask(context, session, "record_read", &arguments, hash_taken, &page);
        store_arguments_clear(&arguments);
    } while (!refusal.error && strcmp(page.cursor, "0") != 0);
    return refusal;
}

void record_hash_clear(struct map *map)
{
    map_for_each (at, map)
        free((char *)at->key);
    map_clear(map);
}

const char *record_get(const struct map *map, const char *id, const char *name)
{
    char key[TEXT_ID_ROOM + 64];
    snprintf(key, sizeof(key), "%s%s%s", id ? id : "", id ? "." : "", name);
    const char *value = map_get(map, key);
    return value ? value : "";
}

/* ---- the journal */

struct journal_page {
    struct record *record;
    size_t taken;
};

/* Takes an entry's text apart, in place. */
static void entry_split(struct record_entry *entry)
{
    size_t words = 1, count = 0;
    for (const char *at = entry->text; *at; at++)
        words += *at == ' ';
    entry->words = memory_alloc((words + 4) * sizeof(char *));
    for (char *rest = entry->text, *word; (word = strsep(&rest, " "));)
        entry->words[count++] = word;
    for (; count < 4; count++)
        entry->words[count] = (char *)"-";
    entry->name = entry->words[0];
    entry->participant = entry->words[1];
    entry->level = entry->words[2];
    entry->groups = entry->words[3];
    entry->facts = entry->words + 4;
    entry->fact_count = words > 4 ? words - 4 : 0;
}

static void journal_taken(void *arg, const struct store_answer *answer)
{
    struct journal_page *page = arg;
    struct record *record = page->record;
    page->taken = 0;
    for (size_t i = 0; !answer->refusal.error && i + 2 < answer->count; i += 3) {
        if (record->count == record->room) {
            record->room = record->room ? record->room * 2 : 1024;
            record->entries = memory_resize(record->entries, record->room * sizeof(*record->entries));
        }
        const struct field_write *values = &answer->values[i];
        struct record_entry *entry = &record->entries[record->count++];
        *entry = (struct record_entry){.at = strtoll(values[0].value, NULL, 10)};
        snprintf(entry->id, sizeof(entry->id), "%s", values[0].value);
        entry->text = memory_bytes(values[1].value, values[1].value_size);
        entry_split(entry);
        if (values[2].value_size)
            entry->said = json_loadb(values[2].value, values[2].value_size, 0, NULL);
        page->taken++;
    }
}

struct refusal record_journal_read(struct cli_context *context, struct record *record)
{
    struct journal_page page = {.record = record};
    struct refusal refusal;
    do {
        const char *after = record->count ? record->entries[record->count - 1].id : "0-0";
        struct store_arguments arguments = {0};
        store_arguments_add(&arguments, after, strlen(after));
        store_arguments_add(&arguments, RECORD_PAGE, strlen(RECORD_PAGE));
        refusal = cli_context_ask(context, record->session, "journal_read", &arguments, journal_taken, &page);
        store_arguments_clear(&arguments);
    } while (!refusal.error && page.taken > 0);
    return refusal;
}

/* ---- the whole */

static void definition_taken(void *arg, const struct store_answer *answer)
{
    struct record *record = arg;
    const char *text = answer->refusal.error ? NULL : store_answer_get(answer, "definition");
    if (text)
        record->definition = json_loads(text, 0, NULL);
}

struct refusal record_read(struct cli_context *context, struct record *record)
{
    struct refusal refusal =
        cli_context_ask(context, record->session, "definition_read", NULL, definition_taken, record);
    if (!refusal.error)
        refusal = record_journal_read(context, record);
    if (!refusal.error && !json_is_array(record->definition))
        refusal = refusal_field(ERROR_not_supported, "definition",
                                "a session made by this version, which keeps what it began with");
    if (!refusal.error)
        refusal = record_hash_read(context, record->session, "meta", &record->meta);
    if (!refusal.error)
        refusal = record_hash_read(context, record->session, "challenges", &record->challenges);
    if (!refusal.error)
        refusal = record_hash_read(context, record->session, "ideas", &record->ideas);
    if (!refusal.error)
        refusal = record_hash_read(context, record->session, "people", &record->people);
    if (!refusal.error)
        record->groups = json_loads(record_get(&record->meta, NULL, "groups"), 0, NULL);
    return refusal;
}

static void counts_add(void *arg, const char *id)
{
    struct record *record = arg;
    struct record_counts counts = {0};
    snprintf(counts.id, sizeof(counts.id), "%s", id);
    counts.groups = memory_alloc((json_object_size(record->groups) + 1) * sizeof(*counts.groups));
    record->counts = memory_resize(record->counts, (record->counts_count + 1) * sizeof(*record->counts));
    record->counts[record->counts_count++] = counts;
}

/* `tally:c1`, or `tally:c1:store`. */
static struct refusal counts_read(struct cli_context *context, const struct record *record, const char *kind,
                                  const char *challenge, const char *dimension, struct map *map)
{
    char *name CLEAN_FREE =
        memory_print("%s:%s%s%s", kind, challenge, dimension ? ":" : "", dimension ? dimension : "");
    return record_hash_read(context, record->session, name, map);
}

static struct refusal counts_read_challenge(struct cli_context *context, const struct record *record,
                                            struct record_counts *counts)
{
    const struct {
        const char *kind;
        struct map *map;
    } parts[] = {{"tally", &counts->tally},   {"ballots", &counts->ballots}, {"held", &counts->held},
                 {"series", &counts->series}, {"rank", &counts->rank},       {"turnout", &counts->turnout}};
    struct refusal refusal = refusal_of(ERROR_none);
    for (size_t i = 0; !refusal.error && i < ARRAY_SIZE(parts); i++)
        refusal = counts_read(context, record, parts[i].kind, counts->id, NULL, parts[i].map);
    const char *dimension;
    json_t *value;
    size_t n = 0;
    json_object_foreach(record->groups, dimension, value)
    {
        if (!refusal.error)
            refusal = counts_read(context, record, "tally", counts->id, dimension, &counts->groups[n++]);
    }
    return refusal;
}

/* A flush may have given points since the people were first read. */
static void points_take(struct record *record)
{
    static const char suffix[] = ".points";
    map_for_each (at, &record->people) {
        size_t size = strlen(at->key);
        if (size < sizeof(suffix) || strcmp(at->key + size - strlen(suffix), suffix) != 0)
            continue;
        const char *points = at->value;
        hash_put(&record->points, &(struct field_write){.key = at->key,
                                                        .key_size = size - strlen(suffix),
                                                        .value = points,
                                                        .value_size = strlen(points)});
    }
}

struct refusal record_counts_read(struct cli_context *context, struct record *record)
{
    record_challenges(record, counts_add, record);
    struct refusal refusal = record_hash_read(context, record->session, "people", &record->people);
    points_take(record);
    for (size_t i = 0; !refusal.error && i < record->counts_count; i++)
        refusal = counts_read_challenge(context, record, &record->counts[i]);
    return refusal;
}

const struct record_counts *record_counts_of(const struct record *record, const char *challenge)
{
    for (size_t i = 0; i < record->counts_count; i++)
        if (strcmp(record->counts[i].id, challenge) == 0)
            return &record->counts[i];
    return NULL;
}

static void counts_clear(struct record_counts *counts, size_t dimensions)
{
    record_hash_clear(&counts->tally);
    record_hash_clear(&counts->ballots);
    record_hash_clear(&counts->held);
    record_hash_clear(&counts->series);
    record_hash_clear(&counts->rank);
    record_hash_clear(&counts->turnout);
    for (size_t i = 0; i < dimensions; i++)
        record_hash_clear(&counts->groups[i]);
    free(counts->groups);
}

void record_clear(struct record *record)
{
    json_decref(record->definition);
    for (size_t i = 0; i < record->count; i++) {
        json_decref(record->entries[i].said);
        free(record->entries[i].text);
        free(record->entries[i].words);
    }
    free(record->entries);
    record_hash_clear(&record->meta);
    record_hash_clear(&record->challenges);
    record_hash_clear(&record->ideas);
    record_hash_clear(&record->people);
    record_hash_clear(&record->points);
    for (size_t i = 0; i < record->counts_count; i++)
        counts_clear(&record->counts[i], json_object_size(record->groups));
    free(record->counts);
    json_decref(record->groups);
    *record = (struct record){0};
}

void record_challenges(const struct record *record, void (*call)(void *arg, const char *id), void *arg)
{
    char *ids CLEAN_FREE = memory_string(record_get(&record->meta, NULL, "challenges"));
    for (char *rest = ids, *id; (id = strsep(&rest, " "));)
        if (*id)
            call(arg, id);
}
