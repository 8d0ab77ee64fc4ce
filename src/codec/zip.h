/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/zip.h - one entry of a zip archive (PKWARE APPNOTE 4.3), found without having all of it:
 * the end of the archive says where the directory is, the directory says where the entry is.
 *
 * Pure. No zip64, no encryption, one disk: what module archives are.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum {
    ZIP_END_BYTES = 22 + 65535, /* the longest end record with its comment */
};

typedef struct ZipDirectory {
    uint64_t offset; /* in the archive */
    uint32_t bytes;
} ZipDirectory;

/*
 * tail: the last bytes of an archive of archive_bytes. Errors: INVALID_ARGUMENT (no end record in
 * it, or one that points outside); UNIMPLEMENTED (zip64, several disks).
 */
bool zip_find_directory(Str tail, uint64_t archive_bytes, ZipDirectory *ret_directory,
                        Err *err) MUST_CHECK;

typedef struct ZipEntry {
    uint64_t offset; /* of the local header */
    uint32_t packed_bytes;
    uint32_t bytes;
    uint32_t crc;
    uint16_t method;      /* 0 stored, 8 deflated */
    uint32_t local_bytes; /* at least as many as local header, its texts and the data can have */
} ZipEntry;

/* Errors: INVALID_ARGUMENT (damaged); NOT_FOUND. */
bool zip_find_entry(Str directory, Str name, ZipEntry *ret_entry, Err *err) MUST_CHECK;

/*
 * local: the archive from entry->offset on, at least up to the end of the data. Appends the
 * content. Errors: INVALID_ARGUMENT (damaged, wrong checksum); UNIMPLEMENTED (method);
 * RESOURCE_EXHAUSTED (more than the limit of out).
 */
bool zip_read_entry(Str local, const ZipEntry *entry, Buf *out, Err *err) MUST_CHECK;
