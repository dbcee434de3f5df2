/* The parts of a drawn face, from back to front. pl_face_draw calls them in this order. */
#ifndef PL_DATA_FACES_PARTS_H
#define PL_DATA_FACES_PARTS_H

#include "data/faces_pen.h"

void pl_face_hair_behind(const pl_pen *pen);
void pl_face_body(const pl_pen *pen);     /* shoulders, clothes, necktie, neck, necklace */
void pl_face_head(const pl_pen *pen);     /* ears, earrings, the outline of the face, its shading */
void pl_face_beard(const pl_pen *pen);    /* shadow, goatee, sideburns */
void pl_face_features(const pl_pen *pen); /* eyes, brows, nose, mouth, cheeks, moustache */
void pl_face_hair_front(const pl_pen *pen);
void pl_face_wear(const pl_pen *pen); /* eyeglasses, hat */

#endif
