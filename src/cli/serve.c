#include "base/memory.h"
#include "cli/qr.h"
#include "cli/cli.h"
#include "server/server.h"

#include <stdio.h>
#include <string.h>

static const char serve_help[] =
    "usage: palabre serve [OPTIONS]\n\n"
    "  --listen ADDRESS:PORT   where to listen; 127.0.0.1:7700 unless said, port 0 is any\n"
    "  --data DIR              where keys and data lie; ./palabre-data unless said\n"
    "  --redis URL             a Redis of your own, redis://[user:password@]host:port[/db] or unix:/path, in "
    "place\n"
    "                          of the private one\n"
    "  --public-url URL        what links and QR codes begin with\n"
    "  --allow-origin ORIGIN   an origin, besides the server's own, whose pages may call it; may be "
    "repeated\n"
    "  --tick MS               time between two frames of a topic; 50 unless said\n"
    "  --workers N             processes that serve; one per core unless said\n"
    "  --demo                  three sessions with simulated participants\n"
    "  --config FILE           a JSON file of these, by their names\n"
    "  --check                 says whether the settings are right, and ends\n\n"
    "Each is also a variable: PALABRE_LISTEN, PALABRE_PUBLIC_URL, ... The command line is stronger than "
    "variables,\n"
    "variables are stronger than the file. Stops on SIGTERM or SIGINT; takes up changed keys on SIGHUP.\n";

static bool is_loopback(const char *url)
{
    return strstr(url, "//127.") || strstr(url, "//localhost") || strstr(url, "//[::1]");
}

/* On stderr, for people: the ready line on stdout is for programs. */
static void serve_told(const char *url, const struct demo_link *links, size_t count)
{
    if (!count)
        return;
    fprintf(stderr, "\n  The demo's sessions, with simulated participants: %s/\n", url);
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, "\n  %s\n    take part   %s%s\n    big screen  %s%s\n    moderator   %s%s\n",
                links[i].title, url, links[i].participant, url, links[i].wall, url, links[i].moderator);
        char *link CLEAN_FREE = memory_print("%s%s", url, links[i].participant);
        if (!is_loopback(url))
            qr_print(stderr, link);
    }
    if (is_loopback(url))
        fputs("\n  Phones cannot reach this address: listen on the network with --listen 0.0.0.0:7700.\n\n",
              stderr);
    else
        fputs("\n  Every device of this network can open these; --listen 127.0.0.1:7700 keeps them to this "
              "machine.\n\n",
              stderr);
}

int cli_serve(int argc, char **argv)
{
    struct settings settings;
    char *message CLEAN_FREE = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(serve_help, stdout), 0;
    if (!settings_read(&settings, &argc, argv, false, &message))
        return cli_usage("serve", "%s", message);
    int status =
        argc > 1 ? cli_usage("serve", "%s: not expected here", argv[1]) : server_run(&settings, serve_told);
    settings_clear(&settings);
    return status;
}

int cli_worker(int argc, char **argv)
{
    struct settings settings;
    struct worker worker;
    char *message CLEAN_FREE = NULL;
    int none = 0;
    if (!worker_read(&worker, argc, argv))
        return cli_fail("worker: palabre serve starts its workers by itself");
    if (!settings_read(&settings, &none, argv, false, &message))
        return cli_fail("worker: %s", message);
    int status = server_work(&settings, &worker, serve_told);
    settings_clear(&settings);
    return status;
}
