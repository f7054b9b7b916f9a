/* `palabre brand create ID [--name TEXT] | list | key ID [add KEY | remove KEY]`. */
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/context.h"
#include "server/file.h"
#include "token/paserk.h"
#include "token/sso.h"

#include <stdio.h>
#include <string.h>

static const char brand_help[] =
    "usage: palabre brand create ID [--name TEXT] [--data DIR | --redis URL]\n"
    "       palabre brand list\n"
    "       palabre brand key ID                  the public keys with which it signs log-ins\n"
    "       palabre brand key ID add KEY          one more: k4.public.... or a file that holds it\n"
    "       palabre brand key ID remove KEY       one less, by its text, its id (k4.pid....) or a file\n\n"
    "A brand owns sessions; its staff (palabre token --brand ID) see its own and no others. The brand\n"
    "`default` is always there. docs/sso.md says how a brand logs its people in.\n";

static bool is_brand(const char *id)
{
    return text_is_id(id, strlen(id));
}

static int brand_create(struct cli_context *context, int argc, char **argv)
{
    const char *name = NULL;
    if (argc == 5 && strcmp(argv[3], "--name") == 0)
        name = argv[4];
    else if (argc != 3)
        return cli_usage("brand", "create: an id and --name TEXT are expected");
    if (!is_brand(argv[2]))
        return cli_usage("brand", "%s: an id is expected: a-z, then up to 31 of a-z, 0-9 and -", argv[2]);
    char *clean CLEAN_FREE = text_clean(name ? name : argv[2], strlen(name ? name : argv[2]), false);
    if (!clean || !*clean || text_length(clean) > LIMIT_TITLE)
        return cli_usage("brand", "--name: a line of at most %d characters is expected", LIMIT_TITLE);
    struct refusal refusal = cli_context_brand_create(context, argv[2], clean);
    if (refusal.error)
        return cli_context_refused(&refusal, argv[2]);
    puts(argv[2]);
    return 0;
}

static int brand_list(struct cli_context *context)
{
    struct refusal refusal = cli_context_brands(context);
    if (refusal.error)
        return cli_context_refused(&refusal, "list");
    size_t count = context->answer_count;
    char **ids = memory_alloc((count + 1) * sizeof(*ids));
    for (size_t i = 0; i < count; i++)
        ids[i] = memory_string(context->answer_values[i]);
    for (size_t i = 0; i < count && !refusal.error; i++) {
        refusal = cli_context_brand(context, ids[i]);
        const char *name = cli_context_get(context, "name");
        if (!refusal.error)
            printf("%s  %s\n", ids[i], name ? name : "");
    }
    for (size_t i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
    return refusal.error ? cli_context_refused(&refusal, "list") : 0;
}

/* ---- keys */

static bool key_parse(const char *text, unsigned char out_key[PASETO_PUBLIC_BYTES])
{
    size_t size = strcspn(text, "\r\n");
    return !text[size + strspn(text + size, "\r\n")] && paserk_parse(PASERK_PUBLIC, text, size, out_key);
}

/* A key as it was given, or in a file. */
static bool key_read(const char *given, unsigned char out_key[PASETO_PUBLIC_BYTES])
{
    char *message CLEAN_FREE = NULL;
    size_t size;
    if (key_parse(given, out_key))
        return true;
    char *text CLEAN_FREE = strncmp(given, "k4.", 3) == 0 ? NULL : file_read(given, &size, &message);
    return text && key_parse(text, out_key);
}

static int key_add(struct cli_context *context, const char *brand, const char *given)
{
    unsigned char key[PASETO_PUBLIC_BYTES];
    char text[PASERK_ROOM], id[PASERK_ID_ROOM];
    size_t keys = 0;
    if (!key_read(given, key))
        return cli_usage("brand",
                         "key add: a public key (k4.public....) or a file that holds one is expected");
    paserk_format(PASERK_PUBLIC, key, sizeof(key), text);
    paserk_id(key, id);
    for (size_t i = 0; i < context->answer_count; i++)
        keys += strncmp(context->answer_names[i], "key.", 4) == 0 &&
                strcmp(context->answer_names[i] + 4, id) != 0;
    if (keys >= SSO_KEYS)
        return cli_fail("%s has %d keys, as many as a brand may have: remove one", brand, SSO_KEYS);
    struct refusal refusal = cli_context_brand_key(context, brand, id, text);
    if (refusal.error)
        return cli_context_refused(&refusal, brand);
    puts(id);
    return 0;
}

static int key_remove(struct cli_context *context, const char *brand, const char *given)
{
    unsigned char key[PASETO_PUBLIC_BYTES];
    char id[PASERK_ID_ROOM], field[PASERK_ID_ROOM + 8];
    snprintf(id, sizeof(id), "%s", given);
    if (strncmp(given, "k4.pid.", 7) != 0) {
        if (!key_read(given, key))
            return cli_usage("brand", "key remove: a key, its id or a file that holds it is expected");
        paserk_id(key, id);
    }
    snprintf(field, sizeof(field), "key.%s", id);
    if (!cli_context_get(context, field))
        return cli_fail("%s has no key %s", brand, id);
    struct refusal refusal = cli_context_brand_key(context, brand, id, NULL);
    return refusal.error ? cli_context_refused(&refusal, brand) : 0;
}

static int brand_key(struct cli_context *context, int argc, char **argv)
{
    if (argc < 3 || !is_brand(argv[2]))
        return cli_usage("brand", "key: a brand's id is expected");
    struct refusal refusal = cli_context_brand(context, argv[2]);
    if (refusal.error)
        return cli_context_refused(&refusal, argv[2]);
    if (argc == 5 && strcmp(argv[3], "add") == 0)
        return key_add(context, argv[2], argv[4]);
    if (argc == 5 && strcmp(argv[3], "remove") == 0)
        return key_remove(context, argv[2], argv[4]);
    if (argc != 3)
        return cli_usage("brand", "key: add KEY or remove KEY is expected");
    for (size_t i = 0; i < context->answer_count; i++)
        if (strncmp(context->answer_names[i], "key.", 4) == 0)
            printf("%s  %s\n", context->answer_names[i] + 4, context->answer_values[i]);
    return 0;
}

int cli_brand(int argc, char **argv)
{
    struct cli_context context;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(brand_help, stdout), 0;
    int status = cli_context_open(&context, "brand", &argc, argv);
    if (status)
        return status;
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "create") == 0)
        status = brand_create(&context, argc, argv);
    else if (strcmp(what, "list") == 0 && argc == 2)
        status = brand_list(&context);
    else if (strcmp(what, "key") == 0)
        status = brand_key(&context, argc, argv);
    else
        status = cli_usage("brand", "create ID, list or key ID is expected");
    cli_context_close(&context);
    return status;
}
