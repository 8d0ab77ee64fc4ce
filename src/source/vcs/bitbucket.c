/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/bitbucket.c - Bitbucket Cloud over REST 2.0 (7.4; Atlassian's reference of the API,
 * "Source", "Refs" and "Commits").
 *
 * A path below src/ starts with a ref that may have slashes itself, so everything is read by commit
 * id. What a path is comes from format=meta; the bytes are a second call. A file in LFS is named as
 * such there and not read: its bytes are behind a redirect to another service.
 */
#include "source/ref_name.h"
#include "source/vcs/rest_entry.h"
#include "source/vcs/rest_history.h"
#include "source/vcs/rest_ref.h"

static const char *repo_path(Arena *arena, Str repo, const char *suffix, Str path)
{
    Str escaped_repo = rest_escape_path(arena, repo);
    Str escaped = rest_escape_path(arena, path);

    if (escaped_repo.ptr == NULL || escaped.ptr == NULL) {
        return NULL;
    }
    return arena_printf(arena, "/repositories/%.*s%s%.*s", STR_ARG(escaped_repo), suffix,
                        STR_ARG(escaped));
}

static bool bitbucket_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                             Str *ret_repo, SourceFault *fault)
{
    (void)arena;
    return rest_locate_two_names(provider, address, ret_repo, fault);
}

static bool ask_repository(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                           json_t **ret_root, SourceFault *fault)
{
    RestCall what = { .path = repo_path(arena, repo, "", STR_EMPTY),
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "repository" };

    return rest_ask_json((RestProvider *)provider, call, &what, ret_root, fault);
}

static bool bitbucket_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                   bool *ret_public, SourceFault *fault)
{
    json_t *root = NULL;

    if (!ask_repository(provider, call, arena, repo, &root, fault)) {
        return false;
    }
    *ret_public = json_is_false(json_object_get(root, "is_private"));
    json_decref(root);
    return true;
}

/* There is no name for "the default branch" but its own. */
static bool find_main_branch(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str *ret_name, SourceFault *fault)
{
    json_t *root = NULL;

    if (!ask_repository(provider, call, arena, repo, &root, fault)) {
        rest_explain_missing(provider, call, repo, fault);
        return false;
    }
    Str name = rest_member_text(arena, json_object_get(root, "mainbranch"), "name");
    json_decref(root);
    if (name.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    if (name.len == 0 || !ref_name_valid(name)) {
        return source_fault_set(fault, SOURCE_REF_NOT_FOUND, "%.*s has no main branch",
                                STR_ARG(repo));
    }
    *ret_name = name;
    return true;
}

/* An id is looked for as such first, a name as branch, then as tag. */
static bool find_id(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                    Str *ret_id, SourceFault *fault)
{
    Str wanted = ref;

    if ((ref.len == 0 || str_eq(ref, STR("HEAD"))) &&
        !find_main_branch(provider, call, arena, repo, &wanted, fault)) {
        return false;
    }
    const RestRefStep steps[] = {
        { repo_path(arena, repo, "/commit/", wanted), NULL, "hash" },
        { repo_path(arena, repo, "/refs/branches/", wanted), "target", "hash" },
        { repo_path(arena, repo, "/refs/tags/", wanted), "target", "hash" },
    };
    size_t first = ref_name_may_be_short_id(wanted) ? 0 : 1;
    size_t n = ref_name_is_full_id(wanted) ? 1 : ARRAY_LEN(steps) - first;

    return rest_find_commit(provider, call, arena, repo, wanted, &steps[first], n, ret_id, fault);
}

static bool bitbucket_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                  Str ref, VcsRef *ret_ref, SourceFault *fault)
{
    Str id;

    if (!find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    *ret_ref = (VcsRef){ .commit = id, .kind = rest_ref_kind(ref, id) };
    return true;
}

/* "Ada Example <ada@example.org>" without the address. */
static Str author_name(Arena *arena, const json_t *author)
{
    Str raw = rest_member_text(arena, author, "raw");
    size_t bracket = raw.ptr != NULL ? str_find(raw, STR(" <"), 0) : STR_NPOS;

    return bracket != STR_NPOS ? str_first(raw, bracket) : raw;
}

static bool bitbucket_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                  Str ref, VcsCommit *ret_commit, SourceFault *fault)
{
    json_t *root = NULL;
    Str id = ref;

    if (!ref_name_is_full_id(ref) && !find_id(provider, call, arena, repo, ref, &id, fault)) {
        return false;
    }
    if (!rest_ask_commit(provider, call, repo_path(arena, repo, "/commit/", id), &root, fault)) {
        return fault->state == SOURCE_REF_NOT_FOUND
                   ? rest_ref_missing(provider, call, arena, repo, ref, fault)
                   : false;
    }
    const json_t *author = json_object_get(root, "author");
    const json_t *user = json_object_get(author, "user");
    const json_t *avatar = json_object_get(json_object_get(user, "links"), "avatar");
    VcsCommit read = {
        .message = rest_member_text(arena, root, "message"),
        .author_login = rest_member_text(arena, user, "nickname"),
        .author_name = author_name(arena, author),
        .avatar_url = rest_member_url(arena, avatar, "href"),
        .date = rest_member_text(arena, root, "date"),
    };
    bool valid = rest_member_id(arena, root, "hash", &read.sha);
    json_decref(root);
    return valid ? rest_finish_commit(provider, arena, repo, &read, ret_commit, fault)
                 : rest_not_well_formed((RestProvider *)provider, fault, "commit id");
}

