/* Activations on n numbers in the first cache. */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "ops/activation/activation_impl.h"

typedef struct run {
    kn_act act;
    size_t n;
    float *z, *y, *dy, *dz;
} run;

static void forward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_act_forward(r->act, r->n, r->z, r->y);
}

static void backward(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_act_backward(r->act, r->n, r->z, r->y, r->dy, r->dz);
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    char name[16] = "";
    int end = 0;
    sscanf(problem, "%15[a-z_]/n%zu%n", name, &r->n, &end);
    for (int i = 0; end && !problem[end] && i < KN_ACT_COUNT; i++)
        if (strcmp(name, kn_act_names[i]) == 0 && r->n > 0) {
            r->act = (kn_act){(kn_act_kind)i, kn_act_default_alpha((kn_act_kind)i)};
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "\"%s\" is not like tanh/n2048", problem);
}

static kn_status verify(run *r, kn_error *e)
{
    kn_act_ref.forward(r->act, r->n, r->z, r->dz);
    forward(r, 0);
    for (size_t i = 0; i < r->n; i++)
        if (!(fabsf(r->y[i] - r->dz[i]) <= 1e-6f))
            return kn_fail(e, KN_ENUMERIC, "y[%zu] is %.9g, the reference has %.9g", i,
                           (double)r->y[i], (double)r->dz[i]);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.n = 0};
    KN_TRY(parse(problem, &r, e));
    kn_arena arena;
    kn_arena_init(&arena);
    float **all[] = {&r.z, &r.y, &r.dy, &r.dz};
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    bool ok = true;
    for (size_t a = 0; ok && a < sizeof all / sizeof *all; a++) {
        float *v = *all[a] = kn_arena_alloc(&arena, r.n, sizeof *v);
        ok = v != NULL;
        for (size_t i = 0; ok && i < r.n; i++)
            v[i] = (float)kn_rng_normal(&g);
    }
    kn_status rc = ok ? verify(&r, e) : kn_fail(e, KN_ENOMEM, "no memory for %zu numbers", r.n);
    const char *variant = kn_act_impls[kn_isa_get()]->name;
    double bytes = (double)r.n * sizeof(float);
    const bench_row rows[] = {
        {.pass = "forward", .variant = variant, .bytes = bytes, .step = forward, .context = &r},
        {.pass = "backward", .variant = variant, .bytes = bytes, .step = backward, .context = &r},
    };
    for (size_t i = 0; rc == KN_OK && i < sizeof rows / sizeof *rows; i++)
        bench_time(&rows[i]);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"relu/n2048",    "elu/n2048",  "tanh/n2048",
                                       "sigmoid/n2048", "gelu/n2048", NULL};

const bench bench_activation = {"act", "activation, e.g. tanh/n2048", problems, run_problem};
