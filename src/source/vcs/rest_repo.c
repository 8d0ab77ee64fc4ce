/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest_repo.h"

#include "source/path.h"
#include "source/ref_name.h"

enum {
    MAX_LINKS = 5,
    MAX_LINK_BYTES = 4096,
    TREE_MAX_PAGES = 8,
    CALLS_KEPT_FOR_FILES = 6,
};

static Str escape(Arena *arena, Str text, Str keep)
{
    Buf out = BUF_INIT(KiB(16));

    buf_add_url_escaped(&out, text, keep);
    Str copy = buf_ok(&out) ? arena_str(arena, buf_str(&out)) : (Str){ NULL, 0 };
    buf_done(&out);
    return copy;
}

Str rest_escape_path(Arena *arena, Str path)
{
    return escape(arena, path, STR("/"));
}

Str rest_escape_name(Arena *arena, Str name)
{
    return escape(arena, name, STR_EMPTY);
}

Str rest_text(const char *text)
{
    return text != NULL ? str_from(text) : (Str){ NULL, 0 };
}

Str rest_member_text(Arena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? arena_str(arena, (Str){ json_string_value(value), json_string_length(value) })
               : STR_EMPTY;
}

Str rest_member_url(Arena *arena, const json_t *object, const char *name)
{
    Str url = rest_member_text(arena, object, name);

    if (url.ptr == NULL || (!path_has_control(url) && (str_starts_with(url, STR("https://")) ||
                                                       str_starts_with(url, STR("http://"))))) {
        return url;
    }
    return STR_EMPTY;
}

bool rest_member_id(Arena *arena, const json_t *object, const char *name, Str *ret_id)
{
    Str id = rest_member_text(arena, object, name);

    if (id.ptr == NULL || !ref_name_is_full_id(id)) {
        return false;
    }
    *ret_id = id;
    return true;
}

bool rest_locate_two_names(Provider *provider, const RepoAddress *address, Str *ret_repo,
                           SourceFault *fault)
{
    const RestProvider *rest = (const RestProvider *)provider;
    Str path = str_trim_char_left(str_skip(address->path, provider->path_prefix.len), '/');
    Str owner;
    Str repo;

    if (!str_cut(path, '/', &owner, &repo) || str_find_char(repo, '/') != STR_NPOS ||
        !repo_address_name_valid(owner) || !repo_address_name_valid(repo)) {
        return source_fault_set(fault, SOURCE_INVALID_REQUEST,
                                "a %s repository is named owner/repository", rest->dialect->title);
    }
    *ret_repo = path;
    return true;
}

void rest_explain_missing(const Provider *provider, const VcsCall *call, Str repo,
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

bool rest_ref_missing(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str ref,
                      SourceFault *fault)
{
    int status = fault->status;
    bool is_public;

    if (!provider->ops->check_access(provider, call, arena, repo, &is_public, fault)) {
        rest_explain_missing(provider, call, repo, fault);
        return false;
    }
    fault->status = status;
    return source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                            "%.*s has no commit, branch or tag \"%.*s\"", STR_ARG(repo),
                            STR_ARG(ref.len > 0 ? ref : STR("HEAD")));
}

bool rest_finish_commit(const Provider *provider, Arena *arena, Str repo, const VcsCommit *read,
                        VcsCommit *ret_commit, SourceFault *fault)
{
    VcsCommit commit = *read;

    commit.url = provider->ops->commit_url(provider, arena, repo, commit.sha);
    if (commit.sha.ptr == NULL || commit.message.ptr == NULL || commit.author_login.ptr == NULL ||
        commit.author_name.ptr == NULL || commit.avatar_url.ptr == NULL ||
        commit.date.ptr == NULL || commit.url.ptr == NULL) {
        return source_fault_no_memory(fault);
    }
    *ret_commit = commit;
    return true;
}

VcsRefKind rest_ref_kind(Str ref, Str commit)
{
    return ref_name_may_be_short_id(ref) && ref.len <= commit.len &&
                   str_eq_ignore_case(str_first(commit, ref.len), ref)
               ? VCS_REF_COMMIT
               : VCS_REF_MOVABLE;
}

bool rest_refuse_entry(SourceFault *fault, SourceEntry entry)
{
    static const char *const texts[] = {
        [SOURCE_ENTRY_NONE] = "there is no such file",
        [SOURCE_ENTRY_DIRECTORY] = "it is a directory",
        [SOURCE_ENTRY_LINK] =
            "it is a symbolic link to something that is no file of the repository",
        [SOURCE_ENTRY_SUBMODULE] = "it is a submodule",
        [SOURCE_ENTRY_LFS] = "the file is kept in Git LFS, not in the repository",
    };

    fault->entry = entry;
    return source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "%s", texts[entry]);
}

bool rest_check_size(json_int_t size, const Buf *bytes, SourceFault *fault)
{
    if (size > 0 && (uint64_t)size > bytes->limit) {
        return source_fault_set(fault, SOURCE_TOO_LARGE,
                                "the file has %lld bytes, more than the limit of %zu",
                                (long long)size, bytes->limit);
    }
    return true;
}

