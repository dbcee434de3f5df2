#define _GNU_SOURCE
#include "run/executor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "io/json.h"
#include "run/live.h"
#include "run/make_node.h"
#include "run/workers.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

static const double TABLE_SECONDS = 10; /* runs.csv is brought up to date this often */

enum { CHILD_OK, CHILD_RESULTS_FAILED = 3 };

typedef struct exec {
    pl_plan *plan;
    const pl_exec_options *options;
    pl_exec_result *out;
    pl_node_tools tools;
    double began, deadline, table_at; /* deadline 0: none */
    int next_run;
    char **failure; /* per run: why it failed, heap; or NULL */
    kn_error first; /* of the failed runs, as they ended */
    bool all_same;
} exec;

static void on_alarm(int number)
{
    (void)number;
    pl_interrupt_set(true);
}

static void set_alarm(double seconds)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = seconds > 0 ? on_alarm : SIG_DFL;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {{0, 0}, {0, 0}};
    timer.it_value.tv_sec = (time_t)seconds;
    timer.it_value.tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static bool time_is_up(const exec *x)
{
    return x->deadline > 0 && pl_now() >= x->deadline;
}

static kn_status update_table(exec *x, kn_error *e)
{
    const pl_plan *p = x->plan;
    const char **ids = calloc((size_t)p->study->run_count + 1, sizeof *ids);
    if (!ids)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", p->study->run_count);
    for (int r = 0; r < p->study->run_count; r++)
        ids[r] = p->run[r].id;
    bool changed = false;
    kn_status rc = pl_results_write_table(p->study_dir, p->study, ids, &changed, e);
    free(ids);
    x->table_at = pl_now();
    return rc;
}

/* One of a group failed, which fails all: each by itself, so that the fault stays with its own
 * runs. */
static kn_status make_each(exec *x, const int *nodes, int count, kn_error *e)
{
    kn_status rc = KN_OK;
    for (int i = 0; i < count && rc != KN_EINTERRUPTED; i++) {
        x->plan->node[nodes[i]].failed = KN_OK;
        rc = pl_make_nodes(x->plan, &nodes[i], 1, &x->tools, &x->out->entries, e);
    }
    return rc;
}

/* Missing ingest entries, those of equal sources together. */
static kn_status make_joint(exec *x, pl_stage_id stage, kn_error *e)
{
    pl_plan *p = x->plan;
    int *group = calloc((size_t)p->node_count + 1, sizeof *group);
    if (!group)
        return kn_fail(e, KN_ENOMEM, "no memory for %d nodes", p->node_count);
    kn_status rc = KN_OK;
    for (int i = 0; i < p->node_count && rc == KN_OK; i++) {
        int count = 0;
        if (p->node[i].stage != stage || p->node[i].state != PL_NODE_MISS || p->node[i].failed)
            continue;
        const json_t *sources = json_object_get(p->node[i].parts, "sources");
        for (int k = i; k < p->node_count; k++) {
            const pl_plan_node *n = &p->node[k];
            if (n->stage == stage && n->state == PL_NODE_MISS && !n->failed &&
                (k == i || (p->stages[stage]->joint &&
                            json_equal(sources, json_object_get(n->parts, "sources")))))
                group[count++] = k;
        }
        rc = pl_make_nodes(p, group, count, &x->tools, &x->out->entries, e);
        if (rc != KN_OK && rc != KN_EINTERRUPTED && count > 1)
            rc = make_each(x, group, count, e);
        if (rc != KN_OK && rc != KN_EINTERRUPTED)
            rc = KN_OK; /* the runs that need it will tell */
    }
    free(group);
    return rc;
}

/* Nodes of a stage whose inputs are there by now. */
static kn_status look_up_stage(exec *x, pl_stage_id stage, kn_error *e)
{
    pl_plan *p = x->plan;
    for (int i = 0; i < p->node_count; i++)
        if (p->node[i].stage == stage && p->node[i].state == PL_NODE_UNKNOWN)
            KN_TRY(pl_plan_look_up(p, i, e));
    return KN_OK;
}

/* The run's entries up to `until`; the failure of a shared entry is every run's that needs it. *at:
 * where it ended. */
