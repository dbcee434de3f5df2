/* How the convolution of bf16 lies in memory; shared by its passes.
 *
 * Everything is a product of tiles (ops/bf16/bf16_block.h) over places: an image, with the zeros its kernel meets
 * around it, lies row after row, `pitch` places each, `rows` rows an image, image after image. A place has all
 * channels of a pixel. Sixteen places that follow each other are the rows of a tile, and a tap of the kernel only moves
 * where the tile begins. At the ends of rows that computes places that belong to no output; they are left out when a
 * tile is stored. With a step of the kernel (stride, and two with 2x2 pooling) x is dealt out to step_h x step_w planes,
 * pixel (h, w) to plane (h % step_h, w % step_w), so that what neighbouring outputs meet lies side by side in each.
 *
 *   front frame  x as forward reads it: [planes][images][rows][pitch][channels of x, to 32]
 *   back frame   x as dw reads it, with the stride alone as step. Gradients of z lie at the same places:
 *                dz at (oh, ow) where x has (oh sh, ow sw)
 *   patches      few channels: no frame for the tiles of forward, but the pixels under the kernel (under all kernels of a
 *                window) are gathered to a row; dw reads x by [tap, channel] as rows of places
 *
 * Planes are made for strides as a spec allows them (1..8); of larger ones most would be empty.
 *
 * The values of dw's inner sum run over all places of a group of images, those without a gradient being zeros. */
#ifndef KN_OPS_CONV2D_BF16_PLAN_H
#define KN_OPS_CONV2D_BF16_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/bf16/bf16_block.h"
#include "ops/conv2d/conv2d.h"

/* Floats of a block of z on its way: 32 by 32, or four times 16 by 32. */
enum { KN_CONV2D_BF16_BUFFER = 2048 };

typedef struct kn_bf16_frame {
    int step_h, step_w; /* planes */
    int rows, pitch;    /* of a plane, for one image */
    size_t plane;       /* places of a plane, all images of a group and what tiles read beyond */
} kn_bf16_frame;

typedef struct kn_conv2d_bf16 {
    const kn_conv2d *c;
    bool fused;      /* windows of 2x2 pooled in the block */
    bool patches;    /* few channels */
    int images;      /* of a group: one run of places */
    int windows;     /* columns of tiles for a tile of filters: 4 of fused patches, else 1 */
    int in_k, out_k; /* ic and oc, to whole terms: the inner size of forward and of dx */
    int in_tiles, out_tiles;       /* ic and oc in tiles of 16 */
    int patch_h, patch_w, patch_k; /* of a patch: pixels; numbers, to whole terms */
    int channels; /* numbers of a place of the back frame: in_k, or ic of few channels */
    kn_bf16_frame front, back;
    int forward_terms, dx_terms, dw_terms; /* of a column of tiles, all planes of dx together */
    int before;                            /* places of zeros before the first gradient */
    int dw_taps, dw_rows;                  /* dw as blocks [dw_taps][dw_rows, oc] */
    int dw_group;                          /* tiles of its rows that are summed together */
    /* Bytes into packed: tiles of w for forward (at 0) and dx, lists of terms. */
    size_t dx_weights_at, forward_term_at, dx_term_at, dw_term_at, packed_bytes;
    /* Bytes into saved: z where the activation's derivative needs it (at 0); which place of a window is its maximum:
     * fused, two bits as masks of 16 filters, else a byte each. */
    size_t where_at, saved_bytes;
    /* Bytes into scratch. */
    size_t block_at, bias_at, front_at, patches_at, plane_at;                  /* forward */
    size_t gradient_at, back_at, turned_at, rows_at, dz_at, pairs_at, sums_at; /* backward */
    size_t turned_row; /* places of a row of x turned */
    size_t scratch_bytes;
} kn_conv2d_bf16;

void kn_conv2d_bf16_plan(const kn_conv2d *c, kn_conv2d_bf16 *p);

/* Places of `images` images. */
static inline size_t kn_bf16_places(const kn_bf16_frame *f, int images)
{
    return (size_t)f->rows * (size_t)f->pitch * (size_t)images;
}

/* Where (row, column) of the padded image lies: plane and place within the first image. */
static inline size_t kn_bf16_place(const kn_bf16_frame *f, int row, int column)
{
    size_t plane = (size_t)(row % f->step_h * f->step_w + column % f->step_w);
    return plane * f->plane + (size_t)(row / f->step_h) * (size_t)f->pitch +
           (size_t)(column / f->step_w);
}

/* The passes, for any table of blocks; arguments as kn_conv2d_impl. */
void kn_conv2d_bf16_pack(const kn_conv2d *c, const float *w, void *packed);
void kn_conv2d_bf16_forward(const kn_bf16_ops *ops, const kn_conv2d *c, int mb, const float *x,
                            const void *packed, const float *b, float *y, void *saved,
                            void *scratch);
void kn_conv2d_bf16_backward(const kn_bf16_ops *ops, const kn_conv2d *c, int mb, const float *x,
                             const void *packed, const float *y, const void *saved, const float *dy,
                             float *dx, float *dw, float *db, void *scratch);

#endif
