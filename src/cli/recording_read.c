#include "cli/recording_read.h"
#include "base/memory.h"
#include "cli/recording_write.h"
#include "server/file.h"
#include "wire/params.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum recording_kind kind;
} kinds[] = {
    {"participant_join", RECORDING_JOIN},   {"participant_upgrade", RECORDING_UPGRADE},
    {"participant_merge", RECORDING_MERGE}, {"session_due", RECORDING_DUE},
    {"seal_open", RECORDING_UNSEAL},
};

#define LEAST_TIME 1
#define MOST_TIME  253402300799999 /* the last of the year 9999 */

static void line_clear(struct recording_line *line)
{
    if (line->json && line->kind == RECORDING_COMMAND)
        command_clear(&line->command);
    json_decref(line->json);
    line->json = NULL;
}

/* The next line of the text, ended by a NUL; NULL at the end. */
static char *text_line(struct recording *recording)
{
    char *end = recording->text + recording->size, *line = recording->at;
    if (line >= end)
        return NULL;
    char *stop = memchr(line, '\n', (size_t)(end - line));
    recording->at = stop ? stop + 1 : end;
    return line;
}

static size_t text_line_size(const struct recording *recording, const char *line)
{
    size_t size = (size_t)(recording->at - line);
    return size && line[size - 1] == '\n' ? size - 1 : size;
}

static bool header_read(struct recording *recording, char **out_message)
{
    char *line = text_line(recording);
    json_error_t where = {0};
    recording->line.number = 1;
    recording->header = line ? json_loadb(line, text_line_size(recording, line), 0, &where) : NULL;
    const json_t *at = json_object_get(recording->header, "at");
    const char *kind = json_string_value(json_object_get(recording->header, "palabre"));
    if (!kind || strcmp(kind, "recording") != 0)
        *out_message = memory_print("%s: line 1: a recording is expected, which begins with "
                                    "{\"palabre\":\"recording\"",
                                    recording->path);
    else if (json_integer_value(json_object_get(recording->header, "version")) != RECORDING_VERSION)
        *out_message = memory_print("%s: line 1: version %d is expected", recording->path, RECORDING_VERSION);
    else if (!json_is_integer(at) || json_integer_value(at) < LEAST_TIME ||
             json_integer_value(at) > MOST_TIME)
        *out_message = memory_print("%s: line 1: at: a time in ms is expected", recording->path);
    else if (!json_is_object(json_object_get(recording->header, "session")))
        *out_message = memory_print("%s: line 1: session: a session file is expected", recording->path);
    recording->began_at = json_integer_value(at);
    return !*out_message;
}

bool recording_open(struct recording *recording, const char *path, char **out_message)
{
    *recording = (struct recording){.path = path};
    recording->text = file_read(path, &recording->size, out_message);
    recording->at = recording->text;
    return recording->text && header_read(recording, out_message);
}

void recording_close(struct recording *recording)
{
    line_clear(&recording->line);
    json_decref(recording->header);
    free(recording->text);
    *recording = (struct recording){0};
}

void recording_rewind(struct recording *recording)
{
    line_clear(&recording->line);
    recording->at = recording->text;
    text_line(recording);
    recording->line = (struct recording_line){.number = 1};
}

/* ---- a line */

