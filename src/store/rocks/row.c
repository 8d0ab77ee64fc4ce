/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks/row.h"

#include "base/vec.h"
#include "store/rocks/wire.h"

enum {
    ROW_HAS_SPANS = 1,
    ROW_KNOWN_FLAGS = ROW_HAS_SPANS,
    RADIX_BITS = 8,
    RADIX_SIZE = 1 << RADIX_BITS,
};

void row_scratch_done(RowScratch *scratch)
{
    free(scratch->items);
    *scratch = (RowScratch){ 0 };
}

static uint32_t sort_key(const RowEntry *entry, bool by_span)
{
    return by_span ? entry->span : entry->stack;
}

/* One stable pass over a digit. */
static void radix_pass(const RowEntry *from, RowEntry *to, size_t n, bool by_span, unsigned shift)
{
    size_t at[RADIX_SIZE] = { 0 };
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        at[(sort_key(&from[i], by_span) >> shift) & (RADIX_SIZE - 1)]++;
    }
    for (size_t digit = 0; digit < RADIX_SIZE; digit++) {
        size_t count = at[digit];
        at[digit] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[at[(sort_key(&from[i], by_span) >> shift) & (RADIX_SIZE - 1)]++] = from[i];
    }
}

/* Sorts by one of the two numbers; the result is in *entries, which may be swapped with *spare. */
static void radix_sort(RowEntry **entries, RowEntry **spare, size_t n, bool by_span)
{
    uint32_t all = 0;

    for (size_t i = 0; i < n; i++) {
        all |= sort_key(&(*entries)[i], by_span);
    }
    for (unsigned shift = 0; shift < 32 && (all >> shift) != 0; shift += RADIX_BITS) {
        radix_pass(*entries, *spare, n, by_span, shift);
        RowEntry *sorted = *spare;
        *spare = *entries;
        *entries = sorted;
    }
}

size_t row_normalise(RowEntry *entries, RowEntry *spare, size_t n)
{
    RowEntry *sorted = entries;
    size_t kept = 0;

    radix_sort(&sorted, &spare, n, true);
    radix_sort(&sorted, &spare, n, false);
    /* the result is written over entries: kept <= i, so nothing unread is lost */
    for (size_t i = 0; i < n;) {
        RowEntry merged = sorted[i++];
        while (i < n && sorted[i].stack == merged.stack && sorted[i].span == merged.span) {
            merged.value = sat_add_i64(merged.value, sorted[i++].value);
        }
        if (merged.value != 0) {
            entries[kept++] = merged;
        }
    }
    return kept;
}

size_t row_max_bytes(size_t n_entries, size_t n_spans)
{
    return 1 + UVARINT_MAX_BYTES + 2 * UVARINT32_MAX_BYTES +
           n_entries * (2 * UVARINT32_MAX_BYTES + UVARINT_MAX_BYTES) + n_spans * ROW_SPAN_BYTES;
}

size_t row_encode(uint8_t *out, const RowEntry *entries, size_t n, const StoreSpan *spans,
                  size_t n_spans)
{
    uint8_t *at = out;
    int64_t total = 0;
    uint32_t previous = 0;

    for (size_t i = 0; i < n; i++) {
        total = sat_add_i64(total, entries[i].value);
    }
    *at++ = n_spans > 0 ? ROW_HAS_SPANS : 0;
    at = put_zigzag(at, total);
    at = put_uvarint(at, n);
    for (size_t i = 0; i < n; i++) {
        at = put_uvarint(at, entries[i].stack - previous);
        at = put_zigzag(at, entries[i].value);
        previous = entries[i].stack;
    }
    if (n_spans == 0) {
        return (size_t)(at - out);
    }
    at = put_uvarint(at, n_spans);
    for (size_t i = 0; i < n_spans; i++) {
        memcpy(at, spans[i].span.bytes, sizeof(spans[i].span.bytes));
        memcpy(at + sizeof(spans[i].span.bytes), spans[i].trace.bytes,
               sizeof(spans[i].trace.bytes));
        at += ROW_SPAN_BYTES;
    }
    for (size_t i = 0; i < n; i++) {
        at = put_uvarint(at, entries[i].span);
    }
    return (size_t)(at - out);
}

static bool read_head(Reader *reader, uint8_t *ret_flags, int64_t *ret_total)
{
    if (reader_left(reader) == 0 || (*reader->at & ~ROW_KNOWN_FLAGS) != 0) {
        return false;
    }
    *ret_flags = *reader->at++;
    return get_zigzag(reader, ret_total);
}

bool row_total(Str value, int64_t *ret_total)
{
    const uint8_t *start = (const uint8_t *)value.ptr;
    Reader reader = { start, start + value.len };
    uint8_t flags;

    return read_head(&reader, &flags, ret_total);
}

static bool read_spans(Reader *reader, RowEntry *entries, Row *row)
{
    uint64_t n_spans;

    if (!get_uvarint(reader, &n_spans) || n_spans > reader_left(reader) / ROW_SPAN_BYTES) {
        return false;
    }
    row->spans = reader->at;
    row->n_spans = (size_t)n_spans;
    reader->at += row->n_spans * ROW_SPAN_BYTES;
    for (size_t i = 0; i < row->n; i++) {
        if (!get_uvarint32(reader, &entries[i].span) || entries[i].span > n_spans) {
            return false;
        }
    }
    return true;
}

bool row_decode(Str value, RowScratch *scratch, Row *ret_row)
{
    const uint8_t *start = (const uint8_t *)value.ptr;
    Reader reader = { start, start + value.len };
    Row row = { 0 };
    uint8_t flags;
    uint64_t n;
    uint64_t stack = 0;

    if (!read_head(&reader, &flags, &row.total) || !get_uvarint(&reader, &n) ||
        n > reader_left(&reader) / 2) { /* an entry has at least two bytes */
        return false;
    }
    row.n = (size_t)n;
    if (row.n > scratch->cap &&
        !vec_grow((void **)&scratch->items, &scratch->cap, row.n, sizeof(*scratch->items))) {
        return false;
    }
    RowEntry *entries = scratch->items;
    for (size_t i = 0; i < row.n; i++) {
        uint32_t delta;
        if (!get_uvarint32(&reader, &delta) || !get_zigzag(&reader, &entries[i].value)) {
            return false;
        }
        stack += delta;
        if (stack > UINT32_MAX) {
            return false;
        }
        entries[i].stack = (uint32_t)stack;
        entries[i].span = 0;
    }
    if ((flags & ROW_HAS_SPANS) != 0 && !read_spans(&reader, entries, &row)) {
        return false;
    }
    row.entries = entries;
    *ret_row = row;
    return reader_left(&reader) == 0;
}
