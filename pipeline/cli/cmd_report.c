/* facet report: table, plots and page again from what is on disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/report.h"
#include "study/summary.h"
#include "run/results.h"
#include "spec/spec.h"
#include "util/fs.h"
#include "util/str.h"

static bool holds_runs(const char *dir)
{
    char *path = pl_path_join(dir, "runs.csv");
    bool yes = pl_exists(path);
    free(path);
    return yes;
}

/* The spec's report section, as it stands, is the study's from now on. */
static kn_status take_section(const char *dir, const pl_study *study, kn_error *e)
{
    char *path = pl_path_join(dir, "study.yaml");
    kn_status rc = pl_exists(path) ? pl_report_spec_store(path, &study->report, e) : KN_OK;
    free(path);
    return rc;
}

/* The results folder of a study's name, of its results folder itself, or of a spec. */
static kn_status find_study(const pl_global *g, const char *word, char **dir, kn_error *e)
{
    if (pl_is_dir(word) && holds_runs(word)) {
        *dir = pl_strdup(word);
        return KN_OK;
    }
    *dir = pl_path_join(g->results, word);
    if (holds_runs(*dir))
        return KN_OK;
    bool spec = pl_ends_with(word, ".yaml") || pl_ends_with(word, ".yml");
    if (!spec && (pl_is_dir(word) || !pl_exists(word))) {
        kn_fail(
            e, KN_EUSAGE,
            "no study '%s': there is no %s/runs.csv, and no such spec; `facet run SPEC` makes a "
            "study's results",
            word, *dir);
        free(*dir);
        return KN_EUSAGE;
    }
    free(*dir);
    pl_study study;
    KN_TRY(pl_study_load(word, NULL, 0, &study, e));
    *dir = pl_path_join(g->results, study.name);
    kn_status rc = take_section(*dir, &study, e);
    pl_study_clear(&study);
    if (rc != KN_OK)
        free(*dir);
    return rc;
}

/* runs.csv again from the runs' folders: a run finished elsewhere and copied here counts. A folder
 * that was handed on without its runs keeps the table it came with. */
static kn_status refresh(const char *dir, kn_error *e)
{
    bool changed;
    char *runs = pl_path_join(dir, "runs");
    kn_status rc =
        pl_is_dir(runs) && holds_runs(dir) ? pl_results_refresh_table(dir, &changed, e) : KN_OK;
    free(runs);
    return rc;
}

static kn_status report(const pl_global *g, const char *word, pl_report_options options,
                        kn_error *e)
{
    char *dir;
    pl_str said;
    KN_TRY(find_study(g, word, &dir, e));
    pl_str_init(&said);
    kn_status rc = refresh(dir, e);
    if (rc == KN_OK)
        rc = pl_report_write(dir, options, &said, e);
    if (rc == KN_OK)
        rc = pl_summary_make(dir, NULL, &said, e);
    if (rc == KN_OK)
        fputs(said.text, stdout);
    pl_str_clear(&said);
    free(dir);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--plots", NULL};
    const char *word = NULL, *value;
    pl_report_options options = {.threads = g->threads, .cache = g->cache};
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        if ((value = pl_option(argc, argv, &i, "--plots", &bad, e))) {
            if (strcmp(value, "all") != 0)
                return kn_fail(e, KN_EUSAGE, "--plots takes 'all', not '%s'", value);
            options.all_plots = true;
        } else if (bad) {
            return KN_EUSAGE;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return pl_unknown_option(&pl_command_report, argv[i], known, e);
        } else if (word) {
            return kn_fail(e, KN_EUSAGE, "facet report takes one study, not '%s' and '%s'", word,
                           argv[i]);
        } else {
            word = argv[i];
        }
    }
    if (!word)
        return kn_fail(e, KN_EUSAGE, "facet report needs a study or a spec (facet report --help)");
    return report(g, word, options, e);
}

const pl_command pl_command_report = {
    .name = "report",
    .usage = "report STUDY|SPEC [--plots all]",
    .summary = "table, plots, page again from what is on disk; trains nothing",
    .help =
        "Reads the study's runs.csv and the folders of its runs and writes table.csv, table.md,\n"
        "table.tex, cost.csv, plots/ and report.html beside them. The same content on disk gives\n"
        "the same bytes. Then tells what became of the runs, the best groups first. STUDY is a\n"
        "name in the results folder or such a folder. Of a SPEC the section report counts as it "
        "stands:\n"
        "columns, order and published figures of the table change without any training.\n\n"
        "  --plots all   figures of every run and group, also in a study of more than 40 runs\n",
    .run = run,
};
