/* PASERK (https://github.com/paseto-standard/paserk): keys of PASETO v4.public and their ids as text, which
 * says of itself what it is. Keeps nothing. */
#ifndef TOKEN_PASERK_H
#define TOKEN_PASERK_H

#include "token/paseto.h"

enum paserk { PASERK_SECRET, PASERK_PUBLIC, PASERK_ID };

#define PASERK_ID_BYTES 33
#define PASERK_MAX      96 /* characters of the longest, k4.secret */
#define PASERK_ROOM     (PASERK_MAX + 1)
#define PASERK_ID_ROOM  52 /* k4.pid. and 44 characters, and a NUL */

/* False where `size` is not that of this kind, or a secret key's public half is not its own; nothing is
 * written then. */
bool paserk_format(enum paserk kind, const unsigned char *key, size_t size, char out_text[PASERK_ROOM]);

/* The key of a text of this kind and no other; the room is that of the kind (PASETO_SECRET_BYTES,
 * PASETO_PUBLIC_BYTES, PASERK_ID_BYTES). */
bool paserk_parse(enum paserk kind, const char *text, size_t size, unsigned char *out_key);

/* The id (k4.pid) of a public key. */
void paserk_id(const unsigned char public_key[PASETO_PUBLIC_BYTES], char out_id[PASERK_ID_ROOM]);

#endif
