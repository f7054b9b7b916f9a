/* The files of the private Redis in a data directory: locks, settings, socket, log. Blocks for no longer than
 * the file system does. */
#ifndef SERVER_REDIS_FILES_H
#define SERVER_REDIS_FILES_H

#include <stdbool.h>
#include <sys/types.h>

struct redis_files {
    char *data;            /* absolute */
    char *socket;          /* path of the unix socket */
    bool socket_elsewhere; /* the data directory's path is too long for one: it is in a directory of its own,
                              told in `socket` */
    int owner_lock, users_lock; /* open files; -1 before redis_files_open */
    bool owns;
};

/* Makes the directory and opens the locks; a user from here on. False with a message (the caller frees). */
bool redis_files_open(struct redis_files *files, const char *data, char **out_error);
/* Whether this process is the owner now. */
bool redis_files_try_own(struct redis_files *files);
/* Leaves the users. True where this process owns and nobody else uses: Redis is to be stopped. */
bool redis_files_leave(struct redis_files *files);
void redis_files_close(struct redis_files *files);

/* Whether a Redis lives on this directory, be it deaf: it holds `redis.lock` as long as it lives. */
bool redis_files_is_alive(const struct redis_files *files);
/* Writes redis.conf, chooses the socket. Gives the lock that the new Redis inherits, and the log. */
bool redis_files_prepare(struct redis_files *files, int *out_lock, int *out_log, char **out_error);
/* Where the living Redis listens. */
void redis_files_find_socket(struct redis_files *files);
void redis_files_remove_socket(struct redis_files *files);
/* The process that listens on the socket; 0 where none does. */
pid_t redis_files_peer(const struct redis_files *files);
/* Brings the append-only file to the disk; may take long, and may run on another thread (reads `data` only).
 *
 * Redis' own `appendfsync everysec` keeps what it acknowledges in memory while a sync is under way (up to two
 * seconds), so that kill -9 loses it: seen on a busy disk. With `appendfsync no` each write is the kernel's
 * before it is acknowledged, and the owner syncs every second. */
void redis_files_sync(const struct redis_files *files);
/* The URL of the socket, the last line of the log ("" for none), the path of a server's binary or NULL; the
 * caller frees. */
char *redis_files_url(const struct redis_files *files);
char *redis_files_last_words(const struct redis_files *files);
char *redis_files_binary(void);

#endif
