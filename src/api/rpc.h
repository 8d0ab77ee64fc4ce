/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/rpc.h - RPC methods and their table. Messages and methods come from the .proto files in api/
 * through protobuf-c.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "api/route.h"

/* Fills the response, which starts out empty; everything in it is allocated in the request's arena.
 */
typedef bool (*RpcHandler)(ApiCall *call, const ProtobufCMessage *request,
                           ProtobufCMessage *response, Err *err);

/* For requests that are read without the generated message: body is binary and decompressed. */
typedef bool (*RpcBinaryHandler)(ApiCall *call, Str body, ProtobufCMessage *response, Err *err);

typedef struct RpcMethod {
    const char *service; /* full name */
    const char *method;
    RpcHandler handler;
    RpcBinaryHandler binary_handler; /* used instead of handler when the request is binary */
    bool never_compress;
} RpcMethod;

typedef struct RpcTable {
    const RpcMethod *methods;
    size_t n;
} RpcTable;

extern const RpcTable push_methods;
extern const RpcTable querier_methods;
extern const RpcTable lines_methods;
extern const RpcTable source_methods;
extern const RpcTable vcs_methods;
extern const RpcTable account_methods;
extern const RpcTable settings_methods;
