/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connect unary calls (https://connectrpc.com/docs/protocol; ingest.md 1.2 to 1.5, query.md 1.1),
 * and their gRPC-Web form: the same POST, with a five-byte frame and the trailers in a last frame.
 */
#include "api/rpc.h"

#include <stdio.h>

#include "base/clock.h"
#include "codec/gzip.h"
#include "codec/pb_json.h"
#include "flameline/v1/account.pb-c.h"
#include "flameline/v1/lines.pb-c.h"
#include "flameline/v1/source.pb-c.h"
#include "push/v1/push.pb-c.h"
#include "querier/v1/querier.pb-c.h"
#include "settings/v1/setting.pb-c.h"
#include "vcs/v1/vcs.pb-c.h"

typedef enum RpcCodec {
    CODEC_PROTO,
    CODEC_JSON,
} RpcCodec;

typedef struct RpcCall {
    ApiCall *call;
    const ProtobufCMethodDescriptor *descriptor;
    const RpcMethod *method;
    RpcCodec codec;
    bool grpc_web;
    bool request_gzipped;
    Buf inflated;
} RpcCall;

/* ---- finding the method ---- */

static const ProtobufCServiceDescriptor *const services[] = {
    &push__v1__pusher_service__descriptor,
    &querier__v1__querier_service__descriptor,
    &flameline__v1__lines_service__descriptor,
    &flameline__v1__source_service__descriptor,
    &vcs__v1__vcsservice__descriptor,
    &settings__v1__settings_service__descriptor,
    &flameline__v1__account_service__descriptor,
};

static const RpcTable *const tables[] = {
    &push_methods, &querier_methods, &lines_methods,    &source_methods,
    &vcs_methods,  &account_methods, &settings_methods,
};

/* Services of the reference that are not built at all: every method answers "unimplemented". */
static const Str foreign_services[] = {
    STR_CONST("adhocprofiles.v1.AdHocProfileService"),
    STR_CONST("capabilities.v1.FeatureFlagsService"),
    STR_CONST("settings.v1.RecordingRulesService"),
    STR_CONST("version.v1.Version"),
};

static const RpcMethod *find_handler(Str service, Str method)
{
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        for (size_t j = 0; j < tables[i]->n; j++) {
            const RpcMethod *row = &tables[i]->methods[j];
            if (str_eq(service, str_from(row->service)) && str_eq(method, str_from(row->method))) {
                return row;
            }
        }
    }
    return NULL;
}

static const ProtobufCServiceDescriptor *find_service(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        if (str_eq(name, str_from(services[i]->name))) {
            return services[i];
        }
    }
    return NULL;
}

static const ProtobufCMethodDescriptor *find_method(const ProtobufCServiceDescriptor *service,
                                                    Str name)
{
    for (unsigned i = 0; i < service->n_methods; i++) {
        if (str_eq(name, str_from(service->methods[i].name))) {
            return &service->methods[i];
        }
    }
    return NULL;
}

static void respond_not_built(ApiCall *call, Str method)
{
    Err err = ERR_INIT;

    (void)err_set(&err, ERR_UNIMPLEMENTED, "%.*s is not supported", STR_ARG(method));
    respond_error(call, &err);
}

/* ---- reading the request ---- */

static bool choose_codec(RpcCall *rpc, Str content_type)
{
    Str type = content_type;
    Str ignored;

    (void)str_cut(content_type, ';', &type, &ignored); /* parameters do not matter */
    type = str_trim(type);
    rpc->codec = CODEC_PROTO;
    if (str_eq_ignore_case(type, STR("application/json"))) {
        rpc->codec = CODEC_JSON;
        return true;
    }
    if (str_eq_ignore_case(type, STR("application/grpc-web")) ||
        str_eq_ignore_case(type, STR("application/grpc-web+proto"))) {
        rpc->grpc_web = true;
        return true;
    }
    return str_eq_ignore_case(type, STR("application/proto"));
}

static bool check_protocol(RpcCall *rpc, Err *err)
{
    const HttpRequest *request = rpc->call->request;
    Str version = http_request_header(request, STR("connect-protocol-version"));
    Str timeout = http_request_header(request, STR("connect-timeout-ms"));
    uint64_t ms;

    if (version.len > 0 && !str_eq(version, STR("1"))) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "connect-protocol-version must be \"1\": got \"%.20s\"", version.ptr);
    }
    if (timeout.len == 0) {
        return true;
    }
    if (timeout.len > 10 || !str_to_u64(timeout, &ms)) {
        return err_set(err, ERR_INVALID_ARGUMENT,
                       "connect-timeout-ms \"%.*s\" is not a number of at most 10 digits",
                       STR_ARG(str_first(timeout, 20)));
    }
    rpc->call->deadline_steady_ns = clock_steady_ns() + (int64_t)ms * NS_PER_MS;
    return ms > 0 || err_set(err, ERR_DEADLINE_EXCEEDED, "the timeout of the request is 0 ms");
}

