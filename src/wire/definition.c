#include "wire/definition_doors.h"
#include "base/memory.h"
#include "wire/params.h"

#include <stdio.h>
#include <string.h>

/* What is being read, so that a refusal can say where. */
struct reading {
    struct definition *definition;
    definition_picture *picture;
    void *arg;
};

/* Paths of the server itself. */
static const char *const reserved_ids[] = {"api",   "assets",  "demo",   "healthz",
                                           "media", "metrics", "readyz", "ws"};

/* params_text() or params_words(). */
typedef struct refusal read_words_of(const json_t *value, const char *field, int64_t limit, bool lines,
                                     bool required, char **out_text);

static struct refusal read_member(const json_t *object, const char *name, read_words_of *read, int64_t limit,
                                  bool lines, bool required, char **out_text)
{
    char pointer[64];
    snprintf(pointer, sizeof(pointer), "/%s", name);
    const json_t *value = json_object_get(object, name);
    if (!value)
        return required ? refusal_field(ERROR_invalid_params, pointer, "a value: this is required")
                        : refusal_of(ERROR_none);
    return read(value, pointer, limit, lines, required, out_text);
}

bool definition_id_is_reserved(const char *id, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(reserved_ids); i++)
        if (strlen(reserved_ids[i]) == size && memcmp(reserved_ids[i], id, size) == 0)
            return true;
    return false;
}

static struct refusal read_id(const json_t *json, struct definition *definition)
{
    const json_t *id = json_object_get(json, "id");
    if (!json_is_string(id) || !text_is_id(json_string_value(id), json_string_length(id)))
        return refusal_field(ERROR_invalid_params, "/id", "an id: a-z, then up to 31 of a-z, 0-9 and -");
    if (definition_id_is_reserved(json_string_value(id), json_string_length(id)))
        return refusal_field(ERROR_invalid_params, "/id", "an id other than %s", json_string_value(id));
    memcpy(definition->id, json_string_value(id), json_string_length(id) + 1);
    return refusal_of(ERROR_none);
}

/* Whether it has the form of an IANA name: words of letters with a '/' between, as Europe/Paris or UTC. Which
 * names there are changes with the years, and the pages know. */
static bool is_time_zone(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t words = 0;
    for (const char *at = name;; at++, words++) {
        size_t size = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-");
        if (!strchr(letters, *at) || size == 0)
            return false;
        at += size;
        if (!*at)
            return words > 0 || strcmp(name, "UTC") == 0;
        if (*at != '/')
            return false;
    }
}

static struct refusal read_words(const json_t *json, struct definition *definition)
{
    struct refusal refusal =
        read_member(json, "title", params_words, LIMIT_TITLE, false, true, &definition->title);
    if (!refusal.error)
        refusal = read_member(json, "brief", params_words, LIMIT_BODY, true, false, &definition->brief);
    if (!refusal.error)
        refusal = read_member(json, "mandate", params_words, LIMIT_BODY, true, false, &definition->mandate);
    if (!refusal.error)
        refusal = read_member(json, "time_zone", params_text, 64, false, false, &definition->time_zone);
    if (!refusal.error && definition->time_zone && !is_time_zone(definition->time_zone))
        refusal = refusal_field(ERROR_invalid_params, "/time_zone", "an IANA name, as Europe/Paris or UTC");
    if (!refusal.error)
        refusal = definition_doors(json, definition);
    const json_t *simulated = json_object_get(json, "simulated");
    if (!refusal.error && simulated && !json_is_boolean(simulated))
        refusal = refusal_field(ERROR_invalid_params, "/simulated", "true or false");
    definition->simulated = json_is_true(simulated);
    return refusal;
}

