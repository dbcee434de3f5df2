/* A study from the first look to the last word. */
#define _GNU_SOURCE
#include "run/executor.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "io/json.h"
#include "run/executor_private.h"
#include "run/halving.h"
#include "run/live.h"
#include "run/plan_expect.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/sys.h"

static const double LOOK_SECONDS =
    0.25; /* the longest time between two looks at signals and clock */

/* Whether the run failed by itself before, with these stage versions and this arithmetic: then it would again. */
static bool failed_for_good(const pl_exec *x, int r)
{
    pl_run_end end = {.manifest = NULL};
    bool failed = false;
    if (!x->options->retry_failed &&
        pl_results_run_end(x->plan->study_dir, x->plan->run[r].id, x->plan->stages, &end) &&
        end.status == PL_RUN_FAILED && !end.outside && end.current) {
        x->failure[r] = pl_strdup(end.error ? end.error : "no reason was left");
        failed = true;
    }
    pl_run_end_clear(&end);
    return failed;
}

/* The epochs of a run that another stage version or arithmetic left at rest are not this run's. */
static void forget_others_epochs(const pl_exec *x, int r)
{
    pl_run_end end;
    if (pl_results_run_end(x->plan->study_dir, x->plan->run[r].id, x->plan->stages, &end) &&
        !end.current) {
        char *path = pl_format("%s/runs/%s/epochs.csv", x->plan->study_dir, x->plan->run[r].id);
        pl_sys_unlink(path);
        free(path);
    }
    pl_run_end_clear(&end);
}

static void find_fates(pl_exec *x)
{
    for (int r = 0; r < x->out->runs; r++) {
        bool failed = !x->plan->run[r].done && x->whole && failed_for_good(x, r);
        x->fate[r] = x->plan->run[r].done ? PL_FATE_DONE : failed ? PL_FATE_FAILED : PL_FATE_MAKE;
        x->out->failed += failed;
        if (x->plan->study->halving.on && !x->plan->run[r].done)
            forget_others_epochs(x, r);
    }
}

static void put_in_order(pl_exec *x)
{
    int runs = x->out->runs, jobs = x->options->jobs > 0 ? x->options->jobs : x->split.threads;
    int threads = x->split.threads / jobs;
    double *seconds = calloc((size_t)runs + 1, sizeof *seconds);
    if (!seconds)
        abort();
    bool by_costs = x->deadline > 0 || x->options->order == PL_ORDER_CHEAP ||
                    x->options->order == PL_ORDER_EXPENSIVE;
    for (int r = 0; by_costs && r < runs; r++)
        if (x->fate[r] == PL_FATE_MAKE)
            seconds[r] = pl_exec_run_seconds(x, r, threads > 1 ? threads : 1, jobs);
    pl_order_runs(x->plan, x->options->order, x->deadline > 0, seconds, x->order);
    free(seconds);
}

static void check_stop(pl_exec *x)
{
    if (x->stop != PL_GO_ON)
        return;
    if (pl_interrupted())
        x->stop = PL_STOP_SIGNAL;
    else if (x->deadline > 0 && pl_now() >= x->deadline)
        x->stop = PL_STOP_TIME;
}

static double look_seconds(const pl_exec *x)
{
    double left = x->deadline > 0 ? x->deadline - pl_now() : LOOK_SECONDS;
    return left < 0 ? 0 : left < LOOK_SECONDS ? left + 1e-3 : LOOK_SECONDS;
}

/* Until every task that can be done is. After a failure of the coordinator's own the workers are told to save, and
 * waited for. */
