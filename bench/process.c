/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "bench/load.h"

static void __attribute__((noreturn)) give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void sleep_ms(int64_t ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };

    (void)nanosleep(&pause, NULL); /* an early return does no harm */
}

static void launch(const char *program, ServerProcess *server)
{
    char listen[64];
    char storage[128];
    char log[128];
    int64_t start_ns = clock_steady_ns();

    server->port = load_free_port();
    (void)snprintf(listen, sizeof(listen), "--server.listen=127.0.0.1:%u", server->port);
    (void)snprintf(storage, sizeof(storage), "--storage.path=%s/data", server->directory);
    (void)snprintf(log, sizeof(log), "%s/log", server->directory);
    server->pid = fork();
    if (server->pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
        (void)dup2(fd, STDERR_FILENO);
        (void)execl(program, program, "serve", listen, storage, "--limits.reject_older_than=0",
                    (char *)NULL);
        _exit(127);
    }
    if (server->pid < 0) {
        give_up("fork");
    }
    while (!load_is_ready(server->port)) {
        int status;
        if (waitpid(server->pid, &status, WNOHANG) != 0 ||
            clock_steady_ns() - start_ns > 60 * NS_PER_S) {
            (void)fprintf(stderr, "the server did not start, see %s\n", log);
            exit(1);
        }
        sleep_ms(2);
    }
    server->ready_ms = (double)(clock_steady_ns() - start_ns) / 1e6;
}

void server_process_start(const char *program, ServerProcess *ret_server)
{
    *ret_server = (ServerProcess){ .directory = "/var/tmp/flameline-bench-XXXXXX" };
    if (mkdtemp(ret_server->directory) == NULL) {
        give_up("mkdtemp");
    }
    launch(program, ret_server);
}

void server_process_restart(const char *program, ServerProcess *server)
{
    launch(program, server);
}

void server_process_stop(ServerProcess *server)
{
    int status;

    if (kill(server->pid, SIGTERM) != 0 || waitpid(server->pid, &status, 0) < 0) {
        give_up("stop");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "the server ended with status %d\n", status);
        exit(1);
    }
}

void server_process_remove(ServerProcess *server)
{
    Err err = ERR_INIT;

    if (!dir_remove(server->directory, &err)) {
        (void)fprintf(stderr, "%s\n", err.msg);
    }
}

static void read_proc(const ServerProcess *server, const char *name, Buf *content)
{
    char path[64];
    Err err = ERR_INIT;

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", server->pid, name);
    if (!file_read(path, content, &err)) {
        (void)fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }
    buf_add_char(content, '\0');
}

int64_t server_cpu_ns(const ServerProcess *server)
{
    Buf stat_text = BUF_INIT(KiB(8));
    unsigned long user = 0;
    unsigned long kernel = 0;

    read_proc(server, "stat", &stat_text);
    /* proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold blanks */
    const char *behind_name = strrchr(stat_text.ptr, ')');
    if (behind_name == NULL ||
        sscanf(behind_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &kernel) != 2) {
        give_up("/proc/PID/stat");
    }
    buf_done(&stat_text);
    return (int64_t)(user + kernel) * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

void server_wait_idle(const ServerProcess *server)
{
    int64_t before = server_cpu_ns(server);

    for (int quiet = 0; quiet < 5;) {
        sleep_ms(200);
        int64_t now = server_cpu_ns(server);
        quiet = now - before <= 10 * NS_PER_MS ? quiet + 1 : 0;
        before = now;
    }
}

int64_t server_peak_bytes(const ServerProcess *server)
{
    Buf status = BUF_INIT(KiB(64));
    long kib = 0;

    read_proc(server, "status", &status);
    const char *line = strstr(status.ptr, "VmHWM:");
    if (line == NULL || sscanf(line, "VmHWM: %ld", &kib) != 1) {
        give_up("/proc/PID/status");
    }
    buf_done(&status);
    return (int64_t)kib * 1024;
}

int64_t server_disk_bytes(const ServerProcess *server)
{
    char path[PATH_MAX];
    int64_t sum = 0;

    (void)snprintf(path, sizeof(path), "%s/data", server->directory);
    DIR *dir = opendir(path);
    if (dir == NULL) {
        give_up(path);
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        struct stat st;
        char file[PATH_MAX + 256];
        (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        if (stat(file, &st) == 0 && S_ISREG(st.st_mode)) {
            sum += st.st_size;
        }
    }
    (void)closedir(dir);
    return sum;
}
