/* SPDX-License-Identifier: Apache-2.0 */
/* What the embedded store does when the process, the disk or the data fail. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/rocks/keys.h"
#include "support_store.h"

enum { KILL_ROUNDS = 6, KILL_THREADS = 4, POLL_MS = 10 };

#define PATIENCE_NS (60 * NS_PER_S)

/* Asks again until the condition holds; the pause only spares the processor. */
#define EVENTUALLY(condition)                                                                      \
    do {                                                                                           \
        int64_t until_ns_ = clock_steady_ns() + PATIENCE_NS;                                       \
        while (!(condition)) {                                                                     \
            if (clock_steady_ns() > until_ns_) {                                                   \
                fail_msg("never came true: %s", #condition);                                       \
            }                                                                                      \
            (void)usleep(POLL_MS * 1000);                                                          \
        }                                                                                          \
    } while (0)

static StoreStatus status_of(Store *store)
{
    StoreStatus status;

    store_status(store, &status);
    return status;
}

static Store *open_with(const StoreOptions *options)
{
    Store *store;
    Err err = ERR_INIT;

    if (!store_open_rocks(options, &store, &err)) {
        fail_msg("%s", err.msg);
    }
    return store;
}

/* ---- killed while appending ---- */

typedef struct Appender {
    Store *store;
    int out;
    uint32_t first_id;
} Appender;

/* Profile number id has its time and function name from the number. */
static StoreProfile numbered_profile(Arena *arena, uint32_t id)
{
    return simple_profile(arena, "a", arena_printf(arena, "service-%u", id % 3),
                          TEST_DAY_NS + id * NS_PER_MS, 1, arena_printf(arena, "f%u", id % 50));
}

static void *append_for_ever(void *arg)
{
    const Appender *appender = arg;

    for (uint32_t id = appender->first_id;; id += KILL_THREADS) {
        Arena *arena = arena_create(MiB(1));
        StoreProfile profile = numbered_profile(arena, id);
        Err err = ERR_INIT;
        if (!store_append(appender->store, &profile, 1, &err) ||
            write(appender->out, &id, sizeof(id)) != sizeof(id)) {
            _exit(3);
        }
        arena_destroy(arena);
    }
    return NULL;
}

static void run_victim(const char *path, int out, uint32_t first_id)
{
    Appender appenders[KILL_THREADS];
    pthread_t thread;
    Store *store = open_store(path);

    for (uint32_t i = 0; i < KILL_THREADS; i++) {
        appenders[i] = (Appender){ store, out, first_id + i };
        if (pthread_create(&thread, NULL, append_for_ever, &appenders[i]) != 0) {
            _exit(2);
        }
    }
    (void)pthread_join(thread, NULL);
    _exit(2);
}

typedef struct Seen {
    uint8_t *counts; /* by number */
    size_t n;
} Seen;

static bool count_point(void *ctx, const StorePoint *point, Err *err)
{
    Seen *seen = ctx;
    size_t id = (size_t)((point->time_ns - TEST_DAY_NS) / NS_PER_MS);

    (void)err;
    assert_true(id < seen->n);
    assert_int_equal(point->total, 1);
    seen->counts[id]++;
    return true;
}

static bool ignore_block(void *ctx, const StoreBlock *block, Err *err)
{
    (void)ctx;
    (void)block;
    (void)err;
    return true;
}

static void count_rows(Store *store, Seen *seen)
{
    StoreSeriesList list;
    StoreFilter filter = { .start_ns = 1, .end_ns = INT64_MAX };
    bool partial;
    Err err = ERR_INIT;

    assert_true(store_series(store, STR("a"), (Matchers){ 0 }, 0, 0, &list, &err));
    uint32_t *group = calloc(list.n + 1, sizeof(*group));
    assert_true(store_points(store, &list, &filter, count_point, seen, &partial, &err));
    assert_false(partial);
    assert_true(store_merge(store, &list, group, 1, &filter, ignore_block, NULL, &partial, &err));
    assert_false(partial); /* every row finds its symbols */
    free(group);
    store_series_done(&list);
}

static void acknowledged_rows_survive_a_kill(void **state)
{
    enum { MAX_IDS = 200000 };

    Rng rng = rng_from_environment();
    TestDir dir;
    bool *acknowledged = calloc(MAX_IDS, sizeof(bool));
    uint8_t *counts = calloc(MAX_IDS, 1);
    uint32_t first_id = 0;

    (void)state;
    test_dir_make(&dir);
    for (int round = 0; round < KILL_ROUNDS; round++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        pid_t child = fork();
        if (child == 0) {
            (void)close(fds[0]);
            run_victim(dir.path, fds[1], first_id);
        }
        (void)close(fds[1]);
        uint32_t n_wanted = 1 + rng_below(&rng, 300);
        uint32_t n = 0;
        uint32_t id;
        while (read(fds[0], &id, sizeof(id)) == sizeof(id)) {
            assert_true(id < MAX_IDS);
            acknowledged[id] = true;
            if (++n == n_wanted) {
                assert_int_equal(kill(child, SIGKILL), 0);
            }
        }
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how));
        (void)close(fds[0]);
        first_id += 10000;
        Store *store = open_store(dir.path);
        Seen seen = { counts, MAX_IDS };
        memset(counts, 0, MAX_IDS);
        count_rows(store, &seen);
        store_close(store);
        for (size_t i = 0; i < MAX_IDS; i++) {
            assert_true(counts[i] <= 1);
            assert_true(counts[i] == 1 || !acknowledged[i]);
        }
    }
    free(acknowledged);
    free(counts);
    test_dir_remove(&dir);
}

