/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LD_PRELOAD shim for tests/e2e/test_go_get_guard.py: names lead where the test says, and every
 * connection is written down before it is made.
 *
 * SHIM_HOSTS: file of lines "name address[,address...]"; a name with several sets, separated by
 * ";", answers with the next set each time (a name that changes its address).
 * SHIM_LOG: file that gets a line "connect ADDRESS PORT" for each attempt.
 * SHIM_PORT: connections to addresses of 8.8.8.0/24 go to this port of 127.0.0.1 instead.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int turns[64];

static int fill(struct addrinfo **ret, char *addresses, const char *service,
                const struct addrinfo *hints)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    struct addrinfo numeric = { .ai_socktype = hints != NULL ? hints->ai_socktype : SOCK_STREAM,
                                .ai_flags = AI_NUMERICHOST };
    struct addrinfo *first = NULL;
    struct addrinfo **end = &first;
    char *state = NULL;

    for (char *one = strtok_r(addresses, ",", &state); one != NULL;
         one = strtok_r(NULL, ",", &state)) {
        if (real(one, service, &numeric, end) == 0) {
            while (*end != NULL) {
                end = &(*end)->ai_next;
            }
        }
    }
    *ret = first;
    return first != NULL ? 0 : EAI_NONAME;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    FILE *file = getenv("SHIM_HOSTS") != NULL ? fopen(getenv("SHIM_HOSTS"), "r") : NULL;
    char line[512];
    int found = -1;

    for (int i = 0; file != NULL && i < 64 && fgets(line, sizeof(line), file) != NULL; i++) {
        char *blank = strchr(line, ' ');
        if (blank == NULL || node == NULL) {
            continue;
        }
        *blank = '\0';
        if (strcmp(line, node) != 0) {
            continue;
        }
        char *sets = blank + 1;
        sets[strcspn(sets, "\n")] = '\0';
        for (int turn = __atomic_fetch_add(&turns[i], 1, __ATOMIC_RELAXED);
             turn > 0 && strchr(sets, ';') != NULL; turn--) {
            sets = strchr(sets, ';') + 1;
        }
        sets[strcspn(sets, ";")] = '\0';
        found = fill(ret, sets, service, hints);
        break;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found >= 0 || found < -1 ? found : real(node, service, hints, ret);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    FILE *log = getenv("SHIM_LOG") != NULL ? fopen(getenv("SHIM_LOG"), "a") : NULL;
    struct sockaddr_in in = { 0 };
    char text[INET6_ADDRSTRLEN] = "";

    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof(in));
        (void)inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
    } else if (address->sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text,
                        sizeof(text));
    }
    if (log != NULL && text[0] != '\0') {
        fprintf(log, "connect %s\n", text);
    }
    if (log != NULL) {
        fclose(log);
    }
    if (strncmp(text, "8.8.8.", 6) == 0 && getenv("SHIM_PORT") != NULL) {
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        in.sin_port = htons((uint16_t)atoi(getenv("SHIM_PORT")));
        return real(fd, (const struct sockaddr *)&in, sizeof(in));
    }
    return real(fd, address, len);
}
