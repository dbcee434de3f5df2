/* A line of many points with fewer of them, so that a figure of 20,000 images is not larger than one of 2,000. */
#ifndef PL_INSIGHT_SCORES_LINE_H
#define PL_INSIGHT_SCORES_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* keep[i], i < n: whether point i stays. Points left out lie within `tolerance` of the line drawn through those that stay (Ramer
 * 1972, Douglas and Peucker 1973); first and last stay. x and y: [n], finite, in about the same unit. */
void pl_line_keep(const double *x, const double *y, size_t n, double tolerance, bool *keep);

#endif
