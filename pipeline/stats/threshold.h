/* What the threshold above which class 1 is predicted does. */
#ifndef PL_STATS_THRESHOLD_H
#define PL_STATS_THRESHOLD_H

#include <stddef.h>
#include <stdint.h>

/* predicted is 1 where p > threshold. NaN where the class is missing (balanced: one of them). */
typedef struct pl_threshold_row {
    double threshold;
    double accuracy, recall_0,
        recall_1;    /* recall_k: share of the images labelled k that are predicted k */
    double balanced; /* (recall_0 + recall_1) / 2 */
} pl_threshold_row;

/* Rows for m given thresholds. */
void pl_thresholds_at(const float *p, const uint8_t *label, size_t n, const double *threshold,
                      size_t m, pl_threshold_row *out);

/* Every threshold that makes a difference: 0, the middles between neighbouring different p, and 1 (p in [0, 1]); rising, at most
 * n + 1 rows; heap, *rows of them. */
pl_threshold_row *pl_thresholds_new(const float *p, const uint8_t *label, size_t n, size_t *rows);

typedef enum pl_threshold_by { PL_BY_ACCURACY, PL_BY_BALANCED } pl_threshold_by;

/* The row with the highest value; of equal ones the nearest to 1/2, then the lower. NULL where none has a value. */
const pl_threshold_row *pl_threshold_best(const pl_threshold_row *row, size_t rows,
                                          pl_threshold_by by);

#endif
