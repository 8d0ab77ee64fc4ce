/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/gitiles.c - Gitiles, the host of go.googlesource.com (4.6): anybody may read, nobody
 * connects an account.
 *
 * JSON has the line ")]}'" in front, text comes in base64 (Gitiles' own documentation, "JSON API").
 * People are sent to the mirror on GitHub, which has the same commits.
 */
#include <time.h>

#include "base/clock.h"
#include "source/ref_name.h"
#include "source/vcs/rest_entry.h"
#include "source/vcs/rest_history.h"
#include "source/vcs/rest_ref.h"

/* "/project/+/commit/path" with the query behind it. */
static const char *object_path(Arena *arena, Str repo, Str commit, Str path, const char *query)
{
    Str project = rest_escape_path(arena, repo);
    Str at = rest_escape_path(arena, commit);
    Str below = rest_escape_path(arena, path);

    if (project.ptr == NULL || at.ptr == NULL || below.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/%.*s/+/%.*s/%.*s%s", STR_ARG(project), STR_ARG(at), STR_ARG(below),
                        query);
}

static const char *commit_path(Arena *arena, Str repo, Str ref)
{
    Str project = rest_escape_path(arena, repo);
    Str at = rest_escape_path(arena, ref);

    return project.ptr != NULL && at.ptr != NULL
               ? arena_printf(arena, "/%.*s/+/%.*s?format=JSON", STR_ARG(project), STR_ARG(at))
               : NULL;
}

static bool gitiles_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                           Str *ret_repo, SourceFault *fault)
{
    Str path = str_trim_char_left(str_skip(address->path, provider->path_prefix.len), '/');
    Str rest = path;
    Str name;
    bool ok = path.len > 0;

    (void)arena;
    while (ok && str_next(&rest, '/', &name)) {
        ok = repo_address_name_valid(name);
    }
    *ret_repo = path;
    return ok ? true
              : source_fault_set(fault, SOURCE_INVALID_REQUEST, "this is no name of a project");
}

static bool gitiles_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                Str ref, VcsRef *ret_ref, SourceFault *fault)
{
    Str wanted = ref.len > 0 ? ref : STR("HEAD");
    const char *branch = arena_printf(arena, "refs/heads/%.*s", STR_ARG(wanted));
    const char *tag = arena_printf(arena, "refs/tags/%.*s", STR_ARG(wanted));
    if (branch == NULL || tag == NULL) {
        return source_fault_no_memory(fault);
    }
    const RestRefStep steps[] = {
        { commit_path(arena, repo, wanted), NULL, "commit" },
        { commit_path(arena, repo, str_from(tag)), NULL, "commit" },
        { commit_path(arena, repo, str_from(branch)), NULL, "commit" },
    };
    bool one = ref_name_is_full_id(wanted) || str_eq(wanted, STR("HEAD"));
    Str id;

    if (!rest_find_commit(provider, call, arena, repo, wanted, steps, one ? 1 : ARRAY_LEN(steps),
                          &id, fault)) {
        return false;
    }
    *ret_ref = (VcsRef){ .commit = id, .kind = rest_ref_kind(ref, id) };
    return true;
}

/* "Mon Jan 05 10:00:00 2026 +0000"; "" when it is none. */
static Str read_time(Arena *arena, const char *text)
{
    struct tm parts = { 0 };
    Buf out = BUF_INIT(64);

    if (text == NULL || strptime(text, "%a %b %d %H:%M:%S %Y %z", &parts) == NULL) {
        return STR_EMPTY;
    }
    long offset_s = parts.tm_gmtoff; /* timegm() resets it */
    clock_add_rfc3339(&out, ((int64_t)timegm(&parts) - offset_s) * NS_PER_S, false);
    Str time = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return time;
}

static bool gitiles_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                Str ref, VcsCommit *ret_commit, SourceFault *fault)
{
    VcsRef at = { .commit = ref };
    json_t *root = NULL;

    if (!ref_name_is_full_id(ref) &&
        !gitiles_resolve_ref(provider, call, arena, repo, ref, &at, fault)) {
        return false;
    }
    if (!rest_ask_commit(provider, call, commit_path(arena, repo, at.commit), &root, fault)) {
        return false;
    }
    const json_t *author = json_object_get(root, "author");
    VcsCommit read = { .sha = rest_member_text(arena, root, "commit"),
                       .message = rest_member_text(arena, root, "message"),
                       .author_login = STR_EMPTY,
                       .author_name = rest_member_text(arena, author, "name"),
                       .avatar_url = STR_EMPTY,
                       .date =
                           read_time(arena, json_string_value(json_object_get(author, "time"))) };
    json_decref(root);
    return rest_finish_commit(provider, arena, repo, &read, ret_commit, fault);
}

/* The path of a directory answers with a listing, so the kind is in a header of the answer. */
static bool check_kind(const HttpReply *reply, RestEntry *ret_entry, SourceFault *fault)
{
    Str type = http_reply_header(reply, STR("x-gitiles-object-type"));
    Str mode = http_reply_header(reply, STR("x-gitiles-path-mode"));

    if (str_eq(type, STR("tree"))) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_DIRECTORY);
    }
    if (str_eq(type, STR("commit"))) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_SUBMODULE);
    }
    ret_entry->is_link = str_ends_with(mode, STR("120000"));
    return true;
}