static int line_fail(const struct recording *recording, char **out_message, const char *field,
                     const char *expected)
{
    *out_message = memory_print("%s: line %zu: %s%s%s is expected", recording->path, recording->line.number,
                                field, *field ? ": " : "", expected);
    return -1;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* {"status": "client"} as the store takes it; false where it is no such object or does not fit. */
static bool groups_read(const json_t *groups, char *room, size_t size)
{
    size_t used = 0;
    const char *name;
    json_t *value;
    room[0] = '\0';
    if (groups && !json_is_object(groups))
        return false;
    json_object_foreach((json_t *)groups, name, value)
    {
        if (!text_is_id(name, strlen(name)) || !json_is_string(value) ||
            !text_is_id(json_string_value(value), json_string_length(value)))
            return false;
        int more =
            snprintf(room + used, size - used, "%s%s=%s", used ? "," : "", name, json_string_value(value));
        if (more < 0 || (size_t)more >= size - used)
            return false;
        used += (size_t)more;
    }
    return true;
}

static int actor_read(struct recording *recording, const json_t *json, char **out_message)
{
    struct recording_line *line = &recording->line;
    const char *id = text_of(json, "id"), *role = text_of(json, "role"), *level = text_of(json, "level");
    int word = level ? word_find(WORDS_level, level, strlen(level)) : (int)level_open;
    line->system = role && strcmp(role, "system") == 0;
    int found = role && !line->system ? role_find(role, strlen(role)) : (int)ROLE_admin;
    if (!role || found < 0)
        return line_fail(recording, out_message, "actor/role", "a role");
    if (id && !text_is_id(id, strlen(id)))
        return line_fail(recording, out_message, "actor/id", "an id");
    if (!id && !line->system)
        return line_fail(recording, out_message, "actor/id", "who did it");
    if (word < 0)
        return line_fail(recording, out_message, "actor/level", "open, code or verified");
    if (!groups_read(json_object_get(json, "groups"), line->actor.groups, sizeof(line->actor.groups)))
        return line_fail(recording, out_message, "actor/groups", "an object of ids");
    line->actor.role = (enum role)found;
    line->actor.level = (enum level)word;
    snprintf(line->actor.id, sizeof(line->actor.id), "%s", id ? id : "");
    return 1;
}

/* Texts that were erased, and a reason that nobody gave, are empty: what a client could not have said. */
static bool param_is_empty(const struct recording_line *line, const struct param_row *row)
{
    const char *text = text_of(line->params, row->name);
    return text && !*text &&
           (row->type == PARAM_LINE || row->type == PARAM_TEXT || row->type == PARAM_LINE_WORDS ||
            row->type == PARAM_TEXT_WORDS);
}

static struct refusal command_read(struct recording_line *line)
{
    const struct command_row *row = command_row(line->command.kind);
    json_t *params = json_copy((json_t *)line->params);
    for (size_t i = 0; i < row->param_count; i++)
        if (param_is_empty(line, &row->params[i]))
            json_object_set_new(params, row->params[i].name, json_string("-"));
    struct refusal refusal = params_decode(params, "params/", NULL, &line->command);
    json_decref(params);
    for (size_t i = 0; i < row->param_count; i++) {
        char **text = (char **)((char *)&line->command + row->params[i].offset);
        if (!param_is_empty(line, &row->params[i]) || refusal.error)
            continue;
        free(*text);
        *text = memory_string("");
    }
    return refusal;
}

static int call_read(struct recording *recording, char **out_message)
{
    struct recording_line *line = &recording->line;
    const char *name = text_of(line->json, "command");
    line->params = json_object_get(line->json, "params");
    if (!name || !json_is_object(line->params))
        return line_fail(recording, out_message, "", "an object with command and params");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            line->kind = kinds[i].kind;
            line->name = kinds[i].name;
            return 1;
        }
    int kind = command_find(name, strlen(name));
    if (kind < 0 || command_row((enum command_kind)kind)->effect != WRITE)
        return line_fail(recording, out_message, "command", "a command that writes");
    command_init(&line->command, (enum command_kind)kind);
    line->name = command_row((enum command_kind)kind)->name;
    struct refusal refusal = command_read(line);
    if (!refusal.error)
        return 1;
    return line_fail(recording, out_message, refusal.field, refusal.expected);
}

static int made_read(struct recording_line *line)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(line->json, "result"), name, value)
    {
        if (json_is_string(value))
            line->made = json_string_value(value);
    }
    return 1;
}

int recording_next(struct recording *recording, char **out_message)
{
    struct recording_line *line = &recording->line;
    int64_t before = line->number > 1 ? line->at : recording->began_at;
    size_t number = line->number + 1;
    line_clear(line);
    char *text = text_line(recording);
    if (!text)
        return 0;
    json_error_t where = {0};
    *line = (struct recording_line){.number = number};
    line->json = json_loadb(text, text_line_size(recording, text), JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(line->json)) {
        *out_message = memory_print("%s: line %zu: JSON is expected: %s", recording->path, number,
                                    line->json ? "an object" : where.text);
        return -1;
    }
    const json_t *at = json_object_get(line->json, "at");
    line->at = json_integer_value(at);
    line->kind = RECORDING_JOIN; /* until there is a command to clear */
    if (!json_is_integer(at) || line->at < before || line->at > MOST_TIME)
        return line_fail(recording, out_message, "at", "a time in ms that is not before the line above");
    line->kind = RECORDING_COMMAND;
    command_init(&line->command, COMMAND_hello);
    if (actor_read(recording, json_object_get(line->json, "actor"), out_message) < 0 ||
        call_read(recording, out_message) < 0)
        return -1;
    return made_read(line);
}

/* ---- a line's call */

static void add_text(struct store_arguments *arguments, const char *text)
{
    store_arguments_add(arguments, text ? text : "", text ? strlen(text) : 0);
}

/* participant_join: name, mode, code digest, sso sub, jti, jti's expiry, groups asked, groups of sso, accept,
 * id, code. */
static void join_arguments(const struct recording_line *line, struct store_arguments *arguments)
{
    add_text(arguments, text_of(line->params, "name"));
    add_text(arguments, "operator");
    for (int i = 0; i < 6; i++)
        add_text(arguments, "");
    add_text(arguments, text_of(line->params, "accept"));
    add_text(arguments, line->actor.id);
    add_text(arguments, text_of(line->params, "code"));
}

void recording_line_arguments(const struct recording_line *line, struct store_arguments *arguments)
{
    switch (line->kind) {
    case RECORDING_COMMAND: command_arguments(&line->command, store_arguments_add, arguments); break;
    case RECORDING_JOIN: join_arguments(line, arguments); break;
    case RECORDING_UPGRADE:
        add_text(arguments, line->actor.id);
        add_text(arguments, word_name(WORDS_level, (int)line->actor.level));
        add_text(arguments, line->actor.groups);
        add_text(arguments, text_of(line->params, "code"));
        add_text(arguments, text_of(line->params, "role"));
        break;
    case RECORDING_MERGE:
        add_text(arguments, line->actor.id);
        add_text(arguments, text_of(line->params, "into"));
        break;
    case RECORDING_DUE: add_text(arguments, text_of(line->params, "what")); break;
    case RECORDING_UNSEAL: add_text(arguments, text_of(line->params, "by")); break;
    }
}
