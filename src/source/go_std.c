/* SPDX-License-Identifier: Apache-2.0 */
#include "source/go_std.h"

static size_t count_digits(Str text)
{
    size_t n = 0;

    while (n < text.len && ascii_is_digit(text.ptr[n])) {
        n++;
    }
    return n;
}

/* ".123": the length with its dot, 0 when there is none. */
static size_t dotted_number(Str text)
{
    if (text.len < 2 || text.ptr[0] != '.') {
        return 0;
    }
    size_t n = count_digits(str_skip(text, 1));
    return n == 0 ? 0 : n + 1;
}

size_t go_std_version_length(Str text)
{
    size_t n = count_digits(text);
    size_t minor = n == 0 ? 0 : dotted_number(str_skip(text, n));

    if (minor == 0) {
        return 0;
    }
    n += minor;
    n += dotted_number(str_skip(text, n));
    static const char *const suffixes[] = { "rc", "beta" };
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        Str suffix = str_from(suffixes[i]);
        Str rest = str_skip(text, n);
        if (str_starts_with(rest, suffix) && count_digits(str_skip(rest, suffix.len)) > 0) {
            return n + suffix.len + count_digits(str_skip(rest, suffix.len));
        }
    }
    return n;
}

static int compare_package(const void *key, const void *item)
{
    return str_cmp(*(const Str *)key, str_from(*(const char *const *)item));
}

bool go_std_is_package(Str import_path)
{
    return bsearch(&import_path, go_std_packages, go_std_n_packages, sizeof(*go_std_packages),
                   compare_package) != NULL;
}

bool go_std_is_top_directory(Str segment)
{
    if (str_eq(segment, STR("cmd")) || str_eq(segment, STR("vendor"))) {
        return true;
    }
    for (size_t i = 0; i < go_std_n_packages; i++) {
        Str package = str_from(go_std_packages[i]);
        if (str_starts_with(package, segment) &&
            (package.len == segment.len || package.ptr[segment.len] == '/')) {
            return segment.len > 0;
        }
    }
    return false;
}

/* "go1.22", "go-1.22", "go@1.22", and the same with more behind: position of the version, or 0. */
static size_t version_in_go_segment(Str segment)
{
    if (!str_starts_with(segment, STR("go"))) {
        return 0;
    }
    size_t at = segment.len > 2 && (segment.ptr[2] == '-' || segment.ptr[2] == '@') ? 3 : 2;
    return at < segment.len && ascii_is_digit(segment.ptr[at]) ? at : 0;
}

/* A segment that ends a GOROOT (4.2). */
static bool is_goroot_tail(Str segment)
{
    static const char *const tails[] = { "go", "golang", "libexec", "GOROOT", "$GOROOT",
                                         "Go", "go_sdk", "x64",     "amd64",  "arm64" };

    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        if (str_eq(segment, str_from(tails[i]))) {
            return true;
        }
    }
    return version_in_go_segment(segment) > 0;
}

/*
 * The version that a segment names: all of it ("1.20.5"), or behind "go", also after a dash as in
 * the store path "<hash>-go-1.23.2".
 */
static Str segment_version(Str segment)
{
    size_t whole = go_std_version_length(segment);

    if (whole > 0 && whole == segment.len) {
        return segment;
    }
    size_t at = version_in_go_segment(segment);
    if (at == 0) {
        size_t dash = str_find(segment, STR("-go"), 0);
        if (dash != STR_NPOS) {
            size_t inner = version_in_go_segment(str_skip(segment, dash + 1));
            at = inner > 0 ? dash + 1 + inner : 0;
        }
    }
    if (at == 0) {
        return STR_EMPTY;
    }
    Str version = str_skip(segment, at);
    return str_first(version, go_std_version_length(version));
}

/* The rightmost version among the segments of the GOROOT part; a patch version wins over X.Y. */
static Str goroot_version(Str root)
{
    Str best = STR_EMPTY;

    while (root.len > 0) {
        size_t slash = str_rfind_char(root, '/');
        Str segment = slash == STR_NPOS ? root : str_skip(root, slash + 1);
        Str version = segment_version(segment);
        if (version.len > best.len && (best.len == 0 || str_starts_with(version, best))) {
            best = version; /* .../go@1.20/1.20.7/libexec: both name the same release */
        }
        root = slash == STR_NPOS ? STR_EMPTY : str_first(root, slash);
    }
    return best;
}

static bool starts_with_std_directory(Str path)
{
    Str first = path;
    Str rest = STR_EMPTY;

    return str_cut(path, '/', &first, &rest) && rest.len > 0 && go_std_is_top_directory(first);
}

bool go_std_from_goroot(Str path, GoStdPath *ret_std)
{
    size_t from = 0;

    for (;;) {
        size_t at = str_find(path, STR("/src/"), from);
        if (at == STR_NPOS) {
            return false;
        }
        Str root = str_first(path, at);
        Str below = str_skip(path, at + 5);
        size_t slash = str_rfind_char(root, '/');
        Str tail = slash == STR_NPOS ? root : str_skip(root, slash + 1);
        /* GOPATH of the official image is /go: its src holds hosts, not standard packages */
        if (is_goroot_tail(tail) && starts_with_std_directory(below)) {
            *ret_std = (GoStdPath){ .path = below, .version = goroot_version(root) };
            return true;
        }
        from = at + 4;
    }
}
