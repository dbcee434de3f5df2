/* Resizing of u8 images [h,w,c] (c = 1 or 3), row-major.
 *
 *   linear       cv2.resize INTER_LINEAR: half-pixel centres, edge clamped, no smoothing; 11-bit
 *                fixed-point weights as OpenCV has them (within 1 grey level on every pixel)
 *   triangle, box, catmullrom, mitchell
 *                stb_image_resize's filters (edge clamp, linear colour as stored): the filter
 *                widens when the picture shrinks
 *
 * A plan holds the coefficients for one geometry and can be shared by threads; scratch is per call.
 */
#ifndef KN_IMAGE_RESIZE_H
#define KN_IMAGE_RESIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum kn_filter {
    KN_FILTER_TRIANGLE,
    KN_FILTER_LINEAR,
    KN_FILTER_BOX,
    KN_FILTER_CATMULLROM,
    KN_FILTER_MITCHELL,
    KN_FILTER_COUNT
} kn_filter;

extern const char
    *const kn_filter_names[]; /* "triangle", "linear", "box", "catmullrom", "mitchell", NULL */

typedef struct kn_resize kn_resize;

/* A plan from sw x sh to dw x dh pixels of c channels. */
kn_status kn_resize_new(kn_filter filter, int sw, int sh, int dw, int dh, int c, kn_resize **out,
                        kn_error *e);
void kn_resize_free(kn_resize *r); /* NULL is allowed */

size_t kn_resize_scratch_bytes(const kn_resize *r);

/* src [sh,sw,c] rows src_stride bytes apart -> dst [dh,dw,c] packed. Thread-safe for a shared plan.
 * Same geometry in and out copies. The bytes are the same on every instruction set;
 * the filters are within 1 grey level of stb_image_resize at every geometry (the tests' oracle). */
void kn_resize_run(const kn_resize *r, const uint8_t *src, size_t src_stride, uint8_t *dst,
                   void *scratch);

#endif
