/* How strongly the grey of a picture rises towards each of eight directions, by cells of 4x4 pixels:
 * what a linear scorer of faces looks at.
 *
 *   s[cy,cx,k] = sum over the cell's pixels of max(0, gx cos(k 45) + gy sin(k 45)),  gx, gy central differences
 *   y[cy,cx,k] = min(255, round(160 s / sqrt(E + 64^2))),  E the mean of sum_k s^2 over the 3x3 cells around
 *
 * Dividing by what is around takes light and contrast out (Dalal, Triggs, "Histograms of oriented gradients for human detection",
 * CVPR 2005, with one block around each cell in place of four). Sums are of whole numbers, the rest is rounded the same way
 * everywhere: the bytes do not depend on the instruction set. */
#ifndef KN_IMAGE_CELLS_H
#define KN_IMAGE_CELLS_H

#include <stddef.h>
#include <stdint.h>

enum { KN_CELL = 4, KN_CELL_WAYS = 8 };

/* Cells along a side of n pixels: those that have a neighbour on each side; pixels left over on the right and below count for
 * nothing but the last difference. 0 where there is none. */
int kn_cells_along(int n);

size_t kn_cells_scratch(int w, int h); /* bytes */

/* x grey [h,w], w and h at least 12 -> y [kn_cells_along(h), kn_cells_along(w), 8]. Beyond its edge a picture goes on as its edge. */
void kn_cells_u8(int w, int h, const uint8_t *x, uint8_t *y, void *scratch);

/* A window of side x side cells at every place of a map: score[py,px] = sum weight[i,j,k] y[py+i,px+j,k], row after row,
 * (h-side+1) (w-side+1) of them. side is even, in 2..16, at most w and h; the sum of |weight| at most 2^23, so that no score leaves int32. */
void kn_cells_scan(int w, int h, const uint8_t *y, int side, const int16_t *weight, int32_t *score);

#endif
