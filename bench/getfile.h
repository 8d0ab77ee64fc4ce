/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/getfile.h - the source of a file, warm: every function that is opened asks for it.
 */
#pragma once

typedef struct GetFileFigures {
    double cpu_us;   /* of the server, for one call */
    double floor_us; /* encoding and sending the file in this process */
    double per_second;
    double p50_ms;
    double p99_ms;
    unsigned cold_calls; /* that the git host saw for the first one */
    unsigned warm_calls; /* for all others */
} GetFileFigures;

void bench_getfile(const char *program, GetFileFigures *ret_figures);
