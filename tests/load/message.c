#include "message.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

#define MESSAGES 4096 /* a power of two */

static struct message messages[MESSAGES];

static uint64_t hash_of(const char *text, size_t size)
{
    uint64_t hash = 0x9e3779b97f4a7c15u ^ size;
    for (; size >= 8; text += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    for (; size; text++, size--)
        hash = (hash ^ (unsigned char)*text) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 29;
}

static void message_add_count(struct message *message, const char *idea, json_int_t votes)
{
    unsigned long number = idea[0] == 'i' ? strtoul(idea + 1, NULL, 10) : 0;
    if (!number)
        return;
    message->counts = memory_resize(message->counts, (message->count + 1) * sizeof(*message->counts));
    message->counts[message->count++] = (struct message_count){(unsigned)number - 1, (uint64_t)votes};
}

/* Ideas of a window, or of one message to it. */
static void message_ideas(struct message *message, json_t *document)
{
    const char *id;
    json_t *idea;
    json_object_foreach(json_object_get(document, "ideas"), id, idea)
    {
        json_t *votes = json_object_get(json_object_get(idea, "tally"), "votes");
        if (votes)
            message_add_count(message, id, json_integer_value(votes));
    }
}

static enum message_kind kind_of(const char *method)
{
    static const struct {
        const char *name;
        enum message_kind kind;
    } kinds[] = {{"delta", MESSAGE_DELTA},
                 {"snapshot", MESSAGE_SNAPSHOT},
                 {"part", MESSAGE_PART},
                 {"bye", MESSAGE_BYE},
                 {"heartbeat", MESSAGE_HEARTBEAT}};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kinds[i].name, method) == 0)
            return kinds[i].kind;
    return MESSAGE_OTHER;
}

static void message_palabre(struct message *message, json_t *json)
{
    const char *method = json_string_value(json_object_get(json, "method"));
    json_t *params = json_object_get(json, "params"), *state = json_object_get(params, "state");
    const char *epoch = json_string_value(json_object_get(params, "epoch"));
    message->kind = method ? kind_of(method) : MESSAGE_OTHER;
    message->from = json_integer_value(json_object_get(params, "from"));
    message->v = json_integer_value(json_object_get(params, "v"));
    message->more = json_is_true(json_object_get(params, "more"));
    snprintf(message->epoch, sizeof(message->epoch), "%s", epoch ? epoch : "");
    message_ideas(message, state ? state : json_object_get(params, "patch"));
}

static void message_peer(struct message *message, json_t *json)
{
    const char *id;
    json_t *votes, *tally = json_object_get(json_is_array(json) ? json_array_get(json, 1) : json, "tally");
    if (!tally)
        return;
    message->kind = MESSAGE_TALLY;
    json_object_foreach(tally, id, votes)
    {
        message_add_count(message, id, json_integer_value(votes));
    }
}

static void message_clear(struct message *message)
{
    free(message->bytes);
    free(message->counts);
    *message = (struct message){0};
}

const struct message *message_read(const char *text, size_t size, bool peer)
{
    uint64_t hash = hash_of(text, size);
    struct message *message = &messages[hash & (MESSAGES - 1)];
    if (message->hash == hash && message->size == size && message->bytes &&
        memcmp(message->bytes, text, size) == 0)
        return message;
    message_clear(message);
    message->hash = hash;
    message->size = size;
    message->bytes = memory_bytes(text, size);
    size_t skip = peer ? strspn(message->bytes, "0123456789") : 0; /* what Socket.IO writes before its JSON */
    json_t *json = json_loadb(message->bytes + skip, size - skip, 0, NULL);
    if (json && peer)
        message_peer(message, json);
    else if (json)
        message_palabre(message, json);
    json_decref(json);
    return message;
}

void messages_clear(void)
{
    for (size_t i = 0; i < MESSAGES; i++)
        message_clear(&messages[i]);
}

json_t *merge_patch(json_t *target, json_t *patch)
{
    const char *name;
    json_t *value;
    if (!json_is_object(patch)) {
        json_decref(target);
        return json_deep_copy(patch);
    }
    if (!json_is_object(target)) {
        json_decref(target);
        target = json_object();
    }
    json_object_foreach(patch, name, value)
    {
        json_t *old = json_object_get(target, name);
        if (json_is_null(value))
            json_object_del(target, name);
        else if (json_is_object(value) && json_is_object(old))
            merge_patch(json_incref(old), value), json_decref(old);
        else
            json_object_set_new(target, name, merge_patch(NULL, value));
    }
    return target;
}

void document_take(struct document *document, const char *text, size_t size)
{
    json_t *json = json_loadb(text, size, 0, NULL), *params = json_object_get(json, "params");
    json_t *state = json_object_get(params, "state"), *patch = json_object_get(params, "patch");
    if (state) {
        json_decref(document->state);
        document->state = json_deep_copy(state);
    } else if (patch) {
        document->state = merge_patch(document->state, patch);
    }
    json_decref(json);
}

void document_clear(struct document *document)
{
    json_decref(document->state);
    document->state = NULL;
}
