#include "ops/conv2d/conv2d_bf16_plan.h"

#include "base/arena.h"
#include "base/size.h"

enum {
    K = KN_BF16_K,
    ROWS = KN_BF16_ROWS,
    BLOCK = 2 * KN_BF16_ROWS, /* rows and columns of a block */
    GROUP_PLACES = 1024,      /* enough terms that the loads and stores of dw's sums do not count */
    GROUP_IMAGES = 64,
    GROUP_TILES = 10 /* of sums of dw: 20 KB */
};

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int round_up(int n, int unit)
{
    return (n + unit - 1) / unit * unit;
}

static int parts(int n, int unit)
{
    return (n + unit - 1) / unit;
}

/* Places of an axis of `in` pixels, `before` zeros, `out` outputs that are read. With a step of 1 neighbouring rows
 * share their zeros; else a plane has what its outputs meet, and what lies over x where dx is made of it. */
static int axis(int in, int before, int out, int kernel, int stride, int step, bool for_dx)
{
    const int need = (out - 1) * stride + kernel;
    if (step == 1)
        return in + max_int(before, need - in - before);
    return max_int(parts(need, step), for_dx ? parts(in + before, step) : 0);
}

/* Windows of 2x2, side by side, pooled before the activation. */
static bool is_fused(const kn_conv2d *c)
{
    return c->pkh == 2 && c->pkw == 2 && c->psh == 2 && c->psw == 2 &&
           kn_act_is_monotone(c->act.kind);
}

/* Rows of tiles that begin within the group read up to a block and the kernel further. */
static void set_plane(const kn_conv2d *c, const kn_bf16_frame *f, int images, size_t *plane)
{
    size_t kernel = (size_t)((2 * c->sh + c->kh) / f->step_h + 1) * (size_t)f->pitch +
                    (size_t)(2 * c->sw + c->kw);
    *plane = kn_size_round_up(kn_bf16_places(f, images), BLOCK) + BLOCK +
             kn_size_round_up(kernel, BLOCK);
}

static void set_frames(kn_conv2d_bf16 *p)
{
    const kn_conv2d *c = p->c;
    const int times = p->fused ? 2 : 1;
    kn_bf16_frame *b = &p->back, *f = &p->front;
    *b = (kn_bf16_frame){.step_h = c->sh, .step_w = c->sw};
    b->rows = axis(c->ih, c->pt, c->oh, c->kh, c->sh, c->sh, true);
    b->pitch = axis(c->iw, c->pl, c->ow, c->kw, c->sw, c->sw, true);
    if (p->fused)
        b->pitch = round_up(b->pitch, 2); /* a window's columns are a pair of dw's terms */
    const size_t fit = GROUP_PLACES / kn_bf16_places(b, 1);
    p->images = fit < 1 ? 1 : fit > GROUP_IMAGES ? GROUP_IMAGES : (int)fit;
    set_plane(c, b, p->images, &b->plane);
    if (!p->fused && !p->patches) {
        *f = *b;
        return;
    }
    const int oh = p->fused ? 2 * c->ph : c->oh, ow = p->fused ? 2 * c->pw : c->ow;
    *f = (kn_bf16_frame){.step_h = p->patches ? 1 : times * c->sh,
                         .step_w = p->patches ? 1 : times * c->sw};
    f->rows = p->patches ? (oh - 1) * c->sh + c->kh
                         : axis(c->ih, c->pt, oh, c->kh, c->sh, f->step_h, false);
    f->pitch = p->patches ? (ow - 1) * c->sw + c->kw
                          : axis(c->iw, c->pl, ow, c->kw, c->sw, f->step_w, false);
    set_plane(c, f, p->images, &f->plane);
}

static size_t take(size_t *bytes, size_t n)
{
    size_t at = *bytes;
    *bytes += kn_size_round_up(n, KN_ALIGN);
    return at;
}

static void set_packed(kn_conv2d_bf16 *p)
{
    size_t n = 0, term = sizeof(kn_bf16_term);
    take(&n, (size_t)(p->out_tiles * p->windows) * (size_t)p->forward_terms * KN_BF16_TILE_BYTES);
    p->dx_weights_at = take(&n, (size_t)p->in_tiles * (size_t)p->dx_terms * KN_BF16_TILE_BYTES);
    p->forward_term_at = take(&n, (size_t)(2 * p->forward_terms) * term);
    p->dx_term_at = take(&n, (size_t)p->dx_terms * term);
    p->dw_term_at = take(&n, (size_t)p->dw_terms * term);
    p->packed_bytes = n;
}

static void set_saved(kn_conv2d_bf16 *p)
{
    const kn_conv2d *c = p->c;
    size_t windows = (size_t)c->ph * (size_t)c->pw, n = 0;
    take(&n, kn_act_backward_from_y(c->act.kind) ? 0 : windows * (size_t)c->oc * sizeof(float));
    p->where_at = n;
    if (p->fused)
        take(&n, windows * (size_t)p->out_tiles * 2 * sizeof(uint16_t));
    else if (c->pkh > 0)
        take(&n, windows * (size_t)c->oc);
    p->saved_bytes = n;
}

