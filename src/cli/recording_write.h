/* A session's record as a recording: NDJSON, docs/recordings.md.
 *
 * Says of a session what its topics may show, its journal's times, and nothing else: no code, no digest, no
 * token, no ballot but the votes. The same record gives the same bytes. */
#ifndef CLI_RECORDING_WRITE_H
#define CLI_RECORDING_WRITE_H

#include "cli/record.h"

#include <stdio.h>

#define RECORDING_VERSION 1

/* Writes the session and all that happened. False with a message (the caller frees) where the record holds
 * what this version does not know. */
bool recording_write(const struct record *record, FILE *to, char **out_message);

/* The first line: the session as it began; a new object. */
json_t *recording_header(const struct record *record);

/* The session's pictures, each {"hash", "type", "width", "height", "alt"}; a new list. */
json_t *recording_media(const struct record *record);

#endif
