#include "run/cost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "run/cost_log.h"
#include "run/cost_work.h"
#include "run/run_key.h"

enum {
    MAX_BYTES = 1 << 20, /* of times.tsv: about 10,000 lines, read in 10 ms */
    KEPT_LINES = 4000,   /* when it is shortened */
};

static const double KEEP = 0.7; /* weight of what was known when the same work is measured again */
static const double BLEND = 0.95;       /* the same for a mean over different works */
static const double THREAD_GAIN = 0.85; /* speed grows as cores^0.85 where it was not measured */

/* A mean of logarithms of rates, the newest weighted most; and the most memory seen. */
typedef struct cell {
    double sum, weight, bytes;
} cell;

/* What a cell is a mean over. Rates of all but EXACT are those of one core. */
typedef enum level { EXACT, BY_CLASS, BY_KIND, BY_STAGE, MEMORY, MEMORY_ANY } level;

struct pl_costs {
    pl_cost_log log;
    pl_work_book book;
    pl_hash_index by_key;
    cell *cell;
    int cells;
    uint64_t machine;
    int cores;
};

/* The arithmetic's speed is the processor's and the instruction set's. */
static uint64_t this_machine(void)
{
    char cpu[128];
    kn_cpu_model(cpu, sizeof cpu);
    uint64_t h = pl_hash_text(PL_HASH_START, cpu);
    h = pl_hash_number(h, kn_cpu_count());
    return pl_hash_text(h, pl_numeric_identity(KN_PRECISION_F32));
}

static uint64_t key_of(level l, pl_stage_id stage, uint64_t what, uint64_t machine, int threads,
                       int jobs)
{
    const int64_t part[] = {(int64_t)l,       (int64_t)stage,   (int64_t)what,
                            (int64_t)machine, (int64_t)threads, (int64_t)jobs};
    uint64_t h = PL_HASH_START;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        h = pl_hash_number(h, part[i]);
    return h;
}

static uint64_t level_key(const pl_costs *c, level l, const pl_cost_line *x)
{
    switch (l) {
    case EXACT:
        return key_of(l, x->stage, x->work_class, c->machine, x->threads, x->jobs);
    case MEMORY:
        return key_of(l, x->stage, x->work_class, 0, x->threads, 0);
    case BY_KIND:
        return key_of(l, x->stage, pl_hash_text(PL_HASH_START, x->kind), 0, 0, 0);
    case BY_STAGE:
        return key_of(l, x->stage, 0, 0, 0, 0);
    default:
        return key_of(l, x->stage, x->work_class, 0, 0, 0);
    }
}

static const cell *find(const pl_costs *c, level l, const pl_cost_line *x)
{
    int at = pl_hash_index_get(&c->by_key, level_key(c, l, x));
    return at < 0 ? NULL : &c->cell[at];
}

static cell *place(pl_costs *c, level l, const pl_cost_line *x)
{
    uint64_t key = level_key(c, l, x);
    int at = pl_hash_index_get(&c->by_key, key);
    if (at >= 0)
        return &c->cell[at];
    if ((c->cells & (c->cells - 1)) == 0) {
        c->cell = realloc(c->cell, (size_t)(c->cells ? 2 * c->cells : 1) * sizeof *c->cell);
        if (!c->cell)
            abort();
    }
    pl_hash_index_put(&c->by_key, key, c->cells);
    c->cell[c->cells] = (cell){0, 0, 0};
    return &c->cell[c->cells++];
}

/* How much faster than on one core a job is in this company: the cores it gets when all have an
 * equal share, at less than full gain. */
static double speedup(const pl_costs *c, int threads, int jobs)
{
    double share = (double)c->cores / jobs;
    double cores = threads < share ? threads : share;
    return cores > 1 ? pow(cores, THREAD_GAIN) : cores;
}

static void learn_rate(cell *at, double rate, double keep)
{
    at->sum = keep * at->sum + log(rate);
    at->weight = keep * at->weight + 1;
}

static void learn(void *context, const pl_cost_line *x)
{
    pl_costs *c = context;
    if (x->bytes > 0) {
        cell *with = place(c, MEMORY, x);
        with->bytes = x->bytes > with->bytes ? x->bytes : with->bytes;
        cell *any = place(c, MEMORY_ANY, x);
        any->bytes = x->bytes > any->bytes ? x->bytes : any->bytes;
    }
    if (!(x->work > 0) || !(x->seconds > 0))
        return;
    double rate = x->work / x->seconds, of_core = rate / speedup(c, x->threads, x->jobs);
    if (x->machine == c->machine)
        learn_rate(place(c, EXACT, x), rate, KEEP);
    learn_rate(place(c, BY_CLASS, x), of_core, KEEP);
    learn_rate(place(c, BY_KIND, x), of_core, BLEND);
    learn_rate(place(c, BY_STAGE, x), of_core, BLEND);
}

