/* SPDX-License-Identifier: Apache-2.0 */
#include "source/repo_address.h"

#include "base/buf.h"
#include "source/path.h"

enum {
    ADDRESS_MAX_BYTES = 2048,
};

static bool refuse(Err *err, const char *reason)
{
    /* the text itself may carry user info, so it is never echoed */
    return err_set(err, ERR_INVALID_ARGUMENT, "repository address is not valid: %s", reason);
}

bool repo_address_name_valid(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '.' && c != '-' && c != '_' &&
            c != '~') {
            return false;
        }
    }
    return name.len > 0 && !str_eq(name, STR(".")) && !str_eq(name, STR(".."));
}

static bool host_valid(Str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '.' && c != '-' && c != ':' &&
            c != '_') {
            return false;
        }
    }
    return host.len > 0 && host.ptr[0] != '.' && host.ptr[0] != '-';
}

/* Lower case, no trailing dot, no default port. */
static bool set_host(Arena *arena, Str host, bool keep_port, RepoAddress *address, Err *err)
{
    size_t colon = str_find_char(host, ':');
    Str port = STR_EMPTY;

    if (colon != STR_NPOS) {
        port = str_skip(host, colon + 1);
        host = str_first(host, colon);
    }
    while (host.len > 0 && host.ptr[host.len - 1] == '.') {
        host.len--;
    }
    if (!keep_port || str_eq(port, STR("443")) || str_eq(port, STR("80"))) {
        port = STR_EMPTY;
    }
    char *text =
        arena_printf(arena, "%.*s%s%.*s", STR_ARG(host), port.len > 0 ? ":" : "", STR_ARG(port));
    if (text == NULL) {
        return err_no_memory(err);
    }
    for (char *p = text; *p != '\0'; p++) {
        *p = ascii_lower(*p);
    }
    address->host = str_from(text);
    if (!host_valid(address->host)) {
        return refuse(err, "the host name has characters that host names do not have");
    }
    /* pages of GitHub files live on other names of the same host (section 2) */
    if (str_eq(address->host, STR("www.github.com")) ||
        str_eq(address->host, STR("raw.githubusercontent.com"))) {
        address->host = STR("github.com");
    }
    return true;
}

/* The number of leading segments that name the repository: two, but all groups on GitLab. */
static size_t repository_segments(Str host, const Str *segments, size_t n)
{
    for (size_t i = 2; i < n; i++) {
        if (str_eq(segments[i], STR("-"))) {
            return i; /* GitLab: everything before "/-/" is the project path */
        }
    }
    if (str_eq(host, STR("github.com")) || str_eq(host, STR("bitbucket.org")) ||
        str_eq(host, STR("codeberg.org"))) {
        return MIN(n, (size_t)2);
    }
    for (size_t i = 2; i < n; i++) {
        if (str_eq(segments[i], STR("blob")) || str_eq(segments[i], STR("tree")) ||
            str_eq(segments[i], STR("src")) || str_eq(segments[i], STR("raw")) ||
            str_eq(segments[i], STR("commit"))) {
            return i;
        }
    }
    return n;
}

static bool set_path(Arena *arena, Str text, RepoAddress *address, Err *err)
{
    Str segments[32];
    size_t n = 0;
    Str rest = text;
    Str segment = STR_EMPTY;

    while (str_next(&rest, '/', &segment)) {
        if (segment.len == 0) {
            continue;
        }
        if (n == ARRAY_LEN(segments)) {
            return refuse(err, "the path has too many parts");
        }
        segments[n++] = segment;
    }
    size_t n_used = repository_segments(address->host, segments, n);
    /* the projects of the Go team's host have no owner */
    bool flat = str_eq(address->host, STR("go.googlesource.com"));
    if (n_used < (flat ? 1 : 2)) {
        return refuse(err, "an owner and a repository are needed, as in host/owner/repository");
    }
    Buf path = BUF_INIT(ADDRESS_MAX_BYTES);
    for (size_t i = 0; i < n_used; i++) {
        Str name = segments[i];
        if (i + 1 == n_used && str_ends_with(name, STR(".git"))) {
            name.len -= 4;
        }
        if (!repo_address_name_valid(name)) {
            buf_done(&path);
            return refuse(err, "an owner or repository name has characters other than letters, "
                               "digits, '.', '-' and '_'");
        }
        if (i > 0) {
            buf_add_char(&path, '/');
        }
        buf_add(&path, name);
    }
    address->path = arena_str(arena, buf_str(&path));
    bool ok = buf_ok(&path) && address->path.ptr != NULL;
    buf_done(&path);
    return ok ? true : err_no_memory(err);
}

static Str cut_query(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '?' || text.ptr[i] == '#') {
            return str_first(text, i);
        }
    }
    return text;
}

static Str drop_user(Str authority)
{
    size_t at = str_rfind_char(authority, '@');

    return at == STR_NPOS ? authority : str_skip(authority, at + 1);
}

