/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fdp(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); /* read-only, or written and checked before */
    }
}

bool file_read(const char *path, Buf *buf, Err *err)
{
    CLEANUP(close_fdp) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        ErrCode code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_INTERNAL;
        return err_set_errno(err, code, errno, "could not open \"%s\"", path);
    }
    for (;;) {
        if (buf->len == buf->limit) {
            char more;
            ssize_t n = read(fd, &more, 1);
            if (n == 0) {
                return true;
            }
            return err_set(err, ERR_RESOURCE_EXHAUSTED, "\"%s\" is larger than %zu bytes", path,
                           buf->limit);
        }
        size_t room = MIN(KiB(64), buf->limit - buf->len);
        if (!buf_reserve(buf, room)) {
            return err_no_memory(err);
        }
        ssize_t n = read(fd, buf->ptr + buf->len, room);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_set_errno(err, ERR_INTERNAL, errno, "could not read \"%s\"", path);
        }
        if (n == 0) {
            return true;
        }
        buf->len += (size_t)n;
    }
}

bool file_write(const char *path, Str content, Err *err)
{
    CLEANUP(close_fdp) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0) {
        return err_set_errno(err, ERR_INTERNAL, errno, "could not create \"%s\"", path);
    }
    while (content.len > 0) {
        ssize_t n = write(fd, content.ptr, content.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_set_errno(err, ERR_INTERNAL, errno, "could not write \"%s\"", path);
        }
        content = str_skip(content, (size_t)n);
    }
    return true;
}

bool dir_create(const char *path, Err *err)
{
    char *copy CLEANUP(freep) = str_dup(str_from(path));

    if (copy == NULL) {
        return err_no_memory(err);
    }
    for (char *p = copy + 1; *copy != '\0'; p++) {
        if (*p != '/' && *p != '\0') {
            continue;
        }
        bool last = *p == '\0';
        *p = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
            return err_set_errno(err, ERR_INTERNAL, errno, "could not create directory \"%s\"",
                                 copy);
        }
        if (last) {
            break;
        }
        *p = '/';
    }
    return true;
}

static int remove_entry(const char *path, const struct stat *st UNUSED, int type UNUSED,
                        struct FTW *ftw UNUSED)
{
    return remove(path);
}

bool dir_remove(const char *path, Err *err)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT) {
        return err_set_errno(err, ERR_INTERNAL, errno, "could not remove \"%s\"", path);
    }
    return true;
}
