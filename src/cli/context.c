#include "cli/context.h"
#include "base/memory.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#define CONTEXT_START_MS  15000 /* for the private Redis to start, reading what it holds */
#define CONTEXT_ANSWER_MS 5000  /* for a Redis of one's own to answer */
#define CONTEXT_TRIES     30    /* of a call with a key: a busy disk may hold Redis for seconds */

static void context_log(const char *message)
{
    fprintf(stderr, "palabre: %s\n", message);
}

int cli_context_open(struct cli_context *context, const char *command, int *argc, char **argv)
{
    char *message = NULL;
    *context = (struct cli_context){.refusal = refusal_of(ERROR_none)};
    if (!settings_read(&context->settings, argc, argv, true, &message)) {
        int status = cli_usage(command, "%s", message);
        free(message);
        return status;
    }
    uv_loop_init(&context->loop);
    context->deployment =
        (struct deployment){.loop = &context->loop, .settings = &context->settings, .log = context_log};
    if (deployment_open(&context->deployment) &&
        deployment_wait(&context->deployment, context->settings.redis ? CONTEXT_ANSWER_MS : CONTEXT_START_MS))
        return 0;
    int status =
        cli_fail("%s", context->deployment.fault ? context->deployment.fault : "the store cannot be reached");
    cli_context_close(context);
    return status;
}

static void context_forget(struct cli_context *context)
{
    for (size_t i = 0; i < context->answer_count; i++) {
        free(context->answer_names[i]);
        free(context->answer_values[i]);
    }
    memory_free(&context->answer_names);
    memory_free(&context->answer_values);
    context->answer_count = 0;
}

void cli_context_close(struct cli_context *context)
{
    context_forget(context);
    deployment_close(&context->deployment);
    uv_run(&context->loop, UV_RUN_DEFAULT);
    uv_loop_close(&context->loop);
    settings_clear(&context->settings);
}

struct waiting {
    struct cli_context *context;
    struct refusal refusal;
    bool done;
};

static void context_answered(void *arg, const struct store_answer *answer)
{
    struct waiting *waiting = arg;
    struct cli_context *context = waiting->context;
    waiting->done = true;
    waiting->refusal = answer->refusal;
    context->answer_names = memory_alloc((answer->count + 1) * sizeof(*context->answer_names));
    context->answer_values = memory_alloc((answer->count + 1) * sizeof(*context->answer_values));
    for (size_t i = 0; i < answer->count; i++) {
        context->answer_names[i] = memory_string(answer->values[i].key);
        context->answer_values[i] = memory_bytes(answer->values[i].value, answer->values[i].value_size);
        context->answer_count = i + 1;
    }
}

struct refusal cli_context_call(struct cli_context *context, const char *session, const char *function,
                                const struct actor *actor, const char *key, int64_t at,
                                const struct store_arguments *arguments)
{
    struct waiting waiting = {.context = context};
    for (context->tries = 0; context->tries < CONTEXT_TRIES; context->tries++) {
        context_forget(context);
        waiting.done = false;
        uv_update_time(&context->loop); /* a deadline begins now, whatever was done since the loop last ran */
        store_call(context->deployment.store, session, function, actor, key, at,
                   arguments ? arguments->list : NULL, arguments ? arguments->count : 0, context_answered,
                   &waiting);
        while (!waiting.done)
            uv_run(&context->loop, UV_RUN_ONCE);
        if (waiting.refusal.error != ERROR_store_unavailable || !key)
            break;
    }
    return waiting.refusal;
}

static struct refusal context_wait(struct waiting *waiting)
{
    while (!waiting->done)
        uv_run(&waiting->context->loop, UV_RUN_ONCE);
    return waiting->refusal;
}

struct refusal cli_context_brand_create(struct cli_context *context, const char *brand, const char *name)
{
    struct waiting waiting = {.context = context};
    context_forget(context);
    store_brand_create(context->deployment.store, brand, name, context_answered, &waiting);
    return context_wait(&waiting);
}

struct refusal cli_context_brand_key(struct cli_context *context, const char *brand, const char *key_id,
                                     const char *key)
{
    struct waiting waiting = {.context = context};
    context_forget(context);
    store_brand_key(context->deployment.store, brand, key_id, key, context_answered, &waiting);
    return context_wait(&waiting);
}

struct refusal cli_context_brand(struct cli_context *context, const char *brand)
{
    struct waiting waiting = {.context = context};
    context_forget(context);
    store_brand_read(context->deployment.store, brand, context_answered, &waiting);
    return context_wait(&waiting);
}

struct refusal cli_context_brands(struct cli_context *context)
{
    struct waiting waiting = {.context = context};
    context_forget(context);
    store_brands(context->deployment.store, context_answered, &waiting);
    return context_wait(&waiting);
}

