/* The inner loops behind logreg.h, on four rows of pixels at a time, and the plain reference of the
 * whole. */
#ifndef KN_OPS_LOGREG_IMPL_H
#define KN_OPS_LOGREG_IMPL_H

#include "base/cpu.h"
#include "ops/logreg/logreg.h"

enum { KN_LOGREG_ROWS = 4, KN_LOGREG_LANES = 16 };

typedef struct kn_logreg_impl {
    const char *name; /* "logreg_avx2" */
    kn_isa isa;
    /* z[r] = x[r] . w; next: the rows of the next call, to be brought near */
    void (*dot)(size_t features, const uint8_t *const x[KN_LOGREG_ROWS],
                const uint8_t *const next[KN_LOGREG_ROWS], const float *w, float z[KN_LOGREG_ROWS]);
    /* grad += sum of s[r] x[r] */
    void (*add)(size_t features, const uint8_t *const x[KN_LOGREG_ROWS],
                const float s[KN_LOGREG_ROWS], float *grad);
    /* sums += part; part = 0. width is a multiple of KN_LOGREG_LANES. */
    void (*fold)(size_t width, float *part, double *sums);
} kn_logreg_impl;

#define KN_VARIANT(suffix, level) extern const kn_logreg_impl kn_logreg_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_logreg_impl *const kn_logreg_impls[]; /* by kn_isa */

/* log(1 + exp(-m)) and its slope by m, without overflow. */
double kn_logreg_loss(double m, double *slope);

/* As kn_logreg_value_grad, row by row in double: the oracle of the tests. */
double kn_logreg_value_grad_ref(const kn_logreg_data *d, double c, const double *w, double *grad);

#endif
