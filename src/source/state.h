/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/state.h - the outcomes of a source lookup, by the names that the user interface knows.
 *
 * A lookup reports a SourceFault instead of an Err because the reason decides what people are
 * offered (connect, wait, add a mapping), and because one request meets many of them: the strongest
 * one is the answer when nothing is found.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

typedef enum SourceState {
    SOURCE_OK = 0,
    SOURCE_NO_LABELS,
    SOURCE_HOST_UNSUPPORTED,
    SOURCE_NOT_CONNECTED,
    SOURCE_SESSION_EXPIRED,
    SOURCE_FORBIDDEN,
    SOURCE_REPO_NOT_FOUND,
    SOURCE_REF_NOT_FOUND,
    SOURCE_NO_MAPPING,
    SOURCE_FILE_NOT_FOUND,
    SOURCE_TOO_LARGE,
    SOURCE_BINARY,
    SOURCE_RATE_LIMITED,
    SOURCE_HOST_UNREACHABLE,
    SOURCE_TIMEOUT,
    SOURCE_JAVA_NEEDS_MAPPING,
    SOURCE_INVALID_REQUEST,
    SOURCE_CONFIG_ABSENT,  /* of an attempt only: no .pyroscope.yaml, which is fine */
    SOURCE_CONFIG_INVALID, /* of an attempt only */
    SOURCE_INTERNAL,       /* out of memory and the like; becomes an Err, never an answer */
} SourceState;

/* What stands at a path that is not a readable file. */
typedef enum SourceEntry {
    SOURCE_ENTRY_NONE = 0, /* nothing, or not known */
    SOURCE_ENTRY_DIRECTORY,
    SOURCE_ENTRY_LINK,
    SOURCE_ENTRY_SUBMODULE,
    SOURCE_ENTRY_LFS,
} SourceEntry;

typedef struct SourceFault {
    SourceState state;
    SourceEntry entry;
    int status;          /* of the host's answer, 0 when it was not asked over HTTP */
    int64_t retry_at_ms; /* Unix time; set with SOURCE_RATE_LIMITED when known */
    char message[512];   /* for people; never holds a secret */
} SourceFault;

#define SOURCE_FAULT_INIT ((SourceFault){ .state = SOURCE_OK })

/* Sets state and message, keeps the rest; returns false. */
bool source_fault_set(SourceFault *fault, SourceState state, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool source_fault_no_memory(SourceFault *fault);

/* The name in the API, for example "file_not_found". */
const char *source_state_name(SourceState state);

/* The Connect code of a state (section 1.4 of the specification, "Do"). */
ErrCode source_state_code(SourceState state);

/*
 * Which failure is reported when several places were tried: unauthenticated before forbidden
 * before rate limits before network failures before the many kinds of "not there" (1.4, "Do").
 */
int source_state_strength(SourceState state);

/* A failure that another attempt a moment later may not meet; its answer is never cached. */
bool source_state_is_temporary(SourceState state);
