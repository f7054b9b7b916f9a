/* The decoders of parameters that are more than one value: one for each type, as params.c calls them. */
#ifndef WIRE_PARAMS_INSIDE_H
#define WIRE_PARAMS_INSIDE_H

#include "wire/params.h"

/* Writes the parameter at `at` (domain/command.h says what is there), or refuses and names `field`. */
typedef struct refusal param_decoder(const struct param_row *row, const char *field, const json_t *value,
                                     void *at);

param_decoder params_role, params_electorate, params_outcome_rule, params_groups, params_ids;

#endif
