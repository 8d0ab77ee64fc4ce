/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is the content type, the rest is the body. */
#include "codec/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str input = { (const char *)data, size };
    Str content_type = input;
    Str body = STR_EMPTY;
    MultipartReader reader;
    MultipartPart part;
    bool more = true;
    Err err = ERR_INIT;

    (void)str_cut(input, '\n', &content_type, &body); /* without a line end the body is empty */
    if (!multipart_begin(content_type, body, &reader, &err)) {
        return 0;
    }
    while (more && multipart_next(&reader, &part, &more, &err)) {
        if (more) {
            CHECK(part.content.ptr >= body.ptr &&
                  part.content.ptr + part.content.len <= body.ptr + body.len);
        }
    }
    return 0;
}
