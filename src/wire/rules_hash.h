/* The hash of a challenge's frozen rules: BLAKE2b-256 of their RFC 8785 form, so that anyone can recompute it
 * from what topic `session` shows. */
#ifndef WIRE_RULES_HASH_H
#define WIRE_RULES_HASH_H

#include "base/digest.h"
#include "view/view.h"

/* Calls `write` for each challenge that has opened and has no hash yet: the arguments of challenge_rules (its
 * id, the hash, then the name and value of each field that the hash was made from), by their count. Borrows
 * for the call. */
void rules_hash_missing(const struct view *view,
                        void (*write)(void *arg, const char *const *arguments, size_t count), void *arg);

#endif
