/* Answers about who one is: hello and join. Both write a JSON object. */
#ifndef WIRE_GREETING_H
#define WIRE_GREETING_H

#include "base/buffer.h"
#include "domain/actor.h"
#include "domain/error.h"
#include "domain/event.h"

/* `token` NULL: none. */
void greeting_hello(struct buffer *out, const char *session, const struct actor *actor, const char *name,
                    int64_t v, int64_t now, const char *token);
void greeting_join(struct buffer *out, const struct actor *actor, const char *name, const char *token);

/* A join's body. Each text is "" where it is absent. */
struct greeting_join {
    char *name;   /* clean */
    char *code;   /* as typed */
    char *sso;    /* a token */
    char *groups; /* "status=client,store=lille", in the order given */
    char *accept; /* a version of the terms */
};
/* The caller clears, also after a refusal. */
struct refusal greeting_join_params(const char *text, size_t size, struct greeting_join *out_join);
void greeting_join_clear(struct greeting_join *join);

/* What anyone may know of a session (shape session_door), from its fields. */
void greeting_door(struct buffer *out, const char *session, const struct field_write *fields, size_t count);

#endif