/* ---- a full file system ---- */

/* Mounts 64 MB of memory; false when that is not permitted. */
static bool mount_small(const char *path)
{
    if (mount("tmpfs", path, "tmpfs", 0, "size=64m") == 0) {
        return true;
    }
    print_message("skipped: a small file system could not be mounted: %s\n",
                  strerror(errno)); /* NOLINT(concurrency-mt-unsafe): single thread */
    return false;
}

/* Takes all but leave bytes of the file system. */
static void fill_disk(const char *path, uint64_t leave)
{
    struct statvfs fs;
    char file[512];

    (void)snprintf(file, sizeof(file), "%s/ballast", path);
    assert_int_equal(statvfs(path, &fs), 0);
    uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && free_bytes > leave);
    assert_int_equal(posix_fallocate(fd, 0, (off_t)(free_bytes - leave)), 0);
    assert_int_equal(close(fd), 0);
}

static void free_disk(const char *path)
{
    char file[512];

    (void)snprintf(file, sizeof(file), "%s/ballast", path);
    assert_int_equal(unlink(file), 0);
}

/* A profile with a long name that cannot be compressed. */
static StoreProfile bulky_profile(Rng *rng, Arena *arena, uint32_t id)
{
    enum { NAME_BYTES = 64 * 1024 };

    char *name = arena_alloc(arena, NAME_BYTES + 1);

    assert_non_null(name);
    for (size_t i = 0; i < NAME_BYTES; i++) {
        name[i] = (char)(33 + rng_below(rng, 90));
    }
    return simple_profile(arena, "a", "shop", TEST_DAY_NS + id * NS_PER_MS, 1, name);
}

/* Appends of one test: which were acknowledged. */
typedef struct Journal {
    Store *store;
    Rng rng;
    bool acknowledged[10000];
    uint32_t next_id;
} Journal;

static bool append_bulky(Journal *journal, Err *err)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    uint32_t id = journal->next_id++;

    assert_true(id < ARRAY_LEN(journal->acknowledged));
    StoreProfile profile = bulky_profile(&journal->rng, arena, id);
    journal->acknowledged[id] = store_append(journal->store, &profile, 1, err);
    return journal->acknowledged[id];
}

/* What was acknowledged is there once; what was refused may be there, but not twice. */
static void expect_acknowledged(const Journal *journal)
{
    uint8_t *counts = calloc(ARRAY_LEN(journal->acknowledged), 1);
    Seen seen = { counts, ARRAY_LEN(journal->acknowledged) };

    assert_non_null(counts);
    count_rows(journal->store, &seen);
    for (size_t i = 0; i < journal->next_id; i++) {
        assert_true(counts[i] == 1 || (counts[i] == 0 && !journal->acknowledged[i]));
    }
    free(counts);
}

/* Leaves nothing for others. */
static void take_the_rest(const char *path)
{
    static const char zeros[4096];
    char file[512];

    (void)snprintf(file, sizeof(file), "%s/ballast", path);
    int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    while (write(fd, zeros, sizeof(zeros)) > 0) {
    }
    assert_int_equal(close(fd), 0);
}

