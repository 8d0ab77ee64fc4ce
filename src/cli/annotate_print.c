/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of a function: self, total, line number and text, like an editor beside a ledger. */
#include "cli/annotate.h"
#include "cli/format.h"

enum {
    CONTEXT_LINES = 5, /* shown before the first and behind the last costly line */
    VALUE_WIDTH = 11,
};

static void add_cell(Buf *out, int64_t value, Str unit, const char *color)
{
    Buf text = BUF_INIT(128);

    if (value != 0) {
        format_add_value(&text, value, unit);
    } else {
        buf_add_char(&text, '.');
    }
    size_t width = text.len;
    for (size_t i = 0; i < text.len; i++) { /* bytes behind the first of a character take no room */
        width -= ((unsigned char)text.ptr[i] & 0xC0U) == 0x80U;
    }
    buf_add_fill(out, ' ', VALUE_WIDTH > width ? VALUE_WIDTH - width : 1);
    buf_add(out, str_from(color));
    buf_add(out, buf_str(&text));
    if (*color != '\0') {
        buf_add(out, STR("\x1b[0m"));
    }
    buf_done(&text);
}

/* Warmer with a larger share of the hottest line. */
static const char *heat_color(int64_t value, int64_t hottest)
{
    if (value <= 0 || hottest <= 0) {
        return "";
    }
    double share = (double)value / (double)hottest;
    return share > 0.5 ? "\x1b[1;31m" : share > 0.1 ? "\x1b[31m" : "\x1b[33m";
}

typedef struct Listing {
    Buf *out;
    Str unit;
    bool color;
    int64_t hottest_self;
    int64_t hottest_total;
} Listing;

static void add_line(const Listing *listing, int32_t number, const Flameline__V1__Line *line,
                     Str text)
{
    int64_t self = line == NULL ? 0 : line->self;
    int64_t total = line == NULL ? 0 : line->total;

    add_cell(listing->out, self, listing->unit,
             listing->color ? heat_color(self, listing->hottest_self) : "");
    add_cell(listing->out, total, listing->unit,
             listing->color ? heat_color(total, listing->hottest_total) : "");
    if (number == 0) {
        buf_add(listing->out, STR("       -  (no line number)\n"));
        return;
    }
    buf_addf(listing->out, "  %6d  ", number);
    /* control characters of a source file must not reach the terminal */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        buf_add_char(listing->out, c < ' ' && c != '\t' ? ' ' : (char)c);
    }
    buf_add_char(listing->out, '\n');
    for (size_t i = 0; line != NULL && i < MIN(line->n_callees, (size_t)3); i++) {
        const Flameline__V1__Callee *callee = line->callees[i];
        add_cell(listing->out, 0, listing->unit, "");
        add_cell(listing->out, callee->total, listing->unit, "");
        buf_addf(listing->out, "          %s> %s%s\n", listing->color ? "\x1b[2m" : "",
                 callee->name, callee->inlined ? " (inlined)" : "");
        if (listing->color) {
            buf_add(listing->out, STR("\x1b[0m"));
        }
    }
}

static Str take_text_line(Str *rest)
{
    Str line = STR_EMPTY;

    if (str_next(rest, '\n', &line) && line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

static void add_with_text(const Listing *listing, const Flameline__V1__FunctionVersion *version,
                          Str text)
{
    int32_t first = INT32_MAX;
    int32_t last = 0;
    size_t at = 0;
    Str rest = text;

    for (size_t i = 0; i < version->n_lines; i++) {
        int32_t n = version->lines[i]->n;
        if (n > 0) {
            first = MIN(first, n);
            last = MAX(last, n);
        } else {
            add_line(listing, 0, version->lines[i], STR_EMPTY);
        }
    }
    while (at < version->n_lines && version->lines[at]->n == 0) {
        at++;
    }
    for (int32_t number = 1; number <= last + CONTEXT_LINES && rest.ptr != NULL; number++) {
        Str line = take_text_line(&rest);
        const Flameline__V1__Line *cost = NULL;
        if (at < version->n_lines && version->lines[at]->n == number) {
            cost = version->lines[at++];
        }
        if (number >= first - CONTEXT_LINES) {
            add_line(listing, number, cost, line);
        }
    }
    for (; at < version->n_lines; at++) { /* behind the end of the file: the costs stay visible */
        add_line(listing, version->lines[at]->n, version->lines[at],
                 STR("(behind the end of the file)"));
    }
}

static void add_version(Buf *out, const Flameline__V1__FunctionResponse *function,
                        const Flameline__V1__FunctionVersion *version, const SourceResult *source,
                        bool color)
{
    Listing listing = { .out = out, .unit = str_from(function->unit), .color = color };

    for (size_t i = 0; i < version->n_lines; i++) {
        listing.hottest_self = MAX(listing.hottest_self, version->lines[i]->self);
        listing.hottest_total = MAX(listing.hottest_total, version->lines[i]->total);
    }
    buf_addf(out, "%s%s%s  %s\n", color ? "\x1b[1m" : "", function->function,
             color ? "\x1b[0m" : "", version->file);
    add_cell(out, version->self, listing.unit, "");
    add_cell(out, version->total, listing.unit, "");
    buf_add(out, STR("  self, total  "));
    format_add_percent(out, version->total, function->querytotal);
    buf_add(out, STR(" of "));
    format_add_value(out, function->querytotal, listing.unit);
    buf_add_char(out, '\n');
    if (source->state == SOURCE_OK) {
        add_with_text(&listing, version, source->text);
    } else {
        for (size_t i = 0; i < version->n_lines; i++) {
            add_line(&listing, version->lines[i]->n, version->lines[i], STR("?"));
        }
        buf_addf(out, "  no source: %.*s\n", STR_ARG(source->message));
    }
    for (size_t i = 0; i < source->n_warnings; i++) {
        buf_addf(out, "  note: %.*s\n", STR_ARG(source->warnings[i].message));
    }
    buf_add_char(out, '\n');
}

void annotate_add_function(Buf *out, const Flameline__V1__FunctionResponse *function,
                           const SourceResult *sources, bool color)
{
    for (size_t i = 0; i < function->n_versions; i++) {
        add_version(out, function, function->versions[i], &sources[i], color);
    }
}
