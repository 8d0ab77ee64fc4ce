/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of the embedded store: a row, or one or two delta rows of symbols. The first byte chooses
 * the kind, the second the first id.
 */
#include "base/macros.h"
#include "store/rocks/row.h"
#include "store/rocks/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_row(Str value)
{
    RowScratch scratch = { 0 };
    Row row;
    int64_t total;
    bool has_total = row_total(value, &total);

    if (row_decode(value, &scratch, &row)) {
        CHECK(has_total && total == row.total);
        for (size_t i = 0; i < row.n; i++) {
            CHECK(i == 0 || row.entries[i].stack >= row.entries[i - 1].stack);
            CHECK(row.entries[i].span <= row.n_spans);
        }
    }
    row_scratch_done(&scratch);
}

static void check_references(const Symbols *symbols)
{
    CHECK(symbols->n_strings > 0 && symbols->strings[0].len == 0);
    for (uint32_t i = 0; i < symbols->n_stack_locations; i++) {
        CHECK(symbols->stack_locations[i] < symbols->n_locations);
    }
    for (uint32_t i = 0; i < symbols->n_lines; i++) {
        CHECK(symbols->lines[i].function < symbols->n_functions);
    }
    for (uint32_t i = 0; i < symbols->n_functions; i++) {
        CHECK(symbols->functions[i].name < symbols->n_strings);
    }
}

static void decode_symbols(SymKind kind, uint32_t first_id, Str value)
{
    SymTable *table = symtable_create();

    if (table == NULL) {
        return;
    }
    Str half = str_first(value, value.len / 2);
    if (symtable_add(table, kind, first_id, value) &&
        symtable_add(table, (SymKind)((kind + 1) % SYM_KINDS), 0, half) && symtable_finish(table)) {
        check_references(&table->symbols);
    }
    symtable_destroy(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    Str value = { (const char *)data + 2, size - 2 };
    if (data[0] % (SYM_KINDS + 1) == SYM_KINDS) {
        decode_row(value);
    } else {
        decode_symbols((SymKind)(data[0] % (SYM_KINDS + 1)), data[1], value);
    }
    return 0;
}
