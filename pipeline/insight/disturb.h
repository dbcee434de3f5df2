/* Images made worse in one way at a time, by how much: what a model's robustness is measured against. */
#ifndef PL_INSIGHT_DISTURB_H
#define PL_INSIGHT_DISTURB_H

#include "base/status.h"
#include "base/tensor.h"

typedef enum pl_disturbance {
    PL_DISTURB_SCALE,      /* factor of the face's size */
    PL_DISTURB_SHIFT_X,    /* widths to the right */
    PL_DISTURB_SHIFT_Y,    /* heights down */
    PL_DISTURB_ROTATE,     /* degrees clockwise */
    PL_DISTURB_BLUR,       /* standard deviation, pixels */
    PL_DISTURB_NOISE,      /* standard deviation, share of 255 */
    PL_DISTURB_JPEG,       /* quality */
    PL_DISTURB_BRIGHTNESS, /* added, share of 255 */
    PL_DISTURB_COUNT
} pl_disturbance;

enum { PL_DISTURB_STEPS = 9 };

typedef struct pl_disturbance_kind {
    const char *name, *axis;         /* "shift_x"; "shift to the right (widths)" */
    double amount[PL_DISTURB_STEPS]; /* in the order of an axis */
    double none;                     /* the amount that changes nothing */
} pl_disturbance_kind;

extern const pl_disturbance_kind pl_disturbances[PL_DISTURB_COUNT];

size_t pl_disturb_scratch(kn_shape shape); /* bytes */

/* x [h,w,c] -> y, not overlapping; what comes in from beyond the edge is the edge. Noise follows from image alone. The amount `none` gives
 * the same bytes. KN_ENOMEM of JPEG alone. */
kn_status pl_disturb(pl_disturbance kind, double amount, kn_shape shape, uint32_t image,
                     const uint8_t *x, uint8_t *y, void *scratch, kn_error *e);

#endif
