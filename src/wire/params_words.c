/* Texts by language. */
#include "base/memory.h"
#include "wire/params.h"

#include <stdio.h>
#include <string.h>

bool params_is_language(const char *text, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (size > LIMIT_LANGUAGE || strlen(text) != size)
        return false;
    size_t word = strspn(text, letters);
    if (word < 2 || word > 3)
        return false;
    for (text += word; *text; text += word) {
        if (*text++ != '-')
            return false;
        word = strspn(text, others);
        if (word < 2 || word > 8)
            return false;
    }
    return true;
}

struct refusal params_words(const json_t *value, const char *field, int64_t limit, bool lines, bool required,
                            char **out_text)
{
    const char *language;
    json_t *member;
    if (!json_is_object(value)) {
        struct refusal refusal = params_text(value, field, limit, lines, required, out_text);
        if (refusal.error && !json_is_string(value))
            snprintf(refusal.expected, sizeof(refusal.expected), "a string, or an object of one by language");
        return refusal;
    }
    if (json_object_size(value) == 0 || json_object_size(value) > LIMIT_LANGUAGES)
        return refusal_field(ERROR_invalid_params, field, "a text for each of 1 to %d languages",
                             LIMIT_LANGUAGES);
    json_t *clean = json_object();
    struct refusal refusal = refusal_of(ERROR_none);
    json_object_foreach((json_t *)value, language, member)
    {
        char *text = NULL, at[128];
        snprintf(at, sizeof(at), "%s/%s", field, language);
        refusal = params_is_language(language, strlen(language))
                      ? params_text(member, at, limit, lines, true, &text)
                      : refusal_field(ERROR_invalid_params, at, "the tag of a language, as fr or en");
        if (refusal.error)
            break;
        json_object_set_new(clean, language, json_string(text));
        free(text);
    }
    if (!refusal.error) {
        char *text CLEAN_FREE = json_dumps(clean, JSON_COMPACT);
        *out_text = memory_print("%c%s", TEXT_BY_LANGUAGE, text);
    }
    json_decref(clean);
    return refusal;
}

json_t *params_words_json(const char *text)
{
    if (!text || *text != TEXT_BY_LANGUAGE)
        return json_string(text ? text : "");
    return json_loads(text + 1, 0, NULL);
}
