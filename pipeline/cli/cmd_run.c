/* facet run: makes what is missing of a study and writes its report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/program.h"
#include "cli/study_args.h"
#include "ops/gemm/gemm_core.h"
#include "report/report.h"
#include "run/executor.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/log.h"

enum { MAX_JOBS = 256 };

typedef struct run_args {
    pl_study_args study;
    pl_report_options report;
    long jobs;
    double seconds; /* 0: no limit */
    bool dry_run, profile;
} run_args;

static kn_status take_option(run_args *a, int argc, char **argv, int *i, bool *taken, kn_error *e)
{
    bool bad = false;
    const char *value = NULL;
    *taken = true;
    if ((value = pl_option(argc, argv, i, "--jobs", &bad, e)))
        return pl_parse_int("--jobs", value, 1, MAX_JOBS, &a->jobs, e);
    if (!bad && (value = pl_option(argc, argv, i, "--for", &bad, e)))
        return pl_parse_duration("--for", value, &a->seconds, e);
    if (!bad && (value = pl_option(argc, argv, i, "--plots", &bad, e))) {
        if (strcmp(value, "all") != 0)
            return kn_fail(e, KN_EUSAGE, "--plots takes 'all', not '%s'", value);
        a->report.all_plots = true;
        return KN_OK;
    }
    if (bad)
        return KN_EUSAGE;
    if (pl_flag(argv[*i], "--dry-run")) {
        a->dry_run = true;
        return KN_OK;
    }
    if (pl_flag(argv[*i], "--profile")) {
        a->profile = true;
        return KN_OK;
    }
    return pl_study_args_take(&a->study, argc, argv, i, taken, e);
}

static kn_status take_args(run_args *a, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--set",     "--jobs",  "--for",     "--until",
                                        "--dry-run", "--plots", "--profile", NULL};
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        const char *word = argv[i];
        KN_TRY(take_option(a, argc, argv, &i, &taken, e));
        if (!taken)
            return pl_unknown_option(&pl_command_run, word, known, e);
    }
    if (a->study.specs == 0)
        return kn_fail(e, KN_EUSAGE, "facet run needs a spec (facet run --help)");
    if (a->profile && a->jobs > 1)
        return kn_fail(e, KN_EUSAGE, "--profile measures one run at a time, not --jobs %ld",
                       a->jobs);
    return KN_OK;
}

/* The digest of runs.csv: what the report is made from. */
static pl_digest table_digest(const char *study_dir)
{
    pl_digest digest = {""};
    char *path = pl_path_join(study_dir, "runs.csv");
    if (pl_exists(path) && pl_digest_file(path, &digest, NULL) != KN_OK)
        digest.hex[0] = '\0';
    free(path);
    return digest;
}

/* Holds the digest of the runs.csv that the whole report was made from; written after it, so that a
 * report cut short by a kill or a full disk is made again. */
static char *reported_path(const char *study_dir)
{
    return pl_path_join(study_dir, ".reported");
}

static bool is_reported(const char *study_dir)
{
    char *path = reported_path(study_dir), *text = NULL;
    size_t size = 0;
    bool yes = pl_exists(path) && pl_read_file(path, 1024, &text, &size, NULL) == KN_OK &&
               strcmp(text, table_digest(study_dir).hex) == 0;
    free(text);
    free(path);
    return yes;
}

static kn_status write_report(const char *study_dir, pl_report_options options, kn_error *e)
{
    pl_str said;
    pl_str_init(&said);
    pl_digest digest = table_digest(study_dir);
    char *path = reported_path(study_dir);
    kn_status rc = pl_report_write(study_dir, options, &said, e);
    if (rc == KN_OK)
        fputs(said.text, stdout);
    if (rc == KN_OK)
        rc = pl_write_file(path, digest.hex, strlen(digest.hex), e);
    pl_str_clear(&said);
    free(path);
    return rc;
}

static bool has_report(const char *study_dir)
{
    char *path = pl_path_join(study_dir, "report.html");
    bool yes = pl_exists(path);
    free(path);
    return yes;
}

static void say_done(const pl_exec_result *r, pl_stage_id until, double seconds)
{
    char took[48];
    pl_human_seconds(seconds, took, sizeof took);
    if (until < PL_STAGE_COUNT - 1)
        pl_info("until %s: %d entr%s made in %s", pl_stages[until]->name, r->entries,
                r->entries == 1 ? "y" : "ies", took);
    else if (r->made == r->runs)
        pl_info("%d run%s made in %s", r->made, r->made == 1 ? "" : "s", took);
    else if (r->made > 0)
        pl_info("%d run%s made in %s, %d of %d are done", r->made, r->made == 1 ? "" : "s", took,
                r->done, r->runs);
}

