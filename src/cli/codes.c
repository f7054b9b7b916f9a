/* `palabre session codes ID N [--role R] [--uses 1|N|unlimited] [--group dim=value]... [--label TEXT]
 * [--until DATE] [--csv]`: in batches of LIMIT_CODES, several under way at once. */
#include "cli/codes.h"
#include "base/date.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/csv_cell.h"
#include "server/links.h"
#include "token/code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODES_MOST   10000000 /* of one call */
#define BATCHES_MOST 4        /* under way */
#define BATCH_TRIES  30       /* of a batch whose answer was lost: its key has it happen once */

struct wanted {
    const char *session;
    size_t count;
    const char *role, *label, *until;
    int64_t uses;
    struct buffer groups; /* "status=client,store=lille" */
    bool csv;
};

struct batch {
    struct codes *codes;
    struct command command;
    struct store_arguments digests;
    char (*secrets)[CODE_ROOM];
    size_t count;
    char id[TEXT_ID_ROOM]; /* "" until it is answered */
    int tries;
};

struct codes {
    struct cli_context *context;
    const struct wanted *wanted;
    char *url;
    struct batch *batches;
    size_t batch_count, sent, answered;
    struct refusal refusal;
};

static void batch_send(struct batch *batch);

static void batch_answered(void *arg, const struct store_answer *answer)
{
    struct batch *batch = arg;
    struct codes *codes = batch->codes;
    const char *id = store_answer_get(answer, "batch");
    if (answer->refusal.error == ERROR_store_unavailable && ++batch->tries < BATCH_TRIES) {
        batch_send(batch);
        return;
    }
    codes->answered++;
    if (answer->refusal.error && !codes->refusal.error)
        codes->refusal = answer->refusal;
    snprintf(batch->id, sizeof(batch->id), "%s", id && !answer->refusal.error ? id : "");
}

static void batch_send(struct batch *batch)
{
    const struct codes *codes = batch->codes;
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    store_command_with(codes->context->deployment.store, codes->wanted->session, &actor, &batch->command,
                       batch->digests.list, batch->digests.count, 0, batch_answered, batch);
}

static void batch_make(struct batch *batch, size_t count)
{
    const struct wanted *wanted = batch->codes->wanted;
    struct code_make *params = &batch->command.code_make;
    char key[CODE_ROOM];
    command_init(&batch->command, COMMAND_code_make);
    code_random(key);
    batch->command.key = memory_string(key);
    params->role = role_find(wanted->role, strlen(wanted->role));
    params->uses = wanted->uses;
    params->count = (int64_t)count;
    params->groups = wanted->groups.size ? memory_string(wanted->groups.bytes) : NULL;
    params->label = *wanted->label ? memory_string(wanted->label) : NULL;
    if (wanted->until)
        date_parse(wanted->until, strlen(wanted->until), &params->until);
    batch->count = count;
    batch->secrets = memory_alloc(count * sizeof(*batch->secrets));
    for (size_t i = 0; i < count; i++) {
        char digest[CODE_DIGEST_ROOM];
        code_random(batch->secrets[i]);
        code_digest(batch->codes->context->deployment.keyring, wanted->session, batch->secrets[i], digest);
        store_arguments_add(&batch->digests, digest, strlen(digest));
    }
}

static void batch_clear(struct batch *batch)
{
    command_clear(&batch->command);
    store_arguments_clear(&batch->digests);
    free(batch->secrets);
}

/* ---- printing */

static void csv_row(struct buffer *out, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add_char(out, ',');
        csv_cell(out, cells[i]);
    }
    buffer_add_string(out, "\r\n");
}

static void batch_print(const struct batch *batch)
{
    const struct codes *codes = batch->codes;
    const struct wanted *wanted = codes->wanted;
    struct buffer out CLEAN_BUFFER = {0};
    bool takes_part = strcmp(wanted->role, "participant") == 0 || strcmp(wanted->role, "expert") == 0;
    for (size_t i = 0; i < batch->count; i++) {
        char *code CLEAN_FREE = memory_print("%s-%zu", batch->id, i + 1);
        char *link CLEAN_FREE = memory_print("%s/%s%s#k=%s", codes->url, wanted->session,
                                             takes_part ? "" : "/wall", batch->secrets[i]);
        const char *const cells[] = {code,
                                     batch->secrets[i],
                                     link,
                                     wanted->role,
                                     wanted->groups.size ? wanted->groups.bytes : "",
                                     wanted->label,
                                     wanted->until ? wanted->until : ""};
        if (wanted->csv)
            csv_row(&out, cells, ARRAY_SIZE(cells));
        else
            buffer_print(&out, "%s  %s  %s\n", code, batch->secrets[i], link);
    }
    fwrite(out.bytes, 1, out.size, stdout);
}