/* One picture of an idea: {"file", "alt"}; its hash is added to `hashes`. */
static struct refusal read_picture(struct reading *reading, const json_t *json, const char *pointer,
                                   struct buffer *hashes)
{
    struct definition *definition = reading->definition;
    struct definition_media media = {0};
    char field[64];
    const json_t *file = json_object_get(json, "file");
    if (!json_is_string(file))
        return refusal_field(ERROR_invalid_params, pointer, "an object {\"file\", \"alt\"}");
    if (!reading->picture)
        return refusal_field(ERROR_not_supported, pointer, "no pictures here: give them by the command line");
    snprintf(field, sizeof(field), "%.58s/alt", pointer);
    if (!json_object_get(json, "alt"))
        return refusal_field(ERROR_invalid_params, field, "what the picture shows, in words");
    if (json_object_size(json) != 2)
        return refusal_field(ERROR_invalid_params, pointer, "file and alt alone");
    struct refusal refusal =
        params_text(json_object_get(json, "alt"), field, LIMIT_ALT, false, true, &media.alt);
    if (!refusal.error)
        refusal = reading->picture(reading->arg, json_string_value(file), &media);
    if (refusal.error) {
        if (!refusal.field[0])
            snprintf(refusal.field, sizeof(refusal.field), "%s", pointer);
        free(media.alt);
        free(media.bytes);
        return refusal;
    }
    buffer_print(hashes, "%s%s", hashes->size ? " " : "", media.hash);
    definition->media = memory_resize(definition->media, (definition->media_count + 1) * sizeof(media));
    definition->media[definition->media_count++] = media;
    return refusal;
}

static struct refusal read_pictures(struct reading *reading, const json_t *list, const char *pointer,
                                    struct command *idea)
{
    struct buffer hashes CLEAN_BUFFER = {0};
    char field[64];
    if (!list)
        return refusal_of(ERROR_none);
    if (!json_is_array(list) || json_array_size(list) > LIMIT_MEDIA)
        return refusal_field(ERROR_invalid_params, pointer, "a list of at most %d pictures", LIMIT_MEDIA);
    for (size_t i = 0; i < json_array_size(list); i++) {
        snprintf(field, sizeof(field), "%.40s/%zu", pointer, i);
        struct refusal refusal = read_picture(reading, json_array_get(list, i), field, &hashes);
        if (refusal.error)
            return refusal;
    }
    if (hashes.size)
        idea->idea_add.media = buffer_take(&hashes);
    return refusal_of(ERROR_none);
}

static struct refusal read_idea(struct reading *reading, const json_t *json, const char *challenge,
                                const char *pointer)
{
    struct definition *definition = reading->definition;
    char field[64];
    if (!json_is_object(json))
        return refusal_field(ERROR_invalid_params, pointer, "an object {\"title\", \"body\"?, \"media\"?}");
    definition->ideas =
        memory_resize(definition->ideas, (definition->idea_count + 1) * sizeof(*definition->ideas));
    struct command *idea = &definition->ideas[definition->idea_count++];
    command_init(idea, COMMAND_idea_add);
    /* The challenge is where the idea stands, its pictures are read below: what is left is title and body. */
    json_t *words = json_copy((json_t *)json);
    json_object_set_new(words, "challenge", json_string(challenge));
    json_object_del(words, "media");
    snprintf(field, sizeof(field), "%.62s/", pointer);
    struct refusal refusal =
        json_object_get(json, "challenge")
            ? refusal_field(ERROR_invalid_params, pointer, "no \"challenge\": it is in one")
            : params_decode(words, field, NULL, idea);
    json_decref(words);
    if (!refusal.error)
        refusal = definition_doors_check_idea(definition, &idea->idea_add, pointer);
    snprintf(field, sizeof(field), "%.56s/media", pointer);
    return refusal.error ? refusal : read_pictures(reading, json_object_get(json, "media"), field, idea);
}

static struct refusal read_ideas(struct reading *reading, const json_t *list, const char *challenge,
                                 const char *pointer)
{
    char field[64];
    snprintf(field, sizeof(field), "%s/ideas", pointer);
    if (list && !json_is_array(list))
        return refusal_field(ERROR_invalid_params, field, "a list of ideas");
    for (size_t i = 0; i < json_array_size(list); i++) {
        snprintf(field, sizeof(field), "%.32s/ideas/%zu", pointer, i);
        struct refusal refusal = read_idea(reading, json_array_get(list, i), challenge, field);
        if (refusal.error)
            return refusal;
    }
    return refusal_of(ERROR_none);
}

