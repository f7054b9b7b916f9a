#include "cli/recording_write.h"
#include "base/memory.h"
#include "cli/recording_params.h"

#include <string.h>

/* ---- what the session began with */

/* The list that session_create was given, read from its front. */
struct definition_cursor {
    const json_t *list;
    size_t at;
};

static const char *cursor_take(struct definition_cursor *cursor)
{
    const char *text = json_string_value(json_array_get(cursor->list, cursor->at++));
    return text ? text : "";
}

static size_t cursor_count(struct definition_cursor *cursor)
{
    return (size_t)strtoul(cursor_take(cursor), NULL, 10);
}

/* The next `count` arguments as a list. */
static json_t *cursor_list(struct definition_cursor *cursor, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(cursor_take(cursor)));
    return list;
}

static json_t *field_json(const char *value)
{
    return json_loads(value, JSON_DECODE_ANY, NULL);
}

static json_t *field_date(const char *value)
{
    return recording_date(strtoll(value, NULL, 10));
}

static json_t *field_flag(const char *value)
{
    return json_boolean(*value);
}

/* One door is a word, several are a list. */
static json_t *field_doors(const char *value)
{
    return strchr(value, ' ') ? recording_list(value) : json_string(value);
}

/* The members of a session file that are fields of a session, in the file's order. */
static const struct {
    const char *name;
    json_t *(*json)(const char *value);
} session_members[] = {
    {"title", recording_words},    {"brief", recording_words}, {"mandate", recording_words},
    {"brand", json_string},        {"state", json_string},     {"locale", json_string},
    {"languages", recording_list}, {"time_zone", json_string}, {"join", field_doors},
    {"groups", field_json},        {"terms", field_json},      {"ends_at", field_date},
    {"simulated", field_flag},
};

/* Told elsewhere in the header, or of the import alone. */
static bool field_is_elsewhere(const char *name)
{
    static const char *const names[] = {"seed",      "last_idea", "last_person",
                                        "last_code", "importing", "last_challenge"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool field_is_member(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(session_members); i++)
        if (strcmp(session_members[i].name, name) == 0)
            return true;
    return false;
}

static json_t *media_find(const json_t *media, const char *hash)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)media, i, one) if (strcmp(json_string_value(json_object_get(one, "hash")),
                                                           hash) == 0) return one;
    return NULL;
}

/* An idea of the definition: challenge, title, body, media, lang, id. */
static json_t *definition_idea(const json_t *arguments, const json_t *media)
{
    json_t *idea = recording_params(COMMAND_idea_add, arguments);
    json_t *pictures = json_array();
    size_t i;
    json_t *hash;
    json_object_del(idea, "challenge");
    json_array_foreach(json_object_get(idea, "media"), i, hash)
    {
        json_t *picture = media_find(media, json_string_value(hash));
        json_array_append(pictures, picture ? picture : hash);
    }
    if (json_array_size(pictures))
        json_object_set(idea, "media", pictures);
    json_decref(pictures);
    const char *id = json_string_value(json_array_get(arguments, 5));
    if (id && *id)
        json_object_set_new(idea, "id", json_string(id));
    return idea;
}

static void definition_challenges(struct definition_cursor *cursor, json_t *session, const json_t *media)
{
    /* How many arguments a challenge has follows from the table: two for a budget, one for each other. */
    const struct command_row *row = command_row(COMMAND_challenge_add);
    size_t width = row->param_count, count = cursor_count(cursor);
    json_t *challenges = json_array();
    for (size_t i = 0; i < row->param_count; i++)
        width += row->params[i].type == PARAM_BUDGET;
    for (size_t i = 0; i < count; i++) {
        json_t *arguments = cursor_list(cursor, width), *challenge = json_object();
        json_t *params = recording_params(COMMAND_challenge_add, arguments);
        json_object_set(challenge, "id", json_object_get(params, "challenge"));
        json_object_del(params, "challenge");
        json_object_update(challenge, params);
        json_object_set_new(challenge, "ideas", json_array());
        json_array_append_new(challenges, challenge);
        json_decref(params);
        json_decref(arguments);
    }
    for (size_t n = cursor_count(cursor); n > 0; n--) {
        json_t *arguments = cursor_list(cursor, 6), *challenge;
        const char *of = json_string_value(json_array_get(arguments, 0));
        size_t i;
        json_array_foreach(challenges, i,
                           challenge) if (strcmp(json_string_value(json_object_get(challenge, "id")), of) ==
                                          0)
            json_array_append_new(json_object_get(challenge, "ideas"), definition_idea(arguments, media));
        json_decref(arguments);
    }
    json_object_set_new(session, "challenges", challenges);
}

