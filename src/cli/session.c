/* `palabre session create FILE | example NAME | list | show ID`. */
#include "base/embedded.h"
#include "base/memory.h"
#include "cli/cli.h"
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
    "       palabre session list                  the sessions there are\n"
    "       palabre session show ID               what a session is, as JSON\n\n"
    "docs/sessions.md says what a session file holds.\n";

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

static int session_list(struct cli_context *context)
{
    struct listing listing = {.context = context};
    store_sessions(context->deployment.store, session_listed, &listing);
    while (!listing.done)
        uv_run(&context->loop, UV_RUN_ONCE);
    if (listing.lines.size)
        fwrite(listing.lines.bytes, 1, listing.lines.size, stdout);
    buffer_clear(&listing.lines);
    return context->refusal.error ? cli_context_refused(&context->refusal, "list") : 0;
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
        status = session_list(&context);
    else if (strcmp(what, "show") == 0 && argc == 3 && text_is_id(argv[2], strlen(argv[2])))
        status = session_show(&context, argv[2]);
    else
        status = cli_usage("session", "create FILE.json, example NAME, list or show ID is expected");
    cli_context_close(&context);
    return status;
}
