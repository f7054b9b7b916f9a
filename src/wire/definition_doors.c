#include "wire/definition_doors.h"
#include "base/date.h"
#include "base/memory.h"
#include "wire/params.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_LOCALE "fr"

static struct refusal refuse(const char *pointer, const char *expected)
{
    return refusal_field(ERROR_invalid_params, pointer, "%s", expected);
}

/* Whether a word is in a text of words with a space between. */
static bool has_word(const char *words, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, word, size) == 0)
            return true;
        at += length;
    }
    return false;
}

/* ---- languages */

static struct refusal read_languages(const json_t *json, struct definition *definition)
{
    const json_t *locale = json_object_get(json, "locale"), *list = json_object_get(json, "languages");
    struct buffer languages CLEAN_BUFFER = {0};
    if (locale && (!json_is_string(locale) || (strcmp(json_string_value(locale), "fr") != 0 &&
                                               strcmp(json_string_value(locale), "en") != 0)))
        return refuse("/locale", "fr or en");
    if (list &&
        (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > LIMIT_LANGUAGES))
        return refusal_field(ERROR_invalid_params, "/languages", "a list of 1 to %d languages",
                             LIMIT_LANGUAGES);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *language = json_array_get(list, i);
        char pointer[32];
        snprintf(pointer, sizeof(pointer), "/languages/%zu", i);
        if (!json_is_string(language) ||
            !params_is_language(json_string_value(language), json_string_length(language)))
            return refuse(pointer, "the tag of a language (BCP 47), as fr or en");
        if (languages.size && has_word(languages.bytes, json_string_value(language)))
            return refuse(pointer, "each language once");
        buffer_print(&languages, "%s%s", languages.size ? " " : "", json_string_value(language));
    }
    const char *first = DEFAULT_LOCALE;
    if (languages.size && !has_word(languages.bytes, first) && has_word(languages.bytes, "en"))
        first = "en";
    definition->locale = memory_string(locale ? json_string_value(locale) : first);
    if (languages.size && !has_word(languages.bytes, definition->locale))
        return refusal_field(ERROR_invalid_params, "/languages", "the locale (%s) among them",
                             definition->locale);
    definition->languages = languages.size ? buffer_take(&languages) : memory_string(definition->locale);
    return refusal_of(ERROR_none);
}

/* Texts by language are in languages of the session. */
static struct refusal check_text(const struct definition *definition, const char *pointer, const char *text)
{
    const char *language;
    json_t *value;
    struct refusal refusal = refusal_of(ERROR_none);
    if (!command_text_is_by_language(text))
        return refusal;
    json_t *texts = params_words_json(text);
    json_object_foreach(texts, language, value)
    {
        char at[128];
        snprintf(at, sizeof(at), "%s/%s", pointer, language);
        if (!has_word(definition->languages, language))
            refusal = refusal_field(ERROR_invalid_params, at, "a language of the session: %s",
                                    definition->languages);
    }
    json_decref(texts);
    return refusal;
}

/* ---- doors */

static struct refusal read_join(const json_t *join, struct definition *definition)
{
    static const char expected[] = "open, code or sso, or a list of them";
    bool doors[join_count] = {false};
    struct buffer words CLEAN_BUFFER = {0};
    size_t count = json_is_array(join) ? json_array_size(join) : 1;
    if (!join) {
        definition->join = memory_string("open");
        return refusal_of(ERROR_none);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *word = json_is_array(join) ? json_array_get(join, i) : join;
        int door = json_is_string(word)
                       ? word_find(WORDS_join, json_string_value(word), json_string_length(word))
                       : -1;
        if (door < 0)
            return refuse("/join", expected);
        doors[door] = true;
    }
    for (int door = 0; door < join_count; door++)
        if (doors[door])
            buffer_print(&words, "%s%s", words.size ? " " : "", word_name(WORDS_join, door));
    if (!words.size)
        return refuse("/join", expected);
    definition->join = buffer_take(&words);
    return refusal_of(ERROR_none);
}

static struct refusal read_state(const json_t *json, struct definition *definition)
{
    const json_t *brand = json_object_get(json, "brand"), *state = json_object_get(json, "state"),
                 *ends = json_object_get(json, "ends_at");
    if (brand && (!json_is_string(brand) || !text_is_id(json_string_value(brand), json_string_length(brand))))
        return refuse("/brand", "an id: a-z, then up to 31 of a-z, 0-9 and -");
    strcpy(definition->brand, brand ? json_string_value(brand) : "default");
    int word = json_is_string(state)
                   ? word_find(WORDS_first_state, json_string_value(state), json_string_length(state))
                   : first_state_open;
    if (word < 0 || (state && !json_is_string(state)))
        return refuse("/state", "draft or open");
    definition->draft = word == first_state_draft;
    if (ends && (!json_is_string(ends) ||
                 !date_parse(json_string_value(ends), json_string_length(ends), &definition->ends_at)))
        return refuse("/ends_at", "a date with an offset, as 2026-07-14T18:00:00+02:00 (RFC 3339)");
    return refusal_of(ERROR_none);
}

/* ---- terms */

