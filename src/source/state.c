/* SPDX-License-Identifier: Apache-2.0 */
#include "source/state.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

typedef struct StateInfo {
    const char *name;
    ErrCode code;
    int strength; /* order within one code: the more specific reason first */
} StateInfo;

static const StateInfo state_infos[] = {
    [SOURCE_OK] = { "ok", ERR_OK, 0 },
    [SOURCE_SESSION_EXPIRED] = { "session_expired", ERR_UNAUTHENTICATED, 101 },
    [SOURCE_NOT_CONNECTED] = { "not_connected", ERR_UNAUTHENTICATED, 100 },
    [SOURCE_FORBIDDEN] = { "forbidden", ERR_PERMISSION_DENIED, 90 },
    [SOURCE_RATE_LIMITED] = { "rate_limited", ERR_RESOURCE_EXHAUSTED, 80 },
    [SOURCE_HOST_UNREACHABLE] = { "host_unreachable", ERR_UNAVAILABLE, 70 },
    [SOURCE_TIMEOUT] = { "timeout", ERR_DEADLINE_EXCEEDED, 60 },
    [SOURCE_TOO_LARGE] = { "too_large", ERR_NOT_FOUND, 45 },
    [SOURCE_BINARY] = { "binary", ERR_NOT_FOUND, 44 },
    [SOURCE_REPO_NOT_FOUND] = { "repo_not_found", ERR_NOT_FOUND, 40 },
    [SOURCE_REF_NOT_FOUND] = { "ref_not_found", ERR_NOT_FOUND, 39 },
    [SOURCE_HOST_UNSUPPORTED] = { "host_unsupported", ERR_INVALID_ARGUMENT, 30 },
    [SOURCE_JAVA_NEEDS_MAPPING] = { "java_needs_mapping", ERR_NOT_FOUND, 22 },
    [SOURCE_NO_MAPPING] = { "no_mapping", ERR_NOT_FOUND, 21 },
    [SOURCE_FILE_NOT_FOUND] = { "file_not_found", ERR_NOT_FOUND, 20 },
    [SOURCE_NO_LABELS] = { "no_labels", ERR_INVALID_ARGUMENT, 10 },
    [SOURCE_INVALID_REQUEST] = { "invalid_request", ERR_INVALID_ARGUMENT, 10 },
    [SOURCE_CONFIG_ABSENT] = { "config_absent", ERR_NOT_FOUND, 0 },
    [SOURCE_CONFIG_INVALID] = { "config_invalid", ERR_NOT_FOUND, 0 },
    [SOURCE_INTERNAL] = { "internal", ERR_INTERNAL, 110 },
};

bool source_fault_set(SourceFault *fault, SourceState state, const char *fmt, ...)
{
    va_list args;

    fault->state = state;
    va_start(args, fmt);
    int n = vsnprintf(fault->message, sizeof(fault->message), fmt, args);
    va_end(args);
    if (n >= (int)sizeof(fault->message)) {
        fault->message[utf8_floor(fault->message, sizeof(fault->message) - 1)] = '\0';
    }
    return false;
}

bool source_fault_no_memory(SourceFault *fault)
{
    return source_fault_set(fault, SOURCE_INTERNAL, "out of memory");
}

const char *source_state_name(SourceState state)
{
    return state_infos[state].name;
}

ErrCode source_state_code(SourceState state)
{
    return state_infos[state].code;
}

int source_state_strength(SourceState state)
{
    return state_infos[state].strength;
}

bool source_state_is_temporary(SourceState state)
{
    return state_infos[state].strength >= state_infos[SOURCE_TIMEOUT].strength;
}
