/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/bitbucket_server.c - Bitbucket Data Center over REST 1.0 (7.4; Atlassian's reference
 * of the API, "Projects" and "Repository").
 *
 * A repository is "KEY/slug" here, "~user/slug" for one of a person. The API tells directories and
 * submodules from files, but has no mode: a symbolic link reads as its target's name, and listings
 * show it as a file.
 */
#include "base/clock.h"
#include "source/ref_name.h"
#include "source/vcs/rest_entry.h"
#include "source/vcs/rest_history.h"
#include "source/vcs/rest_ref.h"

/* "/projects/K/repos/s" + suffix + the escaped path; NULL: no memory. */
static const char *repo_path(Arena *arena, Str repo, const char *suffix, Str path)
{
    Str key = STR_EMPTY;
    Str slug = STR_EMPTY;

    (void)str_cut(repo, '/', &key, &slug); /* as locate() made it */
    Str escaped_key = rest_escape_name(arena, key);
    Str escaped_slug = rest_escape_name(arena, slug);
    Str escaped = rest_escape_path(arena, path);
    if (escaped_key.ptr == NULL || escaped_slug.ptr == NULL || escaped.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/projects/%.*s/repos/%.*s%s%.*s", STR_ARG(escaped_key),
                        STR_ARG(escaped_slug), suffix, STR_ARG(escaped));
}

/* The same at a ref: "?at=" and more. */
static const char *path_at(Arena *arena, Str repo, const char *suffix, Str path, Str commit,
                           const char *more)
{
    const char *base = repo_path(arena, repo, suffix, path);
    Str ref = rest_escape_name(arena, commit);

    return base != NULL && ref.ptr != NULL
               ? arena_printf(arena, "%s?at=%.*s%s", base, STR_ARG(ref), more)
               : NULL;
}

enum {
    ADDRESS_PARTS = 4,
};

/*
 * Addresses of clones are scm/KEY/slug (HTTP) and KEY/slug (SSH), those of pages
 * projects/KEY/repos/slug and users/NAME/repos/slug with a page behind.
 */
static bool split_address(Str path, Str *ret_key, Str *ret_slug, bool *ret_personal)
{
    Str parts[ADDRESS_PARTS];
    Str rest = path;
    size_t n = 0;

    while (n < ARRAY_LEN(parts) && str_next(&rest, '/', &parts[n])) {
        n++;
    }
    bool is_user = n == 4 && str_eq(parts[0], STR("users"));
    *ret_personal = is_user;
    if (n == 4 && str_eq(parts[2], STR("repos")) &&
        (is_user || str_eq(parts[0], STR("projects")))) {
        *ret_key = parts[1];
        *ret_slug = parts[3];
        return true;
    }
    size_t first = n == 3 && str_eq(parts[0], STR("scm")) ? 1 : 0;
    if (n - first != 2) {
        return false;
    }
    *ret_key = parts[first];
    *ret_slug = parts[first + 1];
    return true;
}

static bool server_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                          Str *ret_repo, SourceFault *fault)
{
    Str path = str_trim_char_left(str_skip(address->path, provider->path_prefix.len), '/');
    bool personal;
    Str key;
    Str slug;

    if (!split_address(path, &key, &slug, &personal) || !repo_address_name_valid(key) ||
        !repo_address_name_valid(slug)) {
        return source_fault_set(fault, SOURCE_INVALID_REQUEST,
                                "a Bitbucket repository is named project/repository");
    }
    *ret_repo = rest_text(
        arena_printf(arena, "%s%.*s/%.*s", personal ? "~" : "", STR_ARG(key), STR_ARG(slug)));
    return ret_repo->ptr != NULL ? true : source_fault_no_memory(fault);
}

/* The newest commit of a ref; "": of the default branch. Ids have an address of their own. */
static RestRefStep newest(Arena *arena, Str repo, const char *prefix, Str name)
{
    const char *base = repo_path(arena, repo, "/commits?limit=1", STR_EMPTY);
    const char *full = arena_printf(arena, "%s%.*s", prefix, STR_ARG(name));
    Str ref = full != NULL ? rest_escape_name(arena, str_from(full)) : (Str){ NULL, 0 };
    RestRefStep step = { .object = "values", .id = "id" };

    if (base != NULL && ref.ptr != NULL) {
        step.path =
            arena_printf(arena, "%s%s%.*s", base, ref.len > 0 ? "&until=" : "", STR_ARG(ref));
    }
    return step;
}

static const char *commit_path(Arena *arena, Str repo, Str id)
{
    return repo_path(arena, repo, "/commits/", id);
}

