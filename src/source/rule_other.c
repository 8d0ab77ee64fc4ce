/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/rule_other.c - every other language (5.4): the recorded path in the own repository, after
 * prefixes that compilers and build systems are known to write.
 */
#include "source/path.h"
#include "source/rule.h"

enum {
    COMMIT_HEX = 40,
};

/* "/rustc/<commit>/library/...": the standard library of Rust names its commit itself. */
static bool add_rust_std(const RuleInput *in, CandidateList *list)
{
    Str rest = str_skip(in->file, sizeof("/rustc/") - 1);

    if (!str_starts_with(in->file, STR("/rustc/")) || rest.len <= COMMIT_HEX + 1 ||
        rest.ptr[COMMIT_HEX] != '/') {
        return false;
    }
    for (size_t i = 0; i < COMMIT_HEX; i++) {
        if (ascii_hex_value(rest.ptr[i]) < 0) {
            return false;
        }
    }
    rule_add_github(list, in, "rust_stdlib", "rust-lang/rust", str_first(rest, COMMIT_HEX),
                    str_skip(rest, COMMIT_HEX + 1), NULL);
    return true;
}

void rule_other(const RuleInput *in, CandidateList *list)
{
    static const char *const prefixes[] = { "/proc/self/cwd/", "/_/", "file://" };
    Str path = in->file;

    if (path.len == 0) {
        rule_add_note(list, "relative_path", path, SOURCE_FILE_NOT_FOUND,
                      "the profile names no file for this function");
        return;
    }
    if (add_rust_std(in, list)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        Str prefix = str_from(prefixes[i]);
        if (str_starts_with(path, prefix)) {
            path = str_skip(path, prefix.len);
        }
    }
    rule_add_suffixes(in, list, path);
}
