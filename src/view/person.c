#include "view/person.h"
#include "base/memory.h"
#include "view/model.h"

#include <stdio.h>
#include <string.h>

struct person *person_new(const char *id)
{
    struct person *person = memory_alloc(sizeof(*person));
    person->entity.kind = ENTITY_person;
    snprintf(person->entity.id, sizeof(person->entity.id), "%s", id);
    list_init(&person->ideas);
    list_init(&person->of_here);
    return person;
}

void person_forget_ballots(struct person *person)
{
    for (size_t i = 0; i < person->ballot_count; i++)
        free(person->ballots[i].entries);
    memory_free(&person->ballots);
    person->ballot_count = 0;
    person->loaded = false;
}

void person_free(struct person **where)
{
    if (!*where)
        return;
    person_forget_ballots(*where);
    field_clear(&(*where)->fields, ENTITY_person);
    list_remove(&(*where)->ideas);
    list_remove(&(*where)->of_here);
    memory_free(where);
}

int person_compare(const void *a, const void *b)
{
    const struct person *x = a, *y = b;
    if (x->points != y->points)
        return x->points > y->points ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return strcmp(x->entity.id, y->entity.id);
}

const struct ballot_record *person_ballot(const struct person *person, const char *challenge)
{
    for (size_t i = 0; i < person->ballot_count; i++)
        if (strcmp(person->ballots[i].challenge, challenge) == 0)
            return &person->ballots[i];
    return NULL;
}

static int ballot_entry_compare(const void *a, const void *b)
{
    return strcmp(((const struct ballot_entry *)a)->idea, ((const struct ballot_entry *)b)->idea);
}

const struct ballot_entry *ballot_entry(const struct ballot_record *record, const char *idea)
{
    struct ballot_entry key;
    snprintf(key.idea, sizeof(key.idea), "%s", idea);
    return record->count ? bsearch(&key, record->entries, record->count, sizeof(key), ballot_entry_compare)
                         : NULL;
}

static struct ballot_record *person_ballot_make(struct person *person, const char *challenge)
{
    size_t at = 0;
    while (at < person->ballot_count && strcmp(person->ballots[at].challenge, challenge) < 0)
        at++;
    if (at < person->ballot_count && strcmp(person->ballots[at].challenge, challenge) == 0)
        return &person->ballots[at];
    person->ballots = memory_resize(person->ballots, (person->ballot_count + 1) * sizeof(*person->ballots));
    memmove(person->ballots + at + 1, person->ballots + at,
            (person->ballot_count - at) * sizeof(*person->ballots));
    person->ballot_count++;
    person->ballots[at] = (struct ballot_record){.known = -1};
    snprintf(person->ballots[at].challenge, TEXT_ID_ROOM, "%s", challenge);
    return &person->ballots[at];
}

/* `i4:1` or `i7:-1*`. */
static bool ballot_parse_entry(const char *word, size_t size, struct ballot_entry *out_entry)
{
    const char *colon = memchr(word, ':', size);
    if (!colon || !text_is_id(word, (size_t)(colon - word)))
        return false;
    struct ballot_entry entry = {0};
    memcpy(entry.idea, word, (size_t)(colon - word));
    size_t digits = size - (size_t)(colon + 1 - word);
    entry.given_up = digits > 0 && colon[digits] == '*';
    if (!field_integer(colon + 1, digits - entry.given_up, &entry.value))
        return false;
    *out_entry = entry;
    return true;
}

/* `<level> <groups or -> <entry>...`, the entries sorted by id. */
static bool ballot_parse(const char *value, size_t size, struct ballot_entry **out_entries, size_t *out_count)
{
    const char *end = value + size;
    struct ballot_entry *entries = NULL;
    size_t count = 0, room = 0;
    for (int word = 0; value < end; word++) {
        const char *space = memchr(value, ' ', (size_t)(end - value));
        const char *stop = space ? space : end;
        if (word >= 2 && stop > value) {
            if (count == room)
                entries = memory_resize(entries, (room = room ? room * 2 : 8) * sizeof(*entries));
            if (!ballot_parse_entry(value, (size_t)(stop - value), &entries[count++])) {
                free(entries);
                return false;
            }
        }
        value = stop + 1;
    }
    if (count)
        qsort(entries, count, sizeof(*entries), ballot_entry_compare);
    *out_entries = entries;
    *out_count = count;
    return true;
}

