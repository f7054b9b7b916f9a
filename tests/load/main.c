/* palabre-load SCENARIO --url http://HOST:PORT [OPTIONS] */
#include "load.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const char usage[] =
    "usage: palabre-load SCENARIO --url http://HOST:PORT [OPTIONS]\n\n"
    "Puts a load on a server that is yours, checks all that comes back, and says how long it took. It makes "
    "sessions of\n"
    "its own, named load-...; it needs an admin's token for that (`palabre token --role admin`), in --token "
    "or in the\n"
    "variable PALABRE_LOAD_TOKEN. Exit status 1 where anything that was received is not right.\n\n";

static const char options_help[] =
    "\nOptions:\n"
    "  --url URL           the server: http://HOST:PORT\n"
    "  --token TOKEN       an admin's\n"
    "  --pid PID           the server's process, where it is on this machine: its CPU time and memory are "
    "told\n"
    "  --listeners N       connections that watch the ideas\n"
    "  --voters N          connections that vote\n"
    "  --clients N         connections of idle and join\n"
    "  --rate N            votes per second in all, sent when they are due whatever the server does; 0: see "
    "--window\n"
    "  --window N          with --rate 0: votes under way at once; for publications of a peer always\n"
    "  --votes N           no more votes than these\n"
    "  --ideas N           ideas of each session\n"
    "  --voted N           of these, how many are voted for; all unless said\n"
    "  --ballot NAME       how these are voted: approval unless said; single wants --voted 1\n"
    "  --sessions N        sessions; listeners and voters are shared out among them\n"
    "  --slow SHARE        of the listeners, those that read slowly: 0.1 is a tenth\n"
    "  --seconds S         the measured time\n"
    "  --warmup S          before it\n"
    "  --concurrency N     connections that are opened at once\n"
    "  --sample N          listeners that merge all they receive, to be compared with the truth at the end\n"
    "  --payload BYTES     broadcast to a peer: of a message\n"
    "  --bare              join: WebSocket handshakes alone\n"
    "  --dialect NAME      palabre, or that of a peer of tests/load/peers: plain, socketio\n"
    "  --json              one line of JSON in place of text\n\n"
    "A participant has 60 votes at once and 240 a minute: --rate needs a quarter as many --voters.\n";

enum kind { WORD, COUNT, NUMBER, FLAG, PROCESS };

static const struct {
    const char *name;
    enum kind kind;
    size_t place;
} rows[] = {
    {"--url", WORD, offsetof(struct options, url)},
    {"--token", WORD, offsetof(struct options, token)},
    {"--dialect", WORD, offsetof(struct options, dialect)},
    {"--ballot", WORD, offsetof(struct options, ballot)},
    {"--pid", PROCESS, offsetof(struct options, pid)},
    {"--listeners", COUNT, offsetof(struct options, listeners)},
    {"--voters", COUNT, offsetof(struct options, voters)},
    {"--clients", COUNT, offsetof(struct options, clients)},
    {"--ideas", COUNT, offsetof(struct options, ideas)},
    {"--voted", COUNT, offsetof(struct options, voted)},
    {"--sessions", COUNT, offsetof(struct options, sessions)},
    {"--sample", COUNT, offsetof(struct options, sample)},
    {"--concurrency", COUNT, offsetof(struct options, concurrency)},
    {"--window", COUNT, offsetof(struct options, window)},
    {"--payload", COUNT, offsetof(struct options, payload)},
    {"--votes", COUNT, offsetof(struct options, votes)},
    {"--rate", NUMBER, offsetof(struct options, rate)},
    {"--seconds", NUMBER, offsetof(struct options, seconds)},
    {"--warmup", NUMBER, offsetof(struct options, warmup)},
    {"--slow", NUMBER, offsetof(struct options, slow)},
    {"--bare", FLAG, offsetof(struct options, bare)},
    {"--json", FLAG, offsetof(struct options, json)},
};

