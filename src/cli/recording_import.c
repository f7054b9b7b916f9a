/* An import writes each line as the call that it was, at its time, through one connection and in order, many
 * under way at once; each line makes one entry of the journal. So the journal of the new session says how far
 * it came, whatever was lost on the way: an import goes on from there, by itself when Redis was away, or when
 * it is typed again. Until its last line the session is `importing`, and nobody else may look or write. */
#include "cli/recording_import.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/record.h"
#include "cli/recording_read.h"
#include "server/file.h"
#include "view/view.h"
#include "wire/rules_hash.h"

#include <stdio.h>
#include <string.h>

#define IMPORT_AT_ONCE 512 /* calls under way */
#define IMPORT_TRIES   20  /* of going on after Redis was away */
#define IMPORT_WAIT_MS 1000

struct importing {
    struct cli_context *context;
    struct recording recording;
    const char *session;
    char nonce[STORE_NONCE_ROOM];
    int64_t before, ended_at; /* the last line written, and the last of all */
    size_t lines, votes, people;
    size_t pending;
    struct refusal refusal; /* the first */
    size_t refused_line;
    char refused_name[64];
};

/* ---- pictures */

char *recording_picture_path(const char *folder, const char *hash, const char *type)
{
    const char *ending = strcmp(type, "image/png") == 0    ? "png"
                         : strcmp(type, "image/webp") == 0 ? "webp"
                                                           : "jpg";
    return memory_print("%s/%s.%s", folder, hash, ending);
}

struct picture_asked {
    char *bytes;
    size_t size;
};

static void picture_taken(void *arg, const struct store_answer *answer)
{
    struct picture_asked *asked = arg;
    if (answer->refusal.error || answer->count == 0)
        return;
    asked->bytes = memory_bytes(answer->values[0].value, answer->values[0].value_size);
    asked->size = answer->values[0].value_size;
}

char *recording_picture(void *arg, const char *hash, const char *type, size_t *out_size)
{
    const struct recording_pictures *pictures = arg;
    if (pictures->folder) {
        char *path CLEAN_FREE = recording_picture_path(pictures->folder, hash, type),
                   *message CLEAN_FREE = NULL;
        char *bytes = file_read(path, out_size, &message);
        if (bytes)
            return bytes;
    }
    for (size_t i = 0; i < ARRAY_SIZE(pictures->sessions) && pictures->sessions[i]; i++) {
        struct picture_asked asked = {0};
        struct store_arguments arguments = {0};
        store_arguments_add(&arguments, hash, strlen(hash));
        cli_context_ask(pictures->context, pictures->sessions[i], "media_get", &arguments, picture_taken,
                        &asked);
        store_arguments_clear(&arguments);
        *out_size = asked.size;
        if (asked.bytes)
            return asked.bytes;
    }
    return NULL;
}

/* ---- lines */

struct sent {
    struct importing *importing;
    size_t line;
    char name[64], made[TEXT_ID_ROOM];
};

static void import_refused(struct importing *importing, const struct sent *sent,
                           const struct refusal *refusal)
{
    if (importing->refusal.error)
        return;
    importing->refusal = *refusal;
    importing->refused_line = sent->line;
    snprintf(importing->refused_name, sizeof(importing->refused_name), "%s", sent->name);
}

static void import_answered(void *arg, const struct store_answer *answer)
{
    struct sent *sent = arg;
    const char *made = answer->count ? answer->values[0].value : "";
    sent->importing->pending--;
    if (answer->refusal.error) {
        import_refused(sent->importing, sent, &answer->refusal);
    } else if (sent->made[0] && strcmp(sent->made, made) != 0) {
        struct refusal refusal =
            refusal_field(ERROR_invalid_params, "result", "%.40s, not %.40s", made, sent->made);
        import_refused(sent->importing, sent, &refusal);
    }
    free(sent);
}

static void import_send(struct importing *importing, const char *name, const struct actor *actor, int64_t at,
                        const struct store_arguments *arguments, const char *made)
{
    struct sent *sent = memory_alloc(sizeof(*sent));
    sent->importing = importing;
    sent->line = importing->recording.line.number;
    snprintf(sent->name, sizeof(sent->name), "%s", name);
    snprintf(sent->made, sizeof(sent->made), "%s", made ? made : "");
    importing->pending++;
    uv_update_time(&importing->context->loop); /* lines were read meanwhile */
    store_call(importing->context->deployment.store, importing->session, name, actor, NULL, at,
               arguments->list, arguments->count, import_answered, sent);
}

static void import_wait(struct importing *importing, size_t most)
{
    while (importing->pending > most)
        uv_run(&importing->context->loop, UV_RUN_ONCE);
}

