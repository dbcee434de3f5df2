/* Random changes of one training image. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "image/augment.h"

enum { IMAGES = 64 };

typedef struct run {
    kn_augment change;
    kn_shape shape;
    uint8_t *x, *y, *want;
    void *scratch;
} run;

static void step(void *context, size_t item)
{
    run *r = context;
    uint32_t image = (uint32_t)(item % IMAGES);
    kn_augment_apply(&r->change, r->shape, 1, item / IMAGES, image,
                     r->x + image * kn_shape_size(r->shape), r->y, r->scratch);
}

static kn_status run_init(run *r, kn_arena *a, kn_error *e)
{
    size_t n = kn_shape_size(r->shape);
    r->x = kn_arena_alloc(a, IMAGES * n, 1);
    r->y = kn_arena_alloc(a, n, 1);
    r->want = kn_arena_alloc(a, n, 1);
    r->scratch = kn_arena_alloc(a, kn_augment_scratch(r->shape), 1);
    if (!r->x || !r->y || !r->want || !r->scratch)
        return kn_fail(e, KN_ENOMEM, "no memory for pictures of %zu bytes", n);
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    for (size_t i = 0; i < IMAGES * n; i++)
        r->x[i] = (uint8_t)kn_rng_below(&g, 256);
    return KN_OK;
}

/* The same bytes as the scalar code gives. */
static kn_status verify(run *r, kn_error *e)
{
    size_t n = kn_shape_size(r->shape);
    kn_isa isa = kn_isa_get();
    for (size_t item = 0; item < 2 * IMAGES; item++) {
        kn_isa_force(KN_ISA_SCALAR);
        step(r, item);
        kn_isa_force(isa);
        memcpy(r->want, r->y, n);
        memset(r->y, 0, n);
        step(r, item);
        for (size_t i = 0; i < n; i++)
            if (r->y[i] != r->want[i])
                return kn_fail(e, KN_ENUMERIC, "item %zu: byte %zu is %d, the scalar code has %d",
                               item, i, r->y[i], r->want[i]);
    }
    return KN_OK;
}

/* Turns on the change of this name; false where there is none. */
static bool turn_on(const char *name, kn_augment *a)
{
    const struct {
        const char *name;
        float *value, to;
    } changes[] = {{"flip", &a->flip, 0.5f},         {"shift", &a->shift, 0.1f},
                   {"scale", &a->scale[1], 1.1f},    {"rotate", &a->rotate, 10},
                   {"crop", &a->crop, 0.8f},         {"brightness", &a->brightness, 0.1f},
                   {"contrast", &a->contrast, 0.2f}, {"gamma", &a->gamma[1], 1.25f},
                   {"noise", &a->noise, 0.05f},      {"blur", &a->blur, 1},
                   {"cutout", &a->cutout, 0.25f}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        if (strcmp(changes[i].name, name) == 0) {
            *changes[i].value = changes[i].to;
            return true;
        }
    return false;
}

static kn_status parse(const char *problem, run *r, kn_error *e)
{
    char names[128] = "";
    int end = 0;
    r->change = kn_augment_none();
    r->change.cutout_probability = 1;
    sscanf(problem, "%dx%dx%d/%127[a-z+]%n", &r->shape.w, &r->shape.h, &r->shape.c, names, &end);
    if (strcmp(names, "usual") == 0)
        strcpy(names, "flip+shift+scale+rotate+brightness+contrast");
    bool good = end && !problem[end] && r->shape.w > 0 && r->shape.h > 0 &&
                (r->shape.c == 1 || r->shape.c == 3);
    char *rest = names;
    for (char *name = strtok_r(names, "+", &rest); good && name; name = strtok_r(NULL, "+", &rest))
        good = turn_on(name, &r->change);
    if (!good)
        return kn_fail(e, KN_EUSAGE, "\"%s\" is not like 50x50x1/flip+shift", problem);
    return KN_OK;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    run r = {.x = NULL};
    KN_TRY(parse(problem, &r, e));
    kn_arena arena;
    kn_arena_init(&arena);
    kn_status rc = run_init(&r, &arena, e);
    if (rc == KN_OK)
        rc = verify(&r, e);
    const bench_row row = {.pass = "augment",
                           .variant = kn_isa_name(kn_isa_get()),
                           .bytes = (double)kn_shape_size(r.shape),
                           .images = 1,
                           .step = step,
                           .context = &r};
    if (rc == KN_OK)
        bench_time(&row);
    kn_arena_clear(&arena);
    return rc;
}

static const char *const problems[] = {"50x50x1/flip",       "50x50x1/shift",
                                       "50x50x1/flip+shift", "50x50x1/scale",
                                       "50x50x1/rotate",     "50x50x1/brightness+contrast",
                                       "50x50x1/gamma",      "50x50x1/noise",
                                       "50x50x1/blur",       "50x50x1/cutout",
                                       "50x50x1/usual",      "50x50x3/usual",
                                       "100x100x1/usual",    NULL};

const bench bench_augment = {
    "augment", "random changes of one image, e.g. 50x50x1/flip+shift or 50x50x1/usual", problems,
    run_problem};
