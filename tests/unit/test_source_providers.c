/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One suite for all providers: what they read from the same repositories must be the same. Each
 * case runs against every host; a host that has no such thing counts as skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "source/path.h"
#include "support_source_hosts.h"

#define FILE_LIMIT MiB(10)

/* ---- refs ---- */

typedef struct RefCase {
    const char *ref; /* NULL: the id of the commit, cut to n_digits */
    int commit;      /* -1: there is none */
    VcsRefKind kind;
    size_t n_digits;
} RefCase;

static void resolves_ref(HostSession *session)
{
    const RefCase *c = host_case()->data;
    VcsRef found;
    SourceFault fault;
    char id[41] = "";

    if (c->ref == NULL) {
        (void)snprintf(id, sizeof(id), "%.*s", (int)c->n_digits, hosts_shop.commits[c->commit].id);
    }
    bool ok = session_resolve(session, "acme/shop", c->ref != NULL ? c->ref : id, &found, &fault);
    if (c->commit < 0) {
        assert_false(ok);
        expect_state(session, "missing ref", fault.state, SOURCE_REF_NOT_FOUND, &fault);
        return;
    }
    expect_state(session, "ref", ok ? SOURCE_OK : fault.state, SOURCE_OK, &fault);
    support_expect_str("commit", 0, found.commit, str_from(hosts_shop.commits[c->commit].id));
    assert_int_equal(found.kind, c->kind);
}

static const RefCase ref_main = { "main", SHOP_TIP, VCS_REF_MOVABLE, 0 };
static const RefCase ref_none = { "", SHOP_TIP, VCS_REF_MOVABLE, 0 };
static const RefCase ref_head = { "HEAD", SHOP_TIP, VCS_REF_MOVABLE, 0 };
static const RefCase ref_slash = { "feature/x", SHOP_BASE, VCS_REF_MOVABLE, 0 };
static const RefCase ref_odd = { "fix/a+b%20c#d&e=f", SHOP_BASE, VCS_REF_MOVABLE, 0 };
static const RefCase ref_unicode = { "gr\xc3\xb6\xc3\x9f"
                                     "e",
                                     SHOP_BASE, VCS_REF_MOVABLE, 0 };
static const RefCase ref_both = { "both", SHOP_TIP, VCS_REF_MOVABLE, 0 };
static const RefCase ref_tag = { "v1.0.0", SHOP_BASE, VCS_REF_MOVABLE, 0 };
static const RefCase ref_annotated = { "v2.0.0", SHOP_TIP, VCS_REF_MOVABLE, 0 };
static const RefCase ref_tag_slash = { "rel/1.0", SHOP_BASE, VCS_REF_MOVABLE, 0 };
static const RefCase ref_tag_digits = { "20260101", SHOP_BASE, VCS_REF_MOVABLE, 0 };
static const RefCase ref_full = { NULL, SHOP_BASE, VCS_REF_COMMIT, 40 };
static const RefCase ref_short = { NULL, SHOP_TIP, VCS_REF_COMMIT, 8 };
static const RefCase ref_gone = { "gone", -1, VCS_REF_MOVABLE, 0 };
static const RefCase ref_gone_slash = { "feature/gone", -1, VCS_REF_MOVABLE, 0 };
static const RefCase ref_gone_id = { "0123456789012345678901234567890123456789", -1,
                                     VCS_REF_MOVABLE, 0 };
static const RefCase ref_gone_short = { "0123abcd", -1, VCS_REF_MOVABLE, 0 };