static void import_line(struct importing *importing)
{
    const struct recording_line *line = &importing->recording.line;
    struct store_arguments arguments = {0};
    recording_line_arguments(line, &arguments);
    if (line->kind == RECORDING_COMMAND && line->command.kind == COMMAND_session_open)
        store_arguments_add(&arguments, importing->nonce, strlen(importing->nonce));
    import_send(importing, line->name, line->system ? NULL : &line->actor, line->at, &arguments, line->made);
    store_arguments_clear(&arguments);
    import_wait(importing, IMPORT_AT_ONCE - 1);
    importing->before = line->at;
}

/* ---- the hash of the rules, which an outcome holds: computed from what the session shows, before the date
 * that closes a challenge has come */

struct rules_reading {
    struct importing *importing;
    struct view *view;
    char cursor[64];
};

static void rules_taken(void *arg, const struct store_answer *answer)
{
    struct rules_reading *reading = arg;
    if (answer->refusal.error)
        return;
    reading->cursor[0] = '\0';
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(answer->values[i].key, "cursor") == 0)
            snprintf(reading->cursor, sizeof(reading->cursor), "%s", answer->values[i].value);
        else
            view_load_field(reading->view, &answer->values[i]);
    if (!reading->cursor[0])
        view_load_end(reading->view, answer->epoch, answer->seq);
}

static void rules_write(void *arg, const char *const *list, size_t count)
{
    struct importing *importing = arg;
    struct store_arguments arguments = {0};
    for (size_t i = 0; i < count; i++)
        store_arguments_add(&arguments, list[i], strlen(list[i]));
    import_send(importing, "challenge_rules", NULL, importing->before, &arguments, NULL);
    store_arguments_clear(&arguments);
}

static void import_rules(struct importing *importing)
{
    const struct view_settings settings = {0};
    struct rules_reading reading = {.importing = importing, .view = view_new(&settings)};
    struct refusal refusal;
    import_wait(importing, 0);
    view_load_begin(reading.view);
    do {
        struct store_arguments arguments = {0};
        store_arguments_add(&arguments, reading.cursor, strlen(reading.cursor));
        refusal = cli_context_ask_at(importing->context, importing->session, "session_read",
                                     importing->before, &arguments, rules_taken, &reading);
        store_arguments_clear(&arguments);
    } while (!refusal.error && reading.cursor[0]);
    if (!refusal.error)
        rules_hash_missing(reading.view, rules_write, importing);
    view_free(&reading.view);
}

static bool line_closes(const struct recording_line *line)
{
    const char *state = json_string_value(json_object_get(line->params, "state"));
    return strcmp(line->name, "challenge_close") == 0 || strcmp(line->name, "session_close") == 0 ||
           (line->kind == RECORDING_DUE && state && strcmp(state, "closed") == 0);
}

/* ---- how far it came */

/* The lines that the session's journal holds, each of which must be the file's; false after telling where it
 * is another's. Leaves the recording at the next one. */
static bool import_position(struct importing *importing, size_t *out_done, char **out_message)
{
    struct record record = {0};
    snprintf(record.session, sizeof(record.session), "%s", importing->session);
    struct refusal refusal = record_journal_read(importing->context, &record);
    bool good = !refusal.error && record.count > 0;
    if (!good)
        *out_message = memory_print("%s: its journal cannot be read: %s", importing->session,
                                    error_message(refusal.error));
    recording_rewind(&importing->recording);
    importing->before = importing->recording.began_at;
    for (size_t i = 1; good && i < record.count; i++) {
        const struct record_entry *entry = &record.entries[i];
        const struct recording_line *line = &importing->recording.line;
        good = recording_next(&importing->recording, out_message) == 1 && entry->at == line->at &&
               strcmp(entry->name, line->name) == 0 &&
               strcmp(entry->participant, line->actor.id[0] ? line->actor.id : "-") == 0;
        if (!good && !*out_message)
            *out_message =
                memory_print("%s holds %s at %s where line %zu of %s is expected: import it under another id",
                             importing->session, entry->name, entry->id, i + 1, importing->recording.path);
    }
    if (record.count)
        importing->before = record.entries[record.count - 1].at;
    *out_done = record.count - good;
    record_clear(&record);
    return good;
}

/* Writes what is left; 1 where all was, 0 where Redis went away, -1 where a line was refused. */
static int import_rest(struct importing *importing)
{
    char *message CLEAN_FREE = NULL; /* none: every line was read before */
    importing->refusal = refusal_of(ERROR_none);
    while (!importing->refusal.error && recording_next(&importing->recording, &message) == 1) {
        if (line_closes(&importing->recording.line))
            import_rules(importing);
        if (!importing->refusal.error)
            import_line(importing);
    }
    import_wait(importing, 0);
    if (!importing->refusal.error)
        import_rules(importing);
    import_wait(importing, 0);
    return importing->refusal.error == ERROR_none                ? 1
           : importing->refusal.error == ERROR_store_unavailable ? 0
                                                                 : -1;
}

