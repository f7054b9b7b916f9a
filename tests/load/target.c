#include "target.h"
#include "base/memory.h"

#include <dirent.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool target_parse(struct target *target, const char *url)
{
    memset(target, 0, sizeof(*target));
    target->fd = -1;
    if (strncmp(url, "http://", 7) != 0)
        return false;
    size_t size = strcspn(url + 7, "/");
    if (size == 0 || size >= sizeof(target->host) || (url[7 + size] && url[8 + size]))
        return false;
    memcpy(target->host, url + 7, size);
    char name[sizeof(target->host)];
    memcpy(name, target->host, sizeof(name));
    const char *port = "80";
    char *start = name, *colon = strrchr(name, ':');
    if (colon && !strchr(colon, ']')) {
        *colon = '\0';
        port = colon + 1;
    }
    if (start[0] == '[' && strchr(start, ']')) {
        *strchr(start, ']') = '\0';
        start++;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(start, port, &hints, &found) != 0)
        return false;
    memcpy(&target->address, found->ai_addr, found->ai_addrlen);
    target->address_size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

void target_close(struct target *target)
{
    if (target->fd >= 0)
        close(target->fd);
    target->fd = -1;
}

static bool target_connect(struct target *target)
{
    int on = 1;
    struct timeval patience = {.tv_sec = 30};
    target->fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (target->fd < 0)
        return false;
    setsockopt(target->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(target->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(target->fd, (struct sockaddr *)&target->address, target->address_size) == 0)
        return true;
    target_close(target);
    return false;
}

static bool target_send(struct target *target, const struct buffer *request)
{
    for (size_t sent = 0; sent < request->size;) {
        ssize_t size = send(target->fd, request->bytes + sent, request->size - sent, MSG_NOSIGNAL);
        if (size <= 0)
            return false;
        sent += (size_t)size;
    }
    return true;
}

/* The value of a header in a head that ends with an empty line, or NULL. */
static const char *head_find(const char *head, const char *name)
{
    size_t size = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line && line[2] != '\r'; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, size) == 0 && line[2 + size] == ':')
            return line + 3 + size + strspn(line + 3 + size, " ");
    return NULL;
}

static int target_receive(struct target *target, struct buffer *out)
{
    struct buffer text CLEAN_BUFFER = {0};
    size_t head = 0, length = 0;
    bool ends = false;
    while (!head || text.size < head + length) {
        char piece[16384];
        ssize_t size = recv(target->fd, piece, sizeof(piece), 0);
        if (size <= 0)
            return 0;
        buffer_add(&text, piece, (size_t)size);
        const char *end = head ? NULL : strstr(text.bytes, "\r\n\r\n");
        if (!end)
            continue;
        head = (size_t)(end - text.bytes) + 4;
        const char *value = head_find(text.bytes, "content-length"),
                   *connection = head_find(text.bytes, "connection");
        length = value ? strtoul(value, NULL, 10) : 0;
        ends = connection && strncasecmp(connection, "close", 5) == 0;
    }
    if (ends)
        target_close(target);
    buffer_reset(out);
    buffer_add(out, text.bytes + head, length);
    return text.size > 12 && strncmp(text.bytes, "HTTP/1.", 7) == 0 ? atoi(text.bytes + 9) : 0;
}

int target_call(struct target *target, const char *method, const char *path, const char *token,
                const char *body, struct buffer *out)
{
    struct buffer request CLEAN_BUFFER = {0};
    buffer_print(&request, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, target->host);
    if (token)
        buffer_print(&request, "Authorization: Bearer %s\r\n", token);
    if (body)
        buffer_print(&request, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    buffer_add_string(&request, "\r\n");
    if (body)
        buffer_add_string(&request, body);
    bool again = target->fd >= 0; /* a connection that was kept may be gone */
    for (;;) {
        if (target->fd < 0 && !target_connect(target))
            return 0;
        int status = target_send(target, &request) ? target_receive(target, out) : 0;
        if (status)
            return status;
        target_close(target);
        if (!again)
            return 0;
        again = false;
    }
}

static uint64_t one_cpu(pid_t pid)
{
    char path[300];
    uint64_t total = 0;
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    for (struct dirent *entry; threads && (entry = readdir(threads));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)pid, entry->d_name);
        FILE *file = fopen(path, "re");
        unsigned long long ns = 0;
        if (file && fscanf(file, "%llu", &ns) == 1)
            total += ns / 1000;
        if (file)
            fclose(file);
    }
    if (threads)
        closedir(threads);
    return total;
}

static uint64_t one_memory(pid_t pid)
{
    char path[64];
    unsigned long long all, resident = 0;
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%llu %llu", &all, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void process_name(pid_t pid, char name[32])
{
    char path[64];
    name[0] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && !fgets(name, 32, file))
        name[0] = '\0';
    if (file)
        fclose(file);
}

/* Of a process and those of its children that are the same program: workers, and not a private Redis. */
static uint64_t process_sum(pid_t pid, uint64_t (*of)(pid_t pid))
{
    char path[64], name[32], other[32];
    int child;
    if (!pid)
        return 0;
    uint64_t total = of(pid);
    process_name(pid, name);
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%d", &child) == 1) {
        process_name(child, other);
        if (strcmp(name, other) == 0)
            total += of(child);
    }
    if (file)
        fclose(file);
    return total;
}

uint64_t process_cpu(pid_t pid)
{
    return process_sum(pid, one_cpu);
}

uint64_t process_memory(pid_t pid)
{
    return process_sum(pid, one_memory);
}
