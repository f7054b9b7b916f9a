#include "wire/greeting.h"
#include "base/memory.h"
#include "domain/limits.h"
#include "wire/params.h"

#include <string.h>

static json_t *participant_json(const struct actor *actor, const char *name)
{
    json_t *participant = json_object();
    if (actor->id[0])
        json_object_set_new(participant, "id", json_string(actor->id));
    if (name[0])
        json_object_set_new(participant, "name", json_string(name));
    json_object_set_new(participant, "role", json_string(role_name(actor->role)));
    json_object_set_new(participant, "level", json_string(word_name(WORDS_level, (int)actor->level)));
    return participant;
}

static void write_json(struct buffer *out, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    buffer_add_string(out, text);
    free(text);
    json_decref(json);
}

void greeting_hello(struct buffer *out, const char *session, const struct actor *actor, const char *name,
                    int64_t v, int64_t now, const char *token)
{
    json_int_t message = role_is_staff(actor->role) ? LIMIT_MESSAGE_STAFF : LIMIT_MESSAGE_PARTICIPANT;
    json_t *limits = json_pack("{s:I,s:I,s:I,s:I}", "title", (json_int_t)LIMIT_TITLE, "body",
                               (json_int_t)LIMIT_BODY, "name", (json_int_t)LIMIT_NAME, "message", message);
    json_t *hello =
        json_pack("{s:s,s:o,s:I,s:I,s:o}", "session", session, "participant", participant_json(actor, name),
                  "v", (json_int_t)v, "now", (json_int_t)now, "limits", limits);
    if (token)
        json_object_set_new(hello, "token", json_string(token));
    write_json(out, hello);
}

void greeting_join(struct buffer *out, const struct actor *actor, const char *name, const char *token)
{
    write_json(out, json_pack("{s:s,s:o}", "token", token, "participant", participant_json(actor, name)));
}

struct refusal greeting_join_params(const char *text, size_t size, char **out_name)
{
    struct refusal refusal = refusal_of(ERROR_none);
    json_t *json = size ? params_load(text, size, &refusal) : json_object();
    const char *member;
    json_t *value;
    char *name = NULL;
    if (json && !json_is_object(json))
        refusal = refusal_field(ERROR_invalid_params, "", "an object {\"name\"?}");
    json_object_foreach(json, member, value)
    {
        if (refusal.error)
            break;
        refusal = strcmp(member, "name") == 0
                      ? params_text(value, "name", LIMIT_NAME, false, false, &name)
                      : refusal_field(ERROR_invalid_params, member, "no such parameter");
    }
    json_decref(json);
    if (refusal.error)
        free(name);
    else
        *out_name = name ? name : memory_string("");
    return refusal;
}
