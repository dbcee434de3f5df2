/* Learns a framer from training faces alone, in some seconds. */
#ifndef PL_FRAMING_LEARN_H
#define PL_FRAMING_LEARN_H

#include "base/pool.h"
#include "framing/framer.h"

enum { PL_LEARN_FACES_MAX = 6000, PL_LEARN_FACES_MIN = 100 };

/* face: grey [faces, PL_FRAME_PIXELS, PL_FRAME_PIXELS] as the training pictures frame them, squeezed to a square; the last tenth is
 * learned nothing from and sets the threshold. width, height: of the pictures before. The same for any number of threads, and the
 * same OpenBLAS core. KN_EDATA: fewer than PL_LEARN_FACES_MIN; KN_ENOMEM, KN_EINTERRUPTED, KN_ENUMERIC. */
kn_status pl_framer_learn(const uint8_t *face, size_t faces, int width, int height, kn_pool *pool,
                          pl_framer *out, kn_error *e);

#endif
