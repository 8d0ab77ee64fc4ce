/* SPDX-License-Identifier: Apache-2.0 */
#include "model/labels.h"

Str labels_get(Labels labels, Str name)
{
    size_t low = 0;
    size_t high = labels.n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(labels.items[mid].name, name);
        if (order == 0) {
            return labels.items[mid].value;
        }
        if (order < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return STR_EMPTY;
}

int labels_cmp(Labels a, Labels b)
{
    for (size_t i = 0; i < MIN(a.n, b.n); i++) {
        int order = str_cmp(a.items[i].name, b.items[i].name);
        if (order == 0) {
            order = str_cmp(a.items[i].value, b.items[i].value);
        }
        if (order != 0) {
            return order;
        }
    }
    return (a.n > b.n) - (a.n < b.n);
}

void labels_sort(Label *items, size_t n)
{
    /* insertion sort: sets have a dozen labels, and equal names must keep their order */
    for (size_t i = 1; i < n; i++) {
        Label moving = items[i];
        size_t at = i;
        while (at > 0 && str_cmp(items[at - 1].name, moving.name) > 0) {
            items[at] = items[at - 1];
            at--;
        }
        items[at] = moving;
    }
}

bool labels_project(Labels labels, const Str *names, size_t n_names, Arena *arena,
                    Labels *ret_projection, Err *err)
{
    Label *items = ARENA_NEW(arena, Label, n_names);
    size_t n = 0;

    if (items == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n_names; i++) {
        Str value = labels_get(labels, names[i]);
        if (value.len > 0) {
            items[n++] = (Label){ names[i], value };
        }
    }
    *ret_projection = (Labels){ items, n };
    return true;
}

Version labels_version(Labels labels)
{
    Version version = {
        .repository = labels_get(labels, LABEL_REPOSITORY),
        .git_ref = labels_get(labels, LABEL_GIT_REF),
        .root_path = labels_get(labels, LABEL_ROOT_PATH),
    };

    if (version.git_ref.len == 0) {
        version.git_ref = labels_get(labels, LABEL_GIT_REF_OLD);
    }
    return version;
}

int version_cmp(Version a, Version b)
{
    int order = str_cmp(a.repository, b.repository);

    if (order == 0) {
        order = str_cmp(a.git_ref, b.git_ref);
    }
    return order != 0 ? order : str_cmp(a.root_path, b.root_path);
}
