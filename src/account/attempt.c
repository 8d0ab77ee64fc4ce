/* SPDX-License-Identifier: Apache-2.0 */
#include "account/attempt.h"

#include "base/thread.h"
#include "source/secret.h"

enum { MAX_ATTEMPTS = 1000 };

typedef struct Attempt {
    Arena *arena;                        /* texts below */
    unsigned char state[SECRET_BYTES];   /* digest */
    unsigned char browser[SECRET_BYTES]; /* digest */
    Str verifier;
    AttemptInfo info;
    int64_t expires_at_ms;
} Attempt;

struct AttemptTable {
    Mutex lock;
    Attempt *items[MAX_ATTEMPTS]; /* [n], the oldest first */
    size_t n;
};

AttemptTable *attempt_table_create(void)
{
    AttemptTable *table = calloc(1, sizeof(*table));

    if (table != NULL) {
        mutex_init(&table->lock);
    }
    return table;
}

static void attempt_destroy(Attempt *attempt)
{
    if (attempt != NULL) {
        secret_wipe(attempt->verifier);
        arena_destroy(attempt->arena);
        free(attempt);
    }
}

void attempt_table_destroy(AttemptTable *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->n; i++) {
        attempt_destroy(table->items[i]);
    }
    mutex_done(&table->lock);
    free(table);
}

static bool copy_info(Arena *arena, const AttemptInfo *info, AttemptInfo *copy)
{
    *copy = (AttemptInfo){ .tenant = arena_str(arena, info->tenant),
                           .provider = arena_str(arena, info->provider),
                           .redirect_uri = arena_str(arena, info->redirect_uri),
                           .return_to = arena_str(arena, info->return_to),
                           .popup = info->popup };
    return copy->tenant.ptr != NULL && copy->provider.ptr != NULL &&
           copy->redirect_uri.ptr != NULL && copy->return_to.ptr != NULL;
}

/* Fresh secrets in arena. */
static bool make_ticket(Arena *arena, int64_t now_ms, AttemptTicket *ticket, Err *err)
{
    Str secret = secret_random_text(arena, SECRET_BYTES);

    *ticket = (AttemptTicket){ .id = secret_random_text(arena, 16),
                               .browser = secret_random_text(arena, SECRET_BYTES),
                               .verifier = secret_random_text(arena, SECRET_BYTES),
                               .expires_at_ms = now_ms + ATTEMPT_LIFE_MS };
    if (secret.ptr == NULL || ticket->id.ptr == NULL || ticket->browser.ptr == NULL ||
        ticket->verifier.ptr == NULL) {
        return err_set(err, ERR_INTERNAL, "could not make a random secret");
    }
    const char *state = arena_printf(arena, "%.*s.%.*s", STR_ARG(ticket->id), STR_ARG(secret));
    ticket->state = state != NULL ? str_from(state) : STR_EMPTY;
    return state != NULL || err_no_memory(err);
}

static Attempt *attempt_create(const AttemptInfo *info, const AttemptTicket *ticket, Err *err)
{
    Attempt *attempt = calloc(1, sizeof(*attempt));

    if (attempt == NULL || (attempt->arena = arena_create(KiB(64))) == NULL) {
        free(attempt);
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    attempt->verifier = arena_str(attempt->arena, ticket->verifier);
    attempt->expires_at_ms = ticket->expires_at_ms;
    bool ok = attempt->verifier.ptr != NULL && copy_info(attempt->arena, info, &attempt->info) &&
              secret_digest(&ticket->state, 1, attempt->state) &&
              secret_digest(&ticket->browser, 1, attempt->browser);
    if (!ok) {
        attempt_destroy(attempt);
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    return attempt;
}

static void remove_locked(AttemptTable *table, size_t i) REQUIRES(table->lock);

static void remove_locked(AttemptTable *table, size_t i)
{
    memmove(&table->items[i], &table->items[i + 1], (table->n - i - 1) * sizeof(*table->items));
    table->n--;
}

static void sweep_locked(AttemptTable *table, int64_t now_ms) REQUIRES(table->lock);

static void sweep_locked(AttemptTable *table, int64_t now_ms)
{
    for (size_t i = table->n; i-- > 0;) {
        if (table->items[i]->expires_at_ms <= now_ms) {
            attempt_destroy(table->items[i]);
            remove_locked(table, i);
        }
    }
}

bool attempt_begin(AttemptTable *table, const AttemptInfo *info, int64_t now_ms, Arena *arena,
                   AttemptTicket *ret_ticket, Err *err)
{
    if (!make_ticket(arena, now_ms, ret_ticket, err)) {
        return false;
    }
    Attempt *attempt = attempt_create(info, ret_ticket, err);
    if (attempt == NULL) {
        return false;
    }
    mutex_lock(&table->lock);
    sweep_locked(table, now_ms);
    if (table->n == MAX_ATTEMPTS) {
        attempt_destroy(table->items[0]);
        remove_locked(table, 0);
    }
    table->items[table->n++] = attempt;
    mutex_unlock(&table->lock);
    return true;
}

Str attempt_id_of(Str state)
{
    Str id;
    Str secret;

    return str_cut(state, '.', &id, &secret) && secret_text_valid(id, ATTEMPT_ID_CHARS) &&
                   secret_text_valid(secret, SECRET_TEXT_CHARS)
               ? id
               : STR_EMPTY;
}

static Attempt *take_locked(AttemptTable *table, const unsigned char *state,
                            const unsigned char *browser) REQUIRES(table->lock);

static Attempt *take_locked(AttemptTable *table, const unsigned char *state,
                            const unsigned char *browser)
{
    for (size_t i = 0; i < table->n; i++) {
        Attempt *attempt = table->items[i];
        if (secret_equal(attempt->state, state, SECRET_BYTES)) {
            if (!secret_equal(attempt->browser, browser, SECRET_BYTES)) {
                return NULL;
            }
            remove_locked(table, i);
            return attempt;
        }
    }
    return NULL;
}

bool attempt_take(AttemptTable *table, Str state, Str browser, int64_t now_ms, Arena *arena,
                  AttemptInfo *ret_info, Str *ret_verifier)
{
    unsigned char state_digest[SECRET_BYTES];
    unsigned char browser_digest[SECRET_BYTES];

    if (attempt_id_of(state).len == 0 || !secret_text_valid(browser, SECRET_TEXT_CHARS) ||
        !secret_digest(&state, 1, state_digest) || !secret_digest(&browser, 1, browser_digest)) {
        return false;
    }
    mutex_lock(&table->lock);
    sweep_locked(table, now_ms);
    Attempt *attempt = take_locked(table, state_digest, browser_digest);
    mutex_unlock(&table->lock);
    if (attempt == NULL) {
        return false;
    }
    *ret_verifier = arena_str(arena, attempt->verifier);
    bool ok = copy_info(arena, &attempt->info, ret_info) && ret_verifier->ptr != NULL;
    attempt_destroy(attempt);
    return ok;
}
