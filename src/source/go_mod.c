/* SPDX-License-Identifier: Apache-2.0 */
#include "source/go_mod.h"

#include "base/vec.h"
#include "source/path.h"

enum {
    MAX_WORDS = 8,
};

typedef struct ModReader {
    Arena *arena;
    GoMod mod;
    VEC(GoRequire) requires;
    VEC(GoReplace) replaces;
    VEC(Str) uses;
    bool no_memory;
} ModReader;

/* The next word: quoted with " or `, or up to a blank. False at the end or at a comment. */
static bool next_word(Str *line, Str *ret_word)
{
    Str rest = str_trim(*line);

    if (rest.len == 0 || str_starts_with(rest, STR("//"))) {
        return false;
    }
    char quote = rest.ptr[0];
    if (quote == '"' || quote == '`') {
        Str body = str_skip(rest, 1);
        size_t end = str_find_char(body, quote);
        if (end == STR_NPOS) {
            return false;
        }
        *ret_word = str_first(body, end);
        *line = str_skip(body, end + 1);
        return true;
    }
    size_t n = 0;
    while (n < rest.len && !ascii_is_space(rest.ptr[n]) &&
           !(rest.ptr[n] == '/' && n + 1 < rest.len && rest.ptr[n + 1] == '/' && n > 0 &&
             rest.ptr[n - 1] != ':')) {
        if ((rest.ptr[n] == '(' || rest.ptr[n] == ')') && n > 0) {
            break;
        }
        n++;
        if (rest.ptr[0] == '(' || rest.ptr[0] == ')') {
            break;
        }
    }
    *ret_word = str_first(rest, n);
    *line = str_skip(rest, n);
    return true;
}

static size_t split_words(Str line, Str words[MAX_WORDS])
{
    size_t n = 0;

    while (n < MAX_WORDS && next_word(&line, &words[n])) {
        n++;
    }
    return n;
}

static void add_replace(ModReader *reader, const Str *words, size_t n)
{
    size_t arrow = 0;

    while (arrow < n && !str_eq(words[arrow], STR("=>"))) {
        arrow++;
    }
    if (arrow < 1 || arrow > 2 || arrow + 1 >= n) {
        return;
    }
    GoReplace replace = { .module = words[0],
                          .version = arrow == 2 ? words[1] : STR_EMPTY,
                          .to = words[arrow + 1],
                          .to_version = arrow + 2 < n ? words[arrow + 2] : STR_EMPTY };
    if (!VEC_PUSH(&reader->replaces, replace)) {
        reader->no_memory = true;
    }
}

static void add_directive(ModReader *reader, Str verb, const Str *words, size_t n)
{
    if (n == 0) {
        return;
    }
    if (str_eq(verb, STR("module"))) {
        reader->mod.module = words[0];
    } else if (str_eq(verb, STR("go"))) {
        reader->mod.go = words[0];
    } else if (str_eq(verb, STR("toolchain"))) {
        reader->mod.toolchain = words[0];
    } else if (str_eq(verb, STR("require")) && n >= 2) {
        if (!VEC_PUSH(&reader->requires, (GoRequire){ words[0], words[1] })) {
            reader->no_memory = true;
        }
    } else if (str_eq(verb, STR("use"))) {
        if (!VEC_PUSH(&reader->uses, words[0])) {
            reader->no_memory = true;
        }
    } else if (str_eq(verb, STR("replace"))) {
        add_replace(reader, words, n);
    }
}

/* Moves the lists into the arena. */
static bool finish(ModReader *reader, GoMod *ret_mod, Err *err)
{
    size_t n_requires = reader->requires.len;
    size_t n_replaces = reader->replaces.len;
    GoRequire *requires = ARENA_NEW(reader->arena, GoRequire, n_requires + 1);
    GoReplace *replaces = ARENA_NEW(reader->arena, GoReplace, n_replaces + 1);
    size_t n_uses = reader->uses.len;
    Str *uses = ARENA_NEW(reader->arena, Str, n_uses + 1);
    bool ok = requires != NULL && replaces != NULL && uses != NULL && !reader->no_memory;

    if (ok && n_requires > 0) {
        memcpy(requires, reader->requires.items, n_requires * sizeof(*requires));
    }
    if (ok && n_replaces > 0) {
        memcpy(replaces, reader->replaces.items, n_replaces * sizeof(*replaces));
    }
    if (ok && n_uses > 0) {
        memcpy(uses, reader->uses.items, n_uses * sizeof(*uses));
    }
    VEC_DONE(&reader->uses);
    VEC_DONE(&reader->requires);
    VEC_DONE(&reader->replaces);
    if (!ok) {
        return err_no_memory(err);
    }
    *ret_mod = reader->mod;
    ret_mod->requires = requires;
    ret_mod->n_requires = n_requires;
    ret_mod->replaces = replaces;
    ret_mod->n_replaces = n_replaces;
    ret_mod->uses = uses;
    ret_mod->n_uses = n_uses;
    return true;
}

