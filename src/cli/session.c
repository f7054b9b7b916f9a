/* `palabre session create FILE | example NAME | list | show ID | codes ID N | open ID | close ID | archive
 * ID`. */
#include "base/embedded.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "server/file.h"
#include "server/demo.h"
#include "view/view.h"
#include "wire/definition_picture.h"
#include "wire/document.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

static const char session_help[] =
    "usage: palabre session create FILE.json [--data DIR | --redis URL]\n"
    "       palabre session example NAME          prints a session file to begin with\n"
    "       palabre session list [--brand ID]     the sessions there are, or those of a brand\n"
    "       palabre session show ID               what a session is, as JSON\n"
    "       palabre session open ID               a rehearsal becomes the session itself, or a closed one "
    "opens again\n"
    "       palabre session close ID              closes it, and every challenge that is open\n"
    "       palabre session archive ID            makes a closed one final\n"
    "       palabre session codes ID N [--role ROLE] [--uses 1|NUMBER|unlimited] [--group "
    "DIMENSION=VALUE]...\n"
    "               [--label TEXT] [--until DATE] [--public-url URL] [--csv]\n"
    "                                             makes N codes and prints them, this once\n\n"
    "docs/sessions.md says what a session file holds, and what codes are.\n";

/* A picture beside the session file; or, for who saved an example without its pictures, the one inside the
 * binary. */
static struct refusal picture_beside(void *arg, const char *name, struct definition_media *out_media)
{
    const char *folder = arg;
    char *path CLEAN_FREE = name[0] == '/' ? memory_string(name) : memory_print("%s/%s", folder, name);
    char *message CLEAN_FREE = NULL;
    size_t size;
    char *bytes CLEAN_FREE = file_read(path, &size, &message);
    const struct embedded_file *inside = bytes ? NULL : embedded_find(demo_files, name);
    if (inside)
        return definition_picture_take(inside->bytes, inside->size, out_media);
    if (!bytes)
        return refusal_field(ERROR_invalid_params, "", "a picture that can be read: %s", message);
    return definition_picture_take(bytes, size, out_media);
}

static int session_create(struct cli_context *context, const char *path)
{
    size_t size;
    char *message CLEAN_FREE = NULL, *copy CLEAN_FREE = memory_string(path);
    char *text CLEAN_FREE = file_read(path, &size, &message);
    if (!text)
        return cli_fail("%s", message);
    struct definition definition;
    struct refusal refusal = definition_parse(text, size, picture_beside, dirname(copy), &definition);
    if (!refusal.error)
        refusal = cli_context_brand(context, definition.brand);
    if (!refusal.error)
        refusal = cli_context_create(context, &definition, 0);
    int status = refusal.error ? cli_context_refused(&refusal, path) : 0;
    if (!status)
        printf("%s\n", definition.id);
    definition_clear(&definition);
    return status;
}

static int session_example(const char *name)
{
    char *file CLEAN_FREE = memory_print("%s.json", name);
    const struct embedded_file *example = embedded_find(demo_files, file);
    if (example && strchr(name, '/') == NULL && strcmp(name, "voices") != 0) {
        fwrite(example->bytes, 1, example->size, stdout);
        return 0;
    }
    struct buffer names CLEAN_BUFFER = {0};
    for (const struct embedded_file *at = demo_files; at->name; at++)
        if (!strchr(at->name, '/') && strcmp(at->name, "voices.json") != 0)
            buffer_print(&names, "%s%.*s", names.size ? ", " : "", (int)strlen(at->name) - 5, at->name);
    return cli_usage("session", "example: one of %s is expected", names.bytes);
}

struct listing {
    struct cli_context *context;
    struct buffer lines;
    bool done;
};

static void session_listed(void *arg, const struct store_answer *answer)
{
    struct listing *listing = arg;
    listing->done = true;
    listing->context->refusal = answer->refusal;
    for (size_t i = 0; i < answer->count; i++)
        buffer_print(&listing->lines, "%s\n", answer->values[i].value);
}

/* Prints those lines that name a session of the brand. */
static struct refusal list_of_brand(struct cli_context *context, char *lines, const char *brand)
{
    struct refusal refusal = refusal_of(ERROR_none);
    for (char *at = strtok(lines, "\n"); at && !refusal.error; at = strtok(NULL, "\n")) {
        refusal = cli_context_call(context, at, "session_door", NULL, NULL, 0, NULL);
        const char *of = cli_context_get(context, "brand");
        if (!refusal.error && strcmp(of ? of : "default", brand) == 0)
            puts(at);
        else if (refusal.error == ERROR_session_unknown || refusal.error == ERROR_session_importing)
            refusal = refusal_of(ERROR_none);
    }
    return refusal;
}

