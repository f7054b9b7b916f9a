/* The pictures of a definition, from a folder or from inside the binary, checked by content. */
#ifndef WIRE_DEFINITION_PICTURE_H
#define WIRE_DEFINITION_PICTURE_H

#include "wire/definition.h"

/* Fills out_media from the bytes of a picture; a refusal that says what is wrong with them. Copies. */
struct refusal definition_picture_take(const void *bytes, size_t size, struct definition_media *out_media);

#endif
