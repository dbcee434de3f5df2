/* Pictures from anywhere (a file, a folder, an archive), each reframed: a row for every face, for prediction. */
#ifndef PL_FRAMING_OUTSIDE_H
#define PL_FRAMING_OUTSIDE_H

#include "base/pool.h"
#include "data/images.h"
#include "framing/reframe.h"

/* As pl_images_load_framed, the framing done first, but a row for each face: a picture's rows are next to each other, surest first, and
 * share its name and index; size is that of the frame. seen: heap [out->count], the caller's to free. */
kn_status pl_outside_load(const char *path, const pl_framing *framing,
                          const pl_reframe_options *options, kn_pool *pool, pl_images *out,
                          pl_seen **seen, kn_error *e);

#endif
