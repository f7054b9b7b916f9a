/* The closed sets of words of protocol/words.def: one enum a set (enum ballot { BALLOT_approval, ... }),
 * stored and sent by their names. Roles, rights and audiences come from roles.def and rights.def. */
#ifndef DOMAIN_WORDS_H
#define DOMAIN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS(set)      enum set {
#define WORD(set, name) set##_##name,
#define WORDS_END(set)                                                                                       \
    set##_count                                                                                              \
    }                                                                                                        \
    ;
#include "words.def"
#undef WORDS
#undef WORD
#undef WORDS_END

/* The sets as a table: enum words names a set. */
enum words {
#define WORDS(set) WORDS_##set,
#define WORD(set, name)
#define WORDS_END(set)
#include "words.def"
#undef WORDS
#undef WORD
#undef WORDS_END
    WORDS_COUNT
};

const char *word_name(enum words set, int word);              /* NULL beyond the set */
int word_find(enum words set, const char *name, size_t size); /* -1 where it is not in the set */
const char *words_name(enum words set);
size_t words_count(enum words set);

enum right {
#define RIGHT(name, value) RIGHT_##name = (value),
#include "rights.def"
#undef RIGHT
};

enum role {
#define ROLE(name, audience, staff, rights) ROLE_##name,
#include "roles.def"
#undef ROLE
    ROLE_COUNT
};

/* A class of listeners who see the same (design: audiences). SELF is one person's own documents. */
enum audience {
    AUDIENCE_PUBLIC,
    AUDIENCE_VOTED,
    AUDIENCE_EXPERT,
    AUDIENCE_STAFF,
    AUDIENCE_SELF,
    AUDIENCE_COUNT
};

const char *role_name(enum role role);
int role_find(const char *name, size_t size); /* -1 where there is none */
unsigned role_rights(enum role role);
enum audience role_audience(enum role role); /* PUBLIC, EXPERT or STAFF */
bool role_is_staff(enum role role);
const char *audience_name(enum audience audience);

#endif
