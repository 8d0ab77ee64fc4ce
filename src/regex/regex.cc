/* SPDX-License-Identifier: Apache-2.0 */
/* The one C++ file: RE2 has no C interface. */
#include <re2/re2.h>

#include <new>

extern "C" {
#include "regex/regex.h"
}

struct Regex {
    RE2 re;

    Regex(const re2::StringPiece &pattern, const RE2::Options &options) : re(pattern, options)
    {
    }
};

static const int64_t REGEX_MAX_BYTES = 8 << 20; /* compiled program and DFA together */

extern "C" bool regex_compile(Str pattern, Regex **ret_regex, Err *err)
{
    RE2::Options options;

    options.set_log_errors(false);
    options.set_dot_nl(true);
    options.set_max_mem(REGEX_MAX_BYTES);
    Regex *regex = new (std::nothrow) Regex(re2::StringPiece(pattern.ptr, pattern.len), options);
    if (regex == nullptr) {
        return err_no_memory(err);
    }
    if (!regex->re.ok()) {
        (void)err_set(err, ERR_INVALID_ARGUMENT, "%s", regex->re.error().c_str());
        delete regex;
        return false;
    }
    *ret_regex = regex;
    return true;
}

extern "C" void regex_free(Regex *regex)
{
    delete regex;
}

extern "C" bool regex_full_match(const Regex *regex, Str text)
{
    return RE2::FullMatch(re2::StringPiece(text.ptr, text.len), regex->re);
}
