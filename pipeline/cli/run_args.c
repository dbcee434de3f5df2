#include "cli/run_args.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/str.h"

enum { MAX_JOBS = 256, MAX_RETRIES = 1000, RETRIES = 2, MAX_LIST = 16 << 20 };

const char pl_run_help[] =
    "Makes every run of the spec that is not done, and table, plots and page in\n"
    "RESULTS/STUDY. Running it again does nothing. Ctrl-C saves the state and the same\n"
    "command goes on where it stopped; so it does after a kill, a crash, a power cut.\n\n"
    "What to run:\n"
    "  --set KEY=VALUE   overrides a key of the spec, as in --set train.lr=0.01\n"
    "  --runs ID,...     only these runs, by the beginnings of their ids, or @FILE with one a\n"
    "                    line; beside other commands on the same study, and without a report\n"
    "  --until STAGE     ingest, split, train or evaluate: makes the entries up to it\n"
    "  --finish          completes runs that sweep.halving stopped, and stops none\n"
    "  --retry-failed    tries runs again that failed by themselves; those that failed by a\n"
    "                    cause outside (killed, no memory, no disk) are tried again anyway\n"
    "  --dry-run         prints the plan and runs nothing (as facet plan)\n\n"
    "How:\n"
    "  --jobs N          N runs side by side, each in a process of its own; the threads are\n"
    "                    divided among them (default: one run on all cores or one per core,\n"
    "                    whichever measures fastest; fewer where memory is short)\n"
    "  --order ORDER     spec, cheap, expensive (the last one to end ends soonest) or random\n"
    "                    (default: spec; under a time limit the group first that is whole\n"
    "                    soonest, all of its seeds)\n"
    "  --for DURATION    stops after so long, saved, with the report of what is done (90s, 45m,\n"
    "                    8h, 1h30m; default: sweep.budget of the spec)\n"
    "  --retries N       tries a run so often again whose process was killed or got no memory\n"
    "                    (default: 2)\n"
    "  --fail-fast       stops at the first failed run (without: when the first three fail alike)\n"
    "  --wait DURATION   a full disk is waited out so long (default: as long as it takes; 0: not\n"
    "                    at all), then the command ends with its state saved\n"
    "  --notify CMD      a shell command run at the end, with the summary on its stdin and\n"
    "                    FACET_STUDY, FACET_STATUS (done, failed, stopped, interrupted, error),\n"
    "                    FACET_RUNS, FACET_DONE, FACET_FAILED in its environment\n"
    "  --profile         where the time of the training steps went, layer by layer: to stdout\n"
    "                    and to profile.csv in the run's folder; the results are the same\n"
    "  --plots all       figures of every run, also in a study of more than 40 runs\n\n"
    "On a cluster:\n" PL_LAUNCHER_HELP;

static const char *const known[] = {
    "--set",     "--jobs",   "--for",     "--until",           "--dry-run", "--plots",
    "--profile", "--order",  "--retries", "--fail-fast",       "--runs",    "--retry-failed",
    "--finish",  "--notify", "--wait",    PL_LAUNCHER_OPTIONS, NULL};

static kn_status take_value(pl_run_args *a, const char *option, const char *value, kn_error *e)
{
    if (strcmp(option, "--jobs") == 0)
        return pl_parse_int(option, value, 1, MAX_JOBS, &a->jobs, e);
    if (strcmp(option, "--retries") == 0)
        return pl_parse_int(option, value, 0, MAX_RETRIES, &a->retries, e);
    if (strcmp(option, "--for") == 0)
        return pl_parse_duration(option, value, &a->seconds, e);
    if (strcmp(option, "--wait") == 0) {
        a->wait = -1;
        return strcmp(value, "0") == 0 ? KN_OK : pl_parse_duration(option, value, &a->wait, e);
    }
    if (strcmp(option, "--order") == 0)
        return pl_order_parse(value, &a->order, e);
    if (strcmp(option, "--runs") == 0)
        a->runs = value;
    if (strcmp(option, "--notify") == 0)
        a->notify = value;
    if (strcmp(option, "--plots") == 0 && strcmp(value, "all") != 0)
        return kn_fail(e, KN_EUSAGE, "--plots takes 'all', not '%s'", value);
    a->report.all_plots = a->report.all_plots || strcmp(option, "--plots") == 0;
    return KN_OK;
}

