/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/github_content.c - refs, commits, files and trees of GitHub (7.2).
 *
 * Everything is read by commit id, so one resolution sees one state of the repository.
 */
#include "source/path.h"
#include "source/ref_name.h"
#include "source/vcs/github_internal.h"

enum {
    JSON_BYTES = 4 * 1024 * 1024, /* 1 MB of content in base64, and the rest */
    TREE_JSON_BYTES = 32 * 1024 * 1024,
};

static bool not_well_formed(SourceFault *fault, const char *what)
{
    return source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "the answer of GitHub has no valid %s",
                            what);
}

static Str member_text(Arena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? arena_str(arena, (Str){ json_string_value(value), json_string_length(value) })
               : STR_EMPTY;
}

/* One look-up of a commit by id, branch or tag. */
static bool ask_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                       json_t **ret_root, SourceFault *fault)
{
    GithubCall what = { .path = github_repo_path(arena, repo, "/commits/", ref),
                        .accept = "application/vnd.github+json",
                        .max_bytes = JSON_BYTES,
                        .not_found = SOURCE_REF_NOT_FOUND,
                        .what = "repository or commit" };
    json_t *root = NULL;

    if (what.path == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!github_ask_json((GithubProvider *)provider, call, &what, &root, fault)) {
        if (fault->status == 404) {
            fault->state = SOURCE_REPO_NOT_FOUND; /* a known repository answers 422 */
        }
        return false;
    }
    Str sha = member_text(arena, root, "sha");
    if (!ref_name_is_full_id(sha)) {
        json_decref(root);
        return not_well_formed(fault, "commit id");
    }
    *ret_root = root;
    return true;
}

/* A private repository looks missing to the anonymous caller: offer to connect. */
static void explain_missing(const Provider *provider, const VcsCall *call, Str repo,
                            SourceFault *fault)
{
    if (fault->state != SOURCE_REPO_NOT_FOUND) {
        return;
    }
    bool anonymous = call->token.len == 0 && !provider->has_static_token;
    (void)source_fault_set(
        fault, anonymous && provider->has_login ? SOURCE_NOT_CONNECTED : SOURCE_REPO_NOT_FOUND,
        anonymous ? "%.*s does not exist or is private; connecting an account "
                    "may help"
                  : "%.*s does not exist, or this account cannot read it",
        STR_ARG(repo));
}

/*
 * The ref as given, then as branch, then as tag, as the reference does: "heads/v1" finds a branch
 * whose name a tag has too.
 */
static bool find_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        json_t **ret_root, SourceFault *fault)
{
    static const char *const prefixes[] = { "", "heads/", "tags/" };
    Str wanted = ref.len > 0 ? ref : STR("HEAD");
    bool one_meaning = ref.len == 0 || ref_name_is_full_id(ref) || str_eq(ref, STR("HEAD"));

    for (size_t i = 0; i < (one_meaning ? 1 : ARRAY_LEN(prefixes)); i++) {
        const char *name = arena_printf(arena, "%s%.*s", prefixes[i], STR_ARG(wanted));
        if (name == NULL) {
            return source_fault_no_memory(fault);
        }
        if (ask_commit(provider, call, arena, repo, str_from(name), ret_root, fault)) {
            return true;
        }
        if (fault->state != SOURCE_REF_NOT_FOUND) {
            break;
        }
    }
    if (fault->state == SOURCE_REF_NOT_FOUND) {
        int status = fault->status;
        (void)source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                               "%.*s has no commit, branch or tag \"%.*s\"", STR_ARG(repo),
                               STR_ARG(wanted));
        fault->status = status;
    }
    explain_missing(provider, call, repo, fault);
    return false;
}

bool github_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsRef *ret_ref, SourceFault *fault)
{
    json_t *root = NULL;

    if (!find_commit(provider, call, arena, repo, ref, &root, fault)) {
        return false;
    }
    VcsRef found = { .commit = member_text(arena, root, "sha"), .kind = VCS_REF_MOVABLE };
    json_decref(root);
    if (found.commit.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    if (ref_name_may_be_short_id(ref) && ref.len <= found.commit.len &&
        str_eq_ignore_case(str_first(found.commit, ref.len), ref)) {
        found.kind = VCS_REF_COMMIT;
    }
    *ret_ref = found;
    return true;
}

bool github_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                        VcsCommit *ret_commit, SourceFault *fault)
{
    json_t *root = NULL;

    if (!find_commit(provider, call, arena, repo, ref, &root, fault)) {
        return false;
    }
    const json_t *commit = json_object_get(root, "commit");
    const json_t *git_author = json_object_get(commit, "author");
    const json_t *account = json_object_get(root, "author");
    VcsCommit read = {
        .sha = member_text(arena, root, "sha"),
        .message = member_text(arena, commit, "message"),
        .author_login = member_text(arena, account, "login"),
        .author_name = member_text(arena, git_author, "name"),
        .avatar_url = member_text(arena, account, "avatar_url"),
        .date = member_text(arena, git_author, "date"),
    };
    json_decref(root);
    read.url = github_commit_url(provider, arena, repo, read.sha);
    if (read.sha.ptr == NULL || read.message.ptr == NULL || read.author_login.ptr == NULL ||
        read.author_name.ptr == NULL || read.avatar_url.ptr == NULL || read.date.ptr == NULL ||
        read.url.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    *ret_commit = read;
    return true;
}

/* Files of 1 to 100 MB come without content in JSON; the raw media type has the bytes. */
static bool read_raw(GithubProvider *github, const VcsCall *call, const char *path, Buf *ret_bytes,
                     SourceFault *fault)
{
    GithubCall what = { .path = path,
                        .accept = "application/vnd.github.raw+json",
                        .max_bytes = ret_bytes->limit,
                        .not_found = SOURCE_FILE_NOT_FOUND,
                        .what = "file" };
    HttpReply reply;
    bool ok = github_ask(github, call, &what, &reply, fault);

    if (ok) {
        buf_add(ret_bytes, buf_str(&reply.body));
        ok = buf_ok(ret_bytes) ? true : source_fault_no_memory(fault);
    }
    http_reply_done(&reply);
    return ok;
}

static bool refuse_entry(SourceFault *fault, SourceEntry entry, const char *text)
{
    fault->entry = entry;
    return source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "%s", text);
}

