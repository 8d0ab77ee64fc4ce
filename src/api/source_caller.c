/* SPDX-License-Identifier: Apache-2.0 */
#include "api/source_caller.h"

static bool add(SourceCallerOf *caller, const SourceCredential *credential)
{
    if (caller->caller.n_credentials == ARRAY_LEN(caller->credentials)) {
        return false;
    }
    caller->credentials[caller->caller.n_credentials++] = *credential;
    return true;
}

/* Our own session first: it wins, unless it is over and Grafana's is not. */
static void add_cookie(SourceCallerOf *caller, const SourceCredential *cookie)
{
    SourceCredential *own = source_caller_credential(&caller->caller, cookie->provider);

    if (own == NULL) {
        (void)add(caller, cookie); /* there is room for one more than a session has */
    } else if (own->expired && !cookie->expired) {
        *own = *cookie;
    }
}

bool source_caller_init(const ApiCall *call, SourceCallerOf *ret_caller, Err *err)
{
    Str cookies = http_request_header(call->request, STR("cookie"));
    SourceCredential cookie;
    Str tenant;
    Err unreadable = ERR_INIT;

    *ret_caller = (SourceCallerOf){ 0 };
    if (!call_single_tenant(call, &tenant, err)) {
        return false;
    }
    ret_caller->caller = (SourceCaller){ .tenant = tenant,
                                         .credentials = ret_caller->credentials,
                                         .renew = account_renew,
                                         .renew_context = &ret_caller->account };
    if (call->api->account != NULL &&
        !account_caller_init(call->api->account, tenant, cookies, call->request->arena,
                             &ret_caller->account, err)) {
        return false;
    }
    for (size_t i = 0; i < ret_caller->account.n_credentials; i++) {
        (void)add(ret_caller, &ret_caller->account.credentials[i]); /* there is room for all */
    }
    /* no session, or none that can be read: public sources stay readable */
    if (source_credential_from_cookie(call->api->source, tenant, cookies, call->request->arena,
                                      &cookie, &unreadable)) {
        add_cookie(ret_caller, &cookie);
    }
    return true;
}

void source_caller_done(SourceCallerOf *caller)
{
    for (size_t i = 0; i < caller->caller.n_credentials; i++) {
        secret_wipe(caller->credentials[i].token);
    }
    account_caller_done(&caller->account);
}
