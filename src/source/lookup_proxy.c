/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lookup_proxy.h"

#include "base/clock.h"
#include "codec/zip.h"
#include "net/http_client.h"
#include "source/go_path.h"
#include "source/path.h"

#define ABSENT_LIFE_NS (600 * NS_PER_S)

enum {
    MAX_DIRECTORY_BYTES = 16 * 1024 * 1024,
    MAX_WHOLE_BYTES = 64 * 1024 * 1024, /* of a proxy that ignores ranges */
    SMALL_BYTES = 256 * 1024,
};

/* The archive as far as it was read: its last bytes. */
typedef struct Archive {
    LookupCached *lookup;
    const char *url;
    uint64_t bytes;
    Buf tail;
} Archive;

/* Reads bytes [from, from + n), or the last n when from is UINT64_MAX. */
static bool ask(Archive *archive, uint64_t from, size_t n, Buf *out, SourceFault *fault)
{
    LookupShared *shared = archive->lookup->shared;
    char range[80];
    Buf header = BUF_INIT(sizeof(range));
    HttpReply reply = { 0 };
    Err err = ERR_INIT;

    if (!lookup_take_call(archive->lookup, fault)) {
        return false;
    }
    if (from == UINT64_MAX) {
        buf_addf(&header, "Range: bytes=-%zu", n);
    } else {
        buf_addf(&header, "Range: bytes=%llu-%llu", (unsigned long long)from,
                 (unsigned long long)(from + n - 1));
    }
    const Str headers[] = { buf_str(&header) };
    HttpCall call = { .url = str_from(archive->url),
                      .headers = headers,
                      .n_headers = 1,
                      .deadline_ns = archive->lookup->deadline_ns,
                      .max_bytes = MAX_WHOLE_BYTES,
                      .max_redirects = 5 };
    (void)atomic_fetch_add(&shared->upstream_calls, 1); /* old count unused */
    bool ok = http_client_fetch(shared->http, &call, &reply, &err);
    fault->status = reply.status;
    buf_done(&header);
    if (!ok) {
        (void)source_fault_set(
            fault, err.code == ERR_DEADLINE_EXCEEDED ? SOURCE_TIMEOUT : SOURCE_HOST_UNREACHABLE,
            "the module proxy was not reached: %s", err.msg);
    } else if (reply.status == 404 || reply.status == 410) {
        ok = source_fault_set(fault, SOURCE_FILE_NOT_FOUND,
                              "the module proxy does not have this version of the module");
    } else if (reply.status != 200 && reply.status != 206) {
        ok = source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "the module proxy answered %d",
                              reply.status);
    } else {
        Str length = http_reply_header(&reply, STR("content-range"));
        size_t slash = str_rfind_char(length, '/');
        uint64_t whole = reply.body.len;
        if (reply.status == 206 &&
            (slash == STR_NPOS || !str_to_u64(str_skip(length, slash + 1), &whole))) {
            ok = source_fault_set(fault, SOURCE_HOST_UNREACHABLE,
                                  "the module proxy does not say how long the archive is");
        }
        archive->bytes = whole;
        buf_add(out, buf_str(&reply.body));
        ok = ok && (buf_ok(out) || source_fault_no_memory(fault));
    }
    http_reply_done(&reply);
    return ok;
}

/* A part of the archive: of the tail when it is there, else asked for into scratch. */
static bool part(Archive *archive, uint64_t from, size_t n, Buf *scratch, Str *ret_bytes,
                 SourceFault *fault)
{
    uint64_t tail_from = archive->bytes - archive->tail.len;

    if (from >= tail_from) {
        *ret_bytes = str_first(str_skip(buf_str(&archive->tail), (size_t)(from - tail_from)), n);
        return true;
    }
    n = (size_t)MIN((uint64_t)n, archive->bytes - from);
    if (!ask(archive, from, n, scratch, fault)) {
        return false;
    }
    *ret_bytes = buf_str(scratch);
    return true;
}

static bool read_file(Archive *archive, Str name, Buf *out, SourceFault *fault)
{
    Buf directory_bytes = BUF_INIT(MAX_DIRECTORY_BYTES);
    Buf entry_bytes = BUF_INIT(MAX_WHOLE_BYTES);
    ZipDirectory directory;
    ZipEntry entry;
    Str text = STR_EMPTY;
    Err err = ERR_INIT;

    bool ok = ask(archive, UINT64_MAX, ZIP_END_BYTES, &archive->tail, fault);
    if (ok && !zip_find_directory(buf_str(&archive->tail), archive->bytes, &directory, &err)) {
        ok = source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "%s", err.msg);
    }
    if (ok && directory.bytes > MAX_DIRECTORY_BYTES) {
        ok = source_fault_set(fault, SOURCE_TOO_LARGE, "the archive has too many files");
    }
    ok = ok && part(archive, directory.offset, directory.bytes, &directory_bytes, &text, fault);
    if (ok && !zip_find_entry(text, name, &entry, &err)) {
        ok = source_fault_set(
            fault, err.code == ERR_NOT_FOUND ? SOURCE_FILE_NOT_FOUND : SOURCE_HOST_UNREACHABLE,
            "%s", err.msg);
    }
    if (ok && entry.bytes > out->limit) {
        ok = source_fault_set(fault, SOURCE_TOO_LARGE, "the file has %u bytes", entry.bytes);
    }
    ok = ok && part(archive, entry.offset, entry.local_bytes, &entry_bytes, &text, fault);
    if (ok && !zip_read_entry(text, &entry, out, &err)) {
        ok = source_fault_set(fault, SOURCE_HOST_UNREACHABLE, "%s", err.msg);
    }
    buf_done(&directory_bytes);
    buf_done(&entry_bytes);
    return ok;
}