static const HostCase ref_cases[] = {
    { .name = "ref: branch", .run = resolves_ref, .data = &ref_main },
    { .name = "ref: none is the default branch", .run = resolves_ref, .data = &ref_none },
    { .name = "ref: HEAD", .run = resolves_ref, .data = &ref_head },
    { .name = "ref: branch with a slash", .run = resolves_ref, .data = &ref_slash },
    { .name = "ref: branch with + % # & =", .run = resolves_ref, .data = &ref_odd },
    { .name = "ref: branch with non-ASCII letters", .run = resolves_ref, .data = &ref_unicode },
    { .name = "ref: branch before a tag of the same name", .run = resolves_ref, .data = &ref_both },
    { .name = "ref: light tag", .run = resolves_ref, .data = &ref_tag },
    { .name = "ref: annotated tag", .run = resolves_ref, .data = &ref_annotated },
    { .name = "ref: tag with a slash", .run = resolves_ref, .data = &ref_tag_slash },
    { .name = "ref: tag of digits", .run = resolves_ref, .data = &ref_tag_digits },
    { .name = "ref: full id", .run = resolves_ref, .data = &ref_full },
    { .name = "ref: short id", .run = resolves_ref, .data = &ref_short },
    { .name = "ref: missing name", .run = resolves_ref, .data = &ref_gone },
    { .name = "ref: missing name with a slash", .run = resolves_ref, .data = &ref_gone_slash },
    { .name = "ref: missing full id", .run = resolves_ref, .data = &ref_gone_id },
    { .name = "ref: missing short id", .run = resolves_ref, .data = &ref_gone_short },
};

/* ---- files ---- */

/* The bytes are those of the model, for every host. */
static void reads_file(HostSession *session)
{
    const char *path = host_case()->data;
    const ModelCommit *tip = &hosts_shop.commits[SHOP_TIP];
    Str bytes;
    SourceFault fault;

    bool ok = session_read(session, "acme/shop", tip->id, path, FILE_LIMIT, &bytes, &fault);
    expect_state(session, path, ok ? SOURCE_OK : fault.state, SOURCE_OK, &fault);
    const TestFile *file = model_file(tip, str_from(path));
    if (model_kind(file) == MODEL_LINK) {
        file = model_follow(tip, file);
    }
    Str want = model_bytes(file);
    assert_int_equal(bytes.len, want.len);
    assert_true(str_eq(bytes, want));
}

static void reads_at_each_ref(HostSession *session)
{
    static const char *const refs[] = { "main", "feature/x", "v1.0.0", "v2.0.0" };
    static const char *const want[] = { "tip\n", "base\n", "base\n", "tip\n" };
    Str bytes;
    SourceFault fault;

    for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
        session->calls_left = 20;
        assert_true(
            session_read(session, "acme/shop", refs[i], "which.txt", FILE_LIMIT, &bytes, &fault));
        support_expect_str(refs[i], 0, bytes, str_from(want[i]));
    }
    session->calls_left = 20;
    assert_false(
        session_read(session, "acme/shop", "feature/x", "main.go", FILE_LIMIT, &bytes, &fault));
    expect_state(session, "not at this ref", fault.state, SOURCE_FILE_NOT_FOUND, &fault);
}

#define NO_MODE "its API does not tell links from files"
#define READS(title, file)                                                                         \
    {                                                                                              \
        .name = "file: " title, .run = reads_file, .data = (file)                                  \
    }
#define FOLLOWS(title, file)                                                                       \
    {                                                                                              \
        .name = "link: " title, .run = reads_file, .data = (file),                                 \
        .skip = HOST_BIT(HOST_BITBUCKET_SERVER), .why = NO_MODE                                    \
    }

