/* CSV as RFC 4180 has it: quoted fields may hold commas, quotes (doubled) and line breaks; lines end with
 * CRLF or LF. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct csv {
    char *text; /* owned; fields point into it */
    char *at, *end;
    char **names;  /* the first row */
    char **fields; /* the current row, as many as names; a short row has "" */
    size_t count;
    size_t line; /* where the current row begins, from 1 */
    size_t next_line;
    bool unended; /* a quoted field runs to the end of the file: what was read is not to be believed */
};

/* False with a message (the caller frees) where the file cannot be read. An empty one has one nameless
 * column. */
bool csv_open(struct csv *csv, const char *path, char **out_message);
void csv_close(struct csv *csv);
bool csv_next(struct csv *csv); /* false at the end */
/* The column of that name, or -1. */
int csv_column(const struct csv *csv, const char *name);

#endif
