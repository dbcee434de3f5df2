/* facet plan: what would run, and why. */
#include <stdio.h>

#include "cli/launcher_args.h"
#include "cli/study_args.h"

enum { MAX_JOBS = 256 };

static kn_status take_option(pl_study_args *a, int argc, char **argv, int *i, bool *taken,
                             kn_error *e)
{
    bool bad = false;
    const char *value = pl_option(argc, argv, i, "--jobs", &bad, e);
    long jobs = 0;
    *taken = true;
    if (bad)
        return KN_EUSAGE;
    if (value) {
        KN_TRY(pl_parse_int("--jobs", value, 1, MAX_JOBS, &jobs, e));
        a->jobs = (int)jobs;
        return KN_OK;
    }
    if (pl_flag(argv[*i], "--all")) {
        a->all = true;
        return KN_OK;
    }
    return pl_study_args_take(a, argc, argv, i, taken, e);
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--set", "--until",           "--jobs",
                                        "--all", PL_LAUNCHER_OPTIONS, NULL};
    pl_study_args args;
    pl_launcher_args launcher = {.slurm = false};
    kn_status rc = KN_OK;
    pl_study_args_init(&args, argc);
    for (int i = 1; i < argc && rc == KN_OK; i++) {
        bool taken = false;
        const char *word = argv[i];
        rc = pl_launcher_args_take(&launcher, argc, argv, &i, &taken, e);
        if (rc == KN_OK && !taken)
            rc = take_option(&args, argc, argv, &i, &taken, e);
        if (rc == KN_OK && !taken)
            rc = pl_unknown_option(&pl_command_plan, word, known, e);
    }
    if (rc == KN_OK && args.specs == 0)
        rc = kn_fail(e, KN_EUSAGE, "facet plan needs a spec (facet plan --help)");
    if (rc == KN_OK)
        rc = pl_launcher_args_check(&launcher, args.until == PL_STAGE_COUNT - 1 ? NULL : "--until",
                                    e);
    for (int s = 0; s < args.specs && rc == KN_OK; s++) {
        pl_planned p;
        rc = pl_planned_open(g, &args, s, &p, e);
        if (rc != KN_OK)
            break;
        if (s > 0 && !g->json)
            printf("\n");
        rc = launcher.slurm ? pl_launcher_print(g, &launcher, &p, &args, e)
                            : pl_planned_print(&p, &args, g->json, e);
        pl_planned_close(&p);
    }
    pl_study_args_clear(&args);
    return rc;
}

const pl_command pl_command_plan = {
    .name = "plan",
    .usage = "plan SPEC... [--set KEY=VALUE]... [--until STAGE] [--jobs N] [--all] "
             "[--launcher slurm] [--json]",
    .summary = "what would run: hit or miss and why, shared work once, time and disk expected",
    .help =
        "Runs nothing. For each piece of work: how many runs need it, its state, and why:\n"
        "  hit    the cache has it\n"
        "  miss   it would be made: beside the nearest earlier work of the study, what changed\n"
        "  wait   an input is not made yet, so it is not known whether the cache has it\n"
        "  done   the results folder has every run that needs it\n"
        "Above 60 works of a stage, those of equal state and like reason share a line.\n"
        "The time comes from what like work took on this machine (times.tsv in the cache), for\n"
        "--threads in all: without --jobs one run on all of them or one per thread, whichever\n"
        "ends sooner.\n\n"
        "  --set KEY=VALUE   overrides a key of the spec, as in --set train.lr=0.01\n"
        "  --until STAGE     ingest, split, train or evaluate: nothing behind it\n"
        "  --jobs N          expects the time of N runs side by side\n"
        "  --all             a line per work, whatever their number\n"
        "  --json            every work and run as an object\n"
        "  --launcher slurm  also the scripts for a cluster and what would be submitted, with\n"
        "                    --partition, --time, --mem, --array-limit as facet run takes them\n",
    .run = run,
};
