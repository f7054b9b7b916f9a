#include "edge/edge_internal.h"

#include <string.h>
#include <strings.h>

/* Judged by Host, whatever the scheme: behind a proxy that speaks TLS we do not know the scheme that the
 * browser saw. */
bool edge_origin_same(const struct head *head)
{
    const char *authority = strstr(head->headers[HEAD_ORIGIN], "://");
    return authority && authority[3] && strcasecmp(authority + 3, head->headers[HEAD_HOST]) == 0;
}

bool edge_origin_allowed(const struct edge *edge, const struct head *head)
{
    const char *origin = head->headers[HEAD_ORIGIN];
    if (!*origin || edge_origin_same(head)) /* what is no browser sends none */
        return true;
    for (const char *const *allowed = edge->settings.allow_origins; allowed && *allowed; allowed++)
        if (strcasecmp(*allowed, origin) == 0)
            return true;
    return false;
}

bool edge_origin_is_preflight(const struct head *head)
{
    return head->options && *head->headers[HEAD_ORIGIN] && *head->headers[HEAD_REQUEST_METHOD];
}
