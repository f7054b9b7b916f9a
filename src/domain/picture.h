/* Pictures by their content: what an image file says it is, whatever its name. Reads headers alone. */
#ifndef DOMAIN_PICTURE_H
#define DOMAIN_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

struct picture {
    const char *type;  /* image/jpeg, image/png or image/webp */
    int width, height; /* pixels, both at least 1 */
};

/* False where the bytes begin no JPEG (ISO 10918-1), PNG (RFC 2083) or WebP (RFC 9649) of a size that can be
 * told. */
bool picture_inspect(const void *bytes, size_t size, struct picture *out_picture);

#endif
