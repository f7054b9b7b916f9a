#include "cli/cli.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"serve", cli_serve, "serve sessions"},
    {"worker", cli_worker, NULL}, /* nobody types it */
    {"session", cli_session, "make, list, show, open and close sessions, and their codes"},
    {"brand", cli_brand, "brands, and the keys with which they log people in"},
    {"token", cli_token, "sign a token for a role"},
    {"keys", cli_keys, "show and change the keys that sign tokens"},
    {"export", cli_export, "write a session as a recording, or as a table"},
    {"import", cli_import, "turn a recording, or a Polis export, into a session"},
    {"replay", cli_replay, "let a recording happen again, on screens"},
    {"recount", cli_recount, "count a session again from its journal"},
    {"protocol", cli_protocol, "print the protocol's documents"},
    {"health", cli_health, "ask a running server how it is"},
};

static int cli_help(FILE *to, int status)
{
    fprintf(to, "palabre %s: live co-creation sessions\n\nusage: palabre COMMAND [--help]\n\n",
            PALABRE_VERSION);
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (commands[i].help)
            fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    return status;
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "palabre %s: ", command);
    vfprintf(stderr, format, list);
    fprintf(stderr, "\npalabre %s --help says more\n", command);
    va_end(list);
    return 2;
}

int cli_fail(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("palabre: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return 1;
}

int cli_main(int argc, char **argv)
{
    if (argc < 2)
        return cli_help(stderr, 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return cli_help(stdout, 0);
    if (strcmp(argv[1], "--version") == 0) {
        puts("palabre " PALABRE_VERSION);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "palabre: there is no command %s\n", argv[1]);
    return cli_help(stderr, 2);
}
