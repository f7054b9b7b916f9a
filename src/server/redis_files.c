#include "server/redis_files.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_ROOM    sizeof(((struct sockaddr_un *)0)->sun_path)
#define LAST_WORDS_MAX 2048

static char *files_path(const struct redis_files *files, const char *name)
{
    return memory_print("%s/%s", files->data, name);
}

static int files_open(const struct redis_files *files, const char *name, int flags, char **out_error)
{
    CLEAN_FREE char *path = files_path(files, name);
    int file = open(path, flags | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 && out_error)
        *out_error = memory_print("cannot write %s: %s", path, strerror(errno));
    return file;
}

/* Makes a directory and those above it. */
static bool files_make(const char *path, char **out_error)
{
    CLEAN_FREE char *part = memory_string(path);
    for (char *at = part + 1;; at++) {
        if (*at && *at != '/')
            continue;
        char end = *at;
        *at = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            *out_error = memory_print("cannot make the directory %s: %s", part, strerror(errno));
            return false;
        }
        *at = end;
        if (!end)
            return true;
    }
}

bool redis_files_open(struct redis_files *files, const char *data, char **out_error)
{
    *files = (struct redis_files){.owner_lock = -1, .users_lock = -1};
    if (!*data) {
        *out_error = memory_string("the data directory has no name");
        return false;
    }
    char real[PATH_MAX];
    if (!files_make(data, out_error))
        return false;
    if (!realpath(data, real)) {
        *out_error = memory_print("cannot use the data directory %s: %s", data, strerror(errno));
        return false;
    }
    files->data = memory_string(real);
    files->owner_lock = files_open(files, "lock", O_RDWR, out_error);
    if (files->owner_lock < 0)
        return false;
    files->users_lock = files_open(files, "users", O_RDWR, out_error);
    if (files->users_lock < 0)
        return false;
    flock(files->users_lock,
          LOCK_SH); /* the only exclusive holder is one that looks whether there are users */
    redis_files_try_own(files);
    redis_files_find_socket(files);
    return true;
}

bool redis_files_try_own(struct redis_files *files)
{
    if (!files->owns && files->owner_lock >= 0)
        files->owns = flock(files->owner_lock, LOCK_EX | LOCK_NB) == 0;
    return files->owns;
}

static bool files_is_unused(const struct redis_files *files)
{
    bool unused = flock(files->users_lock, LOCK_EX | LOCK_NB) == 0;
    flock(files->users_lock, LOCK_UN);
    return unused;
}

/* Whoever leaves stops being a user first and looks for ownership second; an owner that found users gives
 * ownership up first and looks for users again second: of two that leave at once, one sees that it is the
 * last. */
bool redis_files_leave(struct redis_files *files)
{
    if (files->users_lock < 0)
        return false;
    flock(files->users_lock, LOCK_UN);
    if (!redis_files_try_own(files))
        return false;
    if (files_is_unused(files))
        return true;
    flock(files->owner_lock, LOCK_UN);
    files->owns = false;
    return files_is_unused(files) && redis_files_try_own(files);
}

void redis_files_close(struct redis_files *files)
{
    if (files->owner_lock >= 0)
        close(files->owner_lock);
    if (files->users_lock >= 0)
        close(files->users_lock);
    free(files->data);
    free(files->socket);
    *files = (struct redis_files){.owner_lock = -1, .users_lock = -1};
}

bool redis_files_is_alive(const struct redis_files *files)
{
    int lock = files_open(files, "redis.lock", O_RDWR, NULL);
    if (lock < 0)
        return false;
    bool alive = flock(lock, LOCK_SH | LOCK_NB) != 0;
    close(lock);
    return alive;
}

/* ---- the socket ---- */

void redis_files_find_socket(struct redis_files *files)
{
    free(files->socket);
    files->socket = files_path(files, "redis.sock");
    files->socket_elsewhere = strlen(files->socket) >= SOCKET_ROOM;
    if (!files->socket_elsewhere)
        return;
    char path[SOCKET_ROOM] = "";
    CLEAN_FREE char *told = files_path(files, "socket");
    int file = open(told, O_RDONLY | O_CLOEXEC);
    ssize_t size = file >= 0 ? read(file, path, sizeof(path) - 1) : 0;
    if (file >= 0)
        close(file);
    if (size > 0) {
        path[size] = '\0';
        path[strcspn(path, "\n")] = '\0';
        free(files->socket);
        files->socket = memory_string(path);
    }
}

static bool files_is_plain(const char *path)
{
    return strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-") == strlen(path);
}

static bool files_make_socket_elsewhere(struct redis_files *files, char **out_error)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    char path[SOCKET_ROOM - 8];
    if (!run || *run != '/' || !files_is_plain(run) || access(run, W_OK) != 0 ||
        strlen(run) > sizeof(path) / 2)
        run = "/tmp";
    snprintf(path, sizeof(path), "%s/palabre-XXXXXX", run);
    if (!mkdtemp(path)) {
        *out_error = memory_print(
            "the path of the data directory is too long for a socket, and there is no room for one "
            "in %s: %s",
            run, strerror(errno));
        return false;
    }
    int file = files_open(files, "socket", O_WRONLY | O_TRUNC, out_error);
    if (file < 0)
        return false;
    free(files->socket);
    files->socket = memory_print("%s/redis.sock", path);
    bool written = dprintf(file, "%s\n", files->socket) > 0;
    close(file);
    if (!written)
        *out_error = memory_print("cannot write in %s: %s", files->data, strerror(errno));
    return written;
}