static kn_status make_entries(exec *x, int r, pl_stage_id *at, kn_error *e)
{
    pl_plan *p = x->plan;
    for (int s = 0; s <= (int)x->options->until; s++) {
        int node = p->run[r].node[s];
        pl_plan_node *n = &p->node[node];
        *at = (pl_stage_id)s;
        if (n->failed)
            return kn_fail(e, n->failed, "%s", n->failure);
        KN_TRY(pl_interrupt_check(e));
        if (n->state == PL_NODE_UNKNOWN)
            KN_TRY(pl_plan_look_up(p, node, e));
        if (n->state != PL_NODE_HIT)
            KN_TRY(pl_make_nodes(p, &node, 1, &x->tools, &x->out->entries, e));
    }
    return KN_OK;
}

/* Makes a run and writes what it leaves behind. *status is the run's; the return value tells of the
 * results folder. */
static kn_status make_run(exec *x, int r, pl_run_status *status, kn_error *run_error, kn_error *e)
{
    pl_plan *p = x->plan;
    pl_run_outcome outcome = {.study = p->study,
                              .run = r,
                              .id = p->run[r].id,
                              .stages = p->stages,
                              .maker = x->options->maker};
    pl_stage_id at = PL_INGEST;
    bool whole = x->options->until == PL_STAGE_COUNT - 1;
    if (whole)
        pl_live_begin(p->study_dir, p->run[r].id);
    kn_status rc = make_entries(x, r, &at, run_error);
    *status = rc == KN_OK             ? PL_RUN_DONE
              : rc != KN_EINTERRUPTED ? PL_RUN_FAILED
              : time_is_up(x)         ? PL_RUN_STOPPED
                                      : PL_RUN_INTERRUPTED;
    pl_live_end();
    if (!whole)
        return KN_OK;
    char *log = rc == KN_OK ? NULL : pl_node_work_log(p, &p->node[p->run[r].node[at]]);
    for (int s = 0; s < PL_STAGE_COUNT; s++) {
        const pl_plan_node *n = &p->node[p->run[r].node[s]];
        outcome.entry[s] = n->state == PL_NODE_HIT ? &n->entry : NULL;
    }
    outcome.status = *status;
    outcome.error = *status == PL_RUN_FAILED ? run_error->text : NULL;
    outcome.log = log;
    rc = pl_results_write_run(p->study_dir, &outcome, e);
    if (rc == KN_OK && x->tools.profile) {
        char *dir = pl_format("%s/runs/%s", p->study_dir, p->run[r].id);
        rc = pl_profile_write(x->tools.profile, dir, e);
        free(dir);
    }
    free(log);
    return rc;
}

static void say_left(const exec *x, char *text, size_t size)
{
    char left[48];
    int ended = x->out->made + x->out->failed;
    int waiting = x->out->runs - x->out->done - x->out->failed;
    *text = '\0';
    if (ended > 0 && waiting > 0)
        snprintf(text, size, ", about %s left",
                 pl_human_seconds((pl_now() - x->began) * waiting / ended, left, sizeof left));
}

/* -1: none, as where the split has no test side. */
static double test_accuracy(const pl_plan *p, int r)
{
    char *path = pl_format("%s/runs/%s/metrics.json", p->study_dir, p->run[r].id);
    json_t *metrics = NULL;
    double value = -1;
    if (pl_exists(path) && pl_json_read(path, &metrics, NULL) == KN_OK) {
        const json_t *test = json_object_get(metrics, "test");
        value = test ? json_number_value(json_object_get(test, "accuracy")) : -1;
    }
    json_decref(metrics);
    free(path);
    return value;
}

