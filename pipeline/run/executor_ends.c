/* What the end of a task means for the study. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "run/executor_private.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/free_memory.h"

enum {
    ALIKE_MOST = 3
}; /* so many runs that fail alike, and none that ended otherwise, stop the study */

kn_status pl_exec_update_table(pl_exec *x, kn_error *e)
{
    kn_status rc = pl_plan_write_table(x->plan, e);
    x->table_at = pl_now();
    return rc;
}

double pl_exec_seconds_left(pl_exec *x)
{
    double left = 0, shared = 0;
    int jobs = x->split.jobs, threads = x->split.threads / jobs;
    for (int i = 0; i < x->shared; i++) {
        const pl_task *t = &x->task[i];
        for (int k = 0; t->state == PL_TASK_WAITING && k < t->nodes; k++)
            shared +=
                pl_costs_seconds(x->costs, x->plan->node[t->node[k]].stage,
                                 &x->plan->study->runs[t->run].spec, x->split.threads, 1, NULL);
    }
    for (int r = 0; r < x->plan->study->run_count; r++) {
        const pl_task *t = &x->task[x->first_run + r];
        if (x->fate[r] != PL_FATE_MAKE || (x->options->only && !x->options->only[r]))
            continue;
        double seconds = pl_exec_run_seconds(x, r, threads > 1 ? threads : 1, jobs);
        if (t->state == PL_TASK_RUNNING) {
            double spent = pl_now() - t->began;
            seconds = seconds > spent ? seconds - spent : 0;
        }
        left += seconds;
    }
    return shared + left / jobs;
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

static void tell_done(pl_exec *x, int r)
{
    const pl_exec_result *o = x->out;
    const char *label = x->plan->study->runs[r].label;
    char left[80] = "", text[48], score[48] = "";
    double accuracy = test_accuracy(x->plan, r);
    if (o->done + o->failed + o->halted < o->runs)
        snprintf(left, sizeof left, ", about %s left",
                 pl_human_seconds(pl_exec_seconds_left(x), text, sizeof text));
    if (accuracy >= 0)
        snprintf(score, sizeof score, ": test accuracy %.2f %%", 100 * accuracy);
    pl_info("run %d of %d done: %s%s%s", o->done, o->runs, label, score, left);
}

static void note_failure(pl_exec *x, int r, const kn_error *failure)
{
    x->out->failed++;
    if (x->out->tried_failed++ == 0)
        x->first = *failure;
    x->fate[r] = PL_FATE_FAILED;
    free(x->failure[r]);
    x->failure[r] = pl_strdup(failure->text);
    if (x->alike >= 0)
        x->alike = strcmp(x->first.text, failure->text) == 0 ? x->alike + 1 : -1;
    pl_verbose("run failed: %s: %s", x->plan->study->runs[r].label, failure->text);
    if (x->options->fail_fast || x->alike == ALIKE_MOST) {
        x->stop = x->stop == PL_GO_ON ? PL_STOP_FAILURES : x->stop;
        x->out->gave_up = true;
    }
}

kn_status pl_exec_note_run(pl_exec *x, int r, pl_run_status status, const kn_error *failure,
                           kn_error *e)
{
    static const double TABLE_SECONDS = 10; /* runs.csv is brought up to date this often */
    if (status == PL_RUN_DONE) {
        x->fate[r] = PL_FATE_DONE;
        x->alike = -1;
        if (x->whole) {
            x->plan->run[r].done = true;
            x->out->done++;
            x->out->made++;
            tell_done(x, r);
        }
    } else if (status == PL_RUN_FAILED) {
        note_failure(x, r, failure);
    } else if (status == PL_RUN_PENDING) {
        x->fate[r] = PL_FATE_PAUSED;
        x->alike = -1;
    }
    if (x->whole && !x->options->only && pl_now() - x->table_at > TABLE_SECONDS)
        return pl_exec_update_table(x, e);
    return KN_OK;
}

kn_status pl_exec_fail_run(pl_exec *x, int r, const kn_error *failure, kn_error *e)
{
    pl_run_outcome outcome = {.study = x->plan->study,
                              .run = r,
                              .id = x->plan->run[r].id,
                              .stages = x->plan->stages,
                              .status = PL_RUN_FAILED,
                              .error = failure->text,
                              .outside = pl_failure_is_outside(failure->status),
                              .maker = x->options->maker};
    if (x->whole)
        KN_TRY(pl_results_write_run(x->plan->study_dir, &outcome, e));
    return pl_exec_note_run(x, r, PL_RUN_FAILED, failure, e);
}

static bool ended_by_someone(const pl_worker_end *end)
{
    return end->signal == SIGKILL || end->signal == SIGTERM || end->signal == SIGINT ||
           end->signal == SIGHUP;
}

/* A worker that is killed did nothing wrong; what crashed by itself would crash again. */
static void judge_signal(pl_worker_end *end)
{
    if (!ended_by_someone(end))
        return;
    kn_fail(&end->error, pl_memory_kills() > 0 && end->signal == SIGKILL ? KN_ENOMEM : KN_EIO,
            end->signal == SIGKILL ? "its process was killed, as the kernel does when memory is out"
                                   : "its process was ended from outside");
}

/* True: the task waits for another try. */
static bool tries_again(pl_exec *x, pl_task *t, const pl_worker_end *end)
{
    bool ended_from_outside =
        end->value == PL_RUN_INTERRUPTED || end->value == PL_RUN_STOPPED; /* not by this process */
    if (x->stop != PL_GO_ON || t->tries >= x->options->retries ||
        !(ended_from_outside || pl_failure_is_outside(end->error.status)))
        return false;
    t->tries++;
    t->alone = end->error.status == KN_ENOMEM;
    t->state = PL_TASK_WAITING;
    char *title = t->node ? pl_plan_node_title(x->plan, &x->plan->node[t->node[0]])
                          : pl_strdup(x->plan->study->runs[t->run].label);
    pl_warn("%s: %s; tried again (%d of %d)%s", title,
            end->error.text[0] ? end->error.text : "its process was ended from outside", t->tries,
            x->options->retries, t->alone ? ", with nothing beside it" : "");
    free(title);
    return true;
}

/* Where a group fails its nodes are tried one by one: the fault then stays with its own runs. */
static kn_status shared_ended(pl_exec *x, pl_task *t, const pl_worker_end *end, kn_error *e)
{
    if (end->error.status != KN_OK && end->error.status != KN_EINTERRUPTED) {
        for (int i = 0; i < t->nodes; i++) {
            pl_plan_node *n = &x->plan->node[t->node[i]];
            if (t->nodes > 1) {
                pl_exec_add_shared(x, &t->node[i], 1);
            } else {
                n->failed = end->error.status;
                free(n->failure);
                n->failure = pl_strdup(end->error.text);
            }
        }
    }
    KN_TRY(pl_exec_look_up(x, e));
    return pl_study_use(x->plan, &x->use, e); /* more keys are known now */
}

kn_status pl_exec_task_ended(pl_exec *x, const pl_worker_end *said, kn_error *e)
{
    pl_worker_end end = *said;
    pl_task *t = &x->task[end.task];
    t->state = PL_TASK_ENDED;
    x->out->entries += end.made;
    x->waits_for_memory = false;
    pl_costs_catch_up(x->costs);
    judge_signal(&end);
    if (end.value == PL_END_NO_RESULTS) {
        kn_fail(e, end.error.status, "%s",
                end.error.text); /* e may be NULL: the first failure is told */
        return kn_prepend(
            e, "the results of %s cannot be written: ", x->plan->study->runs[t->run].label);
    }
    if (tries_again(x, t, &end))
        return KN_OK;
    if (t->node)
        return shared_ended(x, t, &end, e);
    if (x->stop != PL_GO_ON && ended_by_someone(&end))
        return pl_exec_note_run(x, t->run, PL_RUN_INTERRUPTED, &end.error, e);
    if (end.signal ||
        (end.error.status != KN_OK && end.value != PL_RUN_FAILED)) /* it wrote nothing */
        return pl_exec_fail_run(x, t->run, &end.error, e);
    return pl_exec_note_run(x, t->run, (pl_run_status)end.value, &end.error, e);
}
