/* The WebSocket door as an AsyncAPI 3.0 document: one channel, an operation for each command and
 * notification. */
#ifndef CLI_PROTOCOL_ASYNCAPI_H
#define CLI_PROTOCOL_ASYNCAPI_H

#include <jansson.h>

json_t *asyncapi_document(void);

#endif
