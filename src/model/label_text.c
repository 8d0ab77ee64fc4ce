/* SPDX-License-Identifier: Apache-2.0 */
#include "model/label_text.h"

enum { LABELS_TEXT_MAX = 512 };

static void add_quoted(Buf *buf, Str value)
{
    buf_add_char(buf, '"');
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c == '"' || c == '\\') {
            buf_add_char(buf, '\\');
            buf_add_char(buf, (char)c);
        } else if (c < ' ' || c == 0x7F) {
            buf_addf(buf, "\\x%02x", c);
        } else {
            buf_add_char(buf, (char)c);
        }
    }
    buf_add_char(buf, '"');
}

void labels_add_text(Buf *buf, Labels labels)
{
    buf_add_char(buf, '{');
    for (size_t i = 0; i < labels.n; i++) {
        if (i > 0) {
            buf_add(buf, STR(", "));
        }
        buf_add(buf, labels.items[i].name);
        buf_add_char(buf, '=');
        add_quoted(buf, labels.items[i].value);
    }
    buf_add_char(buf, '}');
}

const char *labels_text(Labels labels, Arena *arena)
{
    Buf buf = BUF_INIT(MiB(1));

    labels_add_text(&buf, labels);
    Str whole = buf_str(&buf);
    char *text = whole.len > LABELS_TEXT_MAX
                     ? arena_printf(arena, "%.*s...", LABELS_TEXT_MAX, whole.ptr)
                     : arena_text(arena, whole);
    buf_done(&buf);
    return text != NULL ? text : "{...}";
}
