/* Pictures of nothing: noise, stripes, shapes, hills. What a scorer of faces must learn to refuse, drawn so that no file is needed. */
#ifndef PL_FRAMING_TEXTURE_H
#define PL_FRAMING_TEXTURE_H

#include <stdint.h>

#include "base/rng.h"

/* Grey [n,n], n in 2..512; the kind too is drawn. The same bytes for the same state of rng. Aborts when memory is out. */
void pl_texture_draw(kn_rng *rng, int n, uint8_t *out);

#endif
