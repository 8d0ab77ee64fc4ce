/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a zip archive. */
#include "codec/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "a/kit.go", "b", "" };
    Str archive = size > 0 ? (Str){ (const char *)data, size } : STR_EMPTY;
    ZipDirectory directory;
    Err err = ERR_INIT;

    if (!zip_find_directory(archive, archive.len, &directory, &err)) {
        return 0;
    }
    CHECK(directory.offset + directory.bytes <= archive.len);
    Str entries = str_first(str_skip(archive, (size_t)directory.offset), directory.bytes);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ZipEntry entry;
        Buf out = BUF_INIT(KiB(64));
        if (zip_find_entry(entries, str_from(names[i]), &entry, &err) &&
            zip_read_entry(str_skip(archive, entry.offset), &entry, &out, &err)) {
            CHECK(out.len == entry.bytes);
        }
        buf_done(&out);
    }
    return 0;
}
