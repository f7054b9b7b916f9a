#include "wire/options.h"
#include "base/memory.h"

#include <jansson.h>
#include <string.h>

static bool option_each(options_each *each, void *arg, const char *name, const json_t *value,
                        char **out_message)
{
    if (json_is_string(value))
        return each(arg, name, json_string_value(value));
    if (json_is_boolean(value))
        return each(arg, name, json_is_true(value) ? "1" : "0");
    if (json_is_integer(value)) {
        char *digits CLEAN_FREE = memory_print("%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return each(arg, name, digits);
    }
    *out_message = memory_print("%s: a text, a number, true, false or a list of texts is expected", name);
    return false;
}

bool options_read(const char *text, size_t size, options_each *each, void *arg, char **out_message)
{
    json_error_t error;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    const char *name;
    json_t *value;
    bool good = json_is_object(json);
    if (!good)
        *out_message = json ? memory_string("a JSON object is expected")
                            : memory_print("line %d: %s", error.line, error.text);
    json_object_foreach(json, name, value)
    {
        for (size_t i = 0; good && json_is_array(value) && i < json_array_size(value); i++)
            good = option_each(each, arg, name, json_array_get(value, i), out_message);
        if (good && !json_is_array(value))
            good = option_each(each, arg, name, value, out_message);
        if (!good)
            break;
    }
    json_decref(json);
    return good;
}
