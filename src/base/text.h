/* Text as people write it: UTF-8, counted in code points after NFC (Unicode Standard Annex 15, by utf8proc).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_ID_MAX  32
#define TEXT_ID_ROOM (TEXT_ID_MAX + 1)

/* Whether `text` is an id: [a-z][a-z0-9-]{0,31}. */
bool text_is_id(const char *text, size_t size);

/* A clean copy: NFC, without control and bidirectional-override characters, without white space or what shows
 * nothing at either end. Line breaks are kept (as \n) where `lines` is true and become spaces otherwise. NULL
 * where the bytes are not UTF-8; the caller frees. */
char *text_clean(const char *bytes, size_t size, bool lines);

/* Code points of a text that is valid UTF-8. */
size_t text_length(const char *text);

/* For comparison: case folded, accents and other marks removed, œ and æ written as two letters, runs of what
 * is no letter or digit made one space, none at either end (« Été, déjà ! » -> "ete deja"). NULL where it is
 * not UTF-8; the caller frees. */
char *text_fold(const char *text);

#endif
