/* `palabre export SESSION`: a session as a recording, or a part of it as a table. */
#include "cli/export_csv.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/recording_import.h"
#include "cli/recording_write.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char export_help[] =
    "usage: palabre export SESSION [--out FILE] [--media DIR] [--unseal [--by NAME]] [--data DIR | --redis "
    "URL]\n"
    "       palabre export SESSION --csv ideas|results|participants [--out FILE]\n\n"
    "Writes a session as a recording: what it began with, then each thing that happened, one a line, from\n"
    "which `palabre import` makes the same session again and `palabre replay` lets it happen again.\n"
    "--out     a file instead of the terminal\n"
    "--media   a folder for its pictures\n"
    "--unseal  a session with a sealed challenge that has not closed is not exported, but with this: the\n"
    "          session then shows, to everybody, that its seal was opened, when, and by NAME (the user of\n"
    "          this machine unless said)\n"
    "--csv     a table for spreadsheets instead; the results of a session under a seal are refused\n"
    "docs/recordings.md says what a recording holds.\n";

struct export
{
    struct cli_context context;
    struct record record;
    const char *out, *media, *csv, *by;
    bool unseal;
};

static int export_read_arguments(struct export *export, int argc, char **argv)
{
    const char *session = NULL;
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--out") == 0     ? &export->out
                             : strcmp(argv[i], "--media") == 0 ? &export->media
                             : strcmp(argv[i], "--csv") == 0   ? &export->csv
                             : strcmp(argv[i], "--by") == 0    ? &export->by
                                                               : NULL;
        if (value && i + 1 == argc)
            return cli_usage("export", "%s: a value is expected", argv[i]);
        if (value)
            *value = argv[++i];
        else if (strcmp(argv[i], "--unseal") == 0)
            export->unseal = true;
        else if (argv[i][0] != '-' && !session)
            session = argv[i];
        else
            return cli_usage("export", "%s: not expected here", argv[i]);
    }
    if (!session || !text_is_id(session, strlen(session)))
        return cli_usage("export", "a session's id is expected");
    if (export->csv && !export_csv_find(export->csv))
        return cli_usage("export", "--csv: ideas, results or participants is expected");
    if (export->csv && (export->media || export->unseal))
        return cli_usage("export", "--csv goes with --out alone");
    snprintf(export->record.session, sizeof(export->record.session), "%s", session);
    return 0;
}

/* ---- seals */

struct sealed {
    const struct record *record;
    bool opened; /* those that were opened are none */
    char id[TEXT_ID_ROOM];
};

static void sealed_look(void *arg, const char *id)
{
    struct sealed *sealed = arg;
    const struct map *challenges = &sealed->record->challenges;
    if (sealed->id[0] || strcmp(record_get(challenges, id, "tally"), "sealed") != 0 ||
        strcmp(record_get(challenges, id, "state"), "closed") == 0 ||
        !*record_get(challenges, id, "opened_at")) /* where nobody can have voted there is nothing to see */
        return;
    if (!sealed->opened || !*record_get(challenges, id, "unsealed"))
        snprintf(sealed->id, sizeof(sealed->id), "%s", id);
}

static int export_unseal(struct export *export)
{
    const struct passwd *user = getpwuid(getuid());
    const char *by = export->by ? export->by : user ? user->pw_name : "operator";
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    struct store_arguments arguments = {0};
    char *clean CLEAN_FREE = text_clean(by, strlen(by), false);
    if (!clean || !*clean || text_length(clean) > LIMIT_NAME)
        return cli_usage("export", "--by: a name of at most %d characters is expected", LIMIT_NAME);
    store_arguments_add(&arguments, clean, strlen(clean));
    struct refusal refusal =
        cli_context_call(&export->context, export->record.session, "seal_open", &actor, NULL, 0, &arguments);
    store_arguments_clear(&arguments);
    return refusal.error ? cli_context_refused(&refusal, export->record.session) : 0;
}