/* A log that was compressed into a file may make room once more: goes on until nothing helps. */
static bool is_stuck(Journal *journal, const char *path)
{
    Err err = ERR_INIT;

    take_the_rest(path);
    if (append_bulky(journal, &err)) {
        return false;
    }
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    StoreStatus status = status_of(journal->store);
    return status.state == STORE_FULL && strstr(status.reason, "read-only") != NULL;
}

static void full_disk_fails_writes_and_heals(void **state)
{
    Journal *journal = calloc(1, sizeof(*journal));
    TestDir dir;
    char path[300];
    Err err = ERR_INIT;

    (void)state;
    assert_non_null(journal);
    journal->rng = rng_from_environment();
    test_dir_make(&dir);
    if (!mount_small(dir.path)) {
        test_dir_remove(&dir);
        free(journal);
        skip();
    }
    (void)snprintf(path, sizeof(path), "%s/data", dir.path);
    StoreOptions options = STORE_OPTIONS_INIT;
    options.path = path;
    options.memory_bytes = MiB(32);
    options.min_free_bytes = 1; /* no guard: the log itself must hit the end */
    journal->store = open_with(&options);
    for (int round = 0; round < 2; round++) {
        fill_disk(dir.path, MiB(5));
        while (append_bulky(journal, &err)) {
        }
        assert_int_equal(err.code, ERR_UNAVAILABLE);
        EVENTUALLY(is_stuck(journal, dir.path));
        expect_acknowledged(journal); /* reads go on */
        free_disk(dir.path);
        EVENTUALLY(append_bulky(journal, &err)); /* by itself, in the same process */
        EVENTUALLY(status_of(journal->store).state == STORE_READY);
        expect_acknowledged(journal);
    }
    store_close(journal->store);
    journal->store = open_with(&options);
    expect_acknowledged(journal);
    store_close(journal->store);
    assert_int_equal(umount(dir.path), 0);
    test_dir_remove(&dir);
    free(journal);
}

static void low_space_refuses_before_the_end(void **state)
{
    Journal *journal = calloc(1, sizeof(*journal));
    TestDir dir;
    char path[300];
    Err err = ERR_INIT;

    (void)state;
    assert_non_null(journal);
    journal->rng = rng_from_environment();
    test_dir_make(&dir);
    if (!mount_small(dir.path)) {
        test_dir_remove(&dir);
        free(journal);
        skip();
    }
    (void)snprintf(path, sizeof(path), "%s/data", dir.path);
    journal->store = open_store(path);
    assert_true(append_bulky(journal, &err));
    fill_disk(dir.path, MiB(5)); /* the guard is at 10 % */
    EVENTUALLY(status_of(journal->store).state == STORE_FULL);
    assert_false(append_bulky(journal, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.msg, "full"));
    expect_acknowledged(journal);
    free_disk(dir.path);
    EVENTUALLY(append_bulky(journal, &err));
    assert_int_equal(status_of(journal->store).commit_failures, 0);
    store_close(journal->store);
    assert_int_equal(umount(dir.path), 0);
    test_dir_remove(&dir);
    free(journal);
}

/* ---- damage ---- */

static void fill_store(Store *store, Rng *rng, Arena *arena)
{
    ProfileShape shape = PROFILE_SHAPE;

    for (int i = 0; i < 100; i++) {
        StoreProfile profile = random_profile(rng, &shape, arena);
        append_or_fail(store, &profile, 1);
    }
}

static void describe_all(Store *store, Buf *out, bool *ret_partial)
{
    static const char *const tenants[] = { "tenant-0", "tenant-1" };

    for (size_t i = 0; i < ARRAY_LEN(tenants); i++) {
        Question question = { .tenant = tenants[i],
                              .selector = "{}",
                              .filter = { .start_ns = 1, .end_ns = INT64_MAX },
                              .group_by_series = true };
        describe_answer(store, &question, out, ret_partial);
    }
}

/*
 * Flips bits of one byte in one of the files with the ending, the which-th modulo their number; at
 * is a share of its length in 1/1000. Returns the number of files.
 */
