/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/matcher.h - label selectors: {service_name="shop",pod=~"a|b"}.
 *
 * Grammar and meaning: query.md section 2 (that of a Prometheus metric selector). An absent label
 * and an empty value are the same. Immutable once parsed; may be used by several threads.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/labels.h"

typedef enum MatchOp {
    MATCH_EQ,
    MATCH_NE,
    MATCH_RE,
    MATCH_NRE,
} MatchOp;

typedef struct Matcher Matcher;

typedef struct Matchers {
    const Matcher *const *items; /* [n], all must match */
    size_t n;
} Matchers;

/* Limits of selector_parse(). */
#define SELECTOR_MAX_BYTES KiB(64)

enum { SELECTOR_MAX_MATCHERS = 256 };

/* Regular expressions of all matchers together: one may cost 50 ms and several MB. */
enum { MATCHERS_MAX_EXPRESSIONS = 32 };

/*
 * Parses a selector. Empty text means {}. Matchers (and their compiled expressions) live until
 * matchers_done(); the texts are copied into the arena.
 * Errors: INVALID_ARGUMENT with "line:column: parse error: reason"; RESOURCE_EXHAUSTED.
 */
bool selector_parse(Str text, Arena *arena, Matchers *ret_matchers, Err *err) MUST_CHECK;

/*
 * One more matcher, for example the profile type. MATCH_RE and MATCH_NRE compile value. Errors:
 * INVALID_ARGUMENT (bad expression, more than MATCHERS_MAX_EXPRESSIONS); RESOURCE_EXHAUSTED.
 */
bool matchers_add(Matchers *matchers, Str name, MatchOp op, Str value, Arena *arena,
                  Err *err) MUST_CHECK;

/* All of b behind a; b is empty afterwards. Errors: as matchers_add(). */
bool matchers_append(Matchers *a, Matchers *b, Arena *arena, Err *err) MUST_CHECK;

/* Frees what the arena does not hold (compiled expressions). */
void matchers_done(Matchers *matchers);

Str matcher_name(const Matcher *matcher);
MatchOp matcher_op(const Matcher *matcher);
Str matcher_value(const Matcher *matcher);

/* Whether a value satisfies the matcher; an absent label is asked as the empty text. */
bool matcher_matches(const Matcher *matcher, Str value);

/* When the matcher is true for exactly these non-empty values (a=..., a=~"x|y"), gives them; else
 * false. */
bool matcher_literals(const Matcher *matcher, const Str **ret_values, size_t *ret_n);

bool matchers_match(Matchers matchers, Labels labels);
