/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/log.h - structured log on standard error: one logfmt line a message.
 *
 * The message is a constant text; what varies goes into fields. Never pass secrets. Library code
 * returns errors and logs nothing above debug; handlers, jobs and commands log each failure once.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

typedef enum LogLevel {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARN,
    LOG_ERROR,
} LogLevel;

typedef struct LogField {
    const char *key;
    Str text;
    int64_t number;
    bool is_number;
} LogField;

#define FIELD_STR(k, s) ((LogField){ .key = (k), .text = (s) })
#define FIELD_TEXT(k, c) ((LogField){ .key = (k), .text = str_from(c) })
#define FIELD_I64(k, n) ((LogField){ .key = (k), .number = (int64_t)(n), .is_number = true })
#define FIELD_ERR(e) ((LogField){ .key = "error", .text = str_from((e)->msg) })

/* Messages below the level are dropped. Default LOG_INFO. Set once at start. */
void log_set_level(LogLevel level);
bool log_level_from(Str name, LogLevel *ret_level); /* debug, info, warn, error */

void log_write(LogLevel level, const char *message, const LogField *fields, size_t n_fields);

#define LOG_(level, message, ...)                                                                  \
    log_write((level), (message), (const LogField[]){ { 0 } __VA_OPT__(, ) __VA_ARGS__ } + 1,      \
              sizeof((const LogField[]){ { 0 } __VA_OPT__(, ) __VA_ARGS__ }) / sizeof(LogField) -  \
                  1)
#define log_debug(message, ...) LOG_(LOG_DEBUG, message __VA_OPT__(, ) __VA_ARGS__)
#define log_info(message, ...) LOG_(LOG_INFO, message __VA_OPT__(, ) __VA_ARGS__)
#define log_warn(message, ...) LOG_(LOG_WARN, message __VA_OPT__(, ) __VA_ARGS__)
#define log_error(message, ...) LOG_(LOG_ERROR, message __VA_OPT__(, ) __VA_ARGS__)
