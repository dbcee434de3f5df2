/* facet plan: what would run, and why. */
#include <stdio.h>

#include "cli/study_args.h"

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--set", "--until", NULL};
    pl_study_args args;
    kn_status rc = KN_OK;
    pl_study_args_init(&args, argc);
    for (int i = 1; i < argc && rc == KN_OK; i++) {
        bool taken = false;
        const char *word = argv[i];
        rc = pl_study_args_take(&args, argc, argv, &i, &taken, e);
        if (rc == KN_OK && !taken)
            rc = pl_unknown_option(&pl_command_plan, word, known, e);
    }
    if (rc == KN_OK && args.specs == 0)
        rc = kn_fail(e, KN_EUSAGE, "facet plan needs a spec (facet plan --help)");
    for (int s = 0; s < args.specs && rc == KN_OK; s++) {
        pl_planned p;
        rc = pl_planned_open(g, &args, s, &p, e);
        if (rc != KN_OK)
            break;
        if (s > 0 && !g->json)
            printf("\n");
        rc = pl_planned_print(&p, &args, g->json, e);
        pl_planned_close(&p);
    }
    pl_study_args_clear(&args);
    return rc;
}

const pl_command pl_command_plan = {
    .name = "plan",
    .usage = "plan SPEC... [--set KEY=VALUE]... [--until STAGE] [--json]",
    .summary = "what would run: hit or miss and why, shared work once, time and disk expected",
    .help = "Runs nothing. For each piece of work: how many runs need it, and its state:\n"
            "  hit    the cache has it\n"
            "  miss   it would be made; the last column says why\n"
            "  wait   an input is not made yet, so it is not known whether the cache has it\n"
            "  done   the results folder has every run that needs it\n\n"
            "  --set KEY=VALUE   overrides a key of the spec, as in --set train.lr=0.01\n"
            "  --until STAGE     ingest, split, train or evaluate: nothing behind it\n"
            "  --json            the same as an object\n",
    .run = run,
};
