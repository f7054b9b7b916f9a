/* The objects of the protocol as JSON Schema definitions, named as the things: idea_add_params,
 * idea_add_result, idea_add_request, idea_add_answer, idea_add_response (an answer or an error), topic_ideas,
 * topic_ideas_patch, delta_ideas, notification_delta, error_budget_spent, problem_budget_spent ... The same
 * definitions serve JSON Schema, AsyncAPI and OpenAPI. */
#ifndef CLI_PROTOCOL_SCHEMA_H
#define CLI_PROTOCOL_SCHEMA_H

#include <jansson.h>

#define PROTOCOL_VERSION "1"

/* Where definitions live in a document. */
#define SCHEMA_DEFS       "#/$defs/"
#define SCHEMA_COMPONENTS "#/components/schemas/"

/* All definitions, in the order of the tables; the caller owns the object. */
json_t *schema_definitions(const char *place);
/* Keeps of `definitions` what `document` refers to at `place`, directly or through others. */
void schema_prune(json_t *definitions, const json_t *document, const char *place);
/* The whole document. */
json_t *schema_document(void);

/* {"$ref": place + name}; name by printf. */
json_t *schema_ref(const char *place, const char *name, ...) __attribute__((format(printf, 2, 3)));

#endif
