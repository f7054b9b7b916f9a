/* A view made from lines of `key=value`, and what it told. Include after cmocka.h. */
#ifndef VIEW_FIXTURE_H
#define VIEW_FIXTURE_H

#include "view/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIXTURE_EPOCH "9f3c01aa77e2"

static char fixture_told[4096]; /* "ideas:c1:top/public@3 " for each call of `changed` */

static void fixture_changed(void *owner, const struct topic *topic, enum audience audience, int64_t seq)
{
    (void)owner;
    char name[TOPIC_NAME_ROOM];
    topic_format(topic, name);
    size_t size = strlen(fixture_told);
    snprintf(fixture_told + size, sizeof(fixture_told) - size, "%s/%s@%lld ", name, audience_name(audience),
             (long long)seq);
}

static void fixture_promoted(void *owner, const char *person, const char *challenge)
{
    (void)owner;
    size_t size = strlen(fixture_told);
    snprintf(fixture_told + size, sizeof(fixture_told) - size, "+%s/%s ", person, challenge);
}

/* Takes `key=value` apart in place; returns how many lines there were. */
static inline size_t fixture_writes(char *lines, struct field_write *writes, size_t room)
{
    size_t count = 0;
    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
        char *equals = strchr(line, '=');
        assert_non_null(equals);
        assert_true(count < room);
        *equals = '\0';
        writes[count++] = (struct field_write){.key = line,
                                               .key_size = (size_t)(equals - line),
                                               .value = equals + 1,
                                               .value_size = strlen(equals + 1)};
    }
    return count;
}

static inline bool fixture_apply(struct view *view, int64_t seq, const char *text)
{
    struct field_write writes[64];
    char *lines = strdup(text);
    struct event event = {.seq = seq, .epoch = FIXTURE_EPOCH, .writes = writes};
    event.write_count = fixture_writes(lines, writes, 64);
    fixture_told[0] = '\0';
    bool understood = view_apply(view, &event);
    free(lines);
    return understood;
}

static inline void fixture_person(struct view *view, const char *person, int64_t seq, const char *text)
{
    struct field_write writes[64];
    char *lines = strdup(text);
    size_t count = fixture_writes(lines, writes, 64);
    fixture_told[0] = '\0';
    view_person_load(view, person, writes, count, seq);
    free(lines);
}

static inline void fixture_load(struct view *view, int64_t seq, const char *text)
{
    static struct field_write writes[4096];
    char *lines = strdup(text);
    size_t count = fixture_writes(lines, writes, sizeof(writes) / sizeof(writes[0]));
    view_load_begin(view);
    for (size_t i = 0; i < count; i++)
        assert_true(view_load_field(view, &writes[i]));
    view_load_end(view, FIXTURE_EPOCH, seq);
    free(lines);
}

static inline struct view *fixture_view(size_t window, const char *text)
{
    struct view *view = view_new(
        &(struct view_settings){.changed = fixture_changed, .promoted = fixture_promoted, .window = window});
    fixture_load(view, 1, text);
    return view;
}

#endif
