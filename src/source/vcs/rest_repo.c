/* SPDX-License-Identifier: Apache-2.0 */
#include "source/vcs/rest_repo.h"

#include "source/path.h"
#include "source/ref_name.h"

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
