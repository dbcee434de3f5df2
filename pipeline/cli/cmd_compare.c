/* facet compare: two runs on their common test images. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "compare/compare.h"
#include "run/run_ref.h"

static kn_status compare(const pl_global *g, const char *first, const char *second, kn_error *e)
{
    char *dir[2] = {NULL, NULL};
    pl_comparison c;
    pl_str s;
    pl_str_init(&s);
    kn_status rc;
    KN_TRY_TO(rc, cleanup, pl_run_ref_find(g->results, first, &dir[0], e));
    KN_TRY_TO(rc, cleanup, pl_run_ref_find(g->results, second, &dir[1], e));
    KN_TRY_TO(rc, cleanup, pl_compare_runs(dir[0], dir[1], &c, e));
    (g->json ? pl_comparison_json : pl_comparison_text)(&c, first, second, &s);
    fputs(s.text, stdout);
cleanup:
    pl_str_clear(&s);
    free(dir[0]);
    free(dir[1]);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    const char *ref[2] = {NULL, NULL};
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_compare, argv[i], (const char *const[]){NULL}, e);
        if (ref[1])
            return kn_fail(e, KN_EUSAGE, "facet compare takes two runs, not also '%s'", argv[i]);
        ref[ref[0] ? 1 : 0] = argv[i];
    }
    if (!ref[1])
        return kn_fail(e, KN_EUSAGE, "facet compare needs two runs (facet compare --help)");
    return compare(g, ref[0], ref[1], e);
}

const pl_command pl_command_compare = {
    .name = "compare",
    .usage = "compare RUN RUN [--json]",
    .summary = "paired comparison of two runs on their common test images",
    .help =
        "Matches the two runs' predictions by image and prints both accuracies, their difference\n"
        "with a 95 % interval (paired: Agresti and Min 2005), how many images both get right, "
        "only\n"
        "one, or neither, and McNemar's test, exact and mid-p. RUN is STUDY/RUN-ID, a prefix of\n"
        "the id, or the run's folder.\n\n"
        "  facet compare demo/3f2a demo/91c0\n",
    .run = run,
};