/* Windows, where they are pooled in the block, else places of z: of an image. */
static size_t tile_rows(const kn_conv2d_bf16 *p)
{
    const kn_conv2d *c = p->c;
    return p->fused ? (size_t)c->ph * (size_t)c->pw : (size_t)c->oh * (size_t)c->ow;
}

/* Gradients of z in f32: by way of an activation, or of windows that are not pooled in the block, one image of which
 * passes the activation before. */
static size_t gradient_floats(const kn_conv2d_bf16 *p)
{
    const kn_conv2d *c = p->c;
    const size_t images = (size_t)p->images, y = kn_conv2d_y_size(c);
    if (c->pkh > 0 && !p->fused)
        return images * (size_t)c->oh * (size_t)c->ow * (size_t)c->oc + y;
    if (c->act.kind == KN_ACT_LINEAR || (p->fused && c->act.kind == KN_ACT_RELU))
        return 0;
    return images * y;
}

static void set_scratch(kn_conv2d_bf16 *p)
{
    const kn_conv2d *c = p->c;
    const size_t bf16 = sizeof(uint16_t), images = (size_t)p->images;
    const size_t z = images * (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    const size_t front_planes = (size_t)(p->front.step_h * p->front.step_w);
    const size_t channels = (size_t)p->channels;
    const size_t back_planes = (size_t)(p->back.step_h * p->back.step_w);
    size_t n = 0;
    p->block_at = take(&n, 2 * KN_CONV2D_BF16_BUFFER * sizeof(float));
    p->bias_at = take(&n, (size_t)p->out_tiles * ROWS * sizeof(float));
    const size_t shared = n;
    p->front_at = take(&n, front_planes * p->front.plane * channels * bf16 + K * bf16);
    if (p->patches)
        p->patches_at =
            take(&n, kn_size_round_up(images * tile_rows(p), BLOCK) * (size_t)p->patch_k * bf16);
    p->plane_at = take(&n, c->pkh > 0 && !p->fused ? 2 * z * sizeof(float) : 0);
    size_t forward = n;
    n = shared;
    p->gradient_at = take(&n, gradient_floats(p) * sizeof(float));
    p->back_at = take(&n, back_planes * p->back.plane * channels * bf16);
    p->turned_row = kn_size_round_up(p->back.plane, 2 * K) + K; /* an odd number of cache lines */
    p->turned_at = take(&n, back_planes * channels * p->turned_row * bf16);
    p->rows_at =
        take(&n, p->patches ? (size_t)round_up(p->dw_rows, ROWS) * p->turned_row * bf16 : 0);
    p->dz_at = take(&n, ((size_t)p->before + p->back.plane) * (size_t)p->out_k * bf16);
    p->pairs_at = take(&n, (size_t)p->out_tiles * (size_t)p->dw_terms * KN_BF16_TILE_BYTES);
    p->sums_at = take(&n, (size_t)p->dw_group * ROWS * BLOCK * sizeof(float));
    p->scratch_bytes = n > forward ? n : forward;
}

/* Patches where they halve the terms of forward. */
static void set_patches(kn_conv2d_bf16 *p)
{
    const kn_conv2d *c = p->c;
    const int64_t taps = c->kh * c->kw;
    p->patch_h = c->kh + (p->fused ? c->sh : 0);
    p->patch_w = c->kw + (p->fused ? c->sw : 0);
    const int64_t numbers = ((int64_t)p->patch_h * p->patch_w * c->ic + K - 1) / K * K;
    p->patches = 2 * numbers <= taps * p->in_k;
    p->patch_k = p->patches ? (int)numbers : 0;
    p->channels = p->patches ? c->ic : p->in_k;
}

void kn_conv2d_bf16_plan(const kn_conv2d *c, kn_conv2d_bf16 *p)
{
    *p = (kn_conv2d_bf16){.c = c, .fused = is_fused(c)};
    p->in_k = round_up(c->ic, K);
    p->out_k = round_up(c->oc, K);
    p->in_tiles = parts(c->ic, ROWS);
    p->out_tiles = parts(c->oc, ROWS);
    set_patches(p);
    p->windows = p->fused && p->patches ? 4 : 1;
    const int taps = c->kh * c->kw;
    p->forward_terms = p->patches ? p->patch_k / K : taps * (p->in_k / K);
    p->dx_terms = taps * (p->out_k / K);
    p->dw_taps = p->patches ? 1 : taps;
    p->dw_rows = p->patches ? taps * c->ic : c->ic;
    p->dw_group = taps < GROUP_TILES ? round_up(taps, 2) : GROUP_TILES;
    set_frames(p);
    p->before = (c->kh - 1) / c->sh * p->back.pitch + (c->kw - 1) / c->sw;
    p->dw_terms = (int)(kn_size_round_up(kn_bf16_places(&p->back, p->images), K) / K);
    set_packed(p);
    set_saved(p);
    set_scratch(p);
}
