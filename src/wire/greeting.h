/* Answers about who one is: hello and join. Both write a JSON object. */
#ifndef WIRE_GREETING_H
#define WIRE_GREETING_H

#include "base/buffer.h"
#include "domain/actor.h"
#include "domain/error.h"

/* `token` NULL: none. */
void greeting_hello(struct buffer *out, const char *session, const struct actor *actor, const char *name,
                    int64_t v, int64_t now, const char *token);
void greeting_join(struct buffer *out, const struct actor *actor, const char *name, const char *token);
/* A join's body: the name it asks for, clean ("" for none). */
struct refusal greeting_join_params(const char *text, size_t size, char **out_name);

#endif
