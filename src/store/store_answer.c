#include "store/store_answer.h"
#include "base/memory.h"
#include "domain/limits.h"

#include <stdio.h>
#include <string.h>

#define EVENT_HEAD 5 /* version, seq, epoch, at, name */

static int64_t answer_integer(const redisReply *reply)
{
    return strtoll(reply->str, NULL, 10);
}

static bool answer_is_well_formed(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 4 || reply->elements % 2 != 0)
        return false;
    for (size_t i = 0; i < reply->elements; i++)
        if (reply->element[i]->type != REDIS_REPLY_STRING)
            return false;
    return reply->element[1]->len < EPOCH_ROOM;
}

static void answer_refuse(struct store_answer *answer, enum error error)
{
    struct refusal *refusal = &answer->refusal;
    refusal->error = error;
    for (size_t i = 0; i < answer->count; i++) {
        const char *name = answer->values[i].key, *value = answer->values[i].value;
        if (strcmp(name, "field") == 0)
            snprintf(refusal->field, sizeof(refusal->field), "%s", value);
        else if (strcmp(name, "expected") == 0)
            snprintf(refusal->expected, sizeof(refusal->expected), "%s", value);
        else if (strcmp(name, "limit") == 0)
            refusal->limit = strtoll(value, NULL, 10);
        else if (strcmp(name, "left") == 0)
            refusal->left = strtoll(value, NULL, 10);
        else if (strcmp(name, "retry_ms") == 0)
            refusal->retry_ms = strtoll(value, NULL, 10);
    }
}

void store_answer_read(const redisReply *reply, struct store_answer *out_answer,
                       struct field_write **out_values)
{
    *out_values = NULL;
    *out_answer = (struct store_answer){.refusal = refusal_of(ERROR_none)};
    if (!reply || !answer_is_well_formed(reply)) {
        out_answer->refusal.error = reply ? ERROR_internal_error : ERROR_store_unavailable;
        return;
    }
    memcpy(out_answer->epoch, reply->element[1]->str, reply->element[1]->len);
    out_answer->seq = answer_integer(reply->element[2]);
    out_answer->now = answer_integer(reply->element[3]);
    out_answer->count = (reply->elements - 4) / 2;
    struct field_write *values = memory_alloc(out_answer->count * sizeof(*values));
    for (size_t i = 0; i < out_answer->count; i++) {
        const redisReply *name = reply->element[4 + 2 * i], *value = reply->element[5 + 2 * i];
        values[i] = (struct field_write){name->str, value->str, (size_t)name->len, (size_t)value->len};
    }
    out_answer->values = *out_values = values;
    const char *status = reply->element[0]->str;
    if (strcmp(status, "ok") != 0)
        answer_refuse(out_answer, error_find(status));
}

const char *store_answer_get(const struct store_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(answer->values[i].key, name) == 0)
            return answer->values[i].value;
    return NULL;
}

/* ---- events ---- */

struct event_cursor {
    char *at, *end;
};

/* A number behind `mark` and its line end. */
static bool event_number(struct event_cursor *cursor, char mark, size_t *out_number)
{
    size_t number = 0;
    char *at = cursor->at, *start = at + 1;
    if (at >= cursor->end || *at != mark)
        return false;
    for (at++; at < cursor->end && *at >= '0' && *at <= '9' && at - start < 10; at++)
        number = number * 10 + (size_t)(*at - '0');
    if (at == start || cursor->end - at < 2 || at[0] != '\r' || at[1] != '\n')
        return false;
    cursor->at = at + 2;
    *out_number = number;
    return true;
}

static bool event_string(struct event_cursor *cursor, const char **out_text, size_t *out_size)
{
    size_t size;
    if (!event_number(cursor, '$', &size) || (size_t)(cursor->end - cursor->at) < size + 2 ||
        cursor->at[size + 1] != '\n')
        return false;
    cursor->at[size] = '\0';
    *out_text = cursor->at;
    *out_size = size;
    cursor->at += size + 2;
    return true;
}

static bool event_head(struct event_cursor *cursor, struct event *event, enum event_form *out_form)
{
    const char *head[EVENT_HEAD];
    size_t sizes[EVENT_HEAD];
    for (int i = 0; i < EVENT_HEAD; i++)
        if (!event_string(cursor, &head[i], &sizes[i]))
            return false;
    if (sizes[2] >= EPOCH_ROOM)
        return false;
    event->seq = strtoll(head[1], NULL, 10);
    memcpy(event->epoch, head[2], sizes[2]);
    event->at = strtoll(head[3], NULL, 10);
    int kind = event_find(head[4], sizes[4]);
    event->kind = (enum event_kind)kind;
    *out_form = kind < 0 || strcmp(head[0], "1") != 0 ? EVENT_FORM_UNKNOWN : EVENT_FORM_GOOD;
    return event->seq > 0 && event->seq <= (int64_t)LIMIT_SEQUENCE;
}

enum event_form store_event_read(char *bytes, size_t size, struct event *out_event,
                                 struct field_write **writes, size_t *room)
{
    struct event_cursor cursor = {bytes, bytes + size};
    struct event event = {0};
    enum event_form form;
    size_t strings, first_size;
    const char *first;
    if (!event_number(&cursor, '*', &strings))
        return EVENT_FORM_BROKEN;
    struct event_cursor start = cursor;
    if (!event_string(&cursor, &first, &first_size))
        return EVENT_FORM_BROKEN;
    if (strcmp(first, "1") != 0)
        return EVENT_FORM_UNKNOWN; /* whose head may be another */
    cursor = start;
    if (strings < EVENT_HEAD || (strings - EVENT_HEAD) % 2 != 0 || strings > size ||
        !event_head(&cursor, &event, &form))
        return EVENT_FORM_BROKEN;
    event.write_count = (strings - EVENT_HEAD) / 2;
    if (event.write_count > *room) {
        *room = event.write_count * 2;
        *writes = memory_resize(*writes, *room * sizeof(**writes));
    }
    for (size_t i = 0; i < event.write_count; i++) {
        struct field_write *write = &(*writes)[i];
        if (!event_string(&cursor, &write->key, &write->key_size) ||
            !event_string(&cursor, &write->value, &write->value_size))
            return EVENT_FORM_BROKEN;
    }
    event.writes = *writes;
    *out_event = event;
    return form;
}