static const char *pair_get(const json_t *pairs, const char *name)
{
    for (size_t i = 0; i + 1 < json_array_size(pairs); i += 2)
        if (strcmp(json_string_value(json_array_get(pairs, i)), name) == 0)
            return json_string_value(json_array_get(pairs, i + 1));
    return NULL;
}

static json_t *definition_media(struct definition_cursor *cursor)
{
    json_t *media = json_array();
    for (size_t n = cursor_count(cursor); n > 0; n--) {
        cursor_take(cursor); /* the hash, which the JSON has too */
        json_t *one = json_loads(cursor_take(cursor), 0, NULL);
        cursor_take(cursor); /* its bytes, which a definition does not keep */
        if (one)
            json_array_append_new(media, one);
    }
    return media;
}

static struct definition_cursor definition_begin(const struct record *record, json_t **out_pairs)
{
    struct definition_cursor cursor = {.list = record->definition};
    size_t count = cursor_count(&cursor);
    *out_pairs = cursor_list(&cursor, 2 * count);
    return cursor;
}

json_t *recording_media(const struct record *record)
{
    json_t *pairs;
    struct definition_cursor cursor = definition_begin(record, &pairs);
    json_decref(pairs);
    return definition_media(&cursor);
}

static void header_number(json_t *numbers, const json_t *pairs, const char *field, const char *name)
{
    const char *value = pair_get(pairs, field);
    json_object_set_new(numbers, name, json_integer(value ? strtoll(value, NULL, 10) : 0));
}

static int pair_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What the session held at its beginning that a session file has no word for, by name. */
static json_t *header_kept(const json_t *pairs)
{
    size_t count = 0;
    const char **names = memory_alloc((json_array_size(pairs) + 1) * sizeof(*names));
    for (size_t i = 0; i + 1 < json_array_size(pairs); i += 2) {
        const char *name = json_string_value(json_array_get(pairs, i));
        if (!field_is_elsewhere(name) && !field_is_member(name))
            names[count++] = name;
    }
    qsort(names, count, sizeof(*names), pair_compare);
    json_t *kept = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(kept, names[i], json_string(pair_get(pairs, names[i])));
    free(names);
    return kept;
}

json_t *recording_header(const struct record *record)
{
    json_t *pairs, *session = json_object(), *numbers = json_object();
    struct definition_cursor cursor = definition_begin(record, &pairs);
    const char *seed = pair_get(pairs, "seed");
    json_object_set_new(session, "id", json_string(record->session));
    for (size_t i = 0; i < ARRAY_SIZE(session_members); i++) {
        const char *value = pair_get(pairs, session_members[i].name);
        if (value && *value)
            json_object_set_new(session, session_members[i].name, session_members[i].json(value));
    }
    header_number(numbers, pairs, "last_idea", "idea");
    header_number(numbers, pairs, "last_person", "person");
    header_number(numbers, pairs, "last_code", "code");
    json_t *media = definition_media(&cursor);
    definition_challenges(&cursor, session, media);
    json_t *header = json_pack(
        "{s:s,s:i,s:I,s:s,s:o,s:o,s:o,s:o}", "palabre", "recording", "version", RECORDING_VERSION, "at",
        (json_int_t)(record->count ? record->entries[0].at : 0), "seed", seed ? seed : record->session,
        "numbers", numbers, "kept", header_kept(pairs), "media", media, "session", session);
    json_decref(pairs);
    return header;
}

/* ---- what happened */

struct writer {
    const struct record *record;
    struct map roles;     /* participant -> their role's name, in the journal's memory */
    struct map additions; /* idea -> how many of its additions were told (+1), as a pointer */
};

static const char *fact(const struct record_entry *entry, size_t n)
{
    return n < entry->fact_count ? entry->facts[n] : "";
}

