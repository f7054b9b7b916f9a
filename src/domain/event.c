#include "domain/event.h"

#include <string.h>

static const struct {
    enum field_entity entity;
    const char *name;
} fields[] = {
#define FIELD(entity, name, kind, part, summary) {ENTITY_##entity, #name},
#include "fields.def"
#undef FIELD
};

static const char *const events[] = {
#define EVENT(name, summary) #name,
#include "events.def"
#undef EVENT
};

enum field_entity field_entity(enum field_id field)
{
    return fields[field].entity;
}

const char *field_name(enum field_id field)
{
    return fields[field].name;
}

static int field_find(enum field_entity entity, const char *name, size_t size)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (fields[i].entity == entity && strlen(fields[i].name) == size &&
            memcmp(fields[i].name, name, size) == 0)
            return i;
    return -1;
}

bool field_parse(const char *key, size_t size, struct field_key *out_key)
{
    static const char letters[] = "scip"; /* in the order of enum field_entity */
    if (size < 5 || key[1] != ':' || !strchr(letters, key[0]))
        return false;
    enum field_entity entity = (enum field_entity)(strchr(letters, key[0]) - letters);
    const char *id = key + 2, *end = key + size;
    const char *name = memchr(id, '.', (size_t)(end - id));
    if (!name || !text_is_id(id, (size_t)(name - id)))
        return false;
    const char *sub = memchr(name + 1, '.', (size_t)(end - name - 1));
    int field = field_find(entity, name + 1, (size_t)((sub ? sub : end) - name - 1));
    if (field < 0 || (sub && end - sub - 1 > TEXT_ID_MAX))
        return false;
    *out_key = (struct field_key){.field = (enum field_id)field};
    memcpy(out_key->id, id, (size_t)(name - id));
    if (sub)
        memcpy(out_key->sub, sub + 1, (size_t)(end - sub - 1));
    return true;
}

int event_find(const char *name, size_t size)
{
    for (int i = 0; i < EVENT_COUNT; i++)
        if (strlen(events[i]) == size && memcmp(events[i], name, size) == 0)
            return i;
    return -1;
}

const char *event_name(enum event_kind kind)
{
    return events[kind];
}