static size_t flip_file(const char *path, const char *ending, size_t which, uint32_t at)
{
    struct dirent **entries;
    int n_entries = scandir(path, &entries, NULL, alphasort);
    char files[64][600];
    size_t n = 0;

    assert_true(n_entries > 0);
    for (int i = 0; i < n_entries; i++) {
        struct stat st;
        if (str_ends_with(str_from(entries[i]->d_name), str_from(ending)) && n < ARRAY_LEN(files)) {
            (void)snprintf(files[n], sizeof(files[n]), "%s/%s", path, entries[i]->d_name);
            assert_int_equal(stat(files[n], &st), 0);
            n += st.st_size >= 16;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(n > 0);
    struct stat st;
    int fd = open(files[which % n], O_RDWR | O_CLOEXEC);
    uint8_t byte;
    assert_int_equal(fstat(fd, &st), 0);
    off_t offset = st.st_size * (off_t)at / 1000;
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= 0x55;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    assert_int_equal(close(fd), 0);
    return n;
}

/* Damage may cost data, but an answer that lacks some says so. */
static void expect_honest(const char *path, const Buf *whole, bool *saw_damage)
{
    StoreOptions options = STORE_OPTIONS_INIT;
    Buf now CLEANUP(buf_done) = BUF_INIT(MiB(64));
    bool partial = false;
    Store *store;
    Err err = ERR_INIT;

    options.path = path;
    options.memory_bytes = MiB(32);
    if (!store_open_rocks(&options, &store, &err)) {
        fail_msg("not opened: %s", err.msg);
    }
    describe_all(store, &now, &partial);
    assert_true(partial || str_eq(buf_str(&now), buf_str(whole)));
    *saw_damage |= partial;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    StoreProfile profile = simple_profile(arena, "tenant-0", "service-1", TEST_DAY_NS, 1, "main");
    if (!store_append(store, &profile, 1, &err)) { /* taken or refused, but no crash */
        print_message("not stored: %s\n", err.msg);
    }
    store_close(store);
}

static void damaged_files_give_partial_answers(void **state)
{
    Rng rng = rng_from_environment();
    TestDir dir;
    bool saw_damage = false;
    Buf whole CLEANUP(buf_done) = BUF_INIT(MiB(64));
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    bool partial = false;
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    char *live = arena_printf(arena, "%s/live", dir.path);
    Store *store = open_store(live);
    fill_store(store, &rng, arena);
    describe_all(store, &whole, &partial);
    for (uint32_t at = 20; at < 1000; at += 35) {
        char *copy = arena_printf(arena, "%s/copy-%u", dir.path, at);
        assert_true(store_backup(store, copy, &err)); /* has files, no log */
        /* the backup shares its files with the store: give the copy its own */
        char *command = arena_printf(arena, "cp -r %s %s.own", copy, copy);
        assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): fixed text */
        char *own = arena_printf(arena, "%s.own", copy);
        (void)flip_file(own, ".sst", rng_below(&rng, 64), at); /* asserts that there is one */
        expect_honest(own, &whole, &saw_damage);
    }
    assert_true(saw_damage);
    store_close(store);
    test_dir_remove(&dir);
}

static void damaged_log_gives_partial_answers(void **state)
{
    Rng rng = rng_from_environment();
    TestDir dir;
    bool saw_damage = false;
    Buf whole CLEANUP(buf_done) = BUF_INIT(MiB(64));
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    bool partial = false;

    (void)state;
    test_dir_make(&dir);
    Store *store = open_store(dir.path);
    fill_store(store, &rng, arena);
    describe_all(store, &whole, &partial);
    store_close(store);
    (void)flip_file(dir.path, ".log", 0, 600); /* asserts that there is one */
    expect_honest(dir.path, &whole, &saw_damage);
    assert_true(saw_damage);
    test_dir_remove(&dir);
}

/* Writes one key behind the back of the store. */
static void raw_put(const char *path, const char *family, Str key, Str value)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_writeoptions_t *write_options = rocksdb_writeoptions_create();
    char *error = NULL;
    size_t n;
    char **names = rocksdb_list_column_families(options, path, &n, &error);
    assert_null(error);
    rocksdb_column_family_handle_t **handles = calloc(n, sizeof(*handles));
    const rocksdb_options_t **all_options = calloc(n, sizeof(*all_options));
    for (size_t i = 0; i < n; i++) {
        all_options[i] = options;
    }
    rocksdb_t *db = rocksdb_open_column_families(options, path, (int)n, (const char *const *)names,
                                                 all_options, handles, &error);
    assert_null(error);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], family) == 0) {
            rocksdb_put_cf(db, write_options, handles[i], key.ptr, key.len, value.ptr, value.len,
                           &error);
            assert_null(error);
        }
    }
    for (size_t i = 0; i < n; i++) {
        rocksdb_column_family_handle_destroy(handles[i]);
    }
    rocksdb_close(db);
    rocksdb_list_column_families_destroy(names, n);
    rocksdb_writeoptions_destroy(write_options);
    rocksdb_options_destroy(options);
    free(handles);
    free(all_options);
}

