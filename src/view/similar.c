#include "view/similar.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/scan.h"
#include "base/text.h"
#include "domain/command.h"
#include "view/idea.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SIMILAR_ENTRIES 2 /* of an idea */
#define SIMILAR_NONE    0 /* no entry: entry 0 is nobody's */

struct similar_entry {
    struct idea *idea; /* NULL: dropped */
    uint32_t trigrams;
    uint32_t common; /* scratch: trigrams shared with the question */
};

struct similar_postings {
    uint32_t trigram; /* its digest; 0: an empty place of the table */
    uint32_t count, room;
    uint32_t *entries;
};

struct similar {
    struct similar_entry *entries;
    size_t count, room, dropped;
    struct similar_postings *table; /* open addressing */
    size_t table_room, table_count;
    struct idea **stale;
    size_t stale_count, stale_room;
    uint32_t *found; /* scratch: entries that share anything */
    size_t found_room;
};

void similar_free(struct similar **where)
{
    struct similar *similar = *where;
    if (!similar)
        return;
    for (size_t i = 0; i < similar->table_room; i++)
        free(similar->table[i].entries);
    free(similar->table);
    free(similar->entries);
    free(similar->stale);
    free(similar->found);
    memory_free(where);
}

static struct similar_postings *similar_place(struct similar_postings *table, size_t room, uint32_t trigram)
{
    size_t at = trigram & (room - 1);
    while (table[at].trigram && table[at].trigram != trigram)
        at = (at + 1) & (room - 1);
    return &table[at];
}

static void similar_grow(struct similar *similar)
{
    size_t room = similar->table_room ? similar->table_room * 2 : 1024;
    struct similar_postings *table = memory_alloc(room * sizeof(*table));
    for (size_t i = 0; i < similar->table_room; i++)
        if (similar->table[i].trigram)
            *similar_place(table, room, similar->table[i].trigram) = similar->table[i];
    free(similar->table);
    similar->table = table;
    similar->table_room = room;
}

/* False where the trigram has this entry already: entries are posted one after the other. */
static bool similar_post(struct similar *similar, uint32_t trigram, uint32_t entry)
{
    if ((similar->table_count + 1) * 2 > similar->table_room)
        similar_grow(similar);
    struct similar_postings *postings = similar_place(similar->table, similar->table_room, trigram);
    if (!postings->trigram) {
        postings->trigram = trigram;
        similar->table_count++;
    }
    if (postings->count && postings->entries[postings->count - 1] == entry)
        return false;
    if (postings->count == postings->room) {
        postings->room = postings->room ? postings->room * 2 : 4;
        postings->entries = memory_resize(postings->entries, postings->room * sizeof(*postings->entries));
    }
    postings->entries[postings->count++] = entry;
    return true;
}

