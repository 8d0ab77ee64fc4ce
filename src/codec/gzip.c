/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/gzip.h"

#include <libdeflate.h>
#include <pthread.h>

typedef struct ThreadContext {
    struct libdeflate_decompressor *inflater;
    struct libdeflate_compressor *deflater;
    int level; /* of the deflater */
} ThreadContext;

static pthread_key_t context_key;
static pthread_once_t context_once = PTHREAD_ONCE_INIT;

static void context_free(void *arg)
{
    ThreadContext *context = arg;

    libdeflate_free_decompressor(context->inflater);
    libdeflate_free_compressor(context->deflater);
    free(context);
}

static void context_key_create(void)
{
    CHECK(pthread_key_create(&context_key, context_free) == 0);
}

static ThreadContext *context_get(void)
{
    (void)pthread_once(&context_once, context_key_create); /* cannot fail */
    ThreadContext *context = pthread_getspecific(context_key);
    if (context == NULL) {
        context = calloc(1, sizeof(*context));
        if (context != NULL && pthread_setspecific(context_key, context) != 0) {
            free(context);
            context = NULL;
        }
    }
    return context;
}

/*
 * A first guess at the decompressed size. The trailer of the last member claims one (RFC 1952:
 * modulo 2^32), but there may be several members, and it may lie; profiles rarely shrink to less
 * than a quarter.
 */
static size_t size_hint(Str in, size_t max_bytes)
{
    uint32_t isize = 0;

    if (in.len >= 18) {
        memcpy(&isize, in.ptr + in.len - 4, sizeof(isize));
    }
    size_t hint = MAX((size_t)isize, MIN(in.len, max_bytes / 4) * 4);
    return MIN(MAX(hint, (size_t)256), max_bytes);
}

static bool inflate_member(struct libdeflate_decompressor *inflater, Str *in, size_t max_bytes,
                           Buf *out, Err *err)
{
    size_t room = size_hint(*in, max_bytes);

    for (;;) {
        size_t used_in;
        size_t used_out;
        bool fits = room <= out->limit - out->len;
        if (!buf_reserve(out, room)) {
            return err_set(err, fits ? ERR_UNAVAILABLE : ERR_RESOURCE_EXHAUSTED,
                           "no room for %zu decompressed bytes", room);
        }
        enum libdeflate_result result = libdeflate_gzip_decompress_ex(
            inflater, in->ptr, in->len, out->ptr + out->len, room, &used_in, &used_out);
        if (result == LIBDEFLATE_SUCCESS) {
            *in = str_skip(*in, used_in);
            out->len += used_out;
            return true;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
            return err_set(err, ERR_INVALID_ARGUMENT, "gzip stream is cut or damaged");
        }
        if (room >= max_bytes) {
            return err_set(err, ERR_RESOURCE_EXHAUSTED,
                           "decompressed size exceeds maximum allowed size of %zu bytes",
                           max_bytes);
        }
        room = MIN(room * 2, max_bytes);
    }
}

bool gzip_inflate(Str in, size_t max_bytes, Buf *out, Err *err)
{
    ThreadContext *context = context_get();
    size_t start = out->len;

    if (context == NULL) {
        return err_no_memory(err);
    }
    if (context->inflater == NULL) {
        context->inflater = libdeflate_alloc_decompressor();
        if (context->inflater == NULL) {
            return err_no_memory(err);
        }
    }
    do {
        if (!gzip_has_magic(in)) {
            return err_set(err, ERR_INVALID_ARGUMENT,
                           out->len == start ? "not gzip" : "bytes behind the gzip stream");
        }
        if (!inflate_member(context->inflater, &in, max_bytes - (out->len - start), out, err)) {
            return false;
        }
    } while (in.len > 0);
    return true;
}

bool gzip_deflate(Str in, int level, Buf *out, Err *err)
{
    ThreadContext *context = context_get();

    if (context == NULL) {
        return err_no_memory(err);
    }
    if (context->deflater == NULL || context->level != level) {
        libdeflate_free_compressor(context->deflater);
        context->deflater = libdeflate_alloc_compressor(level);
        context->level = level;
        if (context->deflater == NULL) {
            return err_no_memory(err);
        }
    }
    size_t bound = libdeflate_gzip_compress_bound(context->deflater, in.len);
    if (!buf_reserve(out, bound)) {
        return err_set(err, ERR_RESOURCE_EXHAUSTED, "no room for %zu compressed bytes", bound);
    }
    size_t n =
        libdeflate_gzip_compress(context->deflater, in.ptr, in.len, out->ptr + out->len, bound);
    CHECK(n > 0); /* the bound always suffices */
    out->len += n;
    return true;
}