static void count_finding(void *ctx, const char *text)
{
    size_t *n = ctx;

    print_message("finding: %s\n", text);
    (*n)++;
}

static void garbage_on_disk_is_left_out(void **state)
{
    /* a stack that does not exist, a value that ends early, an unknown flag */
    static const Str values[] = { STR_CONST("\0\2\1\xC8\1\2"), STR_CONST("\0\2\5\1"),
                                  STR_CONST("\x80\2\0") };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        TestDir dir;
        CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
        Buf out CLEANUP(buf_done) = BUF_INIT(MiB(1));
        bool partial = false;
        size_t n_findings = 0;
        StoreCheckReport report;
        Err err = ERR_INIT;
        test_dir_make(&dir);
        Store *store = open_store(dir.path);
        StoreProfile profile = simple_profile(arena, "a", "shop", TEST_DAY_NS, 5, "main");
        append_or_fail(store, &profile, 1);
        store_close(store);
        RowKey key = { .time_ns = (uint64_t)TEST_DAY_NS + 1 }; /* the first of everything is 0 */
        uint8_t bytes[KEY_ROW_BYTES];
        key_row(bytes, &key);
        raw_put(dir.path, "d20260301", (Str){ (const char *)bytes, sizeof(bytes) }, values[i]);
        store = open_store(dir.path);
        Question question = { .tenant = "a",
                              .selector = "{}",
                              .filter = { .start_ns = 1, .end_ns = INT64_MAX } };
        describe_answer(store, &question, &out, &partial);
        assert_true(partial);
        assert_int_not_equal(str_find(buf_str(&out), STR("= 5\n"), 0), STR_NPOS);
        store_close(store);
        assert_true(store_check_rocks(dir.path, count_finding, &n_findings, &report, &err));
        assert_int_equal(report.n_rows, 2);
        assert_int_equal(report.n_damaged, 1);
        assert_int_equal(n_findings, 1);
        test_dir_remove(&dir);
    }
}

/* ---- who may open ---- */

static void newer_format_is_refused(void **state)
{
    TestDir dir;
    StoreOptions options = STORE_OPTIONS_INIT;
    Store *store;
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    store_close(open_store(dir.path));
    raw_put(dir.path, "meta", (Str){ "\0", 1 }, (Str){ "\0\0\0\x09", 4 });
    options.path = dir.path;
    assert_false(store_open_rocks(&options, &store, &err));
    assert_int_equal(err.code, ERR_FAILED_PRECONDITION);
    assert_non_null(strstr(err.msg, dir.path));
    assert_non_null(strstr(err.msg, "format 9"));
    test_dir_remove(&dir);
}

static void second_process_is_refused(void **state)
{
    TestDir dir;
    StoreOptions options = STORE_OPTIONS_INIT;
    Store *store;
    Err err = ERR_INIT;
    int fds[2];
    char ready;

    (void)state;
    test_dir_make(&dir);
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        store = open_store(dir.path);
        ready = 1;
        (void)!write(fds[1], &ready, 1);
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(fds[0], &ready, 1), 1);
    options.path = dir.path;
    assert_false(store_open_rocks(&options, &store, &err));
    assert_int_equal(err.code, ERR_FAILED_PRECONDITION);
    assert_non_null(strstr(err.msg, dir.path));
    assert_non_null(strstr(err.msg, "another process"));
    assert_int_equal(kill(child, SIGKILL), 0);
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    (void)close(fds[0]);
    (void)close(fds[1]);
    store_close(open_store(dir.path));
    test_dir_remove(&dir);
}

/* ---- retention, close of a day, backup ---- */

static _Atomic int64_t fake_now_ns;

