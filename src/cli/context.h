/* A command's deployment: its data directory, keys and store, whether a server runs on it or none does. Calls
 * are made one at a time, or many at once with cli_context_send(); the loop runs only inside these functions.
 */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include "base/buffer.h"
#include "server/deployment.h"
#include "store/store_arguments.h"
#include "wire/definition.h"

struct cli_context {
    uv_loop_t loop;
    struct settings settings;
    struct deployment deployment;
    int tries;              /* that the last cli_context_call() made before the one that was answered */
    size_t pending;         /* calls of cli_context_send() not answered */
    struct refusal refusal; /* the first one that was refused, since cli_context_open() */
    char **answer_names, **answer_values; /* of the last cli_context_call() */
    size_t answer_count;
};

/* Takes --data, --redis and --config out of argv (*argc shrinks) and opens. 0, or the exit status after
 * telling why. */
int cli_context_open(struct cli_context *context, const char *command, int *argc, char **argv);
void cli_context_close(struct cli_context *context);

/* Calls a function and waits; with a `key` (NULL: none), again while the store is away. ERROR_none, and its
 * named values until the next call by cli_context_get(). */
struct refusal cli_context_call(struct cli_context *context, const char *session, const char *function,
                                const struct actor *actor, const char *key, int64_t at,
                                const struct store_arguments *arguments);
const char *cli_context_get(const struct cli_context *context, const char *name); /* NULL where absent */

/* Calls a function that changes nothing and waits, again while the store is away; `take` is called with each
 * answer. */
struct refusal cli_context_ask(struct cli_context *context, const char *session, const char *function,
                               const struct store_arguments *arguments, store_answered *take, void *arg);
/* The same at a recorded time (0: now). */
struct refusal cli_context_ask_at(struct cli_context *context, const char *session, const char *function,
                                  int64_t at, const struct store_arguments *arguments, store_answered *take,
                                  void *arg);

/* Brands; named values as above. */
struct refusal cli_context_brand_create(struct cli_context *context, const char *brand, const char *name);
struct refusal cli_context_brand_key(struct cli_context *context, const char *brand, const char *key_id,
                                     const char *key); /* NULL: removes it */
struct refusal cli_context_brand(struct cli_context *context, const char *brand);
struct refusal cli_context_brands(struct cli_context *context);

/* Sends a command, which carries a key, without waiting for its answer; waits only while `most` are under
 * way. Takes what the command holds. */
void cli_context_send(struct cli_context *context, const char *session, const struct actor *actor,
                      struct command *command, int64_t at, size_t most);
/* Waits for all that was sent; the first refusal, if any. */
struct refusal cli_context_flush(struct cli_context *context);

/* Makes a session. */
struct refusal cli_context_create(struct cli_context *context, const struct definition *definition,
                                  int64_t at);
/* Tells a refusal on stderr; 1. */
int cli_context_refused(const struct refusal *refusal, const char *what);

#endif
