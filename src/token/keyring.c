#include "token/keyring.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "token/key_file.h"
#include "token/memo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define KEYRING_SECRET   "token.key"
#define KEYRING_CODE     "code.key"
#define KEYRING_ACCEPTED "accepted"
#define KEYRING_SUFFIX   ".pub"

/* The folder while one of the functions below works in it. */
struct keyring_folder {
    int base, accepted; /* -1: not open */
    struct buffer *problem;
};

static void keyring_folder_close(struct keyring_folder *folder)
{
    if (folder->base >= 0)
        close(folder->base); /* and with it goes the lock */
    if (folder->accepted >= 0)
        close(folder->accepted);
}
#define CLEAN_FOLDER __attribute__((cleanup(keyring_folder_close)))

/* What is wrong in a folder, said with the folder's name; `where` is "" or ends in a slash. */
static bool keyring_blame(struct keyring_folder *folder, const char *path, const char *where,
                          const char *what)
{
    buffer_print(folder->problem, "%s/%s%s", path, where, what);
    return false;
}

static bool keyring_folder_open(struct keyring_folder *folder, const char *path)
{
    CLEAN_BUFFER struct buffer what = {0};
    if (sodium_init() < 0) {
        buffer_print(folder->problem, "libsodium does not start");
        return false;
    }
    folder->base = key_folder_open(AT_FDCWD, path, folder->problem);
    if (folder->base < 0)
        return false;
    folder->accepted = key_folder_open(folder->base, KEYRING_ACCEPTED, &what);
    return folder->accepted >= 0 || keyring_blame(folder, path, "", what.bytes);
}

/* Writers take turns; readers need no lock, since each file is whole and they read the secret first
 * (keyring_open). */
static bool keyring_lock(struct keyring_folder *folder, const char *path)
{
    int result;
    do
        result = flock(folder->base, LOCK_EX);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        buffer_print(folder->problem, "%s cannot be locked: %s", path, strerror(errno));
    return result == 0;
}

static bool keyring_make_secret(struct keyring_folder *folder, const char *path, const char *name)
{
    CLEAN_BUFFER struct buffer what = {0};
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    crypto_sign_keypair(public_key, secret);
    bool good = key_file_write(folder->base, name, PASERK_SECRET, secret, &what);
    sodium_memzero(secret, sizeof(secret));
    return good || keyring_blame(folder, path, "", what.bytes);
}

/* A secret key, made where there is none. */
static bool keyring_load_secret(struct keyring_folder *folder, const char *path, const char *name,
                                unsigned char out_secret[PASETO_SECRET_BYTES])
{
    CLEAN_BUFFER struct buffer what = {0};
    enum key_file found = key_file_read(folder->base, name, PASERK_SECRET, out_secret, &what);
    if (found == KEY_FILE_ABSENT) {
        if (!keyring_lock(folder, path))
            return false;
        /* Somebody else may have made it while we waited. */
        buffer_reset(&what);
        found = key_file_read(folder->base, name, PASERK_SECRET, out_secret, &what);
        if (found == KEY_FILE_ABSENT) {
            if (!keyring_make_secret(folder, path, name))
                return false;
            buffer_reset(&what);
            found = key_file_read(folder->base, name, PASERK_SECRET, out_secret, &what);
        }
        flock(folder->base, LOCK_UN);
    }
    return found == KEY_FILE_GOOD || keyring_blame(folder, path, "", what.bytes);
}

static void keyring_add(struct keyring *keyring, const unsigned char public_key[PASETO_PUBLIC_BYTES],
                        bool signs)
{
    struct keyring_key key = {.signs = signs};
    memcpy(key.public_key, public_key, sizeof(key.public_key));
    paserk_id(public_key, key.id);
    if (keyring_find(keyring, key.id, strlen(key.id)))
        return; /* a rotation that was cut short leaves the signing key among the accepted ones */
    keyring->keys = memory_resize(keyring->keys, (keyring->count + 1) * sizeof(*keyring->keys));
    keyring->keys[keyring->count++] = key;
}

/* Names that begin with a point are editors' and are passed over, as are those of no public key. */
static bool keyring_is_public_name(const char *name)
{
    size_t size = strlen(name), suffix = strlen(KEYRING_SUFFIX);
    return name[0] != '.' && size > suffix && strcmp(name + size - suffix, KEYRING_SUFFIX) == 0;
}

static bool keyring_load_public(struct keyring *keyring, struct keyring_folder *folder, const char *path,
                                const char *name)
{
    CLEAN_BUFFER struct buffer what = {0};
    unsigned char public_key[PASETO_PUBLIC_BYTES];
    if (key_file_read(folder->accepted, name, PASERK_PUBLIC, public_key, &what) != KEY_FILE_GOOD)
        return keyring_blame(folder, path, KEYRING_ACCEPTED "/", what.bytes);
    if (!crypto_core_ed25519_is_valid_point(public_key)) {
        buffer_print(&what, "%s holds a key that no secret key has", name);
        return keyring_blame(folder, path, KEYRING_ACCEPTED "/", what.bytes);
    }
    keyring_add(keyring, public_key, false);
    return true;
}

