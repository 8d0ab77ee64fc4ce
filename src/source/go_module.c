/* SPDX-License-Identifier: Apache-2.0 */
#include "source/go_module.h"

#include "source/path.h"

/*
 * Vanity hosts whose go-import pages have long said the same. "*" stands for the first segment
 * behind the prefix. A wrong entry costs one lookup that fails.
 */
typedef struct Vanity {
    const char *prefix;
    const char *owner;
    const char *repo; /* "*": the next segment of the module path */
} Vanity;

static const Vanity vanities[] = {
    { "golang.org/x", "golang", "*" },
    { "google.golang.org/grpc", "grpc", "grpc-go" },
    { "google.golang.org/protobuf", "protocolbuffers", "protobuf-go" },
    { "google.golang.org/api", "googleapis", "google-api-go-client" },
    { "google.golang.org/genproto", "googleapis", "go-genproto" },
    { "google.golang.org/appengine", "golang", "appengine" },
    { "k8s.io", "kubernetes", "*" },
    { "sigs.k8s.io", "kubernetes-sigs", "*" },
    { "go.uber.org", "uber-go", "*" },
    { "go.opentelemetry.io/otel", "open-telemetry", "opentelemetry-go" },
    { "go.opentelemetry.io/contrib", "open-telemetry", "opentelemetry-go-contrib" },
    { "go.opentelemetry.io/proto/otlp", "open-telemetry", "opentelemetry-proto-go" },
    { "cloud.google.com/go", "googleapis", "google-cloud-go" },
    { "go.etcd.io/etcd", "etcd-io", "etcd" },
    { "go.etcd.io/bbolt", "etcd-io", "bbolt" },
    { "go.mongodb.org/mongo-driver", "mongodb", "mongo-go-driver" },
    { "gocloud.dev", "google", "go-cloud" },
};

static bool github_home(Arena *arena, Str owner, Str repo, Str directory, GoModuleHome *home)
{
    const char *path = arena_printf(arena, "%.*s/%.*s", STR_ARG(owner), STR_ARG(repo));

    if (path == NULL || !repo_address_name_valid(owner) || !repo_address_name_valid(repo)) {
        return false;
    }
    home->repo = (RepoAddress){ .host = STR("github.com"), .path = str_from(path) };
    home->directory = directory;
    return true;
}

static bool vanity_home(Arena *arena, Str module, GoModuleHome *home)
{
    for (size_t i = 0; i < ARRAY_LEN(vanities); i++) {
        Str prefix = str_from(vanities[i].prefix);
        if (!path_is_under(module, prefix)) {
            continue;
        }
        Str rest = str_trim_char_left(str_skip(module, prefix.len), '/');
        Str repo = str_from(vanities[i].repo);
        if (str_eq(repo, STR("*"))) {
            Str below = STR_EMPTY;
            repo = rest;
            (void)str_cut(rest, '/', &repo, &below); /* without a slash: all of rest, no below */
            rest = below;
        }
        return github_home(arena, str_from(vanities[i].owner), repo, rest, home);
    }
    return false;
}

/* gopkg.in/pkg.vN is go-pkg/pkg, gopkg.in/user/pkg.vN is user/pkg; also with "-unstable". */
static bool gopkg_home(Arena *arena, Str module, GoModuleHome *home)
{
    Str rest = str_skip(module, sizeof("gopkg.in/") - 1);
    Str first = rest;
    Str second = STR_EMPTY;
    Str below = STR_EMPTY;

    (void)str_cut(rest, '/', &first, &second); /* without a slash: one segment */
    bool one_segment = str_rfind(first, STR(".v")) != STR_NPOS;
    Str versioned = first;
    if (one_segment) {
        below = second;
    } else {
        versioned = second;
        (void)str_cut(second, '/', &versioned, &below); /* without a slash: nothing below */
    }
    size_t dot = str_rfind(versioned, STR(".v"));
    if (dot == STR_NPOS || dot == 0) {
        return false;
    }
    Str name = str_first(versioned, dot);
    if (!one_segment) {
        return github_home(arena, first, name, below, home);
    }
    const char *owner = arena_printf(arena, "go-%.*s", STR_ARG(name));
    return owner != NULL && github_home(arena, str_from(owner), name, below, home);
}