bool rest_read_through_links(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str commit, Str path, RestReadEntry *read, Buf *ret_bytes,
                             SourceFault *fault)
{
    Str at = path;
    int n_links = 0;

    for (; n_links <= MAX_LINKS; n_links++) {
        RestEntry entry = { .target = STR_EMPTY };
        Str next = STR_EMPTY;
        if (!read(provider, call, arena, repo, commit, at, ret_bytes, &entry, fault)) {
            break;
        }
        if (!entry.is_link) {
            return true;
        }
        buf_clear(ret_bytes);
        if (entry.target.len == 0 || str_starts_with(entry.target, STR("/")) ||
            !path_join(arena, path_parent(at), entry.target, &next) || next.len == 0) {
            return rest_refuse_entry(fault, SOURCE_ENTRY_LINK);
        }
        at = next;
    }
    if (n_links == 0 || (fault->state != SOURCE_FILE_NOT_FOUND && fault->state != SOURCE_OK)) {
        return false; /* as it was found, or a failure that has nothing to do with links */
    }
    return rest_refuse_entry(fault, SOURCE_ENTRY_LINK);
}

bool rest_may_be_link(Str bytes)
{
    return bytes.len > 0 && bytes.len <= MAX_LINK_BYTES && !path_has_control(bytes);
}

bool rest_tree_add(TreeBuilder *builder, Arena *scratch, Str path, TreeKind kind)
{
    Str clean;

    if (path.len == 0 || !path_clean(scratch, path, &clean) || !str_eq(clean, path)) {
        return true;
    }
    return tree_builder_add(builder, path, kind); /* full: marked as truncated */
}

static TreeKind kind_of(const json_t *entry)
{
    const char *mode = json_string_value(json_object_get(entry, "mode"));

    if (mode != NULL && strcmp(mode, "160000") == 0) {
        return TREE_SUBMODULE;
    }
    return mode != NULL && strcmp(mode, "120000") == 0 ? TREE_LINK : TREE_FILE;
}

bool rest_tree_add_all(TreeBuilder *builder, Arena *scratch, const json_t *entries)
{
    size_t n = json_array_size(entries);

    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *type = json_string_value(json_object_get(entry, "type"));
        Str path = str_from(json_string_value(json_object_get(entry, "path")));
        if (type != NULL && strcmp(type, "tree") != 0 &&
            !rest_tree_add(builder, scratch, path, kind_of(entry))) {
            return false;
        }
    }
    return true;
}

bool rest_may_page(const VcsCall *call, int n_pages)
{
    return n_pages < TREE_MAX_PAGES &&
           (call->calls_left == NULL || *call->calls_left > CALLS_KEPT_FOR_FILES);
}

/* What the object says it is, when that is no file. */
static SourceEntry entry_of(const json_t *root)
{
    const char *type = json_string_value(json_object_get(root, "type"));

    if (json_is_array(root) || (type != NULL && strcmp(type, "dir") == 0)) {
        return SOURCE_ENTRY_DIRECTORY;
    }
    if (type != NULL && strcmp(type, "symlink") == 0) {
        return SOURCE_ENTRY_LINK;
    }
    if ((type != NULL && strcmp(type, "submodule") == 0) ||
        json_is_string(json_object_get(root, "submodule_git_url"))) {
        return SOURCE_ENTRY_SUBMODULE;
    }
    return SOURCE_ENTRY_NONE;
}

bool rest_read_object(const RestProvider *rest, Arena *arena, const json_t *root, Buf *ret_bytes,
                      RestEntry *ret_entry, bool *ret_raw, SourceFault *fault)
{
    const char *encoding = json_string_value(json_object_get(root, "encoding"));
    const json_t *content = json_object_get(root, "content");
    SourceEntry entry = entry_of(root);

    *ret_raw = false;
    if (entry == SOURCE_ENTRY_LINK) {
        *ret_entry =
            (RestEntry){ .is_link = true, .target = rest_member_text(arena, root, "target") };
        return ret_entry->target.ptr != NULL ? true : source_fault_no_memory(fault);
    }
    if (entry != SOURCE_ENTRY_NONE) {
        return rest_refuse_entry(fault, entry);
    }
    if (!json_is_object(root)) {
        return rest_not_well_formed(rest, fault, "file");
    }
    if (!rest_check_size(json_integer_value(json_object_get(root, "size")), ret_bytes, fault)) {
        return false;
    }
    *ret_raw = encoding == NULL || strcmp(encoding, "base64") != 0 || !json_is_string(content);
    if (*ret_raw) {
        return true;
    }
    Str text = { json_string_value(content), json_string_length(content) };
    if (!buf_add_base64_decoded(ret_bytes, text, true)) {
        return rest_not_well_formed(rest, fault, "base64 content");
    }
    return true;
}
