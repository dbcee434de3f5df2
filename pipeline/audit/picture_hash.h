/* What a picture looks like, in few numbers: to find others of the same photograph.
 *
 * A picture is brought to 32 x 32 cells of mean grey, whatever its size, and hashed to the signs of its 256 lowest cosine
 * waves (the mean left out), as perceptual hashes do (Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions,
 * 2010). Light, contrast, compression and small crops change few signs. On 24,000 aligned faces two different photographs differ
 * in 119 bits (standard deviation 10; difference hashes 114, deviation 16: less apart), and pairs told to be one photograph by
 * eye in at most 59.
 *
 * Aligned faces are alike as wholes, so few bits alone do not make a pair: pl_cells_likeness compares the slopes between
 * neighbouring cells, where hair, light and background leave their own marks.
 *
 * All sums are of integers: the same on every machine. */
#ifndef PL_AUDIT_PICTURE_HASH_H
#define PL_AUDIT_PICTURE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "ops/hamming/hamming.h"

enum { PL_CELLS_SIDE = 32 };

typedef struct pl_cells {
    int16_t v[PL_CELLS_SIDE][PL_CELLS_SIDE]; /* [y][x], mean grey in sixteenths, 0..4080 */
} pl_cells;

/* x: u8 [h,w,c], c 1 or 3, w and h at least 1. */
void pl_cells_of(const uint8_t *x, int w, int h, int c, pl_cells *out);

void pl_picture_hash(const pl_cells *cells, uint64_t hash[KN_HASH_WORDS]);

/* The hash of the picture seen in a mirror, from its own: where a wave is odd in x, its sign turns. */
void pl_hash_mirror(const uint64_t hash[KN_HASH_WORDS], uint64_t mirrored[KN_HASH_WORDS]);

/* Pearson's correlation of the differences between neighbouring cells, right and down (1,984 of each picture), -1..1; `mirrored`:
 * with b seen in a mirror. common: what all pictures of the set share (their mean), taken off both; NULL: nothing. A picture
 * without any difference is like one that has the same cells (1) and no other (0). */
double pl_cells_likeness(const pl_cells *a, const pl_cells *b, bool mirrored,
                         const pl_cells *common);

#endif
