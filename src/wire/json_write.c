#include "wire/json_write.h"

#include <string.h>

/* A value follows another where the last byte is no opening bracket, colon or comma: strings end in a quote.
 */
static void json_write_comma(struct buffer *out)
{
    if (out->size && !strchr("{[:,", out->bytes[out->size - 1]))
        buffer_add_char(out, ',');
}

void json_write_object(struct buffer *out)
{
    json_write_comma(out);
    buffer_add_char(out, '{');
}

void json_write_end_object(struct buffer *out)
{
    buffer_add_char(out, '}');
}

void json_write_array(struct buffer *out)
{
    json_write_comma(out);
    buffer_add_char(out, '[');
}

void json_write_end_array(struct buffer *out)
{
    buffer_add_char(out, ']');
}

void json_write_key(struct buffer *out, const char *key)
{
    json_write_string(out, key);
    buffer_add_char(out, ':');
}

static void json_write_escape(struct buffer *out, char c)
{
    static const char controls[] = "\b\f\n\r\t", letters[] = "bfnrt";
    const char *control = strchr(controls, c);
    if (c == '"' || c == '\\')
        buffer_print(out, "\\%c", c);
    else if (control)
        buffer_print(out, "\\%c", letters[control - controls]);
    else
        buffer_print(out, "\\u%04x", (unsigned char)c);
}

void json_write_string(struct buffer *out, const char *text)
{
    json_write_comma(out);
    buffer_add_char(out, '"');
    const char *plain = text;
    for (; *text; text++) {
        if ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
            continue;
        buffer_add(out, plain, (size_t)(text - plain));
        json_write_escape(out, *text);
        plain = text + 1;
    }
    buffer_add(out, plain, (size_t)(text - plain));
    buffer_add_char(out, '"');
}

void json_write_integer(struct buffer *out, int64_t value)
{
    json_write_comma(out);
    buffer_add_integer(out, value);
}

void json_write_bool(struct buffer *out, bool value)
{
    json_write_raw(out, value ? "true" : "false");
}

void json_write_null(struct buffer *out)
{
    json_write_raw(out, "null");
}

void json_write_raw(struct buffer *out, const char *json)
{
    json_write_comma(out);
    buffer_add_string(out, json);
}

void json_write_text(struct buffer *out, const char *key, const char *text)
{
    json_write_key(out, key);
    json_write_string(out, text);
}

void json_write_number(struct buffer *out, const char *key, int64_t value)
{
    json_write_key(out, key);
    json_write_integer(out, value);
}

void json_write_flag(struct buffer *out, const char *key, bool value)
{
    json_write_key(out, key);
    json_write_bool(out, value);
}

void json_write_absent(struct buffer *out, const char *key)
{
    json_write_key(out, key);
    json_write_null(out);
}
