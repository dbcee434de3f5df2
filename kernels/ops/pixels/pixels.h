/* u8 pixels to f32: y[n] = x[n] / 255. */
#ifndef KN_OPS_PIXELS_H
#define KN_OPS_PIXELS_H

#include <stddef.h>
#include <stdint.h>

void kn_pixels_to_f32(size_t n, const uint8_t *x, float *y);

#endif
