/* The members of a session file that say whose it is, who takes part and how: brand, languages, doors,
 * groups, terms, dates. Parts of definition.c. */
#ifndef WIRE_DEFINITION_DOORS_H
#define WIRE_DEFINITION_DOORS_H

#include "wire/definition.h"

#include <jansson.h>

/* Reads them; what is wrong is refused with its pointer. */
struct refusal definition_doors(const json_t *json, struct definition *definition);
/* The texts of an idea at `pointer` are in languages of the session. */
struct refusal definition_doors_check_idea(const struct definition *definition, const struct idea_add *idea,
                                           const char *pointer);
/* Once all is read: texts by language are in languages of the session, and electorates name groups it has. */
struct refusal definition_doors_check(const struct definition *definition);

#endif
