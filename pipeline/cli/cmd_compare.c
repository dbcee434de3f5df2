/* facet compare: two runs, or two groups of runs, on their common test images. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "compare/compare.h"
#include "util/fs.h"

typedef struct compare_args {
    const char *ref[2];
    const char *csv;    /* NULL: no file */
    const char *target; /* NULL: not said */
    bool groups;
} compare_args;

static kn_status write_csv(const pl_comparison *c, const char *path, kn_error *e)
{
    pl_str s;
    pl_str_init(&s);
    pl_comparison_csv(c, &s);
    kn_status rc = pl_write_file(path, s.text, s.size, e);
    pl_str_clear(&s);
    return rc;
}

static kn_status compare(const pl_global *g, const compare_args *a, kn_error *e)
{
    pl_compare_side side[2] = {{.runs = 0}, {.runs = 0}};
    pl_comparison c;
    pl_str s;
    kn_status rc = pl_compare_side_find(g->results, a->ref[0], a->groups, &side[0], e);
    if (rc == KN_OK)
        rc = pl_compare_side_find(g->results, a->ref[1], a->groups, &side[1], e);
    if (rc != KN_OK) {
        pl_compare_side_clear(&side[0]);
        return rc;
    }
    KN_TRY(pl_compare(side, a->target, &c, e));
    pl_str_init(&s);
    if (a->csv)
        rc = write_csv(&c, a->csv, e);
    if (rc == KN_OK) {
        (g->json ? pl_comparison_json : pl_comparison_text)(&c, &s);
        fputs(s.text, stdout);
    }
    pl_str_clear(&s);
    pl_comparison_clear(&c);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--groups", "--csv", "--target", "--json", NULL};
    compare_args a = {.csv = NULL};
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        const char *v;
        if ((v = pl_option(argc, argv, &i, "--csv", &bad, e)))
            a.csv = v;
        else if (!bad && (v = pl_option(argc, argv, &i, "--target", &bad, e)))
            a.target = v;
        else if (bad)
            return KN_EUSAGE;
        else if (pl_flag(argv[i], "--groups"))
            a.groups = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_compare, argv[i], known, e);
        else if (a.ref[1])
            return kn_fail(e, KN_EUSAGE,
                           "facet compare takes two runs or groups, not also '%s'; a group's name "
                           "with blanks needs quotes",
                           argv[i]);
        else
            a.ref[a.ref[0] ? 1 : 0] = argv[i];
    }
    if (!a.ref[1])
        return kn_fail(e, KN_EUSAGE,
                       "facet compare needs two runs or groups (facet compare --help)");
    return compare(g, &a, e);
}

const pl_command pl_command_compare = {
    .name = "compare",
    .usage = "compare A B [--groups] [--target NAME] [--csv FILE] [--json]",
    .summary = "paired comparison of two runs, or groups of seeds, on their common test images",
    .help =
        "A and B are runs or groups. A run: STUDY/RUN-ID, a prefix of the id, or its folder. A\n"
        "group (the runs that differ in the seed alone): STUDY/GROUP, by its whole name in\n"
        "runs.csv or by its label in the table; or any of its runs, with --groups.\n\n"
        "  --groups    A and B name runs; their groups are compared\n"
        "  --target NAME\n"
        "              of runs that tell several attributes the one that is compared, also with a\n"
        "              run that tells it alone (default: the first that all of them tell)\n"
        "  --csv FILE  a row per common image: label, probability and right or wrong of both\n"
        "  --json      the result for programs, with every slice\n\n"
        "Answers are matched by image. Of two runs: the accuracies with Wilson's intervals, their\n"
        "difference with the interval of Agresti and Min and that of a paired bootstrap, the\n"
        "table of who is right with McNemar's test (exact, mid-p), the AUCs with DeLong's test.\n"
        "Of groups: correctness is averaged over a group's seeds; the difference has an interval\n"
        "over images (paired bootstrap) and one over seeds (Student's t over the differences of\n"
        "runs of one seed), and each such pair its McNemar test. A difference that only one of\n"
        "the two intervals keeps off 0 may come from the other: from these images, or these\n"
        "seeds. At last the slices of the test images (attributes, classes) where the two differ\n"
        "most, p corrected for how many slices there are; those of fewer than 30 images are\n"
        "marked.\n\n"
        "  facet compare demo/3f2a demo/91c0\n"
        "  facet compare 'demo/train.lr=0.001' 'demo/train.lr=0.01'\n"
        "  facet compare demo/3f2a demo/91c0 --groups --csv who-is-right.csv\n",
    .run = run,
};