/* Gives each new entry its version and adds those that are gone, as taken back. `old` and *entries are
 * sorted. */
static bool ballot_merge(const struct ballot_record *old, struct ballot_entry **entries, size_t *count,
                         int64_t seq)
{
    struct ballot_entry *merged = memory_alloc((old->count + *count) * sizeof(*merged));
    size_t i = 0, j = 0, size = 0;
    bool changed = false;
    while (i < old->count || j < *count) {
        int order = i == old->count ? 1
                    : j == *count   ? -1
                                    : ballot_entry_compare(&old->entries[i], &(*entries)[j]);
        struct ballot_entry entry = order <= 0 ? old->entries[i] : (*entries)[j];
        bool same =
            order == 0 && entry.value == (*entries)[j].value && entry.given_up == (*entries)[j].given_up;
        if (order < 0) { /* gone */
            same = entry.value == 0;
            entry.value = 0;
            entry.given_up = false;
        } else {
            entry.value = (*entries)[j].value;
            entry.given_up = (*entries)[j].given_up;
        }
        if (!same) {
            entry.version = seq;
            changed = true;
        }
        i += order <= 0;
        j += order >= 0;
        merged[size++] = entry;
    }
    free(*entries);
    *entries = merged;
    *count = size;
    return changed;
}

enum field_result person_set_ballot(struct person *person, const char *challenge, const char *value,
                                    size_t size, int64_t known, int64_t seq)
{
    struct ballot_entry *entries;
    size_t count;
    if (!ballot_parse(value, size, &entries, &count))
        return FIELD_BAD;
    if (!size) {
        free(entries);
        return FIELD_SAME;
    }
    struct ballot_record *record = person_ballot_make(person, challenge);
    bool first = record->known < 0, ahead = record->known >= known;
    /* What was read ahead of the view is told whole as the view gets there: another process, where its owner
     * was connected at this same version, may have told less, and it is not known what. */
    if (ahead && known == seq)
        person->track.horizon = seq;
    if (record->known > known) {
        free(entries);
        return known == seq ? FIELD_CHANGED : FIELD_SAME;
    }
    bool changed = ballot_merge(record, &entries, &count, seq);
    free(record->entries);
    record->entries = entries;
    record->count = count;
    record->known = known;
    if (first)
        record->version = seq;
    return changed || first || ahead ? FIELD_CHANGED : FIELD_SAME;
}

void person_mark(struct view *view, struct person *person, int64_t seq)
{
    if (!person->here)
        return;
    struct topic topic = {.kind = TOPIC_me};
    memcpy(topic.subject, person->entity.id, sizeof(topic.subject));
    view_mark(view, &person->track, &topic, 1u << AUDIENCE_SELF, seq);
}

void person_touch_ideas(struct view *view, struct person *person)
{
    if (person->entity.changed & PART_BIT(PART_person_NAME))
        list_for_each (at, &person->ideas) {
            struct idea *idea = CONTAINER_OF(at, struct idea, of_author);
            if (!idea->fields.is_unsigned)
                view_touch(view, &idea->entity, PART_BIT(PART_idea_AUTHOR));
        }
}

static void person_rank(struct view *view, struct person *person)
{
    if (person->points == person->fields.points && person->n == person->fields.n)
        return;
    if (person->points > 0)
        ranking_remove(&view->leaders, person);
    person->points = person->fields.points;
    person->n = person->fields.n;
    if (person->points > 0)
        ranking_insert(&view->leaders, person);
}

void person_settle(struct view *view, struct person *person, int64_t seq)
{
    uint32_t changed = person->entity.fresh ? PART_ALL : person->entity.changed;
    for (unsigned part = 0; part < PART_MAX; part++)
        if (changed & PART_BIT(part))
            person->entity.versions[part] = seq;
    person_rank(view, person);
    uint32_t own = PART_BIT(PART_person_NAME) | PART_BIT(PART_person_ROLE) | PART_BIT(PART_person_POINTS) |
                   PART_BIT(PART_person_BALLOT);
    if (changed & own)
        person_mark(view, person, seq);
    uint32_t leading = PART_BIT(PART_person_NAME) | PART_BIT(PART_person_POINTS);
    if ((changed & leading) && person->slot.within)
        view_mark(view, &view->leaders_track, &(struct topic){.kind = TOPIC_leaders}, VIEW_AUDIENCES_PLAIN,
                  seq);
}
