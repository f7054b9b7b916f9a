/* The session of a recording as session_create takes it: read as any session file is, then given what a file
 * cannot say: the ids of its ideas, its counters, its pictures by their hashes. */
#include "base/date.h"
#include "base/digest.h"
#include "base/memory.h"
#include "cli/recording_read.h"
#include "wire/definition.h"
#include "wire/definition_picture.h"

#include <stdio.h>
#include <string.h>

#define IDEA_ARGUMENTS 6 /* of session_create: challenge, title, body, media, lang, id */

struct creating {
    const struct recording *recording;
    const struct recording_creation *creation;
    json_t *ids; /* of the ideas in their order, "" where one is to be made */
};

/* In a replay what a date did is a line of its own: what was to open later waits for it. */
static void challenge_undate(json_t *challenge, int64_t began_at)
{
    const json_t *opens = json_object_get(challenge, "opens_at");
    int64_t at = 0;
    bool later = json_is_string(opens) &&
                 date_parse(json_string_value(opens), json_string_length(opens), &at) && at > began_at;
    json_object_del(challenge, "closes_at");
    if (later)
        json_object_set_new(challenge, "opens_at", json_string("9999-12-31T00:00:00Z"));
    else
        json_object_del(challenge, "opens_at");
}

/* A picture is named by its hash where a session file names a file. */
static void idea_simplify(struct creating *creating, json_t *idea)
{
    const json_t *id = json_object_get(idea, "id");
    json_t *pictures = json_array(), *one;
    size_t i;
    json_array_append_new(creating->ids, json_string(json_is_string(id) ? json_string_value(id) : ""));
    json_object_del(idea, "id");
    json_array_foreach(json_object_get(idea, "media"), i, one)
    {
        json_t *picture = json_object();
        json_object_set(picture, "file", json_object_get(one, "hash"));
        json_object_set(picture, "alt", json_object_get(one, "alt"));
        json_array_append_new(pictures, picture);
    }
    if (json_array_size(pictures))
        json_object_set(idea, "media", pictures);
    json_decref(pictures);
}

static json_t *session_simplify(struct creating *creating)
{
    json_t *session = json_deep_copy(json_object_get(creating->recording->header, "session"));
    json_t *challenge, *idea;
    size_t i, n;
    json_object_set_new(session, "id", json_string(creating->creation->as));
    if (creating->creation->replay) {
        json_object_del(session, "ends_at");
        json_object_set_new(session, "simulated", json_true());
    }
    json_array_foreach(json_object_get(session, "challenges"), i, challenge)
    {
        if (creating->creation->replay)
            challenge_undate(challenge, creating->recording->began_at);
        json_array_foreach(json_object_get(challenge, "ideas"), n, idea) idea_simplify(creating, idea);
    }
    return session;
}

static const char *media_type(const struct recording *recording, const char *hash)
{
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(recording->header, "media"), i, one)
    {
        const char *known = json_string_value(json_object_get(one, "hash"));
        if (known && strcmp(known, hash) == 0)
            return json_string_value(json_object_get(one, "type"));
    }
    return NULL;
}

static struct refusal picture_by_hash(void *arg, const char *file, struct definition_media *out_media)
{
    const struct creating *creating = arg;
    const char *type = media_type(creating->recording, file);
    size_t size = 0;
    char *bytes CLEAN_FREE =
        type ? creating->creation->picture(creating->creation->arg, file, type, &size) : NULL;
    if (!bytes)
        return refusal_field(ERROR_media_unknown, "", "the picture %s: --media DIR says where it is", file);
    struct refusal refusal = definition_picture_take(bytes, size, out_media);
    if (!refusal.error && strcmp(out_media->hash, file) != 0)
        refusal = refusal_field(ERROR_media_unknown, "", "the picture %s, and these bytes are not it", file);
    return refusal;
}

/* ---- what a file cannot say */

static void copy_argument(struct store_arguments *to, const struct store_arguments *from, size_t at)
{
    store_arguments_add(to, from->list[at].bytes, from->list[at].size);
}

static void add_text(struct store_arguments *to, const char *text)
{
    store_arguments_add(to, text, strlen(text));
}

static void add_count(struct store_arguments *to, size_t count)
{
    char digits[24];
    store_arguments_add(to, digits, (size_t)snprintf(digits, sizeof(digits), "%zu", count));
}

static size_t argument_count(const struct store_arguments *from, size_t at)
{
    return (size_t)strtoul(from->list[at].bytes, NULL, 10);
}

