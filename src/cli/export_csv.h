/* Tables for spreadsheets: RFC 4180, UTF-8, a header first. A text that a spreadsheet would take for a
 * formula is quoted as they expect, by a leading apostrophe; numbers are numbers. */
#ifndef CLI_EXPORT_CSV_H
#define CLI_EXPORT_CSV_H

#include "cli/record.h"

#include <stdbool.h>
#include <stdio.h>

bool export_csv_find(const char *table);
/* Reads what the table needs besides record_read(). */
struct refusal export_csv_read(struct cli_context *context, const char *table, struct record *record);
void export_csv_write(const char *table, const struct record *record, FILE *to);

#endif
