/* One run on all cores, or one run per core: whichever measures fastest.
 *
 * The costs hold how fast runs of a class went in each company, from this study and from earlier ones. Where a class
 * of the runs to do was measured in both, the sums of the expected times decide. Where it was not, the first run gets
 * all cores and the next ones one each: then it is. */
#include "run/executor_private.h"
#include "util/log.h"

enum { LOOK_AT = 200 }; /* runs whose costs are summed */

typedef struct sums {
    int left;         /* runs to do or under way */
    bool all;         /* some class was measured on all cores */
    double all_cores; /* seconds, of runs measured in both companies */
    double one_each;
} sums;

static sums sum_up(pl_exec *x)
{
    sums s = {0, false, 0, 0};
    int threads = x->split.threads, looked = 0;
    for (int i = 0; i < x->plan->study->run_count; i++) {
        int r = x->order[i];
        if (x->fate[r] != PL_FATE_MAKE || (x->options->only && !x->options->only[r]))
            continue;
        s.left++;
        if (looked++ >= LOOK_AT)
            continue;
        const pl_run_spec *spec = &x->plan->study->runs[r].spec;
        double all = pl_costs_rate(x->costs, PL_TRAIN, spec, threads, 1);
        double each = pl_costs_rate(x->costs, PL_TRAIN, spec, 1, threads) * threads;
        s.all = s.all || all > 0;
        if (all > 0 && each > 0) {
            double work = pl_costs_work(x->costs, PL_TRAIN, spec);
            s.all_cores += work / all;
            s.one_each += work / each;
        }
    }
    return s;
}

void pl_split_choice_init(pl_exec *x)
{
    pl_split_choice *c = &x->split;
    *c = (pl_split_choice){.threads = x->options->maker.threads, .jobs = 1};
    c->fixed = c->threads == 1 || x->options->jobs > 0 || x->options->until < PL_TRAIN;
    if (x->options->jobs > 0)
        c->jobs = x->options->jobs;
}

static void decide(pl_split_choice *c, const sums *s)
{
    bool each = s->one_each < s->all_cores;
    double gain = each ? s->all_cores / s->one_each : s->one_each / s->all_cores;
    c->jobs = each ? c->threads : 1;
    c->fixed = true;
    if (each)
        pl_verbose(
            "%d runs side by side, a core each: measured %.2f times as fast as one after the "
            "other on %d cores",
            c->threads, gain, c->threads);
    else
        pl_verbose(
            "one run after the other on %d cores: measured %.2f times as fast as a core each",
            c->threads, gain);
}

void pl_split_choice_update(pl_exec *x)
{
    pl_split_choice *c = &x->split;
    if (c->fixed)
        return;
    sums s = sum_up(x);
    if (s.left <= 1)
        c->jobs = 1;
    else if (s.all_cores > 0 && s.one_each > 0)
        decide(c, &s);
    else
        c->jobs = s.all || s.left <= c->threads ? c->threads : 1;
}
