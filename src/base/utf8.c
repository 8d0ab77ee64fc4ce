/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

static bool is_continuation(unsigned char c)
{
    return (c & 0xC0U) == 0x80U;
}

/* Length of the valid character at s (n bytes left), 0 if there is none. RFC 3629 section 4. */
static size_t character_length(const unsigned char *s, size_t n)
{
    unsigned char c = s[0];

    if (c < 0x80) {
        return 1;
    }
    if (c >= 0xC2 && c <= 0xDF) {
        return n >= 2 && is_continuation(s[1]) ? 2 : 0;
    }
    if (c >= 0xE0 && c <= 0xEF) {
        if (n < 3 || !is_continuation(s[1]) || !is_continuation(s[2])) {
            return 0;
        }
        bool overlong = c == 0xE0 && s[1] < 0xA0;
        bool surrogate = c == 0xED && s[1] > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        if (n < 4 || !is_continuation(s[1]) || !is_continuation(s[2]) || !is_continuation(s[3])) {
            return 0;
        }
        bool overlong = c == 0xF0 && s[1] < 0x90;
        bool too_large = c == 0xF4 && s[1] > 0x8F;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

size_t utf8_valid_prefix(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t i = 0;

    while (i < len) {
        /* eight ASCII bytes at a time: nearly all names are ASCII */
        while (i + 8 <= len) {
            uint64_t word;
            memcpy(&word, s + i, sizeof(word));
            if ((word & 0x8080808080808080ULL) != 0) {
                break;
            }
            i += 8;
        }
        if (i == len) {
            break;
        }
        size_t n = character_length(s + i, len - i);
        if (n == 0) {
            break;
        }
        i += n;
    }
    return i;
}

size_t utf8_floor(const char *text, size_t pos)
{
    size_t floor = pos;

    /* a character has at most three continuation bytes */
    for (int back = 0; back < 4 && floor > 0; back++) {
        if (!is_continuation((unsigned char)text[floor])) {
            return floor;
        }
        floor--;
    }
    return floor;
}

size_t utf8_encode(uint32_t cp, char *out)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0U | (cp >> 6));
        out[1] = (char)(0x80U | (cp & 0x3FU));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0U | (cp >> 12));
        out[1] = (char)(0x80U | ((cp >> 6) & 0x3FU));
        out[2] = (char)(0x80U | (cp & 0x3FU));
        return 3;
    }
    out[0] = (char)(0xF0U | (cp >> 18));
    out[1] = (char)(0x80U | ((cp >> 12) & 0x3FU));
    out[2] = (char)(0x80U | ((cp >> 6) & 0x3FU));
    out[3] = (char)(0x80U | (cp & 0x3FU));
    return 4;
}
