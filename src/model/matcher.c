/* SPDX-License-Identifier: Apache-2.0 */
#include "model/matcher.h"

#include "regex/regex.h"

struct Matcher {
    Str name;
    Str value;
    MatchOp op;
    Regex *regex;        /* NULL when literals decide */
    const Str *literals; /* sorted; what a=~"x|y" means */
    size_t n_literals;
};

static bool is_regex_meta(char c)
{
    return c != '\0' && strchr("\\.+*?()[]{}^$", c) != NULL;
}

/*
 * An alternation of plain words is what multi-value variables produce ("a|b|c"); a set lookup then
 * does the work of the expression.
 */
static bool split_literals(Matcher *matcher, Arena *arena, Err *err)
{
    size_t n = 1;

    for (size_t i = 0; i < matcher->value.len; i++) {
        if (is_regex_meta(matcher->value.ptr[i]) || matcher->value.ptr[i] == '\0') {
            return true;
        }
        n += matcher->value.ptr[i] == '|';
    }
    Str *literals = ARENA_NEW(arena, Str, n);
    if (literals == NULL) {
        return err_no_memory(err);
    }
    Str rest = matcher->value;
    for (size_t i = 0; str_next(&rest, '|', &literals[i]); i++) {
    }
    qsort(literals, n, sizeof(*literals), str_cmp_qsort);
    matcher->literals = literals;
    matcher->n_literals = n;
    return true;
}

static size_t count_expressions(const Matchers *matchers)
{
    size_t n = 0;

    for (size_t i = 0; i < matchers->n; i++) {
        n += matchers->items[i]->regex != NULL;
    }
    return n;
}

static bool check_expressions(size_t n, Err *err)
{
    return n <= MATCHERS_MAX_EXPRESSIONS ||
           err_set(err, ERR_INVALID_ARGUMENT, "more than %d regular expressions",
                   MATCHERS_MAX_EXPRESSIONS);
}

bool matchers_add(Matchers *matchers, Str name, MatchOp op, Str value, Arena *arena, Err *err)
{
    Matcher *matcher = ARENA_NEW(arena, Matcher, 1);
    const Matcher **items = ARENA_NEW(arena, const Matcher *, matchers->n + 1);

    if (matcher == NULL || items == NULL) {
        return err_no_memory(err);
    }
    matcher->name = arena_str(arena, name);
    matcher->value = arena_str(arena, value);
    matcher->op = op;
    if (matcher->name.ptr == NULL || matcher->value.ptr == NULL) {
        return err_no_memory(err);
    }
    if (op == MATCH_RE || op == MATCH_NRE) {
        if (!split_literals(matcher, arena, err)) {
            return false;
        }
        if (matcher->literals == NULL &&
            (!check_expressions(count_expressions(matchers) + 1, err) ||
             !regex_compile(matcher->value, &matcher->regex, err))) {
            return false;
        }
    }
    for (size_t i = 0; i < matchers->n; i++) {
        items[i] = matchers->items[i];
    }
    items[matchers->n] = matcher;
    *matchers = (Matchers){ items, matchers->n + 1 };
    return true;
}

bool matchers_append(Matchers *a, Matchers *b, Arena *arena, Err *err)
{
    const Matcher **items = ARENA_NEW(arena, const Matcher *, a->n + b->n);

    if (!check_expressions(count_expressions(a) + count_expressions(b), err)) {
        return false;
    }
    if (items == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < a->n; i++) {
        items[i] = a->items[i];
    }
    for (size_t i = 0; i < b->n; i++) {
        items[a->n + i] = b->items[i];
    }
    *a = (Matchers){ items, a->n + b->n };
    *b = (Matchers){ 0 };
    return true;
}

void matchers_done(Matchers *matchers)
{
    for (size_t i = 0; i < matchers->n; i++) {
        regex_free(matchers->items[i]->regex);
    }
    *matchers = (Matchers){ 0 };
}

Str matcher_name(const Matcher *matcher)
{
    return matcher->name;
}

MatchOp matcher_op(const Matcher *matcher)
{
    return matcher->op;
}

Str matcher_value(const Matcher *matcher)
{
    return matcher->value;
}

static bool expression_matches(const Matcher *matcher, Str value)
{
    if (matcher->literals != NULL) {
        return bsearch(&value, matcher->literals, matcher->n_literals, sizeof(Str),
                       str_cmp_qsort) != NULL;
    }
    return regex_full_match(matcher->regex, value);
}

bool matcher_matches(const Matcher *matcher, Str value)
{
    switch (matcher->op) {
    case MATCH_EQ:
        return str_eq(matcher->value, value);
    case MATCH_NE:
        return !str_eq(matcher->value, value);
    case MATCH_RE:
        return expression_matches(matcher, value);
    case MATCH_NRE:
        return !expression_matches(matcher, value);
    }
    return false;
}

bool matcher_literals(const Matcher *matcher, const Str **ret_values, size_t *ret_n)
{
    const Str *values = matcher->literals;
    size_t n = matcher->n_literals;

    if (matcher->op == MATCH_EQ) {
        values = &matcher->value;
        n = 1;
    } else if (matcher->op != MATCH_RE || values == NULL) {
        return false;
    }
    /* an empty literal also selects series without the label, which no list of values can say */
    if (values[0].len == 0) {
        return false;
    }
    *ret_values = values;
    *ret_n = n;
    return true;
}

bool matchers_match(Matchers matchers, Labels labels)
{
    for (size_t i = 0; i < matchers.n; i++) {
        const Matcher *matcher = matchers.items[i];
        if (!matcher_matches(matcher, labels_get(labels, matcher->name))) {
            return false;
        }
    }
    return true;
}
