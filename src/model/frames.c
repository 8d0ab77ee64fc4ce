/* SPDX-License-Identifier: Apache-2.0 */
#include "model/frames.h"

void location_add_name(Buf *buf, const Symbols *symbols, uint32_t location_at)
{
    const SymLocation *location = &symbols->locations[location_at];

    if (location->mapping != 0) {
        const SymMapping *mapping = &symbols->mappings[location->mapping - 1];
        Str file = symbols->strings[mapping->filename];
        size_t slash = str_rfind_char(file, '/');
        if (file.len > 0) {
            uint64_t offset = location->address - mapping->memory_start + mapping->file_offset;
            buf_add(buf, slash == STR_NPOS ? file : str_skip(file, slash + 1));
            buf_addf(buf, "+0x%llx", (unsigned long long)offset);
            return;
        }
    }
    buf_addf(buf, "0x%llx", (unsigned long long)location->address);
}