static bool begin(Arena *arena, Str text, ModReader *reader, Str *ret_copy, Err *err)
{
    *reader = (ModReader){
        .arena = arena,
        .mod = { .module = STR_EMPTY, .go = STR_EMPTY, .toolchain = STR_EMPTY },
    };
    if (text.len > GO_MOD_MAX_BYTES) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "the file has %zu bytes, more than 1 MiB",
                       text.len);
    }
    *ret_copy = arena_str(arena, text);
    return ret_copy->ptr != NULL ? true : err_no_memory(err);
}

bool go_mod_parse(Arena *arena, Str text, GoMod *ret_mod, Err *err)
{
    ModReader reader;
    Str rest;
    Str line;
    Str block = STR_EMPTY; /* verb of the open "verb (" block */

    if (!begin(arena, text, &reader, &rest, err)) {
        return false;
    }
    while (str_next(&rest, '\n', &line)) {
        Str words[MAX_WORDS];
        size_t n = split_words(line, words);
        if (n == 0) {
            continue;
        }
        if (block.len > 0) {
            if (str_eq(words[0], STR(")"))) {
                block = STR_EMPTY;
            } else {
                add_directive(&reader, block, words, n);
            }
        } else if (n >= 2 && str_eq(words[1], STR("("))) {
            block = words[0];
        } else {
            add_directive(&reader, words[0], words + 1, n - 1);
        }
    }
    return finish(&reader, ret_mod, err);
}

bool go_modules_txt_parse(Arena *arena, Str text, GoMod *ret_mod, Err *err)
{
    ModReader reader;
    Str rest;
    Str line;

    if (!begin(arena, text, &reader, &rest, err)) {
        return false;
    }
    while (str_next(&rest, '\n', &line)) {
        Str words[MAX_WORDS];
        if (!str_starts_with(line, STR("# "))) {
            continue; /* package lines and "## explicit" */
        }
        size_t n = split_words(str_skip(line, 2), words);
        if (n >= 2 && !str_eq(words[1], STR("=>"))) {
            add_directive(&reader, STR("require"), words, 2);
        }
        add_replace(&reader, words, n);
    }
    return finish(&reader, ret_mod, err);
}

Str go_mod_required(const GoMod *mod, Str module)
{
    for (size_t i = 0; i < mod->n_requires; i++) {
        if (str_eq(mod->requires[i].module, module)) {
            return mod->requires[i].version;
        }
    }
    return STR_EMPTY;
}

const GoReplace *go_mod_replacement(const GoMod *mod, Str module, Str version)
{
    const GoReplace *general = NULL;

    for (size_t i = 0; i < mod->n_replaces; i++) {
        const GoReplace *replace = &mod->replaces[i];
        if (!str_eq(replace->module, module)) {
            continue;
        }
        if (replace->version.len > 0 && str_eq(replace->version, version)) {
            return replace;
        }
        if (replace->version.len == 0 && general == NULL) {
            general = replace;
        }
    }
    return general;
}

bool go_replace_is_directory(const GoReplace *replace)
{
    Str to = replace->to;

    return str_eq(to, STR(".")) || str_eq(to, STR("..")) || str_starts_with(to, STR("./")) ||
           str_starts_with(to, STR("../")) || str_starts_with(to, STR("/")) ||
           str_starts_with(to, STR(".\\")) || str_starts_with(to, STR("..\\")) ||
           (to.len > 2 && ascii_is_alpha(to.ptr[0]) && to.ptr[1] == ':');
}

Str go_mod_module_of(const GoMod *mod, Str import_path)
{
    Str best = STR_EMPTY;

    for (size_t i = 0; i < mod->n_requires; i++) {
        Str module = mod->requires[i].module;
        if (module.len > best.len && path_is_under(import_path, module)) {
            best = module;
        }
    }
    return best;
}
