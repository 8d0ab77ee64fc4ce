/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lookup_page.h"

#include "base/clock.h"
#include "net/http_client.h"
#include "source/go_page.h"
#include "source/path.h"

#define PAGE_LIFE_NS (24 * 3600 * NS_PER_S)
#define FAILURE_LIFE_NS (600 * NS_PER_S)
#define PAGE_DEADLINE_NS (5 * NS_PER_S)

enum {
    VALUE_BYTES = 64 * 1024,
};

/* Redirects stay on https, unless the pages were configured to be asked without. */
static bool is_secure(Str url, void *context)
{
    const LookupShared *shared = context;

    return str_starts_with(url, STR("https://")) ||
           (str_starts_with(shared->go_get_base, STR("http://")) &&
            str_starts_with(url, STR("http://")));
}

static void set_fault(const Err *err, Str module, SourceFault *fault)
{
    SourceState state = SOURCE_HOST_UNREACHABLE;

    if (err->code == ERR_PERMISSION_DENIED || err->code == ERR_INVALID_ARGUMENT) {
        state = SOURCE_HOST_UNSUPPORTED;
    } else if (err->code == ERR_DEADLINE_EXCEEDED) {
        state = SOURCE_TIMEOUT;
    }
    (void)source_fault_set(fault, state, "the page of the module %.*s was not read: %s",
                           STR_ARG(module), err->msg); /* the caller looks at the state */
}

/* Lines root, address, directory: what a cache value can hold. */
static bool pack(CacheValue *value, const GoPage *page)
{
    const char *text = arena_printf(value->arena, "%.*s\n%.*s\n%.*s", STR_ARG(page->root),
                                    STR_ARG(page->address), STR_ARG(page->directory));

    value->bytes = text != NULL ? str_from(text) : (Str){ NULL, 0 };
    return text != NULL;
}

static bool unpack(Arena *arena, Str bytes, GoPage *ret_page)
{
    Str text = arena_str(arena, bytes);

    return text.ptr != NULL && str_cut(text, '\n', &ret_page->root, &text) &&
           str_cut(text, '\n', &ret_page->address, &ret_page->directory);
}

static void read_page(LookupCached *lookup, Str url, Str module, CacheValue *value)
{
    LookupShared *shared = lookup->shared;
    HttpCall call = { .url = url,
                      .deadline_ns = MIN(lookup->deadline_ns, clock_steady_ns() + PAGE_DEADLINE_NS),
                      .max_bytes = GO_PAGE_MAX_BYTES,
                      .max_redirects = 5,
                      .cut_body = true,
                      .deny_private = !shared->allow_private,
                      .check_redirect = is_secure,
                      .context = shared };
    HttpReply reply;
    GoPage page;
    Err err = ERR_INIT;

    (void)atomic_fetch_add(&shared->upstream_calls, 1); /* old count unused */
    bool ok = http_client_fetch(shared->http, &call, &reply, &err);
    value->fault.status = reply.status;
    if (!ok) {
        set_fault(&err, module, &value->fault);
        (void)atomic_fetch_add(&shared->upstream_failures, 1); /* old count unused */
    } else if (!go_page_parse(value->arena, buf_str(&reply.body), module, &page)) {
        /* whatever its status is: the go command does not look at it either */
        (void)source_fault_set(&value->fault, SOURCE_NO_MAPPING,
                               "the page of the module %.*s names no git repository",
                               STR_ARG(module)); /* the caller looks at the state */
    } else if (!pack(value, &page)) {
        (void)source_fault_no_memory(&value->fault); /* as above */
    }
    http_reply_done(&reply);
}

/* NULL: out of memory or time. */
static CacheValue *load(LookupCached *lookup, Str url, Str module, Str key, bool *ret_cached,
                        LookupReport *report)
{
    Cache *cache = lookup->shared->cache;
    CacheValue *value = cache_get(cache, key);

    *ret_cached = value != NULL;
    if (value != NULL) {
        return value;
    }
    if (!cache_join(cache, key, lookup->deadline_ns, &value)) {
        (void)source_fault_set(&report->fault, SOURCE_TIMEOUT,
                               "another request asks the same and has no answer yet");
        return NULL;
    }
    if (value != NULL) {
        *ret_cached = true;
        return value;
    }
    value = cache_value_create(VALUE_BYTES + GO_PAGE_MAX_BYTES);
    if (value != NULL) {
        read_page(lookup, url, module, value);
        if (!cache_value_compact(value)) {
            value = cache_value_unref(value);
        }
    }
    if (value != NULL) {
        cache_put(cache, key, value,
                  value->fault.state == SOURCE_OK ? PAGE_LIFE_NS : FAILURE_LIFE_NS);
    }
    cache_finish(cache, key, value);
    return value;
}

bool lookup_page(Lookup *base, Str module, GoPage *ret_page, LookupReport *report)
{
    LookupCached *lookup = (LookupCached *)base;
    int64_t start_ns = clock_steady_ns();
    Str url = go_page_url(lookup->arena, lookup->shared->go_get_base, module);
    const char *key = arena_printf(lookup->arena, "page\n%.*s", STR_ARG(module));

    *report = (LookupReport){ 0 };
    if (url.ptr == NULL || key == NULL) {
        return source_fault_no_memory(&report->fault);
    }
    if (lookup->shared->no_pages) {
        return source_fault_set(&report->fault, SOURCE_NO_MAPPING,
                                "pages of modules are not asked for on this server");
    }
    if (url.len == 0) {
        return source_fault_set(&report->fault, SOURCE_NO_MAPPING,
                                "this is not the path of a module that has a page");
    }
    if (!lookup_take_call(lookup, &report->fault)) {
        return false;
    }
    CLEANUP(cache_value_unrefp)
    CacheValue *value = load(lookup, url, module, str_from(key), &report->cached, report);
    report->duration_ms = (clock_steady_ns() - start_ns) / NS_PER_MS;
    if (value == NULL) {
        return report->fault.state != SOURCE_OK ? false : source_fault_no_memory(&report->fault);
    }
    report->fault = value->fault;
    return value->fault.state == SOURCE_OK && (unpack(lookup->arena, value->bytes, ret_page) ||
                                               source_fault_no_memory(&report->fault));
}
