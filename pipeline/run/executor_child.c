/* A task in its own process, and a run's stages one after the other. */
#include <stdlib.h>

#include "run/executor_private.h"
#include "run/live.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"

static const double SEEN_AFTER = 0.3; /* seconds: shorter work is not seen by facet status */

/* The run's entries up to `until`; the failure of a shared entry is every run's that needs it. *at:
 * where it ended. */
static kn_status make_entries(pl_exec *x, int r, const pl_node_tools *tools, pl_stage_id *at,
                              kn_error *e)
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
            KN_TRY(pl_make_nodes(p, &node, 1, tools, &x->out->entries, e));
    }
    return KN_OK;
}

static pl_run_status status_of(const pl_exec *x, kn_status rc)
{
    if (rc == KN_OK)
        return PL_RUN_DONE;
    if (rc == KN_EPAUSED)
        return PL_RUN_PENDING;
    if (rc != KN_EINTERRUPTED)
        return PL_RUN_FAILED;
    return x->deadline > 0 && pl_now() >= x->deadline ? PL_RUN_STOPPED : PL_RUN_INTERRUPTED;
}

kn_status pl_exec_make_run(pl_exec *x, int r, const pl_node_tools *tools, pl_run_status *status,
                           kn_error *failure, kn_error *e)
{
    pl_plan *p = x->plan;
    pl_stage_id at = PL_INGEST;
    if (x->whole)
        pl_live_begin(p->study_dir, p->run[r].id, SEEN_AFTER);
    kn_status rc = make_entries(x, r, tools, &at, failure);
    *status = status_of(x, rc);
    pl_live_end();
    if (!x->whole)
        return KN_OK;
    char *work = rc == KN_OK ? NULL : pl_node_work_dir(p, &p->node[p->run[r].node[at]]);
    pl_run_outcome outcome = {.study = p->study,
                              .run = r,
                              .id = p->run[r].id,
                              .stages = p->stages,
                              .status = *status,
                              .work = work,
                              .maker = x->options->maker};
    outcome.maker.threads = kn_pool_size(tools->pool);
    if (*status == PL_RUN_FAILED) {
        outcome.error = failure->text;
        outcome.outside = pl_failure_is_outside(rc);
    }
    if (*status == PL_RUN_STOPPED)
        outcome.reason = "the time limit";
    for (int s = 0; s < PL_STAGE_COUNT; s++) {
        const pl_plan_node *n = &p->node[p->run[r].node[s]];
        outcome.entry[s] = n->state == PL_NODE_HIT ? &n->entry : NULL;
    }
    rc = pl_results_write_run(p->study_dir, &outcome, e);
    if (rc == KN_OK && tools->profile) {
        char *dir = pl_format("%s/runs/%s", p->study_dir, p->run[r].id);
        rc = pl_profile_write(tools->profile, dir, e);
        free(dir);
    }
    free(work);
    return rc;
}

void pl_exec_child(void *exec, int task, pl_worker_end *end)
{
    pl_exec *x = exec;
    const pl_task *t = &x->task[task];
    pl_node_tools tools = {.costs = x->costs,
                           .threads = t->threads,
                           .jobs = x->split.jobs,
                           .epoch_limit = x->epoch_limit};
    kn_error e = {KN_OK, ""};
    end->value = PL_RUN_FAILED;
    x->out->entries = 0;
    kn_status rc = kn_pool_new(t->threads, &tools.pool, &e);
    if (rc != KN_OK) {
        end->error = e;
    } else if (t->node) {
        const pl_plan_node *n = &x->plan->node[t->node[0]];
        char *name = pl_format("%s-%.12s", x->plan->stages[n->stage]->name, n->key.hex);
        pl_live_begin(x->plan->study_dir, name, SEEN_AFTER);
        rc = pl_make_nodes(x->plan, t->node, t->nodes, &tools, &x->out->entries, &end->error);
        pl_live_end();
        free(name);
        end->value = rc == KN_OK ? PL_RUN_DONE : PL_RUN_FAILED;
    } else {
        pl_run_status status = PL_RUN_FAILED;
        rc = pl_exec_make_run(x, t->run, &tools, &status, &end->error, &e);
        end->value = (int)status;
        end->error.status = status == PL_RUN_FAILED ? end->error.status : KN_OK;
        if (rc != KN_OK) {
            end->value = PL_END_NO_RESULTS;
            end->error = e;
        }
    }
    end->made = x->out->entries;
    kn_pool_free(tools.pool);
}
