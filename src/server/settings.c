#include "server/settings.h"
#include "base/memory.h"
#include "server/file.h"
#include "wire/options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

extern char **environ;

#define SETTINGS_WORKERS 256

/* Where a value comes from; a stronger source has been read before and stands. */
struct source {
    struct settings *settings;
    const char *name; /* "the command line", a variable, a file: for messages */
    unsigned settled; /* bit per option that a stronger source has given */
    unsigned given;   /* bit per option that this one has given */
    char *message;
};

typedef bool option_set(struct source *source, const char *value);

static bool source_fail(struct source *source, const char *option, const char *expected)
{
    source->message = memory_print("%s: %s: %s", source->name, option, expected);
    return false;
}

static void set_text(char **where, const char *value)
{
    free(*where);
    *where = memory_string(value);
}

static bool set_listen(struct source *source, const char *value)
{
    const char *colon = strrchr(value, ':');
    char *end;
    long port = colon ? strtol(colon + 1, &end, 10) : -1;
    if (!colon || colon == value || !isdigit((unsigned char)colon[1]) || *end || port > 65535)
        return source_fail(source, "listen", "ADDRESS:PORT is expected, as 127.0.0.1:7700 or [::]:7700");
    set_text(&source->settings->listen, value);
    free(source->settings->address);
    bool bracket = value[0] == '[' && colon > value && colon[-1] == ']';
    source->settings->address = bracket ? memory_bytes(value + 1, (size_t)(colon - value) - 2)
                                        : memory_bytes(value, (size_t)(colon - value));
    source->settings->port = (uint16_t)port;
    return true;
}

static bool set_data(struct source *source, const char *value)
{
    if (!*value)
        return source_fail(source, "data", "a directory is expected");
    set_text(&source->settings->data, value);
    return true;
}

static bool set_redis(struct source *source, const char *value)
{
    if (strncmp(value, "redis://", 8) != 0 && strncmp(value, "unix:", 5) != 0)
        return source_fail(source, "redis",
                           "redis://[user:password@]host:port[/db] or unix:/path is expected");
    set_text(&source->settings->redis, value);
    return true;
}

static bool is_http_url(const char *value)
{
    const char *rest = strncmp(value, "https://", 8) == 0  ? value + 8
                       : strncmp(value, "http://", 7) == 0 ? value + 7
                                                           : "";
    for (const char *c = rest; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7F)
            return false;
    return *rest && *rest != '/' && !strpbrk(rest, "\"\\<>");
}

static bool set_public_url(struct source *source, const char *value)
{
    if (!is_http_url(value))
        return source_fail(source, "public-url", "http://HOST or https://HOST is expected");
    set_text(&source->settings->public_url, value);
    size_t size = strlen(value);
    while (size && source->settings->public_url[size - 1] == '/')
        source->settings->public_url[--size] = '\0';
    return true;
}

static bool set_allow_origin(struct source *source, const char *value)
{
    struct settings *settings = source->settings;
    const char *host = strstr(value, "://");
    if (!is_http_url(value) || !host || strchr(host + 3, '/'))
        return source_fail(source, "allow-origin", "an origin is expected, as https://www.example.com");
    settings->allow_origins = memory_resize(settings->allow_origins,
                                            (settings->origin_count + 2) * sizeof(*settings->allow_origins));
    settings->allow_origins[settings->origin_count++] = memory_string(value);
    settings->allow_origins[settings->origin_count] = NULL;
    return true;
}

static bool set_tick(struct source *source, const char *value)
{
    char *end;
    long ms = strtol(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end || ms < 1 || ms > 10000)
        return source_fail(source, "tick", "milliseconds from 1 to 10000 are expected");
    source->settings->tick_ms = ms;
    return true;
}

static bool set_workers(struct source *source, const char *value)
{
    char *end;
    long count = strtol(value, &end, 10);
    if (end == value || *end || count < 1 || count > SETTINGS_WORKERS)
        return source_fail(source, "workers", "a number from 1 to 256 is expected");
    source->settings->workers = (unsigned)count;
    return true;
}

