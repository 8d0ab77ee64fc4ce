/* SPDX-License-Identifier: Apache-2.0 */
#include "source/oauth_flight.h"

#include "base/clock.h"
#include "base/thread.h"
#include "source/secret.h"

#define KEEP_NS (60 * NS_PER_S)
/* a host that does not answer is not asked by every request, and soon asked again */
#define KEEP_FAILURE_NS (10 * NS_PER_S)
/* the call itself ends after 10 s */
#define WAIT_NS (15 * NS_PER_S)

/* More than there can be worker threads, so that one that is not under way can always give way. */
enum { MAX_FLIGHTS = 2048 };

typedef struct OauthFlight {
    unsigned char key[SECRET_BYTES];
    bool done;
    int n_waiting; /* who still wants the result */
    int64_t done_ns;
    bool ok;
    OauthToken token; /* heap copies */
    ErrCode code;
    char *message; /* NULL: no memory for it */
} OauthFlight;

struct OauthFlights {
    Mutex lock;
    Cond landed;
    OauthFlight *items[MAX_FLIGHTS];
    size_t n;
};

OauthFlights *oauth_flights_create(void)
{
    OauthFlights *flights = calloc(1, sizeof(*flights));

    if (flights != NULL) {
        mutex_init(&flights->lock);
        cond_init(&flights->landed);
    }
    return flights;
}

static void free_text(Str text)
{
    secret_wipe(text);
    free((char *)(uintptr_t)text.ptr); /* our own copy */
}

static void flight_destroy(OauthFlight *flight)
{
    free_text(flight->token.access_token);
    free_text(flight->token.refresh_token);
    free_text(flight->token.token_type);
    free(flight->message);
    free(flight);
}

void oauth_flights_destroy(OauthFlights *flights)
{
    if (flights == NULL) {
        return;
    }
    for (size_t i = 0; i < flights->n; i++) {
        flight_destroy(flights->items[i]);
    }
    cond_done(&flights->landed);
    mutex_done(&flights->lock);
    free(flights);
}

static bool is_over(const OauthFlight *flight, int64_t now_ns)
{
    bool brief = !flight->ok && flight->code != ERR_UNAUTHENTICATED;

    return flight->done && flight->n_waiting == 0 &&
           now_ns - flight->done_ns > (brief ? KEEP_FAILURE_NS : KEEP_NS);
}

/* Forgets what is over, and the oldest result when there is no room. */
static void sweep_locked(OauthFlights *flights) REQUIRES(flights->lock);

static void sweep_locked(OauthFlights *flights)
{
    int64_t now_ns = clock_steady_ns();
    size_t oldest = SIZE_MAX;
    size_t n = 0;

    for (size_t i = 0; i < flights->n; i++) {
        OauthFlight *flight = flights->items[i];
        if (is_over(flight, now_ns)) {
            flight_destroy(flight);
            continue;
        }
        if (flight->done && flight->n_waiting == 0 &&
            (oldest == SIZE_MAX || flight->done_ns < flights->items[oldest]->done_ns)) {
            oldest = n;
        }
        flights->items[n++] = flight;
    }
    flights->n = n;
    if (n == MAX_FLIGHTS && oldest != SIZE_MAX) {
        flight_destroy(flights->items[oldest]);
        flights->items[oldest] = flights->items[--flights->n];
    }
}

static OauthFlight *find_locked(OauthFlights *flights, const unsigned char *key)
    REQUIRES(flights->lock);

static OauthFlight *find_locked(OauthFlights *flights, const unsigned char *key)
{
    for (size_t i = 0; i < flights->n; i++) {
        if (memcmp(flights->items[i]->key, key, SECRET_BYTES) == 0) {
            return flights->items[i];
        }
    }
    return NULL;
}

static OauthFlight *start_locked(OauthFlights *flights, const unsigned char *key)
    REQUIRES(flights->lock);

static OauthFlight *start_locked(OauthFlights *flights, const unsigned char *key)
{
    OauthFlight *flight = flights->n < MAX_FLIGHTS ? calloc(1, sizeof(*flight)) : NULL;

    if (flight != NULL) {
        memcpy(flight->key, key, SECRET_BYTES);
        flights->items[flights->n++] = flight;
    }
    return flight;
}

