/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/local_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_DEPTH = 64,
};

static int open_dir(Arena *arena, Str dir, SourceFault *fault)
{
    const char *path = arena_text(arena, dir);
    int fd = path != NULL ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd < 0) {
        (void)source_fault_set(fault, SOURCE_REPO_NOT_FOUND, "could not open the directory");
    }
    return fd;
}

/* Opens one segment after the other: O_NOFOLLOW guards the last one only. */
static int open_below(Arena *arena, int root, Str path)
{
    int fd = dup(root);
    Str rest = path;
    Str segment;

    while (fd >= 0 && str_next(&rest, '/', &segment)) {
        const char *name = arena_text(arena, segment);
        bool last =
            rest.ptr == NULL || (rest.len == 0 && segment.ptr + segment.len == path.ptr + path.len);
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (last ? 0 : O_DIRECTORY);
        int next = name != NULL ? openat(fd, name, flags) : -1;
        int saved = errno;
        (void)close(fd); /* read only: nothing can get lost */
        errno = saved;
        fd = next;
    }
    return fd;
}

static bool read_all(int fd, Buf *ret_bytes, SourceFault *fault)
{
    char chunk[16384];

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "could not read the file");
        }
        if (n == 0) {
            return true;
        }
        buf_add(ret_bytes, (Str){ chunk, (size_t)n });
        if (!buf_ok(ret_bytes)) {
            return source_fault_set(fault, SOURCE_TOO_LARGE,
                                    "the file has more than the limit of %zu bytes",
                                    ret_bytes->limit);
        }
    }
}

bool local_directory_read(Arena *arena, Str dir, Str path, Buf *ret_bytes, SourceFault *fault)
{
    int root = open_dir(arena, dir, fault);

    if (root < 0) {
        return false;
    }
    int fd = open_below(arena, root, path);
    bool is_link = fd < 0 && errno == ELOOP;
    struct stat st;
    bool ok = false;
    (void)close(root); /* read only: nothing can get lost */
    if (fd < 0) {
        fault->entry = is_link ? SOURCE_ENTRY_LINK : SOURCE_ENTRY_NONE;
        return source_fault_set(fault, SOURCE_FILE_NOT_FOUND,
                                is_link ? "it is a symbolic link" : "there is no such file");
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        ok = read_all(fd, ret_bytes, fault);
    } else {
        fault->entry = SOURCE_ENTRY_DIRECTORY;
        (void)source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "it is no regular file");
    }
    (void)close(fd); /* read only: nothing can get lost */
    return ok;
}

/* Adds the files of fd, which is closed. False when the builder is full. */
static bool list_below(int fd, char *path, size_t len, int depth, TreeBuilder *builder)
{
    DIR *dir = fdopendir(fd);
    bool ok = true;

    if (dir == NULL) {
        (void)close(fd); /* read only: nothing can get lost */
        return true;
    }
    for (struct dirent *entry = readdir(dir); ok && entry != NULL; entry = readdir(dir)) {
        struct stat st;
        size_t name_len = strlen(entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strcmp(entry->d_name, ".git") == 0 || len + name_len + 2 > PATH_MAX ||
            fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        memcpy(path + len, entry->d_name, name_len + 1);
        if (S_ISREG(st.st_mode)) {
            ok = tree_builder_add(builder, (Str){ path, len + name_len }, TREE_FILE);
        } else if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
            int below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (below >= 0) {
                path[len + name_len] = '/';
                ok = list_below(below, path, len + name_len + 1, depth + 1, builder);
            }
        }
    }
    (void)closedir(dir); /* read only: nothing can get lost */
    return ok;
}

bool local_directory_list(Arena *arena, Str dir, TreeBuilder *builder, SourceFault *fault)
{
    int root = open_dir(arena, dir, fault);
    char path[PATH_MAX];

    if (root < 0) {
        return false;
    }
    if (!list_below(root, path, 0, 0, builder)) {
        tree_builder_mark_truncated(builder);
    }
    return true;
}