/* What the parameters of a challenge must be to each other. */
static struct refusal check_challenge(const struct challenge_add *challenge, const char *pointer)
{
    char field[64];
    struct refusal refusal = refusal_of(ERROR_none);
    snprintf(field, sizeof(field), "%s/budget", pointer);
    if ((challenge->ballot == ballot_budget) != (challenge->budget.dots != PARAM_ABSENT))
        refusal =
            refusal_field(ERROR_invalid_params, field, "a budget with the ballot budget, and with no other");
    snprintf(field, sizeof(field), "%s/choose", pointer);
    if (!refusal.error && challenge->choose != PARAM_ABSENT && challenge->ballot != ballot_approval)
        refusal = refusal_field(ERROR_invalid_params, field, "choose with the ballot approval alone");
    snprintf(field, sizeof(field), "%s/closes_at", pointer);
    if (!refusal.error && challenge->closes_at != PARAM_ABSENT && challenge->opens_at != PARAM_ABSENT &&
        challenge->closes_at <= challenge->opens_at)
        refusal = refusal_field(ERROR_invalid_params, field, "a date after opens_at");
    return refusal;
}

static struct refusal read_challenge(struct reading *reading, const json_t *json, size_t number)
{
    static const char *const ignored[] = {"id", "ideas", NULL};
    struct definition *definition = reading->definition;
    struct command *command = &definition->challenges[number];
    char pointer[40], field[64];
    snprintf(pointer, sizeof(pointer), "/challenges/%zu", number);
    snprintf(field, sizeof(field), "%s/", pointer);
    command_init(command, COMMAND_challenge_add);
    definition->challenge_count = number + 1;
    if (!json_is_object(json))
        return refusal_field(ERROR_invalid_params, pointer, "an object");
    struct refusal refusal = params_decode(json, field, ignored, command);
    const json_t *id = json_object_get(json, "id");
    snprintf(field, sizeof(field), "%s/id", pointer);
    if (!refusal.error && (!json_is_string(id) || !text_is_id(json_string_value(id), json_string_length(id))))
        refusal = refusal_field(ERROR_invalid_params, field, "an id: a-z, then up to 31 of a-z, 0-9 and -");
    if (refusal.error)
        return refusal;
    memcpy(command->challenge_add.challenge, json_string_value(id), json_string_length(id) + 1);
    for (size_t i = 0; i < number; i++)
        if (strcmp(definition->challenges[i].challenge_add.challenge, command->challenge_add.challenge) == 0)
            return refusal_field(ERROR_invalid_params, field, "an id that no other challenge has");
    refusal = check_challenge(&command->challenge_add, pointer);
    return refusal.error ? refusal
                         : read_ideas(reading, json_object_get(json, "ideas"),
                                      command->challenge_add.challenge, pointer);
}

static struct refusal read_challenges(struct reading *reading, const json_t *list)
{
    if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > LIMIT_CHALLENGES)
        return refusal_field(ERROR_invalid_params, "/challenges", "a list of 1 to %d challenges",
                             LIMIT_CHALLENGES);
    reading->definition->challenges = memory_alloc(json_array_size(list) * sizeof(struct command));
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct refusal refusal = read_challenge(reading, json_array_get(list, i), i);
        if (refusal.error)
            return refusal;
    }
    return refusal_of(ERROR_none);
}

/* The pointer (RFC 6901) to a member of the session. */
static void member_pointer(char *room, size_t size, const char *name)
{
    struct buffer pointer CLEAN_BUFFER = {0};
    buffer_add_char(&pointer, '/');
    for (; *name; name++)
        if (*name == '~' || *name == '/')
            buffer_add_string(&pointer, *name == '~' ? "~0" : "~1");
        else
            buffer_add_char(&pointer, *name);
    snprintf(room, size, "%s", pointer.bytes);
}

static struct refusal check_members(const json_t *json)
{
    static const char *const known[] = {
        "id",    "title", "brief",  "mandate", "locale",  "languages", "time_zone",  "brand",
        "state", "join",  "groups", "terms",   "ends_at", "simulated", "challenges", NULL};
    const char *name;
    json_t *value;
    char pointer[128];
    json_object_foreach((json_t *)json, name, value)
    {
        size_t i = 0;
        while (known[i] && strcmp(known[i], name) != 0)
            i++;
        member_pointer(pointer, sizeof(pointer), name);
        if (!known[i])
            return refusal_field(ERROR_invalid_params, pointer, "nothing: a session has no such member");
    }
    return refusal_of(ERROR_none);
}