static void print_profile(const pl_profile *p)
{
    if (p->table.size > 0)
        fputs(p->table.text, stdout);
    else
        pl_info(
            "--profile: no training step was run; runs that are trained stay so, and lbfgs has no "
            "steps");
}

/* Under the study's lock. */
static kn_status execute(const pl_global *g, const run_args *a, pl_profile *profile, pl_planned *p,
                         kn_error *e)
{
    const char *dir = p->plan.study_dir;
    const pl_exec_options options = {.maker = {.version = PL_VERSION, .threads = g->threads},
                                     .jobs = (int)a->jobs,
                                     .until = a->study.until,
                                     .profile = profile,
                                     .seconds = a->seconds};
    pl_exec_result r;
    double began = pl_now();
    bool nothing = p->plan.done == p->study.run_count;
    if (!nothing && kn_gemm_core_is_low())
        pl_warn("OpenBLAS uses its %s kernels, below what this CPU can do; `facet doctor` tells "
                "more",
                kn_gemm_core());
    kn_status rc = pl_exec_run(&p->plan, &options, &r, e);
    if (nothing && rc == KN_OK)
        pl_info("nothing to do: %d run%s done", r.runs, r.runs == 1 ? " is" : "s are");
    else if (rc == KN_OK)
        say_done(&r, options.until, pl_now() - began);
    bool whole = options.until == PL_STAGE_COUNT - 1;
    bool current = is_reported(dir), old = has_report(dir);
    if (whole && rc != KN_EINTERRUPTED && (r.done > 0 ? !current || !old : !current && old)) {
        kn_status reported = write_report(dir, a->report, rc == KN_OK ? e : NULL);
        rc = rc == KN_OK ? reported : rc;
    }
    if (rc == KN_OK && r.failed > 0)
        return kn_fail(e, KN_EDATA, "%s", ""); /* told already */
    return rc;
}

static kn_status run_study(const pl_global *g, const run_args *a, int spec, kn_error *e)
{
    pl_planned p;
    KN_TRY(pl_planned_open(g, &a->study, spec, &p, e));
    kn_status rc = KN_OK;
    if (a->dry_run) {
        rc = pl_planned_print(&p, &a->study, g->json, e);
    } else {
        int lock = -1;
        rc = pl_results_open(p.plan.study_dir, &p.study, &lock, e);
        pl_profile profile;
        pl_profile_init(&profile);
        if (rc == KN_OK)
            rc = execute(g, a, a->profile ? &profile : NULL, &p, e);
        if (a->profile && lock >= 0)
            print_profile(&profile);
        pl_profile_clear(&profile);
        pl_results_close(lock);
    }
    pl_planned_close(&p);
    return rc;
}

/* One study's failure does not stop the others; the first failure decides the exit status. */
static kn_status run_studies(const pl_global *g, const run_args *a, kn_error *e)
{
    kn_status first = KN_OK;
    for (int s = 0; s < a->study.specs; s++) {
        kn_error one = {KN_OK, ""};
        kn_status rc = run_study(g, a, s, &one);
        if (rc == KN_EINTERRUPTED || (rc != KN_OK && a->study.specs == 1)) {
            *e = one;
            return rc;
        }
        if (rc != KN_OK && one.text[0])
            pl_error("%s", one.text);
        first = first == KN_OK ? rc : first;
    }
    return first == KN_OK ? KN_OK : kn_fail(e, first, "%s", ""); /* told already */
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    run_args args = {.jobs = 1};
    pl_study_args_init(&args.study, argc);
    kn_status rc = take_args(&args, argc, argv, e);
    if (rc == KN_OK)
        rc = run_studies(g, &args, e);
    pl_study_args_clear(&args.study);
    return rc;
}

const pl_command pl_command_run = {
    .name = "run",
    .usage = "run SPEC... [--set KEY=VALUE]... [--jobs N] [--for DURATION] [--until STAGE] "
             "[--dry-run] [--profile]",
    .summary = "runs what is missing, then writes the study's report",
    .help =
        "Makes every run of the spec that is not done, and table, plots and page in\n"
        "RESULTS/STUDY. Running it again does nothing. Ctrl-C saves the state and the same\n"
        "command goes on where it stopped.\n\n"
        "  --set KEY=VALUE   overrides a key of the spec, as in --set train.lr=0.01\n"
        "  --jobs N          N runs side by side; the threads are divided among them (default: 1)\n"
        "  --for DURATION    stops after so long, saved (90s, 45m, 8h, 1h30m)\n"
        "  --until STAGE     ingest, split, train or evaluate: makes the entries up to it\n"
        "  --dry-run         prints the plan and runs nothing (as facet plan)\n"
        "  --profile         where the time of the training steps went, layer by layer: to stdout\n"
        "                    and to profile.csv in the run's folder; the results are the same\n"
        "  --plots all       figures of every run, also in a study of more than 40 runs\n",
    .run = run,
};
