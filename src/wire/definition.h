/* The definition of a session, as an operator writes it (docs/sessions.md), to the arguments of
 * session_create.
 *
 * A mistake is told with its JSON pointer and what was expected there. Reads no files: pictures are handed
 * in. */
#ifndef WIRE_DEFINITION_H
#define WIRE_DEFINITION_H

#include "base/buffer.h"
#include "domain/command.h"
#include "domain/error.h"

/* A picture that an idea names: its bytes and what they are. */
struct definition_media {
    char hash[65];
    const char *type; /* image/jpeg, image/png, image/webp */
    int width, height;
    char *alt;
    char *bytes;
    size_t size;
};

/* A zeroed one with an id, a title and a challenge is of the brand `default`, open to anyone, and in French. */
struct definition {
    char id[TEXT_ID_ROOM];
    char *title, *brief, *mandate, *locale, *time_zone;
    bool simulated, draft;
    char brand[TEXT_ID_ROOM];
    char *languages;            /* "fr en" */
    char *join;                 /* "open code sso" */
    char *groups;               /* JSON in the order of the file; NULL for none */
    char *terms;                /* JSON; NULL for none */
    int64_t ends_at;            /* ms; 0 for none */
    struct command *challenges; /* challenge_add, each with its id */
    size_t challenge_count;
    struct command *ideas; /* idea_add */
    size_t idea_count;
    struct definition_media *media;
    size_t media_count;
};

/* Reads the picture named `file` (relative to where the definition lies) into out_media but its alt; a
 * refusal whose `expected` says what is wrong. NULL where pictures cannot be given. */
typedef struct refusal definition_picture(void *arg, const char *file, struct definition_media *out_media);

/* The caller clears the definition, also after a refusal. */
struct refusal definition_parse(const char *text, size_t size, definition_picture *picture, void *arg,
                                struct definition *out_definition);
void definition_clear(struct definition *definition);

/* Whether the server's own paths begin with this id, so that no session can have it. */
bool definition_id_is_reserved(const char *id, size_t size);

/* The arguments of session_create, each by `add` (Borrows for the call). `nonce` is four hex digits. */
void definition_arguments(const struct definition *definition, const char *nonce,
                          void (*add)(void *to, const char *bytes, size_t size), void *to);

#endif
