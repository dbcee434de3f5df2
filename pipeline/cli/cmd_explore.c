/* facet explore: the data before any training. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "audit/explore.h"
#include "spec/spec.h"
#include "util/str.h"

enum { MAX_SETS = 64 };

static kn_status explore(const pl_global *g, const pl_study *study, bool hash, kn_error *e)
{
    pl_exploration x;
    pl_str s;
    KN_TRY(pl_explore(&study->runs[0].spec, hash, &x, e));
    char *dir = pl_format("%s/%s/explore", g->results, study->name);
    pl_str_init(&s);
    (g->json ? pl_exploration_json : pl_exploration_text)(&x, &s);
    fputs(s.text, stdout);
    kn_status rc = pl_exploration_write(&x, dir, e);
    if (rc == KN_OK && !g->json)
        printf("\n%s: attributes and balance as .csv .svg .png%s\n", dir,
               x.hashed ? ", duplicates.csv" : "");
    pl_str_clear(&s);
    free(dir);
    pl_exploration_clear(&x);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--no-duplicates", "--set", NULL};
    const char *path = NULL, *value, *set[MAX_SETS];
    int sets = 0;
    bool hash = true;
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        if ((value = pl_option(argc, argv, &i, "--set", &bad, e))) {
            if (sets == MAX_SETS)
                return kn_fail(e, KN_EUSAGE, "--set: more than %d", MAX_SETS);
            set[sets++] = value;
        } else if (bad) {
            return KN_EUSAGE;
        } else if (pl_flag(argv[i], "--no-duplicates")) {
            hash = false;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return pl_unknown_option(&pl_command_explore, argv[i], known, e);
        } else if (path) {
            return kn_fail(e, KN_EUSAGE, "facet explore takes one spec, not '%s' and '%s'", path,
                           argv[i]);
        } else {
            path = argv[i];
        }
    }
    if (!path)
        return kn_fail(e, KN_EUSAGE, "facet explore needs a spec (facet explore --help)");
    pl_study study;
    KN_TRY(pl_study_load(path, set, sets, &study, e));
    kn_status rc = explore(g, &study, hash, e);
    pl_study_clear(&study);
    return rc;
}

const pl_command pl_command_explore = {
    .name = "explore",
    .usage = "explore SPEC [--set K=V]... [--no-duplicates] [--json]",
    .summary = "the data before any training: counts, balance, split audit",
    .help =
        "Counts how often each attribute is set, the balance of the target on each side of the\n"
        "split, people and byte-identical pictures that are on two sides. Decodes no picture.\n"
        "Prints the tables and writes them with their plots to RESULTS/STUDY/explore. Of a sweep\n"
        "the first run's data and split are shown.\n\n"
        "  --set K=V         another value of a key, as in facet run\n"
        "  --no-duplicates   do not read the pictures' bytes\n",
    .run = run,
};
