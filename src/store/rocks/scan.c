/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/scan.h"

#include "store/rocks/wire.h"

void scan_init(Scan *scan, const Db *db, rocksdb_column_family_handle_t *cf,
               const rocksdb_snapshot_t *snapshot, Str lower, Str upper)
{
    *scan = (Scan){ .options = rocksdb_readoptions_create() };
    CHECK(lower.len <= sizeof(scan->lower) && upper.len <= sizeof(scan->upper));
    memcpy(scan->lower, lower.ptr, lower.len);
    memcpy(scan->upper, upper.ptr, upper.len);
    rocksdb_readoptions_set_iterate_lower_bound(scan->options, (const char *)scan->lower,
                                                lower.len);
    rocksdb_readoptions_set_iterate_upper_bound(scan->options, (const char *)scan->upper,
                                                upper.len);
    if (snapshot != NULL) {
        rocksdb_readoptions_set_snapshot(scan->options, snapshot);
    }
    scan->it = rocksdb_create_iterator_cf(db->db, scan->options, cf);
}

void scan_init_kind(Scan *scan, const Db *db, const Day *day, const rocksdb_snapshot_t *snapshot,
                    uint32_t tenant, DayKind kind)
{
    uint8_t lower[5];
    uint8_t upper[5];

    *put_u32be(lower, tenant) = (uint8_t)kind;
    *put_u32be(upper, tenant) = (uint8_t)(kind + 1);
    scan_init(scan, db, day->cf, snapshot, (Str){ (const char *)lower, sizeof(lower) },
              (Str){ (const char *)upper, sizeof(upper) });
}

void scan_done(Scan *scan)
{
    if (scan->it != NULL) {
        rocksdb_iter_destroy(scan->it);
        rocksdb_readoptions_destroy(scan->options);
    }
    if (scan->rocks_error != NULL) {
        rocksdb_free(scan->rocks_error);
    }
    *scan = (Scan){ 0 };
}

static size_t make_key(const Scan *scan, uint64_t position, uint8_t *out)
{
    memcpy(out, scan->prefix, scan->prefix_len);
    uint8_t *end = scan->position_bytes == sizeof(uint32_t)
                       ? put_u32be(out + scan->prefix_len, (uint32_t)position)
                       : put_u64be(out + scan->prefix_len, position);
    return (size_t)(end - out);
}

static void seek(Scan *scan, uint64_t position)
{
    uint8_t key[SCAN_PREFIX_MAX_BYTES + sizeof(uint64_t)];
    size_t len = make_key(scan, position, key);

    rocksdb_iter_seek(scan->it, (const char *)key, len);
}

typedef enum IterState {
    ITER_AT_KEY,
    ITER_AT_END,
    ITER_DAMAGED,
    ITER_FAILED,
} IterState;

/* What the iterator says; a failure other than damage is kept in the scan. */
static IterState iter_state(Scan *scan)
{
    char *rocks_error = NULL;

    if (rocksdb_iter_valid(scan->it)) {
        return ITER_AT_KEY;
    }
    rocksdb_iter_get_error(scan->it, &rocks_error);
    if (rocks_error == NULL) {
        return ITER_AT_END;
    }
    if (db_failure_of(rocks_error) == DB_FAILURE_CORRUPTION) {
        rocksdb_free(rocks_error);
        return ITER_DAMAGED;
    }
    if (scan->rocks_error != NULL) {
        rocksdb_free(scan->rocks_error);
    }
    scan->rocks_error = rocks_error;
    return ITER_FAILED;
}

static IterState seek_state(Scan *scan, uint64_t position)
{
    seek(scan, position);
    return iter_state(scan);
}

/*
 * Behind a damaged block: steps of doubling size until a seek succeeds, then bisection back to the
 * first position that can be read. Only the damaged block itself is lost.
 */
static IterState skip_damage(Scan *scan)
{
    uint64_t bad = scan->position;
    uint64_t good = bad;
    IterState state = ITER_DAMAGED;

    scan->is_damaged = true;
    for (uint64_t step = 1; state == ITER_DAMAGED; step *= 2) {
        if (bad == scan->last) {
            return ITER_AT_END; /* nothing up to the end of the range can be read */
        }
        good = step < scan->last - bad ? bad + step : scan->last;
        state = seek_state(scan, good);
        if (state == ITER_DAMAGED) {
            bad = good;
        }
    }
    while (state != ITER_FAILED && good > bad + 1) {
        uint64_t middle = bad + (good - bad) / 2;
        if (seek_state(scan, middle) == ITER_DAMAGED) {
            bad = middle;
        } else {
            good = middle;
        }
    }
    return state == ITER_FAILED ? ITER_FAILED : seek_state(scan, good);
}

/* After a move: is the iterator at a key of the range? */
static void settle(Scan *scan)
{
    IterState state = iter_state(scan);

    scan->is_at_key = false;
    while (state == ITER_DAMAGED) {
        state = skip_damage(scan);
    }
    if (state != ITER_AT_KEY) {
        return;
    }
    size_t len;
    const uint8_t *key = (const uint8_t *)rocksdb_iter_key(scan->it, &len);
    if (len < scan->prefix_len + scan->position_bytes ||
        memcmp(key, scan->prefix, scan->prefix_len) != 0) {
        return;
    }
    uint64_t position = scan->position_bytes == sizeof(uint32_t)
                            ? get_u32be(key + scan->prefix_len)
                            : get_u64be(key + scan->prefix_len);
    scan->is_at_key = position <= scan->last;
    if (scan->is_at_key) {
        scan->position = position;
    }
}

static void set_range(Scan *scan, Str prefix, size_t position_bytes, uint64_t first, uint64_t last)
{
    CHECK(prefix.len <= sizeof(scan->prefix));
    memcpy(scan->prefix, prefix.ptr, prefix.len);
    scan->prefix_len = prefix.len;
    scan->position_bytes = position_bytes;
    scan->position = first;
    scan->last = last;
}

void scan_seek(Scan *scan, Str prefix, size_t position_bytes, uint64_t first, uint64_t last)
{
    set_range(scan, prefix, position_bytes, first, last);
    scan->is_at_key = false;
    if (scan->rocks_error == NULL) {
        seek(scan, first);
        settle(scan);
    }
}

bool scan_seek_last(Scan *scan, Str prefix, size_t position_bytes, uint64_t position)
{
    uint8_t key[SCAN_PREFIX_MAX_BYTES + sizeof(uint64_t) + 2];

    set_range(scan, prefix, position_bytes, 0, position);
    size_t len = make_key(scan, position, key);
    memset(key + len, 0xFF, 2); /* rows have a sequence number behind the time */
    rocksdb_iter_seek_for_prev(scan->it, (const char *)key, len + 2);
    if (iter_state(scan) == ITER_DAMAGED) {
        scan->is_damaged = true;
    }
    scan->is_at_key = false;
    if (rocksdb_iter_valid(scan->it)) {
        settle(scan);
    }
    return scan->is_at_key;
}

bool scan_get(Scan *scan, Str *ret_key, Str *ret_value)
{
    if (!scan->is_at_key) {
        return false;
    }
    ret_key->ptr = rocksdb_iter_key(scan->it, &ret_key->len);
    ret_value->ptr = rocksdb_iter_value(scan->it, &ret_value->len);
    return true;
}

void scan_next(Scan *scan)
{
    rocksdb_iter_next(scan->it);
    settle(scan);
}

bool scan_ok(Scan *scan, Err *err)
{
    if (scan->rocks_error == NULL) {
        return true;
    }
    return db_error(err, TAKE(scan->rocks_error), "could not read from the store");
}
