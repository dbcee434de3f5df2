/* facet run: makes what is missing of a study and writes its report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/notify.h"
#include "cli/program.h"
#include "cli/run_args.h"
#include "ops/gemm/gemm_core.h"
#include "report/report.h"
#include "study/summary.h"
#include "run/executor.h"
#include "run/former_runs.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/room.h"

/* The digest of runs.csv and of what the spec says of the report: what the report is made from. */
static pl_digest table_digest(const char *study_dir)
{
    pl_digest digest = {""};
    char *path = pl_path_join(study_dir, "runs.csv"), *yaml = pl_path_join(study_dir, "study.yaml");
    pl_report_spec spec;
    kn_arena arena;
    pl_str text;
    kn_arena_init(&arena);
    pl_str_init(&text);
    if (pl_exists(path) && pl_digest_file(path, &digest, NULL) != KN_OK)
        digest.hex[0] = '\0';
    if (digest.hex[0] && pl_report_spec_load(yaml, &arena, &spec, NULL) == KN_OK)
        pl_report_spec_yaml(&spec, &text);
    if (text.size > 0) {
        pl_str_add(&text, digest.hex);
        digest = pl_digest_bytes(text.text, text.size);
    }
    pl_str_clear(&text);
    kn_arena_clear(&arena);
    free(yaml);
    free(path);
    return digest;
}

/* Holds the digest of the runs.csv that the whole report was made from, and the seconds that took; written
 * after it, so that a report cut short by a kill or a full disk is made again. */
static char *reported_path(const char *study_dir)
{
    return pl_path_join(study_dir, ".reported");
}

/* The digest in .reported, "" without one; *seconds (may be NULL) is then left alone. */
static pl_digest reported(const char *study_dir, double *seconds)
{
    char *path = reported_path(study_dir), *text = NULL;
    pl_digest digest = {""};
    size_t size = 0;
    double took = 0;
    if (pl_exists(path) && pl_read_file(path, 1024, &text, &size, NULL) == KN_OK &&
        sscanf(text, "%64[0-9a-f] %lf", digest.hex, &took) == 2 && seconds)
        *seconds = took;
    free(text);
    free(path);
    return digest;
}

static bool is_reported(const char *study_dir)
{
    pl_digest digest = reported(study_dir, NULL);
    return digest.hex[0] && strcmp(digest.hex, table_digest(study_dir).hex) == 0;
}

static kn_status write_report(const char *study_dir, pl_report_options options, kn_error *e)
{
    pl_str said;
    pl_str_init(&said);
    double began = pl_now();
    pl_digest digest = table_digest(study_dir);
    char *path = reported_path(study_dir);
    kn_status rc = pl_report_write(study_dir, options, &said, e);
    if (rc == KN_OK) {
        fputs(said.text, stdout);
        char *text = pl_format("%s %.3f\n", digest.hex, pl_now() - began);
        rc = pl_write_file(path, text, strlen(text), e);
        free(text);
    }
    pl_str_clear(&said);
    free(path);
    return rc;
}

/* What the report may need of the time there is: what the last one took, with room. */
static double report_seconds(const char *study_dir, int runs, double limit)
{
    double took = 1 + 0.01 * runs;
    reported(study_dir, &took);
    took = 1.5 * took + 0.5;
    return took < limit / 4 ? took : limit / 4;
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
    char took[48], text[48], expected[80] = "";
    pl_human_seconds(seconds, took, sizeof took);
    if (r->expected > 0)
        snprintf(expected, sizeof expected, " (expected %s)",
                 pl_human_seconds(r->expected, text, sizeof text));
    if (until < PL_STAGE_COUNT - 1)
        pl_info("until %s: %d entr%s made in %s", pl_stages[until]->name, r->entries,
                r->entries == 1 ? "y" : "ies", took);
    else if (r->made == r->runs)
        pl_info("%d run%s made in %s%s", r->made, r->made == 1 ? "" : "s", took, expected);
    else if (r->made > 0)
        pl_info("%d run%s made in %s%s, %d of %d are done", r->made, r->made == 1 ? "" : "s", took,
                expected, r->done, r->runs);
}

