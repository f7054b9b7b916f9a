#include "view/field.h"
#include "base/memory.h"

#include <string.h>

enum field_kind { KIND_STRING, KIND_NUMBER, KIND_FLAG, KIND_WORD, KIND_TALLY, KIND_LEVELS, KIND_MANY };

#define KIND_OF_TEXT                 KIND_STRING, 0
#define KIND_OF_RAW                  KIND_STRING, 0
#define KIND_OF_WORDS                KIND_STRING, 0
#define KIND_OF_ID                   KIND_STRING, 0
#define KIND_OF_NUMBER               KIND_NUMBER, 0
#define KIND_OF_TIME                 KIND_NUMBER, 0
#define KIND_OF_FLAG                 KIND_FLAG, 0
#define KIND_OF_WORD_session_state   KIND_WORD, WORDS_session_state
#define KIND_OF_WORD_challenge_state KIND_WORD, WORDS_challenge_state
#define KIND_OF_WORD_idea_state      KIND_WORD, WORDS_idea_state
#define KIND_OF_WORD_ballot          KIND_WORD, WORDS_ballot
#define KIND_OF_WORD_proposals       KIND_WORD, WORDS_proposals
#define KIND_OF_WORD_tally           KIND_WORD, WORDS_tally
#define KIND_OF_WORD_level           KIND_WORD, WORDS_level
#define KIND_OF_TALLY                KIND_TALLY, 0
#define KIND_OF_BALLOT               KIND_MANY, 0
#define KIND_OF_MINUTE               KIND_MANY, 0
#define KIND_OF_NUMBERS              KIND_MANY, 0
#define KIND_OF_FLAGS                KIND_MANY, 0
#define KIND_OF_TALLY2               KIND_MANY, 0
#define KIND_OF_LEVELS               KIND_LEVELS, 0

#define PLACE(entity, name)                         offsetof(struct entity##_fields, name)
#define PLACE_OF_TEXT(entity, name)                 PLACE(entity, name)
#define PLACE_OF_RAW(entity, name)                  PLACE(entity, name)
#define PLACE_OF_WORDS(entity, name)                PLACE(entity, name)
#define PLACE_OF_ID(entity, name)                   PLACE(entity, name)
#define PLACE_OF_NUMBER(entity, name)               PLACE(entity, name)
#define PLACE_OF_TIME(entity, name)                 PLACE(entity, name)
#define PLACE_OF_FLAG(entity, name)                 PLACE(entity, is_##name)
#define PLACE_OF_WORD_session_state(entity, name)   PLACE(entity, name)
#define PLACE_OF_WORD_challenge_state(entity, name) PLACE(entity, name)
#define PLACE_OF_WORD_idea_state(entity, name)      PLACE(entity, name)
#define PLACE_OF_WORD_ballot(entity, name)          PLACE(entity, name)
#define PLACE_OF_WORD_proposals(entity, name)       PLACE(entity, name)
#define PLACE_OF_WORD_tally(entity, name)           PLACE(entity, name)
#define PLACE_OF_WORD_level(entity, name)           PLACE(entity, name)
#define PLACE_OF_TALLY(entity, name)                PLACE(entity, name)
#define PLACE_OF_BALLOT(entity, name)               0
#define PLACE_OF_MINUTE(entity, name)               0
#define PLACE_OF_NUMBERS(entity, name)              0
#define PLACE_OF_FLAGS(entity, name)                0
#define PLACE_OF_TALLY2(entity, name)               0
#define PLACE_OF_LEVELS(entity, name)               PLACE(entity, name)

