/* What a document must be, from the truth alone: naive, and independent of view and wire. */
#ifndef SIM_REFERENCE_H
#define SIM_REFERENCE_H

#include "domain/topic.h"
#include "truth.h"

#include <jansson.h>

/* Small, so that histories reach every edge of them. */
#define SIM_WINDOW     3
#define SIM_LEADERS    3
#define SIM_MINUTES    3
#define SIM_TOMBSTONES 4

/* Right while nothing is dirty. A new reference. */
json_t *reference_document(const struct truth *truth, const struct topic *topic, enum audience audience);
bool reference_sees(const struct truth *truth, int challenge, enum audience audience);

/* RFC 7396. Takes target (may be NULL), borrows patch; the merged document, a new reference. */
json_t *merge_patch(json_t *target, const json_t *patch);
bool json_has_null(const json_t *json);

#endif
