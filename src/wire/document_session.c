/* Topics `session` and `leaders`: the same for every audience. */
#include "base/memory.h"
#include "base/scan.h"
#include "wire/document_write.h"

#include <string.h>

static void session_write_words(struct buffer *out, const char *key, const char *words)
{
    json_write_key(out, key);
    json_write_array(out);
    while (words && *words) {
        size_t size = strcspn(words, " ");
        char *word CLEAN_FREE = memory_bytes(words, size);
        json_write_string(out, word);
        words += size + (words[size] == ' ');
    }
    json_write_end_array(out);
}

static void session_write_text(const struct view *view, struct buffer *out, bool patch)
{
    const struct session_fields *fields = &view->session.fields;
    document_words(view, out, "title", fields->title, patch);
    document_words(view, out, "brief", fields->brief, patch);
    document_words(view, out, "mandate", fields->mandate, patch);
    json_write_text(out, "brand", fields->brand ? fields->brand : "default");
    json_write_text(out, "locale", fields->locale ? fields->locale : "");
    session_write_words(out, "languages", fields->languages ? fields->languages : fields->locale);
    document_optional_text(out, "time_zone", fields->time_zone, patch);
    document_optional_raw(out, "simulated", fields->is_simulated ? "true" : NULL, patch);
    json_write_number(out, "created_at", fields->created_at);
}

static void session_write_state(const struct session_fields *fields, struct buffer *out, bool patch)
{
    json_write_text(out, "state", word_name(WORDS_session_state, fields->state));
    json_write_flag(out, "frozen", fields->is_frozen);
    document_optional_number(out, "opened_at", fields->opened_at, patch);
    document_optional_number(out, "ends_at", fields->ends_at, patch);
    document_optional_number(out, "closed_at", fields->closed_at, patch);
    document_optional_raw(out, "rehearsal", fields->rehearsal, patch);
}

static void session_write_announcement(const struct view *view, struct buffer *out, bool patch)
{
    const struct session_fields *fields = &view->session.fields;
    if (fields->announcement) {
        json_write_key(out, "announcement");
        json_write_object(out);
        document_words(view, out, "text", fields->announcement, patch);
        json_write_number(out, "at", fields->announced_at);
        json_write_end_object(out);
    } else if (patch) {
        json_write_absent(out, "announcement");
    }
}

static void challenge_write_text(const struct view *view, const struct challenge_fields *fields,
                                 struct buffer *out, bool patch)
{
    json_write_number(out, "n", fields->n);
    document_words(view, out, "title", fields->title, patch);
    document_optional_words(view, out, "brief", fields->brief, patch);
    document_optional_words(view, out, "noun", fields->noun, patch);
    json_write_key(out, "timeline");
    json_write_raw(out, fields->timeline ? fields->timeline : "[]");
}

/* Who may: {"groups"?:{"<dimension>":[...]},"levels"?:[...],"roles"?:[...]}, another one until it opens. */
static void challenge_write_electorate(const struct view *view, const char *key, const char *json,
                                       struct buffer *out, bool patch)
{
    struct scan_piece groups;
    if (!json || !patch || !scan_find(json, "groups", &groups)) {
        if (json) {
            json_write_key(out, key);
            document_members(out, json, "groups levels roles", patch);
        } else if (patch) {
            json_write_absent(out, key);
        }
        return;
    }
    CLEAN_BUFFER struct buffer dimensions = {0};
    for (size_t i = 0; i < view->dimensions.count; i++)
        buffer_print(&dimensions, "%s%s", i ? " " : "", view->dimensions.of[i].id);
    json_write_key(out, key);
    json_write_object(out);
    json_write_key(out, "groups");
    document_members(out, groups.at, dimensions.bytes, patch);
    static const char *const lists[] = {"levels", "roles"};
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        struct scan_piece list;
        json_write_key(out, lists[i]);
        if (scan_find(json, lists[i], &list))
            buffer_add(out, list.at, list.size);
        else
            json_write_null(out);
    }
    json_write_end_object(out);
}

static void challenge_write_electorates(const struct view *view, const struct challenge_fields *fields,
                                        struct buffer *out, bool patch)
{
    challenge_write_electorate(view, "electors", fields->electors, out, patch);
    challenge_write_electorate(view, "proposers", fields->proposers, out, patch);
    if (fields->outcome) {
        json_write_key(out, "outcome");
        document_members(out, fields->outcome, "counts quorum winners", patch);
    } else if (patch) {
        json_write_absent(out, "outcome");
    }
}

static void challenge_write_rules(const struct challenge_fields *fields, struct buffer *out, bool patch)
{
    json_write_text(out, "ballot", word_name(WORDS_ballot, fields->ballot));
    if (fields->dots) {
        json_write_key(out, "budget");
        json_write_object(out);
        json_write_number(out, "dots", fields->dots);
        document_optional_number(out, "per_idea", fields->per_idea, patch);
        json_write_end_object(out);
    } else if (patch) {
        json_write_absent(out, "budget");
    }
    document_optional_number(out, "choose", fields->choose, patch);
    json_write_flag(out, "final", fields->is_final);
    json_write_text(out, "proposals", word_name(WORDS_proposals, fields->proposals));
    json_write_text(out, "tally", word_name(WORDS_tally, fields->tally));
    document_optional_number(out, "ideas_per_person", fields->ideas_per_person, patch);
    document_optional_text(out, "rules", fields->rules, patch);
}