static kn_status take_option(pl_run_args *a, int argc, char **argv, int *i, bool *taken,
                             kn_error *e)
{
    static const char *const with_value[] = {"--jobs",  "--retries", "--for",    "--wait",
                                             "--order", "--runs",    "--notify", "--plots"};
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--dry-run", &a->dry_run},
                 {"--profile", &a->profile},
                 {"--fail-fast", &a->fail_fast},
                 {"--retry-failed", &a->retry_failed},
                 {"--finish", &a->finish}};
    *taken = true;
    for (size_t k = 0; k < sizeof with_value / sizeof *with_value; k++) {
        bool bad = false;
        const char *value = pl_option(argc, argv, i, with_value[k], &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (value)
            return take_value(a, with_value[k], value, e);
    }
    for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
        if (pl_flag(argv[*i], flags[k].name)) {
            *flags[k].flag = true;
            return KN_OK;
        }
    KN_TRY(pl_launcher_args_take(&a->launcher, argc, argv, i, taken, e));
    return *taken ? KN_OK : pl_study_args_take(&a->study, argc, argv, i, taken, e);
}

/* The option given that does not go with --launcher slurm; NULL: none. */
static const char *local_option(const pl_run_args *a)
{
    return a->jobs > 1                            ? "--jobs (a run is a task of its own)"
           : a->seconds > 0                       ? "--for (see --time)"
           : a->profile                           ? "--profile"
           : a->runs                              ? "--runs"
           : a->notify                            ? "--notify"
           : a->fail_fast                         ? "--fail-fast"
           : a->study.until != PL_STAGE_COUNT - 1 ? "--until"
                                                  : NULL;
}

kn_status pl_run_args_take(pl_run_args *a, int argc, char **argv, kn_error *e)
{
    *a = (pl_run_args){.retries = RETRIES, .wait = (double)INFINITY};
    pl_study_args_init(&a->study, argc);
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        const char *word = argv[i];
        KN_TRY(take_option(a, argc, argv, &i, &taken, e));
        if (!taken)
            return pl_unknown_option(&pl_command_run, word, known, e);
    }
    a->study.jobs = (int)a->jobs; /* for --dry-run */
    if (a->study.specs == 0)
        return kn_fail(e, KN_EUSAGE, "facet run needs a spec (facet run --help)");
    if (a->profile && (a->jobs > 1 || a->seconds > 0))
        return kn_fail(e, KN_EUSAGE, "--profile measures one run at a time and whole, not with %s",
                       a->jobs > 1 ? "--jobs" : "--for");
    a->launcher.retry_failed = a->retry_failed;
    a->launcher.finish = a->finish;
    return pl_launcher_args_check(&a->launcher, local_option(a), e);
}

void pl_run_args_clear(pl_run_args *a)
{
    pl_study_args_clear(&a->study);
}

static kn_status mark(const pl_plan *plan, const char *id, bool *only, kn_error *e)
{
    int found = -1, runs = plan->study->run_count;
    for (int r = 0; r < runs; r++) {
        if (strncmp(plan->run[r].id, id, strlen(id)) != 0)
            continue;
        if (found >= 0)
            return kn_fail(e, KN_EUSAGE,
                           "--runs: more than one run of %s begins with '%s': %s and %s",
                           plan->study->name, id, plan->run[found].id, plan->run[r].id);
        found = r;
    }
    if (found < 0)
        return kn_fail(e, KN_EUSAGE,
                       "--runs: no run of %s begins with '%s'; `facet plan --json` lists their ids",
                       plan->study->name, id);
    only[found] = true;
    return KN_OK;
}

kn_status pl_run_args_only(const pl_run_args *a, const pl_plan *plan, bool **only, kn_error *e)
{
    *only = NULL;
    if (!a->runs)
        return KN_OK;
    char *list = NULL;
    size_t size = 0;
    if (a->runs[0] == '@')
        KN_TRY(pl_read_file(a->runs + 1, MAX_LIST, &list, &size, e));
    else
        list = pl_strdup(a->runs);
    *only = calloc((size_t)plan->study->run_count + 1, sizeof **only);
    if (!*only)
        abort();
    kn_status rc = KN_OK;
    int count = 0;
    for (char *id = strtok(list, ", \t\r\n"); id && rc == KN_OK; id = strtok(NULL, ", \t\r\n")) {
        rc = mark(plan, id, *only, e);
        count++;
    }
    if (rc == KN_OK && count == 0)
        rc = kn_fail(e, KN_EUSAGE, "--runs: '%s' names no run", a->runs);
    free(list);
    if (rc != KN_OK) {
        free(*only);
        *only = NULL;
    }
    return rc;
}
