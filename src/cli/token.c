/* `palabre token [--session ID | --brand ID] --role ROLE [--name NAME] [--ttl 8h]` and `palabre keys`. */
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/context.h"
#include "domain/limits.h"
#include "token/paserk.h"
#include "token/token.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char token_help[] =
    "usage: palabre token --session ID --role ROLE [--name NAME] [--ttl 8h] [--data DIR | --redis URL]\n"
    "       palabre token --brand ID ...          for staff of a brand, in all of its sessions\n"
    "       palabre token --role admin ...        for every session\n\n"
    "Signs a token and prints it. ROLE is participant, expert, moderator or brand.\n"
    "--ttl is a number and s, m, h or d; 8h unless said.\n";

static const char keys_help[] =
    "usage: palabre keys [list | rotate] [--data DIR]\n\n"
    "list    the keys whose tokens are accepted; the one that signs first\n"
    "rotate  a new key signs from now on; tokens of the old one stay good. A running\n"
    "        server takes it up on SIGHUP.\n";

#define TTL_MOST (366LL * 86400000)

/* "8h" to ms; 0 where it is no such thing. */
static int64_t ttl_parse(const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    int64_t unit = *end == 's'   ? 1000
                   : *end == 'm' ? 60000
                   : *end == 'h' ? 3600000
                   : *end == 'd' ? 86400000
                                 : 0;
    if (end == text || number < 1 || !unit || end[1] || number > TTL_MOST / unit)
        return 0;
    return number * unit;
}

struct wanted {
    const char *session, *brand, *name;
    int role;
    int64_t ttl;
};

static int wanted_read(struct wanted *wanted, int argc, char **argv)
{
    *wanted = (struct wanted){.role = -1, .name = "", .ttl = 8 * 3600000LL};
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!value)
            return cli_usage("token", "%s: a value is expected", argv[i]);
        if (strcmp(argv[i], "--session") == 0)
            wanted->session = value;
        else if (strcmp(argv[i], "--brand") == 0)
            wanted->brand = value;
        else if (strcmp(argv[i], "--role") == 0)
            wanted->role = role_find(value, strlen(value));
        else if (strcmp(argv[i], "--name") == 0)
            wanted->name = value;
        else if (strcmp(argv[i], "--ttl") == 0)
            wanted->ttl = ttl_parse(value);
        else
            return cli_usage("token", "%s: not expected here", argv[i]);
    }
    if (wanted->brand && wanted->role == -1)
        wanted->role = ROLE_brand;
    if (wanted->brand && (wanted->role != ROLE_brand || wanted->session))
        return cli_usage("token", "--brand: with the role brand, and without --session");
    if (wanted->brand && !text_is_id(wanted->brand, strlen(wanted->brand)))
        return cli_usage("token", "--brand: an id is expected: a-z, then up to 31 of a-z, 0-9 and -");
    if (wanted->role < 0 || wanted->role == ROLE_observer)
        return cli_usage("token", "--role: participant, expert, moderator, brand or admin is expected");
    if (!wanted->ttl)
        return cli_usage("token", "--ttl: a number and s, m, h or d is expected, up to 366d");
    if (!wanted->brand && (wanted->role == ROLE_admin) != !wanted->session)
        return cli_usage("token", "--session: %s",
                         wanted->session ? "an admin's token is for every session: none is expected"
                                         : "a session's id is expected");
    if (wanted->session && !text_is_id(wanted->session, strlen(wanted->session)))
        return cli_usage("token", "--session: an id is expected: a-z, then up to 31 of a-z, 0-9 and -");
    return 0;
}

struct deployment_asked {
    char id[64];
    bool done;
};

static void deployment_answered(void *arg, const struct store_answer *answer)
{
    struct deployment_asked *asked = arg;
    const char *id = store_answer_get(answer, "deployment");
    snprintf(asked->id, sizeof(asked->id), "%s", id ? id : "");
    asked->done = true;
}

