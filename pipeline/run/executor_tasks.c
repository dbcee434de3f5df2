/* The work as tasks, and which of them can start. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "run/executor_private.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/free_memory.h"

/* A task that was just started has not taken its memory yet. */
static const double GROWING_SECONDS = 10;

/* The program with its libraries and buffers, without a net. */
static const double BASE_BYTES = 64e6, LITTLE_BYTES = 16e6;

void pl_exec_add_shared(pl_exec *x, const int *nodes, int count)
{
    assert(x->shared < x->first_run);
    pl_task *t = &x->task[x->shared++];
    *t = (pl_task){.run = x->plan->node[nodes[0]].run, .nodes = count};
    t->node = malloc((size_t)count * sizeof *t->node);
    if (!t->node)
        abort();
    memcpy(t->node, nodes, (size_t)count * sizeof *nodes);
}

static bool is_wanted(const pl_exec *x, int node)
{
    const pl_plan *p = x->plan;
    if (!x->options->only)
        return p->node[node].todo > 0;
    for (int r = 0; r < p->study->run_count; r++)
        if (x->options->only[r] && !p->run[r].done && p->run[r].node[p->node[node].stage] == node)
            return true;
    return false;
}

/* Nodes of a joint stage with equal sources go together. */
static void group_nodes(pl_exec *x, pl_stage_id stage, int *group)
{
    const pl_plan *p = x->plan;
    bool *taken = calloc((size_t)p->node_count + 1, sizeof *taken);
    if (!taken)
        abort();
    for (int i = 0; i < p->node_count; i++) {
        const pl_plan_node *n = &p->node[i];
        bool make = n->state == PL_NODE_MISS || n->state == PL_NODE_UNKNOWN;
        if (n->stage != stage || taken[i] || !make || !is_wanted(x, i))
            continue;
        int count = 0;
        const json_t *sources = json_object_get(n->parts, "sources");
        for (int k = i; k < (p->stages[stage]->joint ? p->node_count : i + 1); k++) {
            const pl_plan_node *other = &p->node[k];
            if (k == i || (other->stage == stage && other->state == PL_NODE_MISS && !taken[k] &&
                           is_wanted(x, k) &&
                           json_equal(sources, json_object_get(other->parts, "sources")))) {
                group[count++] = k;
                taken[k] = true;
            }
        }
        pl_exec_add_shared(x, group, count);
    }
    free(taken);
}

kn_status pl_exec_plan_tasks(pl_exec *x, kn_error *e)
{
    const pl_plan *p = x->plan;
    int runs = p->study->run_count;
    int *group = calloc((size_t)p->node_count + 1, sizeof *group);
    for (int i = 0; i < p->node_count; i++)
        x->first_run += 2 * (p->node[i].stage <= PL_SPLIT);
    x->tasks = x->first_run + runs;
    x->task = calloc((size_t)x->tasks + 1, sizeof *x->task);
    x->order = calloc((size_t)runs + 1, sizeof *x->order);
    if (!group || !x->task || !x->order) {
        free(group);
        return kn_fail(e, KN_ENOMEM, "no memory for the tasks of %d runs", runs);
    }
    for (int s = PL_INGEST; s <= PL_SPLIT && s <= (int)x->options->until; s++)
        group_nodes(x, (pl_stage_id)s, group);
    free(group);
    for (int r = 0; r < runs; r++)
        x->task[x->first_run + r] = (pl_task){.run = r};
    return KN_OK;
}

void pl_exec_free_tasks(pl_exec *x)
{
    for (int i = 0; x->task && i < x->shared; i++)
        free(x->task[i].node);
    free(x->task);
    free(x->order);
}

double pl_exec_run_seconds(pl_exec *x, int r, int threads, int jobs)
{
    const pl_run_spec *spec = &x->plan->study->runs[r].spec;
    double seconds = 0;
    for (int s = PL_TRAIN; s <= (int)x->options->until; s++)
        if (x->plan->node[x->plan->run[r].node[s]].state != PL_NODE_HIT)
            seconds += pl_costs_seconds(x->costs, (pl_stage_id)s, spec, threads, jobs, NULL);
    return seconds;
}

kn_status pl_exec_look_up(pl_exec *x, kn_error *e)
{
    pl_plan *p = x->plan;
    for (int i = 0; i < p->node_count; i++)
        if (p->node[i].stage <= PL_SPLIT && p->node[i].state != PL_NODE_HIT &&
            p->node[i].state != PL_NODE_SPARED && !p->node[i].failed)
            KN_TRY(pl_plan_look_up(p, i, e));
    return KN_OK;
}

/* Whether what the task reads is there; *failed: the node that could not be made. */
typedef enum readiness { READY, WAITS, CANNOT } readiness;

static readiness inputs_of(const pl_exec *x, const pl_task *t, int *failed)
{
    const pl_plan *p = x->plan;
    readiness all = READY;
    for (int s = PL_INGEST; s <= PL_SPLIT && s <= (int)x->options->until; s++) {
        int node = p->run[t->run].node[s];
        if (t->node && s >= (int)p->node[t->node[0]].stage)
            break;
        if (p->node[node].failed) {
            *failed = node;
            return CANNOT;
        }
        if (p->node[node].state != PL_NODE_HIT)
            all = WAITS;
    }
    return all;
}

