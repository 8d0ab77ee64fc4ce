/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/support_source.h - what the tests of the source integration share: repositories built
 * with libgit2 in a temporary directory, and tables of cases from files.
 */
#pragma once

#include "base/arena.h"
#include "codec/yaml.h"
#include "source/source.h"

typedef struct TestFile {
    const char *path;
    const char *content; /* "-> target": a symbolic link; "@@ id": a submodule */
    size_t len;          /* 0: strlen(content) */
} TestFile;

typedef struct TestRepo {
    char dir[256];
    char head[65]; /* id of the last commit */
} TestRepo;

/* A fresh temporary directory; removed by support_dir_remove(). */
void support_dir_create(char *dir, size_t size);
void support_dir_remove(const char *dir);
void support_write_file(const char *dir, const char *path, Str content);

/* An empty bare repository at dir/name. */
void support_repo_init(TestRepo *repo, const char *dir, const char *name);
/* A bare repository at dir/name with one commit of all files on branch "main". */
void support_repo_create(TestRepo *repo, const char *dir, const char *name, const TestFile *files,
                         size_t n_files);
/* One more commit that holds exactly these files. */
void support_repo_commit(TestRepo *repo, const TestFile *files, size_t n_files,
                         const char *message);
void support_repo_tag(TestRepo *repo, const char *name);
void support_repo_branch(TestRepo *repo, const char *name);

/* Lines of a .tsv file without comments and empty lines; fields are split at tabs. */
typedef struct TestTable {
    Str *rows; /* n_rows * max_fields */
    size_t n_rows;
    size_t max_fields;
    size_t *lines; /* numbers of the rows in the file */
} TestTable;

/* "\t" in the file is written \t, an empty field "-". */
void support_table_load(Arena *arena, const char *path, size_t max_fields, TestTable *ret_table);
Str support_table_field(const TestTable *table, size_t row, size_t field);

/* Fails the test with file and line of the case when the texts differ. */
void support_expect_str(const char *what, size_t line, Str got, Str want);

/* Prints all attempts: for people who look into a failure. */
void support_print_result(const SourceResult *result);

/* The list "cases" of a YAML file; a scalar member of a mapping, "" when it has none. */
const YamlNode *support_yaml_cases(Arena *arena, const char *path);
Str support_yaml_text(const YamlNode *node, const char *name);

/* Prints both texts when they differ; whether they are equal. */
bool support_same_text(const YamlNode *node, Str got, Str want);
