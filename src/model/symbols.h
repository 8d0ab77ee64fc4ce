/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/symbols.h - the tables that give stacks their names: strings, functions, locations,
 * mappings.
 *
 * One type for both directions: an upload brings a table of its own, a query borrows the tables of
 * the store. All references are indexes into the arrays beside them and always valid; strings[0] is
 * "". Plain data without ownership: whoever built the arrays (an arena, a store snapshot) frees
 * them.
 */
#pragma once

#include "base/str.h"

enum {
    SYM_HAS_FUNCTIONS = 1,
    SYM_HAS_FILENAMES = 2,
    SYM_HAS_LINE_NUMBERS = 4,
    SYM_HAS_INLINE_FRAMES = 8,
};

typedef struct SymMapping {
    uint64_t memory_start;
    uint64_t memory_limit;
    uint64_t file_offset;
    uint32_t filename; /* string */
    uint32_t build_id; /* string; the raw one: version labels live with the series */
    uint8_t flags;     /* SYM_HAS_* */
} SymMapping;

typedef struct SymFunction {
    uint32_t name;        /* string */
    uint32_t system_name; /* string */
    uint32_t filename;    /* string */
    int32_t start_line;   /* 0: unknown */
} SymFunction;

typedef struct SymLine {
    uint32_t function;
    int32_t line; /* 0: unknown */
} SymLine;

/* An address with its lines: innermost inlined function first, the physical function last. */
typedef struct SymLocation {
    uint64_t address;
    uint32_t mapping;    /* index + 1; 0: none */
    uint32_t first_line; /* index into lines */
    uint32_t n_lines;    /* 0: not symbolised */
    bool is_folded;
} SymLocation;

/* A call stack: leaf first. */
typedef struct SymStack {
    uint32_t first_location; /* index into stack_locations */
    uint32_t n_locations;    /* 0: an empty stack is legal */
} SymStack;

typedef struct Symbols {
    const Str *strings;
    const SymMapping *mappings;
    const SymFunction *functions;
    const SymLine *lines;
    const SymLocation *locations;
    const SymStack *stacks;
    const uint32_t *stack_locations; /* location indexes of all stacks, leaf first within a stack */
    uint32_t n_strings;
    uint32_t n_mappings;
    uint32_t n_functions;
    uint32_t n_lines;
    uint32_t n_locations;
    uint32_t n_stacks;
    uint32_t n_stack_locations;
} Symbols;
