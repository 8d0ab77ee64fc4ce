/* SPDX-License-Identifier: Apache-2.0 */
/* store/rocks/values.c - settings, sessions and other small values in the family "meta". */
#include "store/rocks/internal.h"

enum { VALUE_NAME_MAX_BYTES = 65536 };

#define VALUE_KEY_LIMIT_BYTES (3 * (size_t)VALUE_NAME_MAX_BYTES + 16)

static bool make_key(Str tenant, Str space, Str key, Buf *out, Err *err)
{
    if (tenant.len > VALUE_NAME_MAX_BYTES || space.len > VALUE_NAME_MAX_BYTES ||
        key.len > VALUE_NAME_MAX_BYTES) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the name of a value is longer than %d bytes",
                       VALUE_NAME_MAX_BYTES);
    }
    key_value(out, tenant, space, key);
    return buf_ok(out) || err_no_memory(err);
}

/* Writes one key; a failure ends the instance like that of a profile (store.md, rule 2). */
static bool write_key(Engine *engine, Str key, const Str *value, Err *err)
{
    Db *db;
    char *rocks_error = NULL;

    mutex_lock(&engine->lock);
    bool ok = !engine->is_failed || engine_can_write_locked(engine, err);
    uint64_t epoch = engine->epoch;
    mutex_unlock(&engine->lock);
    if (!ok || !engine_acquire(engine, &db, err)) {
        return false;
    }
    if (db->read_only) {
        engine_release(engine);
        return err_set(err, ERR_UNAVAILABLE, "the store is read-only: its file system is full");
    }
    if (value != NULL) {
        rocksdb_put_cf(db->db, db->write_options, db->meta_cf, key.ptr, key.len, value->ptr,
                       value->len, &rocks_error);
    } else {
        rocksdb_delete_cf(db->db, db->write_options, db->meta_cf, key.ptr, key.len, &rocks_error);
    }
    engine_release(engine);
    if (rocks_error == NULL) {
        return true;
    }
    mutex_lock(&engine->lock);
    if (engine->epoch == epoch) {
        engine_fail_locked(engine, db_failure_of(rocks_error), rocks_error);
    }
    mutex_unlock(&engine->lock);
    (void)db_error(err, rocks_error, "could not write to the store");
    err->code = ERR_UNAVAILABLE;
    return false;
}

bool rocks_value_put(Store *store, Str tenant, Str space, Str key, Str value, Err *err)
{
    Buf bytes CLEANUP(buf_done) = BUF_INIT(VALUE_KEY_LIMIT_BYTES);

    return make_key(tenant, space, key, &bytes, err) &&
           write_key(engine_of(store), buf_str(&bytes), &value, err);
}

bool rocks_value_delete(Store *store, Str tenant, Str space, Str key, Err *err)
{
    Buf bytes CLEANUP(buf_done) = BUF_INIT(VALUE_KEY_LIMIT_BYTES);

    return make_key(tenant, space, key, &bytes, err) &&
           write_key(engine_of(store), buf_str(&bytes), NULL, err);
}

bool rocks_value_get(Store *store, Str tenant, Str space, Str key, Buf *value, Err *err)
{
    Engine *engine = engine_of(store);
    Buf bytes CLEANUP(buf_done) = BUF_INIT(VALUE_KEY_LIMIT_BYTES);
    Db *db;
    char *found;
    size_t len;

    if (!make_key(tenant, space, key, &bytes, err) || !engine_acquire(engine, &db, err)) {
        return false;
    }
    bool ok = db_get(db, db->meta_cf, buf_str(&bytes), &found, &len, err);
    engine_release(engine);
    if (!ok) {
        return false;
    }
    if (found == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no %.*s \"%.*s\"", STR_ARG(space),
                       STR_ARG(key));
    }
    buf_add(value, (Str){ found, len });
    rocksdb_free(found);
    return buf_ok(value) ||
           err_set(err, ERR_RESOURCE_EXHAUSTED, "value of \"%.*s\" is too large", STR_ARG(key));
}

bool rocks_value_each(Store *store, Str tenant, Str space, StoreValueFn on_value, void *ctx,
                      Err *err)
{
    Engine *engine = engine_of(store);
    Buf prefix CLEANUP(buf_done) = BUF_INIT(VALUE_KEY_LIMIT_BYTES);
    Db *db;
    char *rocks_error = NULL;
    bool ok = true;

    if (!make_key(tenant, space, STR_EMPTY, &prefix, err) || !engine_acquire(engine, &db, err)) {
        return false;
    }
    const char upper = (char)(META_VALUE + 1);
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    rocksdb_readoptions_set_iterate_upper_bound(options, &upper, 1);
    rocksdb_iterator_t *it = rocksdb_create_iterator_cf(db->db, options, db->meta_cf);
    for (rocksdb_iter_seek(it, prefix.ptr, prefix.len); ok && rocksdb_iter_valid(it);
         rocksdb_iter_next(it)) {
        Str key;
        Str value;
        key.ptr = rocksdb_iter_key(it, &key.len);
        value.ptr = rocksdb_iter_value(it, &value.len);
        if (!str_starts_with(key, buf_str(&prefix))) {
            break;
        }
        ok = on_value(ctx, str_skip(key, prefix.len), value, err);
    }
    rocksdb_iter_get_error(it, &rocks_error);
    rocksdb_iter_destroy(it);
    rocksdb_readoptions_destroy(options);
    engine_release(engine);
    if (rocks_error == NULL) {
        return ok;
    }
    if (!ok) { /* the caller's reason comes first */
        rocksdb_free(rocks_error);
        return false;
    }
    return db_error(err, rocks_error, "could not read values");
}
