/* Settings: from the command line, then PALABRE_* variables, then a config file, then defaults. Unknown ones
 * are errors. Every command takes those about where its data lies; `serve` takes all. */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings {
    char *listen;         /* ADDRESS:PORT */
    char *data;           /* the data directory */
    char *redis;          /* URL of one's own Redis; NULL: the private one */
    char *public_url;     /* NULL: made from where it listens */
    char **allow_origins; /* NULL-terminated, or NULL */
    size_t origin_count;
    int64_t tick_ms;
    bool demo;
    bool check; /* say whether the settings are right, and end */
    /* what `listen` says */
    char *address;
    uint16_t port;
};

/* Reads argv[0..argc): options of `serve` (or, where `command` is true, only --data and --redis and
 * --config). What is no option stays in argv, in order; *argc is how many. False with a message that names
 * what is wrong (the caller frees). */
bool settings_read(struct settings *out_settings, int *argc, char **argv, bool command, char **out_message);
void settings_clear(struct settings *settings);

#endif
