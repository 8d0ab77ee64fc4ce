/* SPDX-License-Identifier: Apache-2.0 */
/* Connect's codes: https://connectrpc.com/docs/protocol#error-codes, ingest.md 1.4. */
#include "api/route.h"

typedef struct CodeRow {
    const char *name;
    int status;
} CodeRow;

static const CodeRow codes[] = {
    [ERR_OK] = { "ok", 200 },
    [ERR_CANCELED] = { "canceled", 499 },
    [ERR_UNKNOWN] = { "unknown", 500 },
    [ERR_INVALID_ARGUMENT] = { "invalid_argument", 400 },
    [ERR_DEADLINE_EXCEEDED] = { "deadline_exceeded", 504 },
    [ERR_NOT_FOUND] = { "not_found", 404 },
    [ERR_ALREADY_EXISTS] = { "already_exists", 409 },
    [ERR_PERMISSION_DENIED] = { "permission_denied", 403 },
    [ERR_RESOURCE_EXHAUSTED] = { "resource_exhausted", 429 },
    [ERR_FAILED_PRECONDITION] = { "failed_precondition", 400 },
    [ERR_ABORTED] = { "aborted", 409 },
    [ERR_OUT_OF_RANGE] = { "out_of_range", 400 },
    [ERR_UNIMPLEMENTED] = { "unimplemented", 501 },
    [ERR_INTERNAL] = { "internal", 500 },
    [ERR_UNAVAILABLE] = { "unavailable", 503 },
    [ERR_DATA_LOSS] = { "data_loss", 500 },
    [ERR_UNAUTHENTICATED] = { "unauthenticated", 401 },
};

const char *connect_code_name(ErrCode code)
{
    return codes[code].name;
}

int connect_http_status(ErrCode code)
{
    return codes[code].status;
}
