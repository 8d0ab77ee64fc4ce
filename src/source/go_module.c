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

/* Hosts where the repository is the first two segments behind the host. */
static bool forge_home(Arena *arena, Str module, GoModuleHome *home)
{
    static const char *const hosts[] = { "github.com", "bitbucket.org", "codeberg.org" };
    Str host;
    Str owner;
    Str rest;

    if (!str_cut(module, '/', &host, &rest) || !str_cut(rest, '/', &owner, &rest)) {
        return false;
    }
    Str repo = rest;
    Str below = STR_EMPTY;
    (void)str_cut(rest, '/', &repo, &below); /* without a slash: the module is the repository */
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        if (str_eq(host, str_from(hosts[i]))) {
            bool ok = github_home(arena, owner, repo, below, home);
            home->repo.host = str_from(hosts[i]);
            return ok;
        }
    }
    return false;
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

bool go_module_home(Arena *arena, Str module, const GoPage *page, GoModuleHome *ret_home,
                    bool *ret_needs_page)
{
    GoModuleHome home = { .directory = STR_EMPTY, .major = STR_EMPTY };
    Str path;
    Str major;

    *ret_needs_page = false;
    go_module_split_major(module, &path, &major);
    bool found;
    if (page != NULL) {
        found = page_home(arena, path, page, &home) || page_home(arena, module, page, &home);
    } else if (str_starts_with(module, STR("gopkg.in/"))) {
        found = gopkg_home(arena, module, &home);
        major = STR_EMPTY;
    } else {
        found = forge_home(arena, path, &home) || vanity_home(arena, path, &home);
        *ret_needs_page = !found && !str_starts_with(module, STR("github.com/"));
    }
    if (found) {
        home.major = major;
        *ret_home = home;
    }
    return found;
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
