/* One key in one file, alone on its line: read only where nobody else could have written it (or read it, if
 * it is secret), and written so that a crash leaves the old file or the new one. Names are relative to an
 * open folder. What is wrong is added to out_problem: a sentence that begins with the name and holds no
 * secret. */
#ifndef TOKEN_KEY_FILE_H
#define TOKEN_KEY_FILE_H

#include "token/paserk.h"

#include <stdbool.h>
#include <stddef.h>

struct buffer;

enum key_file { KEY_FILE_GOOD, KEY_FILE_ABSENT, KEY_FILE_BAD };

/* A folder that its owner alone may change, the owner being this process's user (root takes any); made with
 * mode 0700  */
int key_folder_open(int parent, const char *name, struct buffer *out_problem);

/* Reads a key of PASERK_SECRET or PASERK_PUBLIC; an absence is a problem too. */
enum key_file key_file_read(int folder, const char *name, enum paserk kind, unsigned char *out_key,
                            struct buffer *out_problem);

/* Replaces the file, or makes it with mode 0600; it is on the disk when this returns true. One writer at a
 * time: the caller holds the folder's lock. */
bool key_file_write(int folder, const char *name, enum paserk kind, const unsigned char *key,
                    struct buffer *out_problem);

#endif