static const HostCase file_cases[] = {
    READS("plain", "main.go"),
    READS("in directories", "src/cart/pricer.go"),
    READS("blanks in its path", "dir with blank/a b.go"),
    READS("non-ASCII path", "caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac.py"),
    READS("per cent in its path", "100%/50%25.go"),
    READS("path that looks encoded", "%2e%2e/%2Fetc.go"),
    READS("# in its path", "hash#tag.go"),
    READS("? in its path", "what?x=1.go"),
    READS("+ in its path", "c++/a+b.cc"),
    READS("brackets in its path", "app/[id]/page.tsx"),
    READS("braces and the like in its path", "{a}|b^`.go"),
    READS("reserved characters in its path", "a&b=c;d,e@f:g!$'().go"),
    READS("dash and tilde in its path", "-dash~.go"),
    READS("quote in its path", "quote\"s.go"),
    READS("empty", "empty.go"),
    READS("CRLF", "crlf.py"),
    READS("no final newline", "no-newline.py"),
    READS("one line that names a file", "one-line"),
    READS("binary", "binary.bin"),
    READS("invalid UTF-8", "latin.py"),
    READS("byte order mark", "bom.py"),
    READS("JSON that looks like an answer", "data.json"),
    READS("two megabytes", "big.py"),
    { .name = "file: differs between refs", .run = reads_at_each_ref },
    FOLLOWS("to a file", "link.go"),
    FOLLOWS("out of its directory", "src/up.go"),
    FOLLOWS("to a link", "chain.go"),
};

/* ---- what is no file ---- */

typedef struct NoFile {
    const char *path;
    SourceEntry entry;
} NoFile;

static void refuses_entry(HostSession *session)
{
    const NoFile *c = host_case()->data;
    Str bytes;
    SourceFault fault;

    assert_false(session_read(session, "acme/shop", hosts_shop.commits[SHOP_TIP].id, c->path,
                              FILE_LIMIT, &bytes, &fault));
    expect_state(session, c->path, fault.state, SOURCE_FILE_NOT_FOUND, &fault);
    assert_int_equal(fault.entry, c->entry);
    assert_int_equal(bytes.len, 0);
    assert_true(session->calls_left >= 10);
}

static void respects_the_size_limit(HostSession *session)
{
    const char *id = hosts_shop.commits[SHOP_TIP].id;
    Str bytes;
    SourceFault fault;

    assert_true(session_read(session, "acme/shop", id, "big.py", BIG_BYTES, &bytes, &fault));
    assert_int_equal(bytes.len, BIG_BYTES);
    assert_false(session_read(session, "acme/shop", id, "big.py", BIG_BYTES - 1, &bytes, &fault));
    expect_state(session, "above the limit", fault.state, SOURCE_TOO_LARGE, &fault);
    assert_false(session_read(session, "acme/shop", id, "big.py", 1000, &bytes, &fault));
    expect_state(session, "far above the limit", fault.state, SOURCE_TOO_LARGE, &fault);
    assert_true(session_read(session, "acme/shop", id, "empty.go", 1000, &bytes, &fault));
}

/* Bitbucket names LFS files itself; the others give the pointer, which the resolver knows. */
static void detects_lfs_pointers(HostSession *session)
{
    Err err = ERR_INIT;
    CLEANUP(source_destroyp)
    Source *source = source_create(&(SourceConfig){ .providers = &session->config,
                                                    .n_providers = 1,
                                                    .no_builtin_hosts = true },
                                   &err);
    SourceRequest request = { .repository = str_from(session_address(session, "acme/shop")),
                              .ref = STR("main"),
                              .root = STR_EMPTY,
                              .file = STR("lfs.py"),
                              .function = STR_EMPTY };
    SourceCaller caller = { .tenant = STR("anonymous") };
    SourceResult result;

    assert_non_null(source);
    assert_true(source_resolve(source, &caller, &request, session->arena, &result, &err));
    assert_int_equal(result.state, SOURCE_FILE_NOT_FOUND);
    assert_int_equal(result.entry, SOURCE_ENTRY_LFS);
}

