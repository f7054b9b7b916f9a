#include "domain/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *message;
    int code, status;
} errors[] = {
    {"none", "", 0, 200},
#define ERROR(name, code, status, message) {#name, message, code, status},
#include "errors.def"
#undef ERROR
};

const char *error_name(enum error error)
{
    return errors[error].name;
}

int error_code(enum error error)
{
    return errors[error].code;
}

int error_status(enum error error)
{
    return errors[error].status;
}

const char *error_message(enum error error)
{
    return errors[error].message;
}

enum error error_find(const char *name)
{
    for (int i = 1; i < ERROR_COUNT; i++)
        if (strcmp(errors[i].name, name) == 0)
            return i;
    return ERROR_internal_error;
}

/* What was cut to fit ends with a whole character: half of one would make the answer no JSON. */
static void refusal_cut(char *text, size_t room, int length)
{
    if (length < 0 || (size_t)length < room)
        return;
    size_t end = room - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    size_t follow = room - 1 - end; /* bytes that follow the last first byte */
    unsigned char first = end > 0 ? (unsigned char)text[end - 1] : 0;
    size_t wanted = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    if (end > 0 && follow < wanted)
        text[end - 1] = '\0';
}

struct refusal refusal_field(enum error error, const char *field, const char *expected, ...)
{
    struct refusal refusal = refusal_of(error);
    int length = snprintf(refusal.field, sizeof(refusal.field), "%s", field);
    refusal_cut(refusal.field, sizeof(refusal.field), length);
    va_list list;
    va_start(list, expected);
    length = vsnprintf(refusal.expected, sizeof(refusal.expected), expected, list);
    refusal_cut(refusal.expected, sizeof(refusal.expected), length);
    va_end(list);
    return refusal;
}
