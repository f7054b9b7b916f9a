/* The one list of errors (protocol/errors.def), and an error with what it has to say. */
#ifndef DOMAIN_ERROR_H
#define DOMAIN_ERROR_H

#include <stddef.h>
#include <stdint.h>

enum error {
    ERROR_none,
#define ERROR(name, code, status, message) ERROR_##name,
#include "errors.def"
#undef ERROR
    ERROR_COUNT
};

const char *error_name(enum error error);
int error_code(enum error error);   /* of JSON-RPC */
int error_status(enum error error); /* of HTTP */
const char *error_message(enum error error);
enum error error_find(const char *name); /* internal_error where there is none */

/* A refusal, and what applies of: the field or limit it names, what was expected, when to try again. */
struct refusal {
    enum error error;
    char field[64];     /* a parameter, or a JSON pointer; "" for none */
    char expected[128]; /* "" for none */
    int64_t limit;      /* -1 for none */
    int64_t retry_ms;   /* -1 for none */
    int64_t left;       /* -1 for none */
    const char *terms;  /* JSON of what is to be accepted; NULL for none; Borrows until it is told */
};

/* A refusal that says no more than its error. */
static inline struct refusal refusal_of(enum error error)
{
    return (struct refusal){.error = error, .limit = -1, .retry_ms = -1, .left = -1};
}

/* A refusal that says when to try again. */
static inline struct refusal refusal_retry(enum error error, int64_t retry_ms)
{
    struct refusal refusal = refusal_of(error);
    refusal.retry_ms = retry_ms;
    return refusal;
}

/* A refusal that names a field (truncated to fit) and what was expected there (printf; "" for nothing). */
struct refusal refusal_field(enum error error, const char *field, const char *expected, ...)
    __attribute__((format(printf, 3, 4)));

#endif