static kn_status work(pl_exec *x, kn_error *e)
{
    kn_status rc = KN_OK;
    bool told = false;
    for (;;) {
        check_stop(x);
        if (rc == KN_OK && x->stop == PL_GO_ON)
            rc = pl_exec_start_ready(x, e);
        if (pl_workers_busy(x->workers) == 0)
            return rc;
        if ((x->stop != PL_GO_ON || rc != KN_OK) && !told) {
            pl_workers_signal(x->workers, SIGTERM);
            told = true;
        }
        pl_worker_end end;
        bool ended = pl_workers_wait(x->workers, told ? LOOK_SECONDS : look_seconds(x), &end);
        check_stop(x);
        if (ended) {
            kn_status noted = pl_exec_task_ended(x, &end, rc == KN_OK ? e : NULL);
            rc = rc == KN_OK ? noted : rc;
        }
    }
}

/* The runs one by one in this process. */
static kn_status work_here(pl_exec *x, kn_error *e)
{
    pl_node_tools tools = {
        .costs = x->costs, .threads = x->split.threads, .jobs = 1, .profile = x->options->profile};
    kn_status rc = kn_pool_new(x->split.threads, &tools.pool, e);
    for (int i = 0; i < x->out->runs && rc == KN_OK; i++) {
        int r = x->order[i];
        kn_error failure = {KN_OK, ""};
        pl_run_status status;
        check_stop(x);
        if (x->fate[r] != PL_FATE_MAKE || x->stop != PL_GO_ON)
            continue;
        rc = pl_exec_make_run(x, r, &tools, &status, &failure, e);
        if (rc == KN_OK)
            rc = pl_exec_note_run(x, r, status, &failure, e);
    }
    kn_pool_free(tools.pool);
    return rc;
}

static int most_epochs(const pl_exec *x, const bool *alive)
{
    int most = 0;
    for (int r = 0; r < x->out->runs; r++) {
        const pl_run *run = &x->plan->study->runs[r];
        if (alive[run->group] && run->spec.train.epochs > most)
            most = run->spec.train.epochs;
    }
    return most;
}

static double figure_of(const pl_exec *x, int r)
{
    return pl_halving_figure(x->plan->study_dir, x->plan->run[r].id, x->plan->study->halving.metric,
                             x->epoch_limit, x->fate[r] == PL_FATE_DONE);
}

/* Trains the groups that are left up to the rung. */
static kn_status climb(pl_exec *x, const bool *alive, double *figure, kn_error *e)
{
    for (int r = 0; r < x->out->runs; r++) {
        bool in = alive[x->plan->study->runs[r].group];
        if (!in || x->fate[r] == PL_FATE_DONE || x->fate[r] == PL_FATE_FAILED)
            continue;
        x->task[x->first_run + r].state = PL_TASK_WAITING;
        x->fate[r] = isnan(figure_of(x, r)) ? PL_FATE_MAKE : PL_FATE_PAUSED;
    }
    KN_TRY(work(x, e));
    for (int r = 0; r < x->out->runs; r++)
        figure[r] = x->fate[r] == PL_FATE_FAILED ? (double)NAN : figure_of(x, r);
    return KN_OK;
}

/* A run that was stopped already is left as it is. */
static kn_status stop_run(pl_exec *x, int r, int place, int ranked, double mean, kn_error *e)
{
    const pl_plan *p = x->plan;
    bool loss = p->study->halving.metric == PL_MONITOR_VAL_LOSS;
    char *reason = pl_format("halving: place %d of %d groups after epoch %d, %s %.4f", place,
                             ranked, x->epoch_limit, loss ? "val_loss" : "val_accuracy", mean);
    pl_run_end end;
    bool same = pl_results_run_end(p->study_dir, p->run[r].id, p->stages, &end) &&
                end.status == PL_RUN_STOPPED && end.reason && strcmp(end.reason, reason) == 0;
    pl_run_end_clear(&end);
    kn_status rc = KN_OK;
    if (!same) {
        pl_run_outcome outcome = {.study = p->study,
                                  .run = r,
                                  .id = p->run[r].id,
                                  .stages = p->stages,
                                  .status = PL_RUN_STOPPED,
                                  .reason = reason,
                                  .maker = x->options->maker};
        rc = pl_results_write_run(p->study_dir, &outcome, e);
        pl_verbose("stopped: %s: %s", p->study->runs[r].label, reason);
    }
    free(reason);
    x->fate[r] = PL_FATE_STOPPED;
    x->out->halted++;
    return rc;
}

