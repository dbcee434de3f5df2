/* The benches: one file per operation, listed in benches.def as BENCH(symbol), run by `make bench`.
 *
 *   make bench                                        every bench on its own list of problems
 *   make bench BENCH="conv ic64ih24oc64kh3pool2"      one bench, these problems
 *   make bench BENCH="--json conv"                    JSON to stdout: machine, rows
 *
 * A bench proves its result against the reference first and times it after; a wrong result is an
 * error, not a number. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Runs one problem and reports its rows by bench_time. */
typedef kn_status (*bench_fn)(const char *problem, kn_error *e);

typedef struct bench {
    const char *name;            /* the word on the command line */
    const char *help;            /* what it times and how a problem is written */
    const char *const *problems; /* the list of the bench, ended by NULL */
    bench_fn run;
} bench;

/* FLOP/s by the least and by the median time. */
typedef struct bench_rate {
    double best, median;
} bench_rate;

/* One row: what is timed. `step` does one item's work; item counts up from 0, so that a bench can
 * walk through more data than fits the caches. */
typedef struct bench_row {
    const char *pass;    /* "forward" */
    const char *variant; /* the implementation's name */
    double flop;         /* per item; 0: not counted in FLOP */
    double bytes;        /* of input per item, where flop is 0; 0: not counted */
    double images;       /* per item; 0: not counted in images */
    void (*step)(void *context, size_t item);
    void *context;
    bench_rate mark; /* of the tuned convolution, of which a share is told too; 0: none */
} bench_row;

/* Times the row (about 0.3 s, or 21 items where that takes longer) and prints it. */
bench_rate bench_time(const bench_row *row);

/* What bench_time found for forward, dw and dw+dx of the best convolution of a problem. */
typedef struct bench_conv2d_rates {
    bench_rate forward, dw, dw_dx;
} bench_conv2d_rates;
kn_status bench_conv2d_marks(const char *problem, bench_conv2d_rates *out, kn_error *e);

/* FLOP/s of one core at the instruction set in force (ops/probe). */
double bench_peak(void);

/* Whether there is room for more than rows: false with --json. */
bool bench_prints_text(void);

/* Seconds on the monotonic clock. */
double bench_now(void);

#endif