static bool parse_file(Arena *arena, Str path, RepoAddress *address, Err *err)
{
    Str clean;

    if (!str_starts_with(path, STR("/"))) {
        return refuse(err, "a file address needs an absolute path");
    }
    if (!path_clean(arena, path, &clean)) {
        return refuse(err, "the path leaves its directory");
    }
    const char *absolute = arena_printf(arena, "/%.*s", STR_ARG(clean));
    if (absolute == NULL) {
        return err_no_memory(err);
    }
    address->is_file = true;
    address->host = STR_EMPTY;
    address->path = str_from(absolute);
    return true;
}

static bool parse_url(Arena *arena, Str scheme, Str rest, RepoAddress *address, Err *err)
{
    static const char *const schemes[] = { "ssh",   "git", "git+ssh", "http",
                                           "https", "ftp", "ftps",    "rsync" };
    bool known = false;

    if (str_eq_ignore_case(scheme, STR("file"))) {
        return parse_file(arena, rest, address, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        known = known || str_eq_ignore_case(scheme, str_from(schemes[i]));
    }
    if (!known) {
        return refuse(err, "the scheme is not one of https, http, ssh, git and file");
    }
    bool is_http = scheme.len >= 4 && str_eq_ignore_case(str_first(scheme, 4), STR("http"));
    Str authority = rest;
    Str path = STR_EMPTY;
    (void)str_cut(rest, '/', &authority, &path); /* no slash: no path, refused below */
    address->is_plain_http = is_http && scheme.len == 4;
    return set_host(arena, drop_user(authority), is_http, address, err) &&
           set_path(arena, path, address, err);
}

/* "owner/repo" or "host/owner/repo": a host has a dot or a port, and something behind it. */
static bool parse_bare(Arena *arena, Str text, Str default_host, RepoAddress *address, Err *err)
{
    Str first = text;
    Str rest = STR_EMPTY;

    if (!str_cut(text, '/', &first, &rest)) {
        if (!repo_address_name_valid(text)) {
            return refuse(err, "it is no address and no configured name");
        }
        address->host = STR_EMPTY; /* the name of a provider, checked against the table */
        address->path = arena_str(arena, text);
        return address->path.ptr != NULL ? true : err_no_memory(err);
    }
    Str trimmed = str_trim_char(rest, '/');
    bool names_host =
        str_find_char(first, '.') != STR_NPOS || str_find_char(first, ':') != STR_NPOS;
    if (names_host && str_find_char(trimmed, '/') != STR_NPOS) {
        return set_host(arena, drop_user(first), true, address, err) &&
               set_path(arena, rest, address, err);
    }
    return set_host(arena, default_host, true, address, err) && set_path(arena, text, address, err);
}

bool repo_address_parse(Arena *arena, Str text, Str default_host, RepoAddress *ret_address,
                        Err *err)
{
    RepoAddress address = { 0 };

    text = str_trim(text);
    if (text.len == 0) {
        return refuse(err, "it is empty");
    }
    if (text.len > ADDRESS_MAX_BYTES) {
        return refuse(err, "it is longer than 2048 bytes");
    }
    if (path_has_control(text)) {
        return refuse(err, "it has control characters");
    }
    text = cut_query(text);
    size_t scheme = str_find(text, STR("://"), 0);
    size_t slash = str_find_char(text, '/');
    size_t colon = str_find_char(text, ':');
    bool ok;
    if (scheme != STR_NPOS && slash == scheme + 1) {
        ok = parse_url(arena, str_first(text, scheme), str_skip(text, scheme + 3), &address, err);
    } else if (colon != STR_NPOS && colon < slash &&
               !(colon + 1 < text.len && ascii_is_digit(text.ptr[colon + 1]) && slash != STR_NPOS &&
                 str_find_char(text, '@') == STR_NPOS)) {
        /* scp form; "host:8443/o/r" without a user is a port */
        ok = set_host(arena, drop_user(str_first(text, colon)), false, &address, err) &&
             set_path(arena, str_skip(text, colon + 1), &address, err);
    } else if (str_starts_with(text, STR("/"))) {
        ok = parse_file(arena, text, &address, err);
    } else {
        ok = parse_bare(arena, text, default_host, &address, err);
    }
    if (ok) {
        *ret_address = address;
    }
    return ok;
}

Str repo_address_text(Arena *arena, const RepoAddress *address)
{
    const char *text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(address->host),
                                    address->host.len > 0 ? "/" : "", STR_ARG(address->path));

    return text != NULL ? str_from(text) : (Str){ NULL, 0 };
}

bool repo_address_eq(const RepoAddress *a, const RepoAddress *b)
{
    return a->is_file == b->is_file && str_eq(a->host, b->host) &&
           (a->is_file ? str_eq(a->path, b->path) : str_eq_ignore_case(a->path, b->path));
}