/* Fields beside those of the file: list of pairs. */
static json_t *more_fields(const struct creating *creating)
{
    static const char *const counters[][2] = {
        {"idea", "last_idea"}, {"person", "last_person"}, {"code", "last_code"}};
    static const char *const kept[] = {"created_at", "opened_at", "rehearsal"};
    const json_t *header = creating->recording->header, *numbers = json_object_get(header, "numbers");
    json_t *pairs = json_array();
    const char *seed = json_string_value(json_object_get(header, "seed"));
    json_array_append_new(pairs, json_string("seed"));
    json_array_append_new(pairs, json_string(seed ? seed : creating->creation->as));
    for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
        int64_t number = json_integer_value(json_object_get(numbers, counters[i][0]));
        char *text CLEAN_FREE = memory_print("%lld", (long long)number);
        if (number > 0) {
            json_array_append_new(pairs, json_string(counters[i][1]));
            json_array_append_new(pairs, json_string(text));
        }
    }
    if (creating->creation->replay)
        return pairs;
    json_array_append_new(pairs, json_string("importing"));
    json_array_append_new(pairs, json_string("1"));
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        json_t *value = json_object_get(json_object_get(header, "kept"), kept[i]);
        if (!json_is_string(value))
            continue;
        json_array_append_new(pairs, json_string(kept[i]));
        json_array_append(pairs, value);
    }
    return pairs;
}

struct numbered {
    long number; /* of its id; 0 where one is to be made */
    size_t at;   /* among the ideas */
};

static int numbered_compare(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* In the order of their ids, whatever challenge they are of. */
static void ideas_complete(const struct creating *creating, const struct store_arguments *from, size_t first,
                           struct store_arguments *to)
{
    size_t count = json_array_size(creating->ids);
    struct numbered *order = memory_alloc((count + 1) * sizeof(*order));
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(creating->ids, i));
        order[i] = (struct numbered){*id ? strtol(id + 1, NULL, 10) : 0, i};
    }
    qsort(order, count, sizeof(*order), numbered_compare);
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; n + 1 < IDEA_ARGUMENTS; n++)
            copy_argument(to, from, first + order[i].at * IDEA_ARGUMENTS + n);
        add_text(to, json_string_value(json_array_get(creating->ids, order[i].at)));
    }
    free(order);
}

/* The arguments as definition_arguments() gives them, with more fields and with the ids of ideas. */
static void arguments_complete(struct creating *creating, const struct store_arguments *from,
                               struct store_arguments *to)
{
    size_t at = 1, fields = argument_count(from, at++), kept = 0;
    json_t *more = more_fields(creating), *one;
    size_t i, ideas = json_array_size(creating->ids);
    for (size_t n = 0; n < fields; n++)
        kept += strcmp(from->list[at + 2 * n].bytes, "seed") != 0;
    copy_argument(to, from, 0);
    add_count(to, kept + json_array_size(more) / 2);
    for (; fields > 0; fields--, at += 2) {
        if (strcmp(from->list[at].bytes, "seed") == 0)
            continue;
        copy_argument(to, from, at);
        copy_argument(to, from, at + 1);
    }
    json_array_foreach(more, i, one) add_text(to, json_string_value(one));
    json_decref(more);
    /* Ideas come last, and an idea's id is its last argument. */
    size_t first = from->count - IDEA_ARGUMENTS * ideas;
    while (at < first)
        copy_argument(to, from, at++);
    ideas_complete(creating, from, first, to);
}

bool recording_create(const struct recording *recording, const struct recording_creation *creation,
                      struct store_arguments *arguments, char **out_message)
{
    struct creating creating = {recording, creation, json_array()};
    struct definition definition;
    struct store_arguments plain = {0};
    json_t *session = session_simplify(&creating);
    char *text CLEAN_FREE = json_dumps(session, JSON_COMPACT);
    struct refusal refusal = definition_parse(text, strlen(text), picture_by_hash, &creating, &definition);
    if (refusal.error) {
        *out_message = memory_print("%s: line 1: session%s: %s%s", recording->path, refusal.field,
                                    refusal.expected[0] ? refusal.expected : error_message(refusal.error),
                                    refusal.expected[0] ? " is expected" : "");
    } else {
        definition_arguments(&definition, creation->nonce, store_arguments_add, &plain);
        arguments_complete(&creating, &plain, arguments);
    }
    store_arguments_clear(&plain);
    definition_clear(&definition);
    json_decref(session);
    json_decref(creating.ids);
    return !refusal.error;
}
