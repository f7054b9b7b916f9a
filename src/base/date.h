/* Dates as RFC 3339 writes them, and as milliseconds since 1970 (UTC). An offset is part of every date: one
 * without is no instant. Knows nothing of time zones' names, and reads no clock. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_ROOM 25 /* 2026-07-14T08:30:00.125Z and a NUL */

/* The years 0000 to 9999, which is what RFC 3339 can write. */
#define DATE_MIN (-62167219200000)
#define DATE_MAX 253402300799999

/* False where the `size` bytes are no date of RFC 3339 between DATE_MIN and DATE_MAX. The offset (Z or
 * +hh:mm) is mandatory, digits beyond the millisecond are dropped, and a leap second (:60), which has no
 * millisecond of its own, is refused. */
bool date_parse(const char *text, size_t size, int64_t *out_ms);

/* In UTC with Z; milliseconds only where there are some. What lies outside DATE_MIN and DATE_MAX is written
 * as them. */
void date_format(int64_t ms, char out_text[DATE_ROOM]);

#endif
