#include "base/text.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <string.h>
#include <utf8proc.h>

bool text_is_id(const char *text, size_t size)
{
    if (size < 1 || size > TEXT_ID_MAX || text[0] < 'a' || text[0] > 'z')
        return false;
    for (size_t i = 1; i < size; i++)
        if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '-'))
            return false;
    return true;
}

/* Bidirectional controls (UAX 9): they make a text read as another. */
static bool text_is_bidi_control(utf8proc_int32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

static bool text_is_break(utf8proc_int32_t c)
{
    return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool text_is_space(utf8proc_int32_t c)
{
    return text_is_break(c) || c == '\t' || c == '\r' || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

/* Shows nothing by itself, though it may join or part what is beside it: at either end it is as white space.
 */
static bool text_is_invisible(utf8proc_int32_t c)
{
    return c == 0x00AD || c == 0x180E || (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2064) ||
           c == 0xFEFF;
}

static bool text_is_edge(utf8proc_int32_t c)
{
    return text_is_space(c) || text_is_invisible(c);
}

static void text_add(struct buffer *buffer, utf8proc_int32_t c)
{
    utf8proc_uint8_t encoded[4];
    buffer_add(buffer, encoded, (size_t)utf8proc_encode_char(c, encoded));
}

/* What remains of a code point in clean text: itself, a space, a line break, or 0 for nothing. */
static utf8proc_int32_t text_clean_char(utf8proc_int32_t c, bool lines)
{
    if (text_is_break(c))
        return lines ? '\n' : ' ';
    if (c == '\t')
        return ' ';
    if (utf8proc_category(c) == UTF8PROC_CATEGORY_CC || text_is_bidi_control(c))
        return 0;
    return c;
}

char *text_clean(const char *bytes, size_t size, bool lines)
{
    CLEAN_BUFFER struct buffer kept = {0};
    size_t end = 0; /* after the last character that shows */
    for (size_t at = 0; at < size;) {
        utf8proc_int32_t c;
        const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)bytes + at;
        utf8proc_ssize_t length = utf8proc_iterate(from, (utf8proc_ssize_t)(size - at), &c);
        if (length < 0)
            return NULL;
        at += (size_t)length;
        c = text_clean_char(c, lines);
        if (!c || (kept.size == 0 && text_is_edge(c)))
            continue;
        text_add(&kept, c);
        if (!text_is_edge(c))
            end = kept.size;
    }
    buffer_reserve(&kept, 0);
    /* Composed last: what stood between a letter and its accent is gone. */
    utf8proc_uint8_t *composed = NULL;
    if (utf8proc_map((const utf8proc_uint8_t *)kept.bytes, (utf8proc_ssize_t)end, &composed,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE) < 0)
        abort(); /* it is UTF-8: only memory can be wanting */
    return (char *)composed;
}

size_t text_length(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

char *text_fold(const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)strlen(text), &folded,
                     UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                         UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    if (length < 0)
        return NULL;
    struct buffer words = {0};
    bool gap = false;
    for (utf8proc_ssize_t at = 0; at < length;) {
        utf8proc_int32_t c;
        at += utf8proc_iterate(folded + at, length - at, &c);
        utf8proc_category_t category = utf8proc_category(c);
        bool word = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
                    (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
        if (!word) {
            gap = words.size > 0;
            continue;
        }
        if (gap)
            buffer_add_char(&words, ' ');
        gap = false;
        if (c == 0x0153) /* cœur is found as coeur, though Unicode takes it for a letter of its own */
            buffer_add_string(&words, "oe");
        else if (c == 0x00E6)
            buffer_add_string(&words, "ae");
        else
            text_add(&words, c);
    }
    free(folded);
    return buffer_take(&words);
}