struct refusal definition_parse(const char *text, size_t size, definition_picture *picture, void *arg,
                                struct definition *out_definition)
{
    struct refusal refusal = refusal_of(ERROR_none);
    struct reading reading = {.definition = out_definition, .picture = picture, .arg = arg};
    *out_definition = (struct definition){0};
    json_error_t where = {.line = 1, .text = "a NUL"};
    json_t *json = memchr(text, '\0', size) ? NULL : json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (!json)
        return refusal_field(ERROR_parse_error, "", "JSON; line %d: %.80s", where.line, where.text);
    if (!json_is_object(json))
        refusal = refusal_field(ERROR_invalid_params, "", "an object");
    if (!refusal.error)
        refusal = check_members(json);
    if (!refusal.error)
        refusal = read_id(json, out_definition);
    if (!refusal.error)
        refusal = read_words(json, out_definition);
    if (!refusal.error)
        refusal = read_challenges(&reading, json_object_get(json, "challenges"));
    if (!refusal.error)
        refusal = definition_doors_check(out_definition);
    json_decref(json);
    return refusal;
}

void definition_clear(struct definition *definition)
{
    for (size_t i = 0; i < definition->challenge_count; i++)
        command_clear(&definition->challenges[i]);
    for (size_t i = 0; i < definition->idea_count; i++)
        command_clear(&definition->ideas[i]);
    for (size_t i = 0; i < definition->media_count; i++) {
        free(definition->media[i].alt);
        free(definition->media[i].bytes);
    }
    free(definition->challenges);
    free(definition->ideas);
    free(definition->media);
    free(definition->title);
    free(definition->brief);
    free(definition->mandate);
    free(definition->locale);
    free(definition->time_zone);
    free(definition->languages);
    free(definition->join);
    free(definition->groups);
    free(definition->terms);
    *definition = (struct definition){0};
}

typedef void argument_add(void *to, const char *bytes, size_t size);

static void add_string(argument_add *add, void *to, const char *text)
{
    add(to, text, strlen(text));
}

static void add_count(argument_add *add, void *to, size_t count)
{
    char digits[24];
    add(to, digits, (size_t)snprintf(digits, sizeof(digits), "%zu", count));
}

static void add_media(argument_add *add, void *to, const struct definition_media *media)
{
    json_t *json = json_pack("{s:s,s:s,s:i,s:i,s:s}", "hash", media->hash, "type", media->type, "width",
                             media->width, "height", media->height, "alt", media->alt);
    char *text CLEAN_FREE = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    add_string(add, to, media->hash);
    add_string(add, to, text);
    add(to, media->bytes, media->size);
}

void definition_arguments(const struct definition *definition, const char *nonce, argument_add *add, void *to)
{
    const char *locale = definition->locale ? definition->locale : "fr";
    char ends_at[24] = "";
    if (definition->ends_at)
        snprintf(ends_at, sizeof(ends_at), "%lld", (long long)definition->ends_at);
    const struct {
        const char *name, *value;
    } fields[] = {
        {"title", definition->title},
        {"brief", definition->brief},
        {"mandate", definition->mandate},
        {"brand", definition->brand[0] ? definition->brand : "default"},
        {"locale", locale},
        {"languages", definition->languages ? definition->languages : locale},
        {"time_zone", definition->time_zone},
        {"join", definition->join ? definition->join : "open"},
        {"groups", definition->groups},
        {"terms", definition->terms},
        {"ends_at", ends_at},
        {"simulated", definition->simulated ? "1" : NULL},
        {"seed", definition->id},
        {"state", definition->draft ? "draft" : "open"},
    };
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        count += fields[i].value && *fields[i].value;
    add_string(add, to, nonce);
    add_count(add, to, count);
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (!fields[i].value || !*fields[i].value)
            continue;
        add_string(add, to, fields[i].name);
        add_string(add, to, fields[i].value);
    }
    add_count(add, to, definition->media_count);
    for (size_t i = 0; i < definition->media_count; i++)
        add_media(add, to, &definition->media[i]);
    add_count(add, to, definition->challenge_count);
    for (size_t i = 0; i < definition->challenge_count; i++)
        command_arguments(&definition->challenges[i], add, to);
    add_count(add, to, definition->idea_count);
    for (size_t i = 0; i < definition->idea_count; i++) {
        command_arguments(&definition->ideas[i], add, to);
        add_string(add, to, ""); /* its id: one is made */
    }
}