static bool set_flag(struct source *source, const char *option, const char *value, bool *out)
{
    if (strcmp(value, "1") != 0 && strcmp(value, "0") != 0 && strcmp(value, "true") != 0 &&
        strcmp(value, "false") != 0)
        return source_fail(source, option, "true or false is expected");
    *out = value[0] == '1' || value[0] == 't';
    return true;
}

static bool set_demo(struct source *source, const char *value)
{
    return set_flag(source, "demo", value, &source->settings->demo);
}

static bool set_check(struct source *source, const char *value)
{
    return set_flag(source, "check", value, &source->settings->check);
}

static bool read_config(struct source *source, const char *path);

/* Every option, once. A flag takes no value on the command line; a list may come more than once. */
static const struct {
    const char *name;
    bool command; /* of every command, not of serve alone */
    bool flag, list;
    option_set *set;
} options[] = {
    {"config", true, false, false, read_config},
    {"data", true, false, false, set_data},
    {"redis", true, false, false, set_redis},
    {"listen", true, false, false, set_listen},
    {"public-url", true, false, false, set_public_url},
    {"allow-origin", false, false, true, set_allow_origin},
    {"tick", false, false, false, set_tick},
    {"workers", false, false, false, set_workers},
    {"demo", false, true, false, set_demo},
    {"check", false, true, false, set_check},
};

static int option_find(const char *name, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        if (strlen(options[i].name) == size && memcmp(options[i].name, name, size) == 0)
            return (int)i;
    return -1;
}

static void keep_given(struct settings *settings, const char *name, const char *value)
{
    for (size_t i = 0; i < settings->given_count; i++)
        if (strcmp(settings->given[i].name, name) == 0) { /* again: another of a list, or the last stands */
            bool list = options[option_find(name, strlen(name))].list;
            char *both = list ? memory_print("%s %s", settings->given[i].value, value) : memory_string(value);
            free(settings->given[i].value);
            settings->given[i].value = both;
            return;
        }
    settings->given = memory_resize(settings->given, (settings->given_count + 1) * sizeof(*settings->given));
    settings->given[settings->given_count++] =
        (struct settings_given){memory_string(name), memory_string(value)};
}

static bool option_give(struct source *source, int option, const char *value)
{
    if (source->settled & 1u << option)
        return true; /* a stronger source has said it */
    source->given |= 1u << option;
    if (!options[option].set(source, value))
        return false;
    if (options[option].set != read_config)
        keep_given(source->settings, options[option].name, value);
    return true;
}

static bool config_option(void *arg, const char *name, const char *value)
{
    struct source *source = arg;
    int option = option_find(name, strlen(name));
    if (option < 0 || options[option].set == read_config || options[option].set == set_check)
        return source_fail(source, name, "there is no such option");
    if (source->given & 1u << option && !options[option].list)
        return source_fail(source, name, "one value is expected, no list");
    return option_give(source, option, value);
}

static bool read_config(struct source *stronger, const char *path)
{
    size_t size;
    char *text CLEAN_FREE = file_read(path, &size, &stronger->message);
    if (!text)
        return false;
    struct source source = {.settings = stronger->settings, .name = path};
    source.settled = stronger->settled | stronger->given;
    char *message = NULL;
    bool good = options_read(text, size, config_option, &source, &message);
    if (!good)
        stronger->message = source.message ? source.message : memory_print("%s: %s", path, message);
    free(message);
    return good;
}

/* PALABRE_PUBLIC_URL is public-url; a list has its values apart by spaces. */
static bool read_variable(struct source *source, const char *variable, bool command)
{
    char name[32];
    const char *equals = strchr(variable, '=');
    size_t size = (size_t)(equals - variable) - strlen("PALABRE_");
    source->name = "environment";
    snprintf(name, sizeof(name), "%.*s", (int)size, variable + strlen("PALABRE_"));
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    int option = size < sizeof(name) ? option_find(name, strlen(name)) : -1;
    if (option < 0 || options[option].set == set_check) {
        char *whole CLEAN_FREE = memory_bytes(variable, (size_t)(equals - variable));
        return source_fail(source, whole, "there is no such setting");
    }
    if (command && !options[option].command)
        return true; /* serve's alone: right for another command to pass over */
    if (!options[option].list)
        return option_give(source, option, equals + 1);
    char *values CLEAN_FREE = memory_string(equals + 1), *rest = NULL;
    for (char *value = strtok_r(values, " ", &rest); value; value = strtok_r(NULL, " ", &rest))
        if (!option_give(source, option, value))
            return false;
    return true;
}

