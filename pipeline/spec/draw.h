/* One number out of a distribution, short enough for a person to read and to type again.
 *
 * A draw is a pure function of (seed, name, point): the point's numbers of one key do not depend on
 * the other keys, nor on how many points there are. Four significant digits of a real hide the last
 * bits in which machines' logarithms differ. */
#ifndef PL_SPEC_DRAW_H
#define PL_SPEC_DRAW_H

#include <stdint.h>

typedef enum pl_draw_kind {
    PL_DRAW_UNIFORM, /* every real of low..high alike */
    PL_DRAW_LOG,     /* the logarithm is uniform; low above 0 */
    PL_DRAW_INT,     /* every whole number of low..high alike */
    PL_DRAW_LOG_INT, /* whole numbers, k with a weight of log((k + 1) / k); low at least 1 */
    PL_DRAW_CHOICE   /* every index of 0..high alike */
} pl_draw_kind;

typedef struct pl_draw {
    pl_draw_kind kind;
    double low, high; /* inclusive, low <= high; within 2^53 */
} pl_draw;

/* Uniform in [0, 1): kn_rng of the seed, in the stream of the name, at the point. */
double pl_draw_unit(uint64_t seed, const char *name, int point);

/* The value at u of [0, 1), which never falls when u grows. Reals are rounded to four significant
 * digits, to more where low..high is narrow. */
double pl_draw_value(const pl_draw *d, double u);

#endif
