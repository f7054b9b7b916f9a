#include "base/scan.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <string.h>

static const char *scan_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Behind the string that begins here. */
static const char *scan_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at + 1 : at;
}

/* Behind the value that begins here. */
static const char *scan_value(const char *at)
{
    size_t depth = 0;
    while (*at) {
        if (*at == '"') {
            at = scan_string(at);
            if (!depth)
                return at;
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']') && !depth)
            return at; /* of what this is in */
        else if ((*at == '}' || *at == ']') && --depth == 0)
            return at + 1;
        else if (!depth && strchr(", \t\r\n", *at))
            return at;
        at++;
    }
    return at;
}

/* Where the next member or item begins; NULL at the end. */
static const char *scan_next(const char *at)
{
    at = scan_space(at);
    if (*at != '{' && *at != '[' && *at != ',')
        return NULL;
    at = scan_space(at + 1);
    return *at && *at != '}' && *at != ']' ? at : NULL;
}

bool scan_item(const char **at, struct scan_piece *out_value)
{
    const char *begin = scan_next(*at);
    if (!begin)
        return false;
    const char *end = scan_value(begin);
    *out_value = (struct scan_piece){begin, (size_t)(end - begin)};
    *at = end;
    return true;
}

bool scan_member(const char **at, struct scan_piece *out_name, struct scan_piece *out_value)
{
    const char *begin = scan_next(*at);
    if (!begin || *begin != '"')
        return false;
    const char *end = scan_string(begin), *colon = scan_space(end);
    if (*colon != ':' || end < begin + 2)
        return false;
    const char *value = scan_space(colon + 1);
    *out_name = (struct scan_piece){begin + 1, (size_t)(end - begin) - 2};
    end = scan_value(value);
    *out_value = (struct scan_piece){value, (size_t)(end - value)};
    *at = end;
    return true;
}

bool scan_find(const char *json, const char *name, struct scan_piece *out_value)
{
    struct scan_piece is, value;
    while (json && scan_member(&json, &is, &value))
        if (scan_piece_is(&is, name)) {
            *out_value = value;
            return true;
        }
    return false;
}

bool scan_piece_is(const struct scan_piece *piece, const char *text)
{
    return strlen(text) == piece->size && memcmp(text, piece->at, piece->size) == 0;
}

static char scan_escaped(char c)
{
    static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
    const char *letter = c ? strchr(letters, c) : NULL;
    return letter ? controls[letter - letters] : c;
}

bool scan_text(const struct scan_piece *piece, char *out_text, size_t room)
{
    const char *at = piece->at + 1, *end = piece->at + piece->size - 1;
    size_t size = 0;
    while (at < end && size + 1 < room) {
        char c = *at++;
        if (c == '\\' && at < end &&
            *at == 'u') { /* a control character: whoever wrote this escapes no other */
            at += end - at < 5 ? end - at : 5;
            c = ' ';
        } else if (c == '\\' && at < end) {
            c = scan_escaped(*at++);
        }
        out_text[size++] = c;
    }
    out_text[size] = '\0';
    return at == end;
}

char *scan_plain(const char *json)
{
    struct buffer out = {0};
    struct scan_piece name, value;
    while (scan_member(&json, &name, &value)) {
        CLEAN_FREE char *text = memory_alloc(value.size + 1);
        if (value.at[0] == '"')
            scan_text(&value, text, value.size + 1);
        buffer_print(&out, "%s%s", out.size ? " " : "", text);
    }
    return buffer_take(&out);
}
