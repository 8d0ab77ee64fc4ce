/* SPDX-License-Identifier: Apache-2.0 */
/* Whole resolutions through source_resolve() against local repositories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support_source.h"

typedef struct World {
    char dir[128];
    TestRepo shop;
    TestRepo go;
    TestRepo queue;
    Source *source;
    Arena *arena;
} World;

static const char pricer_go[] = "package cart\n"
                                "\n"
                                "type Pricer struct{}\n"
                                "\n"
                                "// Total adds up.\n"
                                "func (p *Pricer) Total(n int) int {\n"
                                "\treturn n * 2\n"
                                "}\n";

static const TestFile shop_files[] = {
    { .path = "go.mod",
      .content = "module git.example/acme/shop\n\ngo 1.22.3\n\n"
                 "require github.com/acme/queue v1.2.0\n"
                 "require github.com/acme/gauge/v2 v2.1.0\n"
                 "replace git.example/acme/tools => ./tools\n" },
    { .path = "cart/pricer.go", .content = pricer_go },
    { .path = "tools/hammer.go", .content = "package tools\n\nfunc Hit() {}\n" },
    { .path = "cmd/shop/main.go", .content = "package main\n\nfunc main() {}\n" },
    { .path = "cmd/admin/main.go",
      .content = "package main\n\nfunc main() {\n\trun()\n}\n\nfunc run() {}\n" },
    { .path = "py/app/views.py", .content = "def index(request):\n    return 1\n" },
    { .path = "go.work",
      .content = "go 1.22\n\nuse (\n\t.\n\t./services/mail\n\t../outside\n)\n\n"
                 "replace git.example/acme/stamp => ./services/stamp\n" },
    { .path = "services/mail/go.mod", .content = "module git.example/mail\n" },
    { .path = "services/mail/send/send.go", .content = "package send\n\nfunc Send() {}\n" },
    { .path = "services/stamp/send.go", .content = "package stamp\n\nfunc Print() {}\n" },
    { .path = "link.go", .content = "-> cart/pricer.go" },
    { .path = "outside.go", .content = "-> ../../etc/passwd" },
    { .path = "logo.bin.py", .content = "GIF\0\1\2", .len = 6 },
    { .path = "latin.py", .content = "# caf\xe9\ndef latin():\n    pass\n" },
    { .path = "lfs.py",
      .content = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n" },
    { .path = "java/src/main/java/org/example/Shop.java",
      .content = "package org.example;\nclass Shop {\n  int total() { return 1; }\n}\n" },
    { .path = "mapped/.pyroscope.yaml",
      .content = "source_code:\n"
                 "  mappings:\n"
                 "    - path:\n"
                 "        - prefix: /opt/build\n"
                 "      language: python\n"
                 "      source:\n"
                 "        local:\n"
                 "          path: ../py\n"
                 "    - path:\n"
                 "        - prefix: /opt\n"
                 "      language: cobol\n"
                 "      source:\n"
                 "        local: {}\n" },
};

static const TestFile go_files[] = {
    { .path = "src/fmt/print.go", .content = "package fmt\n\nfunc Println() {}\n" },
};

/* Later releases: the function moves down in go1.22.4, the comment changes in go1.23.1. */
static const TestFile go_moved_files[] = {
    { .path = "src/fmt/print.go", .content = "package fmt\n\n// x\n\nfunc Println() {}\n" },
    { .path = "src/os/file.go", .content = "package os\n\nfunc Open() {}\n" },
};
static const TestFile go_commented_files[] = {
    { .path = "src/fmt/print.go", .content = "package fmt\n\n// y\n\nfunc Println() {}\n" },
    { .path = "src/os/file.go", .content = "package os\n\n\nfunc Open() {}\n" },
};

static const TestFile queue_files[] = {
    { .path = "go.mod", .content = "module github.com/acme/queue\n" },
    { .path = "push.go", .content = "package queue\n\nfunc Push() {}\n" },
};

