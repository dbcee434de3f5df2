#include "nn/profile.h"

#include <stdlib.h>
#include <time.h>

enum { LAYER_PARTS = KN_PART_COUNT - KN_PART_PREPARE };

struct kn_profile {
    kn_arena arena;
    const kn_net *net;
    int workers, laps; /* laps of one worker */
    kn_lap **lap;      /* by worker, blocks of their own cache lines */
    uint64_t steps, images, nanoseconds;
};

kn_status kn_profile_new(const kn_net *net, int workers, kn_profile **out, kn_error *e)
{
    *out = NULL;
    kn_profile *p = calloc(1, sizeof *p);
    if (!p)
        return kn_fail(e, KN_ENOMEM, "no memory for a profile");
    kn_arena_init(&p->arena);
    p->net = net;
    p->workers = workers;
    p->laps = KN_PART_PREPARE + LAYER_PARTS * kn_net_layer_count(net);
    p->lap = kn_arena_alloc(&p->arena, (size_t)workers, sizeof *p->lap);
    for (int w = 0; p->lap && w < workers; w++)
        if (!(p->lap[w] = kn_arena_alloc(&p->arena, (size_t)p->laps, sizeof **p->lap)))
            p->lap = NULL;
    if (!p->lap) {
        kn_profile_free(p);
        return kn_fail(e, KN_ENOMEM, "no memory for a profile of %d workers", workers);
    }
    *out = p;
    return KN_OK;
}

void kn_profile_free(kn_profile *p)
{
    if (!p)
        return;
    kn_arena_clear(&p->arena);
    free(p);
}

kn_lap *kn_profile_laps(kn_profile *p, int worker)
{
    return p ? p->lap[worker] : NULL;
}

void kn_profile_add_step(kn_profile *p, size_t images, uint64_t nanoseconds)
{
    if (!p)
        return;
    p->steps++;
    p->images += images;
    p->nanoseconds += nanoseconds;
}

uint64_t kn_profile_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static kn_lap lap_sum(const kn_profile *p, int lap)
{
    kn_lap sum = {0};
    for (int w = 0; w < p->workers; w++) {
        sum.calls += p->lap[w][lap].calls;
        sum.images += p->lap[w][lap].images;
        sum.nanoseconds += p->lap[w][lap].nanoseconds;
    }
    return sum;
}

/* Whether a layer before this one learns: only then is the gradient of its input made. */
static bool learns_before(const kn_net *net, int layer)
{
    for (int i = 0; i < layer; i++)
        if (kn_net_layer(net, i)->tensors > 0)
            return true;
    return false;
}

/* FLOP of one image. */
static double flop_of(const kn_net *net, kn_part part, int layer)
{
    const kn_layer *l = kn_net_layer(net, layer);
    double flop = l->kind->macs ? 2.0 * l->kind->macs(l) : 0.0;
    switch (part) {
    case KN_PART_FORWARD:
    case KN_PART_BATCH_GRAD:
        return flop;
    case KN_PART_BACKWARD:
        return flop * ((l->tensors > 0 && l->batch_blocks == 0) + learns_before(net, layer));
    default:
        return 0.0;
    }
}

static kn_profile_row row_of(const kn_profile *p, kn_part part, int layer)
{
    static const char *const names[KN_PART_COUNT] = {"pixels",  "loss",     "update",    "prepare",
                                                     "forward", "backward", "batch grad"};
    bool has_layer = part >= KN_PART_PREPARE;
    kn_lap sum =
        lap_sum(p, has_layer ? KN_PART_PREPARE + LAYER_PARTS * layer + (int)(part - KN_PART_PREPARE)
                             : (int)part);
    return (kn_profile_row){
        .layer = has_layer ? kn_net_layer(p->net, layer)->name : "",
        .part = names[part],
        .calls = sum.calls,
        .seconds = 1e-9 * (double)sum.nanoseconds,
        .flop = has_layer ? flop_of(p->net, part, layer) * (double)sum.images : 0.0,
    };
}

/* What the workers did not spend in any lap. */
static kn_profile_row waiting_row(const kn_profile *p)
{
    uint64_t busy = 0;
    for (int i = 0; i < p->laps; i++)
        busy += lap_sum(p, i).nanoseconds;
    double rest = (double)p->nanoseconds * p->workers - (double)busy;
    return (kn_profile_row){
        .layer = "", .part = "waiting", .calls = p->steps, .seconds = rest > 0 ? 1e-9 * rest : 0};
}

/* A walk over the rows in the order of a step, up to row number `left`. */
typedef struct walk {
    int left;
    kn_profile_row row;
} walk;

static bool see(walk *w, kn_profile_row row)
{
    if (row.calls == 0)
        return false;
    w->row = row;
    return w->left-- == 0;
}

static bool see_layers(const kn_profile *p, kn_part part, bool from_last, walk *w)
{
    int n = kn_net_layer_count(p->net);
    for (int i = 0; i < n; i++)
        if (see(w, row_of(p, part, from_last ? n - 1 - i : i)))
            return true;
    return false;
}

static bool walk_rows(const kn_profile *p, walk *w)
{
    return see_layers(p, KN_PART_PREPARE, false, w) || see(w, row_of(p, KN_PART_PIXELS, 0)) ||
           see_layers(p, KN_PART_FORWARD, false, w) || see(w, row_of(p, KN_PART_LOSS, 0)) ||
           see_layers(p, KN_PART_BACKWARD, true, w) ||
           see_layers(p, KN_PART_BATCH_GRAD, false, w) || see(w, row_of(p, KN_PART_UPDATE, 0)) ||
           see(w, waiting_row(p));
}

int kn_profile_rows(const kn_profile *p)
{
    walk w = {.left = INT32_MAX};
    walk_rows(p, &w);
    return INT32_MAX - w.left;
}

kn_profile_row kn_profile_get(const kn_profile *p, int row)
{
    walk w = {.left = row};
    walk_rows(p, &w);
    return w.row;
}

kn_profile_sum kn_profile_total(const kn_profile *p)
{
    kn_profile_sum sum = {.workers = p->workers,
                          .steps = p->steps,
                          .images = p->images,
                          .seconds = 1e-9 * (double)p->nanoseconds};
    for (int i = 0; i < kn_profile_rows(p); i++)
        sum.flop += kn_profile_get(p, i).flop;
    return sum;
}
