/* Topics `ideas:<challenge>:<order>` and `idea:<idea>`, and the one place where an idea becomes bytes. */
#include "base/memory.h"
#include "wire/document_write.h"

#include <string.h>

static void tally_write(const struct challenge *challenge, const int64_t counts[2], int64_t score,
                        struct buffer *out)
{
    static const char *const names[ballot_count][2] = {
        [ballot_approval] = {"votes", NULL}, [ballot_updown] = {"up", "down"},
        [ballot_single] = {"votes", NULL},   [ballot_budget] = {"dots", "voters"},
        [ballot_stars] = {"sum", "voters"},
    };
    json_write_object(out);
    for (int i = 0; i < 2; i++)
        if (names[challenge->fields.ballot][i])
            json_write_number(out, names[challenge->fields.ballot][i], counts[i]);
    json_write_number(out, "score", score);
    json_write_end_object(out);
}

void document_counts_write(const struct challenge *challenge, const int64_t counts[2], struct buffer *out)
{
    tally_write(challenge, counts,
                challenge_score((enum ballot)challenge->fields.ballot, counts[0], counts[1]), out);
}

void document_tally_write(const struct challenge *challenge, const struct idea *idea, int level,
                          struct buffer *out)
{
    int64_t counts[2];
    if (level < level_count) {
        document_counts_write(challenge, idea->fields.tally.of[level], out);
        return;
    }
    idea_total(idea, counts);
    tally_write(challenge, counts, idea_score(idea), out);
}

/* When what this class sees of the tally last changed: no later than its challenge was revealed, or ceased to
 * be. */
static int64_t document_tally_version(const struct document *document, const struct idea *idea,
                                      enum idea_part part)
{
    int64_t own = idea->entity.versions[part], revealed = document->challenge->revealed[document->class];
    return document->challenge->sees[document->class] && own > revealed ? own : revealed;
}

bool document_tally_changed(const struct document *document, const struct idea *idea, int64_t since)
{
    return document_tally_version(document, idea, PART_idea_TALLY) > since;
}

static bool document_total_changed(const struct document *document, const struct idea *idea, int64_t since)
{
    return document_tally_version(document, idea, PART_idea_TOTAL) > since;
}

bool document_idea_changed(const struct document *document, const struct idea *idea, int64_t since)
{
    static const enum idea_part shown[] = {PART_idea_ORIGIN, PART_idea_AUTHOR, PART_idea_SIGNED,
                                           PART_idea_TITLE,  PART_idea_TEXT,   PART_idea_STATE};
    for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
        if (idea->entity.versions[shown[i]] > since)
            return true;
    return document_total_changed(document, idea, since);
}

static void idea_write_author(const struct idea *idea, bool patch, struct buffer *out)
{
    const struct person *author = idea->fields.is_unsigned ? NULL : idea->author;
    document_optional_text(out, "author", author ? author->entity.id : NULL, patch);
    document_optional_text(out, "name", author ? author->fields.name : NULL, patch);
}

static void idea_write_text(const struct document *document, const struct idea *idea, bool patch,
                            struct buffer *out)
{
    document_optional_words(document->view, out, "body", idea->fields.body, patch);
    document_optional_raw(out, "media", idea->fields.media, patch);
    document_optional_number(out, "edited_at", idea->fields.edited_at, patch);
    document_optional_raw(out, "additions", idea->fields.additions, patch);
}

void document_idea_write(const struct document *document, const struct idea *idea, int64_t since,
                         struct buffer *out)
{
    const int64_t *versions = idea->entity.versions;
    bool patch = since != DOCUMENT_WHOLE;
    if (versions[PART_idea_ORIGIN] > since) {
        json_write_number(out, "n", idea->fields.n);
        document_optional_raw(out, "brand", idea->fields.is_brand ? "true" : NULL, patch);
        json_write_number(out, "at", idea->fields.at);
        json_write_number(out, "mix", idea->fields.mix);
        document_optional_text(out, "lang", idea->fields.lang, patch);
    }
    if (versions[PART_idea_TITLE] > since)
        document_words(document->view, out, "title", idea->fields.title, patch);
    if (versions[PART_idea_TEXT] > since)
        idea_write_text(document, idea, patch, out);
    if (versions[PART_idea_AUTHOR] > since || versions[PART_idea_SIGNED] > since)
        idea_write_author(idea, patch, out);
    if (versions[PART_idea_SIGNED] > since)
        document_optional_raw(out, "erased", idea->fields.is_erased ? "true" : NULL, patch);
    if (versions[PART_idea_STATE] > since)
        json_write_text(out, "state", word_name(WORDS_idea_state, idea->fields.state));
    if (!document_total_changed(document, idea, since))
        return;
    if (document->challenge->sees[document->class]) {
        json_write_key(out, "tally");
        document_tally_write(document->challenge, idea, level_count, out);
    } else if (patch) {
        json_write_absent(out, "tally");
    }
}

static void ideas_write_member(const struct document *document, const struct idea *idea, int64_t since,
                               struct buffer *out)
{
    json_write_key(out, idea->entity.id);
    json_write_object(out);
    document_idea_write(document, idea, since, out);
    json_write_end_object(out);
}