static int session_list(struct cli_context *context, const char *brand)
{
    struct listing listing = {.context = context};
    struct refusal refusal = brand ? cli_context_brand(context, brand) : refusal_of(ERROR_none);
    if (refusal.error)
        return cli_context_refused(&refusal, brand);
    store_sessions(context->deployment.store, session_listed, &listing);
    while (!listing.done)
        uv_run(&context->loop, UV_RUN_ONCE);
    if (listing.lines.size && brand)
        refusal = list_of_brand(context, listing.lines.bytes, brand);
    else if (listing.lines.size)
        fwrite(listing.lines.bytes, 1, listing.lines.size, stdout);
    buffer_clear(&listing.lines);
    if (refusal.error)
        return cli_context_refused(&refusal, "list");
    return context->refusal.error ? cli_context_refused(&context->refusal, "list") : 0;
}

/* session_open, session_close and session_archive. */
static int session_turn(struct cli_context *context, const char *session, enum command_kind kind)
{
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    struct store_arguments arguments = {0};
    char nonce[STORE_NONCE_ROOM], key[48];
    uint64_t random;
    uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);
    store_nonce(random, nonce);
    snprintf(key, sizeof(key), "cli-%016llx", (unsigned long long)random);
    if (kind == COMMAND_session_open)
        store_arguments_add(&arguments, nonce, strlen(nonce));
    struct refusal refusal =
        cli_context_call(context, session, command_row(kind)->name, &actor, key, 0, &arguments);
    store_arguments_clear(&arguments);
    return refusal.error ? cli_context_refused(&refusal, session) : 0;
}

/* ---- show: follows the session for as long as a load takes */

struct showing {
    struct view *view;
    bool done;
    enum error gone;
};

static void show_begin(void *owner)
{
    view_load_begin(((struct showing *)owner)->view);
}

static void show_field(void *owner, const struct field_write *field)
{
    view_load_field(((struct showing *)owner)->view, field);
}

static void show_end(void *owner, const char *epoch, int64_t seq)
{
    struct showing *showing = owner;
    view_load_end(showing->view, epoch, seq);
    showing->done = true;
}

static void show_event(void *owner, const struct event *event)
{
    view_apply(((struct showing *)owner)->view, event);
}

static void show_stale(void *owner, bool stale)
{
    (void)owner;
    (void)stale;
}

static void show_gone(void *owner, enum error error)
{
    struct showing *showing = owner;
    showing->gone = error;
    showing->done = true;
}

static int session_show(struct cli_context *context, const char *session)
{
    const struct view_settings settings = {0};
    struct showing showing = {.view = view_new(&settings)};
    const struct store_follower follower = {.owner = &showing,
                                            .load_begin = show_begin,
                                            .load_field = show_field,
                                            .load_end = show_end,
                                            .event = show_event,
                                            .stale = show_stale,
                                            .gone = show_gone};
    struct store_following *following = store_follow(context->deployment.store, session, &follower);
    while (!showing.done)
        uv_run(&context->loop, UV_RUN_ONCE);
    store_unfollow(&following);
    const struct topic topic = {.kind = TOPIC_session};
    struct buffer text CLEAN_BUFFER = {0};
    if (!showing.gone)
        document_state(showing.view, &topic, AUDIENCE_STAFF, &text);
    view_free(&showing.view);
    if (showing.gone)
        return cli_fail("%s: %s", session, error_message(showing.gone));
    puts(text.bytes);
    return 0;
}

int cli_session(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(session_help, stdout), 0;
    if (strcmp(what, "example") == 0)
        return session_example(argc > 2 ? argv[2] : "");
    struct cli_context context;
    int status = cli_context_open(&context, "session", &argc, argv);
    if (status)
        return status;
    what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "create") == 0 && argc == 3)
        status = session_create(&context, argv[2]);
    else if (strcmp(what, "list") == 0 && argc == 2)
        status = session_list(&context, NULL);
    else if (strcmp(what, "list") == 0 && argc == 4 && strcmp(argv[2], "--brand") == 0 &&
             text_is_id(argv[3], strlen(argv[3])))
        status = session_list(&context, argv[3]);
    else if (strcmp(what, "codes") == 0)
        status = cli_codes(&context, argc, argv);
    else if (strcmp(what, "open") == 0 && argc == 3 && text_is_id(argv[2], strlen(argv[2])))
        status = session_turn(&context, argv[2], COMMAND_session_open);
    else if (strcmp(what, "close") == 0 && argc == 3 && text_is_id(argv[2], strlen(argv[2])))
        status = session_turn(&context, argv[2], COMMAND_session_close);
    else if (strcmp(what, "archive") == 0 && argc == 3 && text_is_id(argv[2], strlen(argv[2])))
        status = session_turn(&context, argv[2], COMMAND_session_archive);
    else if (strcmp(what, "show") == 0 && argc == 3 && text_is_id(argv[2], strlen(argv[2])))
        status = session_show(&context, argv[2]);
    else
        status = cli_usage(
            "session",
            "create FILE.json, example NAME, list, show ID, open ID, close ID, archive ID or codes ID N "
            "is expected");
    cli_context_close(&context);
    return status;
}
