/* Links that phones can open: what they begin with, and the address of this machine on its network. */
#ifndef SERVER_LINKS_H
#define SERVER_LINKS_H

#include "server/settings.h"

/* The public URL of the settings, or http://ADDRESS:PORT of where it listens; for a server that listens
 * everywhere, the address by which the local network reaches this machine. The caller frees. */
char *links_public_url(const struct settings *settings, uint16_t port);

#endif