static const NoFile no_directory = { "src/cart", SOURCE_ENTRY_DIRECTORY };
static const NoFile no_top = { "src", SOURCE_ENTRY_DIRECTORY };
static const NoFile no_submodule = { "vendor/sub", SOURCE_ENTRY_SUBMODULE };
static const NoFile no_below_submodule = { "vendor/sub/a.go", SOURCE_ENTRY_NONE };
static const NoFile no_below_file = { "main.go/a.go", SOURCE_ENTRY_NONE };
static const NoFile no_missing = { "src/missing.go", SOURCE_ENTRY_NONE };
static const NoFile no_missing_dir = { "none/missing.go", SOURCE_ENTRY_NONE };
static const NoFile no_out = { "out.go", SOURCE_ENTRY_LINK };
static const NoFile no_absolute = { "absolute.go", SOURCE_ENTRY_LINK };
static const NoFile no_dangling = { "dangling.go", SOURCE_ENTRY_LINK };
static const NoFile no_to_directory = { "to-directory", SOURCE_ENTRY_LINK };
static const NoFile no_loop = { "loop-a", SOURCE_ENTRY_LINK };
static const NoFile no_self = { "self", SOURCE_ENTRY_LINK };

#define REFUSES(title, what)                                                                       \
    {                                                                                              \
        .name = title, .run = refuses_entry, .data = &(what)                                       \
    }
#define REFUSES_LINK(title, what)                                                                  \
    {                                                                                              \
        .name = title, .run = refuses_entry, .data = &(what),                                      \
        .skip = HOST_BIT(HOST_BITBUCKET_SERVER), .why = NO_MODE                                    \
    }

static const HostCase entry_cases[] = {
    REFUSES("directory", no_directory),
    REFUSES("directory at the top", no_top),
    REFUSES("submodule", no_submodule),
    REFUSES("file below a submodule", no_below_submodule),
    REFUSES("file below a file", no_below_file),
    REFUSES("missing file", no_missing),
    REFUSES("missing file in a missing directory", no_missing_dir),
    REFUSES_LINK("link: out of the repository", no_out),
    REFUSES_LINK("link: absolute", no_absolute),
    REFUSES_LINK("link: to nothing", no_dangling),
    REFUSES_LINK("link: to a directory", no_to_directory),
    REFUSES_LINK("link: in a circle", no_loop),
    REFUSES_LINK("link: to itself", no_self),
    { .name = "size limit", .run = respects_the_size_limit },
    { .name = "LFS pointer", .run = detects_lfs_pointers },
};

/* ---- trees ---- */

static void lists_the_tree(HostSession *session)
{
    const ModelCommit *tip = &hosts_shop.commits[SHOP_TIP];
    bool has_kinds = session->kind != HOST_BITBUCKET_SERVER;
    CLEANUP(tree_index_unrefp) TreeIndex *tree = NULL;
    SourceFault fault;

    assert_true(session_tree(session, "acme/shop", tip->id, &tree, &fault));
    for (size_t i = 0; i < tip->n_files; i++) {
        Str path = str_from(tip->files[i].path);
        TreeKind kind;
        assert_true(tree_index_kind(tree, path, &kind));
        ModelKind want = model_kind(&tip->files[i]);
        assert_int_equal(kind, want == MODEL_LINK && has_kinds        ? TREE_LINK
                               : want == MODEL_SUBMODULE && has_kinds ? TREE_SUBMODULE
                                                                      : TREE_FILE);
    }
    assert_int_equal(tree_index_len(tree), tip->n_files); /* nothing else: no unclean paths */
    assert_false(tree_index_truncated(tree));
}

/* How many entries eight pages have. */
static size_t most_entries(HostKind kind)
{
    return kind == HOST_GITLAB || kind == HOST_BITBUCKET ? 800 : N_MANY_FILES;
}

static void lists_many_files(HostSession *session)
{
    CLEANUP(tree_index_unrefp) TreeIndex *tree = NULL;
    size_t most = most_entries(session->kind);
    SourceFault fault;

    assert_true(session_tree(session, "acme/many", hosts_many.commits[0].id, &tree, &fault));
    /* those that are not clean take places of pages too */
    assert_true(tree_index_len(tree) <= most && tree_index_len(tree) + 5 >= most);
    assert_int_equal(tree_index_truncated(tree), most < N_MANY_FILES);
    assert_true(session->calls_left >= 12);
}

