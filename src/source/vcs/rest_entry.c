/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest_entry.h"

#include "source/path.h"

enum {
    MAX_LINKS = 5,
    MAX_LINK_BYTES = 4096,
    TREE_MAX_PAGES = 8,
    CALLS_KEPT_FOR_FILES = 6,
};

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

/* A link that leads back would cost calls until the limit, and lead nowhere. */
static bool was_seen(const Str *seen, int n, Str path)
{
    for (int i = 0; i < n; i++) {
        if (str_eq(seen[i], path)) {
            return true;
        }
    }
    return false;
}

bool rest_read_through_links(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                             Str commit, Str path, RestReadEntry *read, Buf *ret_bytes,
                             SourceFault *fault)
{
    Str seen[MAX_LINKS + 1];
    Str next = path;

    for (int n = 0; n <= MAX_LINKS; n++) {
        RestEntry entry = { .target = STR_EMPTY };
        seen[n] = next;
        if (!read(provider, call, arena, repo, commit, next, ret_bytes, &entry, fault)) {
            /* as it was found, or a failure that has nothing to do with links */
            return n == 0 || fault->state != SOURCE_FILE_NOT_FOUND
                       ? false
                       : rest_refuse_entry(fault, SOURCE_ENTRY_LINK);
        }
        if (!entry.is_link) {
            return true;
        }
        buf_clear(ret_bytes);
        if (entry.target.len == 0 || str_starts_with(entry.target, STR("/")) ||
            !path_join(arena, path_parent(next), entry.target, &next) || next.len == 0 ||
            was_seen(seen, n + 1, next)) {
            break;
        }
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