static bool too_large(RpcCall *rpc, size_t n, Err *err)
{
    return err_set(err, ERR_RESOURCE_EXHAUSTED,
                   "message size %zu is larger than configured max %zu", n,
                   rpc->call->request->max_body_bytes);
}

static bool check_body_state(RpcCall *rpc, Err *err)
{
    const HttpRequest *request = rpc->call->request;
    uint64_t length = 0;

    switch (request->body_state) {
    case HTTP_BODY_OK:
        return true;
    case HTTP_BODY_TOO_LARGE:
        (void)(str_to_u64(http_request_header(request, STR("content-length")), &length) ||
               (length = request->max_body_bytes + 1));
        return too_large(rpc, (size_t)length, err);
    case HTTP_BODY_OVERLOADED:
        return err_set(err, ERR_UNAVAILABLE, "too many uploads at the same time, try again");
    }
    return false;
}

/* The message bytes: without compression and without the frame of gRPC-Web. */
static bool read_message(RpcCall *rpc, Str *ret_message, Err *err)
{
    const HttpRequest *request = rpc->call->request;
    Str encoding = http_request_header(request, STR("content-encoding"));
    Str body = request->body;

    if (encoding.len > 0 && !str_eq(encoding, STR("identity")) && !str_eq(encoding, STR("gzip"))) {
        return err_set(err, ERR_UNIMPLEMENTED,
                       "unknown compression \"%.*s\": supported encodings are gzip",
                       STR_ARG(str_first(encoding, 50)));
    }
    if (!check_body_state(rpc, err)) {
        return false;
    }
    rpc->request_gzipped = str_eq(encoding, STR("gzip"));
    if (rpc->request_gzipped && body.len > 0) {
        rpc->inflated = BUF_INIT(request->max_body_bytes);
        rpc->inflated.budget = request->budget;
        if (!gzip_inflate(body, request->max_body_bytes, &rpc->inflated, err)) {
            return err->code == ERR_RESOURCE_EXHAUSTED ? too_large(rpc, body.len, err) : false;
        }
        body = buf_str(&rpc->inflated);
    }
    if (rpc->grpc_web) {
        const unsigned char *head = (const unsigned char *)body.ptr;
        if (body.len < 5 || head[0] != 0) {
            return err_set(err, ERR_INVALID_ARGUMENT, "not an uncompressed gRPC-Web frame");
        }
        size_t n = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
        if (n != body.len - 5) {
            return err_set(err, ERR_INVALID_ARGUMENT, "gRPC-Web frame has a wrong length");
        }
        body = str_skip(body, 5);
    }
    *ret_message = body;
    return true;
}

static bool decode_request(RpcCall *rpc, Str message, ProtobufCMessage **ret_request, Err *err)
{
    Arena *arena = rpc->call->request->arena;
    const ProtobufCMessageDescriptor *type = rpc->descriptor->input;
    bool ok = rpc->codec == CODEC_JSON ? pb_json_decode(type, message, arena, ret_request, err)
                                       : pb_decode(type, message, arena, ret_request, err);

    return ok || err_wrap(err, "unmarshal message");
}

/* ---- answering ---- */

static void frame(Buf *out, unsigned char flags, Str bytes)
{
    buf_add_char(out, (char)flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
        buf_add_char(out, (char)(bytes.len >> shift));
    }
    buf_add(out, bytes);
}

/* The codec of the request; a charset comes back when one was sent (ingest.md 1.3). */
static Str message_content_type(const RpcCall *rpc, Str asked)
{
    if (rpc->grpc_web) {
        return STR("application/grpc-web+proto");
    }
    if (rpc->codec == CODEC_PROTO) {
        return STR("application/proto");
    }
    return str_find_char(asked, ';') != STR_NPOS ? STR("application/json; charset=utf-8")
                                                 : STR("application/json");
}

static void answer(RpcCall *rpc, const ProtobufCMessage *message, Str content_type)
{
    ApiCall *call = rpc->call;
    HttpResponse *response = call->response;

    response->status = 200;
    http_response_add_header(response, STR("Content-Type"),
                             message_content_type(rpc, content_type));
    if (rpc->grpc_web) {
        Buf bytes = BUF_INIT(response->body.limit);
        pb_encode(message, &bytes);
        frame(&response->body, 0, buf_str(&bytes));
        frame(&response->body, 0x80, STR("grpc-status: 0\r\n"));
        buf_done(&bytes);
        return;
    }
    if (rpc->codec == CODEC_JSON) {
        pb_json_encode(message, &response->body);
    } else {
        pb_encode(message, &response->body);
    }
    bool wants_gzip = rpc->request_gzipped || accepts_encoding_token(call->request, STR("gzip"));
    if (wants_gzip && !rpc->method->never_compress) {
        respond_gzip(call);
    }
}

