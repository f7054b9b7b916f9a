/* Walks JSON text that this program wrote itself (groups, electorates, outcomes), for folders that have no
 * parser: finds members and items, as pieces of the text, and checks nothing. Text that is not JSON ends a
 * walk early and is never read beyond its NUL. */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan_piece {
    const char *at;
    size_t size;
};

/* The next member of an object, or item of an array, from *at; *at begins at the opening bracket and is
 * moved. `out_name` is without its quotes (names that are ids need no unescaping); values are as they stand.
 */
bool scan_member(const char **at, struct scan_piece *out_name, struct scan_piece *out_value);
bool scan_item(const char **at, struct scan_piece *out_value);
/* The member of that name; false where there is none. `json` may be NULL. */
bool scan_find(const char *json, const char *name, struct scan_piece *out_value);

bool scan_piece_is(const struct scan_piece *piece, const char *text);
/* What a JSON string says, without quotes and escapes, as much as fits; whether all did. */
bool scan_text(const struct scan_piece *piece, char *out_text, size_t room);
/* All strings that an object holds, one after the other, a space between; the caller frees. */
char *scan_plain(const char *json);

#endif
