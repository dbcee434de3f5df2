/* A picture at the sizes at which frames from the smallest to the largest are PL_FRAME_PIXELS wide and high, each a third of an octave
 * above the next. */
#ifndef PL_FRAMING_PYRAMID_H
#define PL_FRAMING_PYRAMID_H

#include "base/status.h"
#include "framing/place.h"

enum { PL_PYRAMID_LEVELS = 32, PL_PYRAMID_LEAST = 20 };

typedef struct pl_pyramid {
    pl_raster level[PL_PYRAMID_LEVELS]; /* grey, finest first */
    int count;
    uint8_t *bytes; /* behind the levels; heap, grows and is used again */
    size_t room;
    void *scratch;
    size_t scratch_room;
} pl_pyramid;

/* smallest: as pl_find_options; frames below PL_PYRAMID_LEAST pixels of the picture are left out, so that count may be 0. */
kn_status pl_pyramid_make(pl_pyramid *p, const pl_raster *picture, double tall, double smallest,
                          kn_error *e);
void pl_pyramid_clear(pl_pyramid *p);

/* The level where a frame of this width is nearest to PL_FRAME_PIXELS. */
const pl_raster *pl_pyramid_at(const pl_pyramid *p, double side);

#endif
