#include "cli/csv_cell.h"

#include <stdbool.h>
#include <string.h>

void csv_cell(struct buffer *out, const char *text)
{
    bool formula = *text && strchr("=+-@\t\r\n", *text), quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted)
        buffer_add_char(out, '"');
    if (formula)
        buffer_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buffer_add_char(out, '"');
        buffer_add_char(out, *text);
    }
    if (quoted)
        buffer_add_char(out, '"');
}
