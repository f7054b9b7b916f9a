#include "cli/protocol_tables.h"
#include "domain/command.h"

#include <assert.h>
#include <string.h>

/* The tables are read several times; what a pass does not look at, it defines as nothing. */

#define SHAPE(name, base, summary) static const struct member members_of_##name[] = {
#define MEMBER(shape, member, type, presence, of, limit, summary)                                            \
    {#member, MEMBER_##type, (presence) == REQUIRED, #of, (limit), #limit, summary},
#define SHAPE_END(name)                                                                                      \
    {                                                                                                        \
        NULL                                                                                                 \
    }                                                                                                        \
    }                                                                                                        \
    ;
#define UNION(name, summary) static const char *const options_of_##name[] = {
#define OPTION(name, shape)  #shape,
#define UNION_END(name)                                                                                      \
    NULL                                                                                                     \
    }                                                                                                        \
    ;
#include "shapes.def"
#undef SHAPE
#undef MEMBER
#undef SHAPE_END
#undef UNION
#undef OPTION
#undef UNION_END

const struct shape protocol_shapes[] = {
#define SHAPE(name, base, summary) {#name, #base, summary, members_of_##name, NULL},
#define MEMBER(shape, member, type, presence, of, limit, summary)
#define SHAPE_END(name)
#define UNION(name, summary) {#name, "NONE", summary, NULL, options_of_##name},
#define OPTION(name, shape)
#define UNION_END(name)
#include "shapes.def"
#undef SHAPE
#undef MEMBER
#undef SHAPE_END
#undef UNION
#undef OPTION
#undef UNION_END
    {NULL},
};

#define COMMAND(name, rights, doors, rate, effect, summary) static const struct member params_of_##name[] = {
#define PARAM(command, field, type, presence, limit, summary)                                                \
    {#field, MEMBER_##type, (presence) == REQUIRED, #field, (limit), #limit, summary},
#define COMMAND_END(name)                                                                                    \
    {                                                                                                        \
        NULL                                                                                                 \
    }                                                                                                        \
    }                                                                                                        \
    ;
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END

#define RESULT_BEGIN(name) static const struct member result_of_##name[] = {
#define RESULT(command, member, type, presence, of, limit, summary)                                          \
    {#member, MEMBER_##type, (presence) == REQUIRED, #of, (limit), #limit, summary},
#define RESULT_END(name)                                                                                     \
    {                                                                                                        \
        NULL                                                                                                 \
    }                                                                                                        \
    }                                                                                                        \
    ;
#include "results.def"
#undef RESULT_BEGIN
#undef RESULT
#undef RESULT_END

const struct protocol_command protocol_commands[] = {
#define COMMAND(name, rights, doors, rate, effect, summary)                                                  \
    {#name, summary, doors, effect, params_of_##name, result_of_##name},
#define PARAM(command, field, type, presence, limit, summary)
#define COMMAND_END(name)
#include "commands.def"
#undef COMMAND
#undef PARAM
#undef COMMAND_END
    {NULL},
};

enum { ABOUT_NONE, ABOUT_CHALLENGE, ABOUT_IDEA };

const struct protocol_topic protocol_topics[] = {
#define TOPIC(name, subject, order, audience, summary)                                                       \
    {#name, ABOUT_##subject == ABOUT_CHALLENGE, ABOUT_##subject == ABOUT_IDEA, order, summary},
#include "topics.def"
#undef TOPIC
    {NULL},
};

const struct protocol_notification protocol_notifications[] = {
#define NOTIFICATION(name, topical, summary) {#name, topical, summary},
#include "notifications.def"
#undef NOTIFICATION
    {NULL},
};

const struct protocol_limit protocol_limits[] = {
#define LIMIT(name, value, summary) {#name, value, summary},
#include "limits.def"
#undef LIMIT
    {NULL},
};

const struct protocol_says protocol_says[] = {
#define ERROR_SAYS(error, member) {#error, #member},
#include "error_data.def"
#undef ERROR_SAYS
    {NULL},
};

const struct shape *protocol_shape(const char *name)
{
    const struct shape *shape = protocol_shapes;
    while (shape->name && strcmp(shape->name, name) != 0)
        shape++;
    assert(shape->name); /* a row of the tables names a shape that has none */
    return shape;
}

long long protocol_least(const char *limit_name)
{
    static const char prefix[] = "LIMIT_", suffix[] = "_LEAST";
    if (strncmp(limit_name, prefix, sizeof(prefix) - 1) != 0)
        return 0;
    const char *name = limit_name + sizeof(prefix) - 1;
    for (const struct protocol_limit *limit = protocol_limits; limit->name; limit++)
        if (strncmp(limit->name, name, strlen(name)) == 0 && strcmp(limit->name + strlen(name), suffix) == 0)
            return limit->value;
    return 0;
}