/* The host sends a list; its own description of the API says that it is one word. */
static bool has_attribute(const json_t *entry, const char *name)
{
    const json_t *attributes = json_object_get(entry, "attributes");
    const char *only = json_string_value(attributes);

    for (size_t i = 0; i < json_array_size(attributes); i++) {
        const char *text = json_string_value(json_array_get(attributes, i));
        if (text != NULL && strcmp(text, name) == 0) {
            return true;
        }
    }
    return only != NULL && strcmp(only, name) == 0;
}

static bool is_type(const json_t *entry, const char *type)
{
    const char *text = json_string_value(json_object_get(entry, "type"));

    return text != NULL && strcmp(text, type) == 0;
}

/* Judges the description of a path; true when its bytes can be read. */
static bool check_meta(const RestProvider *bitbucket, const json_t *meta, const Buf *bytes,
                       SourceFault *fault)
{
    if (is_type(meta, "commit_directory")) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_DIRECTORY);
    }
    if (has_attribute(meta, "subrepository")) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_SUBMODULE);
    }
    if (has_attribute(meta, "lfs")) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_LFS);
    }
    if (!is_type(meta, "commit_file")) {
        return rest_not_well_formed(bitbucket, fault, "description of the file");
    }
    return rest_check_size(json_integer_value(json_object_get(meta, "size")), bytes, fault);
}

static bool read_entry(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                       Str path, Buf *ret_bytes, RestEntry *ret_entry, SourceFault *fault)
{
    RestProvider *bitbucket = (RestProvider *)provider;
    const char *below = arena_printf(arena, "%.*s/%.*s", STR_ARG(commit), STR_ARG(path));
    const char *file = below != NULL ? repo_path(arena, repo, "/src/", str_from(below)) : NULL;
    RestCall what = { .path = file != NULL ? arena_printf(arena, "%s?format=meta", file) : NULL,
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file at this commit" };
    json_t *meta = NULL;

    if (!rest_ask_json(bitbucket, call, &what, &meta, fault)) {
        return false;
    }
    bool ok = check_meta(bitbucket, meta, ret_bytes, fault);
    bool is_link = has_attribute(meta, "link");
    json_decref(meta);
    what.path = file;
    what.accept = "*/*";
    if (!ok || !rest_ask_bytes(bitbucket, call, &what, ret_bytes, fault)) {
        return false;
    }
    if (is_link) {
        *ret_entry = (RestEntry){ .is_link = true, .target = arena_str(arena, buf_str(ret_bytes)) };
        return ret_entry->target.ptr != NULL ? true : source_fault_no_memory(fault);
    }
    return true;
}

static bool bitbucket_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                Str commit, Str path, Buf *ret_bytes, SourceFault *fault)
{
    return rest_read_through_links(provider, call, arena, repo, commit, path, read_entry, ret_bytes,
                                   fault);
}

/* Path below the API of the next page; NULL when there is none or it leads elsewhere. */
static const char *next_page(const RestProvider *bitbucket, Arena *arena, const json_t *root)
{
    Str next = rest_member_url(arena, root, "next");
    Str base = str_from(bitbucket->api_url);

    if (next.ptr == NULL || next.len <= base.len || !str_starts_with(next, base)) {
        return NULL;
    }
    Str path = str_skip(next, base.len);
    return str_starts_with(path, STR("/repositories/")) && str_find(path, STR(".."), 0) == STR_NPOS
               ? path.ptr
               : NULL;
}

static bool add_entries(TreeBuilder *builder, Arena *scratch, const json_t *values)
{
    for (size_t i = 0; i < json_array_size(values); i++) {
        const json_t *entry = json_array_get(values, i);
        Str path = str_from(json_string_value(json_object_get(entry, "path")));
        TreeKind kind = has_attribute(entry, "subrepository") ? TREE_SUBMODULE
                        : has_attribute(entry, "link")        ? TREE_LINK
                                                              : TREE_FILE;
        if (is_type(entry, "commit_file") && !rest_tree_add(builder, scratch, path, kind)) {
            return false;
        }
    }
    return true;
}

