/* Topic `me`: one's own votes, what is left of them, own ideas, points. */
#include "base/memory.h"
#include "wire/document_write.h"

#include <stdio.h>
#include <string.h>

enum me_place { ME_NOWHERE, ME_VOTES, ME_PARKED, ME_GIVEN_UP };

static enum me_place me_place(const struct view *view, const struct ballot_entry *entry)
{
    if (entry->value == 0)
        return ME_NOWHERE;
    if (entry->given_up)
        return ME_GIVEN_UP;
    const struct idea *idea = view_idea(view, entry->idea);
    return !idea || idea->published ? ME_VOTES
                                    : ME_PARKED; /* one that is not here yet is on its way, and published */
}

/* Since when the entry is where it is. */
static int64_t me_entry_version(const struct view *view, const struct ballot_entry *entry)
{
    const struct idea *idea = view_idea(view, entry->idea);
    return idea && idea->flipped > entry->version ? idea->flipped : entry->version;
}

/* What one may still spend, by the rules of the ballot; false where there is no end to it. */
static bool me_left(const struct view *view, const struct challenge *challenge,
                    const struct ballot_record *record, int64_t *out_left)
{
    int64_t dots = 0, ideas = 0;
    for (size_t i = 0; i < record->count; i++)
        if (me_place(view, &record->entries[i]) == ME_VOTES) {
            dots += record->entries[i].value;
            ideas++;
        }
    switch ((enum ballot)challenge->fields.ballot) {
    case ballot_budget: *out_left = challenge->fields.dots - dots; return true;
    case ballot_single: *out_left = 1 - ideas; return true;
    case ballot_approval: *out_left = challenge->fields.choose - ideas; return challenge->fields.choose > 0;
    default: return false;
    }
}

static void me_write_ballot(const struct view *view, const struct ballot_record *record, int64_t since,
                            struct buffer *out)
{
    static const char *const names[] = {
        [ME_VOTES] = "votes", [ME_PARKED] = "parked", [ME_GIVEN_UP] = "given_up"};
    bool patch = since != DOCUMENT_WHOLE;
    json_write_key(out, record->challenge);
    json_write_object(out);
    for (int place = ME_VOTES; place <= ME_GIVEN_UP; place++) {
        json_write_key(out, names[place]);
        json_write_object(out);
        for (size_t i = 0; i < record->count; i++) {
            const struct ballot_entry *entry = &record->entries[i];
            if (me_entry_version(view, entry) <= since)
                continue;
            if ((int)me_place(view, entry) == place)
                json_write_number(out, entry->idea, entry->value);
            else if (patch)
                json_write_absent(out, entry->idea);
        }
        json_write_end_object(out);
    }
    const struct challenge *challenge = view_challenge(view, record->challenge);
    int64_t left;
    if (challenge && me_left(view, challenge, record, &left))
        json_write_number(out, "left", left);
    else if (patch)
        json_write_absent(out, "left");
    json_write_end_object(out);
}

static bool me_ballot_changed(const struct view *view, const struct ballot_record *record, int64_t since)
{
    const struct challenge *challenge = view_challenge(view, record->challenge);
    if (record->version > since || (challenge && challenge->entity.versions[PART_challenge_RULES] > since))
        return true;
    for (size_t i = 0; i < record->count; i++)
        if (me_entry_version(view, &record->entries[i]) > since)
            return true;
    return false;
}

/* {"status":"client",...} of `status=client,store=lille`. */
static void me_write_groups(const struct view *view, const char *groups, bool patch, struct buffer *out)
{
    char dimension[TEXT_ID_ROOM], value[TEXT_ID_ROOM];
    bool has[GROUP_DIMENSIONS] = {false};
    json_write_key(out, "groups");
    json_write_object(out);
    for (; groups && sscanf(groups, "%32[^=]=%32[^,]", dimension, value) == 2;
         groups = strchr(groups, ',') ? strchr(groups, ',') + 1 : NULL) {
        json_write_text(out, dimension, value);
        for (size_t i = 0; i < view->dimensions.count; i++)
            has[i] |= strcmp(view->dimensions.of[i].id, dimension) == 0;
    }
    for (size_t i = 0; patch && i < view->dimensions.count; i++)
        if (!has[i])
            json_write_absent(out, view->dimensions.of[i].id);
    json_write_end_object(out);
}

static void me_write_ideas(const struct view *view, const struct person *person, int64_t since,
                           struct buffer *out)
{
    struct document_changes own = {0};
    list_for_each (at, &person->ideas) {
        struct idea *idea = CONTAINER_OF(at, struct idea, of_author);
        const int64_t *versions = idea->entity.versions;
        if (versions[PART_idea_TITLE] > since || versions[PART_idea_STATE] > since ||
            versions[PART_idea_REASON] > since || versions[PART_idea_SIGNED] > since)
            document_changes_add(&own, idea, false, true);
    }
    document_changes_sort(&own);
    json_write_key(out, "ideas");
    json_write_object(out);
    for (size_t i = 0; i < own.count; i++) {
        const struct idea *idea = (const struct idea *)own.of[i].entity;
        json_write_key(out, idea->entity.id);
        json_write_object(out);
        json_write_text(out, "challenge", idea->challenge->entity.id);
        document_words(view, out, "title", idea->fields.title, since != DOCUMENT_WHOLE);
        json_write_text(out, "state", word_name(WORDS_idea_state, idea->fields.state));
        document_optional_text(out, "reason", idea->fields.reason, since != DOCUMENT_WHOLE);
        json_write_number(out, "at", idea->fields.at);
        json_write_flag(out, "signed", !idea->fields.is_unsigned);
        json_write_end_object(out);
    }
    json_write_end_object(out);
    document_changes_clear(&own);
}

static void me_patch(const struct document *document, struct buffer *out, int64_t since)
{
    const struct person *person = document->person;
    const int64_t *versions = person->entity.versions;
    bool patch = since != DOCUMENT_WHOLE;
    if (versions[PART_person_NAME] > since || versions[PART_person_ROLE] > since) {
        json_write_key(out, "participant");
        json_write_object(out);
        json_write_text(out, "id", person->entity.id);
        document_optional_text(out, "name", person->fields.name, patch);
        json_write_text(out, "role", person->fields.role ? person->fields.role : "");
        json_write_text(out, "level", word_name(WORDS_level, person->fields.level));
        me_write_groups(document->view, person->fields.groups, patch, out);
        json_write_end_object(out);
    }
    if (versions[PART_person_POINTS] > since)
        json_write_number(out, "points", person->fields.points);
    json_write_key(out, "ballots");
    json_write_object(out);
    for (size_t i = 0; i < person->ballot_count; i++)
        if (me_ballot_changed(document->view, &person->ballots[i], since))
            me_write_ballot(document->view, &person->ballots[i], since, out);
    json_write_end_object(out);
    me_write_ideas(document->view, person, since, out);
}

static void me_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    (void)slice;
    me_patch(document, out, DOCUMENT_WHOLE);
}

const struct document_writer document_me_writer = {.state = me_state, .patch = me_patch};
