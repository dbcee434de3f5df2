/* Test-time augmentation: what an image is seen as when it is evaluated or predicted. */
#ifndef PL_STAGES_VIEWS_H
#define PL_STAGES_VIEWS_H

#include "image/augment.h"
#include "spec/spec.h"

enum { PL_VIEWS_MAX = 10 };

/* The image itself and moved left, right, up and down, each also mirrored, as the spec asks for. Returns
 * how many; 0 where it asks for nothing: the image as it is. */
int pl_views_of(const pl_evaluate_spec *spec, kn_view view[PL_VIEWS_MAX]);

#endif
