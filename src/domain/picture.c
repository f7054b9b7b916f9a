#include "domain/picture.h"

#include <stdint.h>
#include <string.h>

static unsigned big16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static unsigned little(const uint8_t *at, int bytes)
{
    unsigned value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

static bool inspect_png(const uint8_t *at, size_t size, struct picture *picture)
{
    if (size < 24 || memcmp(at, "\x89PNG\r\n\x1a\n", 8) != 0 || memcmp(at + 12, "IHDR", 4) != 0)
        return false;
    picture->type = "image/png";
    picture->width = (int)(big16(at + 16) << 16 | big16(at + 18));
    picture->height = (int)(big16(at + 20) << 16 | big16(at + 22));
    return true;
}

/* Walks the segments to the frame header (SOF0 to SOF15 but DHT, JPG and DAC). */
static bool inspect_jpeg(const uint8_t *at, size_t size, struct picture *picture)
{
    if (size < 4 || at[0] != 0xFF || at[1] != 0xD8)
        return false;
    for (size_t i = 2; i + 9 < size;) {
        if (at[i] != 0xFF)
            return false;
        uint8_t marker = at[i + 1];
        if (marker == 0xFF) { /* fill byte */
            i++;
            continue;
        }
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
            picture->type = "image/jpeg";
            picture->height = (int)big16(at + i + 5);
            picture->width = (int)big16(at + i + 7);
            return true;
        }
        i += 2 + big16(at + i + 2);
    }
    return false;
}

static bool inspect_webp(const uint8_t *at, size_t size, struct picture *picture)
{
    if (size < 30 || memcmp(at, "RIFF", 4) != 0 || memcmp(at + 8, "WEBP", 4) != 0)
        return false;
    picture->type = "image/webp";
    if (memcmp(at + 12, "VP8X", 4) == 0) {
        picture->width = (int)little(at + 24, 3) + 1;
        picture->height = (int)little(at + 27, 3) + 1;
    } else if (memcmp(at + 12, "VP8L", 4) == 0 && at[20] == 0x2F) {
        unsigned bits = little(at + 21, 4);
        picture->width = (int)(bits & 0x3FFF) + 1;
        picture->height = (int)(bits >> 14 & 0x3FFF) + 1;
    } else if (memcmp(at + 12, "VP8 ", 4) == 0 && memcmp(at + 23, "\x9D\x01\x2A", 3) == 0) {
        picture->width = (int)(little(at + 26, 2) & 0x3FFF);
        picture->height = (int)(little(at + 28, 2) & 0x3FFF);
    } else {
        return false;
    }
    return true;
}

bool picture_inspect(const void *bytes, size_t size, struct picture *out_picture)
{
    struct picture picture = {0};
    if (!inspect_png(bytes, size, &picture) && !inspect_jpeg(bytes, size, &picture) &&
        !inspect_webp(bytes, size, &picture))
        return false;
    if (picture.width < 1 || picture.height < 1)
        return false;
    *out_picture = picture;
    return true;
}
