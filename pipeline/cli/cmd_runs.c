/* facet runs: the table of runs on the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "io/json.h"
#include "run/live.h"
#include "study/runs_print.h"
#include "study/studies.h"
#include "util/log.h"

typedef struct runs_args {
    const char *study; /* NULL: every study */
    const char **sort, **filter;
    int sorts, filters;
    const char *columns;
    bool groups, csv;
    long limit; /* 0: none */
} runs_args;

static kn_status take_option(runs_args *a, int argc, char **argv, int *i, kn_error *e)
{
    static const char *const known[] = {"--sort", "--filter", "--columns", "--groups",
                                        "--csv",  "--json",   "--limit",   NULL};
    const char *value = NULL;
    bool bad = false;
    if (pl_flag(argv[*i], "--groups"))
        a->groups = true;
    else if (pl_flag(argv[*i], "--csv"))
        a->csv = true;
    else if ((value = pl_option(argc, argv, i, "--sort", &bad, e)))
        a->sort[a->sorts++] = value;
    else if (!bad && (value = pl_option(argc, argv, i, "--filter", &bad, e)))
        a->filter[a->filters++] = value;
    else if (!bad && (value = pl_option(argc, argv, i, "--columns", &bad, e)))
        a->columns = value;
    else if (!bad && (value = pl_option(argc, argv, i, "--limit", &bad, e)))
        return pl_parse_int("--limit", value, 1, 1000000000, &a->limit, e);
    else if (!bad && argv[*i][0] == '-')
        return pl_unknown_option(&pl_command_runs, argv[*i], known, e);
    else if (!bad && a->study)
        return kn_fail(e, KN_EUSAGE, "facet runs takes one study, not '%s' and '%s'", a->study,
                       argv[*i]);
    else if (!bad)
        a->study = argv[*i];
    return bad ? KN_EUSAGE : KN_OK;
}

static kn_status take_args(const pl_global *g, int argc, char **argv, runs_args *a, kn_error *e)
{
    for (int i = 1; i < argc; i++)
        KN_TRY(take_option(a, argc, argv, &i, e));
    if (a->csv && g->json)
        return kn_fail(e, KN_EUSAGE, "--csv and --json are two forms: give one");
    if (a->groups && !a->study)
        return kn_fail(e, KN_EUSAGE, "--groups is of one study: name it (facet runs --help)");
    return KN_OK;
}

static kn_status query(pl_runs_table *t, const runs_args *a, kn_error *e)
{
    for (int i = 0; i < a->filters; i++)
        KN_TRY(pl_runs_filter(t, a->filter[i], e));
    for (int i = a->sorts; i > 0; i--) /* the first one decides, the others where it does not */
        KN_TRY(pl_runs_sort(t, a->sort[i - 1], e));
    if (a->limit > 0)
        pl_runs_limit(t, (size_t)a->limit);
    return a->columns ? pl_runs_choose(t, a->columns, e) : KN_OK;
}

static void print(const pl_global *g, const runs_args *a, const pl_runs_table *t)
{
    size_t width = 0, height;
    pl_str s;
    pl_str_init(&s);
    if (g->json) {
        json_t *all = pl_runs_json(t);
        char *text = pl_json_text(all);
        pl_str_add(&s, text);
        free(text);
        json_decref(all);
    } else if (a->csv) {
        pl_runs_csv(t, &s);
    } else {
        if (!pl_terminal_size(&width, &height))
            width = 0;
        pl_runs_text(t, width, pl_log_colors(STDOUT_FILENO), &s);
    }
    fputs(s.text, stdout);
    pl_str_clear(&s);
}

static kn_status print_study(const pl_global *g, const runs_args *a, kn_error *e)
{
    char *dir = NULL;
    pl_study_data d;
    pl_runs_table t;
    KN_TRY(pl_studies_find(g->results, a->study, &dir, e));
    kn_status rc = pl_studies_read(dir, &d, e);
    if (rc == KN_OK) {
        json_t *live = pl_live_list(dir);
        if (a->groups)
            pl_runs_of_groups(&d, &t);
        else
            pl_runs_of_study(&d, live, &t);
        rc = query(&t, a, e);
        if (rc == KN_OK)
            print(g, a, &t);
        pl_runs_clear(&t);
        json_decref(live);
        pl_study_data_clear(&d);
    }
    free(dir);
    return rc;
}

static kn_status print_studies(const pl_global *g, const runs_args *a, kn_error *e)
{
    pl_runs_table t;
    KN_TRY(pl_studies_table(g->results, &t, e));
    kn_status rc = query(&t, a, e);
    if (rc == KN_OK)
        print(g, a, &t);
    pl_runs_clear(&t);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    runs_args a = {.study = NULL};
    a.sort = calloc((size_t)argc + 1, sizeof *a.sort);
    a.filter = calloc((size_t)argc + 1, sizeof *a.filter);
    if (!a.sort || !a.filter)
        abort();
    kn_status rc = take_args(g, argc, argv, &a, e);
    if (rc == KN_OK)
        rc = a.study ? print_study(g, &a, e) : print_studies(g, &a, e);
    free(a.sort);
    free(a.filter);
    return rc;
}

const pl_command pl_command_runs = {
    .name = "runs",
    .usage = "runs [STUDY] [--groups] [--filter 'CONDITION ...'] [--sort KEY[,desc]] [--columns "
             "A,B,...] [--limit N] [--csv] [--json]",
    .summary = "the table of a study's runs on the terminal: filter, sort, choose columns",
    .help =
        "A row per run, those that are pending, running, failed or stopped with their state and "
        "why.\n"
        "Without STUDY: a row per study of the results folder. STUDY is a name in the results "
        "folder\n"
        "or such a folder.\n\n"
        "  --groups          a row per group: runs, how many are done, means over them, and low "
        "and\n"
        "                    high, the 95 % interval of the mean test accuracy (Student's t)\n"
        "  --filter TEXT     rows that fulfil all conditions, KEY OP VALUE separated by blanks; OP "
        "is\n"
        "                    = != < <= > >= or ~ (is part of); a value with blanks in quotes;\n"
        "                    shares as 0.95 or 95%; KEY= is an empty cell. May be repeated\n"
        "  --sort KEY        ascending; KEY,desc descending; empty cells last. May be repeated: a\n"
        "                    later one decides among rows that are equal by those before\n"
        "  --columns LIST    these, in this order\n"
        "  --limit N         the first N rows\n"
        "  --csv             every column, fractions as in runs.csv\n"
        "  --json            the same as an array of objects\n\n"
        "KEY is a column of runs.csv (run, group, status, seed, a swept key, model, size, params,\n"
        "epochs, train_accuracy, val_accuracy, test_accuracy, test_loss, test_auc, model_digest,\n"
        "train_seconds, images_per_second) or why; short names will do: lr for train.lr, test, "
        "val,\n"
        "train, auc, loss, time. On a terminal wide cells are cut to its width; nothing is cut in "
        "a\n"
        "pipe.\n\n"
        "Examples:\n"
        "  facet runs sizes --sort test,desc --limit 10\n"
        "  facet runs sizes --filter 'lr=0.01 test>95% group~cnn' --columns run,seed,test,time\n"
        "  facet runs sizes --groups --csv > groups.csv\n",
    .run = run,
};