static CacheValue *load(LookupCached *lookup, const char *url, const char *name)
{
    size_t max_bytes = lookup->shared->max_file_bytes;
    CacheValue *value = cache_value_create(max_bytes + SMALL_BYTES);
    Archive archive = { .lookup = lookup, .url = url, .tail = BUF_INIT(MAX_WHOLE_BYTES) };
    Buf bytes = BUF_INIT(max_bytes);

    if (value == NULL) {
        return NULL;
    }
    if (read_file(&archive, str_from(name), &bytes, &value->fault)) {
        value->fault.state = SOURCE_OK;
        value->bytes = arena_str(value->arena, buf_str(&bytes));
    } else {
        (void)atomic_fetch_add(&lookup->shared->upstream_failures, 1); /* old count unused */
    }
    buf_done(&bytes);
    buf_done(&archive.tail);
    bool complete = value->fault.state != SOURCE_OK || value->bytes.ptr != NULL;
    return complete && cache_value_compact(value) ? value : cache_value_unref(value);
}

static int64_t life_of(const CacheValue *value)
{
    if (value->fault.state == SOURCE_OK) {
        return CACHE_FOREVER; /* a published version never changes */
    }
    return value->fault.state == SOURCE_FILE_NOT_FOUND ? ABSENT_LIFE_NS : 0;
}

static CacheValue *fetch(LookupCached *lookup, const char *url, const char *name, Str key,
                         LookupReport *report)
{
    Cache *cache = lookup->shared->cache;
    CacheValue *value = cache_get(cache, key);

    report->cached = value != NULL;
    if (value != NULL) {
        return value;
    }
    if (!cache_join(cache, key, lookup->deadline_ns, &value)) {
        (void)source_fault_set(&report->fault, SOURCE_TIMEOUT,
                               "another request asks the same and has no answer yet");
        return NULL;
    }
    report->cached = value != NULL;
    if (value == NULL) {
        value = load(lookup, url, name);
        if (value != NULL && life_of(value) > 0) {
            cache_put(cache, key, value, life_of(value));
        }
        cache_finish(cache, key, value);
    }
    if (value == NULL) {
        (void)source_fault_no_memory(&report->fault); /* NULL says it failed */
    }
    return value;
}

bool lookup_proxy_file(Lookup *base, Str module, Str version, Str file, Str *ret_bytes,
                       LookupReport *report)
{
    LookupCached *lookup = (LookupCached *)base;
    LookupShared *shared = lookup->shared;
    int64_t start_ns = clock_steady_ns();
    Str escaped_module = go_escape(lookup->arena, module);
    Str escaped_version = go_escape(lookup->arena, version);

    *report = (LookupReport){ 0 };
    if (escaped_module.ptr == NULL || escaped_version.ptr == NULL) {
        return source_fault_no_memory(&report->fault);
    }
    Buf url = BUF_INIT(KiB(8));
    buf_addf(&url, "%.*s/", STR_ARG(shared->module_proxy));
    buf_add_url_escaped(&url, escaped_module, STR("/!"));
    buf_add(&url, STR("/@v/"));
    buf_add_url_escaped(&url, escaped_version, STR("!+"));
    buf_add(&url, STR(".zip"));
    const char *address = buf_ok(&url) ? arena_text(lookup->arena, buf_str(&url)) : NULL;
    buf_done(&url);
    const char *name = arena_printf(lookup->arena, "%.*s@%.*s/%.*s", STR_ARG(module),
                                    STR_ARG(version), STR_ARG(file));
    const char *key = name != NULL ? arena_printf(lookup->arena, "proxy\n%s", name) : NULL;
    if (address == NULL || key == NULL) {
        return source_fault_no_memory(&report->fault);
    }
    CacheValue *value = fetch(lookup, address, name, str_from(key), report);
    report->duration_ms = (clock_steady_ns() - start_ns) / NS_PER_MS;
    if (value == NULL) {
        return false;
    }
    report->fault = value->fault;
    if (!VEC_PUSH(&lookup->held, value)) {
        cache_value_unref(value);
        return source_fault_no_memory(&report->fault);
    }
    *ret_bytes = value->bytes;
    return value->fault.state == SOURCE_OK;
}