void redis_files_remove_socket(struct redis_files *files)
{
    unlink(files->socket);
    if (!files->socket_elsewhere)
        return;
    CLEAN_FREE char *directory = memory_string(files->socket), *told = files_path(files, "socket");
    char *slash = strrchr(directory, '/');
    if (slash && strstr(directory, "/palabre-")) {
        *slash = '\0';
        rmdir(directory);
    }
    unlink(told);
}

pid_t redis_files_peer(const struct redis_files *files)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    if (strlen(files->socket) >= sizeof(address.sun_path))
        return 0;
    strcpy(address.sun_path, files->socket);
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return 0;
    if (connect(file, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        peer.pid = 0;
    close(file);
    return peer.pid;
}

char *redis_files_url(const struct redis_files *files)
{
    struct buffer url = {0};
    buffer_add_string(&url, "unix:");
    for (const char *at = files->socket; *at; at++) {
        char one[2] = {*at, '\0'};
        if (files_is_plain(one))
            buffer_add_char(&url, *at);
        else
            buffer_print(&url, "%%%02x", (unsigned)(unsigned char)*at);
    }
    return buffer_take(&url);
}

/* ---- starting one ---- */

static bool files_write_settings(const struct redis_files *files, char **out_error)
{
    int file = files_open(files, "redis.conf", O_WRONLY | O_TRUNC, out_error);
    if (file < 0)
        return false;
    /* the directory is the process' own, so that its name is in no setting */
    int size = dprintf(
        file,
        "# Written by Palabre at each start.\n"
        "port 0\n"
        "unixsocket %s\n"
        "unixsocketperm 700\n"
        "dir .\n"
        "daemonize no\n"
        "supervised no\n"
        "appendonly yes\n"
        "appendfsync no\n" /* redis_files_sync: everysec holds acknowledged writes back during a sync */
        "save \"\"\n"
        "maxmemory 0\n"
        "maxmemory-policy noeviction\n"
        "loglevel warning\n"
        "logfile redis.log\n"
        "stop-writes-on-bgsave-error yes\n",
        files->socket_elsewhere ? files->socket : "redis.sock");
    int wrong = errno;
    if (close(file) != 0 || size < 0) {
        *out_error = memory_print("cannot write in %s: %s", files->data, strerror(wrong));
        return false;
    }
    return true;
}

bool redis_files_prepare(struct redis_files *files, int *out_lock, int *out_log, char **out_error)
{
    redis_files_find_socket(files);
    if (files->socket_elsewhere) {
        redis_files_remove_socket(files);
        if (!files_make_socket_elsewhere(files, out_error))
            return false;
    }
    if (!files_write_settings(files, out_error))
        return false;
    int lock = files_open(files, "redis.lock", O_RDWR, out_error);
    if (lock < 0)
        return false;
    bool taken = false;
    for (int tries = 0; tries < 50 && !taken;
         tries++, taken ? 0 : usleep(1000)) /* others look for an instant only */
        taken = flock(lock, LOCK_EX | LOCK_NB) == 0;
    int log = taken ? files_open(files, "redis.log", O_WRONLY | O_APPEND, out_error) : -1;
    if (log < 0) {
        if (!*out_error)
            *out_error = memory_print("another Redis has just started in %s", files->data);
        close(lock);
        return false;
    }
    *out_lock = lock;
    *out_log = log;
    return true;
}

void redis_files_sync(const struct redis_files *files)
{
    CLEAN_FREE char *path = files_path(files, "appendonlydir");
    DIR *directory = opendir(path);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        int file = strstr(entry->d_name, ".aof")
                       ? openat(dirfd(directory), entry->d_name, O_RDONLY | O_CLOEXEC)
                       : -1;
        if (file < 0)
            continue;
        fdatasync(file);
        close(file);
    }
    closedir(directory);
}

char *redis_files_last_words(const struct redis_files *files)
{
    char tail[LAST_WORDS_MAX + 1];
    CLEAN_FREE char *path = files_path(files, "redis.log");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return memory_string("");
    off_t size = lseek(file, 0, SEEK_END);
    ssize_t got = pread(file, tail, LAST_WORDS_MAX, size > LAST_WORDS_MAX ? size - LAST_WORDS_MAX : 0);
    close(file);
    tail[got > 0 ? got : 0] = '\0';
    size_t length = strlen(tail);
    while (length && strchr("\r\n ", tail[length - 1]))
        tail[--length] = '\0';
    char *line = strrchr(tail, '\n');
    return memory_string(line ? line + 1 : tail);
}

static char *files_find_in(const char *directories, const char *name)
{
    while (*directories) {
        size_t size = strcspn(directories, ":");
        CLEAN_FREE char *path = memory_print("%.*s/%s", (int)size, directories, name);
        struct stat found;
        if (size && stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0)
            return memory_string(path);
        directories += size + (directories[size] == ':');
    }
    return NULL;
}

char *redis_files_binary(void)
{
    static const char *const names[] = {"redis-server", "valkey-server"};
    const char *path = getenv("PATH");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char *found = files_find_in(path ? path : "", names[i]);
        if (!found)
            found = files_find_in("/usr/bin:/usr/sbin:/usr/local/bin", names[i]);
        if (found)
            return found;
    }
    return NULL;
}
