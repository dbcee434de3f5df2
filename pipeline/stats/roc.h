/* Ranking: the ROC curve, precision against recall, and the area under them. p: probabilities (any scores without NaN), label:
 * 0 or 1, n of each. */
#ifndef PL_STATS_ROC_H
#define PL_STATS_ROC_H

#include <stddef.h>
#include <stdint.h>

/* From (0, 0), threshold infinity, to (1, 1): at a threshold t the shares of each class with p >= t. Corners alone: points inside
 * a straight line are left out, as scikit-learn's roc_curve does. A rate whose class is missing is NaN. n = 0 without data. */
typedef struct pl_roc {
    size_t n;
    double *fpr, *tpr, *threshold;
} pl_roc;
void pl_roc_new(const float *p, const uint8_t *label, size_t n, pl_roc *out);
void pl_roc_free(pl_roc *r);

/* As scikit-learn's precision_recall_curve: a point per different p, thresholds rising, then the point recall 0, precision 1,
 * threshold infinity. n = 0 where no label is 1. */
typedef struct pl_pr {
    size_t n;
    double *recall, *precision, *threshold;
} pl_pr;
void pl_pr_new(const float *p, const uint8_t *label, size_t n, pl_pr *out);
void pl_pr_free(pl_pr *r);

/* Sum of (recall step) x (precision after it), as scikit-learn's average_precision_score. NaN where no label is 1. */
double pl_average_precision(const float *p, const uint8_t *label, size_t n);

/* Area under the ROC curve (ties count half), DeLong's standard error (DeLong, DeLong, Clarke-Pearson 1988, by the midranks of
 * Sun and Xu 2014) and the 95 % interval auc +- 1.96 se, cut to [0, 1]. All NaN where a class is missing; se and interval NaN
 * where one has a single image. All ranked right gives se 0: the interval then says nothing. */
typedef struct pl_auc {
    double auc, low, high, se;
} pl_auc;
pl_auc pl_delong(const float *p, const uint8_t *label, size_t n);

/* Two classifiers on the same images: difference of the areas a - b with its 95 % interval (cut to [-1, 1]) and two-sided p, the
 * correlation taken in. p is 1 where both rank alike; NaN where the standard error is 0 or not known and the areas differ. */
typedef struct pl_auc_pair {
    double auc[2];
    double difference, se, low, high, p;
} pl_auc_pair;
pl_auc_pair pl_delong_pair(const float *a, const float *b, const uint8_t *label, size_t n);

#endif
