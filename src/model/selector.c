/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of label selectors: recursive descent over the grammar of query.md 2.1.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "model/matcher.h"

typedef struct Parser {
    Str text;
    size_t at;
    Arena *arena;
    Matchers matchers;
    Err *err;
} Parser;

static bool fail(Parser *parser, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);

static bool fail(Parser *parser, size_t at, const char *fmt, ...)
{
    char reason[256];
    va_list args;
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < MIN(at, parser->text.len); i++) {
        column++;
        if (parser->text.ptr[i] == '\n') {
            line++;
            column = 1;
        }
    }
    va_start(args, fmt);
    (void)vsnprintf(reason, sizeof(reason), fmt, args); /* may be cut */
    va_end(args);
    return err_set(parser->err, ERR_INVALID_ARGUMENT, "%zu:%zu: parse error: %s", line, column,
                   reason);
}

static bool at_end(const Parser *parser)
{
    return parser->at >= parser->text.len;
}

static char peek(const Parser *parser)
{
    return at_end(parser) ? '\0' : parser->text.ptr[parser->at];
}

static void skip_blanks(Parser *parser)
{
    while (!at_end(parser)) {
        char c = peek(parser);
        if (c == '#') {
            while (!at_end(parser) && peek(parser) != '\n') {
                parser->at++;
            }
        } else if (ascii_is_space(c)) {
            parser->at++;
        } else {
            return;
        }
    }
}

static bool take_char(Parser *parser, char c)
{
    if (!at_end(parser) && peek(parser) == c) {
        parser->at++;
        return true;
    }
    return false;
}

static bool is_identifier_char(char c, bool first, bool colon)
{
    return ascii_is_alpha(c) || c == '_' || (colon && c == ':') || (!first && ascii_is_digit(c));
}

/* An identifier, empty when there is none here. */
static Str take_identifier(Parser *parser, bool colon)
{
    size_t start = parser->at;

    while (!at_end(parser) && is_identifier_char(peek(parser), parser->at == start, colon)) {
        parser->at++;
    }
    return (Str){ parser->text.ptr + start, parser->at - start };
}

static bool at_string(const Parser *parser)
{
    char c = peek(parser);

    return c == '"' || c == '\'' || c == '`';
}

/* Reads n digits of the base as one number; false when there are fewer. */
static bool take_digits(Parser *parser, unsigned base, size_t n, uint32_t *ret_value)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++) {
        int digit = at_end(parser) ? -1 : ascii_hex_value(peek(parser));
        if (digit < 0 || (unsigned)digit >= base) {
            return false;
        }
        value = value * base + (uint32_t)digit;
        parser->at++;
    }
    *ret_value = value;
    return true;
}

static bool take_escape(Parser *parser, char quote, Buf *out)
{
    static const char names[] = "abfnrtv\\";
    static const char values[] = "\a\b\f\n\r\t\v\\";
    size_t start = parser->at - 1;
    char c = peek(parser);
    const char *name = c == '\0' ? NULL : strchr(names, c);

    if (name != NULL) {
        parser->at++;
        buf_add_char(out, values[name - names]);
        return true;
    }
    if (c == quote) {
        parser->at++;
        buf_add_char(out, quote);
        return true;
    }
    uint32_t code;
    if (c >= '0' && c <= '7') {
        if (!take_digits(parser, 8, 3, &code) || code > 0377) {
            return fail(parser, start, "invalid octal escape in string");
        }
        buf_add_char(out, (char)code);
        return true;
    }
    size_t n_digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (n_digits == 0) {
        return fail(parser, start, "unknown escape sequence in string");
    }
    parser->at++;
    if (!take_digits(parser, 16, n_digits, &code)) {
        return fail(parser, start, "escape needs %zu hexadecimal digits", n_digits);
    }
    if (n_digits == 2) {
        buf_add_char(out, (char)code);
        return true;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return fail(parser, start, "escape is no Unicode character");
    }
    char utf8[4];
    buf_add(out, (Str){ utf8, utf8_encode(code, utf8) });
    return true;
}

static bool take_string_into(Parser *parser, Buf *out)
{
    size_t start = parser->at;
    char quote = peek(parser);

    parser->at++;
    for (;;) {
        if (at_end(parser)) {
            return fail(parser, start, "unterminated string");
        }
        char c = peek(parser);
        parser->at++;
        if (c == quote) {
            return true;
        }
        if (quote != '`' && c == '\n') {
            return fail(parser, start, "unterminated quoted string");
        }
        if (quote != '`' && c == '\\') {
            if (!take_escape(parser, quote, out)) {
                return false;
            }
            continue;
        }
        buf_add_char(out, c);
    }
}