static int token_print(struct cli_context *context, const struct wanted *wanted, const char *name)
{
    struct actor actor = {.id = "admin", .role = (enum role)wanted->role, .level = level_open};
    struct deployment_asked asked = {0};
    struct timespec now;
    if (wanted->session) {
        struct store_arguments arguments = {0};
        store_arguments_add(&arguments, name, strlen(name));
        store_arguments_add(&arguments, "operator", 8);
        struct refusal refusal =
            cli_context_call(context, wanted->session, "participant_join", &actor, NULL, 0, &arguments);
        store_arguments_clear(&arguments);
        if (refusal.error)
            return cli_context_refused(&refusal, wanted->session);
        snprintf(actor.session, sizeof(actor.session), "%s", wanted->session);
        snprintf(actor.id, sizeof(actor.id), "%s", cli_context_get(context, "participant"));
        const char *generation = cli_context_get(context, "generation");
        actor.generation = generation ? (int)strtol(generation, NULL, 10) : 0;
    }
    if (wanted->brand) {
        struct refusal refusal = cli_context_brand(context, wanted->brand);
        if (refusal.error)
            return cli_context_refused(&refusal, wanted->brand);
        snprintf(actor.brand, sizeof(actor.brand), "%s", wanted->brand);
        snprintf(actor.id, sizeof(actor.id), "%s", "brand");
    }
    store_deployment(context->deployment.store, deployment_answered, &asked);
    while (!asked.done)
        uv_run(&context->loop, UV_RUN_ONCE);
    clock_gettime(CLOCK_REALTIME, &now);
    char *token CLEAN_FREE = asked.id[0] ? token_make(context->deployment.keyring, &actor, name,
                                                      (int64_t)now.tv_sec * 1000, wanted->ttl, asked.id)
                                         : NULL;
    if (!token)
        return cli_fail("the token cannot be signed");
    puts(token);
    return 0;
}

int cli_token(int argc, char **argv)
{
    struct cli_context context;
    struct wanted wanted;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(token_help, stdout), 0;
    int status = cli_context_open(&context, "token", &argc, argv);
    if (status)
        return status;
    status = wanted_read(&wanted, argc, argv);
    char *name CLEAN_FREE = status ? NULL : text_clean(wanted.name, strlen(wanted.name), false);
    if (!status && (!name || text_length(name) > LIMIT_NAME))
        status = cli_usage("token", "--name: at most %d characters are expected", LIMIT_NAME);
    if (!status)
        status = token_print(&context, &wanted, name);
    cli_context_close(&context);
    return status;
}

static void keys_list(const struct keyring *keyring)
{
    for (size_t i = 0; i < keyring->count; i++) {
        char public_key[PASERK_ROOM];
        paserk_format(PASERK_PUBLIC, keyring->keys[i].public_key, PASETO_PUBLIC_BYTES, public_key);
        printf("%s  %s  %s\n", keyring->keys[i].signs ? "signs  " : "accepts", keyring->keys[i].id,
               public_key);
    }
}

int cli_keys(int argc, char **argv)
{
    struct settings settings;
    char *message CLEAN_FREE = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(keys_help, stdout), 0;
    if (!settings_read(&settings, &argc, argv, true, &message))
        return cli_usage("keys", "%s", message);
    const char *what = argc > 1 ? argv[1] : "list";
    bool rotate = strcmp(what, "rotate") == 0;
    struct buffer problem CLEAN_BUFFER = {0};
    int status = 0;
    if (argc > 2 || (!rotate && strcmp(what, "list") != 0)) {
        status = cli_usage("keys", "list or rotate is expected");
    } else {
        char *folder CLEAN_FREE = deployment_keys(&settings, &message);
        struct keyring *keyring = NULL;
        bool good = folder && (!rotate || keyring_rotate(folder, &problem)) &&
                    (keyring = keyring_open(folder, &problem));
        if (good)
            keys_list(keyring);
        else
            status = cli_fail("%s", folder ? problem.bytes : message);
        keyring_free(&keyring);
    }
    settings_clear(&settings);
    return status;
}
