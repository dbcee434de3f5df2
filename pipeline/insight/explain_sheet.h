/* Maps as a sheet: a tile for each picture, in it side by side the picture as the model sees it and every map laid over it in grey,
 * each with a bar of its colours and the numbers at the bar's ends. */
#ifndef PL_INSIGHT_EXPLAIN_SHEET_H
#define PL_INSIGHT_EXPLAIN_SHEET_H

#include "insight/explain.h"
#include "util/str.h"

/* Grad-CAM is drawn from 0 to its highest (viridis); the other maps from minus to plus their largest size (PuOr), orange for the
 * class, purple against it; on occlusion a frame shows the square that takes most. The names stand below the tiles. The same input
 * gives the same bytes. */
kn_status pl_explain_sheet(const pl_explanations *all, pl_str *png, kn_error *e);

#endif
