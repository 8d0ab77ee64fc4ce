/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

bool vec_grow(void **items, size_t *cap, size_t need, size_t item_bytes)
{
    size_t wanted = MAX(need, MAX(*cap * 2, (size_t)8));
    size_t bytes;

    if (CK_MUL(&bytes, wanted, item_bytes)) {
        return false;
    }
    void *grown = realloc(*items, bytes);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *cap = wanted;
    return true;
}
