#include "insight/occlusion.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MIN_SHARE = 5,        /* of the shorter side: the default square */
    STEPS = 4,            /* of a default grid within a square */
    BATCH_BYTES = 1 << 24 /* of copies made at a time */
};

static const double least = 1e-7; /* of a probability, as Keras clips it */

int pl_occlusion_patch(kn_shape shape)
{
    int side = shape.h < shape.w ? shape.h : shape.w;
    return side < MIN_SHARE ? 1 : (2 * side + MIN_SHARE) / (2 * MIN_SHARE);
}

int pl_occlusion_stride(int patch)
{
    return patch < STEPS ? 1 : patch / STEPS;
}

/* Edges of the squares along a side; heap. */
static int *places(int side, int patch, int stride, int *count)
{
    int last = side - patch, n = (last + stride - 1) / stride + 1;
    int *at = malloc((size_t)n * sizeof *at);
    for (int i = 0; at && i < n; i++)
        at[i] = i * stride < last ? i * stride : last;
    *count = n;
    return at;
}

static void mean_color(const uint8_t *x, kn_shape s, uint8_t *fill)
{
    uint64_t pixels = (uint64_t)s.h * (uint64_t)s.w, sum[PL_OCCLUSION_CHANNELS] = {0};
    for (uint64_t p = 0; p < pixels; p++)
        for (int k = 0; k < s.c; k++)
            sum[k] += *x++;
    for (int k = 0; k < s.c; k++)
        fill[k] = (uint8_t)((2 * sum[k] + pixels) / (2 * pixels));
}

kn_status pl_occlusion_check(kn_shape s, int patch, int stride, kn_error *e)
{
    int side = s.h < s.w ? s.h : s.w;
    if (patch < 1 || patch > side)
        return kn_fail(e, KN_EUSAGE,
                       "a square of %d pixels does not fit into pictures of %dx%d: 1..%d do", patch,
                       s.w, s.h, side);
    if (stride < 1 || stride > patch)
        return kn_fail(e, KN_EUSAGE,
                       "a stride of %d leaves pixels that no square of %d covers: 1..%d do not",
                       stride, patch, patch);
    return KN_OK;
}

/* A copy of the picture with the square at place i. */
static void cover(const pl_occlusion *o, const uint8_t *x, size_t i, uint8_t *copy)
{
    size_t row = (size_t)o->shape.w * (size_t)o->shape.c;
    memcpy(copy, x, row * (size_t)o->shape.h);
    int left = o->x[i % (size_t)o->nx], top = o->y[i / (size_t)o->nx];
    for (int v = top; v < top + o->patch; v++) {
        uint8_t *p = copy + (size_t)v * row + (size_t)left * (size_t)o->shape.c;
        for (int u = 0; u < o->patch; u++)
            for (int k = 0; k < o->shape.c; k++)
                *p++ = o->fill[k];
    }
}

/* Room for a batch of copies, and what is asked of them. */
typedef struct asking {
    uint8_t *copy;   /* [room] pictures */
    uint32_t *index; /* [room] */
    float *p;        /* [room, targets] */
    size_t room, targets, target;
} asking;

/* Copy 0 is the picture as it is, copy i + 1 has the square at place i. */
static kn_status ask(pl_occlusion *o, kn_trainer *t, const uint8_t *x, const asking *a, kn_error *e)
{
    size_t bytes = kn_shape_size(o->shape), all = (size_t)o->nx * (size_t)o->ny + 1;
    for (size_t first = 0; first < all; first += a->room) {
        size_t n = all - first < a->room ? all - first : a->room;
        for (size_t i = 0; i < n; i++) {
            a->index[i] = (uint32_t)i;
            if (first + i == 0)
                memcpy(a->copy, x, bytes);
            else
                cover(o, x, first + i - 1, a->copy + i * bytes);
        }
        const kn_batch batch = {.x = a->copy, .index = a->index, .count = n};
        KN_TRY(kn_trainer_predict(t, &batch, a->p, NULL, e));
        for (size_t i = 0; i < n; i++)
            *(first + i == 0 ? &o->whole : &o->covered[first + i - 1]) =
                a->p[i * a->targets + a->target];
    }
    return KN_OK;
}

static kn_status make_places(pl_occlusion *o, kn_error *e)
{
    o->x = places(o->shape.w, o->patch, o->stride, &o->nx);
    o->y = places(o->shape.h, o->patch, o->stride, &o->ny);
    o->covered = malloc((size_t)o->nx * (size_t)o->ny * sizeof *o->covered);
    if (o->x && o->y && o->covered)
        return KN_OK;
    return kn_fail(e, KN_ENOMEM, "no memory for %d x %d squares", o->nx, o->ny);
}

kn_status pl_occlude(kn_trainer *t, const uint8_t *x, kn_shape shape, int targets, int target,
                     int patch, int stride, pl_occlusion *out, kn_error *e)
{
    assert(shape.c <= PL_OCCLUSION_CHANNELS);
    *out = (pl_occlusion){.shape = shape};
    out->patch = patch ? patch : pl_occlusion_patch(shape);
    out->stride = stride ? stride : pl_occlusion_stride(out->patch);
    KN_TRY(pl_occlusion_check(shape, out->patch, out->stride, e));
    mean_color(x, shape, out->fill);
    kn_status rc = make_places(out, e);
    size_t all = (size_t)out->nx * (size_t)out->ny + 1, bytes = kn_shape_size(shape);
    size_t room = BATCH_BYTES / bytes < 1 ? 1 : BATCH_BYTES / bytes;
    room = room < all ? room : all;
    uint8_t *copy = malloc(room * bytes);
    uint32_t *index = malloc(room * sizeof *index);
    float *p = malloc(room * (size_t)targets * sizeof *p);
    if (rc == KN_OK && (!copy || !index || !p))
        rc = kn_fail(e, KN_ENOMEM, "no memory for %zu copies of a picture", room);
    if (rc == KN_OK)
        rc = ask(out, t, x, &(asking){copy, index, p, room, (size_t)targets, (size_t)target}, e);
    free(copy);
    free(index);
    free(p);
    if (rc != KN_OK)
        pl_occlusion_clear(out);
    return rc;
}

void pl_occlusion_clear(pl_occlusion *o)
{
    free(o->x);
    free(o->y);
    free(o->covered);
    *o = (pl_occlusion){0};
}

/* Of class 1. */
static double log_odds(float probability)
{
    double p = (double)probability;
    p = p < least ? least : p > 1 - least ? 1 - least : p;
    return log(p / (1 - p));
}

void pl_occlusion_map(const pl_occlusion *o, int cls, float *map)
{
    int w = o->shape.w, h = o->shape.h;
    double whole = log_odds(o->whole), sign = cls ? 1.0 : -1.0;
    for (int v = 0; v < h; v++)
        for (int u = 0; u < w; u++) {
            double sum = 0.0;
            int n = 0;
            for (int j = 0; j < o->ny; j++)
                for (int i = 0; v >= o->y[j] && v < o->y[j] + o->patch && i < o->nx; i++)
                    if (u >= o->x[i] && u < o->x[i] + o->patch) {
                        sum += whole - log_odds(o->covered[j * o->nx + i]);
                        n++;
                    }
            *map++ = (float)(sign * sum / n);
        }
}

size_t pl_occlusion_strongest(const pl_occlusion *o, int cls)
{
    size_t best = 0;
    for (size_t i = 1; i < (size_t)o->nx * (size_t)o->ny; i++)
        if (cls ? o->covered[i] < o->covered[best] : o->covered[i] > o->covered[best])
            best = i;
    return best;
}
