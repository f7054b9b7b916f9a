/* Whole files. */
#ifndef SERVER_FILE_H
#define SERVER_FILE_H

#include <stddef.h>

/* The bytes of a file with a NUL behind them; the caller frees. NULL with a message (the caller frees). At most 256 MiB. */
char *file_read(const char *path, size_t *out_size, char **out_message);

#endif
