/* SPDX-License-Identifier: Apache-2.0 */
#include "api/message_text.h"

Str *texts_of(char *const *items, size_t n, Arena *arena)
{
    Str *texts = ARENA_NEW(arena, Str, n);

    for (size_t i = 0; texts != NULL && i < n; i++) {
        texts[i] = str_from(items[i]);
    }
    return texts;
}

bool label_pairs(Labels labels, Arena *arena, Types__V1__LabelPair ***ret_pairs)
{
    Types__V1__LabelPair **list = ARENA_NEW(arena, Types__V1__LabelPair *, labels.n);
    Types__V1__LabelPair *items = ARENA_NEW(arena, Types__V1__LabelPair, labels.n);

    if (list == NULL || items == NULL) {
        return false;
    }
    for (size_t i = 0; i < labels.n; i++) {
        items[i] = (Types__V1__LabelPair)TYPES__V1__LABEL_PAIR__INIT;
        items[i].name = arena_text(arena, labels.items[i].name);
        items[i].value = arena_text(arena, labels.items[i].value);
        list[i] = &items[i];
        if (items[i].name == NULL || items[i].value == NULL) {
            return false;
        }
    }
    *ret_pairs = list;
    return true;
}