static bool is_address(const char *text)
{
    return (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0) &&
           strlen(text) <= LIMIT_URL && !text[strcspn(text, " \t\r\n\"<>")];
}

static struct refusal read_terms(const json_t *terms, struct definition *definition)
{
    char *version CLEAN_FREE = NULL, *text CLEAN_FREE = NULL;
    const char *name;
    json_t *value;
    if (!terms)
        return refusal_of(ERROR_none);
    if (!json_is_object(terms))
        return refuse("/terms", "an object {\"version\", \"text\", \"privacy\"?}");
    json_object_foreach((json_t *)terms, name, value)
    {
        if (strcmp(name, "version") != 0 && strcmp(name, "text") != 0 && strcmp(name, "privacy") != 0)
            return refuse("/terms", "version, text and privacy alone");
    }
    const json_t *privacy = json_object_get(terms, "privacy");
    struct refusal refusal = params_text(json_object_get(terms, "version"), "/terms/version", LIMIT_VERSION,
                                         false, true, &version);
    if (!refusal.error)
        refusal = params_words(json_object_get(terms, "text"), "/terms/text", LIMIT_TERMS, true, true, &text);
    if (!refusal.error && privacy && (!json_is_string(privacy) || !is_address(json_string_value(privacy))))
        refusal = refuse("/terms/privacy", "an address that begins with https://");
    if (refusal.error)
        return refusal;
    json_t *made = json_pack("{s:s, s:o}", "version", version, "text", params_words_json(text));
    if (privacy)
        json_object_set_new(made, "privacy", json_string(json_string_value(privacy)));
    definition->terms = json_dumps(made, JSON_COMPACT);
    json_decref(made);
    return check_text(definition, "/terms/text", text);
}

/* ---- groups */

/* A text of the file, clean, into an object. */
static struct refusal add_text(const struct definition *definition, const json_t *value, const char *pointer,
                               const char *name, json_t *object)
{
    char *text CLEAN_FREE = NULL;
    struct refusal refusal = value ? params_words(value, pointer, LIMIT_TITLE, false, true, &text)
                                   : refuse(pointer, "a value: this is required");
    if (!refusal.error)
        refusal = check_text(definition, pointer, text);
    if (!refusal.error)
        json_object_set_new(object, name, params_words_json(text));
    return refusal;
}

static struct refusal read_from(const json_t *from, const char *pointer, json_t *dimension)
{
    bool sources[group_from_count] = {false};
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(from); i++) {
        const json_t *word = json_array_get(from, i);
        int source = json_is_string(word)
                         ? word_find(WORDS_group_from, json_string_value(word), json_string_length(word))
                         : -1;
        if (source < 0) {
            json_decref(list);
            return refuse(pointer, "a list of code, sso and ask");
        }
        sources[source] = true;
    }
    for (int source = 0; source < group_from_count; source++)
        if (sources[source])
            json_array_append_new(list, json_string(word_name(WORDS_group_from, source)));
    bool empty = json_array_size(list) == 0;
    json_object_set_new(dimension, "from", list);
    return empty ? refuse(pointer, "a list of code, sso and ask") : refusal_of(ERROR_none);
}

static struct refusal read_values(const struct definition *definition, const json_t *values,
                                  const char *pointer, json_t *dimension, size_t *total)
{
    const char *name;
    json_t *value;
    json_t *made = json_object();
    json_object_set_new(dimension, "values", made);
    if (!json_is_object(values) || json_object_size(values) == 0)
        return refuse(pointer, "an object of one or more values: {\"client\": \"Client\"}");
    json_object_foreach((json_t *)values, name, value)
    {
        char at[128];
        snprintf(at, sizeof(at), "%s/%s", pointer, name);
        if (!text_is_id(name, strlen(name)) || strcmp(name, "other") == 0)
            return refuse(at, "an id that is not \"other\"");
        struct refusal refusal = add_text(definition, value, at, name, made);
        if (refusal.error)
            return refusal;
    }
    *total += json_object_size(values);
    return *total > LIMIT_GROUPS
               ? refusal_field(ERROR_invalid_params, "/groups", "at most %d values in all", LIMIT_GROUPS)
               : refusal_of(ERROR_none);
}

static struct refusal read_dimension(const struct definition *definition, const char *name,
                                     const json_t *json, json_t *groups, size_t *total)
{
    const char *member;
    json_t *value;
    char pointer[64], at[96];
    snprintf(pointer, sizeof(pointer), "/groups/%.50s", name);
    if (!text_is_id(name, strlen(name)) || strcmp(name, "level") == 0)
        return refuse(pointer, "an id that is not \"level\"");
    if (!json_is_object(json))
        return refuse(pointer, "an object {\"title\", \"values\", \"from\"}");
    json_object_foreach((json_t *)json, member, value)
    {
        if (strcmp(member, "title") != 0 && strcmp(member, "values") != 0 && strcmp(member, "from") != 0)
            return refuse(pointer, "title, values and from alone");
    }
    json_t *dimension = json_object();
    json_object_set_new(groups, name, dimension);
    snprintf(at, sizeof(at), "%s/title", pointer);
    struct refusal refusal = add_text(definition, json_object_get(json, "title"), at, "title", dimension);
    snprintf(at, sizeof(at), "%s/values", pointer);
    if (!refusal.error)
        refusal = read_values(definition, json_object_get(json, "values"), at, dimension, total);
    snprintf(at, sizeof(at), "%s/from", pointer);
    return refusal.error ? refusal : read_from(json_object_get(json, "from"), at, dimension);
}

