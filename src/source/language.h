/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/language.h - the languages that have rules of their own.
 */
#pragma once

typedef enum RuleLanguage {
    RULE_GO,
    RULE_PYTHON,
    RULE_JAVASCRIPT,
    RULE_JAVA,
    RULE_OTHER,
} RuleLanguage;