/* A file with content in it; *ret_raw when the content has to be asked for. */
static bool read_object(const json_t *root, Buf *ret_bytes, bool *ret_raw, SourceFault *fault)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    const char *encoding = json_string_value(json_object_get(root, "encoding"));
    const json_t *content = json_object_get(root, "content");
    json_int_t size = json_integer_value(json_object_get(root, "size"));

    if (json_is_array(root) || (type != NULL && strcmp(type, "dir") == 0)) {
        return refuse_entry(fault, SOURCE_ENTRY_DIRECTORY, "it is a directory");
    }
    if (type != NULL && strcmp(type, "symlink") == 0) {
        return refuse_entry(fault, SOURCE_ENTRY_LINK,
                            "it is a symbolic link to something that is no file of the repository");
    }
    if ((type != NULL && strcmp(type, "submodule") == 0) ||
        json_is_string(json_object_get(root, "submodule_git_url"))) {
        return refuse_entry(fault, SOURCE_ENTRY_SUBMODULE, "it is a submodule");
    }
    if (!json_is_object(root)) {
        return not_well_formed(fault, "file");
    }
    if (size > 0 && (uint64_t)size > ret_bytes->limit) {
        return source_fault_set(fault, SOURCE_TOO_LARGE,
                                "the file has %lld bytes, more than the limit of %zu",
                                (long long)size, ret_bytes->limit);
    }
    *ret_raw = encoding == NULL || strcmp(encoding, "base64") != 0 || !json_is_string(content);
    if (*ret_raw) {
        return true;
    }
    Str text = { json_string_value(content), json_string_length(content) };
    if (!buf_add_base64_decoded(ret_bytes, text, true)) {
        return not_well_formed(fault, "base64 content");
    }
    return true;
}

bool github_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault)
{
    const char *file = github_repo_path(arena, repo, "/contents/", path);
    Str escaped = github_escape_path(arena, commit);
    const char *url = file != NULL && escaped.ptr != NULL
                          ? arena_printf(arena, "%s?ref=%.*s", file, STR_ARG(escaped))
                          : NULL;
    GithubCall what = { .path = url,
                        .accept = "application/vnd.github+json",
                        .max_bytes = JSON_BYTES,
                        .not_found = SOURCE_FILE_NOT_FOUND,
                        .what = "file at this commit" };
    json_t *root = NULL;
    bool raw = false;

    if (url == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!github_ask_json((GithubProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    bool ok = read_object(root, ret_bytes, &raw, fault);
    json_decref(root);
    if (ok && raw) {
        return read_raw((GithubProvider *)provider, call, url, ret_bytes, fault);
    }
    return ok;
}

static TreeKind kind_of(const json_t *entry)
{
    const char *mode = json_string_value(json_object_get(entry, "mode"));

    if (mode != NULL && strcmp(mode, "160000") == 0) {
        return TREE_SUBMODULE;
    }
    return mode != NULL && strcmp(mode, "120000") == 0 ? TREE_LINK : TREE_FILE;
}

static void add_entries(const json_t *entries, Arena *arena, TreeBuilder *builder)
{
    size_t n = json_array_size(entries);

    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *type = json_string_value(json_object_get(entry, "type"));
        Str path = str_from(json_string_value(json_object_get(entry, "path")));
        Str clean;
        if (type == NULL || strcmp(type, "tree") == 0) {
            continue;
        }
        /* the host is not trusted to send clean paths */
        if (!path_clean(arena, path, &clean) || !str_eq(clean, path) || path.len == 0) {
            continue;
        }
        if (!tree_builder_add(builder, path, kind_of(entry))) {
            return; /* full: marked as truncated */
        }
    }
}

bool github_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault)
{
    const char *path = github_repo_path(arena, repo, "/git/trees/", commit);
    GithubCall what = { .path = path != NULL ? arena_printf(arena, "%s?recursive=1", path) : NULL,
                        .accept = "application/vnd.github+json",
                        .max_bytes = TREE_JSON_BYTES,
                        .not_found = SOURCE_REF_NOT_FOUND,
                        .what = "tree" };
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(TREE_JSON_BYTES);
    json_t *root = NULL;

    if (what.path == NULL || builder == NULL || scratch == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!github_ask_json((GithubProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    const json_t *entries = json_object_get(root, "tree");
    if (!json_is_array(entries)) {
        json_decref(root);
        return not_well_formed(fault, "tree");
    }
    if (!json_is_false(json_object_get(root, "truncated")) &&
        json_object_get(root, "truncated") != NULL) {
        tree_builder_mark_truncated(builder);
    }
    add_entries(entries, scratch, builder);
    json_decref(root);
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}
