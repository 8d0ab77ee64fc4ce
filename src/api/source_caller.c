/* SPDX-License-Identifier: Apache-2.0 */
#include "api/source_caller.h"

bool source_caller_of(const ApiCall *call, SourceCaller *ret_caller, Err *err)
{
    Str cookies = http_request_header(call->request, STR("cookie"));
    Str tenant;
    Err unreadable = ERR_INIT;

    if (!call_single_tenant(call, &tenant, err)) {
        return false;
    }
    *ret_caller = (SourceCaller){ 0 };
    if (!source_caller_from_cookie(call->api->source, tenant, cookies, call->request->arena,
                                   ret_caller, &unreadable)) {
        *ret_caller = (SourceCaller){ 0 }; /* no session, or none that can be read */
    }
    ret_caller->tenant = tenant;
    return true;
}