static int64_t fake_now(void)
{
    return fake_now_ns;
}

static void append_days(Store *store, Arena *arena, int n)
{
    for (int day = 0; day < n; day++) {
        StoreProfile profile = simple_profile(arena, "a", arena_printf(arena, "service-%d", day),
                                              TEST_DAY_NS + day * NS_PER_DAY + NS_PER_S, 1, "main");
        append_or_fail(store, &profile, 1);
    }
}

static void retention_by_age_drops_whole_days(void **state)
{
    TestDir dir;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    StoreOptions options = STORE_OPTIONS_INIT;
    StoreTenantStats stats;
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    options.path = dir.path;
    options.retention_age_ns = 3 * NS_PER_DAY;
    options.now_ns = fake_now;
    fake_now_ns = TEST_DAY_NS + 4 * NS_PER_DAY - 1; /* the first day ended just less than 3 ago */
    Store *store = open_with(&options);
    append_days(store, arena, 4);
    assert_int_equal(status_of(store).n_days, 4);
    fake_now_ns = TEST_DAY_NS + 5 * NS_PER_DAY;
    EVENTUALLY(status_of(store).n_days == 2 && status_of(store).n_series == 2);
    assert_true(store_tenant_stats(store, STR("a"), &stats, &err));
    assert_int_equal(stats.oldest_ns, TEST_DAY_NS + 2 * NS_PER_DAY + NS_PER_S);
    StoreProfile late = simple_profile(arena, "a", "shop", TEST_DAY_NS, 1, "main");
    assert_false(store_append(store, &late, 1, &err));
    assert_int_equal(err.code, ERR_INVALID_ARGUMENT);
    store_close(store);
    store = open_with(&options);
    assert_int_equal(status_of(store).n_series, 2);
    assert_int_equal(status_of(store).n_days, 2);
    store_close(store);
    test_dir_remove(&dir);
}

static void retention_by_bytes_keeps_the_newest_day(void **state)
{
    TestDir dir;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    StoreOptions options = STORE_OPTIONS_INIT;

    (void)state;
    test_dir_make(&dir);
    options.path = dir.path;
    options.retention_bytes = 1;
    Store *store = open_with(&options);
    append_days(store, arena, 3);
    EVENTUALLY(status_of(store).n_days == 1);
    EVENTUALLY(status_of(store).n_series == 1);
    StoreTenantStats stats;
    Err err = ERR_INIT;
    assert_true(store_tenant_stats(store, STR("a"), &stats, &err));
    assert_int_equal(stats.oldest_ns, TEST_DAY_NS + 2 * NS_PER_DAY + NS_PER_S);
    store_close(store);
    test_dir_remove(&dir);
}

static void ended_day_is_compacted_and_takes_late_profiles(void **state)
{
    Rng rng = rng_from_environment();
    TestDir dir;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    StoreOptions options = STORE_OPTIONS_INIT;
    ProfileShape shape = PROFILE_SHAPE;
    Store *model = model_store_create();

    (void)state;
    test_dir_make(&dir);
    options.path = dir.path;
    options.now_ns = fake_now;
    fake_now_ns = TEST_DAY_NS;
    Store *store = open_with(&options);
    for (int i = 0; i < 60; i++) {
        if (i == 40) { /* the files of the days appear when they are closed */
            fake_now_ns = TEST_DAY_NS + 10 * NS_PER_DAY;
            EVENTUALLY(status_of(store).disk_bytes > status_of(store).write_buffer_bytes);
        }
        StoreProfile profile = random_profile(&rng, &shape, arena);
        append_or_fail(model, &profile, 1);
        append_or_fail(store, &profile, 1);
    }
    expect_same_content(model, store, &shape);
    store_close(store);
    store = open_with(&options);
    expect_same_content(model, store, &shape);
    store_close(store);
    store_close(model);
    test_dir_remove(&dir);
}

