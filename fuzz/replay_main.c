/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target on every file of the folders and files given: the corpus as a test. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    Buf content = BUF_INIT(MiB(64));
    Err err = ERR_INIT;

    if (!file_read(path, &content, &err)) {
        (void)fprintf(stderr, "%s\n", err.msg);
        buf_done(&content);
        return -1;
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&content).ptr,
                                 content.len); /* always 0 */
    buf_done(&content);
    return 1;
}

static int run_path(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        perror(path);
        return -1;
    }
    if (!S_ISDIR(st.st_mode)) {
        return run_file(path);
    }
    DIR *dir = opendir(path);
    if (dir == NULL) {
        perror(path);
        return -1;
    }
    int n = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && n >= 0; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char file[4096];
        (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        int ran = run_path(file);
        n = ran < 0 ? -1 : n + ran;
    }
    (void)closedir(dir);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;

    for (int i = 1; i < argc; i++) {
        int ran = run_path(argv[i]);
        if (ran < 0) {
            return 1;
        }
        n += ran;
    }
    (void)printf("%d inputs\n", n);
    return n > 0 ? 0 : 1; /* an empty corpus would be a check that cannot fail */
}