static bool read_entry(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                       Str path, Buf *ret_bytes, RestEntry *ret_entry, SourceFault *fault)
{
    RestCall what = { .path = object_path(arena, repo, commit, path, "?format=TEXT"),
                      .accept = "*/*",
                      .max_bytes = ret_bytes->limit / 3 * 4 + KiB(4),
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file at this commit" };
    HttpReply reply;

    bool ok = rest_ask((RestProvider *)provider, call, &what, &reply, fault) &&
              check_kind(&reply, ret_entry, fault);
    if (ok && !buf_add_base64_decoded(ret_bytes, buf_str(&reply.body), true)) {
        ok = buf_ok(ret_bytes)
                 ? rest_not_well_formed((RestProvider *)provider, fault, "content of the file")
                 : source_fault_set(fault, SOURCE_TOO_LARGE, "the file is too large");
    }
    http_reply_done(&reply);
    if (ok && ret_entry->is_link) {
        ret_entry->target = arena_str(arena, buf_str(ret_bytes));
        ok = ret_entry->target.ptr != NULL || source_fault_no_memory(fault);
        buf_clear(ret_bytes);
    }
    return ok;
}

static bool gitiles_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str commit, Str path, Buf *ret_bytes, SourceFault *fault)
{
    return rest_read_through_links(provider, call, arena, repo, commit, path, read_entry, ret_bytes,
                                   fault);
}

/* Modes are numbers here; the name is the whole path. False when the tree is full. */
static bool add_entry(TreeBuilder *builder, Arena *scratch, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    const char *type = json_string_value(json_object_get(entry, "type"));
    json_int_t mode = json_integer_value(json_object_get(entry, "mode"));

    if (name == NULL || type == NULL || strcmp(type, "tree") == 0) {
        return true;
    }
    TreeKind kind = mode == 0120000 ? TREE_LINK : mode == 0160000 ? TREE_SUBMODULE : TREE_FILE;
    return rest_tree_add(builder, scratch, str_from(name), kind);
}

static bool gitiles_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str commit, TreeIndex **ret_tree, SourceFault *fault)
{
    RestCall what = { .path =
                          object_path(arena, repo, commit, STR_EMPTY, "?format=JSON&recursive=1"),
                      .max_bytes = REST_TREE_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "tree" };
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(REST_TREE_BYTES);
    json_t *root = NULL;

    if (builder == NULL || scratch == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    const json_t *entries = json_object_get(root, "entries");
    bool valid = json_is_array(entries);
    size_t n = json_array_size(entries);
    for (size_t i = 0; i < n && add_entry(builder, scratch, json_array_get(entries, i)); i++) {
    }
    json_decref(root);
    if (!valid) {
        return rest_not_well_formed((RestProvider *)provider, fault, "tree");
    }
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}

/* An object by name: {"go1.22.3": {"value": id, "peeled": commit of an annotated tag}}. */
static bool gitiles_list_tags(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str prefix, VcsTag **ret_tags, size_t *ret_n, SourceFault *fault)
{
    Str project = rest_escape_path(arena, repo);
    RestCall what = { .path = project.ptr != NULL
                                  ? arena_printf(arena, "/%.*s/+refs/tags?format=JSON",
                                                 STR_ARG(project))
                                  : NULL,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "project" };
    VcsTag *tags = ARENA_NEW(arena, VcsTag, VCS_MAX_TAGS);
    json_t *root = NULL;
    const char *name;
    json_t *entry;
    size_t n = 0;

    if (tags == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    json_object_foreach(root, name, entry)
    {
        if (!str_starts_with(str_from(name), prefix) || !ref_name_valid(str_from(name)) ||
            n == VCS_MAX_TAGS) {
            continue;
        }
        const char *member = json_object_get(entry, "peeled") != NULL ? "peeled" : "value";
        Str id = rest_member_text(arena, entry, member);
        tags[n] =
            (VcsTag){ arena_str(arena, str_from(name)), ref_name_is_full_id(id) ? id : STR_EMPTY };
        if (tags[n].name.ptr == NULL || id.ptr == NULL) {
            json_decref(root);
            return source_fault_no_memory(fault);
        }
        n++;
    }
    json_decref(root);
    *ret_tags = tags;
    *ret_n = n;
    return true;
}

static bool gitiles_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                 bool *ret_public, SourceFault *fault)
{
    json_t *root = NULL;

    if (!rest_ask_commit(provider, call, commit_path(arena, repo, STR("HEAD")), &root, fault)) {
        return false;
    }
    json_decref(root);
    *ret_public = true; /* there are no accounts */
    return true;
}

static Str gitiles_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    Str escaped = rest_escape_path(arena, path);

    (void)provider;
    return rest_text(escaped.ptr != NULL
                         ? arena_printf(arena, "https://github.com/golang/%.*s/blob/%.*s/%.*s",
                                        STR_ARG(repo), STR_ARG(commit), STR_ARG(escaped))
                         : NULL);
}

static Str gitiles_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    (void)provider;
    return rest_text(arena_printf(arena, "https://github.com/golang/%.*s/commit/%.*s",
                                  STR_ARG(repo), STR_ARG(commit)));
}

static const ProviderOps gitiles_ops = {
    .locate = gitiles_locate,
    .resolve_ref = gitiles_resolve_ref,
    .read_file = gitiles_read_file,
    .list_tree = gitiles_list_tree,
    .read_commit = gitiles_read_commit,
    .list_tags = gitiles_list_tags,
    .check_access = gitiles_check_access,
    .file_url = gitiles_file_url,
    .commit_url = gitiles_commit_url,
    .destroy = rest_provider_destroy,
};

static const RestDialect gitiles_dialect = {
    .title = "Gitiles",
    .api_suffix = "",
    .scheme = "Bearer",
    .json_prefix = ")]}'",
};

Provider *provider_gitiles_create(const ProviderConfig *config, struct HttpClient *http, Err *err)
{
    return rest_provider_create(config, http, &gitiles_dialect, &gitiles_ops, err);
}
