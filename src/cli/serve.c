#include "base/memory.h"
#include "cli/cli.h"
#include "server/server.h"

#include <stdio.h>
#include <string.h>

static const char serve_help[] =
    "usage: palabre serve [OPTIONS]\n\n"
    "  --listen ADDRESS:PORT   where to listen; 127.0.0.1:7700 unless said, port 0 is any\n"
    "  --data DIR              where keys and data lie; ./palabre-data unless said\n"
    "  --redis URL             a Redis of your own, redis://[user:password@]host:port[/db] or unix:/path, in place\n"
    "                          of the private one\n"
    "  --public-url URL        what links and QR codes begin with\n"
    "  --allow-origin ORIGIN   an origin, besides the server's own, whose pages may call it; may be repeated\n"
    "  --tick MS               time between two frames of a topic; 50 unless said\n"
    "  --demo                  three sessions with simulated participants\n"
    "  --config FILE           a JSON file of these, by their names\n"
    "  --check                 says whether the settings are right, and ends\n\n"
    "Each is also a variable: PALABRE_LISTEN, PALABRE_PUBLIC_URL, ... The command line is stronger than variables,\n"
    "variables are stronger than the file. Stops on SIGTERM or SIGINT; takes up changed keys on SIGHUP.\n";

int cli_serve(int argc, char **argv)
{
    struct settings settings;
    char *message CLEAN_FREE = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(serve_help, stdout), 0;
    if (!settings_read(&settings, &argc, argv, false, &message))
        return cli_usage("serve", "%s", message);
    int status = argc > 1 ? cli_usage("serve", "%s: not expected here", argv[1]) : server_run(&settings);
    settings_clear(&settings);
    return status;
}