static const struct window *ideas_window(const struct document *document)
{
    return &document->challenge->windows[document->topic->order][document->class];
}

static void ideas_write_totals(const struct document *document, struct buffer *out)
{
    json_write_key(out, "totals");
    json_write_object(out);
    json_write_number(out, "ideas", document->challenge->fields.ideas);
    json_write_number(out, "voters", document->challenge->fields.voters);
    json_write_end_object(out);
}

static void ideas_part(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    const struct window *window = ideas_window(document);
    struct document_changes members = {0};
    for (size_t i = 0; i < window->count; i++)
        document_changes_add(&members, window->members[i], false, true);
    document_changes_sort(&members);
    json_write_key(out, "ideas");
    json_write_object(out);
    for (size_t i = 0; i < members.count; i++) {
        const struct idea *idea = (const struct idea *)members.of[i].entity;
        if (strcmp(idea->entity.id, slice->after) <= 0)
            continue;
        if (slice->bytes && out->size > slice->bytes && slice->last[0]) {
            slice->more = true;
            break;
        }
        ideas_write_member(document, idea, DOCUMENT_WHOLE, out);
        memcpy(slice->last, idea->entity.id, sizeof(slice->last));
    }
    json_write_end_object(out);
    document_changes_clear(&members);
}

static void ideas_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    json_write_text(out, "challenge", document->challenge->entity.id);
    json_write_text(out, "order", word_name(WORDS_order, (int)document->topic->order));
    ideas_write_totals(document, out);
    ideas_part(document, out, slice);
}

static void ideas_patch(const struct document *document, struct buffer *out, int64_t since)
{
    const struct challenge *challenge = document->challenge;
    const struct window *window = ideas_window(document);
    struct document_changes changes = {0};
    for (size_t i = 0; i < window->count; i++) {
        struct idea *idea = window->members[i];
        bool entered = window_slot(window, idea)->entered > since;
        if (entered || document_idea_changed(document, idea, since))
            document_changes_add(&changes, idea, false, entered);
    }
    document_changes_left(&changes, window, since);
    document_changes_sort(&changes);
    if (challenge->entity.versions[PART_challenge_IDEAS] > since ||
        challenge->entity.versions[PART_challenge_VOTERS] > since)
        ideas_write_totals(document, out);
    json_write_key(out, "ideas");
    json_write_object(out);
    for (size_t i = 0; i < changes.count; i++) {
        const struct document_change *change = &changes.of[i];
        if (change->gone)
            json_write_absent(out, change->entity->id);
        else
            ideas_write_member(document, (const struct idea *)change->entity,
                               change->entered ? DOCUMENT_ENTERED : since, out);
    }
    json_write_end_object(out);
    document_changes_clear(&changes);
}

static void ideas_promote(const struct document *from, const struct document *to, struct buffer *out)
{
    const struct window *old = ideas_window(from), *new = ideas_window(to);
    struct document_changes changes = {0};
    for (size_t i = 0; i < old->count; i++)
        if (!window_slot(new, old->members[i])->within)
            document_changes_add(&changes, old->members[i], true, false);
    for (size_t i = 0; i < new->count; i++)
        document_changes_add(&changes, new->members[i], false, !window_slot(old, new->members[i])->within);
    document_changes_sort(&changes);
    json_write_key(out, "ideas");
    json_write_object(out);
    for (size_t i = 0; i < changes.count; i++) {
        const struct document_change *change = &changes.of[i];
        const struct idea *idea = (const struct idea *)change->entity;
        if (change->gone) {
            json_write_absent(out, idea->entity.id);
        } else if (change->entered) {
            ideas_write_member(to, idea, DOCUMENT_WHOLE, out);
        } else if (to->challenge->sees[to->class] && !from->challenge->sees[from->class]) {
            json_write_key(out, idea->entity.id);
            json_write_object(out);
            json_write_key(out, "tally");
            document_tally_write(to->challenge, idea, level_count, out);
            json_write_end_object(out);
        }
    }
    json_write_end_object(out);
    document_changes_clear(&changes);
}

static void idea_patch(const struct document *document, struct buffer *out, int64_t since)
{
    if (!document->idea || !idea_is_visible(document->idea, document->class))
        return;
    if (since == DOCUMENT_WHOLE)
        json_write_text(out, "challenge", document->challenge->entity.id);
    json_write_key(out, "idea");
    json_write_object(out);
    document_idea_write(document, document->idea, since, out);
    json_write_end_object(out);
}

static void idea_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    (void)slice;
    idea_patch(document, out, DOCUMENT_WHOLE);
}

static void idea_promote(const struct document *from, const struct document *to, struct buffer *out)
{
    if (!idea_is_visible(to->idea, to->class) || from->challenge->sees[from->class] ||
        !to->challenge->sees[to->class])
        return;
    json_write_key(out, "idea");
    json_write_object(out);
    json_write_key(out, "tally");
    document_tally_write(to->challenge, to->idea, level_count, out);
    json_write_end_object(out);
}

const struct document_writer document_ideas_writer = {
    .state = ideas_state, .part = ideas_part, .patch = ideas_patch, .promote = ideas_promote};
const struct document_writer document_idea_writer = {
    .state = idea_state, .patch = idea_patch, .promote = idea_promote};