static void forget(void *context)
{
    pl_costs *c = context;
    pl_hash_index_clear(&c->by_key);
    c->cells = 0; /* the array is grown anew from here */
    free(c->cell);
    c->cell = NULL;
}

void pl_costs_catch_up(pl_costs *c)
{
    pl_cost_log_read(&c->log, &(pl_cost_reader){c, learn, forget});
}

kn_status pl_costs_open(const char *cache_dir, pl_costs **out, kn_error *e)
{
    pl_costs *c = calloc(1, sizeof *c);
    *out = c;
    if (!c)
        return kn_fail(e, KN_ENOMEM, "no memory for the times of earlier work");
    c->machine = this_machine();
    c->cores = kn_cpu_count();
    pl_cost_log_init(&c->log, cache_dir);
    pl_cost_log_compact(&c->log, MAX_BYTES, KEPT_LINES);
    pl_costs_catch_up(c);
    return KN_OK;
}

void pl_costs_free(pl_costs *c)
{
    if (!c)
        return;
    pl_cost_log_clear(&c->log);
    pl_work_book_clear(&c->book);
    forget(c);
    free(c);
}

double pl_costs_work(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec)
{
    return pl_work_amount(&c->book, stage, spec);
}

double pl_costs_images(pl_costs *c, const pl_data_spec *data)
{
    return pl_work_images(&c->book, data);
}

double pl_costs_params(pl_costs *c, const pl_run_spec *spec)
{
    return pl_work_params(&c->book, spec);
}

static pl_cost_line question(pl_stage_id stage, const pl_run_spec *spec, int threads, int jobs)
{
    pl_cost_line x = {.stage = stage,
                      .work_class = pl_work_class(stage, spec),
                      .threads = threads > 1 ? threads : 1,
                      .jobs = jobs > 1 ? jobs : 1};
    strncpy(x.kind, pl_work_kind(stage, spec), sizeof x.kind - 1);
    return x;
}

static double rate_of(const cell *at)
{
    return at && at->weight > 0 ? exp(at->sum / at->weight) : 0;
}

double pl_costs_rate(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads, int jobs)
{
    pl_cost_line x = question(stage, spec, threads, jobs);
    return rate_of(find(c, EXACT, &x));
}

/* Of one core, from one look at a machine of 2024: only the order of things comes from these. */
static double guessed_rate(pl_stage_id stage)
{
    static const double rate[PL_STAGE_COUNT] = {2.5e7, 1e6, 2e10, 6e10};
    return rate[stage];
}

double pl_costs_seconds(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads,
                        int jobs, pl_cost_basis *basis)
{
    static const double ENTRY = 1e-2, LEAST = 1e-6; /* an entry has files; above 0 */
    static const level scaled[] = {BY_CLASS, BY_KIND, BY_STAGE};
    pl_cost_line x = question(stage, spec, threads, jobs);
    pl_cost_basis how = PL_COST_MEASURED;
    double rate = rate_of(find(c, EXACT, &x));
    for (size_t i = 0; rate <= 0 && i < sizeof scaled / sizeof *scaled; i++) {
        rate = rate_of(find(c, scaled[i], &x)) * speedup(c, x.threads, x.jobs);
        how = PL_COST_SCALED;
    }
    if (rate <= 0) {
        rate = guessed_rate(stage) * speedup(c, x.threads, x.jobs);
        how = PL_COST_GUESSED;
    }
    if (basis)
        *basis = how;
    double seconds = pl_costs_work(c, stage, spec) / rate + (how == PL_COST_GUESSED ? ENTRY : 0);
    return seconds > LEAST ? seconds : LEAST;
}

double pl_costs_memory(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads)
{
    pl_cost_line x = question(stage, spec, threads, 1);
    const cell *with = find(c, MEMORY, &x), *any = find(c, MEMORY_ANY, &x);
    return with ? with->bytes : any ? any->bytes : 0;
}

void pl_costs_note(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads, int jobs,
                   double seconds, double bytes)
{
    pl_cost_line x = question(stage, spec, threads, jobs);
    x.machine = c->machine;
    x.work = pl_costs_work(c, stage, spec);
    x.seconds = seconds;
    x.bytes = bytes;
    if (pl_cost_log_append(&c->log, &x))
        pl_costs_catch_up(c);
    else
        learn(c, &x);
}