static json_t *entry_actor(const struct writer *writer, const struct record_entry *entry)
{
    json_t *actor = json_object();
    const char *role = map_get(&writer->roles, entry->participant);
    bool somebody = strcmp(entry->participant, "-") != 0;
    if (somebody)
        json_object_set_new(actor, "id", json_string(entry->participant));
    /* Who is no participant is an operator or an admin: their tokens are for every session. */
    json_object_set_new(actor, "role", json_string(role ? role : somebody ? "admin" : "system"));
    if (strcmp(entry->level, "-") != 0)
        json_object_set_new(actor, "level", json_string(entry->level));
    if (strcmp(entry->groups, "-") != 0)
        json_object_set_new(actor, "groups", recording_groups(entry->groups));
    return actor;
}

static void set_text(json_t *params, const char *name, const char *value)
{
    if (*value)
        json_object_set_new(params, name, json_string(value));
}

/* The texts of participants are in their ideas alone, as those are now. */
static json_t *idea_add_params(const struct record *record, const struct record_entry *entry)
{
    const char *id = fact(entry, 1), *media = record_get(&record->ideas, id, "media");
    json_t *params = json_object(), *pictures = json_loads(media, 0, NULL), *hashes = json_array(), *one;
    size_t i;
    json_object_set_new(params, "challenge", json_string(fact(entry, 0)));
    json_object_set_new(params, "title", json_string(record_get(&record->ideas, id, "title")));
    set_text(params, "body", record_get(&record->ideas, id, "body"));
    json_array_foreach(pictures, i, one) json_array_append(hashes, json_object_get(one, "hash"));
    if (json_array_size(hashes))
        json_object_set(params, "media", hashes);
    set_text(params, "lang", record_get(&record->ideas, id, "lang"));
    json_decref(hashes);
    json_decref(pictures);
    return params;
}

/* An edit is told as what it left: the title as it is now, or the text that it added. */
static json_t *idea_edit_params(struct writer *writer, const struct record_entry *entry)
{
    const struct record *record = writer->record;
    const char *id = fact(entry, 0), *what = fact(entry, 1);
    json_t *params = json_object(),
           *additions = json_loads(record_get(&record->ideas, id, "additions"), 0, NULL);
    size_t told = (size_t)map_get(&writer->additions, id);
    const json_t *next = json_array_get(additions, told);
    bool is_next = json_integer_value(json_object_get(next, "at")) == entry->at;
    json_object_set_new(params, "idea", json_string(id));
    if (strchr(what, 't'))
        json_object_set_new(params, "title", json_string(record_get(&record->ideas, id, "title")));
    if (strchr(what, 'b'))
        json_object_set_new(params, "body", json_string(record_get(&record->ideas, id, "body")));
    if (strchr(what, 'a')) /* none where it was empty, or its author erased it */
        json_object_set_new(params, "addition", json_copy(json_object_get(is_next ? next : NULL, "text")));
    if (strchr(what, 'a') && is_next)
        map_put(&writer->additions, id, (void *)(told + 1));
    else if (strchr(what, 'a'))
        json_object_set_new(params, "addition", json_string(""));
    json_decref(additions);
    return params;
}

static json_t *join_params(const struct record *record, const struct record_entry *entry)
{
    json_t *params = json_object();
    set_text(params, "name", record_get(&record->people, entry->participant, "name"));
    set_text(params, "accept", record_get(&record->people, entry->participant, "accepted"));
    set_text(params, "code", fact(entry, 1));
    return params;
}

