#include "wire/voices.h"
#include "base/memory.h"

#include <jansson.h>

static char **strings_of(const json_t *list, size_t *out_count)
{
    char **strings = memory_alloc(json_array_size(list) * sizeof(*strings));
    *out_count = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i)))
            strings[(*out_count)++] = memory_string(json_string_value(json_array_get(list, i)));
    return strings;
}

bool voices_parse(const char *text, size_t size, const char *session, struct voices *out_voices)
{
    json_t *json = json_loadb(text, size, 0, NULL);
    *out_voices = (struct voices){0};
    out_voices->names = strings_of(json_object_get(json, "names"), &out_voices->name_count);
    out_voices->ideas =
        strings_of(json_object_get(json_object_get(json, "ideas"), session), &out_voices->idea_count);
    json_decref(json);
    return out_voices->name_count > 0;
}

static void strings_free(char **strings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(strings[i]);
    free(strings);
}

void voices_clear(struct voices *voices)
{
    strings_free(voices->names, voices->name_count);
    strings_free(voices->ideas, voices->idea_count);
    *voices = (struct voices){0};
}
