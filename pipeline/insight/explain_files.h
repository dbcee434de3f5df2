/* Maps as files that other programs read. */
#ifndef PL_INSIGHT_EXPLAIN_FILES_H
#define PL_INSIGHT_EXPLAIN_FILES_H

#include "insight/explain.h"

/* Writes into the folder, which is made where it is missing:
 *
 *   pictures.npy       u1 [count,h,w,c], as the model sees them
 *   gradcam.npy ...    f4 [count,h,w], one file for each kind of map that was wanted
 *   maps.csv           a row per picture: image, class, probability, label, then for each kind KIND_strongest, KIND_x, KIND_y, and
 *                      of occlusion square_x, square_y (upper left corner), covered (probability of class 1 with it)
 *   gradcam.csv ...    with_csv: image, x, y, value for every pixel */
kn_status pl_explain_write(const pl_explanations *all, const char *dir, bool with_csv, kn_error *e);

#endif