/* Counts a run that ended and tells of it. */
static kn_status note_run(exec *x, int r, pl_run_status status, const kn_error *failure,
                          kn_error *e)
{
    const char *label = x->plan->study->runs[r].label;
    char left[80];
    bool whole = x->options->until == PL_STAGE_COUNT - 1;
    if (status == PL_RUN_DONE && whole) {
        x->plan->run[r].done = true;
        x->out->done++;
        x->out->made++;
        say_left(x, left, sizeof left);
        double accuracy = test_accuracy(x->plan, r);
        if (accuracy >= 0)
            pl_info("run %d of %d done: %s: test accuracy %.2f %%%s", x->out->done, x->out->runs,
                    label, 100 * accuracy, left);
        else
            pl_info("run %d of %d done: %s%s", x->out->done, x->out->runs, label, left);
    } else if (status == PL_RUN_FAILED) {
        if (x->out->failed++ == 0)
            x->first = *failure;
        else
            x->all_same = x->all_same && strcmp(x->first.text, failure->text) == 0;
        free(x->failure[r]);
        x->failure[r] = pl_strdup(failure->text);
        pl_verbose("run failed: %s: %s", label, failure->text);
    } else {
        x->out->stopped = x->out->stopped || status == PL_RUN_STOPPED;
        x->out->interrupted = x->out->interrupted || status == PL_RUN_INTERRUPTED;
    }
    if (whole && pl_now() - x->table_at > TABLE_SECONDS)
        return update_table(x, e);
    return KN_OK;
}

static kn_status make_runs_here(exec *x, kn_error *e)
{
    for (int r = 0; r < x->out->runs && !pl_interrupted(); r++) {
        if (x->plan->run[r].done)
            continue;
        kn_error failure = {KN_OK, ""};
        pl_run_status status;
        KN_TRY(make_run(x, r, &status, &failure, e));
        KN_TRY(note_run(x, r, status, &failure, e));
    }
    return KN_OK;
}

static int next_run(void *context)
{
    exec *x = context;
    while (x->next_run < x->out->runs && x->plan->run[x->next_run].done)
        x->next_run++;
    return x->next_run < x->out->runs ? x->next_run++ : -1;
}

/* In a child: the manifest tells the parent how the run ended. */
static int child_run(void *context, int r)
{
    exec *x = context;
    kn_error failure = {KN_OK, ""}, e = {KN_OK, ""};
    pl_run_status status = PL_RUN_FAILED;
    int threads = x->options->maker.threads / x->options->jobs;
    set_alarm(0);
    kn_status rc = kn_pool_new(threads > 1 ? threads : 1, &x->tools.pool, &e);
    if (rc == KN_OK)
        rc = make_run(x, r, &status, &failure, &e);
    kn_pool_free(x->tools.pool);
    if (rc == KN_OK)
        return CHILD_OK;
    pl_error("%s", e.text);
    return CHILD_RESULTS_FAILED;
}

static void read_failure(const pl_plan *p, int r, kn_error *failure)
{
    kn_status status = KN_EDATA;
    for (int s = PL_STAGE_COUNT - 1; s >= 0; s--)
        if (p->node[p->run[r].node[s]].failed)
            status = p->node[p->run[r].node[s]].failed; /* a shared entry: this process tried it */

    char *path = pl_format("%s/runs/%s/manifest.json", p->study_dir, p->run[r].id);
    json_t *manifest = NULL;
    const char *text = NULL;
    if (pl_exists(path) && pl_json_read(path, &manifest, NULL) == KN_OK)
        text = json_string_value(json_object_get(manifest, "error"));
    kn_fail(failure, status, "%s", text ? text : "no reason was left");
    json_decref(manifest);
    free(path);
}

static kn_status child_ended(void *context, int r, int result, kn_error *e)
{
    exec *x = context;
    kn_error failure = {KN_OK, ""};
    pl_run_status status = pl_results_run_status(x->plan->study_dir, x->plan->run[r].id);
    if (result == CHILD_RESULTS_FAILED)
        return kn_fail(e, KN_EIO, "the results of %s cannot be written",
                       x->plan->study->runs[r].label);
    if (result != CHILD_OK) {
        status = PL_RUN_FAILED;
        kn_fail(&failure, KN_EINTERNAL, "its process ended by signal %d", -result);
        pl_run_outcome outcome = {.study = x->plan->study,
                                  .run = r,
                                  .id = x->plan->run[r].id,
                                  .stages = x->plan->stages,
                                  .status = status,
                                  .error = failure.text,
                                  .maker = x->options->maker};
        KN_TRY(pl_results_write_run(x->plan->study_dir, &outcome, e));
    } else if (status == PL_RUN_FAILED) {
        read_failure(x->plan, r, &failure);
    }
    return note_run(x, r, status, &failure, e);
}

