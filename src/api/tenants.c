/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

#include "base/clock.h"

enum { TENANT_MAX_BYTES = 150 };

static bool is_tenant_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (c != '\0' && strchr("!-_.*'()", c) != NULL);
}

static bool check_tenant(Str id, Err *err)
{
    if (id.len == 0) {
        return err_set(err, ERR_UNAUTHENTICATED, "no org id");
    }
    if (id.len > TENANT_MAX_BYTES) {
        return err_set(err, ERR_INVALID_ARGUMENT, "tenant id is longer than %d bytes",
                       TENANT_MAX_BYTES);
    }
    if (str_eq(id, STR(".")) || str_eq(id, STR(".."))) {
        return err_set(err, ERR_INVALID_ARGUMENT, "tenant id is '.' or '..'");
    }
    for (size_t i = 0; i < id.len; i++) {
        if (!is_tenant_char(id.ptr[i])) {
            return err_set(err, ERR_INVALID_ARGUMENT,
                           "tenant id contains a character that is not allowed at position %zu", i);
        }
    }
    return true;
}

static size_t n_headers(const HttpRequest *request, Str name)
{
    size_t n = 0;

    for (size_t i = 0; i < request->n_headers; i++) {
        n += str_eq_ignore_case(request->headers[i].name, name);
    }
    return n;
}

bool call_set_tenants(ApiCall *call, Err *err)
{
    static const Str anonymous[] = { STR_CONST("anonymous") };

    if (!call->api->options.multitenancy) {
        call->tenants = (Tenants){ anonymous, 1 };
        return true;
    }
    if (n_headers(call->request, STR("x-scope-orgid")) > 1) {
        /* a proxy that adds its own behind that of the client would be ignored */
        return err_set(err, ERR_INVALID_ARGUMENT, "X-Scope-OrgID is given more than once");
    }
    Str header = http_request_header(call->request, STR("x-scope-orgid"));
    if (header.len == 0) {
        return err_set(err, ERR_UNAUTHENTICATED, "no org id");
    }
    size_t max = 1;
    for (size_t i = 0; i < header.len; i++) {
        max += header.ptr[i] == '|';
    }
    Str *ids = ARENA_NEW(call->request->arena, Str, max);
    if (ids == NULL) {
        return err_no_memory(err);
    }
    size_t n = 0;
    Str rest = header;
    Str id;
    while (str_next(&rest, '|', &id)) {
        id = str_first(id, MIN(str_find_char(id, ':'), id.len)); /* ":key=value" is metadata */
        if (!check_tenant(id, err)) {
            return false;
        }
        ids[n++] = id;
    }
    qsort(ids, n, sizeof(*ids), str_cmp_qsort);
    size_t unique = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !str_eq(ids[i], ids[i - 1])) {
            ids[unique++] = ids[i];
        }
    }
    call->tenants = (Tenants){ ids, unique };
    return true;
}

bool call_single_tenant(const ApiCall *call, Str *ret_tenant, Err *err)
{
    if (call->tenants.n != 1) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "exactly one tenant is needed here, X-Scope-OrgID names %zu",
                       call->tenants.n);
    }
    *ret_tenant = call->tenants.ids[0];
    return true;
}

OriginRequest call_origin(const ApiCall *call)
{
    return (OriginRequest){
        .public_url = call->api->options.public_url,
        .host = http_request_header(call->request, STR("host")),
        .proto = http_request_header(call->request, STR("x-forwarded-proto")),
    };
}

Query call_query(const ApiCall *call)
{
    Query query = call->api->query;

    if (call->deadline_steady_ns != 0) {
        int64_t left = MAX(call->deadline_steady_ns - clock_steady_ns(), (int64_t)1);
        bool sooner = query.limits.timeout_ns == 0 || left < query.limits.timeout_ns;
        query.limits.timeout_ns = sooner ? left : query.limits.timeout_ns;
    }
    return query;
}
