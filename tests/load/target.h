/* The server that is measured: its address, plain HTTP calls to it that wait for the answer (for what is not
 * measured), and what the kernel knows of its process where that is on this machine. */
#ifndef LOAD_TARGET_H
#define LOAD_TARGET_H

#include "base/buffer.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct target {
    char host[128]; /* as in the Host header, port included */
    struct sockaddr_storage address;
    socklen_t address_size;
    int fd; /* of the calls; -1: none */
};

/* http://HOST[:PORT][/]; false where it is not that, or the host is unknown. */
bool target_parse(struct target *target, const char *url);
void target_close(struct target *target);
/* A request; `token` and `body` may be NULL. The status, or 0 where the server did not answer; the body in
 * *out. */
int target_call(struct target *target, const char *method, const char *path, const char *token,
                const char *body, struct buffer *out);

/* Of a process on this machine: CPU time in us of all its threads, resident memory in bytes; 0 where unknown.
 */
uint64_t process_cpu(pid_t pid);
uint64_t process_memory(pid_t pid);

#endif