static int similar_compare_trigrams(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static size_t similar_char(const char *at)
{
    size_t size = 1;
    while (((unsigned char)at[size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* A text, of all its languages; the caller frees. */
static char *similar_text(const char *text)
{
    return command_text_is_by_language(text) ? scan_plain(text + 1) : memory_string(text ? text : "");
}

/* The trigrams of a text, as digests, with a space at either end; the caller frees. */
static uint32_t *similar_trigrams(const char *title, const char *body, size_t *out_count)
{
    CLEAN_FREE char *words = similar_text(title);
    CLEAN_FREE char *more = similar_text(body);
    CLEAN_FREE char *text = memory_print("%s%s%s", words, *more ? " " : "", more);
    CLEAN_FREE char *folded = text_fold(text);
    CLEAN_FREE char *padded = memory_print(" %s ", folded ? folded : "");
    size_t size = strlen(padded), count = 0;
    uint32_t *trigrams = memory_alloc((size + 1) * sizeof(*trigrams));
    for (const char *at = padded; size > 2;) {
        size_t one = similar_char(at), two = at[one] ? one + similar_char(at + one) : 0;
        if (!two || !at[two])
            break;
        size_t three = two + similar_char(at + two);
        uint32_t digest = digest_fnv1a(DIGEST_FNV1A_START, at, three);
        trigrams[count++] = digest ? digest : 1;
        at += one;
    }
    *out_count = count;
    return trigrams;
}

static size_t similar_distinct(uint32_t *trigrams, size_t count)
{
    size_t distinct = 0;
    qsort(trigrams, count, sizeof(*trigrams), similar_compare_trigrams);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || trigrams[i] != trigrams[i - 1])
            trigrams[distinct++] = trigrams[i];
    return distinct;
}

static uint32_t similar_add(struct similar *similar, struct idea *idea, const char *title, const char *body)
{
    size_t count;
    CLEAN_FREE uint32_t *trigrams = similar_trigrams(title, body, &count);
    if (similar->count == similar->room) {
        similar->room = similar->room ? similar->room * 2 : 64;
        similar->entries = memory_resize(similar->entries, similar->room * sizeof(*similar->entries));
    }
    if (similar->count == 0)
        similar->entries[similar->count++] = (struct similar_entry){0};
    uint32_t entry = (uint32_t)similar->count++;
    similar->entries[entry] = (struct similar_entry){.idea = idea};
    for (size_t i = 0; i < count; i++)
        similar->entries[entry].trigrams += similar_post(similar, trigrams[i], entry);
    return entry;
}

static void similar_index(struct similar *similar, struct idea *idea)
{
    for (int i = 0; i < SIMILAR_ENTRIES; i++) {
        uint32_t *slot = &idea->similar_slots[i];
        if (*slot != SIMILAR_NONE) {
            similar->entries[*slot].idea = NULL;
            similar->dropped++;
        }
        *slot = SIMILAR_NONE;
    }
    idea->similar_slots[0] = similar_add(similar, idea, idea->fields.title, NULL);
    if (idea->fields.body)
        idea->similar_slots[1] = similar_add(similar, idea, idea->fields.title, idea->fields.body);
}

void similar_stale(struct similar *similar, struct idea *idea)
{
    if (!similar)
        return;
    if (similar->stale_count == similar->stale_room) {
        similar->stale_room = similar->stale_room ? similar->stale_room * 2 : 16;
        similar->stale = memory_resize(similar->stale, similar->stale_room * sizeof(*similar->stale));
    }
    similar->stale[similar->stale_count++] = idea;
}

/* An index that all ideas are still to be entered in: the first one, or when most of the old one is dropped
 * entries. */
static struct similar *similar_begin(struct challenge *challenge)
{
    struct similar *similar = memory_alloc(sizeof(*similar));
    const struct ranking *all = &challenge->rankings[RANK_NUMBER][RANK_ALL];
    for (size_t i = all->count; i > 0; i--) { /* the newest last: what is stale is entered from the end */
        struct idea *idea = all->items[i - 1];
        memset(idea->similar_slots, 0, sizeof(idea->similar_slots));
        similar_stale(similar, idea);
    }
    return similar;
}

size_t similar_warm(struct challenge *challenge)
{
    struct similar *similar = challenge->similar;
    if (similar && similar->dropped * 2 > similar->count + 64)
        similar_free(&challenge->similar);
    if (!challenge->similar)
        challenge->similar = similar_begin(challenge);
    similar = challenge->similar;
    size_t step = similar->stale_count < SIMILAR_STEP ? similar->stale_count : SIMILAR_STEP;
    for (size_t i = 0; i < step; i++)
        similar_index(similar, similar->stale[--similar->stale_count]);
    return step;
}

/* Whether `a` goes before `b`: more alike, then older. */
static bool similar_before(const struct similar_match *a, const struct similar_match *b)
{
    return a->likeness != b->likeness ? a->likeness > b->likeness : a->idea->n < b->idea->n;
}

static size_t similar_keep(struct similar_match *matches, size_t count, struct similar_match match)
{
    for (size_t i = 0; i < count; i++)
        if (matches[i].idea == match.idea) { /* by its other entry */
            if (matches[i].likeness >= match.likeness)
                return count;
            memmove(matches + i, matches + i + 1, (--count - i) * sizeof(*matches));
            break;
        }
    size_t at = count;
    while (at > 0 && similar_before(&match, &matches[at - 1]))
        at--;
    if (at == SIMILAR_BEST)
        return count;
    size_t moved = count < SIMILAR_BEST ? count - at : SIMILAR_BEST - 1 - at;
    memmove(matches + at + 1, matches + at, moved * sizeof(*matches));
    matches[at] = match;
    return count < SIMILAR_BEST ? count + 1 : SIMILAR_BEST;
}

/* Counts into `common`, and which entries were met into `found`. */
static size_t similar_count(struct similar *similar, const uint32_t *trigrams, size_t count)
{
    if (similar->found_room < similar->count) {
        similar->found_room = similar->room;
        similar->found = memory_resize(similar->found, similar->found_room * sizeof(*similar->found));
    }
    size_t found = 0;
    for (size_t i = 0; i < count && similar->table_room; i++) {
        const struct similar_postings *postings =
            similar_place(similar->table, similar->table_room, trigrams[i]);
        for (uint32_t j = 0; j < postings->count; j++)
            if (similar->entries[postings->entries[j]].common++ == 0)
                similar->found[found++] = postings->entries[j];
    }
    return found;
}

size_t similar_find(struct challenge *challenge, enum view_class class, const char *text,
                    struct similar_match out_matches[SIMILAR_BEST])
{
    size_t count, kept = 0;
    similar_warm(challenge);
    struct similar *similar = challenge->similar;
    CLEAN_FREE uint32_t *trigrams = similar_trigrams(text, NULL, &count);
    count = similar_distinct(trigrams, count);
    size_t found = similar_count(similar, trigrams, count);
    for (size_t i = 0; i < found; i++) {
        struct similar_entry *entry = &similar->entries[similar->found[i]];
        uint32_t common = entry->common;
        entry->common = 0;
        if (!entry->idea || !idea_is_visible(entry->idea, class))
            continue;
        int likeness = (int)(2000ull * common / (count + entry->trigrams));
        if (likeness >= SIMILAR_LEAST)
            kept = similar_keep(out_matches, kept, (struct similar_match){entry->idea, likeness});
    }
    return kept;
}
