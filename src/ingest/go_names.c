/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/normalize.h"

#define SHAPE STR("[go.shape.")

/* Position behind the bracket that closes the one at open, or STR_NPOS. */
static size_t closing_bracket(Str name, size_t open)
{
    size_t depth = 0;

    for (size_t i = open; i < name.len; i++) {
        if (name.ptr[i] == '[') {
            depth++;
        } else if (name.ptr[i] == ']' && --depth == 0) {
            return i + 1;
        }
    }
    return STR_NPOS;
}

Str go_name_without_shapes(Str name, Arena *arena)
{
    /* a bracket is rare and fast to look for: nearly every name leaves here */
    size_t at = str_find_char(name, '[') == STR_NPOS ? STR_NPOS : str_find(name, SHAPE, 0);

    if (at == STR_NPOS) {
        return name;
    }
    char *out = arena_alloc_raw(arena, name.len + 1);
    if (out == NULL) {
        return (Str){ NULL, 0 };
    }
    size_t n = 0;
    size_t copied = 0;
    while (at != STR_NPOS) {
        size_t end = closing_bracket(name, at);
        if (end == STR_NPOS) {
            break; /* unmatched: the rest stays as it is */
        }
        memcpy(out + n, name.ptr + copied, at - copied);
        n += at - copied;
        copied = end;
        at = str_find(name, SHAPE, end);
    }
    memcpy(out + n, name.ptr + copied, name.len - copied);
    n += name.len - copied;
    return (Str){ out, n };
}

typedef struct LanguageMark {
    Str text;
    bool is_go;
} LanguageMark;

bool profile_is_go(const Pprof *profile, Str spy_label)
{
    /* the first text with one of these at an end decides, so other languages must be known too */
    static const LanguageMark marks[] = {
        { STR_CONST(".go"), true },
        { STR_CONST("/usr/local/go/"), true },
        { STR_CONST("java/"), false },
        { STR_CONST("sun/"), false },
        { STR_CONST(".rb"), false },
        { STR_CONST("gems/"), false },
        { STR_CONST("./node_modules/"), false },
        { STR_CONST(".js"), false },
        { STR_CONST("System."), false },
        { STR_CONST("Microsoft."), false },
        { STR_CONST(".py"), false },
        { STR_CONST("main.rs"), false },
        { STR_CONST("core.rs"), false },
    };
    static const Str other_spies[] = { STR_CONST("javaspy"), STR_CONST("grafana-agent.java"),
                                       STR_CONST("pyspy"),   STR_CONST("rbspy"),
                                       STR_CONST("nodespy"), STR_CONST("dotnetspy"),
                                       STR_CONST("phpspy"),  STR_CONST("pyroscope-rs") };

    if (str_eq(spy_label, STR("gospy"))) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(other_spies); i++) {
        if (str_eq(spy_label, other_spies[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < profile->strings.len; i++) {
        Str s = profile->strings.items[i];
        for (size_t j = 0; j < ARRAY_LEN(marks); j++) {
            if (str_starts_with(s, marks[j].text) || str_ends_with(s, marks[j].text)) {
                return marks[j].is_go;
            }
        }
    }
    return false;
}
