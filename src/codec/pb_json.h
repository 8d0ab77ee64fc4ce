/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec/pb_json.h - protobuf messages to and from proto3 JSON, driven by protobuf-c descriptors.
 *
 * One layer for all messages of api/, so that Connect is served in both encodings by one
 * description. Mapping: query.md 1.2 and ingest.md 1.7. A oneof whose name starts with "_" is a
 * proto3 optional field.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Reads JSON text into a new message of the type; everything is allocated in the arena.
 * Both spellings of a field name are accepted; unknown fields and unknown enum names are ignored.
 * Errors: INVALID_ARGUMENT with line, column or field; RESOURCE_EXHAUSTED.
 */
bool pb_json_decode(const ProtobufCMessageDescriptor *type, Str text, Arena *arena,
                    ProtobufCMessage **ret_message, Err *err) MUST_CHECK;

/* Appends the message as compact JSON; fields equal to their default are left out. */
void pb_json_encode(const ProtobufCMessage *message, Buf *out);

/* Reads a binary message; everything is allocated in the arena. Errors as pb_json_decode(). */
bool pb_decode(const ProtobufCMessageDescriptor *type, Str bytes, Arena *arena,
               ProtobufCMessage **ret_message, Err *err) MUST_CHECK;

/* Appends the message in binary. */
void pb_encode(const ProtobufCMessage *message, Buf *out);

/* A new, empty message of the type. */
ProtobufCMessage *pb_new(const ProtobufCMessageDescriptor *type, Arena *arena);
