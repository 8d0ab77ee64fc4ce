/* SPDX-License-Identifier: Apache-2.0 */
/* The provider "local": which addresses it serves, refs, and what must not be read. */
#include <git2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "support_source.h"

static const TestFile first_files[] = {
    { .path = "a.py", .content = "def one():\n    pass\n" },
};

static const TestFile second_files[] = {
    { .path = "a.py", .content = "def two():\n    pass\n" },
    { .path = "loop.py", .content = "-> loop.py" },
    { .path = "sub/up.py", .content = "-> ../a.py" },
};

typedef struct World {
    char dir[128];
    TestRepo repo;
    char first_head[65];
    Source *source;
    Arena *arena;
} World;

static void create_annotated_tag(const TestRepo *repo, const char *name)
{
    git_repository *repository = NULL;
    git_object *target = NULL;
    git_signature *tagger = NULL;
    git_oid id;

    assert_int_equal(git_repository_open(&repository, repo->dir), 0);
    assert_int_equal(git_oid_fromstr(&id, repo->head), 0);
    assert_int_equal(git_object_lookup(&target, repository, &id, GIT_OBJECT_COMMIT), 0);
    assert_int_equal(git_signature_new(&tagger, "Ada", "ada@example.org", 1767225600, 0), 0);
    assert_int_equal(git_tag_create(&id, repository, name, target, tagger, "release", 0), 0);
    git_signature_free(tagger);
    git_object_free(target);
    git_repository_free(repository);
}

static int setup(void **state)
{
    World *w = calloc(1, sizeof(*w));
    char allowed[256];
    Err err = ERR_INIT;

    support_dir_create(w->dir, sizeof(w->dir));
    support_repo_create(&w->repo, w->dir, "srv/acme/shop.git", first_files, ARRAY_LEN(first_files));
    (void)snprintf(w->first_head, sizeof(w->first_head), "%s", w->repo.head);
    create_annotated_tag(&w->repo, "v1.0.0");
    support_repo_branch(&w->repo, "release/1");
    support_repo_commit(&w->repo, second_files, ARRAY_LEN(second_files), "second");
    (void)snprintf(allowed, sizeof(allowed), "%s/srv", w->dir);
    const ProviderConfig providers[] = {
        { .name = STR("mirrors"),
          .type = PROVIDER_LOCAL,
          .web_url = STR("https://git.example/git"),
          .path = str_from(allowed) },
        { .name = STR("shop"),
          .type = PROVIDER_LOCAL,
          .web_url = STR("https://one.example/team/shop"),
          .path = str_from(w->repo.dir) },
    };
    w->source = source_create(&(SourceConfig){ .providers = providers, .n_providers = 2 }, &err);
    assert_non_null(w->source);
    w->arena = arena_create(MiB(16));
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    World *w = *state;

    source_destroy(w->source);
    arena_destroy(w->arena);
    support_dir_remove(w->dir);
    free(w);
    return 0;
}

static SourceResult resolve(World *w, const char *repository, const char *ref, const char *file)
{
    SourceRequest request = { .repository = str_from(repository),
                              .ref = str_from(ref),
                              .file = str_from(file) };
    SourceCaller caller = { 0 };
    SourceResult result;
    Err err = ERR_INIT;

    assert_true(source_resolve(w->source, &caller, &request, w->arena, &result, &err));
    return result;
}