static void challenge_write_state(const struct challenge_fields *fields, struct buffer *out, bool patch)
{
    json_write_text(out, "state", word_name(WORDS_challenge_state, fields->state));
    document_optional_number(out, "opens_at", fields->opens_at, patch);
    document_optional_number(out, "closes_at", fields->closes_at, patch);
    document_optional_number(out, "opened_at", fields->opened_at, patch);
    document_optional_number(out, "closed_at", fields->closed_at, patch);
    document_optional_raw(out, "unsealed", fields->unsealed, patch);
}

static void challenge_write(const struct view *view, const struct challenge *challenge, struct buffer *out,
                            int64_t since)
{
    const int64_t *versions = challenge->entity.versions;
    bool patch = since != DOCUMENT_WHOLE;
    json_write_key(out, challenge->entity.id);
    json_write_object(out);
    if (versions[PART_challenge_TEXT] > since)
        challenge_write_text(view, &challenge->fields, out, patch);
    if (versions[PART_challenge_RULES] > since) {
        challenge_write_rules(&challenge->fields, out, patch);
        challenge_write_electorates(view, &challenge->fields, out, patch);
    }
    if (versions[PART_challenge_STATE] > since)
        challenge_write_state(&challenge->fields, out, patch);
    if (versions[PART_challenge_IDEAS] > since)
        json_write_number(out, "ideas", challenge->fields.ideas);
    if (versions[PART_challenge_VOTERS] > since)
        json_write_number(out, "voters", challenge->fields.voters);
    json_write_end_object(out);
}

static bool challenge_changed(const struct challenge *challenge, int64_t since)
{
    static const enum challenge_part shown[] = {PART_challenge_TEXT, PART_challenge_RULES,
                                                PART_challenge_STATE, PART_challenge_IDEAS,
                                                PART_challenge_VOTERS};
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        if (challenge->entity.versions[shown[i]] > since)
            return true;
    return false;
}

static void session_patch(const struct document *document, struct buffer *out, int64_t since)
{
    const struct session *session = &document->view->session;
    const int64_t *versions = session->entity.versions;
    bool patch = since != DOCUMENT_WHOLE;
    if (versions[PART_session_TEXT] > since)
        session_write_text(document->view, out, patch);
    if (versions[PART_session_JOIN] > since)
        session_write_words(out, "join", session->fields.join);
    if (versions[PART_session_GROUPS] > since) {
        json_write_key(out, "groups");
        json_write_raw(out, session->fields.groups ? session->fields.groups : "{}");
    }
    if (versions[PART_session_TERMS] > since)
        document_optional_raw(out, "terms", session->fields.terms, patch);
    if (versions[PART_session_STATE] > since)
        session_write_state(&session->fields, out, patch);
    if (versions[PART_session_ANNOUNCEMENT] > since)
        session_write_announcement(document->view, out, patch);
    if (versions[PART_session_PEOPLE] > since)
        json_write_number(out, "people", session->fields.people);
    json_write_key(out, "challenges");
    json_write_object(out);
    const struct ranking *challenges = &document->view->challenge_order;
    for (size_t i = 0; i < challenges->count; i++)
        if (challenge_changed(challenges->items[i], since))
            challenge_write(document->view, challenges->items[i], out, since);
    json_write_end_object(out);
}

static void session_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    (void)slice;
    session_patch(document, out, DOCUMENT_WHOLE);
}

static void leaders_patch(const struct document *document, struct buffer *out, int64_t since)
{
    const struct window *window = &document->view->leaders_window;
    struct document_changes changes = {0};
    for (size_t i = 0; i < window->count; i++) {
        struct person *person = window->members[i];
        bool entered = person->slot.entered > since;
        if (entered || person->entity.versions[PART_person_NAME] > since ||
            person->entity.versions[PART_person_POINTS] > since)
            document_changes_add(&changes, person, false, entered);
    }
    if (since != DOCUMENT_WHOLE)
        document_changes_left(&changes, window, since);
    document_changes_sort(&changes);
    json_write_key(out, "people");
    json_write_object(out);
    for (size_t i = 0; i < changes.count; i++) {
        const struct document_change *change = &changes.of[i];
        const struct person *person = (const struct person *)change->entity;
        if (change->gone) {
            json_write_absent(out, person->entity.id);
            continue;
        }
        json_write_key(out, person->entity.id);
        json_write_object(out);
        if (change->entered || person->entity.versions[PART_person_NAME] > since) {
            json_write_number(out, "n", person->fields.n);
            document_optional_text(out, "name", person->fields.name, since != DOCUMENT_WHOLE);
        }
        if (change->entered || person->entity.versions[PART_person_POINTS] > since)
            json_write_number(out, "points", person->fields.points);
        json_write_end_object(out);
    }
    json_write_end_object(out);
    document_changes_clear(&changes);
}

static void leaders_state(const struct document *document, struct buffer *out, struct document_slice *slice)
{
    (void)slice;
    leaders_patch(document, out, DOCUMENT_WHOLE);
}

const struct document_writer document_session_writer = {.state = session_state, .patch = session_patch};
const struct document_writer document_leaders_writer = {.state = leaders_state, .patch = leaders_patch};
