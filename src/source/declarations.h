/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/declarations.h - at which lines a text declares a function.
 *
 * Good enough to tell versions of a file apart, without a parser for each language: Go is exact
 * (gofmt puts every declaration at the left margin), the others know the words that introduce a
 * function, and where those are missing a line that has the name counts.
 */
#pragma once

#include "base/arena.h"
#include "source/function_name.h"

/* A text with the beginnings of its lines. */
typedef struct TextLines {
    Str text;
    uint32_t *starts; /* [n]: offsets */
    size_t n;         /* as an editor counts: a last line without line feed counts */
} TextLines;

/* False when out of memory or over 4 GiB. text is borrowed. */
bool text_lines_create(Arena *arena, Str text, TextLines *ret_lines) MUST_CHECK;

/* Line number (from 1) of an offset, and the text of a line without its line feed. */
size_t text_lines_number(const TextLines *lines, size_t offset);
Str text_lines_at(const TextLines *lines, size_t number); /* "": no such line */

typedef struct Declaration {
    size_t line;
    size_t end; /* Go: last line of its body; otherwise as line */
} Declaration;

/*
 * The name to look for in this text: as function_name_parse() says, but for a Go function that a
 * "//go:linkname local package.name" of the text declares under its local name.
 */
FunctionName declarations_name(const TextLines *lines, RuleLanguage language, Str function);

/*
 * Declarations of that name, by line: ret_found[max] gets the first ones, the result is how many
 * there are, at most max + 1. name.name must not be "".
 */
size_t declarations_find(const TextLines *lines, RuleLanguage language, const FunctionName *name,
                         Declaration *ret_found, size_t max);
