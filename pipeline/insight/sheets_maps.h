/* The surest errors beside maps of where the answer comes from. */
#ifndef PL_INSIGHT_SHEETS_MAPS_H
#define PL_INSIGHT_SHEETS_MAPS_H

#include "insight/sheets.h"

/* The sheet of these choices: each picture and, beside it, its maps for the class that was answered, over the picture in grey: Grad-CAM of
 * the last convolution, from 0 to its highest (of a model without one gradient times input), and occlusion; these two from minus to
 * plus their largest size. A map that is 0 everywhere says "nothing". *whole false: the run has no model file, the cache lacks a picture, or a number is not finite. */
kn_status pl_sheet_draw_maps(const pl_sheet_request *q, const pl_choice choice[2], pl_str *png,
                             bool *whole, kn_error *e);

#endif
