/* SPDX-License-Identifier: Apache-2.0 */
/* codec/pb_json_internal.h - fields of protobuf-c messages, for pb_json_read.c and pb_json_write.c.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

/* Bytes of one value of the type inside a message struct. */
size_t pb_type_size(ProtobufCType type);

/* The JSON name of a field: lowerCamelCase of the proto name (proto3 specification, "JSON
 * Mapping"). */
size_t pb_json_name(const char *proto_name, char *out, size_t size);