static void stops_listing_when_calls_are_short(HostSession *session)
{
    CLEANUP(tree_index_unrefp) TreeIndex *tree = NULL;
    SourceFault fault;

    session->calls_left = 7;
    assert_true(session_tree(session, "acme/many", hosts_many.commits[0].id, &tree, &fault));
    assert_int_equal(session->calls_left, 6);
    assert_true(tree_index_truncated(tree));
    assert_true(tree_index_len(tree) > 0);
}

static void hears_that_a_listing_is_cut(HostSession *session)
{
    CLEANUP(tree_index_unrefp) TreeIndex *tree = NULL;
    SourceFault fault;

    fake_host_set_mood(session->fake, FAKE_CUT_TREES);
    assert_true(session_tree(session, "acme/shop", hosts_shop.commits[SHOP_TIP].id, &tree, &fault));
    assert_true(tree_index_truncated(tree));
    assert_true(tree_index_has(tree, STR("main.go")));
}

static void misses_the_tree_of_a_missing_commit(HostSession *session)
{
    TreeIndex *tree = NULL;
    SourceFault fault;

    assert_false(session_tree(session, "acme/shop", "0123456789012345678901234567890123456789",
                              &tree, &fault));
    assert_null(tree);
    assert_true(fault.state == SOURCE_REF_NOT_FOUND || fault.status == 400);
}

static const HostCase tree_cases[] = {
    { .name = "tree: all entries, clean ones only", .run = lists_the_tree },
    { .name = "tree: pages, at most eight", .run = lists_many_files },
    { .name = "tree: keeps calls for reading",
      .run = stops_listing_when_calls_are_short,
      .skip = HOST_BIT(HOST_LOCAL) | HOST_BIT(HOST_GITHUB),
      .why = "a listing has no pages" },
    { .name = "tree: cut by the host",
      .run = hears_that_a_listing_is_cut,
      .skip = HOST_BIT(HOST_LOCAL) | HOST_BIT(HOST_GITLAB) | HOST_BIT(HOST_GITEA),
      .why = "a listing ends with its last page" },
    { .name = "tree: of a missing commit", .run = misses_the_tree_of_a_missing_commit },
};

/* ---- commits ---- */

static const char *url_format(HostKind kind, bool commit)
{
    static const char *const files[N_HOSTS] = {
        [HOST_GITHUB] = "https://Host.example/acme/shop/blob/%s/dir%%20with%%20blank/a%%23b.go",
        [HOST_GITLAB] = "https://Host.example/acme/shop/-/blob/%s/dir%%20with%%20blank/a%%23b.go",
        [HOST_GITEA] =
            "https://Host.example/acme/shop/src/commit/%s/dir%%20with%%20blank/a%%23b.go",
        [HOST_BITBUCKET] = "https://Host.example/acme/shop/src/%s/dir%%20with%%20blank/a%%23b.go",
        [HOST_BITBUCKET_SERVER] = "https://Host.example/projects/acme/repos/shop/browse/"
                                  "dir%%20with%%20blank/a%%23b.go?at=%s",
        [HOST_LOCAL] = "",
    };
    static const char *const commits[N_HOSTS] = {
        [HOST_GITHUB] = "https://Host.example/acme/shop/commit/%s",
        [HOST_GITLAB] = "https://Host.example/acme/shop/-/commit/%s",
        [HOST_GITEA] = "https://Host.example/acme/shop/commit/%s",
        [HOST_BITBUCKET] = "https://Host.example/acme/shop/commits/%s",
        [HOST_BITBUCKET_SERVER] = "https://Host.example/projects/acme/repos/shop/commits/%s",
        [HOST_LOCAL] = "",
    };

    return commit ? commits[kind] : files[kind];
}