static bool take_string(Parser *parser, Str *ret_text)
{
    Buf out = BUF_INIT(SELECTOR_MAX_BYTES);
    bool ok = take_string_into(parser, &out);

    if (ok) {
        *ret_text = arena_str(parser->arena, buf_str(&out));
        if (!buf_ok(&out) || ret_text->ptr == NULL) {
            ok = err_no_memory(parser->err);
        }
    }
    buf_done(&out);
    return ok;
}

static bool take_operator(Parser *parser, MatchOp *ret_op)
{
    size_t start = parser->at;

    if (take_char(parser, '=')) {
        *ret_op = take_char(parser, '~') ? MATCH_RE : MATCH_EQ;
        return true;
    }
    if (take_char(parser, '!')) {
        if (take_char(parser, '=')) {
            *ret_op = MATCH_NE;
            return true;
        }
        if (take_char(parser, '~')) {
            *ret_op = MATCH_NRE;
            return true;
        }
    }
    return fail(parser, start, "expected one of = != =~ !~ after the label name");
}

static bool add(Parser *parser, size_t at, Str name, MatchOp op, Str value)
{
    if (parser->matchers.n >= SELECTOR_MAX_MATCHERS) {
        return fail(parser, at, "more than %d matchers", SELECTOR_MAX_MATCHERS);
    }
    if (!matchers_add(&parser->matchers, name, op, value, parser->arena, parser->err)) {
        if (parser->err->code == ERR_INVALID_ARGUMENT) {
            char reason[200];
            (void)snprintf(reason, sizeof(reason), "%.199s", parser->err->msg);
            return fail(parser, at, "invalid expression: %s", reason);
        }
        return false;
    }
    return true;
}

static bool parse_matcher(Parser *parser)
{
    size_t start = parser->at;
    bool quoted = at_string(parser);
    Str name;

    if (quoted) {
        if (!take_string(parser, &name)) {
            return false;
        }
    } else {
        name = take_identifier(parser, false);
        if (name.len == 0) {
            return fail(parser, start, "expected a label name or \"}\"");
        }
    }
    skip_blanks(parser);
    if (quoted && (peek(parser) == ',' || peek(parser) == '}')) {
        return add(parser, start, LABEL_NAME, MATCH_EQ, name);
    }
    MatchOp op = MATCH_EQ;
    if (!take_operator(parser, &op)) {
        return false;
    }
    skip_blanks(parser);
    size_t value_at = parser->at;
    if (!at_string(parser)) {
        return fail(parser, value_at, "expected a quoted label value");
    }
    Str value;
    if (!take_string(parser, &value)) {
        return false;
    }
    return add(parser, value_at, name, op, value);
}

static bool parse_braces(Parser *parser)
{
    skip_blanks(parser);
    while (!take_char(parser, '}')) {
        if (!parse_matcher(parser)) {
            return false;
        }
        skip_blanks(parser);
        if (take_char(parser, ',')) {
            skip_blanks(parser);
        } else if (peek(parser) != '}') {
            return fail(parser, parser->at, "expected \",\" or \"}\"");
        }
    }
    return true;
}

static bool parse_selector(Parser *parser)
{
    skip_blanks(parser);
    if (at_end(parser)) {
        return true;
    }
    size_t start = parser->at;
    Str metric = take_identifier(parser, true);
    if (metric.len > 0 && !add(parser, start, LABEL_NAME, MATCH_EQ, metric)) {
        return false;
    }
    skip_blanks(parser);
    if (take_char(parser, '{')) {
        if (!parse_braces(parser)) {
            return false;
        }
    } else if (metric.len == 0) {
        return fail(parser, parser->at, "expected \"{\" or a metric name");
    }
    skip_blanks(parser);
    if (!at_end(parser)) {
        return fail(parser, parser->at, "unexpected text after the selector");
    }
    return true;
}

bool selector_parse(Str text, Arena *arena, Matchers *ret_matchers, Err *err)
{
    if (text.len > SELECTOR_MAX_BYTES) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "1:1: parse error: selector is longer than %zu bytes", SELECTOR_MAX_BYTES);
    }
    Parser parser = { .text = text, .arena = arena, .err = err };
    if (!parse_selector(&parser)) {
        matchers_done(&parser.matchers);
        return false;
    }
    *ret_matchers = parser.matchers;
    return true;
}
