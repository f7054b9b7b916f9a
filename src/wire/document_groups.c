/* Tallies by group, in topic `results:<challenge>`: for each dimension those of the values that enough people
 * have, and of all others added up. */
#include "wire/document_write.h"

static bool groups_seen(const struct document *document)
{
    return document->challenge->sees[document->class];
}

/* When the set of shown values last changed for this class. */
static int64_t groups_changed(const struct document *document, size_t dimension)
{
    int64_t own = document->challenge->groups[dimension].changed,
            revealed = document->challenge->revealed[document->class];
    return own > revealed ? own : revealed;
}

int64_t document_groups_rewritten(const struct document *document)
{
    int64_t last = 0;
    for (size_t i = 0; i < document->view->dimensions.count; i++)
        if (groups_changed(document, i) > last)
            last = groups_changed(document, i);
    return last;
}

size_t document_groups_shown(const struct document *document)
{
    size_t shown = 0;
    for (size_t d = 0; d < document->view->dimensions.count; d++) {
        const struct group_voters *voters = &document->challenge->groups[d];
        for (size_t value = 0; value < voters->count; value++)
            shown += voters->shown[value];
        shown += voters->other;
    }
    return shown;
}

static void groups_write_counts(const struct document *document, const struct document_change *change,
                                const int64_t counts[2], struct buffer *out)
{
    json_write_key(out, change->entity->id);
    document_counts_write(document->challenge, counts, out);
}

/* One value's object: its ideas that left, entered or changed; with `whole`, all. Nothing where there is
 * none. */
static void groups_write_value(const struct document *document, const struct document_changes *changes,
                               struct group group, const char *name, int64_t since, bool whole,
                               struct buffer *out)
{
    bool begun = whole;
    if (whole) {
        json_write_key(out, name);
        json_write_object(out);
    }
    for (size_t i = 0; i < changes->count; i++) {
        static const int64_t none[2];
        const struct document_change *change = &changes->of[i];
        const struct group_count *count =
            group_counts_find(&((const struct idea *)change->entity)->groups, group);
        if (!whole && !change->gone && !change->entered && (!count || count->version <= since))
            continue;
        if (!begun) {
            json_write_key(out, name);
            json_write_object(out);
            begun = true;
        }
        if (change->gone)
            json_write_absent(out, change->entity->id);
        else
            groups_write_counts(document, change, count ? count->of : none, out);
    }
    if (begun)
        json_write_end_object(out);
}

/* What is left of an idea's tally when the shown values are taken away. Groups are told less often than
 * totals, so that for a moment less than nothing may be left. */
static bool groups_other(const struct document *document, const struct idea *idea, unsigned dimension,
                         int64_t since, int64_t out_counts[2])
{
    const struct group_voters *voters = &document->challenge->groups[dimension];
    bool changed = document_tally_changed(document, idea, since);
    idea_total(idea, out_counts);
    for (size_t i = 0; i < idea->groups.count; i++) {
        const struct group_count *count = &idea->groups.of[i];
        if (count->group.dimension != dimension || !group_voters_show(voters, count->group.value))
            continue;
        changed |= count->version > since;
        out_counts[0] -= count->of[0];
        out_counts[1] -= count->of[1];
    }
    for (int i = 0; i < 2; i++)
        out_counts[i] = out_counts[i] < 0 ? 0 : out_counts[i];
    return changed;
}

static void groups_write_other(const struct document *document, const struct document_changes *changes,
                               unsigned dimension, int64_t since, bool whole, struct buffer *out)
{
    json_write_key(out, "other");
    json_write_object(out);
    for (size_t i = 0; i < changes->count; i++) {
        const struct document_change *change = &changes->of[i];
        int64_t counts[2];
        bool changed = groups_other(document, (const struct idea *)change->entity, dimension, since, counts);
        if (change->gone)
            json_write_absent(out, change->entity->id);
        else if (whole || change->entered || changed)
            groups_write_counts(document, change, counts, out);
    }
    json_write_end_object(out);
}

static void groups_write_dimension(const struct document *document, const struct document_changes *changes,
                                   unsigned d, int64_t since, struct buffer *out)
{
    const struct dimension *dimension = &document->view->dimensions.of[d];
    const struct group_voters *voters = &document->challenge->groups[d];
    bool whole = groups_changed(document, d) > since;
    json_write_key(out, dimension->id);
    json_write_object(out);
    for (unsigned value = 0; value < dimension->count; value++)
        if (group_voters_show(voters, value))
            groups_write_value(document, changes, (struct group){d, value}, dimension->values[value], since,
                               whole, out);
        else if (whole && since != DOCUMENT_WHOLE)
            json_write_absent(out, dimension->values[value]);
    if (voters->other)
        groups_write_other(document, changes, d, since, whole, out);
    else if (whole && since != DOCUMENT_WHOLE)
        json_write_absent(out, "other");
    json_write_end_object(out);
}

void document_groups_write(const struct document *document, const struct document_changes *changes,
                           int64_t since, struct buffer *out)
{
    for (unsigned d = 0; d < document->view->dimensions.count; d++)
        if (groups_seen(document)) {
            groups_write_dimension(document, changes, d, since, out);
        } else {
            json_write_key(out, document->view->dimensions.of[d].id);
            json_write_object(out);
            json_write_end_object(out);
        }
}
