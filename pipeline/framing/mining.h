/* Windows that a scorer must tell apart, taken where a search with the scorers of so far looks: most of what it meets by chance is
 * easy, and teaches nothing (Dalal, Triggs 2005). */
#ifndef PL_FRAMING_MINING_H
#define PL_FRAMING_MINING_H

#include "base/pool.h"
#include "framing/find.h"
#include "framing/scenes.h"

/* Windows with labels, 1 a face framed right; heap, grows. */
typedef struct pl_windows {
    uint8_t *x;     /* [rows, PL_WINDOW_FEATURES] */
    uint8_t *label; /* [rows] */
    size_t rows, room;
} pl_windows;

kn_status pl_windows_reserve(pl_windows *w, size_t more, kn_error *e);
void pl_windows_add(pl_windows *w, const uint8_t x[PL_WINDOW_FEATURES], int label); /* reserved */
void pl_windows_clear(pl_windows *w);

/* Searches `scenes` scenes with a face (of the first `faces` ones) and twice as many without. Places of the scan where no face is go to coarse; what
 * becomes of places by correction goes to judge, right or wrong; what is neither is left out. round: another one, other scenes. */
kn_status pl_mine(const pl_scenes *s, const pl_framer *framer, size_t faces, size_t scenes,
                  int round, kn_pool *pool, pl_windows *coarse, pl_windows *judge, kn_error *e);

/* The surest score in each of `scenes` scenes, with faces from `first` on or without (textures alone). score [scenes]; -infinity: nothing
 * found. */
kn_status pl_mine_scores(const pl_scenes *s, const pl_framer *framer, size_t first, bool with_face,
                         size_t scenes, kn_pool *pool, double *score, kn_error *e);

#endif
