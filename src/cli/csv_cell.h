/* One cell of a CSV file that people open with a spreadsheet. */
#ifndef CLI_CSV_CELL_H
#define CLI_CSV_CELL_H

#include "base/buffer.h"

/* Adds a text: quoted where RFC 4180 asks for it; one that a spreadsheet would take for a formula (it begins
 * with = + - @, a tab or a line break) begins with an apostrophe, as spreadsheets expect. */
void csv_cell(struct buffer *out, const char *text);

#endif
