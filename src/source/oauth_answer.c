/* SPDX-License-Identifier: Apache-2.0 */
#include "source/oauth_answer.h"

#include <jansson.h>

#include "source/secret.h"

/* A host that says more than this means "never". */
#define MAX_LIFE_S (INT64_C(10) * 365 * 86400)

enum { MAX_ERROR_CODE_BYTES = 40 };

/* The members that count, as texts; ptr NULL: absent. */
typedef struct Members {
    Str access_token;
    Str refresh_token;
    Str token_type;
    Str expires_in;
    Str refresh_token_expires_in;
    Str error;
} Members;

static Str *member_of(Members *members, Str name)
{
    const struct {
        Str name;
        Str *value;
    } rows[] = {
        { STR("access_token"), &members->access_token },
        { STR("refresh_token"), &members->refresh_token },
        { STR("token_type"), &members->token_type },
        { STR("expires_in"), &members->expires_in },
        { STR("refresh_token_expires_in"), &members->refresh_token_expires_in },
        { STR("error"), &members->error },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (str_eq(rows[i].name, name)) {
            return rows[i].value;
        }
    }
    return NULL;
}

/* "%41+b" decoded into the arena; ptr NULL when out of memory. */
static Str form_text(Str text, Arena *arena)
{
    char *out = arena_alloc_raw(arena, text.len + 1);
    size_t n = 0;

    if (out == NULL) {
        return (Str){ NULL, 0 };
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int high = c == '%' && i + 2 < text.len ? ascii_hex_value(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex_value(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[n++] = c;
    }
    return (Str){ out, n };
}

static bool read_form(Str body, Arena *arena, Members *members)
{
    Str rest = str_trim(body);
    Str pair;

    while (str_next(&rest, '&', &pair)) {
        Str name = pair;
        Str value = STR_EMPTY;
        (void)str_cut(pair, '=', &name, &value); /* a name alone has an empty value */
        Str *member = member_of(members, name);
        if (member == NULL || member->ptr != NULL) { /* the first one counts */
            continue;
        }
        *member = form_text(value, arena);
        if (member->ptr == NULL) {
            return false;
        }
    }
    return true;
}

/* Texts and whole numbers; everything else counts as absent. */
static bool copy_member(const json_t *value, Arena *arena, Str *member)
{
    if (json_is_string(value)) {
        *member = arena_str(arena, (Str){ json_string_value(value), json_string_length(value) });
    } else if (json_is_integer(value)) {
        char *text = arena_printf(arena, "%lld", (long long)json_integer_value(value));
        *member = text != NULL ? str_from(text) : (Str){ NULL, 0 };
    } else {
        return true;
    }
    return member->ptr != NULL;
}

static bool read_json(Str body, Arena *arena, Members *members)
{
    json_t *root = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(root);
    const char *name;
    json_t *value;

    if (ok) {
        json_object_foreach(root, name, value)
        {
            Str *member = member_of(members, str_from(name));
            ok = ok && (member == NULL || copy_member(value, arena, member));
        }
    }
    secret_json_done(root);
    return ok;
}

static bool is_json(Str content_type, Str body)
{
    Str type = content_type;
    Str ignored;

    (void)str_cut(content_type, ';', &type, &ignored); /* parameters do not matter */
    type = str_trim(type);
    if (str_eq_ignore_case(type, STR("application/x-www-form-urlencoded"))) {
        return false;
    }
    return str_eq_ignore_case(type, STR("application/json")) ||
           str_starts_with(str_trim(body), STR("{"));
}

/* What may stand in a header; anything else could smuggle something in. */
static bool is_token(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c >= 0x7F) {
            return false;
        }
    }
    return text.len > 0 && text.len <= OAUTH_MAX_TOKEN_BYTES;
}

static bool refused(Str code, Err *err)
{
    bool plain = code.len > 0 && code.len <= MAX_ERROR_CODE_BYTES;

    /* the registered codes are words; a host that echoes a secret must not reach our messages */
    for (size_t i = 0; plain && i < code.len; i++) {
        plain = (code.ptr[i] >= 'a' && code.ptr[i] <= 'z') || code.ptr[i] == '_';
    }
    return plain ? err_set(err, ERR_UNAUTHENTICATED, "the host answered \"%.*s\"", STR_ARG(code))
                 : err_set(err, ERR_UNAUTHENTICATED, "the host answered with an error");
}

static int64_t end_of_life(Str seconds, int64_t now_ms)
{
    int64_t s = 0;

    if (seconds.ptr == NULL || !str_to_i64(seconds, &s) || s <= 0 || s > MAX_LIFE_S) {
        return 0;
    }
    return now_ms + s * 1000;
}

bool oauth_answer_parse(Str content_type, Str body, int64_t now_ms, Arena *arena,
                        OauthToken *ret_token, Err *err)
{
    Members m = { 0 };

    if (body.len > OAUTH_MAX_ANSWER_BYTES ||
        !(is_json(content_type, body) ? read_json(body, arena, &m) : read_form(body, arena, &m))) {
        return err_set(err, ERR_INTERNAL, "the answer of the host cannot be read");
    }
    if (m.error.len > 0) {
        return refused(m.error, err);
    }
    if (m.access_token.ptr == NULL || !is_token(m.access_token)) {
        return err_set(err, ERR_INTERNAL, "the answer of the host holds no usable access token");
    }
    if (m.refresh_token.ptr != NULL && m.refresh_token.len > 0 && !is_token(m.refresh_token)) {
        return err_set(err, ERR_INTERNAL, "the answer of the host holds no usable refresh token");
    }
    bool typed = m.token_type.ptr != NULL && m.token_type.len <= 32 && is_token(m.token_type);
    *ret_token = (OauthToken){
        .access_token = m.access_token,
        .refresh_token = m.refresh_token.ptr != NULL ? m.refresh_token : STR_EMPTY,
        .token_type = typed ? m.token_type : STR("bearer"),
        .expires_at_ms = end_of_life(m.expires_in, now_ms),
        .refresh_expires_at_ms = end_of_life(m.refresh_token_expires_in, now_ms),
    };
    return true;
}

void oauth_token_wipe(OauthToken *token)
{
    secret_wipe(token->access_token);
    secret_wipe(token->refresh_token);
    *token = (OauthToken){ 0 };
}
