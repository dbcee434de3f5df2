/* One recurrent layer over a shard of sequences, forward and back. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/rnn/rnn_cell.h"

typedef struct run {
    kn_rnn r;
    int mb;
    float *x, *w, *u, *b, *y, *dy, *dx, *dw, *du, *db;
    void *saved, *scratch, *packed;
} run;

static void forward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_rnn_forward(&r->r, r->mb, r->x, r->packed, r->b, r->y, r->saved, r->scratch);
}

static void inference(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_rnn_forward(&r->r, r->mb, r->x, r->packed, r->b, r->y, NULL, r->scratch);
}

static void backward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_rnn_backward(&r->r, r->mb, r->x, r->packed, r->saved, r->dy, r->dx, r->dw, r->du, r->db,
                    r->scratch);
}

static float *numbers(kn_arena *arena, size_t n, kn_rng *g)
{
    float *v = kn_arena_alloc(arena, n, sizeof *v);
    for (size_t i = 0; v && i < n; i++)
        v[i] = 0.2f * (kn_rng_uniform(g) - 0.5f);
    return v;
}

static bool run_init(run *r, kn_arena *a)
{
    size_t m = (size_t)r->mb, steps = (size_t)r->r.steps, ic = (size_t)r->r.ic,
           hc = (size_t)r->r.hc;
    size_t columns = (size_t)kn_rnn_gate_columns(&r->r);
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    r->x = numbers(a, m * steps * ic, &g);
    r->dx = numbers(a, m * steps * ic, &g);
    r->w = numbers(a, ic * columns, &g);
    r->dw = numbers(a, ic * columns, &g);
    r->u = numbers(a, hc * columns, &g);
    r->du = numbers(a, hc * columns, &g);
    r->b = numbers(a, 2 * columns, &g);
    r->db = numbers(a, 2 * columns, &g);
    r->y = numbers(a, m * steps * hc, &g);
    r->dy = numbers(a, m * steps * hc, &g);
    r->saved = kn_arena_alloc(a, kn_rnn_saved_bytes(&r->r, r->mb), 1);
    r->scratch = kn_arena_alloc(a, kn_rnn_scratch_bytes(&r->r, r->mb), 1);
    r->packed = kn_arena_alloc(a, kn_rnn_packed_bytes(&r->r), 1);
    return r->x && r->dx && r->w && r->dw && r->u && r->du && r->b && r->db && r->y && r->dy &&
           r->saved && r->scratch && r->packed;
}

/* Against the same layer by the scalar kernels. */
static kn_status verify(run *r, kn_arena *a, kn_error *e)
{
    size_t n = (size_t)r->mb * (size_t)r->r.steps;
    size_t ny = n * (size_t)r->r.hc, nx = n * (size_t)r->r.ic;
    float *y = kn_arena_alloc(a, ny, sizeof *y), *dx = kn_arena_alloc(a, nx, sizeof *dx);
    if (!y || !dx)
        return kn_fail(e, KN_ENOMEM, "no memory");
    kn_isa isa = kn_isa_get();
    kn_isa_force(KN_ISA_SCALAR);
    kn_rnn_pack(&r->r, r->w, r->u, r->packed);
    forward(r, 0);
    backward(r, 0);
    memcpy(y, r->y, ny * sizeof *y);
    memcpy(dx, r->dx, nx * sizeof *dx);
    kn_isa_force(isa);
    kn_rnn_pack(&r->r, r->w, r->u, r->packed);
    forward(r, 0);
    backward(r, 0);
    for (size_t i = 0; i < ny; i++)
        if (!(fabsf(r->y[i] - y[i]) <= 1e-5f))
            return kn_fail(e, KN_ENUMERIC, "y[%zu] is %.9g, the scalar kernels have %.9g", i,
                           (double)r->y[i], (double)y[i]);
    for (size_t i = 0; i < nx; i++)
        if (!(fabsf(r->dx[i] - dx[i]) <= 1e-5f))
            return kn_fail(e, KN_ENUMERIC, "dx[%zu] is %.9g, the scalar kernels have %.9g", i,
                           (double)r->dx[i], (double)dx[i]);
    return KN_OK;
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    char cell[8] = "";
    int end = 0;
    sscanf(problem, "%7[a-z]/mb%dsteps%dic%dhc%d%n", cell, &r->mb, &r->r.steps, &r->r.ic, &r->r.hc,
           &end);
    for (int i = 0; end && kn_rnn_cell_names[i]; i++)
        if (strcmp(cell, kn_rnn_cell_names[i]) == 0 && !problem[end] && r->mb > 0 &&
            r->r.steps > 0 && r->r.ic > 0 && r->r.hc > 0) {
            r->r.cell = (kn_rnn_cell)i;
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "\"%s\" is not like lstm/mb62steps50ic50hc128", problem);
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {0};
    KN_TRY(parse(problem, &r, e));
    kn_arena arena;
    kn_arena_init(&arena);
    kn_status rc =
        run_init(&r, &arena) ? verify(&r, &arena, e) : kn_fail(e, KN_ENOMEM, "no memory");
    double flop = 2.0 * r.mb * r.r.steps * (r.r.ic + r.r.hc) * kn_rnn_gate_columns(&r.r);
    const char *variant = kn_rnn_impls[kn_isa_get()]->name;
    const bench_row rows[] = {
        {.pass = "inference", .variant = variant, .flop = flop, .step = inference, .context = &r},
        {.pass = "forward", .variant = variant, .flop = flop, .step = forward, .context = &r},
        {.pass = "backward",
         .variant = variant,
         .flop = 2.0 * flop,
         .step = backward,
         .context = &r},
    };
    for (size_t i = 0; rc == KN_OK && i < sizeof rows / sizeof *rows; i++)
        bench_time(&rows[i]);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"lstm/mb62steps50ic50hc128", "lstm/mb62steps50ic128hc128",
                                       "gru/mb62steps50ic128hc128", "simple/mb62steps50ic128hc128",
                                       NULL};

const bench bench_rnn = {"rnn", "recurrent layer, e.g. lstm/mb62steps50ic50hc128", problems,
                         run_problem};
