#include "edge/edge_internal.h"

#include "base/digest.h"
#include "base/map.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define FILES_DEPTH_LIMIT 16

enum files_encoding { FILES_BROTLI, FILES_GZIP, FILES_PLAIN, FILES_ENCODING_COUNT };

static const struct {
    const char *name, *suffix;
} files_encodings[FILES_ENCODING_COUNT] = {
    [FILES_BROTLI] = {"br", ".br"},
    [FILES_GZIP] = {"gzip", ".gz"},
    [FILES_PLAIN] = {"identity", ""},
};

static const struct {
    const char *suffix, *type;
} files_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".gif", "image/gif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".pdf", "application/pdf"},
    {".wasm", "application/wasm"},
};

struct file {
    char *path;
    const char *type;
    struct frame *bodies[FILES_ENCODING_COUNT];
    char etag[FILES_ENCODING_COUNT][48]; /* quoted; each encoding is another representation */
};

struct edge_files {
    struct map map; /* path -> struct file */
};

static bool files_ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text), length = strlen(suffix);
    return size > length && strcasecmp(text + size - length, suffix) == 0;
}

static const char *files_type(const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(files_types); i++)
        if (files_ends_with(path, files_types[i].suffix))
            return files_types[i].type;
    return "application/octet-stream";
}

/* NULL where it cannot be read. */
static struct frame *files_read(const char *name)
{
    FILE *stream = fopen(name, "rb");
    if (!stream)
        return NULL;
    CLEAN_BUFFER struct buffer bytes = {0};
    char room[16384];
    for (size_t got; (got = fread(room, 1, sizeof(room), stream)) > 0;)
        buffer_add(&bytes, room, got);
    bool broken = ferror(stream);
    fclose(stream);
    return broken ? NULL : frame_new(bytes.bytes ? bytes.bytes : "", bytes.size);
}

static bool files_add(struct edge_files *files, const char *name, const char *path)
{
    struct frame *plain = files_read(name);
    if (!plain)
        return false;
    struct file *file = memory_alloc(sizeof(*file));
    file->path = memory_string(path);
    file->type = files_type(path);
    file->bodies[FILES_PLAIN] = plain;
    for (int i = FILES_BROTLI; i <= FILES_GZIP; i++) {
        CLEAN_FREE char *beside = memory_print("%s%s", name, files_encodings[i].suffix);
        file->bodies[i] = files_read(beside);
    }
    char hex[DIGEST_HEX_ROOM];
    digest_hex(frame_bytes(plain), plain->size, hex);
    for (int i = 0; i < FILES_ENCODING_COUNT; i++)
        snprintf(file->etag[i], sizeof(file->etag[i]), "\"%.32s%s%s\"", hex, i == FILES_PLAIN ? "" : "-",
                 i == FILES_PLAIN ? "" : files_encodings[i].name);
    map_put(&files->map, file->path, file);
    return true;
}

/* Whether it is the compressed form of a file that is there too. */
static bool files_is_beside(const char *name)
{
    for (int i = FILES_BROTLI; i <= FILES_GZIP; i++) {
        if (!files_ends_with(name, files_encodings[i].suffix))
            continue;
        CLEAN_FREE char *base = memory_string(name);
        base[strlen(base) - strlen(files_encodings[i].suffix)] = '\0';
        struct stat about;
        return stat(base, &about) == 0 && S_ISREG(about.st_mode);
    }
    return false;
}

static bool files_walk(struct edge_files *files, const char *folder, const char *prefix, int depth,
                       char **out_error)
{
    DIR *directory = depth < FILES_DEPTH_LIMIT ? opendir(folder) : NULL;
    if (!directory) {
        *out_error = memory_print("cannot read the folder %s: %s", folder,
                                  depth < FILES_DEPTH_LIMIT ? strerror(errno) : "too deep");
        return false;
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        CLEAN_FREE char *name = memory_print("%s/%s", folder, entry->d_name);
        CLEAN_FREE char *path = memory_print("%s%s", prefix, entry->d_name);
        struct stat about;
        if (stat(name, &about) != 0) {
            continue; /* a link to nothing */
        } else if (S_ISDIR(about.st_mode)) {
            CLEAN_FREE char *below = memory_print("%s/", path);
            good = files_walk(files, name, below, depth + 1, out_error);
        } else if (S_ISREG(about.st_mode) && !files_is_beside(name) && !files_add(files, name, path)) {
            *out_error = memory_print("cannot read the file %s: %s", name, strerror(errno));
            good = false;
        }
    }
    closedir(directory);
    return good;
}

struct edge_files *edge_files_load(const char *folder, char **out_error)
{
    struct edge_files *files = memory_alloc(sizeof(*files));
    char *error = NULL;
    if (!files_walk(files, folder, "", 0, &error)) {
        *out_error = error;
        edge_files_free(&files);
    }
    return files;
}

void edge_files_free(struct edge_files **files)
{
    if (!*files)
        return;
    map_for_each (entry, &(*files)->map) {
        struct file *file = entry->value;
        for (int i = 0; i < FILES_ENCODING_COUNT; i++)
            frame_unref(&file->bodies[i]);
        free(file->path);
        free(file);
    }
    map_clear(&(*files)->map);
    memory_free(files);
}

/* RFC 9110, 12.5.3: listed and not with a weight of 0. */
static bool files_accepts(const char *accept, const char *encoding)
{
    size_t size = strlen(encoding);
    while (*accept) {
        accept += strspn(accept, " \t,");
        size_t length = strcspn(accept, ",");
        size_t name = strcspn(accept, ",; \t");
        if (name == size && strncasecmp(accept, encoding, size) == 0) {
            const char *weight = memmem(accept, length, "q=", 2);
            return !weight || strspn(weight + 2, "0.") < length - (size_t)(weight + 2 - accept);
        }
        accept += length;
    }
    return false;
}

/* RFC 9110, 13.1.2: a list of tags, weak or not, or any. */
static bool files_matches(const char *tags, const char *etag)
{
    size_t size = strlen(etag);
    if (strcmp(tags, "*") == 0)
        return true;
    for (const char *at = tags; (at = strstr(at, etag)); at += size)
        if (at[size] == '\0' || at[size] == ',' || at[size] == ' ' || at[size] == '\t')
            return true;
    return false;
}

bool edge_request_answer_file(struct edge_request *request, const struct edge_files *files, const char *path)
{
    const struct file *file = map_get(&files->map, path);
    if (!file || (request->head.method != EDGE_GET && request->head.method != EDGE_HEAD))
        return false;
    enum files_encoding encoding = FILES_BROTLI;
    while (encoding < FILES_PLAIN &&
           (!file->bodies[encoding] ||
            !files_accepts(request->head.headers[HEAD_ACCEPT_ENCODING], files_encodings[encoding].name)))
        encoding++;
    bool immutable = strncmp(path, "assets/", 7) == 0;
    bool fresh = files_matches(request->head.headers[HEAD_IF_NONE_MATCH], file->etag[encoding]);
    const struct edge_header headers[] = {
        {"content-type", file->type},
        {"cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache"},
        {"etag", file->etag[encoding]},
        {"vary", "accept-encoding"},
        {encoding == FILES_PLAIN || fresh ? NULL : "content-encoding", files_encodings[encoding].name},
        {NULL, NULL},
    };
    edge_request_answer(request, fresh ? 304 : 200, headers, fresh ? NULL : file->bodies[encoding]);
    return true;
}
