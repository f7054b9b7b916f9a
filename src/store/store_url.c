#include "store/store_url.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#define URL_DB_MAX 65535

void store_url_clear(struct store_url *url)
{
    memory_free(&url->path);
    memory_free(&url->host);
    memory_free(&url->port);
    memory_free(&url->user);
    memory_free(&url->password);
    *url = (struct store_url){0};
}

static int url_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL where a percent sign is not followed by two hex digits, or stands for NUL. */
static char *url_decode(const char *text, size_t size)
{
    char *out = memory_alloc(size + 1);
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '%') {
            out[length++] = text[i];
            continue;
        }
        int high = i + 2 < size ? url_hex(text[i + 1]) : -1, low = high < 0 ? -1 : url_hex(text[i + 2]);
        if (low < 0 || high * 16 + low == 0) {
            free(out);
            return NULL;
        }
        out[length++] = (char)(high * 16 + low);
        i += 2;
    }
    return out;
}

static const char *url_number(const char *text, long least, long most, const char *what, int *out)
{
    char *end;
    long number = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : (end = (char *)text, -1);
    if (*end || end == text || number < least || number > most)
        return what;
    *out = (int)number;
    return NULL;
}

/* [user:password@] at the start of *rest, which moves behind it. */
static const char *url_person(struct store_url *url, const char **rest, size_t authority)
{
    const char *at = memrchr(*rest, '@', authority);
    if (!at)
        return NULL;
    const char *colon = memchr(*rest, ':', (size_t)(at - *rest));
    if (!colon)
        return "a user needs a password: user:password@, or :password@ without a user";
    if (colon > *rest && !(url->user = url_decode(*rest, (size_t)(colon - *rest))))
        return "the user is not percent-encoded";
    if (!(url->password = url_decode(colon + 1, (size_t)(at - colon - 1))))
        return "the password is not percent-encoded";
    *rest = at + 1;
    return NULL;
}

static const char *url_tcp(struct store_url *url, const char *rest)
{
    const char *wrong = url_person(url, &rest, strcspn(rest, "/?#"));
    if (wrong)
        return wrong;
    const char *end = rest + strcspn(rest, "/?#"), *host_end, *port = NULL;
    if (*rest == '[') {
        host_end = memchr(rest, ']', (size_t)(end - rest));
        if (!host_end)
            return "an IPv6 address stands between [ and ]";
        rest++;
        port = host_end + 1 < end ? host_end + 1 : NULL;
        if (port && *port != ':')
            return "only :port follows the host";
    } else {
        port = memchr(rest, ':', (size_t)(end - rest));
        if (port && memchr(port + 1, ':', (size_t)(end - port - 1)))
            return "an IPv6 address stands between [ and ]";
        host_end = port ? port : end;
    }
    if (host_end == rest)
        return "the host is missing";
    url->host = memory_bytes(rest, (size_t)(host_end - rest));
    url->port = port ? memory_bytes(port + 1, (size_t)(end - port - 1)) : memory_string("6379");
    int number;
    wrong = url_number(url->port, 1, 65535, "the port is a number from 1 to 65535", &number);
    if (!wrong && *end == '/' && end[1])
        wrong = url_number(end + 1, 0, URL_DB_MAX, "what follows the host is /db, the number of a database",
                           &url->db);
    else if (!wrong && *end && *end != '/')
        wrong = "only /db follows the host";
    return wrong;
}

static const char *url_unix(struct store_url *url, const char *rest)
{
    if (strncmp(rest, "//", 2) == 0) {
        rest += 2;
        const char *wrong = url_person(url, &rest, strcspn(rest, "/?#"));
        if (wrong)
            return wrong;
    }
    size_t size = strcspn(rest, "?");
    if (*rest != '/')
        return "the path of a unix socket starts with /";
    if (!(url->path = url_decode(rest, size)))
        return "the path is not percent-encoded";
    if (strlen(url->path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
        return "the path of a unix socket has at most 107 bytes";
    if (!rest[size])
        return NULL;
    if (strncmp(rest + size, "?db=", 4) != 0)
        return "only ?db=n follows the path";
    return url_number(rest + size + 4, 0, URL_DB_MAX, "?db= is followed by the number of a database",
                      &url->db);
}

bool store_url_parse(const char *text, struct store_url *out_url, char **out_error)
{
    struct store_url url = {0};
    const char *wrong;
    if (strncasecmp(text, "redis://", 8) == 0)
        wrong = url_tcp(&url, text + 8);
    else if (strncasecmp(text, "redis+unix:", 11) == 0)
        wrong = url_unix(&url, text + 11);
    else if (strncasecmp(text, "unix:", 5) == 0)
        wrong = url_unix(&url, text + 5);
    else if (strncasecmp(text, "rediss:", 7) == 0)
        wrong = "TLS (rediss://) is not supported; put a tunnel or a private network between the two";
    else
        wrong = "it starts with redis://, redis+unix:// or unix:";
    if (wrong) {
        store_url_clear(&url);
        *out_error = memory_print("this is not the address of a Redis: %s", wrong);
        return false;
    }
    *out_url = url;
    return true;
}
