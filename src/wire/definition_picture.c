#include "wire/definition_picture.h"
#include "base/digest.h"
#include "base/memory.h"
#include "domain/picture.h"

#include <string.h>

struct refusal definition_picture_take(const void *bytes, size_t size, struct definition_media *out_media)
{
    struct picture picture;
    if (size > LIMIT_MEDIA_BYTES) {
        struct refusal refusal = refusal_field(ERROR_invalid_params, "", "a picture of at most 1 MiB");
        refusal.limit = LIMIT_MEDIA_BYTES;
        return refusal;
    }
    if (!picture_inspect(bytes, size, &picture))
        return refusal_field(ERROR_invalid_params, "", "a JPEG, PNG or WebP picture, whatever its name");
    digest_hex(bytes, size, out_media->hash);
    out_media->type = picture.type;
    out_media->width = picture.width;
    out_media->height = picture.height;
    out_media->bytes = memory_bytes(bytes, size);
    out_media->size = size;
    return refusal_of(ERROR_none);
}
