/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /login/callback: where a git host sends the browser after a login.
 *
 * Its address holds a code, so the page loads nothing, sends no Referer, and takes the address out
 * of the history first. A pop-up tells its opener how it went and closes; a login in the same tab
 * goes back to its page.
 */
#include "api/route.h"
#include "codec/json.h"

static Str parameter(const ApiCall *call, Str name)
{
    Str value;

    return http_query_get(call->request->query, name, call->request->arena, &value) ? value
                                                                                    : STR_EMPTY;
}

static void add_headers(ApiCall *call, Str nonce)
{
    const char *policy =
        arena_printf(call->request->arena,
                     "default-src 'none'; script-src 'nonce-%.*s'; style-src 'nonce-%.*s'; "
                     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                     STR_ARG(nonce), STR_ARG(nonce));

    if (policy != NULL) { /* without one, nothing of the page is worth showing */
        http_response_add_header(call->response, STR("Content-Security-Policy"), str_from(policy));
    }
    http_response_add_header(call->response, STR("X-Content-Type-Options"), STR("nosniff"));
    http_response_add_header(call->response, STR("Referrer-Policy"), STR("no-referrer"));
    http_response_add_header(call->response, STR("Cache-Control"), STR("no-store"));
}

static void add_html(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'') {
            buf_addf(out, "&#%d;", c);
        } else {
            buf_add_char(out, c);
        }
    }
}

/* A JSON text that cannot end the script around it. */
static void add_script_text(Buf *out, Str text)
{
    Buf json = BUF_INIT(KiB(16));

    json_add_string(&json, text);
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] == '<') {
            buf_add(out, STR("\\u003c"));
        } else {
            buf_add_char(out, json.ptr[i]);
        }
    }
    out->failed |= !buf_ok(&json);
    buf_done(&json);
}

static void add_script(Buf *out, const AccountLanding *landing)
{
    buf_add(out, STR("history.replaceState(null,\"\",location.pathname);"));
    if (landing->attempt.len == 0 || !landing->popup) {
        return;
    }
    buf_add(out, STR("const channel=new BroadcastChannel(\"flameline-login-\"+"));
    add_script_text(out, landing->attempt);
    buf_add(out, STR(");channel.postMessage("));
    if (landing->ok) {
        buf_add(out, STR("{ok:true}"));
    } else {
        buf_add(out, STR("{error:"));
        add_script_text(out, str_from(landing->error));
        buf_add(out, STR(",reason:"));
        add_script_text(out, landing->reason);
        buf_add(out, STR("}"));
    }
    /* a closing page may take the message with it */
    buf_add(out, STR(");setTimeout(()=>{channel.close();window.close()},50);"));
}

static void add_page(Buf *out, const AccountLanding *landing, Str nonce)
{
    buf_addf(out,
             "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width\"><title>Flameline</title>"
             "<style nonce=\"%.*s\">body{font:1rem/1.5 system-ui,sans-serif;margin:3rem auto;"
             "max-width:32rem;padding:0 1rem;color-scheme:light dark}</style></head><body><p>",
             STR_ARG(nonce));
    add_html(out, landing->ok ? STR("Connected. You can close this window.") : landing->reason);
    buf_add(out, STR("</p><p><a href=\""));
    add_html(out, landing->return_to);
    buf_addf(out, "\">Back to Flameline</a></p><script nonce=\"%.*s\">", STR_ARG(nonce));
    add_script(out, landing);
    buf_add(out, STR("</script></body></html>\n"));
}

static void respond_landing(ApiCall *call, const AccountLanding *landing)
{
    Str nonce = make_nonce(call->request->arena);

    if (nonce.len == 0) {
        respond_error_as(call, 500, "internal", "could not make the page");
        return;
    }
    for (size_t i = 0; i < landing->n_set_cookies; i++) {
        http_response_add_header(call->response, STR("Set-Cookie"), landing->set_cookies[i]);
    }
    add_headers(call, nonce);
    if (landing->ok && !landing->popup) {
        call->response->status = 303;
        http_response_add_header(call->response, STR("Location"), landing->return_to);
        return;
    }
    respond_text(call, landing->ok ? 200 : 400, STR("text/html; charset=utf-8"), STR_EMPTY);
    add_page(&call->response->body, landing, nonce);
}

void route_login_callback(ApiCall *call)
{
    AccountRequest request = { .cookie_header = http_request_header(call->request, STR("cookie")),
                               .origin = call_origin(call) };
    AccountCallback callback = { .state = parameter(call, STR("state")),
                                 .code = parameter(call, STR("code")),
                                 .error = parameter(call, STR("error")),
                                 .error_description = parameter(call, STR("error_description")),
                                 .request_id = call->request->id };
    AccountLanding landing;
    Err err = ERR_INIT;

    if (!str_eq(call->request->method, STR("GET"))) {
        respond_method_not_allowed(call, STR("GET"));
        return;
    }
    if (call->api->account == NULL) {
        respond_not_found(call);
        return;
    }
    if (!account_finish_login(call->api->account, &request, &callback, call->request->arena,
                              &landing, &err)) {
        respond_error(call, &err);
        return;
    }
    respond_landing(call, &landing);
}