static void serves_addresses_by_host_prefix_file_and_name(void **state)
{
    World *w = *state;
    const char *file_url = arena_printf(w->arena, "file://%s", w->repo.dir);
    const char *plain_path = arena_printf(w->arena, "%s", w->repo.dir);
    const char *const served[] = { "https://git.example/git/acme/shop",
                                   "git.example/git/acme/shop.git",
                                   "https://one.example/team/shop",
                                   file_url,
                                   plain_path,
                                   "shop" };
    const char *const refused[] = { "https://git.example/acme/shop",
                                    "https://git.example/git/acme/none",
                                    "https://git.example/gitx/acme/shop",
                                    "https://one.example/team/other",
                                    "file:///etc",
                                    "file:///",
                                    "none",
                                    "https://github.com/acme/shop" };

    for (size_t i = 0; i < ARRAY_LEN(served); i++) {
        SourceResult result = resolve(w, served[i], "", "a.py");
        if (result.state != SOURCE_OK) {
            support_print_result(&result);
            fail_msg("%s is not served", served[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        SourceResult result = resolve(w, refused[i], "", "a.py");
        if (result.state != SOURCE_HOST_UNSUPPORTED && result.state != SOURCE_REPO_NOT_FOUND) {
            support_print_result(&result);
            fail_msg("%s is not refused", refused[i]);
        }
    }
}

static void reads_every_kind_of_ref(void **state)
{
    World *w = *state;
    char short_id[9];
    (void)snprintf(short_id, sizeof(short_id), "%.8s", w->first_head);

    const struct {
        const char *ref;
        bool is_first;
    } cases[] = {
        { "", false },
        { "HEAD", false },
        { "main", false },
        { "heads/main", false },
        { "refs/heads/main", false },
        { "v1.0.0", true },
        { "tags/v1.0.0", true },
        { "release/1", true },
        { short_id, true },
        { w->first_head, true },
        { w->repo.head, false },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        SourceResult result = resolve(w, "shop", cases[i].ref, "a.py");
        support_expect_str("commit", i, result.commit,
                           str_from(cases[i].is_first ? w->first_head : w->repo.head));
        support_expect_str("text", i, str_first(result.text, 7),
                           cases[i].is_first ? STR("def one") : STR("def two"));
    }
    assert_int_equal(resolve(w, "shop", "0000000000000000000000000000000000000000", "a.py").state,
                     SOURCE_REF_NOT_FOUND);
}

static void sees_new_commits_of_a_branch_at_once(void **state)
{
    World *w = *state;
    static const TestFile third[] = { { .path = "a.py", .content = "def three(): pass\n" } };

    support_repo_commit(&w->repo, third, 1, "third");
    support_expect_str("text", 0, str_first(resolve(w, "shop", "main", "a.py").text, 9),
                       STR("def three"));
    support_repo_commit(&w->repo, second_files, ARRAY_LEN(second_files), "fourth");
}

static void links_end(void **state)
{
    assert_int_equal(resolve(*state, "shop", "", "loop.py").entry, SOURCE_ENTRY_LINK);
    support_expect_str("text", 0, str_first(resolve(*state, "shop", "", "sub/up.py").text, 7),
                       STR("def two"));
}

static void plain_directories_have_borders(void **state)
{
    World *w = *state;
    char plain[256];
    char link[300];
    char secret[256];
    SourceDirectoryConfig config;
    Err err = ERR_INIT;

    (void)snprintf(plain, sizeof(plain), "%s/plain", w->dir);
    (void)snprintf(secret, sizeof(secret), "%s/secret.py", w->dir);
    support_write_file(plain, "src/a.py", STR("def plain(): pass\n"));
    support_write_file(w->dir, "secret.py", STR("secret\n"));
    (void)snprintf(link, sizeof(link), "%s/src/link.py", plain);
    assert_int_equal(symlink(secret, link), 0);
    (void)snprintf(link, sizeof(link), "%s/up", plain);
    assert_int_equal(symlink(w->dir, link), 0);
    source_config_for_directory(&config, str_from(plain));
    World other = { .source = source_create(&config.config, &err), .arena = w->arena };
    assert_non_null(other.source);
    assert_int_equal(resolve(&other, "", "", "src/a.py").state, SOURCE_OK);
    assert_int_equal(resolve(&other, "", "", "src/link.py").state, SOURCE_FILE_NOT_FOUND);
    assert_int_equal(resolve(&other, "", "", "up/secret.py").state, SOURCE_FILE_NOT_FOUND);
    assert_int_equal(resolve(&other, "", "", "../secret.py").state, SOURCE_FILE_NOT_FOUND);
    source_destroy(other.source);
}

static void configuration_mistakes_are_named(void **state)
{
    const struct {
        ProviderConfig provider;
        ErrCode code;
        const char *message;
    } cases[] = {
        { { .name = STR("x"), .type = PROVIDER_LOCAL, .path = STR("/nonexistent") },
          ERR_NOT_FOUND,
          "source provider \"x\": path \"/nonexistent\" is no directory" },
        { { .name = STR("x"), .type = PROVIDER_GITLAB, .token_file = STR("/dev/null") },
          ERR_INVALID_ARGUMENT,
          "holds no token" },
        { { .name = STR("x"),
            .type = PROVIDER_GITEA,
            .proxy = STR("socks5://user:secret@proxy.example") },
          ERR_INVALID_ARGUMENT,
          "the proxy must be an http or https address" },
        { { .type = PROVIDER_LOCAL, .path = STR("/") }, ERR_INVALID_ARGUMENT, "has no name" },
        { { .name = STR("x"), .type = PROVIDER_GITHUB, .token_file = STR("/nonexistent") },
          ERR_NOT_FOUND,
          "source provider \"x\"" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = ERR_INIT;
        assert_null(source_create(
            &(SourceConfig){ .providers = &cases[i].provider, .n_providers = 1 }, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_non_null(strstr(err.msg, cases[i].message));
    }
}

/* Known without an entry, but not asked before one allows it. */
static void public_hosts_are_built_in_and_off(void **state)
{
    static const char *const urls[] = { "https://gitlab.com/group/sub/project",
                                        "https://bitbucket.org/acme/shop",
                                        "https://codeberg.org/acme/shop" };
    World *w = *state;
    Err err = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        World known = { .source = source_create(&(SourceConfig){ 0 }, &err), .arena = w->arena };
        World offline = { .source =
                              source_create(&(SourceConfig){ .no_builtin_hosts = true }, &err),
                          .arena = w->arena };
        SourceResult result = resolve(&known, urls[i], "main", "a.go");
        assert_int_equal(result.state, SOURCE_HOST_UNSUPPORTED);
        assert_true(str_find(result.message, STR("is not enabled on this server"), 0) != STR_NPOS);
        result = resolve(&offline, urls[i], "main", "a.go");
        assert_int_equal(result.state, SOURCE_HOST_UNSUPPORTED);
        assert_true(str_find(result.message, STR("not asked"), 0) != STR_NPOS);
        source_destroy(known.source);
        source_destroy(offline.source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_addresses_by_host_prefix_file_and_name),
        cmocka_unit_test(reads_every_kind_of_ref),
        cmocka_unit_test(sees_new_commits_of_a_branch_at_once),
        cmocka_unit_test(links_end),
        cmocka_unit_test(plain_directories_have_borders),
        cmocka_unit_test(configuration_mistakes_are_named),
        cmocka_unit_test(public_hosts_are_built_in_and_off),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
