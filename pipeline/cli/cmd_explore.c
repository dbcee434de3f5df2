/* facet explore: the data before any training. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "audit/explore.h"
#include "spec/spec.h"
#include "util/str.h"

enum { MAX_SETS = 64 };

static void say(const pl_global *g, const pl_audit_view *v, bool pairs)
{
    pl_str s;
    pl_str_init(&s);
    (g->json ? pl_explore_json : pl_explore_text)(v, pairs, &s);
    fputs(s.text, stdout);
    pl_str_clear(&s);
}

static kn_status show(const pl_global *g, const pl_study *study, const pl_entry *audit, bool pairs,
                      kn_error *e)
{
    pl_audit_view v;
    KN_TRY(pl_audit_view_read(audit->dir, &v, e));
    char *dir = pl_format("%s/%s/explore", g->results, study->name);
    say(g, &v, pairs);
    kn_status rc = pl_explore_write(&v, audit, pairs, dir, g->threads, e);
    if (rc == KN_OK && !g->json)
        printf(
            "\n%s: attributes, balance, correlations, drift as .csv .svg .png .pdf; %speople.csv, "
            "left_out.csv\n",
            dir, pairs ? "duplicates.csv, near_pairs.csv, " : "");
    free(dir);
    pl_audit_view_clear(&v);
    return rc;
}

static kn_status explore(const pl_global *g, const pl_study *study, bool pairs, kn_error *e)
{
    pl_store *store;
    pl_entry audit = {NULL, NULL};
    KN_TRY(pl_study_check_files(study, e));
    KN_TRY(pl_store_open(g->cache, &store, e));
    kn_status rc = pl_explore(study, store, g->results, g->threads, &audit, e);
    if (rc == KN_OK) {
        rc = show(g, study, &audit, pairs, e);
        pl_entry_clear(&audit);
    }
    pl_store_close(store);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--no-duplicates", "--set", NULL};
    const char *path = NULL, *value, *set[MAX_SETS];
    int sets = 0;
    bool pairs = true;
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        if ((value = pl_option(argc, argv, &i, "--set", &bad, e))) {
            if (sets == MAX_SETS)
                return kn_fail(e, KN_EUSAGE, "--set: more than %d", MAX_SETS);
            set[sets++] = value;
        } else if (bad) {
            return KN_EUSAGE;
        } else if (pl_flag(argv[i], "--no-duplicates")) {
            pairs = false;
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
    kn_status rc = explore(g, &study, pairs, e);
    pl_study_clear(&study);
    return rc;
}

const pl_command pl_command_explore = {
    .name = "explore",
    .usage = "explore SPEC [--set K=V]... [--no-duplicates] [--json]",
    .summary = "the data before any training: counts, balance, split audit",
    .help = "Makes what `facet run --until split` makes where the cache lacks it, and audits it: "
            "how often\n"
            "each attribute is set, in all and on each side of the split; which go with the "
            "target; people,\n"
            "byte-identical and near-identical pictures on two sides; contradicting labels on "
            "them; drift of\n"
            "sizes, brightness and shares between the sides; what was left out. Prints the tables "
            "and writes\n"
            "them with their plots to RESULTS/STUDY/explore. Of a sweep the first run's data and "
            "split are\n"
            "shown. The audit lies in the cache: the second time costs nothing.\n\n"
            "  --set K=V         another value of a key, as in facet run\n"
            "  --no-duplicates   leaves out pictures that are there twice, and what follows from "
            "them\n",
    .run = run,
};