static bool read_environment(struct source *source, bool command, int config)
{
    /* The config file is weaker than the other variables: last. */
    const char *file = NULL;
    for (char **at = environ; *at; at++) {
        if (strncmp(*at, "PALABRE_", 8) != 0 || !strchr(*at, '='))
            continue;
        if (strncmp(*at, "PALABRE_CONFIG=", 15) == 0)
            file = *at + 15;
        else if (!read_variable(source, *at, command))
            return false;
    }
    return !file || option_give(source, config, file);
}

/* One argument; *i moves past its value. What is no option is kept in argv. */
static bool read_argument(struct source *source, int *i, int argc, char **argv, int *kept, bool command,
                          const char **out_config)
{
    const char *argument = argv[*i];
    if (strncmp(argument, "--", 2) != 0 || !argument[2]) {
        argv[(*kept)++] = argv[*i];
        return true;
    }
    size_t size = strcspn(argument + 2, "=");
    int option = option_find(argument + 2, size);
    if (option < 0 || (command && !options[option].command)) {
        if (!command)
            return source_fail(source, argument, "there is no such option; palabre serve --help lists them");
        argv[(*kept)++] = argv[*i]; /* the command's own to judge */
        return true;
    }
    const char *value = argument[2 + size] == '=' ? argument + 3 + size : NULL;
    if (!value && options[option].flag)
        value = "1";
    if (!value && ++*i < argc)
        value = argv[*i];
    if (!value)
        return source_fail(source, argument, "a value is expected");
    if (options[option].set == read_config) {
        *out_config = value;
        return true;
    }
    return option_give(source, option, value);
}

bool settings_read(struct settings *out_settings, int *argc, char **argv, bool command, char **out_message)
{
    struct settings settings = {.tick_ms = 50, .data = memory_string("./palabre-data")};
    struct source source = {.settings = &settings, .name = "command line"};
    const char *config = NULL;
    int kept = 0, config_option = option_find("config", 6);
    bool good = set_listen(&source, "127.0.0.1:7700");
    for (int i = 0; good && i < *argc; i++)
        good = read_argument(&source, &i, *argc, argv, &kept, command, &config);
    struct source environment = {.settings = &settings, .name = "environment", .settled = source.given};
    if (config)
        environment.settled |= 1u << config_option;
    if (good)
        good = read_environment(&environment, command, config_option);
    struct source file = {
        .settings = &settings, .name = "config", .settled = source.given | environment.given};
    if (good && config)
        good = read_config(&file, config);
    if (!good) {
        *out_message = source.message        ? source.message
                       : environment.message ? environment.message
                                             : file.message;
        settings_clear(&settings);
        return false;
    }
    *argc = kept;
    *out_settings = settings;
    return true;
}

static char *variable_of(const char *name, const char *value)
{
    char *variable = memory_print("PALABRE_%s=%s", name, value);
    for (char *c = variable; *c != '='; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return variable;
}

char **settings_environment(const struct settings *settings, const char *redis)
{
    size_t count = 0, room = settings->given_count + 2;
    for (char **at = environ; *at; at++)
        room++;
    char **variables = memory_alloc(room * sizeof(*variables));
    for (char **at = environ; *at; at++)
        if (strncmp(*at, "PALABRE_", 8) != 0)
            variables[count++] = memory_string(*at);
    for (size_t i = 0; i < settings->given_count; i++)
        variables[count++] = variable_of(settings->given[i].name, settings->given[i].value);
    if (redis)
        variables[count++] = variable_of("redis", redis);
    return variables;
}

void settings_clear(struct settings *settings)
{
    for (size_t i = 0; i < settings->given_count; i++) {
        free(settings->given[i].name);
        free(settings->given[i].value);
    }
    free(settings->given);
    for (size_t i = 0; i < settings->origin_count; i++)
        free(settings->allow_origins[i]);
    free(settings->allow_origins);
    free(settings->listen);
    free(settings->data);
    free(settings->redis);
    free(settings->public_url);
    free(settings->address);
    *settings = (struct settings){0};
}
