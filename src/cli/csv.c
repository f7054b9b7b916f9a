#include "cli/csv.h"
#include "base/memory.h"
#include "server/file.h"

#include <string.h>

/* The field at csv->at, unquoted in place; *out_last says whether it ends its row. */
static char *csv_field(struct csv *csv, bool *out_last)
{
    char *from = csv->at, *to = csv->at, *start = csv->at;
    bool quoted = from < csv->end && *from == '"';
    if (quoted)
        from++;
    while (from < csv->end) {
        if (quoted && *from == '"') {
            if (from + 1 < csv->end && from[1] == '"') {
                from++;
            } else {
                quoted = false;
                from++;
                continue;
            }
        } else if (!quoted && (*from == ',' || *from == '\n')) {
            break;
        }
        csv->next_line += *from == '\n';
        *to++ = *from++;
    }
    *out_last = from >= csv->end || *from == '\n';
    csv->next_line += from < csv->end && *from == '\n';
    csv->unended |= quoted;
    csv->at = from < csv->end ? from + 1 : from;
    if (*out_last && to > start && from[-1] == '\r') /* not one inside of quotes */
        to--;
    *to = '\0';
    return start;
}

/* Reads a row of at most `most` fields into `fields` (0: as many as there are, growing it). */
static size_t csv_row(struct csv *csv, char ***fields, size_t most)
{
    size_t count = 0;
    bool last = false;
    while (!last) {
        char *field = csv_field(csv, &last);
        if (most && count >= most)
            continue;
        if (!most)
            *fields = memory_resize(*fields, (count + 1) * sizeof(**fields));
        (*fields)[count++] = field;
    }
    return count;
}

bool csv_open(struct csv *csv, const char *path, char **out_message)
{
    size_t size;
    *csv = (struct csv){.line = 1, .next_line = 1};
    csv->text = file_read(path, &size, out_message);
    if (!csv->text)
        return false;
    csv->at = csv->text;
    csv->end = csv->text + size;
    if (size >= 3 && memcmp(csv->at, "\xEF\xBB\xBF", 3) == 0)
        csv->at += 3;
    csv->count = csv_row(csv, &csv->names, 0);
    csv->fields = memory_alloc(csv->count * sizeof(*csv->fields));
    return true;
}

void csv_close(struct csv *csv)
{
    free(csv->text);
    free(csv->names);
    free(csv->fields);
    *csv = (struct csv){0};
}

bool csv_next(struct csv *csv)
{
    for (; csv->at < csv->end && (*csv->at == '\n' || *csv->at == '\r'); csv->at++)
        csv->next_line += *csv->at == '\n';
    csv->line = csv->next_line;
    if (csv->at >= csv->end)
        return false;
    static char nothing[] = "";
    size_t count = csv_row(csv, &csv->fields, csv->count);
    for (; count < csv->count; count++)
        csv->fields[count] = nothing;
    return true;
}

int csv_column(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->count; i++)
        if (strcmp(csv->names[i], name) == 0)
            return (int)i;
    return -1;
}
