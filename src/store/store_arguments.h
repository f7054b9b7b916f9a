/* The arguments of a function call, gathered one by one: for what is longer than a command (store_call). */
#ifndef STORE_STORE_ARGUMENTS_H
#define STORE_STORE_ARGUMENTS_H

#include "store/store.h"

/* A zeroed struct is an empty list. Owns its bytes. */
struct store_arguments {
    struct store_argument *list;
    size_t count, room;
};

/* Copies; of the form that command_arguments() and definition_arguments() call. */
void store_arguments_add(void *arguments, const char *bytes, size_t size);
/* What a session is to be called by from now on: a text of four hex digits, part of its epoch
 * (session_create, session_open). `random` is any number. */
#define STORE_NONCE_ROOM 5
void store_nonce(uint64_t random, char out_nonce[STORE_NONCE_ROOM]);
void store_nonce_random(char out_nonce[STORE_NONCE_ROOM]);
void store_arguments_clear(struct store_arguments *arguments);

#endif
