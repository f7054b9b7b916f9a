/* The voices of a demo's simulated participants: {"names": [...], "ideas": {"<session>": [...]}}. */
#ifndef WIRE_VOICES_H
#define WIRE_VOICES_H

#include "base/text.h"

struct voices {
    char **names;
    size_t name_count;
    char **ideas;
    size_t idea_count;
};

/* The names, and the ideas of one session. False where the text is of another form; the caller clears. */
bool voices_parse(const char *text, size_t size, const char *session, struct voices *out_voices);
void voices_clear(struct voices *voices);

#endif