static kn_status make_runs(exec *x, kn_error *e)
{
    if (x->options->jobs < 2 || x->options->until < PL_STAGE_COUNT - 1)
        return make_runs_here(x, e);
    kn_pool_free(x->tools.pool); /* fork takes one thread along */
    x->tools.pool = NULL;
    const pl_workers workers = {x, next_run, child_run, child_ended};
    return pl_workers_run(&workers, x->options->jobs, e);
}

/* The failed runs in the order of the spec, whatever the order they ended in. */
static void list_failures(const exec *x)
{
    pl_str list;
    pl_str_init(&list);
    const char *last = "";
    for (int r = 0; r < x->out->runs; r++) {
        const char *why = x->failure[r];
        if (!why)
            continue;
        pl_str_addf(&list, "\n  %s: %s", x->plan->study->runs[r].label,
                    strcmp(why, last) == 0 ? "the same" : why);
        last = why;
    }
    pl_error("%d of %d runs failed:%s", x->out->failed, x->out->runs, list.text);
    pl_str_clear(&list);
}

static kn_status conclude(exec *x, kn_error *e)
{
    const pl_exec_result *o = x->out;
    char took[48];
    if (o->failed > 0 && o->failed == o->runs && x->all_same) {
        if (o->runs == 1)
            return kn_fail(e, x->first.status, "%s", x->first.text);
        return kn_fail(e, x->first.status, "%s (all %d runs fail by this)", x->first.text, o->runs);
    }
    if (o->failed > 0)
        list_failures(x);
    if (o->interrupted)
        return kn_fail(e, KN_EINTERRUPTED,
                       "interrupted: %d of %d runs are done; the state is saved, the same command "
                       "goes on",
                       o->done, o->runs);
    if (o->stopped)
        pl_info("stopped after %s as asked: %d of %d runs are done; the same command goes on",
                pl_human_seconds(x->options->seconds, took, sizeof took), o->done, o->runs);
    return KN_OK;
}

static kn_status run_all(exec *x, kn_error *e)
{
    kn_error ignored = {KN_OK, ""};
    bool whole = x->options->until == PL_STAGE_COUNT - 1;
    kn_status rc = KN_OK;
    for (int r = 0; r < x->out->runs; r++)
        pl_live_remove(x->plan->study_dir, x->plan->run[r].id);
    if (whole)
        KN_TRY(update_table(x, e));
    for (int s = PL_INGEST; s <= PL_SPLIT && s <= (int)x->options->until && rc == KN_OK; s++) {
        KN_TRY(look_up_stage(x, (pl_stage_id)s, e));
        rc = make_joint(x, (pl_stage_id)s, &ignored);
    }
    if (rc == KN_OK)
        KN_TRY(make_runs(x, e));
    if (pl_interrupted()) {
        x->out->stopped = time_is_up(x);
        x->out->interrupted = !x->out->stopped;
    }
    return whole ? update_table(x, e) : KN_OK;
}

kn_status pl_exec_run(pl_plan *plan, const pl_exec_options *options, pl_exec_result *out,
                      kn_error *e)
{
    *out = (pl_exec_result){.runs = plan->study->run_count, .done = plan->done};
    exec x = {.plan = plan,
              .options = options,
              .out = out,
              .began = pl_now(),
              .tools = {.profile = options->profile},
              .all_same = true};
    x.failure = calloc((size_t)out->runs + 1, sizeof *x.failure);
    if (!x.failure)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", out->runs);
    kn_status rc = kn_pool_new(options->maker.threads, &x.tools.pool, e);
    if (rc == KN_OK) {
        if (options->seconds > 0) {
            x.deadline = pl_now() + options->seconds;
            set_alarm(options->seconds);
        }
        rc = run_all(&x, e);
        if (options->seconds > 0)
            set_alarm(0);
        if (rc == KN_OK)
            rc = conclude(&x, e);
        if (out->stopped)
            pl_interrupt_set(false);
    }
    kn_pool_free(x.tools.pool);
    for (int r = 0; r < out->runs; r++)
        free(x.failure[r]);
    free(x.failure);
    return rc;
}
