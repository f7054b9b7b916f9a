/* The keys of a deployment: one that signs and any number whose tokens are accepted, by their ids (k4.pid).
 *
 *   <folder>/token.key            the secret key that signs (k4.secret), mode 0600
 *   <folder>/code.key             a secret key from which the key of codes is derived (token/code.h), mode
 * 0600 <folder>/accepted/<any>.pub   public keys (k4.public) of which nobody else may write
 *
 * Keys are made at the first start, whoever of several processes starts first, and a crash at any moment
 * leaves either the old files or the new ones. What is wrong with the files is said and nothing is loaded: a
 * keyring never holds fewer keys than its folder. Several machines share the files by copy; an accepted key
 * is withdrawn by removing its file.
 *
 * A keyring is what the folder held when it was opened. After a rotation a running process opens it again:
 * until then it does not know the new key, and refuses its tokens. */
#ifndef TOKEN_KEYRING_H
#define TOKEN_KEYRING_H

#include "token/paserk.h"

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct token_memo;

#define KEYRING_CODE_BYTES 32

struct keyring_key {
    char id[PASERK_ID_ROOM];
    unsigned char public_key[PASETO_PUBLIC_BYTES];
    bool signs;
};

struct keyring {
    unsigned char secret[PASETO_SECRET_BYTES];
    unsigned char code_key[KEYRING_CODE_BYTES]; /* the same for as long as the codes that it made */
    struct keyring_key *keys;                   /* the one that signs first, then the others by id */
    size_t count;
    struct token_memo *memo; /* of tokens that these keys signed */
};

/* The keys of a folder, which is made with a key in it where there is none (its parent exists). NULL where
 * anything is wrong; out_problem then says what, for the operator: it names files and holds no secret. */
struct keyring *keyring_open(const char *folder, struct buffer *out_problem);
void keyring_free(struct keyring **keyring); /* wipes the secret; sets *keyring to NULL */

/* A new key signs from now on; the old one's tokens stay accepted. False with a problem where nothing
 * changed. */
bool keyring_rotate(const char *folder, struct buffer *out_problem);

/* The key of this id, or NULL. */
const struct keyring_key *keyring_find(const struct keyring *keyring, const char *id, size_t size);

#endif
