/* Images through convolution, bias, activation and (optionally) max-pooling in one pass; and
 * back.
 *
 *   z[oh,ow,oc] = b[oc] + sum x[oh*sh+kh-pt, ow*sw+kw-pl, ic] * w[kh,kw,ic,oc]
 *                 (cross-correlation, as Keras Conv2D)
 *   a = act(z)
 *   y[ph,pw,oc] = max of a over the window at (ph*psh, pw*psw), size pkh x pkw
 *                 (valid, as Keras MaxPooling2D); without pooling y = a. An activation that never
 *                 decreases comes after the maximum, which is the same: y = act(max of z)
 *
 * Layout: NHWC, f32, row-major. The unpooled activation need not exist in memory.
 * Ties in a window (of z, or of a for gelu): the first maximum in row-major order takes the
 * gradient (as TensorFlow and PyTorch). A NaN in a window is its maximum (the last one, as PyTorch). Deterministic for a fixed
 * instruction set. Nothing is allocated. Pointers may be unaligned. */
#ifndef KN_OPS_CONV2D_H
#define KN_OPS_CONV2D_H

#include <stddef.h>

#include "base/cpu.h"
#include "base/status.h"
#include "ops/activation/activation.h"

typedef struct kn_conv2d {
    int ic, ih, iw; /* input */
    int oc, oh, ow; /* output of the convolution */
    int kh, kw, sh, sw;
    int pt, pl; /* zero rows above and columns left; what is missing below and right is zero too */
    int pkh, pkw, psh, psw, ph,
        pw; /* max-pooling window, stride, output; pkh == 0: no pooling, ph = oh, pw = ow */
    kn_act act;
} kn_conv2d;

/* Fills oh, ow, pt, pl (and ph, pw) from the other members. same != 0 pads as Keras padding="same"
 * (top and left get the smaller half). Fails with a sentence when a size is out of range or the
 * output would be empty. */
kn_status kn_conv2d_shape(kn_conv2d *c, int same, kn_error *e);

/* Numbers of x and of y of one image. */
size_t kn_conv2d_x_size(const kn_conv2d *c);
size_t kn_conv2d_y_size(const kn_conv2d *c);

/* One implementation for one instruction set. All of them take the same arguments:
 *
 *   x [mb,ih,iw,ic]  w [kh,kw,ic,oc]  b [oc]  y, dy [mb,ph,pw,oc]  dx [mb,ih,iw,ic]  dw, db as w, b
 *   packed   packed_bytes, written by pack() from w once per step, read by all images
 *   saved    saved_bytes per image, KN_ALIGN bytes apart, written by forward, read by backward (NULL:
 *            inference)
 *   scratch  scratch_bytes per worker, contents free to change between calls
 *
 * forward overwrites y. backward overwrites dx (NULL: not wanted) and adds to dw and db. The numbers
 * of dw may lie in another order until finish, called once after the last image, has put them into
 * [kh,kw,ic,oc]; zeros are zeros in any order. Where there is pooling, a gradient that is 0 adds
 * nothing to dw, whatever x holds there (0 times NaN or Inf does not arise).
 * No two of the pointers may overlap. 64-byte alignment of packed, saved and scratch is guaranteed.
 */
typedef struct kn_conv2d_impl {
    const char *name; /* "conv2d_f32_avx512" */
    kn_isa isa;
    kn_bf16 bf16;                      /* products of bf16 numbers: the level it needs */
    int (*images)(const kn_conv2d *c); /* of a call, from which on more of them make it no faster */
    size_t (*packed_bytes)(const kn_conv2d *c);
    size_t (*saved_bytes)(const kn_conv2d *c);
    size_t (*scratch_bytes)(const kn_conv2d *c);
    void (*pack)(const kn_conv2d *c, const float *w, void *packed);
    void (*forward)(const kn_conv2d *c, int mb, const float *x, const float *w, const void *packed,
                    const float *b, float *y, void *saved, void *scratch);
    void (*backward)(const kn_conv2d *c, int mb, const float *x, const float *w, const void *packed,
                     const float *y, const void *saved, const float *dy, float *dx, float *dw,
                     float *db, void *scratch);
    void (*finish)(const kn_conv2d *c, float *dw, void *scratch);
} kn_conv2d_impl;

/* Every f32 implementation this build has, worst first; the first is the portable reference, the oracle
 * of the tests. */
extern const kn_conv2d_impl *const kn_conv2d_impls[];
extern const int kn_conv2d_impl_count;

/* The best implementation for the instruction set in force. */
const kn_conv2d_impl *kn_conv2d_best(void);

/* The same for products of bf16 numbers (conv2d_bf16_plan.h): x, w and the gradients of z are rounded to nearest,
 * ties to even, sums and everything else are f32. By level: the first, for none, is the reference, which rounds as they
 * do and sums in double. Denormal factors count as 0. In dw a gradient of 0 takes part as any other, so NaN or Inf in x
 * makes NaN. */
extern const kn_conv2d_impl *const kn_conv2d_bf16_impls[KN_BF16_COUNT];

/* Of the level in force; NULL where this machine has none. */
const kn_conv2d_impl *kn_conv2d_best_bf16(void);

/* Multiply-adds of the forward pass of one image. */
double kn_conv2d_macs(const kn_conv2d *c);

#endif