static int import_broken(const struct importing *importing)
{
    if (importing->refusal.error != ERROR_store_unavailable) {
        struct buffer text CLEAN_BUFFER = {0};
        buffer_print(&text, "%s: line %zu: %s: %s (%s)", importing->recording.path, importing->refused_line,
                     importing->refused_name, error_message(importing->refusal.error),
                     error_name(importing->refusal.error));
        if (importing->refusal.field[0])
            buffer_print(&text, " at %s", importing->refusal.field);
        if (importing->refusal.expected[0])
            buffer_print(&text, ": expected %s", importing->refusal.expected);
        cli_fail("%s", text.bytes);
    }
    return cli_fail("the import of %s is broken off and nobody can see the session; the same command goes on "
                    "where it stopped",
                    importing->session);
}

static int import_all(struct importing *importing)
{
    char *message CLEAN_FREE = NULL;
    size_t done = 0;
    int written = 0;
    for (int tries = 0; written == 0 && tries < IMPORT_TRIES; tries++) {
        if (tries > 0)
            uv_sleep(IMPORT_WAIT_MS);
        if (!import_position(importing, &done, &message))
            return cli_fail("%s", message);
        written = import_rest(importing);
    }
    if (written != 1)
        return import_broken(importing);
    if (!import_position(importing, &done, &message))
        return cli_fail("%s", message);
    if (done != importing->lines)
        return import_broken(importing);
    cli_context_call(importing->context, importing->session, "tally_flush", NULL, "again",
                     importing->ended_at, NULL);
    struct refusal refusal = cli_context_call(importing->context, importing->session, "session_import_end",
                                              NULL, "again", importing->ended_at, NULL);
    if (refusal.error)
        return cli_context_refused(&refusal, importing->session);
    printf("%s: %zu entries, %zu people, %zu votes\n", importing->session, importing->lines,
           importing->people, importing->votes);
    return 0;
}

/* ---- the session */

static bool import_check(struct importing *importing, char **out_message)
{
    int next;
    while ((next = recording_next(&importing->recording, out_message)) == 1) {
        importing->lines++;
        importing->ended_at = importing->recording.line.at;
        importing->votes += strcmp(importing->recording.line.name, "vote_cast") == 0;
        importing->people += importing->recording.line.kind == RECORDING_JOIN;
    }
    if (!importing->lines)
        importing->ended_at = importing->recording.began_at;
    return next == 0;
}

/* Whether a session of that name is an import that was broken off. */
static bool import_is_begun(struct importing *importing)
{
    struct map meta = {0};
    struct refusal refusal = record_hash_read(importing->context, importing->session, "meta", &meta);
    bool begun = !refusal.error && *record_get(&meta, NULL, "importing");
    record_hash_clear(&meta);
    return begun;
}

static int import_create(struct importing *importing, const char *media)
{
    const json_t *header = importing->recording.header;
    struct recording_pictures pictures = {
        .context = importing->context,
        .folder = media,
        .sessions = {json_string_value(json_object_get(json_object_get(header, "session"), "id")),
                     json_string_value(json_object_get(header, "seed"))}};
    const struct recording_creation creation = {
        .as = importing->session, .nonce = importing->nonce, .picture = recording_picture, .arg = &pictures};
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    struct store_arguments arguments = {0};
    char *message CLEAN_FREE = NULL;
    store_nonce_random(importing->nonce);
    int status = 0;
    if (!recording_create(&importing->recording, &creation, &arguments, &message)) {
        status = cli_fail("%s", message);
    } else if (!import_is_begun(importing)) {
        struct refusal refusal = cli_context_call(importing->context, importing->session, "session_create",
                                                  &actor, "again", importing->recording.began_at, &arguments);
        if (refusal.error && !(importing->context->tries > 0 && import_is_begun(importing)))
            status = cli_context_refused(&refusal, importing->session);
    }
    store_arguments_clear(&arguments);
    return status;
}

int recording_import(struct cli_context *context, const char *path, const char *as, const char *media)
{
    struct importing importing = {.context = context, .session = as};
    char *message CLEAN_FREE = NULL;
    int status = 0;
    if (!recording_open(&importing.recording, path, &message) || !import_check(&importing, &message))
        status = cli_fail("%s", message);
    if (!status)
        status = import_create(&importing, media);
    if (!status)
        status = import_all(&importing);
    recording_close(&importing.recording);
    return status;
}
