/* hello: who speaks on a connection, and in which room. */
#ifndef LIVE_CLIENT_HELLO_H
#define LIVE_CLIENT_HELLO_H

#include "live/client.h"

void client_hello(struct client *client, struct client_call *call, const struct hello *params);
/* The connection is gone: leaves its room. */
void client_hello_leave(struct client *client);

#endif
