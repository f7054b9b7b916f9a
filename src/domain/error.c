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

struct refusal refusal_field(enum error error, const char *field, const char *expected, ...)
{
    struct refusal refusal = refusal_of(error);
    snprintf(refusal.field, sizeof(refusal.field), "%s", field);
    va_list list;
    va_start(list, expected);
    vsnprintf(refusal.expected, sizeof(refusal.expected), expected, list);
    va_end(list);
    return refusal;
}
