/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source_hosts_data.c - the repositories that every kind of host serves.
 */
#include <stdio.h>

#include "support_source_hosts.h"

#define SUBMODULE_ID "3333333333333333333333333333333333333333"

static char big[BIG_BYTES];
static char many_paths[N_MANY_FILES][32];
static TestFile many_files[N_MANY_FILES];

static const TestFile base_files[] = {
    { .path = "which.txt", .content = "base\n" },
};

static const TestFile tip_files[] = {
    { .path = "which.txt", .content = "tip\n" },
    { .path = "main.go", .content = "package main\n\nfunc main() {}\n" },
    { .path = "src/cart/pricer.go", .content = "package cart\n\nfunc Total() int { return 1 }\n" },
    { .path = "dir with blank/a b.go", .content = "blank\n" },
    { .path = "caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac.py", .content = "# non-ASCII\n" },
    { .path = "100%/50%25.go", .content = "percent\n" },
    { .path = "%2e%2e/%2Fetc.go", .content = "looks encoded\n" },
    { .path = "hash#tag.go", .content = "hash\n" },
    { .path = "what?x=1.go", .content = "question\n" },
    { .path = "c++/a+b.cc", .content = "plus\n" },
    { .path = "app/[id]/page.tsx", .content = "brackets\n" },
    { .path = "{a}|b^`.go", .content = "odd\n" },
    { .path = "a&b=c;d,e@f:g!$'().go", .content = "reserved\n" },
    { .path = "-dash~.go", .content = "dash\n" },
    { .path = "quote\"s.go", .content = "quote\n" },
    { .path = "empty.go", .content = "" },
    { .path = "crlf.py", .content = "a = 1\r\nb = 2\r\n" },
    { .path = "no-newline.py", .content = "a = 1\nb = 2" },
    { .path = "one-line", .content = "src/cart/pricer.go" }, /* a file that looks like a link */
    { .path = "binary.bin",
      .content = "\x7f"
                 "ELF\0\0\1\xff\xfe\0",
      .len = 10 },
    { .path = "latin.py", .content = "# caf\xe9 \xff\xfe\n" },
    { .path = "bom.py", .content = "\xef\xbb\xbf# bom\n" },
    { .path = "data.json", .content = "{\"type\":\"dir\",\"values\":[]}\n" },
    { .path = "big.py", .content = big, .len = BIG_BYTES },
    { .path = "link.go", .content = "-> src/cart/pricer.go" },
    { .path = "src/up.go", .content = "-> ../main.go" },
    { .path = "chain.go", .content = "-> link.go" },
    { .path = "out.go", .content = "-> ../../etc/passwd" },
    { .path = "absolute.go", .content = "-> /etc/passwd" },
    { .path = "dangling.go", .content = "-> nowhere.go" },
    { .path = "to-directory", .content = "-> src" },
    { .path = "loop-a", .content = "-> loop-b" },
    { .path = "loop-b", .content = "-> loop-a" },
    { .path = "self", .content = "-> self" },
    { .path = "lfs.py",
      .content = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0f"
                 "f69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n" },
    { .path = "vendor/sub", .content = "@@ " SUBMODULE_ID },
};

static const TestFile secret_files[] = {
    { .path = "key.go", .content = "package key\n" },
};

static ModelCommit shop_commits[] = {
    [SHOP_BASE] = { .message = "first\n\nwith a body\n",
                    .files = base_files,
                    .n_files = ARRAY_LEN(base_files) },
    [SHOP_TIP] = { .message = "second \"quoted\" <b>\xc3\xa9</b>\n",
                   .login = "ada",
                   .files = tip_files,
                   .n_files = ARRAY_LEN(tip_files) },
};

static const ModelRef shop_refs[] = {
    { .name = "main", .commit_idx = SHOP_TIP },
    { .name = "feature/x", .commit_idx = SHOP_BASE },
    { .name = "fix/a+b%20c#d&e=f", .commit_idx = SHOP_BASE },
    { .name = "gr\xc3\xb6\xc3\x9f"
              "e",
      .commit_idx = SHOP_BASE },
    { .name = "both", .commit_idx = SHOP_TIP },
    { .name = "both", .kind = MODEL_TAG, .commit_idx = SHOP_BASE },
    { .name = "v1.0.0", .kind = MODEL_TAG, .commit_idx = SHOP_BASE },
    { .name = "v2.0.0", .kind = MODEL_ANNOTATED_TAG, .commit_idx = SHOP_TIP },
    { .name = "rel/1.0", .kind = MODEL_TAG, .commit_idx = SHOP_BASE },
    { .name = "20260101", .kind = MODEL_TAG, .commit_idx = SHOP_BASE },
};

static const ModelRef main_only[] = { { .name = "main" } };

static ModelCommit secret_commit = { .message = "secret\n",
                                     .files = secret_files,
                                     .n_files = ARRAY_LEN(secret_files) };

static ModelCommit many_commit = { .message = "many\n",
                                   .files = many_files,
                                   .n_files = N_MANY_FILES };

ModelRepo hosts_shop = { .name = "acme/shop",
                         .old_name = "acme/store",
                         .commits = shop_commits,
                         .n_commits = ARRAY_LEN(shop_commits),
                         .refs = shop_refs,
                         .n_refs = ARRAY_LEN(shop_refs) };

ModelRepo hosts_secret = { .name = "acme/secret",
                           .is_private = true,
                           .commits = &secret_commit,
                           .n_commits = 1,
                           .refs = main_only,
                           .n_refs = 1 };

ModelRepo hosts_many = {
    .name = "acme/many", .commits = &many_commit, .n_commits = 1, .refs = main_only, .n_refs = 1
};

void hosts_fill(void)
{
    for (size_t i = 0; i < sizeof(big); i++) {
        big[i] = i % 61 == 60 ? '\n' : (char)('a' + i % 7);
    }
    for (size_t i = 0; i < N_MANY_FILES; i++) {
        (void)snprintf(many_paths[i], sizeof(many_paths[i]), "f%04zu.go", i);
        many_files[i] = (TestFile){ .path = many_paths[i], .content = "x\n" };
    }
}
