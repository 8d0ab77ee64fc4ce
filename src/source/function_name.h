/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/function_name.h - what of a recorded function name can be looked for in a text.
 */
#pragma once

#include "base/str.h"
#include "source/language.h"

typedef struct FunctionName {
    Str name;       /* "serve"; "": nothing can be looked for (lambdas, modules, generated code) */
    Str owner;      /* Go: the receiver's type, "conn"; "": a function without one, or not known */
    bool has_owner; /* Go: whether there is a receiver is known, so owner counts even when "" */
    bool inner;     /* a closure: it begins somewhere inside the named function */
} FunctionName;

/* Borrows from function. */
FunctionName function_name_parse(RuleLanguage language, Str function);
