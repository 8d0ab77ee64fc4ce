/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rocks/scan.h - reads a range of keys and gets past damaged blocks.
 *
 * A scan walks the keys that start with a prefix and go on with a big-endian number (the position:
 * a time, an id, a series) between two bounds. When a block is damaged, the scan looks for the
 * nearest position behind it that can be read, goes on there and sets is_damaged.
 */
#pragma once

#include "store/rocks/db.h"

enum { SCAN_PREFIX_MAX_BYTES = 24 };

typedef struct Scan {
    rocksdb_iterator_t *it;
    rocksdb_readoptions_t *options;
    uint8_t lower[SCAN_PREFIX_MAX_BYTES]; /* bounds of the iterator; RocksDB keeps pointers */
    uint8_t upper[SCAN_PREFIX_MAX_BYTES];
    uint8_t prefix[SCAN_PREFIX_MAX_BYTES];
    size_t prefix_len;
    size_t position_bytes; /* 4 or 8 */
    uint64_t position;     /* of the current key */
    uint64_t last;
    bool is_damaged; /* something was left out; the user may reset it */
    bool is_at_key;
    char *rocks_error; /* what ended the scan, other than damage */
} Scan;

/*
 * An iterator over the keys [lower, upper) of a family. snapshot may be NULL. Close it with
 * scan_done() before the family's handle goes.
 */
void scan_init(Scan *scan, const Db *db, rocksdb_column_family_handle_t *cf,
               const rocksdb_snapshot_t *snapshot, Str lower, Str upper);
void scan_done(Scan *scan);

/* Over the keys of one kind of one tenant in a day family. */
void scan_init_kind(Scan *scan, const Db *db, const Day *day, const rocksdb_snapshot_t *snapshot,
                    uint32_t tenant, DayKind kind);

/* Goes to the first key prefix + position with first <= position <= last. */
void scan_seek(Scan *scan, Str prefix, size_t position_bytes, uint64_t first, uint64_t last);

/* The current key and value, borrowed until the next call; false at the end. */
bool scan_get(Scan *scan, Str *ret_key, Str *ret_value);
void scan_next(Scan *scan);

/* False when something else than damage ended the scan. */
bool scan_ok(Scan *scan, Err *err) MUST_CHECK;

/* For one: 1 at the last key at or before prefix + position, 0 when there is none. Damage counts
 * as none and is noted. */
bool scan_seek_last(Scan *scan, Str prefix, size_t position_bytes, uint64_t position);
