/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "api/route.h"
#include "codec/gzip.h"
#include "codec/json.h"

void respond_text(ApiCall *call, int status, Str content_type, Str text)
{
    call->response->status = status;
    http_response_add_header(call->response, STR("Content-Type"), content_type);
    buf_add(&call->response->body, text);
}

void respond_not_found(ApiCall *call)
{
    respond_text(call, 404, STR("text/plain; charset=utf-8"), STR("404 page not found\n"));
}

void respond_method_not_allowed(ApiCall *call, Str allow)
{
    call->response->status = 405;
    http_response_add_header(call->response, STR("Allow"), allow);
}

void respond_error_as(ApiCall *call, int status, const char *code, const char *message)
{
    HttpResponse *response = call->response;

    response->status = status;
    buf_clear(&response->body);
    http_response_add_header(response, STR("Content-Type"), STR("application/json"));
    http_response_add_header(response, STR("X-Content-Type-Options"), STR("nosniff"));
    buf_add(&response->body, STR("{\"code\":"));
    json_add_string(&response->body, str_from(code));
    if (message[0] != '\0') {
        buf_add(&response->body, STR(",\"message\":"));
        json_add_string(&response->body, str_from(message));
    }
    buf_add(&response->body, STR("}\n"));
    if (status == 503) {
        http_response_add_header(response, STR("Retry-After"), STR("5"));
    }
}

void respond_error(ApiCall *call, const Err *err)
{
    respond_error_as(call, connect_http_status(err->code), connect_code_name(err->code), err->msg);
}

void respond_gzip(ApiCall *call)
{
    HttpResponse *response = call->response;
    Buf packed = BUF_INIT(response->body.limit);
    Err err = ERR_INIT;

    if (!gzip_deflate(buf_str(&response->body), 1, &packed, &err)) {
        buf_done(&packed);
        return;
    }
    buf_done(&response->body);
    response->body = packed;
    http_response_add_header(response, STR("Content-Encoding"), STR("gzip"));
}

bool accepts_encoding_token(const HttpRequest *request, Str token)
{
    Str rest = http_request_header(request, STR("accept-encoding"));
    Str part;

    while (str_next(&rest, ',', &part)) {
        Str words = str_trim(part);
        Str word;
        while (str_next(&words, ' ', &word)) {
            if (str_eq(word, token)) {
                return true;
            }
        }
    }
    return false;
}

/* The weight of a coding in one part of Accept-Encoding, "gzip;q=0.5"; 1 when none is given. */
static double weight_of(Str parameters)
{
    size_t q = str_find(parameters, STR("q="), 0);
    double weight = 1;

    if (q != STR_NPOS && !str_to_double(str_trim(str_skip(parameters, q + 2)), &weight)) {
        weight = 0;
    }
    return weight;
}

bool accepts_gzip_weighted(const HttpRequest *request)
{
    Str rest = http_request_header(request, STR("accept-encoding"));
    Str part;
    double gzip = -1;
    double any = -1;

    while (str_next(&rest, ',', &part)) {
        Str coding = part;
        Str parameters = STR_EMPTY;
        (void)str_cut(part, ';', &coding, &parameters); /* without ';' there are none */
        coding = str_trim(coding);
        if (str_eq_ignore_case(coding, STR("gzip"))) {
            gzip = weight_of(parameters);
        } else if (str_eq(coding, STR("*"))) {
            any = weight_of(parameters);
        }
    }
    return gzip > 0 || (gzip < 0 && any > 0);
}
