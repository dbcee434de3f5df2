/* A Gaussian, across and then down, by the sums of the filtered resize: those give the same bytes on every
 * instruction set. The picture is put into a wider frame first, so that the edge needs no case of its own. */
#include "base/cpu.h"
#include "image/augment_parts.h"
#include "image/resize_sums.h"

enum { RADIUS_MAX = 24, TAPS_MAX = 2 * RADIUS_MAX + 1 }; /* three deviations of 8 pixels */

/* By kn_isa. */
static const kn_resize_sums *const variants[] = {
#define KN_VARIANT(suffix, level) &kn_resize_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

/* exp(-k^2 / 2 s^2), cut off at three deviations, summing to 1; returns the radius. */
static int gaussian(double deviation, float weight[TAPS_MAX])
{
    double half = 0.72134752044448170368 / (deviation * deviation); /* log2(e) / 2 s^2 */
    int radius = 1 + (int)(3 * deviation);
    radius = radius > RADIUS_MAX ? RADIUS_MAX : radius;
    double sum = 0;
    for (int k = -radius; k <= radius; k++)
        sum += kn_two_to(-half * k * k);
    for (int k = -radius; k <= radius; k++)
        weight[k + radius] = (float)(kn_two_to(-half * k * k) / sum);
    return radius;
}

static size_t sums_bytes(kn_shape s)
{
    return (size_t)s.w * (size_t)s.c * sizeof(float);
}

size_t kn_augment_blur_scratch(kn_shape s)
{
    kn_shape wide = {s.h + 2 * RADIUS_MAX, s.w + 2 * RADIUS_MAX, s.c};
    return sums_bytes(s) + kn_shape_size(wide);
}

static void round_row(size_t n, const float *sum, uint8_t *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (uint8_t)(int)(sum[i] + 0.5f);
}

void kn_augment_blur(double deviation, kn_shape s, uint8_t *y, void *scratch)
{
    float weight[TAPS_MAX];
    if (deviation <= 0.1) /* the neighbours' weights are below 2^-72 */
        return;
    const kn_resize_sums *sums = variants[kn_isa_get()];
    int radius = gaussian(deviation, weight), taps = 2 * radius + 1;
    kn_shape wide = {s.h + 2 * radius, s.w + 2 * radius, s.c};
    size_t n = (size_t)s.w * (size_t)s.c, stride = (size_t)wide.w * (size_t)s.c;
    float *sum = scratch;
    uint8_t *rows = (uint8_t *)scratch + sums_bytes(s);
    kn_warp_u8(&(kn_warp){.a = 1, .e = 1, .c = -radius, .f = -radius}, KN_BORDER_EDGE, 0, s, y,
               wide, rows);
    for (size_t i = 0; i < (size_t)wide.h; i++) {
        sums->rows(rows + i * stride, (size_t)s.c, weight, taps, n, sum);
        round_row(n, sum, rows + i * stride);
    }
    for (size_t i = 0; i < (size_t)s.h; i++) {
        sums->rows(rows + i * stride, stride, weight, taps, n, sum);
        round_row(n, sum, y + i * n);
    }
}
