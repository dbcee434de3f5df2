/* The command line of facet run. */
#ifndef PL_CLI_RUN_ARGS_H
#define PL_CLI_RUN_ARGS_H

#include "cli/launcher_args.h"
#include "cli/study_args.h"
#include "report/report.h"
#include "run/order.h"

typedef struct pl_run_args {
    pl_study_args study;
    pl_report_options report;
    pl_launcher_args launcher;
    long jobs; /* 0: what measures fastest */
    long retries;
    double seconds; /* --for; 0: no limit */
    double
        wait; /* --wait: seconds a full disk is waited out, INFINITY by default; < 0: not at all */
    pl_order order;
    const char *runs;   /* --runs: ids or @FILE; NULL: all */
    const char *notify; /* --notify; NULL: nobody */
    bool dry_run, profile, fail_fast, retry_failed, finish;
} pl_run_args;

kn_status pl_run_args_take(pl_run_args *a, int argc, char **argv, kn_error *e);
void pl_run_args_clear(pl_run_args *a);

/* --runs against a plan: only[run_count], heap; *only is NULL where all runs are meant. KN_EUSAGE for an id that no run,
 * or more than one, begins with. */
kn_status pl_run_args_only(const pl_run_args *a, const pl_plan *plan, bool **only, kn_error *e);

/* The options as `facet run --help` tells them. */
extern const char pl_run_help[];

#endif
