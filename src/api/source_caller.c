/* SPDX-License-Identifier: Apache-2.0 */
#include "api/source_caller.h"

bool source_caller_of(const ApiCall *call, SourceCaller *ret_caller, Err *err)
{
    Str cookies = http_request_header(call->request, STR("cookie"));
    SourceCredential *credential = ARENA_NEW(call->request->arena, SourceCredential, 1);
    Str tenant;
    Err unreadable = ERR_INIT;

    if (credential == NULL) {
        return err_no_memory(err);
    }
    if (!call_single_tenant(call, &tenant, err)) {
        return false;
    }
    *ret_caller = (SourceCaller){ .tenant = tenant, .credentials = credential };
    /* no session, or none that can be read: public sources stay readable */
    ret_caller->n_credentials = source_credential_from_cookie(
        call->api->source, tenant, cookies, call->request->arena, credential, &unreadable);
    return true;
}
