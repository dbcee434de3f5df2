/* Colour to grey as cv2.IMREAD_GRAYSCALE: 0.299 R + 0.587 G + 0.114 B in fixed point, rounded. */
#ifndef KN_IMAGE_GRAY_H
#define KN_IMAGE_GRAY_H

#include <stddef.h>
#include <stdint.h>

/* rgb [n,3] -> gray [n]: (R*4899 + G*9617 + B*1868 + 8192) >> 14, OpenCV's integer form. gray may
 * be rgb. */
void kn_gray_from_rgb(size_t n, const uint8_t *rgb, uint8_t *gray);

#endif
