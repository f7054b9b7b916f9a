/* How far a TCP connection has come. Apart from the rest because the kernel's own header, which alone has the
 * field, does not go together with the C library's that libuv includes. */
#ifndef EDGE_EDGE_PROGRESS_H
#define EDGE_EDGE_PROGRESS_H

#include <stdint.h>

/* Bytes that the peer has acknowledged, of all that it was ever sent. */
uint64_t edge_progress_acked(int fd);

#endif