static kn_status rank(pl_exec *x, const double *figure, bool *alive, int *place, double *mean,
                      kn_error *e)
{
    const pl_study *study = x->plan->study;
    int ranked = 0, left = 0;
    pl_halving_rank(study, figure, alive, place, mean, &ranked);
    for (int r = 0; r < x->out->runs; r++) {
        int g = study->runs[r].group;
        if (!alive[g] && x->fate[r] == PL_FATE_PAUSED)
            KN_TRY(stop_run(x, r, place[g], ranked, mean[g], e));
    }
    for (int g = 0; g < study->group_count; g++)
        left += alive[g];
    pl_verbose("halving: %d of %d groups go on after epoch %d", left, ranked, x->epoch_limit);
    return KN_OK;
}

static kn_status work_by_rungs(pl_exec *x, kn_error *e)
{
    const pl_study *study = x->plan->study;
    size_t groups = (size_t)study->group_count + 1;
    bool *alive = malloc(groups * sizeof *alive);
    int *place = calloc(groups, sizeof *place), left = study->group_count;
    double *mean = calloc(groups, sizeof *mean);
    double *figure = calloc((size_t)x->out->runs + 1, sizeof *figure);
    kn_status rc = KN_OK;
    if (!alive || !place || !mean || !figure)
        abort();
    memset(alive, true, groups);
    for (int64_t epoch = study->halving.min_epochs;
         rc == KN_OK && x->stop == PL_GO_ON && left > 1 && epoch < most_epochs(x, alive);
         epoch *= study->halving.factor) {
        x->epoch_limit = (int)epoch;
        rc = climb(x, alive, figure, e);
        if (rc == KN_OK && x->stop == PL_GO_ON)
            rc = rank(x, figure, alive, place, mean, e);
        left = 0;
        for (int g = 0; g < study->group_count; g++)
            left += alive[g];
    }
    x->epoch_limit = 0;
    if (rc == KN_OK && x->stop == PL_GO_ON) {
        for (int r = 0; r < x->out->runs; r++)
            if (x->fate[r] == PL_FATE_PAUSED) {
                x->fate[r] = PL_FATE_MAKE;
                x->task[x->first_run + r].state = PL_TASK_WAITING;
            }
        rc = work(x, e);
    }
    free(alive);
    free(place);
    free(mean);
    free(figure);
    return rc;
}

/* The failed runs of this call in the order of the spec, whatever the order they ended in. */
static void list_failures(const pl_exec *x)
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
    if (x->out->tried_failed < x->out->failed)
        pl_info("%d of them failed before and were left alone; --retry-failed tries them again",
                x->out->failed - x->out->tried_failed);
    pl_str_clear(&list);
}

