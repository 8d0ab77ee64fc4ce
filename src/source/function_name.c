/* SPDX-License-Identifier: Apache-2.0 */
#include "source/function_name.h"

#include "source/go_path.h"

/* "(*conn).serve" and "conn.serve" behind the import path: the type of the receiver. */
static Str go_receiver(Str function)
{
    size_t slash =
        str_rfind_char(str_first(function, MIN(function.len, str_find_char(function, '['))), '/');
    Str symbol = slash == STR_NPOS ? function : str_skip(function, slash + 1);
    size_t dot = str_find_char(symbol, '.');
    symbol = dot == STR_NPOS ? STR_EMPTY : str_skip(symbol, dot + 1);
    if (str_starts_with(symbol, STR("(*"))) {
        symbol = str_skip(symbol, 2);
    }
    size_t end = 0;
    while (end < symbol.len && strchr(".)[", symbol.ptr[end]) == NULL) {
        end++;
    }
    return end == symbol.len ? STR_EMPTY : str_first(symbol, end);
}

static FunctionName go_name(Str function)
{
    FunctionName found = { .name = go_function_bare_name(function),
                           .owner = go_receiver(function),
                           .has_owner = true,
                           .inner = go_function_is_closure(function) };

    if (str_eq(found.name, found.owner)) {
        found.owner = STR_EMPTY; /* "main.run.func1": the outer function, not a type */
    }
    /* closures of package variables belong to no function; wrappers of method values have none */
    if (str_eq(found.name, STR("glob")) || found.name.len == 0 ||
        str_ends_with(function, STR("-fm"))) {
        found.name = STR_EMPTY;
    }
    return found;
}

/* "./index.js:handler:47" */
static Str javascript_name(Str function)
{
    Str file;
    Str rest;
    Str name;
    Str line;

    if (!str_cut(function, ':', &file, &rest)) {
        return function;
    }
    return str_cut(rest, ':', &name, &line) ? name : rest;
}

/* Behind the last qualifier; "" for names that no text holds: <lambda>, <init>, lambda$main$0. */
static Str last_part(Str name)
{
    for (size_t i = name.len; i > 0; i--) {
        if (strchr(".:#/", name.ptr[i - 1]) != NULL) {
            name = str_skip(name, i);
            break;
        }
    }
    for (size_t i = 0; i < name.len; i++) {
        if (strchr("<$ (", name.ptr[i]) != NULL) {
            return STR_EMPTY;
        }
    }
    return str_eq(name, STR("anonymous")) ? STR_EMPTY : name;
}

FunctionName function_name_parse(RuleLanguage language, Str function)
{
    if (language == RULE_GO) {
        return go_name(function);
    }
    Str name = language == RULE_JAVASCRIPT ? javascript_name(function) : function;
    name = str_first(name, MIN(name.len, str_find_char(name, '(')));
    return (FunctionName){ .name = last_part(name), .owner = STR_EMPTY };
}