/* gRPC-Web puts errors into the trailers of an otherwise successful answer. */
static void answer_error(RpcCall *rpc, const Err *err)
{
    char status[32];
    Buf trailers = BUF_INIT(KiB(8));

    if (!rpc->grpc_web) {
        respond_error(rpc->call, err);
        return;
    }
    rpc->call->response->status = 200;
    http_response_add_header(rpc->call->response, STR("Content-Type"),
                             STR("application/grpc-web+proto"));
    (void)snprintf(status, sizeof(status), "grpc-status: %d\r\n", (int)err->code);
    buf_add(&trailers, str_from(status));
    buf_add(&trailers, STR("grpc-message: "));
    buf_add_url_escaped(&trailers, str_from(err->msg), STR(" :\"{}(),=/"));
    buf_add(&trailers, STR("\r\n"));
    frame(&rpc->call->response->body, 0x80, buf_str(&trailers));
    buf_done(&trailers);
}

/* ---- the call ---- */

/* A media range of Accept: type/subtype with parameters; both parts are tokens without blanks. */
static bool is_media_range(Str range)
{
    Str type;
    Str subtype;
    Str ignored;

    (void)str_cut(range, ';', &range, &ignored); /* parameters are looked at elsewhere */
    range = str_trim(range);
    return str_cut(range, '/', &type, &subtype) && type.len > 0 && subtype.len > 0 &&
           str_find_char(range, ' ') == STR_NPOS;
}

/* Capabilities are parameters of Accept (query.md 1.3). False: the header is malformed. */
static bool read_capabilities(ApiCall *call)
{
    Str rest = http_request_header(call->request, STR("accept"));
    Str range;

    if (str_trim(rest).len == 0) {
        return true;
    }
    while (str_next(&rest, ',', &range)) {
        Str parameter;
        if (!is_media_range(range)) {
            return false;
        }
        while (str_next(&range, ';', &parameter)) {
            Str name;
            Str value;
            if (str_cut(str_trim(parameter), '=', &name, &value) &&
                str_eq_ignore_case(name, STR("allow-utf8-labelnames")) &&
                str_eq(value, STR("true"))) {
                call->utf8_label_names = true;
            }
        }
    }
    return true;
}

static bool run(RpcCall *rpc, ProtobufCMessage *response, Err *err)
{
    ProtobufCMessage *request;
    Str message;

    if (!check_protocol(rpc, err) || !read_message(rpc, &message, err)) {
        return false;
    }
    if (rpc->codec == CODEC_PROTO && rpc->method->binary_handler != NULL) {
        return call_set_tenants(rpc->call, err) &&
               rpc->method->binary_handler(rpc->call, message, response, err);
    }
    return decode_request(rpc, message, &request, err) && call_set_tenants(rpc->call, err) &&
           rpc->method->handler(rpc->call, request, response, err);
}

static void call_method(RpcCall *rpc, Str content_type)
{
    ProtobufCMessage *response = pb_new(rpc->descriptor->output, rpc->call->request->arena);
    Err err = ERR_INIT;

    /* uploads are never refused for a header that does not concern them */
    if (!read_capabilities(rpc->call) && rpc->method->binary_handler == NULL) {
        respond_text(rpc->call, 400, STR("text/plain; charset=utf-8"),
                     STR("Invalid header format: accept\n"));
        return;
    }
    if (response == NULL) {
        (void)err_no_memory(&err);
    } else if (run(rpc, response, &err)) {
        answer(rpc, response, content_type);
        if (!buf_ok(&rpc->call->response->body)) {
            (void)err_set(&err, ERR_RESOURCE_EXHAUSTED, "answer is too large");
        }
    }
    if (err.code != ERR_OK) {
        answer_error(rpc, &err);
    }
    buf_done(&rpc->inflated);
}

bool route_rpc(ApiCall *call)
{
    Str service_name;
    Str method_name;
    RpcCall rpc = { .call = call };

    if (!str_cut(str_skip(call->path, 1), '/', &service_name, &method_name)) {
        return false;
    }
    const ProtobufCServiceDescriptor *service = find_service(service_name);
    for (size_t i = 0; service == NULL && i < ARRAY_LEN(foreign_services); i++) {
        if (str_eq(service_name, foreign_services[i])) {
            respond_not_built(call, method_name);
            return true;
        }
    }
    if (service == NULL) {
        return false;
    }
    http_response_add_header(call->response, STR("Accept-Encoding"), STR("gzip"));
    rpc.descriptor = find_method(service, method_name);
    rpc.method = find_handler(service_name, method_name);
    if (rpc.descriptor == NULL) {
        respond_not_found(call);
        return true;
    }
    if (!str_eq(call->request->method, STR("POST"))) {
        respond_method_not_allowed(call, STR("POST"));
        return true;
    }
    Str content_type = http_request_header(call->request, STR("content-type"));
    if (!choose_codec(&rpc, content_type)) {
        call->response->status = 415;
        http_response_add_header(call->response, STR("Accept-Post"),
                                 STR("application/grpc-web, application/grpc-web+proto, "
                                     "application/json, application/json; charset=utf-8, "
                                     "application/proto"));
        return true;
    }
    if (rpc.method == NULL) {
        respond_not_built(call, method_name);
        return true;
    }
    call_method(&rpc, content_type);
    return true;
}