static int codes_print(struct codes *codes)
{
    if (codes->wanted->csv)
        fputs("code,secret,link,role,groups,label,until\r\n", stdout);
    for (size_t i = 0; i < codes->sent; i++)
        if (codes->batches[i].id[0])
            batch_print(&codes->batches[i]);
    /* What was made before a refusal is there, and is printed: nobody else knows it. */
    if (codes->refusal.error)
        return cli_context_refused(&codes->refusal, codes->wanted->session);
    return fflush(stdout) == 0 ? 0 : cli_fail("the codes cannot be written");
}

static int codes_make(struct cli_context *context, const struct wanted *wanted)
{
    struct codes codes = {.context = context, .wanted = wanted, .refusal = refusal_of(ERROR_none)};
    codes.url = links_public_url(&context->settings, context->settings.port);
    codes.batch_count = (wanted->count + LIMIT_CODES - 1) / LIMIT_CODES;
    codes.batches = memory_alloc(codes.batch_count * sizeof(*codes.batches));
    for (size_t left = wanted->count; left && !codes.refusal.error;) {
        size_t count = left < LIMIT_CODES ? left : LIMIT_CODES;
        struct batch *batch = &codes.batches[codes.sent++];
        batch->codes = &codes;
        batch_make(batch, count);
        batch_send(batch);
        left -= count;
        while (codes.sent - codes.answered >= BATCHES_MOST)
            uv_run(&context->loop, UV_RUN_ONCE);
    }
    while (codes.answered < codes.sent)
        uv_run(&context->loop, UV_RUN_ONCE);
    int status = codes_print(&codes);
    for (size_t i = 0; i < codes.sent; i++)
        batch_clear(&codes.batches[i]);
    free(codes.batches);
    free(codes.url);
    return status;
}

/* ---- options */

/* A whole number from 1 to `most`; 0 for anything else. */
static int64_t number_parse(const char *text, int64_t most)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && number <= most ? number : 0;
}

static int group_add(struct wanted *wanted, const char *value)
{
    size_t name = strcspn(value, "=");
    if (!value[name] || !text_is_id(value, name) || !text_is_id(value + name + 1, strlen(value + name + 1)))
        return cli_usage("session", "--group: DIMENSION=VALUE is expected, as store=lille");
    buffer_print(&wanted->groups, "%s%s", wanted->groups.size ? "," : "", value);
    return 0;
}

static int option_read(struct wanted *wanted, const char *name, const char *value)
{
    int64_t ms;
    if (strcmp(name, "--role") == 0) {
        int role = role_find(value, strlen(value));
        if (role < 0 || role == ROLE_admin)
            return cli_usage("session",
                             "--role: observer, participant, expert, moderator or brand is expected");
        wanted->role = value;
    } else if (strcmp(name, "--uses") == 0) {
        wanted->uses = strcmp(value, "unlimited") == 0 ? 0 : number_parse(value, LIMIT_USES);
        if (!wanted->uses && strcmp(value, "unlimited") != 0)
            return cli_usage("session", "--uses: a number from 1, or unlimited, is expected");
    } else if (strcmp(name, "--group") == 0) {
        return group_add(wanted, value);
    } else if (strcmp(name, "--label") == 0) {
        char *clean CLEAN_FREE = text_clean(value, strlen(value), false);
        if (!clean || strcmp(clean, value) != 0 || text_length(value) > LIMIT_LABEL)
            return cli_usage("session", "--label: a line of at most %d characters is expected", LIMIT_LABEL);
        wanted->label = value;
    } else if (strcmp(name, "--until") == 0) {
        if (!date_parse(value, strlen(value), &ms))
            return cli_usage("session",
                             "--until: a date with an offset is expected, as 2026-12-01T18:00:00+01:00");
        wanted->until = value;
    } else {
        return cli_usage("session", "%s: not expected here", name);
    }
    return 0;
}

static int wanted_read(struct wanted *wanted, int argc, char **argv)
{
    *wanted = (struct wanted){.role = "participant", .label = "", .uses = 1};
    if (argc < 4 || !text_is_id(argv[2], strlen(argv[2])))
        return cli_usage("session", "codes: a session's id and a number of codes are expected");
    wanted->session = argv[2];
    wanted->count = (size_t)number_parse(argv[3], CODES_MOST);
    if (!wanted->count)
        return cli_usage("session", "codes: a number from 1 to %d is expected", CODES_MOST);
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--csv") == 0) {
            wanted->csv = true;
            continue;
        }
        if (i + 1 == argc)
            return cli_usage("session", "%s: a value is expected", argv[i]);
        int status = option_read(wanted, argv[i], argv[i + 1]);
        if (status)
            return status;
        i++;
    }
    return 0;
}

int cli_codes(struct cli_context *context, int argc, char **argv)
{
    struct wanted wanted;
    int status = wanted_read(&wanted, argc, argv);
    if (!status)
        status = codes_make(context, &wanted);
    buffer_clear(&wanted.groups);
    return status;
}