static bool find_id(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                    Str *ret_id, SourceFault *fault)
{
    if (ref.len == 0 || str_eq(ref, STR("HEAD"))) {
        const RestRefStep head = newest(arena, repo, "", STR_EMPTY);
        return rest_find_commit(provider, call, arena, repo, STR("HEAD"), &head, 1, ret_id, fault);
    }
    const RestRefStep steps[] = {
        { commit_path(arena, repo, ref), NULL, "id" },
        newest(arena, repo, "refs/heads/", ref),
        newest(arena, repo, "refs/tags/", ref),
    };
    size_t first = ref_name_may_be_short_id(ref) ? 0 : 1;
    size_t n = ref_name_is_full_id(ref) ? 1 : ARRAY_LEN(steps) - first;

    return rest_find_commit(provider, call, arena, repo, ref, &steps[first], n, ret_id, fault);
}

static bool server_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                               Str ref, VcsRef *ret_ref, SourceFault *fault)
{
    Str id;

    if (!find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    *ret_ref = (VcsRef){ .commit = id, .kind = rest_ref_kind(ref, id) };
    return true;
}

/* Milliseconds since 1970 as text; "" for anything else. */
static Str date_text(Arena *arena, const json_t *value)
{
    static const json_int_t last_ms = INT64_C(253402300799999); /* the year 9999 */
    Buf out = BUF_INIT(64);
    json_int_t ms = json_integer_value(value);

    if (!json_is_integer(value) || ms < 0 || ms > last_ms) {
        return STR_EMPTY;
    }
    /* ns would overflow behind 2262, which is later than any commit */
    clock_add_rfc3339(&out, MIN(ms / 1000, INT64_MAX / NS_PER_S) * NS_PER_S, false);
    Str text = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static bool server_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                               Str ref, VcsCommit *ret_commit, SourceFault *fault)
{
    json_t *root = NULL;
    Str id = ref;

    if (!ref_name_is_full_id(ref) && !find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    if (!rest_ask_commit(provider, call, commit_path(arena, repo, id), &root, fault)) {
        return fault->state == SOURCE_REF_NOT_FOUND
                   ? rest_ref_missing(provider, call, arena, repo, ref, fault)
                   : false;
    }
    /* an author with an account has slug and displayName, others only the name of git */
    const json_t *author = json_object_get(root, "author");
    bool has_account = json_is_string(json_object_get(author, "displayName"));
    VcsCommit read = {
        .message = rest_member_text(arena, root, "message"),
        .author_login = rest_member_text(arena, author, "slug"),
        .author_name = rest_member_text(arena, author, has_account ? "displayName" : "name"),
        .avatar_url = STR_EMPTY,
        .date = date_text(arena, json_object_get(root, "authorTimestamp")),
    };
    bool valid = rest_member_id(arena, root, "id", &read.sha);
    json_decref(root);
    return valid ? rest_finish_commit(provider, arena, repo, &read, ret_commit, fault)
                 : rest_not_well_formed((RestProvider *)provider, fault, "commit id");
}

/* What stands where no bytes came from, as far as it can be learnt. */
static SourceEntry find_kind(RestProvider *server, const VcsCall *call, Arena *arena, Str repo,
                             Str commit, Str path)
{
    RestCall what = { .path = path_at(arena, repo, "/browse/", path, commit, "&type=true"),
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file" };
    SourceFault ignored = SOURCE_FAULT_INIT;
    SourceEntry kind = SOURCE_ENTRY_NONE;
    json_t *root = NULL;

    if (!rest_may_page(call, 0) || !rest_ask_json(server, call, &what, &root, &ignored)) {
        return kind;
    }
    const char *type = json_string_value(json_object_get(root, "type"));
    if (type != NULL && strcmp(type, "DIRECTORY") == 0) {
        kind = SOURCE_ENTRY_DIRECTORY;
    } else if (type != NULL && strcmp(type, "SUBMODULE") == 0) {
        kind = SOURCE_ENTRY_SUBMODULE;
    }
    json_decref(root);
    return kind;
}

static bool server_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str commit, Str path, Buf *ret_bytes, SourceFault *fault)
{
    RestProvider *server = (RestProvider *)provider;
    RestCall what = { .path = path_at(arena, repo, "/raw/", path, commit, ""),
                      .accept = "*/*",
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file at this commit" };

    if (path.len == 0) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_DIRECTORY);
    }
    if (rest_ask_bytes(server, call, &what, ret_bytes, fault)) {
        return true;
    }
    /* a path that is no file is answered with 400 or 404, depending on the release */
    if (fault->state != SOURCE_FILE_NOT_FOUND && fault->status != 400) {
        return false;
    }
    SourceEntry kind = find_kind(server, call, arena, repo, commit, path);
    return kind != SOURCE_ENTRY_NONE ? rest_refuse_entry(fault, kind) : false;
}

/* One page of paths; *ret_next is where the next one starts, -1 at the end. */
static bool add_page(RestProvider *server, const VcsCall *call, const char *path,
                     TreeBuilder *builder, Arena *scratch, json_int_t *ret_next, SourceFault *fault)
{
    RestCall what = { .path = path,
                      .max_bytes = REST_TREE_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "tree" };
    json_t *root = NULL;
    bool room = true;

    if (!rest_ask_json(server, call, &what, &root, fault)) {
        return false;
    }
    const json_t *values = json_object_get(root, "values");
    const json_t *next = json_object_get(root, "nextPageStart");
    bool valid = json_is_array(values);
    for (size_t i = 0; room && i < json_array_size(values); i++) {
        Str file = str_from(json_string_value(json_array_get(values, i)));
        room = rest_tree_add(builder, scratch, file, TREE_FILE);
    }
    bool more = room && json_array_size(values) > 0 && json_is_integer(next) &&
                !json_is_true(json_object_get(root, "isLastPage"));
    *ret_next = more ? json_integer_value(next) : -1;
    json_decref(root);
    return valid ? true : rest_not_well_formed(server, fault, "listing");
}

static bool server_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str commit, TreeIndex **ret_tree, SourceFault *fault)
{
    const char *path = path_at(arena, repo, "/files", STR_EMPTY, commit, "&limit=10000");
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(REST_TREE_BYTES);
    json_int_t start = 0;

    if (builder == NULL || scratch == NULL || path == NULL) {
        return source_fault_no_memory(fault);
    }
    for (int n = 1;; n++) {
        json_int_t next = -1;
        const char *page = arena_printf(scratch, "%s&start=%lld", path, (long long)start);
        if (!add_page((RestProvider *)provider, call, page, builder, scratch, &next, fault)) {
            return false;
        }
        if (next < 0) {
            break;
        }
        if (next <= start || !rest_may_page(call, n)) {
            tree_builder_mark_truncated(builder);
            break;
        }
        start = next;
    }
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}

