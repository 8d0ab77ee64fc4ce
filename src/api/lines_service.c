/* SPDX-License-Identifier: Apache-2.0 */
/* flameline.v1.LinesService: what each line costs. */
#include "api/message_text.h"
#include "api/rpc.h"
#include "query/lines_report.h"

typedef struct LinesCall {
    Query query;
    LinesQuery request;
    bool empty; /* outside of what may be asked */
    Str unit;
} LinesCall;

static bool read_selection(ApiCall *call, const Flameline__V1__Selection *selection, LinesCall *out,
                           Err *err)
{
    if (selection == NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT, "selection is required");
    }
    *out = (LinesCall){ .query = call_query(call),
                        .request = { .tenants = call->tenants,
                                     .selector = str_from(selection->label_selector),
                                     .range = { selection->start, selection->end } } };
    if (!range_check(&out->query, &out->request.range, false, &out->empty, err) ||
        !profile_type_parse(str_from(selection->profile_typeid), &out->request.type, err)) {
        return false;
    }
    out->unit = profile_type_display_unit(&out->request.type);
    return true;
}

/* Adds up all samples; on success lines_done() is the caller's. */
static bool fill(const LinesCall *lines_call, const LinesOptions *options, Arena *arena,
                 Lines *lines, Err *err)
{
    if (!lines_init(lines, options, arena, err)) {
        return false;
    }
    if (!lines_call->empty &&
        !query_lines(&lines_call->query, &lines_call->request, lines, arena, err)) {
        lines_done(lines);
        return false;
    }
    return true;
}

static bool function(ApiCall *call, const ProtobufCMessage *message,
                     ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__FunctionRequest *request = (const Flameline__V1__FunctionRequest *)message;
    Arena *arena = call->request->arena;
    LinesCall lines_call;
    Lines lines;

    if (request->function[0] == '\0') {
        return err_set(err, ERR_INVALID_ARGUMENT, "function is required");
    }
    if (!read_selection(call, request->selection, &lines_call, err)) {
        return false;
    }
    Str *call_path = texts_of(request->call_path, request->n_call_path, arena);
    LinesOptions options = { .mode = LINES_FUNCTION,
                             .function = str_from(request->function),
                             .call_path = call_path,
                             .n_call_path = request->n_call_path };
    if (call_path == NULL) {
        return err_no_memory(err);
    }
    if (!fill(&lines_call, &options, arena, &lines, err)) {
        return false;
    }
    bool ok = report_function(&lines, lines_call.unit, arena,
                              (Flameline__V1__FunctionResponse *)response_message, err);
    lines_done(&lines);
    return ok;
}

static bool file(ApiCall *call, const ProtobufCMessage *message, ProtobufCMessage *response_message,
                 Err *err)
{
    const Flameline__V1__FileRequest *request = (const Flameline__V1__FileRequest *)message;
    Version version = { str_from(request->repository), str_from(request->ref),
                        str_from(request->root) };
    Arena *arena = call->request->arena;
    LinesOptions options = { .mode = LINES_FILE, .file = str_from(request->file) };
    LinesCall lines_call;
    Lines lines;

    if (request->file[0] == '\0') {
        return err_set(err, ERR_INVALID_ARGUMENT, "file is required");
    }
    if (!read_selection(call, request->selection, &lines_call, err) ||
        !fill(&lines_call, &options, arena, &lines, err)) {
        return false;
    }
    bool ok = report_file(&lines, lines_call.unit, request->any_version ? NULL : &version, arena,
                          (Flameline__V1__FileResponse *)response_message, err);
    lines_done(&lines);
    return ok;
}

static bool hot_lines(ApiCall *call, const ProtobufCMessage *message,
                      ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__HotLinesRequest *request = (const Flameline__V1__HotLinesRequest *)message;
    LinesOptions options = { .mode = LINES_ALL };
    Arena *arena = call->request->arena;
    LinesCall lines_call;
    Lines lines;

    if (!read_selection(call, request->selection, &lines_call, err) ||
        !fill(&lines_call, &options, arena, &lines, err)) {
        return false;
    }
    bool ok = report_hot_lines(&lines, lines_call.unit, request->limit, arena,
                               (Flameline__V1__HotLinesResponse *)response_message, err);
    lines_done(&lines);
    return ok;
}

static bool functions(ApiCall *call, const ProtobufCMessage *message,
                      ProtobufCMessage *response_message, Err *err)
{
    const Flameline__V1__FunctionsRequest *request =
        (const Flameline__V1__FunctionsRequest *)message;
    LinesOptions options = { .mode = LINES_ALL };
    Arena *arena = call->request->arena;
    LinesCall lines_call;
    Lines lines;

    if (!read_selection(call, request->selection, &lines_call, err) ||
        !fill(&lines_call, &options, arena, &lines, err)) {
        return false;
    }
    bool ok = report_functions(&lines, lines_call.unit, request->limit, arena,
                               (Flameline__V1__FunctionsResponse *)response_message, err);
    lines_done(&lines);
    return ok;
}

#define LINES "flameline.v1.LinesService"

static const RpcMethod methods[] = {
    { .service = LINES, .method = "Function", .handler = function },
    { .service = LINES, .method = "File", .handler = file },
    { .service = LINES, .method = "HotLines", .handler = hot_lines },
    { .service = LINES, .method = "Functions", .handler = functions },
};

const RpcTable lines_methods = { methods, ARRAY_LEN(methods) };