static int keyring_compare(const void *left, const void *right)
{
    return strcmp(((const struct keyring_key *)left)->id, ((const struct keyring_key *)right)->id);
}

static bool keyring_load_accepted(struct keyring *keyring, struct keyring_folder *folder, const char *path)
{
    int copy = openat(folder->accepted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = copy < 0 ? NULL : fdopendir(copy);
    if (!names) {
        if (copy >= 0)
            close(copy);
        return keyring_blame(folder, path, KEYRING_ACCEPTED, " cannot be listed");
    }
    bool good = true;
    errno = 0;
    for (struct dirent *entry; good && (entry = readdir(names)); errno = 0)
        if (keyring_is_public_name(entry->d_name))
            good = keyring_load_public(keyring, folder, path, entry->d_name);
    if (good && errno)
        good = keyring_blame(folder, path, KEYRING_ACCEPTED, " cannot be listed to its end");
    closedir(names);
    if (good && keyring->count > 1)
        qsort(keyring->keys + 1, keyring->count - 1, sizeof(*keyring->keys), keyring_compare);
    return good;
}

/* What the file holds is a seed as good as any: codes never sign. */
static bool keyring_load_code_key(struct keyring *keyring, struct keyring_folder *folder, const char *path)
{
    static const unsigned char purpose[] = "palabre:code:v1";
    unsigned char secret[PASETO_SECRET_BYTES];
    if (!keyring_load_secret(folder, path, KEYRING_CODE, secret))
        return false;
    crypto_generichash(keyring->code_key, sizeof(keyring->code_key), purpose, sizeof(purpose) - 1, secret,
                       32);
    sodium_memzero(secret, sizeof(secret));
    return true;
}

struct keyring *keyring_open(const char *path, struct buffer *out_problem)
{
    struct keyring_folder CLEAN_FOLDER folder = {-1, -1, out_problem};
    if (!keyring_folder_open(&folder, path))
        return NULL;
    struct keyring *keyring = memory_alloc(sizeof(*keyring));
    keyring->memo = token_memo_new();
    /* The secret first: a rotation writes the old public key before the new secret, so that whoever reads the
     * new secret finds the old public key too. */
    bool good = keyring_load_secret(&folder, path, KEYRING_SECRET, keyring->secret) &&
                keyring_load_code_key(keyring, &folder, path);
    if (good) {
        unsigned char public_key[PASETO_PUBLIC_BYTES];
        crypto_sign_ed25519_sk_to_pk(public_key, keyring->secret);
        keyring_add(keyring, public_key, true);
        good = keyring_load_accepted(keyring, &folder, path);
    }
    if (!good)
        keyring_free(&keyring);
    return keyring;
}

void keyring_free(struct keyring **keyring)
{
    if (!*keyring)
        return;
    sodium_memzero((*keyring)->secret, sizeof((*keyring)->secret));
    sodium_memzero((*keyring)->code_key, sizeof((*keyring)->code_key));
    free((*keyring)->keys);
    token_memo_free(&(*keyring)->memo);
    memory_free(keyring);
}

bool keyring_rotate(const char *path, struct buffer *out_problem)
{
    struct keyring_folder CLEAN_FOLDER folder = {-1, -1, out_problem};
    CLEAN_BUFFER struct buffer what = {0};
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    if (!keyring_folder_open(&folder, path) || !keyring_lock(&folder, path))
        return false;
    if (key_file_read(folder.base, KEYRING_SECRET, PASERK_SECRET, secret, &what) != KEY_FILE_GOOD)
        return keyring_blame(&folder, path, "", what.bytes);
    crypto_sign_ed25519_sk_to_pk(public_key, secret);
    sodium_memzero(secret, sizeof(secret));
    char id[PASERK_ID_ROOM], name[PASERK_ID_ROOM + sizeof(KEYRING_SUFFIX)];
    paserk_id(public_key, id);
    snprintf(name, sizeof(name), "%s" KEYRING_SUFFIX, id);
    if (!key_file_write(folder.accepted, name, PASERK_PUBLIC, public_key, &what))
        return keyring_blame(&folder, path, KEYRING_ACCEPTED "/", what.bytes);
    return keyring_make_secret(&folder, path, KEYRING_SECRET);
}

const struct keyring_key *keyring_find(const struct keyring *keyring, const char *id, size_t size)
{
    for (size_t i = 0; i < keyring->count; i++)
        if (strlen(keyring->keys[i].id) == size && memcmp(keyring->keys[i].id, id, size) == 0)
            return &keyring->keys[i];
    return NULL;
}