/* One page; *ret_next is the path of the next one or NULL. */
static bool add_page(RestProvider *bitbucket, const VcsCall *call, const char *path,
                     TreeBuilder *builder, Arena *scratch, const char **ret_next,
                     SourceFault *fault)
{
    RestCall what = { .path = path,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "tree" };
    json_t *root = NULL;

    if (!rest_ask_json(bitbucket, call, &what, &root, fault)) {
        return false;
    }
    const json_t *values = json_object_get(root, "values");
    bool valid = json_is_array(values);
    bool more = json_object_get(root, "next") != NULL;
    *ret_next = next_page(bitbucket, scratch, root);
    if (!add_entries(builder, scratch, values)) {
        *ret_next = NULL;
    } else if (more && *ret_next == NULL) {
        tree_builder_mark_truncated(builder);
    }
    json_decref(root);
    return valid ? true : rest_not_well_formed(bitbucket, fault, "listing");
}

static bool bitbucket_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                Str commit, TreeIndex **ret_tree, SourceFault *fault)
{
    const char *path = repo_path(arena, repo, "/src/", commit);
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(REST_TREE_BYTES);

    if (builder == NULL || scratch == NULL || path == NULL) {
        return source_fault_no_memory(fault);
    }
    const char *page = arena_printf(scratch, "%s/?max_depth=20&pagelen=100", path);
    for (int n = 1;; n++) {
        const char *next = NULL;
        if (!add_page((RestProvider *)provider, call, page, builder, scratch, &next, fault)) {
            return false;
        }
        if (next == NULL) {
            break;
        }
        if (!rest_may_page(call, n)) {
            tree_builder_mark_truncated(builder);
            break;
        }
        page = next;
    }
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}

static Str bitbucket_file_url(const Provider *provider, Arena *arena, Str repo, Str commit,
                              Str path)
{
    const RestProvider *bitbucket = (const RestProvider *)provider;
    Str escaped = rest_escape_path(arena, path);

    return rest_text(escaped.ptr != NULL
                         ? arena_printf(arena, "%s/%.*s/src/%.*s/%.*s", bitbucket->web_url,
                                        STR_ARG(repo), STR_ARG(commit), STR_ARG(escaped))
                         : NULL);
}

static Str bitbucket_commit_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    const RestProvider *bitbucket = (const RestProvider *)provider;

    return rest_text(arena_printf(arena, "%s/%.*s/commits/%.*s", bitbucket->web_url, STR_ARG(repo),
                                  STR_ARG(commit)));
}

static bool bitbucket_list_tags(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                                Str prefix, VcsTag **ret_tags, size_t *ret_n, SourceFault *fault)
{
    static const RestTagShape shape = {
        .list = "values", .name = "name", .object = "target", .id = "hash"
    };
    const char *base = repo_path(arena, repo, "/refs/tags", STR_EMPTY);
    Str escaped = rest_escape_name(arena, prefix);
    const char *path =
        base != NULL && escaped.ptr != NULL /* q=name~"prefix": contains it */
            ? arena_printf(arena, "%s?q=name~%%22%.*s%%22&pagelen=100&", base, STR_ARG(escaped))
            : NULL;

    return rest_list_tags_paged(provider, call, arena, path, 100, &shape, prefix, ret_tags, ret_n,
                                fault);
}

static const ProviderOps bitbucket_ops = {
    .locate = bitbucket_locate,
    .resolve_ref = bitbucket_resolve_ref,
    .read_file = bitbucket_read_file,
    .list_tree = bitbucket_list_tree,
    .read_commit = bitbucket_read_commit,
    .list_tags = bitbucket_list_tags,
    .check_access = bitbucket_check_access,
    .file_url = bitbucket_file_url,
    .commit_url = bitbucket_commit_url,
    .destroy = rest_provider_destroy,
};

static const RestDialect bitbucket_dialect = {
    .title = "Bitbucket",
    .public_host = "bitbucket.org",
    .public_api = "https://api.bitbucket.org/2.0",
    .api_suffix = "/2.0",
    .scheme = "Bearer",
    .basic = true, /* API tokens of people: "mail@example.org:token" */
};

Provider *provider_bitbucket_create(const ProviderConfig *config, struct HttpClient *http, Err *err)
{
    return rest_provider_create(config, http, &bitbucket_dialect, &bitbucket_ops, err);
}
