/* One object as JSON Schema, from its members: whole, and as what a merge patch to it may hold. Every object
 * is closed: what has no row is refused. */
#ifndef CLI_PROTOCOL_MEMBERS_H
#define CLI_PROTOCOL_MEMBERS_H

#include "cli/protocol_tables.h"

#include <jansson.h>

json_t *member_object(const char *place, const struct member *members);
json_t *member_shape(const char *place, const struct shape *shape);
/* RFC 7396: every member optional and nullable, objects and maps by their own patches, lists whole. The patch
 * to a union holds the members of all its options, since a document may change from one to another. */
json_t *member_patch(const char *place, const struct shape *shape);
/* A notification about the topic `topic`; Takes the schema of its name. */
json_t *member_shape_of_topic(const char *place, const struct shape *shape, const char *topic, json_t *name);

#endif
