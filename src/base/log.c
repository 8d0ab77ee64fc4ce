/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"

static atomic_int current_level = LOG_INFO;

void log_set_level(LogLevel level)
{
    atomic_store(&current_level, (int)level);
}

static const char *const level_names[] = { "debug", "info", "warn", "error" };

bool log_level_from(Str name, LogLevel *ret_level)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
        if (str_eq(name, str_from(level_names[i]))) {
            *ret_level = (LogLevel)i;
            return true;
        }
    }
    return false;
}

static bool needs_quotes(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) {
            return true;
        }
    }
    return s.len == 0 || !utf8_valid(s.ptr, s.len);
}

/* Control characters and bytes that are no UTF-8 are escaped: a name from outside cannot forge a
 * line. */
static void add_value(Buf *buf, Str s)
{
    if (!needs_quotes(s)) {
        buf_add(buf, s);
        return;
    }
    buf_add_char(buf, '"');
    for (size_t i = 0; i < s.len;) {
        size_t valid = utf8_valid_prefix(s.ptr + i, s.len - i);
        size_t end = i + valid;
        for (; i < end; i++) {
            unsigned char c = (unsigned char)s.ptr[i];
            if (c == '"' || c == '\\') {
                buf_add_char(buf, '\\');
                buf_add_char(buf, (char)c);
            } else if (c < ' ' || c == 0x7F) {
                buf_addf(buf, "\\x%02x", c);
            } else {
                buf_add_char(buf, (char)c);
            }
        }
        if (i < s.len) {
            buf_addf(buf, "\\x%02x", (unsigned char)s.ptr[i]);
            i++;
        }
    }
    buf_add_char(buf, '"');
}

void log_write(LogLevel level, const char *message, const LogField *fields, size_t n_fields)
{
    if ((int)level < atomic_load(&current_level)) {
        return;
    }
    Buf line = BUF_INIT(KiB(64));
    buf_add(&line, STR("time="));
    clock_add_rfc3339(&line, clock_unix_ns(), true);
    buf_addf(&line, " level=%s msg=", level_names[level]);
    add_value(&line, str_from(message));
    for (size_t i = 0; i < n_fields; i++) {
        buf_addf(&line, " %s=", fields[i].key);
        if (fields[i].is_number) {
            buf_add_i64(&line, fields[i].number);
        } else {
            add_value(&line, str_first(fields[i].text, KiB(4)));
        }
    }
    buf_add_char(&line, '\n');
    /* one write a line keeps lines of different threads apart; nobody can be told that it failed */
    ssize_t ignored = write(STDERR_FILENO, line.ptr, line.len);
    (void)ignored;
    buf_done(&line);
}