static int setup(void **state)
{
    World *w = calloc(1, sizeof(*w));
    Err err = ERR_INIT;

    support_dir_create(w->dir, sizeof(w->dir));
    support_repo_create(&w->shop, w->dir, "git.example/acme/shop.git", shop_files,
                        ARRAY_LEN(shop_files));
    support_repo_create(&w->go, w->dir, "mirrors/golang/go.git", go_files, ARRAY_LEN(go_files));
    support_repo_tag(&w->go, "go1.22.3");
    support_repo_commit(&w->go, go_moved_files, ARRAY_LEN(go_moved_files), "move");
    support_repo_tag(&w->go, "go1.22.4");
    support_repo_tag(&w->go, "go1.22.5");
    support_repo_tag(&w->go, "go1.23.0");
    support_repo_commit(&w->go, go_commented_files, ARRAY_LEN(go_commented_files), "comment");
    support_repo_tag(&w->go, "go1.23.1");
    support_repo_tag(&w->go, "go1.24rc1");
    support_repo_create(&w->queue, w->dir, "mirrors/acme/queue.git", queue_files,
                        ARRAY_LEN(queue_files));
    support_repo_tag(&w->queue, "v1.2.0");
    char mirrors[256];
    char shop[256];
    (void)snprintf(mirrors, sizeof(mirrors), "%s/mirrors", w->dir);
    (void)snprintf(shop, sizeof(shop), "%s/git.example", w->dir);
    const ProviderConfig providers[] = {
        { .name = STR("github.com"), .type = PROVIDER_LOCAL, .path = str_from(mirrors) },
        { .name = STR("forge"),
          .type = PROVIDER_LOCAL,
          .web_url = STR("https://git.example"),
          .path = str_from(shop) },
    };
    w->source = source_create(
        &(SourceConfig){ .providers = providers, .n_providers = ARRAY_LEN(providers) }, &err);
    assert_non_null(w->source);
    w->arena = arena_create(MiB(64));
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

static SourceResult resolve(World *w, SourceRequest request)
{
    SourceResult result;
    SourceCaller caller = { 0 };
    Err err = ERR_INIT;

    if (request.repository.len == 0) {
        request.repository = STR("https://git.example/acme/shop");
    }
    assert_true(source_resolve(w->source, &caller, &request, w->arena, &result, &err));
    return result;
}

static bool has_warning(const SourceResult *result, const char *code)
{
    for (size_t i = 0; i < result->n_warnings; i++) {
        if (strcmp(result->warnings[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

static void expect_found(const SourceResult *result, const char *rule, const char *path)
{
    if (result->state != SOURCE_OK) {
        support_print_result(result);
    }
    assert_int_equal(result->state, SOURCE_OK);
    support_expect_str("rule", 0, result->rule, str_from(rule));
    support_expect_str("path", 0, result->path, str_from(path));
    assert_true(result->text.len > 0);
}

static void finds_file_by_its_suffix(void **state)
{
    World *w = *state;
    SourceResult result =
        resolve(w, (SourceRequest){
                       .ref = str_from(w->shop.head),
                       .file = STR("/home/ci/build/cart/pricer.go"),
                       .function = STR("git.example/acme/shop/cart.(*Pricer).Total"),
                       .start_line = 6,
                       .max_line = 7,
                   });

    expect_found(&result, "suffix", "cart/pricer.go");
    support_expect_str("text", 0, result.text, str_from(pricer_go));
    support_expect_str("commit", 0, result.commit, str_from(w->shop.head));
    support_expect_str("provider", 0, result.provider, STR("forge"));
    assert_int_equal(result.n_warnings, 0);
    assert_false(result.uncertain);
}

static void warns_when_the_ref_moves_and_lines_do_not_fit(void **state)
{
    SourceResult result =
        resolve(*state, (SourceRequest){
                            .ref = STR("main"),
                            .file = STR("cart/pricer.go"),
                            .function = STR("git.example/acme/shop/cart.(*Pricer).Total"),
                            .start_line = 60,
                            .max_line = 70,
                        });

    expect_found(&result, "relative_path", "cart/pricer.go");
    assert_true(has_warning(&result, "ref_may_move"));
    assert_true(has_warning(&result, "lines_beyond_end"));
    assert_true(has_warning(&result, "version_shifted"));
    assert_int_equal(result.version.verdict, VERSION_SHIFTED);
}

static void reads_the_standard_library_at_its_release(void **state)
{
    SourceResult result = resolve(*state, (SourceRequest){
                                              .file = STR("/usr/local/go/src/fmt/print.go"),
                                              .function = STR("fmt.Println"),
                                          });

    expect_found(&result, "go_stdlib", "src/fmt/print.go");
    assert_true(result.uncertain); /* the release comes from go.mod */
    support_expect_str("repository", 0, result.repository, STR("github.com/golang/go"));
}

/* go.mod says at least 1.22.3; where the function stands tells the release (4.2). */
static void finds_the_release_that_the_profile_fits(void **state)
{
    SourceRequest request = { .ref = STR("main"),
                              .file = STR("/usr/local/go/src/fmt/print.go"),
                              .function = STR("fmt.Println"),
                              .start_line = 3 };
    SourceResult result = resolve(*state, request);

    expect_found(&result, "go_stdlib", "src/fmt/print.go");
    support_expect_str("text", 0, result.text, str_from(go_files[0].content));
    assert_false(result.uncertain); /* it stands at line 3 in 1.22.3 alone */
    assert_int_equal(result.version.verdict, VERSION_MATCHES);
}

/* The same build: what one file leaves open another one decides, and the answer stays certain. */
static void narrows_the_release_down_file_by_file(void **state)
{
    World *w = *state;
    SourceRequest print = { .ref = str_from(w->shop.head),
                            .file = STR("/usr/local/go/src/fmt/print.go"),
                            .function = STR("fmt.Println"),
                            .start_line = 5 };
    SourceRequest open = { .ref = str_from(w->shop.head),
                           .file = STR("/usr/local/go/src/os/file.go"),
                           .function = STR("os.Open"),
                           .start_line = 3 };
    SourceResult result = resolve(w, print);

    expect_found(&result, "go_stdlib", "src/fmt/print.go");
    assert_true(result.uncertain); /* 1.22.4 to 1.23.0 fit, and 1.23.1 with another comment */
    result = resolve(w, open);
    expect_found(&result, "go_stdlib", "src/os/file.go");
    assert_false(result.uncertain); /* not 1.23.1 */
    result = resolve(w, print);
    support_expect_str("text", 0, result.text, str_from(go_moved_files[0].content));
    assert_false(result.uncertain);
}

static void a_rebuild_by_another_release_is_noticed(void **state)
{
    SourceRequest request = { .ref = STR("main"),
                              .file = STR("/usr/local/go/src/os/file.go"),
                              .function = STR("os.Open"),
                              .start_line = 3 };
    SourceResult result = resolve(*state, request);

    support_expect_str("text", 0, result.text, str_from(go_moved_files[1].content));
    request.start_line = 4;
    result = resolve(*state, request);
    support_expect_str("text", 0, result.text, str_from(go_commented_files[1].content));
    assert_false(result.uncertain);
}

static void proposes_the_commit_before_the_profile(void **state)
{
    World *w = *state;
    SourceRequest request = { .file = STR("cart/pricer.go"),
                              .profiled_at_ms = (int64_t)1767225600 * 1000 + 5000 };
    SourceResult result = resolve(w, request);

    expect_found(&result, "relative_path", "cart/pricer.go");
    support_expect_str("commit", 0, result.commit, str_from(w->shop.head));
    assert_true(result.uncertain);
    assert_true(has_warning(&result, "ref_guessed"));
    request.profiled_at_ms = 1000; /* before the first commit: HEAD is all there is */
    result = resolve(w, request);
    expect_found(&result, "relative_path", "cart/pricer.go");
    assert_true(has_warning(&result, "ref_may_move"));
}

static void reads_modules_at_their_version(void **state)
{
    SourceResult result =
        resolve(*state, (SourceRequest){
                            .file = STR("/go/pkg/mod/github.com/acme/queue@v1.2.0/push.go"),
                            .function = STR("github.com/acme/queue.Push"),
                        });

    expect_found(&result, "go_module", "push.go");
    assert_false(result.uncertain);
}

static void reads_replaced_modules_from_their_directory(void **state)
{
    SourceResult result =
        resolve(*state, (SourceRequest){
                            .file = STR("git.example/acme/tools@v0.1.0/hammer.go"),
                            .function = STR("git.example/acme/tools.Hit"),
                        });

    expect_found(&result, "go_replace", "tools/hammer.go");
}

static void knows_the_modules_of_a_workspace(void **state)
{
    SourceResult result = resolve(*state, (SourceRequest){
                                              .file = STR("/x/send.go"),
                                              .function = STR("git.example/mail/send.Send"),
                                          });

    expect_found(&result, "go_import_path", "services/mail/send/send.go");
    result = resolve(*state, (SourceRequest){
                                 .file = STR("git.example/acme/stamp@v1.0.0/send.go"),
                                 .function = STR("git.example/acme/stamp.Print"),
                             });
    expect_found(&result, "go_replace", "services/stamp/send.go");
}

static void decides_between_equal_names_by_the_function(void **state)
{
    SourceResult result = resolve(*state, (SourceRequest){
                                              .file = STR("/src/main.go"),
                                              .function = STR("main.run"),
                                              .start_line = 7,
                                          });

    expect_found(&result, "suffix", "cmd/admin/main.go");
    result = resolve(*state, (SourceRequest){
                                 .file = STR("/src/main.go"),
                                 .function = STR("main.main"),
                             });
    assert_int_equal(result.state, SOURCE_FILE_NOT_FOUND); /* both have it: no guess */
    assert_true(result.suggestion.len > 0);
}

static void applies_mappings_and_reports_bad_ones(void **state)
{
    SourceResult result = resolve(*state, (SourceRequest){
                                              .root = STR("/mapped/"),
                                              .file = STR("/opt/build/app/views.py"),
                                              .function = STR("index"),
                                          });

    expect_found(&result, "mapping", "py/app/views.py");
    assert_true(has_warning(&result, "config_invalid"));
}

static void follows_links_inside_the_repository_only(void **state)
{
    SourceResult result = resolve(*state, (SourceRequest){ .file = STR("link.go") });

    expect_found(&result, "relative_path", "link.go");
    support_expect_str("text", 0, result.text, str_from(pricer_go));
    result = resolve(*state, (SourceRequest){ .file = STR("outside.go") });
    assert_int_equal(result.state, SOURCE_FILE_NOT_FOUND);
    assert_int_equal(result.entry, SOURCE_ENTRY_LINK);
}

static void tells_what_is_no_text(void **state)
{
    assert_int_equal(resolve(*state, (SourceRequest){ .file = STR("logo.bin.py") }).state,
                     SOURCE_BINARY);
    SourceResult result = resolve(*state, (SourceRequest){ .file = STR("lfs.py") });
    assert_int_equal(result.entry, SOURCE_ENTRY_LFS);
    result = resolve(*state, (SourceRequest){ .file = STR("latin.py") });
    assert_int_equal(result.state, SOURCE_OK);
    assert_true(has_warning(&result, "invalid_utf8"));
    support_expect_str("first line", 0, str_first(result.text, 8), STR("# caf\xef\xbf\xbd"));
    assert_int_equal(result.bytes.ptr[5], (char)0xe9);
    result = resolve(*state, (SourceRequest){ .file = STR("py/app") });
    assert_int_equal(result.state, SOURCE_FILE_NOT_FOUND);
    assert_int_equal(result.entry, SOURCE_ENTRY_DIRECTORY);
}

static void finds_java_classes_by_their_package(void **state)
{
    SourceResult result =
        resolve(*state, (SourceRequest){ .function = STR("org/example/Shop$Cart.total") });

    expect_found(&result, "java_class", "java/src/main/java/org/example/Shop.java");
    result = resolve(*state, (SourceRequest){ .function = STR("org/other/Thing.run") });
    assert_int_equal(result.state, SOURCE_JAVA_NEEDS_MAPPING);
    assert_true(str_find(result.suggestion, STR("org/other"), 0) != STR_NPOS);
}

static void says_what_is_wrong_with_the_request(void **state)
{
    World *w = *state;
    SourceCaller caller = { 0 };
    SourceRequest none = { .file = STR("a.go") };
    SourceResult result;
    Err err = ERR_INIT;

    assert_true(source_resolve(w->source, &caller, &none, w->arena, &result, &err));
    assert_int_equal(result.state, SOURCE_NO_LABELS);
    assert_int_equal(resolve(w, (SourceRequest){ .ref = STR("a..b"), .file = STR("a.go") }).state,
                     SOURCE_INVALID_REQUEST);
    assert_int_equal(resolve(w, (SourceRequest){ .root = STR("../x"), .file = STR("a.go") }).state,
                     SOURCE_INVALID_REQUEST);
    assert_int_equal(resolve(w, (SourceRequest){ .file = STR("a\n.go") }).state,
                     SOURCE_INVALID_REQUEST);
    assert_int_equal(resolve(w, (SourceRequest){ .repository = STR("https://other.example/a/b"),
                                                 .file = STR("a.go") })
                         .state,
                     SOURCE_HOST_UNSUPPORTED);
    assert_int_equal(resolve(w, (SourceRequest){ .ref = STR("nope"), .file = STR("a.go") }).state,
                     SOURCE_REF_NOT_FOUND);
}

static void lists_commits_in_the_order_asked(void **state)
{
    World *w = *state;
    Str refs[] = { STR("main"), STR("nope"), str_from(w->shop.head), STR("main") };
    SourceCaller caller = { 0 };
    SourceCommit *commits;
    Err err = ERR_INIT;

    assert_true(source_commits(w->source, &caller, STR("git.example/acme/shop"), refs,
                               ARRAY_LEN(refs), w->arena, &commits, &err));
    assert_int_equal(commits[0].fault.state, SOURCE_OK);
    support_expect_str("sha", 0, commits[0].commit.sha, str_from(w->shop.head));
    support_expect_str("author", 0, commits[0].commit.author_name, STR("Ada Example"));
    support_expect_str("date", 0, commits[0].commit.date, STR("2026-01-01T00:00:00Z"));
    assert_int_equal(commits[1].fault.state, SOURCE_REF_NOT_FOUND);
    assert_int_equal(commits[2].fault.state, SOURCE_OK);
    assert_int_equal(commits[3].fault.state, SOURCE_OK);
}

static void one_directory_answers_for_every_repository(void **state)
{
    World *w = *state;
    SourceDirectoryConfig config;
    char plain[256];
    Err err = ERR_INIT;
    SourceCaller caller = { 0 };
    SourceResult result;

    (void)snprintf(plain, sizeof(plain), "%s/plain", w->dir);
    support_write_file(plain, "cart/pricer.go", str_from(pricer_go));
    support_write_file(plain, ".git-is-no-repo/x", STR("x"));
    const char *const dirs[] = { plain, w->shop.dir };
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
        source_config_for_directory(&config, str_from(dirs[i]));
        Source *source = source_create(&config.config, &err);
        assert_non_null(source);
        SourceRequest request = { .repository = STR("https://github.com/any/thing"),
                                  .file = STR("/build/cart/pricer.go"),
                                  .function = STR("x/cart.(*Pricer).Total") };
        assert_true(source_resolve(source, &caller, &request, w->arena, &result, &err));
        expect_found(&result, "suffix", "cart/pricer.go");
        request.repository = STR_EMPTY;
        assert_true(source_resolve(source, &caller, &request, w->arena, &result, &err));
        assert_int_equal(result.state, SOURCE_OK);
        request.file = STR("/usr/local/go/src/fmt/print.go");
        assert_true(source_resolve(source, &caller, &request, w->arena, &result, &err));
        assert_int_not_equal(result.state, SOURCE_OK); /* golang/go is another repository */
        source_destroy(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_file_by_its_suffix),
        cmocka_unit_test(warns_when_the_ref_moves_and_lines_do_not_fit),
        cmocka_unit_test(reads_the_standard_library_at_its_release),
        cmocka_unit_test(finds_the_release_that_the_profile_fits),
        cmocka_unit_test(narrows_the_release_down_file_by_file),
        cmocka_unit_test(a_rebuild_by_another_release_is_noticed),
        cmocka_unit_test(proposes_the_commit_before_the_profile),
        cmocka_unit_test(reads_modules_at_their_version),
        cmocka_unit_test(reads_replaced_modules_from_their_directory),
        cmocka_unit_test(knows_the_modules_of_a_workspace),
        cmocka_unit_test(decides_between_equal_names_by_the_function),
        cmocka_unit_test(applies_mappings_and_reports_bad_ones),
        cmocka_unit_test(follows_links_inside_the_repository_only),
        cmocka_unit_test(tells_what_is_no_text),
        cmocka_unit_test(finds_java_classes_by_their_package),
        cmocka_unit_test(says_what_is_wrong_with_the_request),
        cmocka_unit_test(lists_commits_in_the_order_asked),
        cmocka_unit_test(one_directory_answers_for_every_repository),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
