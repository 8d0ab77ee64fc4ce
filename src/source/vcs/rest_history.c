/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest_history.h"

#include "base/clock.h"
#include "source/path.h"
#include "source/ref_name.h"
#include "source/session_cookie.h"
#include "source/vcs/rest_entry.h"

/* False: out of memory. What is no valid tag is left out. */
static bool add_tag(Arena *arena, const json_t *entry, const RestTagShape *shape, Str prefix,
                    VcsTag *tags, size_t *n)
{
    Str name = rest_member_text(arena, entry, shape->name);
    const json_t *object = shape->object != NULL ? json_object_get(entry, shape->object) : entry;
    Str id = rest_member_text(arena, object, shape->id);

    if (name.ptr == NULL || id.ptr == NULL) {
        return false;
    }
    Str strip = str_from(shape->strip);
    if (str_starts_with(name, strip)) {
        name = str_skip(name, strip.len);
    }
    const char *type =
        shape->type != NULL ? json_string_value(json_object_get(object, shape->type)) : NULL;
    bool is_commit = ref_name_is_full_id(id) &&
                     (shape->type == NULL || (type != NULL && strcmp(type, "commit") == 0));
    if (str_starts_with(name, prefix) && ref_name_valid(name) && *n < VCS_MAX_TAGS) {
        tags[(*n)++] = (VcsTag){ name, is_commit ? id : STR_EMPTY };
    }
    return true;
}

bool rest_add_tags(Provider *provider, const VcsCall *call, Arena *arena, const char *path,
                   const RestTagShape *shape, Str prefix, VcsTag *tags, size_t *n,
                   size_t *ret_n_listed, SourceFault *fault)
{
    RestCall what = { .path = path,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "repository" };
    json_t *root = NULL;

    if (path == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    const json_t *list = shape->list != NULL ? json_object_get(root, shape->list) : root;
    bool valid = json_is_array(list);
    bool ok = true;
    *ret_n_listed = json_array_size(list);
    for (size_t i = 0; ok && i < *ret_n_listed; i++) {
        ok = add_tag(arena, json_array_get(list, i), shape, prefix, tags, n);
    }
    json_decref(root);
    if (!valid) {
        return rest_not_well_formed((RestProvider *)provider, fault, "list of tags");
    }
    return ok || source_fault_no_memory(fault);
}

bool rest_list_tags_paged(Provider *provider, const VcsCall *call, Arena *arena, const char *path,
                          size_t per_page, const RestTagShape *shape, Str prefix, VcsTag **ret_tags,
                          size_t *ret_n, SourceFault *fault)
{
    VcsTag *tags = ARENA_NEW(arena, VcsTag, VCS_MAX_TAGS);
    size_t n_listed = per_page;
    size_t n = 0;

    if (tags == NULL || path == NULL) {
        return source_fault_no_memory(fault);
    }
    for (int page = 1; n_listed >= per_page && (page == 1 || rest_may_page(call, page - 1));
         page++) {
        if (!rest_add_tags(provider, call, arena, arena_printf(arena, "%spage=%d", path, page),
                           shape, prefix, tags, &n, &n_listed, fault)) {
            return false;
        }
    }
    *ret_tags = tags;
    *ret_n = n;
    return true;
}

/* Of the forms that the hosts have: commit.committer.date, committed_date. */
static bool is_younger(const json_t *entry, int64_t unix_s)
{
    const json_t *committer = json_object_get(json_object_get(entry, "commit"), "committer");
    const char *date = json_string_value(json_object_get(committer, "date"));
    int64_t ms;

    if (date == NULL) {
        date = json_string_value(json_object_get(entry, "committed_date"));
    }
    return date != NULL && session_parse_time(str_from(date), &ms) && ms / 1000 > unix_s;
}

bool rest_commit_before(Provider *provider, const VcsCall *call, Arena *arena, const char *path,
                        const char *id, int64_t unix_s, Str *ret_commit, SourceFault *fault)
{
    RestCall what = { .path = path,
                      .max_bytes = REST_JSON_BYTES,
                      .not_found = SOURCE_REPO_NOT_FOUND,
                      .what = "repository" };
    json_t *root = NULL;

    if (path == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!rest_ask_json((RestProvider *)provider, call, &what, &root, fault)) {
        return false;
    }
    const json_t *first = json_array_get(root, 0);
    bool none = json_is_array(root) && first == NULL;
    bool younger = is_younger(first, unix_s);
    bool ok = rest_member_id(arena, first, id, ret_commit);
    json_decref(root);
    if (none || younger) {
        return source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                                none
                                    ? "the repository has no commit that is older than the profile"
                                    : "this server does not tell which commit was the newest then");
    }
    return ok || rest_not_well_formed((RestProvider *)provider, fault, "commit id");
}

const char *rest_time(Arena *arena, int64_t unix_s)
{
    Buf text = BUF_INIT(64);

    clock_add_rfc3339(&text, unix_s * NS_PER_S, false);
    const char *time = buf_ok(&text) ? arena_text(arena, buf_str(&text)) : NULL;
    buf_done(&text);
    return time;
}
