/* The HTTP door as an OpenAPI 3.1 document: a path for each command that has this door, topics, and what HTTP
 * has besides. */
#ifndef CLI_PROTOCOL_OPENAPI_H
#define CLI_PROTOCOL_OPENAPI_H

#include <jansson.h>

json_t *openapi_document(void);

#endif
