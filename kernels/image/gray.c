#include "image/gray.h"

void kn_gray_from_rgb(size_t n, const uint8_t *rgb, uint8_t *gray)
{
    for (size_t i = 0; i < n; i++, rgb += 3)
        gray[i] = (uint8_t)((rgb[0] * 4899 + rgb[1] * 9617 + rgb[2] * 1868 + 8192) >> 14);
}
