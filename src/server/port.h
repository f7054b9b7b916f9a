/* The port that a server has, or cannot have, and the line that says that it serves there. */
#ifndef SERVER_PORT_H
#define SERVER_PORT_H

#include "server/settings.h"

/* Whether nobody else listens there: our sockets share their port (SO_REUSEPORT), and two servers that share
 * one by mistake would each answer every other phone. Waits up to `wait_ms` for it (blocks). False with a
 * message. */
bool port_is_free(const struct settings *settings, int wait_ms, char **out_message);
/* On stdout, for programs that wait for it. */
void port_say_ready(const struct settings *settings, uint16_t port);

#endif
