/* One grey picture to another size. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "image/resize.h"

typedef struct run {
    int sw, sh, dw, dh;
    kn_filter filter;
    kn_resize *resize;
    uint8_t *src, *dst, *want;
    void *scratch;
} run;

static void step(void *context, size_t item)
{
    run *r = context;
    (void)item;
    kn_resize_run(r->resize, r->src, (size_t)r->sw, r->dst, r->scratch);
}

static kn_status run_init(run *r, kn_arena *a, kn_error *e)
{
    size_t in = (size_t)r->sw * (size_t)r->sh, out = (size_t)r->dw * (size_t)r->dh;
    KN_TRY(kn_resize_new(r->filter, r->sw, r->sh, r->dw, r->dh, 1, &r->resize, e));
    r->src = kn_arena_alloc(a, in, 1);
    r->dst = kn_arena_alloc(a, out, 1);
    r->want = kn_arena_alloc(a, out, 1);
    r->scratch = kn_arena_alloc(a, kn_resize_scratch_bytes(r->resize), 1);
    if (!r->src || !r->dst || !r->want || !r->scratch)
        return kn_fail(e, KN_ENOMEM, "no memory for a picture of %dx%d", r->sw, r->sh);
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    for (size_t i = 0; i < in; i++)
        r->src[i] = (uint8_t)kn_rng_below(&g, 256);
    return KN_OK;
}

/* The same bytes as the scalar code gives. */
static kn_status verify(run *r, kn_error *e)
{
    size_t out = (size_t)r->dw * (size_t)r->dh;
    kn_isa isa = kn_isa_get();
    kn_isa_force(KN_ISA_SCALAR);
    step(r, 0);
    kn_isa_force(isa);
    memcpy(r->want, r->dst, out);
    memset(r->dst, 0, out);
    step(r, 0);
    for (size_t i = 0; i < out; i++)
        if (r->dst[i] != r->want[i])
            return kn_fail(e, KN_ENUMERIC, "pixel %zu is %d, the scalar code has %d", i, r->dst[i],
                           r->want[i]);
    return KN_OK;
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    char filter[16] = "";
    int end = 0;
    sscanf(problem, "%dx%dto%dx%d/%15[a-z]%n", &r->sw, &r->sh, &r->dw, &r->dh, filter, &end);
    for (int i = 0; end && !problem[end] && i < KN_FILTER_COUNT; i++)
        if (strcmp(filter, kn_filter_names[i]) == 0 && r->sw > 0 && r->sh > 0) {
            r->filter = (kn_filter)i;
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "\"%s\" is not like 178x218to50x50/linear", problem);
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.resize = NULL};
    KN_TRY(parse(problem, &r, e));
    kn_arena arena;
    kn_arena_init(&arena);
    kn_status rc = run_init(&r, &arena, e);
    if (rc == KN_OK)
        rc = verify(&r, e);
    const bench_row row = {.pass = "resize",
                           .variant = kn_isa_name(kn_isa_get()),
                           .bytes = (double)r.sw * r.sh,
                           .images = 1,
                           .step = step,
                           .context = &r};
    if (rc == KN_OK)
        bench_time(&row);
    kn_resize_free(r.resize);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"178x218to50x50/linear", "178x218to100x100/linear",
                                       "178x218to50x50/triangle", "178x218to100x100/triangle",
                                       NULL};

const bench bench_resize = {"resize", "one grey picture, e.g. 178x218to50x50/linear", problems,
                            run_problem};
