#include "ops/pixels/pixels.h"

void kn_pixels_to_f32(size_t n, const uint8_t *x, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (float)x[i] / 255.0f;
}
