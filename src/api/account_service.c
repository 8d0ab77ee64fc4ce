/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flameline.v1.AccountService: accounts at git hosts for our own UI.
 *
 * What changes something is safe from foreign pages twice: the content types that are taken need a
 * preflight, which nobody answers, and an Origin header must be our own.
 */
#include "api/rpc.h"
#include "flameline/v1/account.pb-c.h"

static bool open_call(const ApiCall *call, AccountRequest *ret_request, Err *err)
{
    *ret_request = (AccountRequest){
        .cookie_header = http_request_header(call->request, STR("cookie")),
        .origin = call_origin(call),
    };
    if (call->api->account == NULL) {
        return err_set(err, ERR_UNIMPLEMENTED,
                       "source integration is not configured on this server");
    }
    return call_single_tenant(call, &ret_request->tenant, err);
}

/* Of calls that change something. */
static bool check_origin(const ApiCall *call, const AccountRequest *request, Err *err)
{
    Str type = http_request_header(call->request, STR("content-type"));
    Str origin = http_request_header(call->request, STR("origin"));
    Str ignored;

    (void)str_cut(type, ';', &type, &ignored); /* parameters do not matter */
    type = str_trim(type);
    if (!str_eq_ignore_case(type, STR("application/json")) &&
        !str_eq_ignore_case(type, STR("application/proto"))) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "this call takes application/json or application/proto only");
    }
    return origin_allowed(&request->origin, origin, call->request->arena) ||
           err_set(err, ERR_PERMISSION_DENIED,
                   "the page comes from another address than this server: behind a proxy, "
                   "server.public_url says what is its own");
}

static bool host_message(const AccountHost *in, Arena *arena, Flameline__V1__Host *out)
{
    *out = (Flameline__V1__Host)FLAMELINE__V1__HOST__INIT;
    out->provider = arena_text(arena, in->host.provider);
    out->type = arena_text(arena, str_from(provider_type_name(in->host.type)));
    out->label = arena_text(arena, str_from(in->host.label));
    out->weburl = arena_text(arena, in->host.web_url);
    out->state = arena_text(arena, str_from(in->state));
    out->canconnect = in->host.login != NULL;
    out->account = arena_text(arena, in->name);
    out->expiresat = in->expires_at_ms;
    out->revokeurl = arena_text(arena, in->revoke_url);
    return out->provider != NULL && out->type != NULL && out->label != NULL &&
           out->weburl != NULL && out->state != NULL && out->account != NULL &&
           out->revokeurl != NULL;
}

static bool hosts(ApiCall *call, const ProtobufCMessage *message UNUSED,
                  ProtobufCMessage *response_message, Err *err)
{
    Flameline__V1__HostsResponse *response = (Flameline__V1__HostsResponse *)response_message;
    Arena *arena = call->request->arena;
    AccountRequest request;
    AccountHost *found;
    size_t n;

    if (!open_call(call, &request, err) ||
        !account_hosts(call->api->account, &request, arena, &found, &n, err)) {
        return false;
    }
    Flameline__V1__Host *items = ARENA_NEW(arena, Flameline__V1__Host, n);
    response->hosts = ARENA_NEW(arena, Flameline__V1__Host *, n);
    if (items == NULL || response->hosts == NULL) {
        return err_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (!host_message(&found[i], arena, &items[i])) {
            return err_no_memory(err);
        }
        response->hosts[response->n_hosts++] = &items[i];
    }
    http_response_add_header(call->response, STR("Cache-Control"), STR("no-store"));
    return true;
}

static bool begin_login(ApiCall *call, const ProtobufCMessage *message,
                        ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__BeginLoginRequest *in = (const Flameline__V1__BeginLoginRequest *)message;
    Flameline__V1__BeginLoginResponse *response =
        (Flameline__V1__BeginLoginResponse *)response_message;
    Arena *arena = call->request->arena;
    Str page = http_request_header(call->request, STR("origin"));
    AccountRequest request;
    AccountLogin login;

    if (!open_call(call, &request, err) || !check_origin(call, &request, err) ||
        !account_begin_login(call->api->account, &request, str_from(in->provider),
                             str_from(in->returnto), in->popup, page, arena, &login, err)) {
        return false;
    }
    response->attempt = arena_text(arena, login.attempt);
    response->url = arena_text(arena, login.url);
    response->expiresat = login.expires_at_ms;
    http_response_add_header(call->response, STR("Set-Cookie"), login.set_cookie);
    http_response_add_header(call->response, STR("Cache-Control"), STR("no-store"));
    return (response->attempt != NULL && response->url != NULL) || err_no_memory(err);
}

static bool disconnect(ApiCall *call, const ProtobufCMessage *message,
                       ProtobufCMessage *response_message UNUSED, Err *err)
{
    const Flameline__V1__DisconnectRequest *in = (const Flameline__V1__DisconnectRequest *)message;
    AccountRequest request;
    Str set_cookie;

    if (!open_call(call, &request, err) || !check_origin(call, &request, err) ||
        !account_disconnect(call->api->account, &request, str_from(in->provider),
                            call->request->arena, &set_cookie, err)) {
        return false;
    }
    if (set_cookie.len > 0) {
        http_response_add_header(call->response, STR("Set-Cookie"), set_cookie);
    }
    return true;
}

#define ACCOUNT "flameline.v1.AccountService"

/* The compressor of BeginLogin's answer would mix a secret with the caller's text. */
static const RpcMethod methods[] = {
    { .service = ACCOUNT, .method = "Hosts", .handler = hosts },
    { .service = ACCOUNT, .method = "BeginLogin", .handler = begin_login, .never_compress = true },
    { .service = ACCOUNT, .method = "Disconnect", .handler = disconnect },
};

const RpcTable account_methods = { methods, ARRAY_LEN(methods) };