static void backup_opens_as_a_store(void **state)
{
    Rng rng = rng_from_environment();
    TestDir dir;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    ProfileShape shape = PROFILE_SHAPE;
    StoreCheckReport report;
    size_t n_findings = 0;
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    char *live = arena_printf(arena, "%s/live", dir.path);
    char *copy = arena_printf(arena, "%s/copy", dir.path);
    Store *store = open_store(live);
    fill_store(store, &rng, arena);
    assert_true(store_backup(store, copy, &err));
    assert_false(store_backup(store, copy, &err));
    assert_int_equal(err.code, ERR_ALREADY_EXISTS);
    Store *backup = open_store(copy);
    expect_same_content(store, backup, &shape);
    store_close(backup);
    uint64_t n_rows = status_of(store).profiles_appended;
    store_close(store);
    assert_true(store_check_rocks(copy, count_finding, &n_findings, &report, &err));
    assert_int_equal(n_findings, 0);
    assert_int_equal(report.n_damaged, 0);
    assert_int_equal(report.n_rows, n_rows);
    assert_true(report.n_symbol_rows > 0 && report.n_series > 0);
    test_dir_remove(&dir);
}

/* ---- limits ---- */

static void equal_times_run_out_after_65536(void **state)
{
    enum { PER_CALL = 4096 };

    TestDir dir;
    StoreProfile *profiles = calloc(PER_CALL, sizeof(*profiles));
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    Store *store = open_store(dir.path);
    for (int call = 0; call < 65536 / PER_CALL; call++) {
        CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
        for (int i = 0; i < PER_CALL; i++) {
            profiles[i] =
                simple_profile(arena, "a", "shop", TEST_DAY_NS, 1 + call * PER_CALL + i, "main");
        }
        append_or_fail(store, profiles, PER_CALL);
    }
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    StoreProfile more = simple_profile(arena, "a", "shop", TEST_DAY_NS, 70000, "main");
    assert_false(store_append(store, &more, 1, &err));
    assert_int_equal(err.code, ERR_RESOURCE_EXHAUSTED);
    store_close(store);
    store = open_store(dir.path); /* the numbers are found on disk now */
    assert_false(store_append(store, &more, 1, &err));
    assert_int_equal(err.code, ERR_RESOURCE_EXHAUSTED);
    more = simple_profile(arena, "a", "shop", TEST_DAY_NS + 1, 1, "main");
    append_or_fail(store, &more, 1);
    store_close(store);
    free(profiles);
    test_dir_remove(&dir);
}

static void sums_beyond_the_budget_are_refused(void **state)
{
    TestDir dir;
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(1));
    StoreFilter filter = { .start_ns = 1, .end_ns = INT64_MAX, .max_bytes = 7 };
    StoreSeriesList list;
    uint32_t group = 0;
    bool partial;
    Err err = ERR_INIT;

    (void)state;
    test_dir_make(&dir);
    Store *store = open_store(dir.path);
    append_days(store, arena, 1);
    assert_true(store_series(store, STR("a"), (Matchers){ 0 }, 0, 0, &list, &err));
    assert_false(store_merge(store, &list, &group, 1, &filter, ignore_block, NULL, &partial, &err));
    assert_int_equal(err.code, ERR_RESOURCE_EXHAUSTED);
    filter.max_bytes = 8; /* one stack */
    assert_true(store_merge(store, &list, &group, 1, &filter, ignore_block, NULL, &partial, &err));
    filter.deadline_steady_ns = 1;
    assert_false(store_merge(store, &list, &group, 1, &filter, ignore_block, NULL, &partial, &err));
    assert_int_equal(err.code, ERR_DEADLINE_EXCEEDED);
    store_series_done(&list);
    store_close(store);
    test_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_rows_survive_a_kill), /* forks: before any threads */
        cmocka_unit_test(second_process_is_refused),
        cmocka_unit_test(full_disk_fails_writes_and_heals),
        cmocka_unit_test(low_space_refuses_before_the_end),
        cmocka_unit_test(damaged_files_give_partial_answers),
        cmocka_unit_test(damaged_log_gives_partial_answers),
        cmocka_unit_test(garbage_on_disk_is_left_out),
        cmocka_unit_test(newer_format_is_refused),
        cmocka_unit_test(retention_by_age_drops_whole_days),
        cmocka_unit_test(retention_by_bytes_keeps_the_newest_day),
        cmocka_unit_test(ended_day_is_compacted_and_takes_late_profiles),
        cmocka_unit_test(backup_opens_as_a_store),
        cmocka_unit_test(equal_times_run_out_after_65536),
        cmocka_unit_test(sums_beyond_the_budget_are_refused),
    };

    cmocka_set_test_filter(getenv("TEST_FILTER"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