/* ---- files */

/* What is written under another name until it is whole. */
static int export_to(struct export *export,
                     bool (*write)(struct export *export, FILE *to, char **out_message))
{
    char *part CLEAN_FREE = export->out ? memory_print("%s.part", export->out) : NULL,
               *message CLEAN_FREE = NULL;
    FILE *to = part ? fopen(part, "w") : stdout;
    if (!to)
        return cli_fail("%s: %s", part, strerror(errno));
    bool written = write(export, to, &message) && fflush(to) == 0 && !ferror(to);
    if (!part)
        return written ? 0 : cli_fail("%s: %s", export->record.session, message ? message : strerror(errno));
    written = fclose(to) == 0 && written;
    if (written && rename(part, export->out) == 0)
        return 0;
    unlink(part);
    return cli_fail("%s: %s", export->out, message ? message : strerror(errno));
}

static bool write_recording(struct export *export, FILE *to, char **out_message)
{
    return recording_write(&export->record, to, out_message);
}

static bool write_csv(struct export *export, FILE *to, char **out_message)
{
    (void)out_message;
    export_csv_write(export->csv, &export->record, to);
    return true;
}

static int export_picture(struct export *export, const json_t *one)
{
    struct recording_pictures pictures = {.context = &export->context, .sessions = {export->record.session}};
    const char *hash = json_string_value(json_object_get(one, "hash"));
    const char *type = json_string_value(json_object_get(one, "type"));
    size_t size = 0;
    char *path CLEAN_FREE = recording_picture_path(export->media, hash, type);
    char *bytes CLEAN_FREE = recording_picture(&pictures, hash, type, &size);
    FILE *to = bytes ? fopen(path, "w") : NULL;
    bool written = to && fwrite(bytes, 1, size, to) == size;
    if (to)
        written = fclose(to) == 0 && written;
    return written ? 0 : cli_fail("%s: %s", path, bytes ? strerror(errno) : "the session does not have it");
}

static int export_media(struct export *export)
{
    json_t *media = recording_media(&export->record), *one;
    size_t i;
    int status = 0;
    if (mkdir(export->media, 0777) != 0 && errno != EEXIST)
        status = cli_fail("%s: %s", export->media, strerror(errno));
    json_array_foreach(media, i, one)
    {
        if (!status)
            status = export_picture(export, one);
    }
    json_decref(media);
    return status;
}

static int export_run(struct export *export)
{
    const char *session = export->record.session;
    int status = export->unseal ? export_unseal(export) : 0;
    if (status)
        return status;
    struct refusal refusal = record_read(&export->context, &export->record);
    if (refusal.error)
        return cli_context_refused(&refusal, session);
    if (*record_get(&export->record.meta, NULL, "importing"))
        return cli_fail("%s: its import has not come to its end", session);
    struct sealed sealed = {.record = &export->record, .opened = export->unseal};
    record_challenges(&export->record, sealed_look, &sealed);
    if (sealed.id[0] && (!export->csv || strcmp(export->csv, "results") == 0))
        return cli_fail("%s: the challenge %s is sealed until it closes%s", session, sealed.id,
                        export->csv ? "" : "; --unseal opens the seal, for all to see");
    if (export->csv)
        refusal = export_csv_read(&export->context, export->csv, &export->record);
    if (refusal.error)
        return cli_context_refused(&refusal, session);
    status = export_to(export, export->csv ? write_csv : write_recording);
    return status || !export->media ? status : export_media(export);
}

int cli_export(int argc, char **argv)
{
    struct export export = {0};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(export_help, stdout), 0;
    int status = cli_context_open(&export.context, "export", &argc, argv);
    if (status)
        return status;
    status = export_read_arguments(&export, argc, argv);
    if (!status)
        status = export_run(&export);
    record_clear(&export.record);
    cli_context_close(&export.context);
    return status;
}
