/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/gitlab_content.c - files and trees of GitLab (7.4).
 *
 * Files come from files/PATH/raw, which says nothing about the kind: a link gives its target, a
 * directory or submodule 404. The listing of the directory above has the kind; it is asked only
 * when the content could be a link's or when there was none.
 */
#include "source/path.h"
#include "source/vcs/gitlab_internal.h"

enum {
    KIND_MAX_PAGES = 3, /* of the listing of one directory: it says why, it is not the answer */
};

typedef struct Page {
    const char *directory; /* escaped; NULL: the whole tree */
    const char *ref;       /* escaped */
    Str token;             /* of the next page as the host wrote it; "": first or none */
} Page;

/* The parameter page_token of the link rel="next" (RFC 8288), as it is: it is escaped already. */
static Str next_token(Arena *arena, const HttpReply *reply)
{
    Str rest = http_reply_header(reply, STR("link"));
    Str link;

    while (str_next(&rest, ',', &link)) {
        size_t at = str_find(link, STR("page_token="), 0);
        if (at == STR_NPOS || str_find(link, STR("rel=\"next\""), 0) == STR_NPOS) {
            continue;
        }
        Str value = str_skip(link, at + 11);
        size_t n = 0;
        while (n < value.len && (ascii_is_alpha(value.ptr[n]) || ascii_is_digit(value.ptr[n]) ||
                                 strchr("%-._~=", value.ptr[n]) != NULL)) {
            n++; /* anything else ends it, so that nothing can be added to our address */
        }
        return arena_str(arena, str_first(value, n));
    }
    return STR_EMPTY;
}

/* One page of a listing; a new reference, and page->token for the next one. */
static bool ask_page(RestProvider *gitlab, const VcsCall *call, Arena *arena, Str repo, Page *page,
                     json_t **ret_entries, SourceFault *fault)
{
    const char *base = gitlab_path(arena, repo, "/repository/tree", STR_EMPTY);
    bool in_directory = page->directory != NULL && page->directory[0] != '\0';
    RestCall what = { .path = base != NULL && page->ref != NULL
                                  ? arena_printf(arena,
                                                 "%s?ref=%s&per_page=100&pagination=keyset%s%s%s"
                                                 "%s%.*s",
                                                 base, page->ref, in_directory ? "&path=" : "",
                                                 in_directory ? page->directory : "",
                                                 page->directory == NULL ? "&recursive=true" : "",
                                                 page->token.len > 0 ? "&page_token=" : "",
                                                 STR_ARG(page->token))
                                  : NULL,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REF_NOT_FOUND,
                      .what = "tree" };
    HttpReply reply;
    bool ok = rest_ask(gitlab, call, &what, &reply, fault);

    if (ok) {
        Str body = buf_str(&reply.body);
        *ret_entries = json_loadb(body.ptr, body.len, 0, NULL);
        page->token = next_token(arena, &reply);
        if (!json_is_array(*ret_entries)) {
            json_decref(*ret_entries);
            ok = rest_not_well_formed(gitlab, fault, "listing");
        }
    }
    http_reply_done(&reply);
    return ok;
}

static SourceEntry kind_in(const json_t *entries, Str path)
{
    size_t n = json_array_size(entries);

    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *type = json_string_value(json_object_get(entry, "type"));
        const char *mode = json_string_value(json_object_get(entry, "mode"));
        if (type == NULL || mode == NULL ||
            !str_eq(path, str_from(json_string_value(json_object_get(entry, "path"))))) {
            continue;
        }
        if (strcmp(type, "tree") == 0) {
            return SOURCE_ENTRY_DIRECTORY;
        }
        if (strcmp(type, "commit") == 0) {
            return SOURCE_ENTRY_SUBMODULE;
        }
        return strcmp(mode, "120000") == 0 ? SOURCE_ENTRY_LINK : SOURCE_ENTRY_NONE;
    }
    return SOURCE_ENTRY_NONE;
}

/* What stands at path, as far as it can be learnt with the calls that are left. */
static SourceEntry find_kind(RestProvider *gitlab, const VcsCall *call, Arena *arena, Str repo,
                             const char *ref, Str path)
{
    Str directory = rest_escape_name(arena, path_parent(path));
    Page page = { .directory = directory.ptr, .ref = ref, .token = STR_EMPTY };
    SourceEntry kind = SOURCE_ENTRY_NONE;
    SourceFault ignored = SOURCE_FAULT_INIT;

    for (int i = 0; directory.ptr != NULL && i < KIND_MAX_PAGES && rest_may_page(call, i); i++) {
        json_t *entries = NULL;
        if (!ask_page(gitlab, call, arena, repo, &page, &entries, &ignored)) {
            break;
        }
        kind = kind_in(entries, path);
        json_decref(entries);
        if (kind != SOURCE_ENTRY_NONE || page.token.len == 0) {
            break;
        }
    }
    return kind;
}

static bool read_entry(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                       Str path, Buf *ret_bytes, RestEntry *ret_entry, SourceFault *fault)
{
    RestProvider *gitlab = (RestProvider *)provider;
    const char *file = gitlab_path(arena, repo, "/repository/files/", path);
    Str ref = rest_escape_name(arena, commit);
    RestCall what = { .path = file != NULL && ref.ptr != NULL
                                  ? arena_printf(arena, "%s/raw?ref=%.*s", file, STR_ARG(ref))
                                  : NULL,
                      .accept = "*/*",
                      .not_found = SOURCE_FILE_NOT_FOUND,
                      .what = "file at this commit" };

    if (!rest_ask_bytes(gitlab, call, &what, ret_bytes, fault)) {
        if (fault->state != SOURCE_FILE_NOT_FOUND) {
            return false;
        }
        SourceEntry kind = find_kind(gitlab, call, arena, repo, ref.ptr, path);
        return kind != SOURCE_ENTRY_NONE ? rest_refuse_entry(fault, kind) : false;
    }
    if (rest_may_be_link(buf_str(ret_bytes)) &&
        find_kind(gitlab, call, arena, repo, ref.ptr, path) == SOURCE_ENTRY_LINK) {
        *ret_entry = (RestEntry){ .is_link = true, .target = arena_str(arena, buf_str(ret_bytes)) };
        return ret_entry->target.ptr != NULL ? true : source_fault_no_memory(fault);
    }
    return true;
}

bool gitlab_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      Str path, Buf *ret_bytes, SourceFault *fault)
{
    if (path.len == 0) {
        return rest_refuse_entry(fault, SOURCE_ENTRY_DIRECTORY);
    }
    return rest_read_through_links(provider, call, arena, repo, commit, path, read_entry, ret_bytes,
                                   fault);
}

bool gitlab_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo, Str commit,
                      TreeIndex **ret_tree, SourceFault *fault)
{
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    CLEANUP(arena_destroyp) Arena *scratch = arena_create(REST_TREE_BYTES);
    Page page = { .ref = rest_escape_name(arena, commit).ptr, .token = STR_EMPTY };

    if (builder == NULL || scratch == NULL || page.ref == NULL) {
        return source_fault_no_memory(fault);
    }
    for (int n = 0;;) {
        json_t *entries = NULL;
        if (!ask_page((RestProvider *)provider, call, scratch, repo, &page, &entries, fault)) {
            return false;
        }
        bool room = rest_tree_add_all(builder, scratch, entries);
        json_decref(entries);
        n++;
        if (!room || page.token.ptr == NULL || page.token.len == 0) {
            break;
        }
        if (!rest_may_page(call, n)) {
            tree_builder_mark_truncated(builder);
            break;
        }
    }
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}
