#include "domain/words.h"

#include <string.h>

#define WORDS(set)      static const char *const words_of_##set[] = {
#define WORD(set, name) #name,
#define WORDS_END(set)                                                                                       \
    }                                                                                                        \
    ;
#include "words.def"
#undef WORDS
#undef WORD
#undef WORDS_END

static const struct {
    const char *name;
    const char *const *words;
    size_t count;
} words_table[] = {
#define WORDS(set) {#set, words_of_##set, set##_count},
#define WORD(set, name)
#define WORDS_END(set)
#include "words.def"
#undef WORDS
#undef WORD
#undef WORDS_END
};

const char *word_name(enum words set, int word)
{
    return word >= 0 && (size_t)word < words_table[set].count ? words_table[set].words[word] : NULL;
}

int word_find(enum words set, const char *name, size_t size)
{
    for (size_t i = 0; i < words_table[set].count; i++)
        if (strlen(words_table[set].words[i]) == size && memcmp(words_table[set].words[i], name, size) == 0)
            return (int)i;
    return -1;
}

const char *words_name(enum words set)
{
    return words_table[set].name;
}

size_t words_count(enum words set)
{
    return words_table[set].count;
}

static const struct {
    const char *name;
    enum audience audience;
    bool staff;
    unsigned rights;
} roles[] = {
#define ROLE(name, audience, staff, rights) {#name, AUDIENCE_##audience, staff, rights},
#include "roles.def"
#undef ROLE
};

const char *role_name(enum role role)
{
    return roles[role].name;
}

int role_find(const char *name, size_t size)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strlen(roles[i].name) == size && memcmp(roles[i].name, name, size) == 0)
            return i;
    return -1;
}

unsigned role_rights(enum role role)
{
    return roles[role].rights;
}

enum audience role_audience(enum role role)
{
    return roles[role].audience;
}

bool role_is_staff(enum role role)
{
    return roles[role].staff;
}

const char *audience_name(enum audience audience)
{
    static const char *const names[] = {"public", "voted", "expert", "staff", "self"};
    return names[audience];
}