static struct refusal read_groups(const json_t *json, struct definition *definition)
{
    const char *name;
    json_t *dimension;
    size_t total = 0;
    if (!json)
        return refusal_of(ERROR_none);
    if (!json_is_object(json) || json_object_size(json) > LIMIT_DIMENSIONS)
        return refusal_field(ERROR_invalid_params, "/groups", "an object of at most %d dimensions",
                             LIMIT_DIMENSIONS);
    json_t *groups = json_object();
    struct refusal refusal = refusal_of(ERROR_none);
    json_object_foreach((json_t *)json, name, dimension)
    {
        refusal = read_dimension(definition, name, dimension, groups, &total);
        if (refusal.error)
            break;
    }
    if (!refusal.error && json_object_size(groups))
        definition->groups = json_dumps(groups, JSON_COMPACT); /* in the order of the file */
    json_decref(groups);
    return refusal;
}

struct refusal definition_doors(const json_t *json, struct definition *definition)
{
    struct refusal refusal = read_languages(json, definition);
    if (!refusal.error)
        refusal = read_state(json, definition);
    if (!refusal.error)
        refusal = read_join(json_object_get(json, "join"), definition);
    if (!refusal.error)
        refusal = read_groups(json_object_get(json, "groups"), definition);
    if (!refusal.error)
        refusal = read_terms(json_object_get(json, "terms"), definition);
    return refusal;
}

/* ---- what must fit together */

static struct refusal check_electorate(const json_t *groups, const char *electorate, const char *pointer)
{
    struct refusal refusal = refusal_of(ERROR_none);
    const char *name;
    json_t *wanted;
    json_t *json = electorate ? json_loads(electorate, 0, NULL) : NULL;
    json_object_foreach(json_object_get(json, "groups"), name, wanted)
    {
        char at[128];
        const json_t *values = json_object_get(json_object_get(groups, name), "values");
        snprintf(at, sizeof(at), "%s/groups/%s", pointer, name);
        if (!values)
            refusal = refuse(at, "a dimension of the session's groups");
        for (size_t i = 0; i < json_array_size(wanted) && !refusal.error; i++)
            if (!json_object_get(values, json_string_value(json_array_get(wanted, i))))
                refusal = refuse(at, "values of this dimension of the session's groups");
        if (refusal.error)
            break;
    }
    json_decref(json);
    return refusal;
}

static struct refusal check_challenge(const struct definition *definition, const json_t *groups,
                                      size_t number)
{
    const struct challenge_add *challenge = &definition->challenges[number].challenge_add;
    const struct {
        const char *name, *text;
    } texts[] = {{"title", challenge->title}, {"brief", challenge->brief}, {"noun", challenge->noun}};
    char pointer[64];
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        snprintf(pointer, sizeof(pointer), "/challenges/%zu/%s", number, texts[i].name);
        struct refusal refusal = check_text(definition, pointer, texts[i].text);
        if (refusal.error)
            return refusal;
    }
    snprintf(pointer, sizeof(pointer), "/challenges/%zu/voters", number);
    struct refusal refusal = check_electorate(groups, challenge->voters, pointer);
    snprintf(pointer, sizeof(pointer), "/challenges/%zu/proposers", number);
    if (!refusal.error)
        refusal = check_electorate(groups, challenge->proposers, pointer);
    if (!refusal.error && challenge->proposers && challenge->proposals == proposals_brand)
        refusal = refuse(pointer, "none where only the brand proposes");
    return refusal;
}

struct refusal definition_doors_check_idea(const struct definition *definition, const struct idea_add *idea,
                                           const char *pointer)
{
    char at[96];
    snprintf(at, sizeof(at), "%s/title", pointer);
    struct refusal refusal = check_text(definition, at, idea->title);
    snprintf(at, sizeof(at), "%s/body", pointer);
    if (!refusal.error)
        refusal = check_text(definition, at, idea->body);
    snprintf(at, sizeof(at), "%s/lang", pointer);
    if (!refusal.error && idea->lang && !has_word(definition->languages, idea->lang))
        refusal =
            refusal_field(ERROR_invalid_params, at, "a language of the session: %s", definition->languages);
    return refusal;
}

struct refusal definition_doors_check(const struct definition *definition)
{
    struct refusal refusal = check_text(definition, "/title", definition->title);
    if (!refusal.error)
        refusal = check_text(definition, "/brief", definition->brief);
    if (!refusal.error)
        refusal = check_text(definition, "/mandate", definition->mandate);
    json_t *groups = definition->groups ? json_loads(definition->groups, 0, NULL) : NULL;
    for (size_t i = 0; i < definition->challenge_count && !refusal.error; i++)
        refusal = check_challenge(definition, groups, i);
    json_decref(groups);
    return refusal;
}
