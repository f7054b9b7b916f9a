/* Topic `results:<challenge>`: the tallies of the `top` window's ideas, in total and by level, and votes per
 * minute. Where the tally may not be seen it holds how many voted, and nothing else. */
#include "wire/document_write.h"

#include <stdio.h>
#include <string.h>

static const struct window *results_window(const struct document *document)
{
    return &document->challenge->windows[order_top][document->class];
}

static bool results_seen(const struct document *document)
{
    return document->challenge->sees[document->class];
}

static void results_write_totals(const struct document *document, bool patch, struct buffer *out)
{
    json_write_key(out, "totals");
    json_write_object(out);
    json_write_number(out, "voters", document->challenge->fields.voters);
    if (results_seen(document))
        json_write_number(out, "votes", document->challenge->fields.votes);
    else if (patch)
        json_write_absent(out, "votes");
    json_write_end_object(out);
}

/* The same ideas four times: in total, then for each level. */
static void results_write_ideas(const struct document *document, const struct document_changes *changes,
                                size_t first, size_t end, struct buffer *out)
{
    for (int i = 0; i <= level_count; i++) {
        int level = i == 0 ? level_count : i - 1;
        if (i == 1) {
            json_write_key(out, "by");
            json_write_object(out);
            json_write_key(out, "level");
            json_write_object(out);
        }
        json_write_key(out, i == 0 ? "ideas" : word_name(WORDS_level, level));
        json_write_object(out);
        for (size_t at = first; at < end; at++) {
            const struct document_change *change = &changes->of[at];
            json_write_key(out, change->entity->id);
            if (change->gone)
                json_write_null(out);
            else
                document_tally_write(document->challenge, (const struct idea *)change->entity, level, out);
        }
        json_write_end_object(out);
    }
    json_write_end_object(out);
    json_write_end_object(out);
}

static void results_write_minutes(const struct document *document, int64_t since, struct buffer *out)
{
    const struct minutes *minutes = &document->challenge->minutes;
    if (document->challenge->revealed[document->class] > since)
        since = DOCUMENT_WHOLE;
    json_write_key(out, "minutes");
    json_write_object(out);
    for (size_t i = 0; results_seen(document) && i < minutes->count; i++) {
        const struct minute *minute = &minutes->of[i];
        char key[32];
        snprintf(key, sizeof(key), "m%lld", (long long)minute->minute);
        if (i < minutes->first) {
            if (since != DOCUMENT_WHOLE && minute->dropped > since)
                json_write_absent(out, key);
            continue;
        }
        if (minute->version <= since)
            continue;
        json_write_key(out, key);
        json_write_object(out);
        for (int level = 0; level < level_count; level++)
            json_write_number(out, word_name(WORDS_level, level), minute->counts[level]);
        json_write_end_object(out);
    }
    json_write_end_object(out);
}

/* About what one idea takes, four times over: a slice is cut before it is written. */
#define RESULTS_IDEA_BYTES 300

static void results_part(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    const struct window *window = results_window(document);
    struct document_changes members = {0};
    for (size_t i = 0; results_seen(document) && i < window->count; i++)
        if (strcmp(((const struct entity *)window->members[i])->id, slice->after) > 0)
            document_changes_add(&members, window->members[i], false, true);
    document_changes_sort(&members);
    size_t count = members.count;
    if (slice->bytes) {
        size_t room = slice->bytes > out->size ? (slice->bytes - out->size) / RESULTS_IDEA_BYTES : 0;
        count = count > room + 1 ? room + 1 : count;
    }
    slice->more = count < members.count;
    if (count)
        memcpy(slice->last, members.of[count - 1].entity->id, sizeof(slice->last));
    results_write_ideas(document, &members, 0, count, out);
    document_changes_clear(&members);
}

static void results_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    results_write_totals(document, false, out);
    results_write_minutes(document, DOCUMENT_WHOLE, out);
    results_part(document, out, slice);
}

static void results_patch(const struct document *document, struct buffer *out, int64_t since)
{
    const struct challenge *challenge = document->challenge;
    const struct window *window = results_window(document);
    bool seen = results_seen(document);
    int64_t revealed = challenge->revealed[document->class];
    if (challenge->entity.versions[PART_challenge_VOTERS] > since || revealed > since ||
        (seen && challenge->entity.versions[PART_challenge_VOTES] > since))
        results_write_totals(document, true, out);
    struct document_changes changes = {0};
    for (size_t i = 0; seen && i < window->count; i++) {
        struct idea *idea = window->members[i];
        if (window_slot(window, idea)->entered > since || document_tally_changed(document, idea, since))
            document_changes_add(&changes, idea, false, true);
    }
    if (seen)
        document_changes_left(&changes, window, since);
    document_changes_sort(&changes);
    results_write_ideas(document, &changes, 0, changes.count, out);
    document_changes_clear(&changes);
    results_write_minutes(document, since, out);
}

static void results_promote(const struct document *from, const struct document *to, struct buffer *out)
{
    if (results_seen(from) || !results_seen(to))
        return; /* what they see is the same */
    struct document_slice whole = {.after = ""};
    results_state(to, out, &whole);
}

const struct document_writer document_results_writer = {
    .state = results_state, .part = results_part, .patch = results_patch, .promote = results_promote};
