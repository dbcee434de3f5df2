#include "run/plan_expect.h"

#include <stdlib.h>

enum {
    ARRAYS = 60,     /* bytes an image takes beside its pixels: label, attributes, name */
    PREDICTION = 35, /* bytes of a line of predictions.csv */
    SMALL_FILES = 8192
}; /* of an entry or a run: metrics, epochs, logs, manifest */

/* A trainer's state as a checkpoint keeps it: weights, two moments, the best weights; written beside
 * the one before. A fit by lbfgs keeps none. */
static double checkpoint_bytes(const pl_run_spec *spec, double block)
{
    bool lbfgs = spec->model.type == PL_MODEL_LOGREG && spec->model.solver == PL_SOLVER_LBFGS;
    return lbfgs ? 0 : 2 * 4 * block;
}

static bool is_to_make(const pl_plan_node *n)
{
    return n->state == PL_NODE_MISS || n->state == PL_NODE_UNKNOWN;
}

static bool is_to_run(const pl_plan_run *run)
{
    return !run->done && !run->left_failed && !run->left_halted;
}

/* The nodes that runs which are not left alone need. Heap. */
static bool *needed_nodes(const pl_plan *p, pl_stage_id until)
{
    bool *needed = calloc((size_t)p->node_count + 1, sizeof *needed);
    if (!needed)
        abort();
    for (int r = 0; r < p->study->run_count; r++)
        for (int s = 0; s <= (int)until && is_to_run(&p->run[r]); s++) {
            int at = p->run[r].node[s];
            needed[at] = is_to_make(&p->node[at]);
        }
    return needed;
}

static double work(const pl_plan *p, pl_costs *costs, int node, int threads, int jobs,
                   pl_expectation *x)
{
    const pl_plan_node *n = &p->node[node];
    pl_cost_basis basis;
    double seconds =
        pl_costs_seconds(costs, n->stage, &p->study->runs[n->run].spec, threads, jobs, &basis);
    x->works[basis]++;
    x->work_seconds[basis] += seconds;
    return seconds;
}

/* Seconds of the shared stages, which go one after the other on all threads. */
static double shared_seconds(const pl_plan *p, pl_costs *costs, const bool *needed, int threads,
                             pl_expectation *x)
{
    double seconds = 0;
    for (int i = 0; i < p->node_count; i++)
        if (needed[i] && p->node[i].stage < PL_TRAIN)
            seconds += work(p, costs, i, threads, 1, x);
    return seconds;
}

/* Seconds until the last run ends; each starts on the job that is free first, and a node that several
 * runs need is made by the first of them. */
static double run_seconds(const pl_plan *p, pl_costs *costs, bool *needed, pl_expectation *x)
{
    double *busy = calloc((size_t)x->jobs, sizeof *busy), last = 0;
    if (!busy)
        abort();
    for (int r = 0; r < p->study->run_count; r++) {
        double seconds = 0;
        for (int s = PL_TRAIN; s < PL_STAGE_COUNT; s++) {
            int at = p->run[r].node[s];
            if (needed[at] && is_to_run(&p->run[r]))
                seconds += work(p, costs, at, x->threads, x->jobs, x);
            needed[at] = false;
        }
        if (seconds <= 0)
            continue;
        int free_first = 0;
        for (int j = 1; j < x->jobs; j++)
            free_first = busy[j] < busy[free_first] ? j : free_first;
        busy[free_first] += seconds;
        last = busy[free_first] > last ? busy[free_first] : last;
    }
    free(busy);
    return last;
}

static pl_expectation expect_time(const pl_plan *p, pl_costs *costs, pl_stage_id until, int threads,
                                  int jobs)
{
    bool *needed = needed_nodes(p, until);
    pl_expectation x = {.jobs = jobs, .threads = threads / jobs > 1 ? threads / jobs : 1};
    x.seconds = shared_seconds(p, costs, needed, threads, &x);
    x.seconds += run_seconds(p, costs, needed, &x);
    free(needed);
    return x;
}

/* The share of the images that predictions.csv lists: all but those of training. */
static double predicted(const pl_run_spec *spec)
{
    static const double OFFICIAL = 0.2; /* CelebA's partition */
    return spec->split.method == PL_SPLIT_OFFICIAL ? OFFICIAL : 1 - spec->split.ratios[0];
}

/* Rows of predictions.csv for an image: `all` counts as most tables have it. */
static double rows_an_image(const pl_run_spec *spec)
{
    static const double CELEBA = 40;
    return spec->data.target.count ? spec->data.target.count : CELEBA;
}

static void expect_disk(const pl_plan *p, pl_costs *costs, pl_stage_id until, pl_expectation *x)
{
    bool *needed = needed_nodes(p, until);
    double largest = 0;
    for (int i = 0; i < p->node_count; i++) {
        const pl_run_spec *spec = &p->study->runs[p->node[i].run].spec;
        double images = pl_costs_images(costs, &spec->data), bytes = SMALL_FILES;
        if (!needed[i])
            continue;
        switch (p->node[i].stage) {
        case PL_INGEST:
            bytes += images *
                     ((double)spec->data.width * spec->data.height * spec->data.channels + ARRAYS);
            break;
        case PL_TRAIN: {
            double block = 4 * pl_costs_params(costs, spec);
            double state = checkpoint_bytes(spec, block);
            bytes += block;
            largest = state > largest ? state : largest;
            break;
        }
        case PL_EVALUATE:
            bytes += images * predicted(spec) * rows_an_image(spec) * PREDICTION;
            break;
        default:
            bytes += 4 * images;
        }
        x->cache_bytes += bytes;
    }
    for (int r = 0; r < p->study->run_count && until == PL_STAGE_COUNT - 1; r++) {
        const pl_run_spec *spec = &p->study->runs[r].spec;
        if (is_to_run(&p->run[r]))
            x->result_bytes += SMALL_FILES + 4 * pl_costs_params(costs, spec) +
                               pl_costs_images(costs, &spec->data) * predicted(spec) *
                                   rows_an_image(spec) * PREDICTION;
    }
    x->checkpoint_bytes = largest * x->jobs;
    free(needed);
}

pl_expectation pl_plan_expect(const pl_plan *p, pl_costs *costs, pl_stage_id until, int threads,
                              int jobs)
{
    threads = threads > 1 ? threads : 1;
    pl_expectation x = expect_time(p, costs, until, threads, jobs > 0 ? jobs : 1);
    if (jobs <= 0 && threads > 1) {
        pl_expectation each = expect_time(p, costs, until, threads, threads);
        x = each.seconds < x.seconds ? each : x;
    }
    expect_disk(p, costs, until, &x);
    return x;
}

double pl_expectation_measured(const pl_expectation *x)
{
    double all = 0;
    for (int i = 0; i < 3; i++)
        all += x->work_seconds[i];
    return all > 0 ? x->work_seconds[PL_COST_MEASURED] / all : 0;
}
