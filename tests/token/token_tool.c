/* The functions of token from the command line, so that another implementation can be set against them. Not
 * installed.
 *
 *   keys FOLDER                           the keys, one `id public signs|accepted` a line
 *   rotate FOLDER
 *   sign SECRET IMPLICIT FOOTER           stdin: a payload      stdout: a token
 *   open PUBLIC IMPLICIT                  stdin: a token        stdout: its payload, or "refused"
 *   make FOLDER DEPLOYMENT NOW TTL SESSION ID ROLE LEVEL GROUPS NAME
 *                                                               stdout: a token
 *   verify FOLDER DEPLOYMENT NOW          stdin: a token        stdout: what token_verify says, as JSON
 */
#include "base/buffer.h"
#include "base/memory.h"
#include "token/token.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static _Noreturn void tool_die(const char *what)
{
    fprintf(stderr, "token_tool: %s\n", what);
    exit(2);
}

static struct paseto_piece tool_piece(const char *text)
{
    return (struct paseto_piece){text, strlen(text)};
}

static void tool_read(struct buffer *input)
{
    char part[4096];
    size_t size;
    while ((size = fread(part, 1, sizeof(part), stdin)) > 0)
        buffer_add(input, part, size);
    buffer_reserve(input, 0);
}

static struct keyring *tool_keyring(const char *folder)
{
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *keyring = keyring_open(folder, &problem);
    if (!keyring)
        tool_die(problem.bytes);
    return keyring;
}

static int tool_keys(char **words)
{
    struct keyring *keyring = tool_keyring(words[0]);
    for (size_t i = 0; i < keyring->count; i++) {
        char text[PASERK_ROOM];
        paserk_format(PASERK_PUBLIC, keyring->keys[i].public_key, PASETO_PUBLIC_BYTES, text);
        printf("%s %s %s\n", keyring->keys[i].id, text, keyring->keys[i].signs ? "signs" : "accepted");
    }
    keyring_free(&keyring);
    return 0;
}

static int tool_rotate(char **words)
{
    CLEAN_BUFFER struct buffer problem = {0};
    if (!keyring_rotate(words[0], &problem))
        tool_die(problem.bytes);
    return 0;
}

static int tool_sign(char **words)
{
    CLEAN_BUFFER struct buffer payload = {0};
    unsigned char secret[PASETO_SECRET_BYTES];
    if (!paserk_parse(PASERK_SECRET, words[0], strlen(words[0]), secret))
        tool_die("not a secret key");
    tool_read(&payload);
    CLEAN_FREE char *token = paseto_sign(secret, (struct paseto_piece){payload.bytes, payload.size},
                                         tool_piece(words[2]), tool_piece(words[1]));
    puts(token);
    return 0;
}

static int tool_open(char **words)
{
    CLEAN_BUFFER struct buffer token = {0};
    unsigned char public_key[PASETO_PUBLIC_BYTES];
    struct paseto parsed;
    struct paseto_piece payload;
    if (!paserk_parse(PASERK_PUBLIC, words[0], strlen(words[0]), public_key))
        tool_die("not a public key");
    tool_read(&token);
    if (paseto_parse(token.bytes, token.size, &parsed) &&
        paseto_verify(&parsed, public_key, tool_piece(words[1]), &payload))
        fwrite(payload.bytes, 1, payload.size, stdout);
    else
        fputs("refused", stdout);
    return 0;
}

static int tool_make(char **words)
{
    struct actor actor = {.session = ""};
    int role = role_find(words[6], strlen(words[6]));
    int level = word_find(WORDS_level, words[7], strlen(words[7]));
    if (role < 0 || level < 0)
        tool_die("no such role or level");
    actor.role = (enum role)role;
    actor.level = (enum level)level;
    snprintf(actor.session, sizeof(actor.session), "%s", words[4]);
    snprintf(actor.id, sizeof(actor.id), "%s", words[5]);
    snprintf(actor.groups, sizeof(actor.groups), "%s", words[8]);
    struct keyring *keyring = tool_keyring(words[0]);
    CLEAN_FREE char *token = token_make(keyring, &actor, words[9], strtoll(words[2], NULL, 10),
                                        strtoll(words[3], NULL, 10), words[1]);
    keyring_free(&keyring);
    if (!token)
        tool_die("not an actor");
    puts(token);
    return 0;
}

static int tool_verify(char **words)
{
    CLEAN_BUFFER struct buffer token = {0};
    struct actor actor = {.session = ""};
    char name[TOKEN_NAME_ROOM] = "";
    tool_read(&token);
    struct keyring *keyring = tool_keyring(words[0]);
    enum error error =
        token_verify(keyring, token.bytes, token.size, words[1], strtoll(words[2], NULL, 10), &actor, name);
    keyring_free(&keyring);
    json_t *answer = error ? json_pack("{s:s}", "error", error_name(error))
                           : json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "session",
                                       actor.session, "id", actor.id, "role", role_name(actor.role), "level",
                                       word_name(WORDS_level, actor.level), "groups", actor.groups, "name",
                                       name, "issued_at", (json_int_t)actor.issued_at, "expires_at",
                                       (json_int_t)actor.expires_at, "token_id", actor.token_id);
    json_dumpf(answer, stdout, JSON_COMPACT);
    json_decref(answer);
    return 0;
}

static const struct {
    const char *name;
    int words;
    int (*run)(char **words);
} tools[] = {
    {"keys", 1, tool_keys}, {"rotate", 1, tool_rotate}, {"sign", 3, tool_sign},
    {"open", 2, tool_open}, {"make", 10, tool_make},    {"verify", 3, tool_verify},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
        if (argc == tools[i].words + 2 && strcmp(argv[1], tools[i].name) == 0)
            return tools[i].run(argv + 2);
    tool_die("see the top of tests/token/token_tool.c");
}