__attribute__((format(printf, 1, 2))) static int fail(const char *format, ...)
{
    fputs("palabre-load: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs("\npalabre-load --help says more.\n", stderr);
    return 2;
}

static void help(void)
{
    fputs(usage, stdout);
    puts("Scenarios:");
    for (unsigned i = 0; i < scenario_count; i++)
        printf("  %-12s%s\n", scenarios[i].name, scenarios[i].summary);
    fputs(options_help, stdout);
}

static bool option_set(struct options *options, size_t row, const char *value)
{
    void *where = (char *)options + rows[row].place;
    char *end = NULL;
    errno = 0;
    if (rows[row].kind == FLAG) {
        *(bool *)where = true;
        return true;
    }
    if (rows[row].kind == WORD) {
        *(const char **)where = value;
        return true;
    }
    double number = strtod(value, &end);
    if (end == value || *end || errno || !(number >= 0) || number > 1e8)
        return false;
    if (rows[row].kind == NUMBER)
        *(double *)where = number;
    else if (number != floor(number))
        return false;
    else if (rows[row].kind == COUNT)
        *(unsigned *)where = (unsigned)number;
    else
        *(pid_t *)where = (pid_t)number;
    return true;
}

static int options_read(struct options *options, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        size_t row = 0;
        while (row < ARRAY_SIZE(rows) && strcmp(rows[row].name, argv[i]) != 0)
            row++;
        if (row == ARRAY_SIZE(rows))
            return fail("%s: no such option", argv[i]);
        const char *value = rows[row].kind == FLAG ? "" : argv[++i];
        if (!value || !option_set(options, row, value))
            return fail("%s: a value is missing or not right", rows[row].name);
    }
    if (!options->url)
        return fail("%s is missing", "--url");
    if (!options->sessions || !options->ideas || !options->sample || !options->concurrency ||
        options->payload > 65000 || options->slow > 1)
        return fail(
            "%s",
            "sessions, ideas, sample and concurrency are at least 1, payload at most 65000, slow at most 1");
    if (options->ballot && strcmp(options->ballot, "approval") != 0 &&
        (strcmp(options->ballot, "single") != 0 || options->voted != 1))
        return fail("%s", "the ballot is approval, or single with --voted 1");
    if (options->voters % options->sessions || options->listeners % options->sessions)
        return fail("%s", "voters and listeners are multiples of sessions");
    return 0;
}

static void on_opened(struct channel *channel)
{
    struct client *client = CONTAINER_OF(channel, struct client, channel);
    client->load->dialect->opened(client);
}

static void on_text(struct channel *channel, const char *text, size_t size)
{
    struct client *client = CONTAINER_OF(channel, struct client, channel);
    client->load->dialect->text(client, text, size);
}

static void on_closed(struct channel *channel, const char *why)
{
    struct client *client = CONTAINER_OF(channel, struct client, channel);
    client->load->lost++;
    load_fault(client->load, "a connection was lost: %s", why);
}

static int load_start(struct load *load)
{
    struct rlimit files;
    load->dialect = dialect_find(load->options.dialect ? load->options.dialect : "palabre");
    if (!load->dialect)
        return fail("%s: no such dialect", load->options.dialect);
    if (!target_parse(&load->target, load->options.url))
        return fail("%s: not http://HOST:PORT of a known host", load->options.url);
    if (!load->options.token)
        load->options.token = getenv("PALABRE_LOAD_TOKEN");
    if (!load->options.token && !load->dialect->peer)
        return fail("%s is missing: an admin's token, to make sessions with", "--token");
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    loop_init(&load->loop);
    load->listening = (struct channel_settings){
        &load->loop, &load->target, load->dialect->listen_path, load->dialect->protocol, on_opened,
        on_text,     on_closed};
    load->driving = load->listening;
    load->driving.path = load->dialect->drive_path;
    load->stamps = memory_alloc(LOAD_STAMPS * sizeof(uint64_t));
    load->shown = memory_alloc(sizeof(struct histogram));
    load->answered = memory_alloc(sizeof(struct histogram));
    load->joined = memory_alloc(sizeof(struct histogram));
    load->report = json_object();
    return 0;
}

int main(int argc, char **argv)
{
    struct load load = {0};
    const struct scenario *scenario = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return help(), 0;
    for (unsigned i = 0; argc > 1 && i < scenario_count; i++)
        if (strcmp(scenarios[i].name, argv[1]) == 0)
            scenario = &scenarios[i];
    if (!scenario)
        return fail("%s", argc > 1 ? "there is no such scenario" : "which scenario?");
    load.options = scenario->defaults;
    int status = options_read(&load.options, argc, argv);
    if (!status)
        status = load_start(&load);
    if (status)
        return status;
    scenario->run(&load);
    report_print(&load);
    status = load.fault[0] ? 1 : 0;
    load_clear(&load);
    return status;
}