static bool heap_copy(Str text, Str *ret_copy)
{
    char *copy = str_dup(text);

    *ret_copy = copy != NULL ? (Str){ copy, text.len } : (Str){ NULL, 0 };
    return copy != NULL;
}

/* Keeps a result for those who wait; without memory they get an error. */
static void land_locked(OauthFlights *flights, OauthFlight *flight, bool ok,
                        const OauthToken *token, const Err *err) REQUIRES(flights->lock);

static void land_locked(OauthFlights *flights, OauthFlight *flight, bool ok,
                        const OauthToken *token, const Err *err)
{
    flight->ok = ok && heap_copy(token->access_token, &flight->token.access_token) &&
                 heap_copy(token->refresh_token, &flight->token.refresh_token) &&
                 heap_copy(token->token_type, &flight->token.token_type);
    if (flight->ok) {
        flight->token.expires_at_ms = token->expires_at_ms;
        flight->token.refresh_expires_at_ms = token->refresh_expires_at_ms;
    } else {
        flight->code = ok ? ERR_RESOURCE_EXHAUSTED : err->code;
        flight->message = ok ? NULL : str_dup(str_from(err->msg));
    }
    flight->done = true;
    flight->done_ns = clock_steady_ns();
    cond_broadcast(&flights->landed);
}

static bool copy_result(const OauthFlight *flight, Arena *arena, OauthToken *ret_token, Err *err)
{
    if (!flight->ok) {
        return err_set(err, flight->code, "%s",
                       flight->message != NULL ? flight->message : "out of memory");
    }
    *ret_token = flight->token;
    ret_token->access_token = arena_str(arena, flight->token.access_token);
    ret_token->refresh_token = arena_str(arena, flight->token.refresh_token);
    ret_token->token_type = arena_str(arena, flight->token.token_type);
    return (ret_token->access_token.ptr != NULL && ret_token->refresh_token.ptr != NULL &&
            ret_token->token_type.ptr != NULL) ||
           err_no_memory(err);
}

/* Waits for a flight of another request. */
static bool join_locked(OauthFlights *flights, OauthFlight *flight, Arena *arena,
                        OauthToken *ret_token, Err *err) REQUIRES(flights->lock);

static bool join_locked(OauthFlights *flights, OauthFlight *flight, Arena *arena,
                        OauthToken *ret_token, Err *err)
{
    int64_t until_ns = clock_steady_ns() + WAIT_NS;
    bool in_time = true;

    flight->n_waiting++;
    while (!flight->done && in_time) {
        in_time = cond_wait_until(&flights->landed, &flights->lock, until_ns);
    }
    bool ok = flight->done ? copy_result(flight, arena, ret_token, err)
                           : err_set(err, ERR_DEADLINE_EXCEEDED, "a refresh takes too long");
    flight->n_waiting--;
    return ok;
}

bool oauth_flights_refresh(OauthFlights *flights, OauthClient *client, Str provider,
                           Str refresh_token, Str redirect_uri, Arena *arena, OauthToken *ret_token,
                           Err *err)
{
    const Str parts[] = { STR("refresh"), provider, refresh_token };
    unsigned char key[SECRET_BYTES];
    int status;

    if (!secret_digest(parts, ARRAY_LEN(parts), key)) {
        return err_set(err, ERR_INTERNAL, "could not hash");
    }
    mutex_lock(&flights->lock);
    sweep_locked(flights);
    OauthFlight *flight = find_locked(flights, key);
    if (flight != NULL) {
        bool ok = join_locked(flights, flight, arena, ret_token, err);
        mutex_unlock(&flights->lock);
        return ok;
    }
    flight = start_locked(flights, key);
    mutex_unlock(&flights->lock);
    if (flight == NULL) {
        return err_no_memory(err);
    }
    bool ok = oauth_refresh(client, refresh_token, redirect_uri, arena, ret_token, &status, err);
    mutex_lock(&flights->lock);
    land_locked(flights, flight, ok, ret_token, err);
    mutex_unlock(&flights->lock);
    return ok;
}