const char *cli_context_get(const struct cli_context *context, const char *name)
{
    for (size_t i = 0; i < context->answer_count; i++)
        if (strcmp(context->answer_names[i], name) == 0)
            return context->answer_values[i];
    return NULL;
}

struct asking {
    struct refusal refusal;
    bool done;
    store_answered *take;
    void *arg;
};

static void context_told(void *arg, const struct store_answer *answer)
{
    struct asking *asking = arg;
    asking->done = true;
    asking->refusal = answer->refusal;
    asking->take(asking->arg, answer);
}

struct refusal cli_context_ask_at(struct cli_context *context, const char *session, const char *function,
                                  int64_t at, const struct store_arguments *arguments, store_answered *take,
                                  void *arg)
{
    struct asking asking = {.take = take, .arg = arg};
    for (int tries = 0; tries < CONTEXT_TRIES; tries++) {
        asking.done = false;
        uv_update_time(&context->loop);
        store_call(context->deployment.store, session, function, NULL, NULL, at,
                   arguments ? arguments->list : NULL, arguments ? arguments->count : 0, context_told,
                   &asking);
        while (!asking.done)
            uv_run(&context->loop, UV_RUN_ONCE);
        if (asking.refusal.error != ERROR_store_unavailable)
            break;
    }
    return asking.refusal;
}

struct refusal cli_context_ask(struct cli_context *context, const char *session, const char *function,
                               const struct store_arguments *arguments, store_answered *take, void *arg)
{
    return cli_context_ask_at(context, session, function, 0, arguments, take, arg);
}

/* A command under way, kept so that it can be sent again. */
struct sending {
    struct cli_context *context;
    char session[TEXT_ID_ROOM];
    struct actor actor;
    struct command command;
    int64_t at;
    int tries;
};

static void sending_send(struct sending *sending);

static void context_sent(void *arg, const struct store_answer *answer)
{
    struct sending *sending = arg;
    struct cli_context *context = sending->context;
    if (answer->refusal.error == ERROR_store_unavailable && ++sending->tries < CONTEXT_TRIES) {
        sending_send(sending); /* its key has it happen once */
        return;
    }
    context->pending--;
    if (answer->refusal.error && !context->refusal.error)
        context->refusal = answer->refusal;
    command_clear(&sending->command);
    free(sending);
}

static void sending_send(struct sending *sending)
{
    store_command(sending->context->deployment.store, sending->session, &sending->actor, &sending->command,
                  sending->at, context_sent, sending);
}

void cli_context_send(struct cli_context *context, const char *session, const struct actor *actor,
                      struct command *command, int64_t at, size_t most)
{
    while (context->pending >= most)
        uv_run(&context->loop, UV_RUN_ONCE);
    struct sending *sending = memory_alloc(sizeof(*sending));
    *sending = (struct sending){.context = context, .actor = *actor, .command = *command, .at = at};
    snprintf(sending->session, sizeof(sending->session), "%s", session);
    command_init(command, command->kind);
    context->pending++;
    sending_send(sending);
}

struct refusal cli_context_flush(struct cli_context *context)
{
    while (context->pending)
        uv_run(&context->loop, UV_RUN_ONCE);
    return context->refusal;
}

struct refusal cli_context_create(struct cli_context *context, const struct definition *definition,
                                  int64_t at)
{
    struct store_arguments arguments = {0}, from = {0};
    store_arguments_add(&from, "", 0); /* the first slice */
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    char nonce[STORE_NONCE_ROOM];
    store_nonce_random(nonce);
    definition_arguments(definition, nonce, store_arguments_add, &arguments);
    /* A create whose answer was lost may have happened: what did not exist before and exists then is ours. */
    struct refusal refusal =
        cli_context_call(context, definition->id, "session_read", NULL, "again", 0, &from);
    bool fresh = refusal.error == ERROR_session_unknown;
    if (fresh)
        refusal =
            cli_context_call(context, definition->id, "session_create", &actor, "again", at, &arguments);
    else if (!refusal.error)
        refusal = refusal_of(ERROR_session_exists);
    if (fresh && refusal.error == ERROR_session_exists && context->tries > 0)
        refusal = refusal_of(ERROR_none);
    store_arguments_clear(&from);
    store_arguments_clear(&arguments);
    return refusal;
}

int cli_context_refused(const struct refusal *refusal, const char *what)
{
    struct buffer text CLEAN_BUFFER = {0};
    buffer_print(&text, "%s: %s (%s)", what, error_message(refusal->error), error_name(refusal->error));
    if (refusal->field[0])
        buffer_print(&text, " at %s", refusal->field);
    if (refusal->expected[0])
        buffer_print(&text, ": expected %s", refusal->expected);
    return cli_fail("%s", text.bytes);
}
