/* Topic `results:<challenge>`: the tallies of the `top` window's ideas, in total, by level and by group,
 * votes per minute, and the outcome. Where the tally may not be seen it holds how many voted, and nothing
 * else. */
#include "base/scan.h"
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

/* Written by level, or in total where level is level_count: those that left, entered or changed. */
static void results_write_level(const struct document *document, const struct document_changes *changes,
                                int level, int64_t since, struct buffer *out)
{
    json_write_key(out, level == level_count ? "ideas" : word_name(WORDS_level, level));
    json_write_object(out);
    for (size_t i = 0; i < changes->count; i++) {
        const struct document_change *change = &changes->of[i];
        const struct idea *idea = (const struct idea *)change->entity;
        if (change->gone) {
            json_write_absent(out, idea->entity.id);
        } else if (change->entered || document_tally_changed(document, idea, since)) {
            json_write_key(out, idea->entity.id);
            document_tally_write(document->challenge, idea, level, out);
        }
    }
    json_write_end_object(out);
}

/* The same ideas for each level, then for each dimension. */
static void results_write_ideas(const struct document *document, const struct document_changes *changes,
                                int64_t since, struct buffer *out)
{
    results_write_level(document, changes, level_count, since, out);
    json_write_key(out, "by");
    json_write_object(out);
    json_write_key(out, "level");
    json_write_object(out);
    for (int level = 0; level < level_count; level++)
        results_write_level(document, changes, level, since, out);
    json_write_end_object(out);
    document_groups_write(document, changes, since, out);
    json_write_end_object(out);
}

/* The first outcome by itself, what followed it as a list; they are never rewritten. */
static void results_write_outcomes(const struct document *document, bool patch, struct buffer *out)
{
    const char *outcomes = results_seen(document) ? document->challenge->fields.outcomes : NULL;
    struct scan_piece first, item;
    if (!outcomes || !scan_item(&outcomes, &first)) {
        document_optional_raw(out, "outcome", NULL, patch);
        document_optional_raw(out, "corrections", NULL, patch);
        return;
    }
    json_write_key(out, "outcome");
    buffer_add(out, first.at, first.size);
    size_t count = 0;
    for (; scan_item(&outcomes, &item); count++) {
        if (count == 0) {
            json_write_key(out, "corrections");
            json_write_array(out);
        } else {
            buffer_add_char(out, ',');
        }
        buffer_add(out, item.at, item.size);
    }
    if (count)
        json_write_end_array(out);
    else
        document_optional_raw(out, "corrections", NULL, patch);
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

/* About what one idea takes four times over, and once more for each value: a slice is cut before it is
 * written. */
#define RESULTS_IDEA_BYTES  300
#define RESULTS_GROUP_BYTES 75

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
        size_t bytes = RESULTS_IDEA_BYTES + RESULTS_GROUP_BYTES * document_groups_shown(document);
        size_t room = slice->bytes > out->size ? (slice->bytes - out->size) / bytes : 0;
        count = count > room + 1 ? room + 1 : count;
    }
    slice->more = count < members.count;
    members.count = count;
    if (count)
        memcpy(slice->last, members.of[count - 1].entity->id, sizeof(slice->last));
    results_write_ideas(document, &members, DOCUMENT_WHOLE, out);
    document_changes_clear(&members);
}

static void results_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    results_write_totals(document, false, out);
    results_write_outcomes(document, false, out);
    results_write_minutes(document, DOCUMENT_WHOLE, out);
    results_part(document, out, slice);
}

static void results_write_changed(const struct document *document, int64_t since, struct buffer *out)
{
    const struct window *window = results_window(document);
    bool seen = results_seen(document);
    int64_t rewritten = document_groups_rewritten(document);
    struct document_changes changes = {0};
    for (size_t i = 0; seen && i < window->count; i++) {
        struct idea *idea = window->members[i];
        bool entered = window_slot(window, idea)->entered > since;
        if (entered || rewritten > since || document_tally_changed(document, idea, since) ||
            idea->entity.versions[PART_idea_GROUPS] > since)
            document_changes_add(&changes, idea, false, entered);
    }
    if (seen)
        document_changes_left(&changes, window, since);
    document_changes_sort(&changes);
    results_write_ideas(document, &changes, since, out);
    document_changes_clear(&changes);
}

static void results_patch(const struct document *document, struct buffer *out, int64_t since)
{
    const int64_t *versions = document->challenge->entity.versions;
    bool seen = results_seen(document);
    int64_t revealed = document->challenge->revealed[document->class];
    if (versions[PART_challenge_VOTERS] > since || revealed > since ||
        (seen && versions[PART_challenge_VOTES] > since))
        results_write_totals(document, true, out);
    if (revealed > since || (seen && versions[PART_challenge_OUTCOME] > since))
        results_write_outcomes(document, true, out);
    results_write_changed(document, since, out);
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