/* Another process of this study makes the same training entry just now. */
static bool twin_runs(const pl_exec *x, const pl_task *t)
{
    if (t->node || x->options->until < PL_TRAIN)
        return false;
    for (int i = x->first_run; i < x->tasks; i++)
        if (x->task[i].state == PL_TASK_RUNNING &&
            x->plan->run[x->task[i].run].node[PL_TRAIN] == x->plan->run[t->run].node[PL_TRAIN])
            return true;
    return false;
}

static bool is_to_do(const pl_exec *x, const pl_task *t)
{
    if (t->state != PL_TASK_WAITING)
        return false;
    if (t->node)
        return true;
    return x->fate[t->run] == PL_FATE_MAKE && x->options->until > PL_SPLIT &&
           (!x->options->only || x->options->only[t->run]);
}

static int threads_running(const pl_exec *x)
{
    int threads = 0;
    for (int i = 0; i < x->tasks; i++)
        threads += x->task[i].state == PL_TASK_RUNNING ? x->task[i].threads : 0;
    return threads;
}

static double expected_bytes(pl_exec *x, const pl_task *t, int threads)
{
    const pl_plan *p = x->plan;
    const pl_run_spec *spec = &p->study->runs[t->run].spec;
    pl_stage_id stage = t->node ? p->node[t->node[0]].stage : PL_TRAIN;
    double seen = pl_costs_memory(x->costs, stage, spec, threads);
    if (seen > 0)
        return seen;
    double (*bytes)(const pl_run_spec *, int) = p->stages[stage]->bytes;
    return BASE_BYTES + (bytes ? bytes(spec, threads) : LITTLE_BYTES * threads);
}

/* Whether the machine has the memory for it beside what runs. Alone, a task is always tried. */
static bool has_memory(pl_exec *x, pl_task *t, int threads)
{
    t->bytes = expected_bytes(x, t, threads);
    if (pl_workers_busy(x->workers) == 0)
        return true;
    if (t->alone)
        return false;
    double left = pl_memory_free(), now = pl_now();
    if (left < 0)
        return true;
    for (int i = 0; i < x->tasks; i++)
        if (x->task[i].state == PL_TASK_RUNNING && now - x->task[i].began < GROWING_SECONDS)
            left -= x->task[i].bytes;
    if (left >= t->bytes)
        return true;
    if (!x->waits_for_memory) {
        char need[48], have[48];
        pl_info("%d run%s side by side fill the memory: another needs about %s, %s are free",
                pl_workers_busy(x->workers), pl_workers_busy(x->workers) == 1 ? "" : "s",
                pl_human_bytes(t->bytes, need, sizeof need),
                pl_human_bytes(left > 0 ? left : 0, have, sizeof have));
        x->waits_for_memory = true;
    }
    return false;
}

/* The next task that can start, by the order; *more counts those that could start besides. */
static pl_task *next_ready(pl_exec *x, int *more, kn_error *e, kn_status *rc)
{
    pl_task *first = NULL;
    *more = 0;
    int tasks = x->shared + x->plan->study->run_count;
    for (int i = 0; i < tasks && *more < x->split.jobs; i++) {
        pl_task *t = &x->task[i < x->shared ? i : x->first_run + x->order[i - x->shared]];
        int failed = -1;
        if (!is_to_do(x, t))
            continue;
        readiness ready = inputs_of(x, t, &failed);
        if (ready == CANNOT && t->node) {
            for (int k = 0; k < t->nodes; k++) { /* what needs it fails by the same */
                pl_plan_node *n = &x->plan->node[t->node[k]];
                n->failed = x->plan->node[failed].failed;
                free(n->failure);
                n->failure = pl_strdup(x->plan->node[failed].failure);
            }
            t->state = PL_TASK_ENDED;
        } else if (ready == CANNOT) {
            kn_error why;
            kn_fail(&why, x->plan->node[failed].failed, "%s", x->plan->node[failed].failure);
            t->state = PL_TASK_ENDED;
            *rc = pl_exec_fail_run(x, t->run, &why, e);
            if (*rc != KN_OK || x->stop != PL_GO_ON)
                return NULL;
        } else if (ready == READY && !twin_runs(x, t)) {
            if (!first)
                first = t;
            else
                (*more)++;
        }
    }
    return first;
}

kn_status pl_exec_start_ready(pl_exec *x, kn_error *e)
{
    kn_status rc = KN_OK;
    for (;;) {
        int more = 0;
        pl_split_choice_update(x);
        int slots = x->split.jobs - pl_workers_busy(x->workers);
        pl_task *t = slots > 0 && x->stop == PL_GO_ON ? next_ready(x, &more, e, &rc) : NULL;
        if (rc != KN_OK || !t)
            return rc;
        int left = x->split.threads - threads_running(x),
            share = more + 1 < slots ? more + 1 : slots;
        int threads = left / share > 1 ? left / share : 1;
        if (!has_memory(x, t, threads))
            return KN_OK;
        t->threads = threads;
        t->began = pl_now();
        t->state = PL_TASK_RUNNING;
        KN_TRY(pl_workers_start(x->workers, (int)(t - x->task), x->split.jobs > 1, pl_exec_child, x,
                                e));
    }
}
