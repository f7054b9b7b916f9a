/* What an operator types: `palabre COMMAND ...`. Each command is a row of cli.c and returns an exit status:
 * 0, 1 where it could not do what was asked (told on stderr), 2 where it was typed wrong. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

int cli_main(int argc, char **argv);

/* The commands; argv[0] is the command's own name. */
int cli_serve(int argc, char **argv);
int cli_worker(int argc, char **argv); /* not typed: how `serve` runs its workers */
int cli_session(int argc, char **argv);
int cli_brand(int argc, char **argv);
int cli_token(int argc, char **argv);
int cli_keys(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_recount(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_protocol(int argc, char **argv);
int cli_health(int argc, char **argv);

/* Tells on stderr what is wrong with what was typed; 2. */
int cli_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Tells on stderr why it could not be done; 1. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
