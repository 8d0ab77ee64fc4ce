/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web UI: hashed files below /assets are immutable; every other path that is not an RPC gets
 * the page, which finds its screen by itself (ui.md 2.2).
 */
#include <sys/random.h>

#include "api/route.h"
#include "api/ui_assets.h"

static const EmbeddedFile *find_asset(Str path)
{
    for (size_t i = 0; i < n_ui_files; i++) {
        if (str_eq(path, str_from(ui_files[i].path))) {
            return &ui_files[i];
        }
    }
    return NULL;
}

static Str content_type_of(Str path)
{
    static const struct {
        Str suffix;
        Str type;
    } types[] = {
        { STR_CONST(".html"), STR_CONST("text/html; charset=utf-8") },
        { STR_CONST(".js"), STR_CONST("text/javascript; charset=utf-8") },
        { STR_CONST(".css"), STR_CONST("text/css; charset=utf-8") },
        { STR_CONST(".svg"), STR_CONST("image/svg+xml") },
        { STR_CONST(".png"), STR_CONST("image/png") },
        { STR_CONST(".ico"), STR_CONST("image/x-icon") },
        { STR_CONST(".json"), STR_CONST("application/json") },
        { STR_CONST(".txt"), STR_CONST("text/plain; charset=utf-8") },
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ends_with(path, types[i].suffix)) {
            return types[i].type;
        }
    }
    return STR("application/octet-stream");
}

static void respond_asset(ApiCall *call, const EmbeddedFile *asset, Str path)
{
    Str content = { asset->start, (size_t)(asset->end - asset->start) };

    if (asset->gzip_start != NULL && accepts_gzip_weighted(call->request)) {
        content = (Str){ asset->gzip_start, (size_t)(asset->gzip_end - asset->gzip_start) };
        http_response_add_header(call->response, STR("Content-Encoding"), STR("gzip"));
    }
    http_response_add_header(call->response, STR("Vary"), STR("Accept-Encoding"));
    http_response_add_header(call->response, STR("X-Content-Type-Options"), STR("nosniff"));
    http_response_add_header(call->response, STR("Cache-Control"),
                             str_starts_with(path, STR("assets/"))
                                 ? STR("public, max-age=31536000, immutable")
                                 : STR("no-cache"));
    respond_text(call, 200, content_type_of(path), content);
}

Str make_nonce(Arena *arena)
{
    unsigned char random[16];
    Buf text = BUF_INIT(64);

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
        return STR_EMPTY;
    }
    buf_add_base64(&text, (Str){ (const char *)random, sizeof(random) });
    Str copy = arena_str(arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

static void add_replaced(Buf *out, Str page, Str needle, Str value)
{
    for (size_t at = str_find(page, needle, 0); at != STR_NPOS; at = str_find(page, needle, 0)) {
        buf_add(out, str_first(page, at));
        buf_add(out, value);
        page = str_skip(page, at + needle.len);
    }
    buf_add(out, page);
}

static void add_security_headers(ApiCall *call, Str nonce)
{
    Str ancestors = call->api->options.frame_ancestors;
    char *policy = arena_printf(
        call->request->arena,
        "default-src 'self'; script-src 'self' 'nonce-%.*s'; img-src 'self' data:; style-src 'self' "
        "'nonce-%.*s'; object-src 'none'; base-uri 'self'; frame-ancestors %.*s",
        STR_ARG(nonce), STR_ARG(nonce), STR_ARG(ancestors.len > 0 ? ancestors : STR("'none'")));

    http_response_add_header(call->response, STR("Content-Security-Policy"), str_from(policy));
    http_response_add_header(call->response, STR("X-Content-Type-Options"), STR("nosniff"));
    http_response_add_header(call->response, STR("Referrer-Policy"), STR("same-origin"));
    http_response_add_header(call->response, STR("Cache-Control"), STR("no-store"));
}

static void respond_page(ApiCall *call, const EmbeddedFile *page)
{
    Arena *arena = call->request->arena;
    Str nonce = make_nonce(arena);
    Str base = call->api->options.base_path;
    char *base_tag = arena_printf(arena, "<base href=\"%.*s/\">", STR_ARG(base));
    Buf with_nonce = BUF_INIT(MiB(4));
    Str content = { page->start, (size_t)(page->end - page->start) };

    if (nonce.len == 0 || base_tag == NULL) {
        respond_error_as(call, 500, "internal", "could not make the page");
        return;
    }
    add_security_headers(call, nonce);
    respond_text(call, 200, STR("text/html; charset=utf-8"), STR_EMPTY);
    add_replaced(&with_nonce, content, STR("__CSP_NONCE__"), nonce);
    add_replaced(&call->response->body, buf_str(&with_nonce), STR("<base href=\"/\">"),
                 str_from(base_tag));
    buf_done(&with_nonce);
}

/* Paths that look like a file or an API of another product must not get the page. */
static bool is_screen(Str path)
{
    static const Str screens[] = {
        STR_CONST("/"),          STR_CONST("/services"),   STR_CONST("/profile"),
        STR_CONST("/labels"),    STR_CONST("/diff"),       STR_CONST("/function"),
        STR_CONST("/file"),      STR_CONST("/compare"),    STR_CONST("/repo"),
        STR_CONST("/favorites"), STR_CONST("/settings"),   STR_CONST("/status"),
        STR_CONST("/explore"),   STR_CONST("/comparison"), STR_CONST("/comparison-diff"),
        STR_CONST("/adhoc"),
    };

    for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
        if (str_eq(path, screens[i])) {
            return true;
        }
    }
    return str_starts_with(path, STR("/adhoc/")) || str_starts_with(path, STR("/auth/"));
}

void route_ui(ApiCall *call)
{
    bool reads =
        str_eq(call->request->method, STR("GET")) || str_eq(call->request->method, STR("HEAD"));
    Str path = str_skip(call->path, 1);
    const EmbeddedFile *asset = find_asset(path);

    if (!reads) {
        respond_not_found(call);
        return;
    }
    if (asset != NULL && !str_eq(path, STR("index.html"))) {
        respond_asset(call, asset, path);
        return;
    }
    const EmbeddedFile *page = find_asset(STR("index.html"));
    Str accept = http_request_header(call->request, STR("accept"));
    /* a browser that follows a mistyped link gets the page, which says so; a program gets 404 */
    bool browser = str_find(accept, STR("text/html"), 0) != STR_NPOS;
    if (!is_screen(call->path) && !browser) {
        respond_not_found(call);
        return;
    }
    if (page == NULL) {
        respond_text(
            call, 200, STR("text/plain; charset=utf-8"),
            STR("Flameline runs, but this program was built without the web UI: see README.md.\n"));
        return;
    }
    respond_page(call, page);
}