/* format has at most one %s, for the commit. */
static Str fill(HostSession *session, const char *format, const char *id)
{
    Str text = str_from(format);
    Buf out = BUF_INIT(1024);
    size_t at = str_find(text, STR("%s"), 0);

    for (size_t i = 0; i < text.len; i++) {
        if (i == at) {
            buf_add(&out, str_from(id));
            i++;
        } else {
            buf_add_char(&out, text.ptr[i]);
            i += text.ptr[i] == '%'; /* "%%" */
        }
    }
    Str copy = arena_str(session->arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static void reads_commits(HostSession *session)
{
    const ModelCommit *tip = &hosts_shop.commits[SHOP_TIP];
    bool knows_accounts = session->kind != HOST_GITLAB && session->kind != HOST_LOCAL;
    bool knows_pictures = knows_accounts && session->kind != HOST_BITBUCKET_SERVER;
    VcsCommit commit;
    SourceFault fault;

    assert_true(session_commit(session, "acme/shop", "main", &commit, &fault));
    support_expect_str("sha", 0, commit.sha, str_from(tip->id));
    support_expect_str("message", 0, commit.message, str_from(tip->message));
    support_expect_str("name", 0, commit.author_name, STR(MODEL_AUTHOR));
    support_expect_str("login", 0, commit.author_login, knows_accounts ? STR("ada") : STR_EMPTY);
    support_expect_str("avatar", 0, commit.avatar_url,
                       knows_pictures ? STR("https://avatars.example/ada") : STR_EMPTY);
    support_expect_str("date", 0, commit.date, STR(MODEL_DATE));
    support_expect_str("url", 0, commit.url,
                       fill(session, url_format(session->kind, true), tip->id));
}

static void reads_authors_without_account(HostSession *session)
{
    VcsCommit commit;
    SourceFault fault;

    assert_true(session_commit(session, "acme/shop", "v1.0.0", &commit, &fault));
    support_expect_str("sha", 0, commit.sha, str_from(hosts_shop.commits[SHOP_BASE].id));
    support_expect_str("name", 0, commit.author_name, STR(MODEL_AUTHOR));
    support_expect_str("login", 0, commit.author_login, STR_EMPTY);
    support_expect_str("avatar", 0, commit.avatar_url, STR_EMPTY);
    support_expect_str("message", 0, commit.message, STR("first\n\nwith a body\n"));
}

static void misses_commits(HostSession *session)
{
    static const char *const refs[] = { "gone", "0123456789012345678901234567890123456789" };
    VcsCommit commit;
    SourceFault fault;

    for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
        assert_false(session_commit(session, "acme/shop", refs[i], &commit, &fault));
        expect_state(session, refs[i], fault.state, SOURCE_REF_NOT_FOUND, &fault);
    }
}

static void has_pages_for_people(HostSession *session)
{
    const ProviderOps *ops = session->provider->ops;
    const char *id = hosts_shop.commits[SHOP_TIP].id;
    Str repo = session_repo(session, "acme/shop");

    support_expect_str("file", 0,
                       ops->file_url(session->provider, session->arena, repo, str_from(id),
                                     STR("dir with blank/a#b.go")),
                       fill(session, url_format(session->kind, false), id));
    support_expect_str("commit", 0,
                       ops->commit_url(session->provider, session->arena, repo, str_from(id)),
                       fill(session, url_format(session->kind, true), id));
}

static const HostCase commit_cases[] = {
    { .name = "commit: fields", .run = reads_commits },
    { .name = "commit: author without account", .run = reads_authors_without_account },
    { .name = "commit: missing", .run = misses_commits },
    { .name = "web addresses", .run = has_pages_for_people },
};

int main(void)
{
    const HostCase *const tables[] = { ref_cases, file_cases, entry_cases, tree_cases,
                                       commit_cases };
    const size_t n[] = { ARRAY_LEN(ref_cases), ARRAY_LEN(file_cases), ARRAY_LEN(entry_cases),
                         ARRAY_LEN(tree_cases), ARRAY_LEN(commit_cases) };

    return hosts_run(tables, n, ARRAY_LEN(tables));
}