static bool server_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                bool *ret_public, SourceFault *fault)
{
    RestCall what = { .path = repo_path(arena, repo, "", STR_EMPTY),
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "repository" };
    json_t *root = NULL;

    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    *ret_public = json_is_true(json_object_get(root, "public"));
    json_decref(root);
    return true;
}

static Str server_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    const RestProvider *server = (const RestProvider *)provider;
    const char *page = path_at(arena, repo, "/browse/", path, commit, "");

    return rest_text(page != NULL ? arena_printf(arena, "%s%s", server->web_url, page) : NULL);
}

static Str server_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    const RestProvider *server = (const RestProvider *)provider;
    const char *page = commit_path(arena, repo, commit);

    return rest_text(page != NULL ? arena_printf(arena, "%s%s", server->web_url, page) : NULL);
}

/* One answer of 1000: that is the most a page has (page.max.refs). */
static bool server_list_tags(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str prefix, VcsTag **ret_tags, size_t *ret_n, SourceFault *fault)
{
    static const RestTagShape shape = { .list = "values",
                                        .name = "displayId",
                                        .id = "latestCommit" };
    const char *base = repo_path(arena, repo, "/tags", STR_EMPTY);
    Str escaped = rest_escape_name(arena, prefix);
    const char *path =
        base != NULL && escaped.ptr != NULL
            ? arena_printf(arena, "%s?filterText=%.*s&limit=1000", base, STR_ARG(escaped))
            : NULL;
    size_t n_listed;

    *ret_n = 0;
    *ret_tags = ARENA_NEW(arena, VcsTag, VCS_MAX_TAGS);
    return *ret_tags != NULL ? rest_add_tags(provider, call, arena, path, &shape, prefix, *ret_tags,
                                             ret_n, &n_listed, fault)
                             : source_fault_no_memory(fault);
}

static const ProviderOps server_ops = {
    .locate = server_locate,
    .resolve_ref = server_resolve_ref,
    .read_file = server_read_file,
    .list_tree = server_list_tree,
    .read_commit = server_read_commit,
    .list_tags = server_list_tags,
    .check_access = server_check_access,
    .file_url = server_file_url,
    .commit_url = server_commit_url,
    .destroy = rest_provider_destroy,
};

static const RestDialect server_dialect = {
    .title = "Bitbucket Data Center",
    .api_suffix = "/rest/api/1.0",
    .scheme = "Bearer",
    .basic = true,
};

Provider *provider_bitbucket_server_create(const ProviderConfig *config, struct HttpClient *http,
                                           Err *err)
{
    return rest_provider_create(config, http, &server_dialect, &server_ops, err);
}
