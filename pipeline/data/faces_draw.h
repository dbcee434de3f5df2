/* Draws a face into 178x218 rgb bytes. Pure: the same face gives the same bytes on every machine.
 */
#ifndef PL_DATA_FACES_DRAW_H
#define PL_DATA_FACES_DRAW_H

#include <stdint.h>

#include "data/faces_canvas.h"
#include "data/faces_traits.h"

/* `canvas` is scratch (its cover all zero, as after calloc); rgb takes PL_CANVAS_H * PL_CANVAS_W *
 * 3 bytes. */
void pl_face_draw(const pl_face *face, pl_canvas *canvas, uint8_t *rgb);

#endif
