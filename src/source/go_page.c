/* SPDX-License-Identifier: Apache-2.0 */
#include "source/go_page.h"

#include <libxml/HTMLparser.h>

#include "source/path.h"

enum {
    MAX_MODULE_BYTES = 512,
    MAX_WORDS = 5,
};

static bool module_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || strchr("-._~/", c) != NULL;
}

/* "corp.example": at least two labels, the last one of letters, so it is no IP address. */
static bool is_host_name(Str host)
{
    size_t dot = str_rfind_char(host, '.');

    if (dot == STR_NPOS || dot == 0 || dot + 2 >= host.len || host.len > 253) {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool label_end = i + 1 == host.len || host.ptr[i + 1] == '.';
        bool label_start = i == 0 || host.ptr[i - 1] == '.';
        bool ok = ascii_is_alpha(c) || (c == '.' && !label_start) ||
                  (c == '-' && !label_start && !label_end) || (ascii_is_digit(c) && i < dot);
        if (!ok) {
            return false;
        }
    }
    return true;
}

Str go_page_url(Arena *arena, Str base, Str module)
{
    Str host = module;
    Str rest = STR_EMPTY;
    Str clean;

    (void)str_cut(module, '/', &host, &rest); /* without a slash: the host alone */
    if (module.len == 0 || module.len > MAX_MODULE_BYTES || !is_host_name(host) ||
        !path_clean(arena, module, &clean) || !str_eq(clean, module)) {
        return STR_EMPTY;
    }
    for (size_t i = 0; i < module.len; i++) {
        if (!module_char(module.ptr[i])) {
            return STR_EMPTY;
        }
    }
    const char *url = arena_printf(arena, "%.*s%.*s?go-get=1", STR_ARG(base), STR_ARG(module));
    return url != NULL ? str_from(url) : (Str){ NULL, 0 };
}

typedef struct Reader {
    Arena *arena;
    Str module;
    GoPage import; /* root "": none yet */
    GoPage source;
    bool done; /* behind the head */
    htmlParserCtxtPtr parser;
} Reader;

static size_t split_words(Str text, Str words[MAX_WORDS])
{
    size_t n = 0;

    for (size_t i = 0; i < text.len && n < MAX_WORDS;) {
        size_t end = i;
        while (end < text.len && !ascii_is_space(text.ptr[end])) {
            end++;
        }
        if (end > i) {
            words[n++] = str_skip(str_first(text, end), i);
        }
        i = end + 1;
    }
    return n;
}

/* "root vcs repository [directory]" */
static void read_import(Reader *reader, Str content)
{
    Str words[MAX_WORDS];
    size_t n = split_words(content, words);

    if (reader->import.root.len > 0 || n < 3 || n > 4 || !str_eq(words[1], STR("git")) ||
        !path_is_under(reader->module, words[0])) {
        return;
    }
    reader->import =
        (GoPage){ .root = arena_str(reader->arena, words[0]),
                  .address = arena_str(reader->arena, words[2]),
                  .directory = n > 3 ? arena_str(reader->arena, words[3]) : STR_EMPTY };
}

/* "prefix home directory file": the home is of use when it is on GitHub. */
static void read_source(Reader *reader, Str content)
{
    Str words[MAX_WORDS];
    size_t n = split_words(content, words);

    if (reader->source.root.len > 0 || n < 2 || !path_is_under(reader->module, words[0]) ||
        !str_starts_with(words[1], STR("https://github.com/"))) {
        return;
    }
    reader->source = (GoPage){ .root = arena_str(reader->arena, words[0]),
                               .address = arena_str(reader->arena, words[1]),
                               .directory = STR_EMPTY };
}

static void stop(Reader *reader)
{
    reader->done = true;
    xmlStopParser(reader->parser);
}

static void start_element(void *context, const xmlChar *name, const xmlChar **attributes)
{
    Reader *reader = context;
    Str meta = STR_EMPTY;
    Str content = STR_EMPTY;

    if (xmlStrcasecmp(name, BAD_CAST "body") == 0) {
        stop(reader);
    }
    if (reader->done || attributes == NULL || xmlStrcasecmp(name, BAD_CAST "meta") != 0) {
        return;
    }
    for (size_t i = 0; attributes[i] != NULL && attributes[i + 1] != NULL; i += 2) {
        Str value = str_from((const char *)attributes[i + 1]);
        if (xmlStrcasecmp(attributes[i], BAD_CAST "name") == 0) {
            meta = value;
        } else if (xmlStrcasecmp(attributes[i], BAD_CAST "content") == 0) {
            content = value;
        }
    }
    if (str_eq(meta, STR("go-import"))) {
        read_import(reader, content);
    } else if (str_eq(meta, STR("go-source"))) {
        read_source(reader, content);
    }
}

static void end_element(void *context, const xmlChar *name)
{
    if (xmlStrcasecmp(name, BAD_CAST "head") == 0) {
        stop(context);
    }
}

bool go_page_parse(Arena *arena, Str html, Str module, GoPage *ret_page)
{
    Reader reader = { .arena = arena,
                      .module = module,
                      .import = { .root = STR_EMPTY },
                      .source = { .root = STR_EMPTY } };
    htmlSAXHandler handler = { .startElement = start_element, .endElement = end_element };

    if (html.len == 0 || html.len > GO_PAGE_MAX_BYTES) {
        return false;
    }
    reader.parser =
        htmlCreatePushParserCtxt(&handler, &reader, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (reader.parser == NULL) {
        return false;
    }
    (void)htmlCtxtUseOptions(reader.parser,
                             HTML_PARSE_NONET | HTML_PARSE_NOERROR |
                                 HTML_PARSE_NOWARNING); /* returns the unknown ones */
    /* broken HTML is no error: what was read until then counts */
    (void)htmlParseChunk(reader.parser, html.ptr, (int)html.len, 1);
    htmlFreeParserCtxt(reader.parser);
    /* the address of go-source is what people look at, and the same repository */
    const GoPage *best = reader.source.root.len > 0 && reader.import.directory.len == 0
                             ? &reader.source
                             : &reader.import;
    if (best->root.len == 0 || best->address.ptr == NULL || best->directory.ptr == NULL) {
        return false;
    }
    *ret_page = *best;
    return true;
}