static kn_status conclude(pl_exec *x, kn_error *e)
{
    const pl_exec_result *o = x->out;
    char took[48];
    if (x->stop == PL_STOP_FAILURES && x->options->fail_fast)
        return kn_fail(e, x->first.status,
                       "%s (stopped at the first failed run, %d of %d are done)", x->first.text,
                       o->done, o->runs);
    if (o->tried_failed > 0 && o->failed == o->runs && x->alike == o->tried_failed) {
        if (o->runs == 1)
            return kn_fail(e, x->first.status, "%s", x->first.text);
        return kn_fail(e, x->first.status, "%s (all %d runs fail by this)", x->first.text, o->runs);
    }
    if (x->stop == PL_STOP_FAILURES)
        return kn_fail(e, x->first.status,
                       "%s (the first %d runs fail by this: the study is stopped, %d of %d runs "
                       "were not tried)",
                       x->first.text, x->alike, o->runs - o->done - o->failed, o->runs);
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

/* Before anything is started; 0 where some of it was never done on this machine. */
static double expect(const pl_exec *x)
{
    pl_expectation e =
        pl_plan_expect(x->plan, x->costs, x->options->until, x->split.threads, x->options->jobs);
    return e.works[PL_COST_GUESSED] > 0 ? 0 : e.seconds;
}

static kn_status run_all(pl_exec *x, kn_error *e)
{
    bool rungs = x->plan->study->halving.on && x->whole && !x->options->finish && !x->options->only;
    x->out->expected = expect(x);
    pl_live_clear(x->plan->study_dir);
    if (x->whole && !x->options->only)
        KN_TRY(pl_exec_update_table(x, e));
    if (x->options->here)
        KN_TRY(work_here(x, e));
    else if (rungs)
        KN_TRY(work_by_rungs(x, e));
    else
        KN_TRY(work(x, e));
    x->out->stopped = x->stop == PL_STOP_TIME;
    x->out->interrupted = x->stop == PL_STOP_SIGNAL;
    return x->whole && !x->options->only ? pl_exec_update_table(x, e) : KN_OK;
}

/* That this machine can do the arithmetic of the runs to be made; those that are done, or go to other machines, ask
 * nothing of it. */
static kn_status check_machine(const pl_exec *x, kn_error *e)
{
    const pl_study *s = x->plan->study;
    for (int r = 0; x->options->until >= PL_TRAIN && r < s->run_count; r++) {
        bool wanted = x->fate[r] == PL_FATE_MAKE && (!x->options->only || x->options->only[r]);
        if (wanted && s->runs[r].spec.train.precision == KN_PRECISION_BF16 &&
            kn_bf16_require(e) != KN_OK)
            return kn_prepend(e, "%s: %s: ", s->path, s->runs[r].label);
    }
    return KN_OK;
}

static kn_status set_up(pl_exec *x, kn_error *e)
{
    int runs = x->out->runs;
    int most =
        x->options->jobs > x->options->maker.threads ? x->options->jobs : x->options->maker.threads;
    x->fate = calloc((size_t)runs + 1, sizeof *x->fate);
    x->failure = calloc((size_t)runs + 1, sizeof *x->failure);
    if (!x->fate || !x->failure)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", runs);
    KN_TRY(pl_costs_open(pl_store_dir(x->plan->store), &x->costs, e));
    KN_TRY(pl_workers_new(most, &x->workers, e));
    pl_split_choice_init(x);
    KN_TRY(pl_study_use(x->plan, &x->use, e)); /* before the tasks: it looks for lost entries */
    find_fates(x);
    KN_TRY(check_machine(x, e));
    KN_TRY(pl_exec_plan_tasks(x, e));
    put_in_order(x);
    return KN_OK;
}

kn_status pl_exec_run(pl_plan *plan, const pl_exec_options *options, pl_exec_result *out,
                      kn_error *e)
{
    *out = (pl_exec_result){.runs = plan->study->run_count, .done = plan->done};
    for (int r = 0; r < out->runs; r++)
        out->asked += !options->only || options->only[r];
    pl_exec x = {.plan = plan,
                 .options = options,
                 .out = out,
                 .whole = options->until == PL_STAGE_COUNT - 1,
                 .use = {.lock = -1},
                 .began = pl_now()};
    if (options->seconds > 0)
        x.deadline = x.began + options->seconds - options->reserve;
    kn_status rc = set_up(&x, e);
    if (rc == KN_OK)
        rc = run_all(&x, e);
    if (rc == KN_OK)
        rc = conclude(&x, e);
    pl_workers_free(x.workers);
    pl_study_use_end(plan, &x.use);
    pl_costs_free(x.costs);
    pl_exec_free_tasks(&x);
    for (int r = 0; x.failure && r < out->runs; r++)
        free(x.failure[r]);
    free(x.failure);
    free(x.fate);
    return rc;
}
