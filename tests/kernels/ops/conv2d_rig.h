/* Forward and backward of a convolution block by one implementation, between guards, and the comparison of two. */
#ifndef CONV2D_RIG_H
#define CONV2D_RIG_H

#include "tst.h"

#include "ops/conv2d/conv2d.h"

/* Absolute, and relative 1e-6 where not 0. */
typedef struct conv2d_tolerance {
    double y, dx, dw;
} conv2d_tolerance;

/* Inputs and results of one run. Outputs stand between guards, inputs at an odd address. */
typedef struct block_run {
    tst_guard y, dx, dw, db;
} block_run;

typedef struct block_in {
    int mb;
    tst_guard x, w, b, dy;
} block_in;

/* mb images; on the lattice of multiples of 1/8, or anything in [-1, 1]. */
block_in conv2d_inputs_new(const kn_conv2d *c, int mb, bool on_lattice);
void conv2d_inputs_free(block_in *in);

/* Forward and backward with scratch, saved and packed full of NaN between guards; the guards must
 * survive. */
block_run conv2d_run_block(const kn_conv2d_impl *k, const kn_conv2d *c, const block_in *in,
                           bool train, bool want_dx);
void conv2d_run_free(block_run *r);

bool conv2d_near(const char *what, const tst_guard *got, const tst_guard *want, double tol);

/* Whether implementation k gives what the reference gives on mb images: training with and without dx, and
 * inference. */
bool conv2d_agrees(const kn_conv2d_impl *k, const kn_conv2d_impl *reference, const kn_conv2d *c,
                   int mb, bool on_lattice, conv2d_tolerance t);

#endif
