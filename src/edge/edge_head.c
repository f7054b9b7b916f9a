#include "edge/edge_head.h"

#include <string.h>
#include <strings.h>

static const char *const head_names[HEAD_HEADER_COUNT] = {
#define HEADER(constant, name) [HEAD_##constant] = name,
    HEAD_HEADERS(HEADER)
#undef HEADER
};

static bool head_is_token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool head_is_token(const char *text)
{
    if (!*text)
        return false;
    for (; *text; text++)
        if (!head_is_token_char((unsigned char)*text))
            return false;
    return true;
}

static int head_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool head_decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        char c = *from;
        if (c == '%') {
            int high = head_digit(from[1]);
            int low = high < 0 ? -1 : head_digit(from[2]);
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            from += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return false;
        *to++ = c;
    }
    *to = '\0';
    return true;
}

bool head_list_has(const char *list, const char *token)
{
    size_t size = strlen(token);
    while (*list) {
        list += strspn(list, " \t,");
        size_t length = strcspn(list, ",");
        size_t used = length;
        while (used && (list[used - 1] == ' ' || list[used - 1] == '\t'))
            used--;
        if (used == size && strncasecmp(list, token, size) == 0)
            return true;
        list += length;
    }
    return false;
}

static int head_parse_target(struct head *head, char *target)
{
    if (strlen(target) > HEAD_TARGET_LIMIT)
        return 414;
    for (const char *at = target; *at; at++)
        if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f || *at == '#')
            return 400;
    if (strncasecmp(target, "http://", 7) == 0 ||
        strncasecmp(target, "https://", 8) == 0) { /* as proxies send it */
        char *authority = strstr(target, "://") + 3;
        target = strchr(authority, '/');
        if (!target)
            return 400;
    }
    if (*target != '/')
        return 400;
    char *query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    head->query = query ? query : "";
    head->path = target;
    return head_decode(target) ? 0 : 400;
}

static int head_parse_line(struct head *head, char *line)
{
    char *target = strchr(line, ' ');
    if (!target)
        return strlen(line) > HEAD_TARGET_LIMIT ? 414 : 400;
    *target++ = '\0';
    char *version = strchr(target, ' ');
    if (!version)
        return strlen(target) > HEAD_TARGET_LIMIT ? 414 : 400;
    *version++ = '\0';
    if (strcmp(version, "HTTP/1.1") == 0)
        head->minor = true;
    else if (strcmp(version, "HTTP/1.0") != 0)
        return 400;
    if (!head_is_token(line))
        return 400;
    head->method = strcmp(line, "GET") == 0    ? EDGE_GET
                   : strcmp(line, "HEAD") == 0 ? EDGE_HEAD
                   : strcmp(line, "POST") == 0 ? EDGE_POST
                                               : EDGE_OTHER;
    head->options = strcmp(line, "OPTIONS") == 0;
    return head_parse_target(head, target);
}

static int head_parse_header(struct head *head, char *line)
{
    char *value = strchr(line, ':');
    if (!value)
        return 400;
    *value++ = '\0';
    if (!head_is_token(line)) /* also a folded line, and a blank before the colon */
        return 400;
    value += strspn(value, " \t");
    size_t size = strlen(value);
    while (size && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        value[--size] = '\0';
    for (const char *at = value; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return 400;
    for (unsigned i = 0; i < HEAD_HEADER_COUNT; i++) {
        if (strcasecmp(line, head_names[i]) != 0)
            continue;
        if (!head->headers[i] || i == HEAD_FORWARDED_FOR) /* the last word is the nearest proxy's */
            head->headers[i] = value;
        else if (i != HEAD_ACCEPT_ENCODING && i != HEAD_ACCEPT_LANGUAGE && i != HEAD_IF_NONE_MATCH)
            return 400; /* twice: which one would another reader take? */
        return 0;
    }
    return 0;
}

static int head_parse_length(struct head *head)
{
    if (*head->headers[HEAD_TRANSFER_ENCODING])
        return *head->headers[HEAD_CONTENT_LENGTH] ? 400 : 411;
    const char *text = head->headers[HEAD_CONTENT_LENGTH];
    size_t size = strlen(text);
    if (size > 15 || strspn(text, "0123456789") != size)
        return 400;
    for (; *text; text++)
        head->length = head->length * 10 + (uint64_t)(*text - '0');
    return 0;
}

int head_parse(struct head *head, char *bytes, size_t size)
{
    *head = (struct head){.path = "", .query = ""};
    int status = 0;
    unsigned lines = 0;
    for (char *line = bytes, *end = bytes + size; !status; lines++) {
        char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
        if (!stop || memchr(line, '\0', (size_t)(stop - line)) || lines > HEAD_LINES_LIMIT) {
            status = lines > HEAD_LINES_LIMIT ? 431 : 400;
            break;
        }
        *stop = '\0';
        if (!*line && lines)
            break;
        status = lines ? head_parse_header(head, line) : head_parse_line(head, line);
        line = stop + 2;
    }
    bool has_length = head->headers[HEAD_CONTENT_LENGTH] != NULL;
    bool has_host = head->headers[HEAD_HOST] != NULL;
    for (unsigned i = 0; i < HEAD_HEADER_COUNT; i++)
        if (!head->headers[i])
            head->headers[i] = "";
    if (status)
        return status;
    if ((head->minor && !has_host) || (has_length && !*head->headers[HEAD_CONTENT_LENGTH]))
        return 400;
    const char *connection = head->headers[HEAD_CONNECTION];
    head->keep = head->minor ? !head_list_has(connection, "close") : head_list_has(connection, "keep-alive");
    return head_parse_length(head);
}
