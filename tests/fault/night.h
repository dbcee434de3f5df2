/* A small study for the fault tests: drawn faces, two seeds of a small network, started as a program
 * with faults on order, watched until its last process is gone, and compared.
 *
 * Each attempt lives in a folder of tst_dir(), ROOT/cache and ROOT/results. */
#ifndef FAULT_NIGHT_H
#define FAULT_NIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/rng.h"

/* Writes data and night.yaml. */
void night_write(void);

typedef struct night_order {
    const char *root;
    int jobs;
    const char *fault; /* FACET_FAULT; NULL: none */
    const char *wait;  /* --wait; NULL: as by default */
    const char *cache; /* NULL: ROOT/cache */
    bool traced;       /* ROOT.trace and ROOT.keep are for power_cut */
} night_order;

typedef struct night_run {
    pid_t pid; /* of the first process */
    int alive; /* a pipe that ends with the last of its processes */
    const char *root;
} night_run;

night_run night_start(const night_order *order);

bool night_runs(const night_run *run); /* whether its first process does */

/* Waits for all processes. The exit status of the first, or -signal. */
int night_end(night_run *run);
int night_make(const night_order *order); /* both */

/* kill -9 of the first process and of its children, or of one child. */
void night_kill_all(const night_run *run);
bool night_kill_child(const night_run *run, kn_rng *rng); /* false: it has none */

/* What the last run of this root said on stderr. Heap. */
char *night_said(const char *root);

/* The study's calls of util/sys.h in a whole run of its own, from its trace. */
int night_calls(const char *root);

/* Everything the study left that must be the same: a line per file, digest and name; tables without
 * their columns of wall times; not the files that hold such. Heap. */
char *night_bytes(const char *root);

/* Whether all lines of `want` are among those of `got`, which may have more. Asserts it. */
bool night_holds(const char *got, const char *want, const char *what);

/* Runs the same command without faults until it is done (three times at most), compares with `want`,
 * prints the first line that differs, removes the root. */
bool night_recovers(const char *root, int jobs, const char *want, const char *what);
void night_remove(const char *root);

/* How long a test may go on that takes this share of FACET_FAULT_SECONDS (default 12): seconds. And
 * FACET_FAULT_SEED, or one from the clock; printed, so that a failure can be repeated. */
double night_seconds(double share);
uint64_t night_seed(void);

#endif