static void say_nothing_to_do(const pl_exec_result *r, int asked)
{
    if (r->halted > 0)
        pl_info("nothing to do: %d run%s done, %d stopped by halving (--finish completes them)",
                r->done, r->done == 1 ? " is" : "s are", r->halted);
    else
        pl_info("nothing to do: %d run%s done", asked, asked == 1 ? " is" : "s are");
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

static void notify(const pl_run_args *a, const pl_study *study, const pl_exec_result *r,
                   kn_status rc, const char *text)
{
    const char *status = r->interrupted  ? "interrupted"
                         : r->failed > 0 ? "failed"
                         : rc != KN_OK   ? "error"
                         : r->stopped    ? "stopped"
                                         : "done";
    const pl_notice notice = {.study = study->name,
                              .status = status,
                              .runs = r->runs,
                              .done = r->done,
                              .failed = r->failed,
                              .text = text};
    if (a->notify)
        pl_notify(a->notify, &notice);
}

/* What became of the study, for people and for --notify. Heap. */
static char *summary(const char *spec, const char *study_dir, const pl_exec_result *r,
                     double seconds)
{
    pl_str text;
    const pl_summary_facts facts = {.spec = spec,
                                    .seconds = r->made > 0 ? seconds : 0,
                                    .expected = r->expected,
                                    .made = r->made,
                                    .ended = r->interrupted ? PL_ENDED_BY_SIGNAL
                                             : r->stopped   ? PL_ENDED_BY_CLOCK
                                             : r->gave_up   ? PL_ENDED_BY_FAILURE
                                                            : PL_ENDED_BY_ITSELF};
    pl_str_init(&text);
    if (pl_summary_make(study_dir, &facts, &text, NULL) != KN_OK)
        pl_str_reset(&text); /* there is no table yet: the error that is told says why */
    return pl_str_take(&text);
}

static bool did_nothing(const pl_exec_result *r)
{
    return r->made == 0 && r->entries == 0 && r->tried_failed == 0 && !r->stopped &&
           !r->interrupted;
}

static pl_exec_options options_of(const pl_global *g, const pl_run_args *a, const pl_planned *p,
                                  const bool *only, pl_profile *profile)
{
    pl_exec_options o = {.maker = {.version = PL_VERSION, .threads = g->threads},
                         .jobs = (int)a->jobs,
                         .until = a->study.until,
                         .here = profile != NULL,
                         .profile = profile,
                         .seconds = a->seconds > 0 ? a->seconds : p->study.budget,
                         .order = a->order,
                         .only = only,
                         .retries = (int)a->retries,
                         .retry_failed = a->retry_failed,
                         .fail_fast = a->fail_fast,
                         .finish = a->finish};
    if (o.seconds > 0 && o.until == PL_STAGE_COUNT - 1 && !only)
        o.reserve = report_seconds(p->plan.study_dir, p->study.run_count, o.seconds);
    return o;
}

/* Under the study's lock, but for --runs. */
static kn_status execute(const pl_global *g, const pl_run_args *a, const char *spec,
                         const bool *only, pl_profile *profile, pl_planned *p, kn_error *e)
{
    const char *dir = p->plan.study_dir;
    const pl_exec_options options = options_of(g, a, p, only, profile);
    pl_exec_result r;
    double began = pl_now();
    if (!only)
        pl_former_runs_say(&p->plan);
    if (p->plan.done < p->study.run_count && kn_gemm_core_is_low())
        pl_warn("OpenBLAS uses its %s kernels, below what this CPU can do; `facet doctor` tells "
                "more",
                kn_gemm_core());
    kn_status rc = pl_exec_run(&p->plan, &options, &r, e);
    if (rc == KN_OK && did_nothing(&r))
        say_nothing_to_do(&r, r.asked);
    else if (rc == KN_OK)
        say_done(&r, options.until, pl_now() - began);
    bool whole = options.until == PL_STAGE_COUNT - 1 && !only;
    bool current = is_reported(dir), old = has_report(dir);
    if (whole && rc != KN_EINTERRUPTED && (r.done > 0 ? !current || !old : !current && old)) {
        pl_report_options report = a->report;
        report.cache = g->cache;
        report.gather_until =
            options.seconds > 0 ? began + options.seconds - options.reserve / 2 : 0;
        kn_status reported = write_report(dir, report, rc == KN_OK ? e : NULL);
        rc = rc == KN_OK ? reported : rc;
    }
    char *text = whole ? summary(spec, dir, &r, pl_now() - began) : pl_strdup("");
    if (!did_nothing(&r) && r.done + r.halted > 0) /* else the error has told all */
        fputs(text, stdout);
    notify(a, &p->study, &r, rc, text);
    free(text);
    if (rc == KN_OK && r.failed > 0)
        return kn_fail(e, KN_EDATA, "%s", ""); /* told already */
    return rc;
}

static kn_status open_and_execute(const pl_global *g, const pl_run_args *a, const char *spec,
                                  pl_planned *p, kn_error *e)
{
    int lock = -1;
    bool *only = NULL;
    pl_profile profile;
    KN_TRY(pl_run_args_only(a, &p->plan, &only, e));
    kn_status rc = only ? KN_OK : pl_results_open(p->plan.study_dir, &p->study, &lock, e);
    pl_profile_init(&profile);
    if (rc == KN_OK)
        rc = execute(g, a, spec, only, a->profile ? &profile : NULL, p, e);
    if (a->profile && lock >= 0)
        print_profile(&profile);
    pl_profile_clear(&profile);
    pl_results_close(lock);
    free(only);
    return rc;
}

static kn_status run_study(const pl_global *g, const pl_run_args *a, int spec, kn_error *e)
{
    pl_planned p;
    KN_TRY(pl_planned_open(g, &a->study, spec, &p, e));
    bool here = !a->launcher.slurm || a->dry_run;
    kn_status rc = here ? KN_OK : pl_launcher_submit(g, &a->launcher, &p, &here, e);
    if (rc != KN_OK || !here)
        ; /* the cluster has it */
    else if (a->dry_run)
        rc = a->launcher.slurm ? pl_launcher_print(g, &a->launcher, &p, &a->study, e)
                               : pl_planned_print(&p, &a->study, g->json, e);
    else if (p.plan.done == p.study.run_count && pl_results_is_read_only(p.plan.study_dir))
        pl_info("nothing to do: %d run%s done; '%s' may only be read", p.plan.done,
                p.plan.done == 1 ? " is" : "s are", p.plan.study_dir);
    else
        rc = open_and_execute(g, a, a->study.spec[spec], &p, e);
    pl_planned_close(&p);
    return rc;
}

/* One study's failure does not stop the others; the first failure decides the exit status. */
static kn_status run_studies(const pl_global *g, const pl_run_args *a, kn_error *e)
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
    pl_run_args args;
    kn_status rc = pl_run_args_take(&args, argc, argv, e);
    if (rc == KN_OK) {
        pl_room_wait_set(args.wait);
        args.report.threads = g->threads;
        rc = run_studies(g, &args, e);
    }
    pl_run_args_clear(&args);
    return rc;
}

const pl_command pl_command_run = {
    .name = "run",
    .usage = "run SPEC... [--set KEY=VALUE]... [--jobs N] [--for DURATION] [--order ORDER] "
             "[options]",
    .summary = "runs what is missing, then writes the study's report",
    .help = pl_run_help,
    .run = run,
};