/* The first n_segments behind the host name the repository. */
static bool forge_home(Arena *arena, Str module, Str host, size_t n_segments, GoModuleHome *home)
{
    Str rest = str_skip(module, host.len + 1);
    size_t end = 0;

    for (size_t i = 0; i < n_segments; i++) {
        size_t slash = str_find_char(str_skip(rest, end), '/');
        if (slash == STR_NPOS) {
            if (i + 1 < n_segments || end == rest.len) {
                return false;
            }
            end = rest.len;
        } else {
            end += slash + (i + 1 < n_segments ? 1 : 0);
        }
    }
    Str repo = str_first(rest, end);
    Str names = repo;
    Str name;
    while (str_next(&names, '/', &name)) {
        if (!repo_address_name_valid(name)) {
            return false;
        }
    }
    home->repo = (RepoAddress){ .host = arena_str(arena, host), .path = arena_str(arena, repo) };
    home->directory = str_trim_char_left(str_skip(rest, end), '/');
    return home->repo.host.ptr != NULL && home->repo.path.ptr != NULL;
}

static const GoForge *find_forge(Str host, const GoHomeHints *hints)
{
    static const GoForge known[] = { { .host = STR("github.com") },
                                     { .host = STR("bitbucket.org") },
                                     { .host = STR("codeberg.org") },
                                     { .host = STR("gitlab.com"), .nested = true },
                                     { .host = STR("go.googlesource.com"), .flat = true } };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq(host, known[i].host)) {
            return &known[i];
        }
    }
    for (size_t i = 0; i < hints->n_forges; i++) {
        if (str_eq(host, hints->forges[i].host)) {
            return &hints->forges[i];
        }
    }
    return NULL;
}

static bool page_home(Arena *arena, Str module, const GoPage *page, GoModuleHome *home)
{
    Err ignored = ERR_INIT;

    if (page->root.len == 0 || !path_is_under(module, page->root) ||
        !repo_address_parse(arena, page->address, STR("github.com"), &home->repo, &ignored)) {
        return false;
    }
    home->by_page = true;
    Str below = str_trim_char_left(str_skip(module, page->root.len), '/');
    return path_join(arena, page->directory, below, &home->directory);
}

/* On hosts with nested groups every depth may be the repository; a wrong one is simply not there.
 */
static size_t forge_homes(Arena *arena, Str path, const GoHomeHints *hints, GoModuleHome *homes,
                          size_t max)
{
    Str host;
    Str rest;
    size_t n = 0;

    const GoForge *forge = str_cut(path, '/', &host, &rest) ? find_forge(host, hints) : NULL;
    if (forge == NULL) {
        return 0;
    }
    size_t first = forge->flat ? 1 : 2;
    for (size_t depth = first; depth <= (forge->nested ? max + 1 : first) && n < max; depth++) {
        n += forge_home(arena, path, host, depth, &homes[n]);
    }
    return n;
}

size_t go_module_homes(Arena *arena, Str module, const GoHomeHints *hints,
                       GoModuleHome ret_homes[GO_MODULE_MAX_HOMES], bool *ret_needs_page)
{
    size_t n = 0;
    Str path;
    Str major;

    for (size_t i = 0; i < GO_MODULE_MAX_HOMES; i++) {
        ret_homes[i] = (GoModuleHome){ .directory = STR_EMPTY, .major = STR_EMPTY };
    }
    *ret_needs_page = false;
    go_module_split_major(module, &path, &major);
    if (str_starts_with(module, STR("gopkg.in/"))) {
        return gopkg_home(arena, module, &ret_homes[0]);
    }
    if (hints->page != NULL && (page_home(arena, path, hints->page, &ret_homes[0]) ||
                                page_home(arena, module, hints->page, &ret_homes[0]))) {
        n = 1;
    }
    n += forge_homes(arena, path, hints, ret_homes + n, GO_MODULE_MAX_HOMES - n);
    if (n < GO_MODULE_MAX_HOMES) {
        n += vanity_home(arena, path, &ret_homes[n]);
    }
    for (size_t i = 0; i < n; i++) {
        ret_homes[i].major = major;
    }
    *ret_needs_page = n == 0 && hints->page == NULL && !str_starts_with(module, STR("github.com/"));
    return n;
}

size_t go_module_refs(Arena *arena, const GoModuleHome *home, Str version,
                      Str ret_refs[GO_MODULE_MAX_REFS])
{
    Str revision = go_version_revision(version);
    Str tag = go_version_tag(version);
    size_t n = 0;

    if (version.len == 0) {
        ret_refs[n++] = STR("HEAD");
        return n;
    }
    if (revision.len > 0) {
        ret_refs[n++] = revision;
        return n;
    }
    if (home->directory.len > 0) { /* a module in a directory is tagged with it: "storage/v1.2.3" */
        const char *text = arena_printf(arena, "%.*s/%.*s", STR_ARG(home->directory), STR_ARG(tag));
        if (text != NULL) {
            ret_refs[n++] = str_from(text);
        }
    }
    ret_refs[n++] = tag;
    return n;
}
