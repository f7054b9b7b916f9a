/* Events and the fields that they write (protocol/events.def, protocol/fields.def). */
#ifndef DOMAIN_EVENT_H
#define DOMAIN_EVENT_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
#define EVENT(name, summary) EVENT_##name,
#include "events.def"
#undef EVENT
    EVENT_COUNT
};

#define EPOCH_ROOM 16 /* 12 hex digits and a NUL */

/* One write: `i4.title` or `c1.minute.28871140`, and the new value; an empty one takes the field away. */
struct field_write {
    const char *key, *value; /* each with a NUL behind it */
    size_t key_size, value_size;
};

/* What happened at one sequence number. Borrows all it points to. */
struct event {
    enum event_kind kind;
    int64_t seq, at;
    char epoch[EPOCH_ROOM];
    const struct field_write *writes;
    size_t write_count;
};

enum field_entity { ENTITY_session, ENTITY_challenge, ENTITY_idea, ENTITY_person };

enum field_id {
#define FIELD(entity, name, kind, part, summary) FIELD_##entity##_##name,
#include "fields.def"
#undef FIELD
    FIELD_COUNT
};

/* A key taken apart. */
struct field_key {
    enum field_id field;
    char id[TEXT_ID_ROOM];  /* "s" for the session */
    char sub[TEXT_ID_ROOM]; /* what follows a second dot; "" for nothing */
};

/* `s.` is the session; other entities are told apart by the name of the field within the hash they live in,
 * which the first letter of the key carries: `c:<id>.<name>`, `i:<id>.<name>`, `p:<id>.<name>`, since ids are
 * free. False where no such field exists. */
bool field_parse(const char *key, size_t size, struct field_key *out_key);
enum field_entity field_entity(enum field_id field);
const char *field_name(enum field_id field);

int event_find(const char *name, size_t size); /* an enum event_kind; -1 where there is none */
const char *event_name(enum event_kind kind);

#endif