/* Entries that are no commands, and commands of participants, whose journal holds ids and values. */
static json_t *plain_params(struct writer *writer, const struct record_entry *entry)
{
    const struct record *record = writer->record;
    if (strcmp(entry->name, "vote_cast") == 0)
        return json_pack("{s:s,s:I}", "idea", fact(entry, 0), "value",
                         (json_int_t)strtoll(fact(entry, 1), NULL, 10));
    if (strcmp(entry->name, "participant_join") == 0)
        return join_params(record, entry);
    if (strcmp(entry->name, "idea_add") == 0)
        return idea_add_params(record, entry);
    if (strcmp(entry->name, "idea_edit") == 0)
        return idea_edit_params(writer, entry);
    if (strcmp(entry->name, "idea_withdraw") == 0)
        return json_pack("{s:s}", "idea", fact(entry, 0));
    if (strcmp(entry->name, "name_set") == 0)
        return json_pack("{s:s}", "name", record_get(&record->people, entry->participant, "name"));
    if (strcmp(entry->name, "participant_upgrade") == 0) {
        json_t *params = json_object();
        set_text(params, "code", strcmp(fact(entry, 0), "-") == 0 ? "" : fact(entry, 0));
        set_text(params, "role", fact(entry, 1));
        return params;
    }
    if (strcmp(entry->name, "participant_merge") == 0)
        return json_pack("{s:s}", "into", fact(entry, 0));
    if (strcmp(entry->name, "session_due") == 0)
        return json_pack("{s:s,s:s,s:o}", "what", fact(entry, 0), "state", fact(entry, 1), "date",
                         recording_date(strtoll(fact(entry, 2), NULL, 10)));
    if (strcmp(entry->name, "me_erase") == 0)
        return json_object();
    return NULL;
}

static json_t *entry_params(struct writer *writer, const struct record_entry *entry)
{
    int kind = command_find(entry->name, strlen(entry->name));
    if (strcmp(entry->name, "seal_open") == 0)
        return json_pack("{s:s}", "by", json_string_value(json_array_get(entry->said, 0)));
    if (!entry->said || kind < 0)
        return plain_params(writer, entry);
    json_t *params = recording_params((enum command_kind)kind, entry->said);
    /* A name is kept in one place: what was erased there is not told here. */
    if (kind == COMMAND_participant_rename)
        json_object_set_new(
            params, "name",
            json_string(record_get(&writer->record->people,
                                   json_string_value(json_object_get(params, "participant")), "name")));
    return params;
}

/* The id that was made, where one was: who reads this alone can tell what later lines speak of. */
static json_t *entry_result(const struct record_entry *entry)
{
    if (strcmp(entry->name, "idea_add") == 0)
        return json_pack("{s:s}", "idea", fact(entry, 1));
    if (strcmp(entry->name, "challenge_add") == 0)
        return json_pack("{s:s}", "challenge", fact(entry, 0));
    if (strcmp(entry->name, "code_make") == 0)
        return json_pack("{s:s}", "batch", fact(entry, 0));
    if (strcmp(entry->name, "idea_withdraw") == 0)
        return json_pack("{s:b}", "withdrawn", strcmp(fact(entry, 1), "1") == 0);
    return NULL;
}

static bool entry_write(struct writer *writer, const struct record_entry *entry, FILE *to)
{
    if (strcmp(entry->name, "participant_join") == 0)
        map_put(&writer->roles, entry->participant, (void *)fact(entry, 0));
    if (strcmp(entry->name, "participant_upgrade") == 0 && *fact(entry, 1))
        map_put(&writer->roles, entry->participant, (void *)fact(entry, 1));
    json_t *params = entry_params(writer, entry);
    if (!params)
        return false;
    json_t *line = json_pack("{s:I,s:o,s:s,s:o}", "at", (json_int_t)entry->at, "actor",
                             entry_actor(writer, entry), "command", entry->name, "params", params);
    json_t *result = entry_result(entry);
    if (result)
        json_object_set_new(line, "result", result);
    json_dumpf(line, to, JSON_COMPACT);
    json_decref(line);
    putc('\n', to);
    return true;
}

bool recording_write(const struct record *record, FILE *to, char **out_message)
{
    struct writer writer = {.record = record};
    json_t *header = recording_header(record);
    bool good = true;
    json_dumpf(header, to, JSON_COMPACT);
    json_decref(header);
    putc('\n', to);
    /* The first entry is the session's making, or its opening, which the header tells. */
    for (size_t i = 1; good && i < record->count; i++) {
        good = entry_write(&writer, &record->entries[i], to);
        if (!good)
            *out_message = memory_print("the journal holds %s at %s, which this version cannot tell",
                                        record->entries[i].name, record->entries[i].id);
    }
    map_clear(&writer.roles);
    map_clear(&writer.additions);
    return good;
}
