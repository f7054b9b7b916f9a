#include "token/key_file.h"
#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_NAME_ROOM 300

static void key_file_close(const int *file)
{
    if (*file >= 0)
        close(*file);
}
#define CLEAN_FILE __attribute__((cleanup(key_file_close)))

/* Root may read what it likes, and looks after others' folders (`sudo palabre keys`). */
static bool key_file_is_ours(const struct stat *about)
{
    return about->st_uid == geteuid() || geteuid() == 0;
}

int key_folder_open(int parent, const char *name, struct buffer *out_problem)
{
    if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) {
        buffer_print(out_problem, "%s cannot be made: %s", name, strerror(errno));
        return -1;
    }
    struct stat about;
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fstat(folder, &about) != 0)
        buffer_print(out_problem, "%s cannot be opened: %s", name, strerror(errno));
    else if (!key_file_is_ours(&about))
        buffer_print(out_problem, "%s belongs to another user: keys in it cannot be trusted", name);
    else if (about.st_mode & 022)
        buffer_print(out_problem, "%s can be changed by other users (mode %04o): chmod go-w it", name,
                     about.st_mode & 07777u);
    else
        return folder;
    key_file_close(&folder);
    return -1;
}

/* All of a small file; -1 with errno set where it cannot be read or is not small (EFBIG). */
static ssize_t key_file_load(int file, char *out_text, size_t room)
{
    size_t size = 0;
    while (size < room) {
        ssize_t more = read(file, out_text + size, room - size);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            return more < 0 ? -1 : (ssize_t)size;
        size += (size_t)more;
    }
    errno = EFBIG;
    return -1;
}

/* Looks at the open file and not at its name, so that nobody can change it in between. */
static bool key_file_is_safe(int file, const char *name, enum paserk kind, struct buffer *out_problem)
{
    struct stat about;
    mode_t others = kind == PASERK_SECRET ? 077 : 022;
    if (fstat(file, &about) != 0)
        buffer_print(out_problem, "%s cannot be read: %s", name, strerror(errno));
    else if (!S_ISREG(about.st_mode))
        buffer_print(out_problem, "%s is not a file", name);
    else if (!key_file_is_ours(&about))
        buffer_print(out_problem, "%s belongs to another user: it cannot be trusted", name);
    else if (about.st_mode & others)
        buffer_print(out_problem, "%s can be %s by other users (mode %04o): chmod 600 it%s", name,
                     kind == PASERK_SECRET ? "read or changed" : "changed", about.st_mode & 07777u,
                     kind == PASERK_SECRET ? ", and rotate the keys if somebody may have read it" : "");
    else
        return true;
    return false;
}

enum key_file key_file_read(int folder, const char *name, enum paserk kind, unsigned char *out_key,
                            struct buffer *out_problem)
{
    /* Without waiting: a name may be a pipe's. */
    int CLEAN_FILE file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        int error = errno;
        buffer_print(out_problem, "%s cannot be opened: %s", name, strerror(error));
        return error == ENOENT ? KEY_FILE_ABSENT : KEY_FILE_BAD;
    }
    if (!key_file_is_safe(file, name, kind, out_problem))
        return KEY_FILE_BAD;
    char text[PASERK_MAX + 2]; /* a line end, and one byte more than there may be */
    ssize_t size = key_file_load(file, text, sizeof(text));
    if (size < 0 && errno != EFBIG) {
        buffer_print(out_problem, "%s cannot be read: %s", name, strerror(errno));
        return KEY_FILE_BAD;
    }
    if (size > 0 && text[size - 1] == '\n')
        size--;
    bool good = size > 0 && paserk_parse(kind, text, (size_t)size, out_key);
    sodium_memzero(text, sizeof(text));
    if (good)
        return KEY_FILE_GOOD;
    buffer_print(out_problem, "%s does not hold one %s key (%s...) and nothing else", name,
                 kind == PASERK_SECRET ? "secret" : "public",
                 kind == PASERK_SECRET ? "k4.secret." : "k4.public.");
    return KEY_FILE_BAD;
}

static bool key_file_store(int file, const char *text, size_t size)
{
    while (size) {
        ssize_t done = write(file, text, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        text += done;
        size -= (size_t)done;
    }
    return fsync(file) == 0;
}

bool key_file_write(int folder, const char *name, enum paserk kind, const unsigned char *key,
                    struct buffer *out_problem)
{
    char text[PASERK_ROOM + 1], fresh[KEY_FILE_NAME_ROOM];
    size_t key_size = kind == PASERK_SECRET ? PASETO_SECRET_BYTES : PASETO_PUBLIC_BYTES;
    if (!paserk_format(kind, key, key_size, text)) {
        buffer_print(out_problem, "%s would not hold a key", name);
        return false;
    }
    size_t size = strlen(text);
    text[size++] = '\n';
    snprintf(fresh, sizeof(fresh), "%s.new", name);
    unlinkat(folder, fresh, 0); /* what a crash left */
    int CLEAN_FILE file = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = file >= 0 && key_file_store(file, text, size) && renameat(folder, fresh, folder, name) == 0 &&
                fsync(folder) == 0;
    sodium_memzero(text, sizeof(text));
    if (good)
        return true;
    buffer_print(out_problem, "%s cannot be written: %s", name, strerror(errno));
    unlinkat(folder, fresh, 0);
    return false;
}
