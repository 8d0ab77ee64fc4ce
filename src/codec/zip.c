/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/zip.h"

#include <libdeflate.h>

enum {
    END_RECORD = 22,
    DIRECTORY_HEADER = 46,
    LOCAL_HEADER = 30,
    MAX_LOCAL_EXTRA = 65535,
};

static uint16_t u16(const char *p)
{
    return (uint16_t)((unsigned char)p[0] | (unsigned char)p[1] << 8);
}

static uint32_t u32(const char *p)
{
    return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static bool damaged(Err *err)
{
    return err_set(err, ERR_INVALID_ARGUMENT, "the archive is damaged");
}

bool zip_find_directory(Str tail, uint64_t archive_bytes, ZipDirectory *ret_directory, Err *err)
{
    size_t at = tail.len;

    if (tail.len > archive_bytes) {
        return damaged(err);
    }
    for (size_t i = tail.len < END_RECORD ? 0 : tail.len - END_RECORD + 1; i > 0; i--) {
        if (memcmp(tail.ptr + i - 1, "PK\5\6", 4) == 0) {
            at = i - 1;
            break;
        }
    }
    if (at == tail.len) {
        return err_set(err, ERR_INVALID_ARGUMENT, "this is no zip archive");
    }
    const char *end = tail.ptr + at;
    uint32_t bytes = u32(end + 12);
    uint32_t offset = u32(end + 16);
    if (u16(end + 4) != 0 || bytes == UINT32_MAX || offset == UINT32_MAX) {
        return err_set(err, ERR_UNIMPLEMENTED, "zip archives of this kind are not read");
    }
    if ((uint64_t)offset + bytes > archive_bytes - tail.len + at) {
        return damaged(err);
    }
    *ret_directory = (ZipDirectory){ offset, bytes };
    return true;
}

bool zip_find_entry(Str directory, Str name, ZipEntry *ret_entry, Err *err)
{
    Str rest = directory;

    while (rest.len > 0) {
        const char *p = rest.ptr;
        if (rest.len < DIRECTORY_HEADER || memcmp(p, "PK\1\2", 4) != 0) {
            return damaged(err);
        }
        size_t name_bytes = u16(p + 28);
        size_t all = DIRECTORY_HEADER + name_bytes + u16(p + 30) + u16(p + 32);
        if (all > rest.len) {
            return damaged(err);
        }
        if (str_eq(str_first(str_skip(rest, DIRECTORY_HEADER), name_bytes), name)) {
            *ret_entry = (ZipEntry){ .offset = u32(p + 42),
                                     .packed_bytes = u32(p + 20),
                                     .bytes = u32(p + 24),
                                     .crc = u32(p + 16),
                                     .method = u16(p + 10) };
            uint64_t local =
                (uint64_t)LOCAL_HEADER + name_bytes + MAX_LOCAL_EXTRA + ret_entry->packed_bytes;
            ret_entry->local_bytes = (uint32_t)MIN(local, (uint64_t)UINT32_MAX);
            return true;
        }
        rest = str_skip(rest, all);
    }
    return err_set(err, ERR_NOT_FOUND, "the archive has no file \"%.*s\"", STR_ARG(name));
}

/* Exactly entry->bytes bytes of plain text behind what out holds. */
static bool inflate(Str packed, const ZipEntry *entry, Buf *out, Err *err)
{
    size_t written = 0;

    if (entry->bytes == 0) {
        return true;
    }
    if (!buf_reserve(out, entry->bytes)) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "the file is too large");
    }
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (decompressor == NULL) {
        return err_no_memory(err);
    }
    enum libdeflate_result result = libdeflate_deflate_decompress(
        decompressor, packed.ptr, packed.len, out->ptr + out->len, entry->bytes, &written);
    libdeflate_free_decompressor(decompressor);
    if (result != LIBDEFLATE_SUCCESS || written != entry->bytes) {
        return damaged(err);
    }
    out->len += written;
    return true;
}

bool zip_read_entry(Str local, const ZipEntry *entry, Buf *out, Err *err)
{
    size_t before = out->len;

    if (local.len < LOCAL_HEADER || memcmp(local.ptr, "PK\3\4", 4) != 0) {
        return damaged(err);
    }
    if ((u16(local.ptr + 6) & 1) != 0 || (entry->method != 0 && entry->method != 8)) {
        return err_set(err, ERR_UNIMPLEMENTED, "the file is packed in a way that is not read");
    }
    size_t head = LOCAL_HEADER + (size_t)u16(local.ptr + 26) + u16(local.ptr + 28);
    if (head > local.len || entry->packed_bytes > local.len - head) {
        return damaged(err);
    }
    Str packed = str_first(str_skip(local, head), entry->packed_bytes);
    if (entry->bytes > out->limit - MIN(out->len, out->limit)) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "the file is too large");
    }
    if (entry->method == 8) {
        if (!inflate(packed, entry, out, err)) {
            return false;
        }
    } else if (packed.len != entry->bytes) {
        return damaged(err);
    } else {
        buf_add(out, packed);
    }
    if (!buf_ok(out)) {
        return err_no_memory(err);
    }
    Str plain = str_skip(buf_str(out), before);
    return libdeflate_crc32(0, plain.ptr, plain.len) == entry->crc ||
           err_set(err, ERR_INVALID_ARGUMENT, "the file has a wrong checksum");
}