static const struct field_row {
    size_t place;
    enum field_entity entity;
    unsigned part;
    enum field_kind kind;
    enum words words;
} rows[] = {
#define FIELD(entity, name, kind, part, summary)                                                             \
    {PLACE_OF_##kind(entity, name), ENTITY_##entity, PART_##entity##_##part, KIND_OF_##kind},
#include "fields.def"
#undef FIELD
};

bool field_integer(const char *value, size_t size, int64_t *out_value)
{
    bool minus = size > 0 && value[0] == '-';
    size_t at = minus;
    if (at == size || size - at > 16) /* 16 digits: beyond the largest integer that JSON carries safely */
        return false;
    int64_t number = 0;
    for (; at < size; at++) {
        if (value[at] < '0' || value[at] > '9')
            return false;
        number = number * 10 + (value[at] - '0');
    }
    *out_value = minus ? -number : number;
    return true;
}

bool field_integers(const char *value, size_t size, int64_t *out_values, size_t count)
{
    const char *end = value + size;
    for (size_t i = 0; i < count; i++) {
        const char *space = memchr(value, ' ', (size_t)(end - value));
        const char *stop = space ? space : end;
        if ((i + 1 < count) != (space != NULL) ||
            !field_integer(value, (size_t)(stop - value), &out_values[i]))
            return false;
        value = stop + 1;
    }
    return true;
}

static enum field_result field_set_string(char **where, const char *value, size_t size)
{
    if (*where ? strlen(*where) == size && memcmp(*where, value, size) == 0 : size == 0)
        return FIELD_SAME;
    free(*where);
    *where = size ? memory_bytes(value, size) : NULL;
    return FIELD_CHANGED;
}

static enum field_result field_set_tally(struct tally_counts *where, const char *value, size_t size)
{
    struct tally_counts counts = {0};
    if (size && !field_integers(value, size, &counts.of[0][0], level_count * 2))
        return FIELD_BAD;
    if (memcmp(&counts, where, sizeof(counts)) == 0)
        return FIELD_SAME;
    *where = counts;
    return FIELD_CHANGED;
}

static enum field_result field_set_levels(struct level_counts *where, const char *value, size_t size)
{
    struct level_counts counts = {0};
    if (size && !field_integers(value, size, counts.of, level_count))
        return FIELD_BAD;
    if (memcmp(&counts, where, sizeof(counts)) == 0)
        return FIELD_SAME;
    *where = counts;
    return FIELD_CHANGED;
}

static enum field_result field_set_number(int64_t *where, const char *value, size_t size)
{
    int64_t number = 0;
    if (size && !field_integer(value, size, &number))
        return FIELD_BAD;
    if (*where == number)
        return FIELD_SAME;
    *where = number;
    return FIELD_CHANGED;
}

static enum field_result field_set_word(int *where, enum words words, const char *value, size_t size)
{
    int word = size ? word_find(words, value, size) : 0;
    if (word < 0)
        return FIELD_BAD;
    if (*where == word)
        return FIELD_SAME;
    *where = word;
    return FIELD_CHANGED;
}

static enum field_result field_set_flag(bool *where, const char *value, size_t size)
{
    bool flag = size == 1 && value[0] == '1';
    if (!flag && size && !(size == 1 && value[0] == '0'))
        return FIELD_BAD;
    if (*where == flag)
        return FIELD_SAME;
    *where = flag;
    return FIELD_CHANGED;
}

enum field_result field_set(void *fields, enum field_id field, const char *value, size_t size)
{
    const struct field_row *row = &rows[field];
    void *where = (char *)fields + row->place;
    switch (row->kind) {
    case KIND_STRING: return field_set_string(where, value, size);
    case KIND_NUMBER: return field_set_number(where, value, size);
    case KIND_FLAG: return field_set_flag(where, value, size);
    case KIND_WORD: return field_set_word(where, row->words, value, size);
    case KIND_TALLY: return field_set_tally(where, value, size);
    case KIND_LEVELS: return field_set_levels(where, value, size);
    case KIND_MANY: break;
    }
    return FIELD_BAD;
}

bool field_is_many(enum field_id field)
{
    return rows[field].kind == KIND_MANY;
}

unsigned field_part(enum field_id field)
{
    return rows[field].part;
}

void field_clear(void *fields, enum field_entity entity)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].entity == entity && rows[i].kind == KIND_STRING)
            memory_free((char *)fields + rows[i].place);
}
